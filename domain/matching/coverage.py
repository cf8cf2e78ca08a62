"""How well a team covers a job profile: the best of its people on each scale; pure rules, exact until they are rounded once.

A team covers a scale as well as the best of its people fits it. The coverage of the profile is the exact mean of that over
its configured scales; a scale on which nobody has a value counts 0. A person counts once, by their latest result.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from operator import attrgetter
from typing import Any, ClassVar

from domain.instruments.bank import Scale
from domain.matching.formula import GREEN, RED, YELLOW, Curve, Target, curve
from domain.results.scoring import half_up
from domain.teams.composition import c_columns, profile_scales

MISSING = 101
"""The place after the C-values from 0.0 to 10.0, for those who have none."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a job profile asks for: a curve for each configured scale, in the published order of the scales."""

    key: str
    version: int
    scales: tuple[Scale, ...]
    curves: tuple[Curve, ...]

    @classmethod
    def of(cls, key: str, version: int, targets: Mapping[str, Target]) -> "Wanted":
        scales = tuple(scale for scale in profile_scales() if scale.key in targets)
        return cls(key, version, scales, tuple(curve(targets[scale.key]) for scale in scales))


@dataclass(frozen=True, slots=True)
class ScaleCoverage:
    """How the people of a team fit one scale of a profile."""

    graph_type: ClassVar[str] = "ScaleCoverage"
    scale: Scale
    green: int
    yellow: int
    red: int
    missing: int
    best: int
    """The best shown score, 0 when nobody has a value."""
    second: int
    """The best shown score among the others: what the scale comes to when the best leaves."""
    candidate_key: str | None
    """Who has it; of several the one whose key comes first."""


@dataclass(frozen=True, slots=True)
class Change:
    """Somebody who would come or go, and what the coverage would be then."""

    graph_type: ClassVar[str] = "CoverageChange"
    candidate_key: str
    coverage: Fraction
    change: Fraction
    """How much it would be more, below zero when less."""


@dataclass(frozen=True, slots=True)
class Coverage:
    """How a team covers a profile."""

    graph_type: ClassVar[str] = "TeamCoverage"
    wanted: Wanted
    scales: tuple[ScaleCoverage, ...]
    people: frozenset[str]

    @property
    def job_profile_key(self) -> str:
        return self.wanted.key

    @property
    def exact(self) -> Fraction:
        return Fraction(sum(scale.best for scale in self.scales), len(self.scales))

    @property
    def score(self) -> int:
        return half_up(self.exact)

    @property
    def leaving(self) -> Change | None:
        """Whose leaving would cost most; of several the one whose key comes first, None when nobody's would."""
        lost: Counter[str] = Counter()
        for scale in self.scales:
            if scale.candidate_key is not None and scale.best > scale.second:
                lost[scale.candidate_key] += scale.best - scale.second
        return self._changed(lost, -1)

    def joining(self, gains: Mapping[str, int]) -> Change | None:
        """Who of those with a gain would close most of the gap; of several the one whose key comes first, None when nobody would."""
        return self._changed(gains, 1)

    def _changed(self, sums: Mapping[str, int], sign: int) -> Change | None:
        chosen = min((key for key in sums if sums[key] > 0), key=lambda key: (-sums[key], key), default=None)
        if chosen is None:
            return None
        change = Fraction(sign * sums[chosen], len(self.scales))
        return Change(chosen, self.exact + change, change)

    def gains(self) -> list[list[int]]:
        """What somebody would add to each scale, by their C-value in tenths; nothing for those who have none."""
        return [
            [max(score - scale.best, 0) for score in own.scores] + [0] for scale, own in zip(self.scales, self.wanted.curves, strict=True)
        ]


def of(people: Sequence[Any], wanted: Wanted) -> Coverage:
    """Judge people, each given once with `candidate_key`, `instrument`, `instrument_version` and `c_tenths`."""
    columns = c_columns(people)
    keys = list(map(attrgetter("candidate_key"), people))
    scales = (_of_scale(scale, own, columns[scale.key], keys) for scale, own in zip(wanted.scales, wanted.curves, strict=True))
    return Coverage(wanted, tuple(scales), frozenset(keys))


def _of_scale(scale: Scale, own: Curve, tenths: Sequence[int | None], keys: Sequence[str]) -> ScaleCoverage:
    often = Counter(tenths)
    missing = often.pop(None, 0)
    zones: Counter[str] = Counter()
    reached: Counter[int] = Counter()
    for value, count in often.items():
        assert value is not None
        zones[own.zones[value]] += count
        reached[own.scores[value]] += count
    best, *others = [*sorted(reached, reverse=True), 0]
    second = best if reached[best] > 1 else (others or [0])[0]
    holders = (key for key, value in zip(keys, tenths, strict=True) if value is not None and own.scores[value] == best)
    return ScaleCoverage(scale, zones[GREEN], zones[YELLOW], zones[RED], missing, best, second, min(holders, default=None))


class Batch:
    """Results, one a person, as what tables are looked up with; each scale is turned into an array once, for however many teams."""

    def __init__(self, results: Sequence[Any]) -> None:
        self.keys = [result.candidate_key for result in results]
        self._columns = c_columns(results)
        self._places: dict[str, Any] = {}

    def places(self, scale: str) -> Any:
        """Where in a table the value of each person stands."""
        if scale not in self._places:
            import numpy as np  # only when somebody asks who would fit

            values = (MISSING if value is None else value for value in self._columns[scale])
            self._places[scale] = np.fromiter(values, dtype=np.intp, count=len(self.keys))
        return self._places[scale]


def gained(one: Coverage, batch: Batch) -> dict[str, int]:
    """What each person would add to a coverage, in points over all its scales; without its own people and who would add nothing."""
    import numpy as np

    sums = np.zeros(len(batch.keys), dtype=np.int64)
    for scale, table in zip(one.scales, one.gains(), strict=True):
        sums += np.array(table)[batch.places(scale.scale.key)]
    return {key: int(sums[place]) for place in np.flatnonzero(sums) if (key := batch.keys[place]) not in one.people}
