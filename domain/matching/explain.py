"""A match of one result with one job profile, and why it came out so: pure rules, worked out as far as somebody asks.

Contributions are exact and add up to the exact mean, of which the overall score is the rounded form.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from itertools import pairwise
from typing import Any, ClassVar, NamedTuple

from domain.instruments.bank import Scale
from domain.kernel.language import Text
from domain.matching import distances, formula, words
from domain.matching.formula import GREEN, HIGHEST, LOWEST, RED, TENTHS, YELLOW, Curve, Target, curve
from domain.results.scoring import Norm, half_up, sem

STRONG = 90
"""From this score on a scale in the green zone is a strength."""
MOST_NAMED = 5
"""Strengths, and development areas, that are named."""
SHORTEST = Fraction(1, 100)
"""A piece of the curve that is shorter than this is a jump: C-values have one decimal."""
NORMAL_95 = 1.96
"""How many standard errors either way hold 95 % of a normal distribution."""


@dataclass(frozen=True, slots=True)
class Exact:
    """A number as a fraction that was not reduced, so that those with the same denominator can be added up by eye."""

    graph_type: ClassVar[str] = "ExactNumber"
    numerator: int
    denominator: int

    @property
    def value(self) -> float:
        return self.numerator / self.denominator


@dataclass(frozen=True, slots=True)
class Band:
    """Where the overall score lies with 95 % certainty, as far as the scales' errors of measurement go."""

    graph_type: ClassVar[str] = "MatchBand"
    lower: float
    upper: float
    standard_error: float


@dataclass(frozen=True, slots=True)
class ZoneChange:
    """By how much a C-value would have to change to come into another zone; None when it cannot."""

    graph_type: ClassVar[str] = "ZoneChange"
    zone: str
    tenths: int | None


@dataclass(frozen=True)
class Wanted:
    """What a job profile asks of scales, worked out once for any number of results."""

    targets: Mapping[str, Target]

    @cached_property
    def curves(self) -> dict[str, Curve]:
        return {key: curve(target) for key, target in self.targets.items()}

    @cached_property
    def pieces(self) -> dict[str, list["Piece"]]:
        return {key: pieces(target) for key, target in self.targets.items()}


@dataclass(frozen=True, slots=True)
class MatchedScale:
    """How one scale of a result fits its target; `count` is how many scales share the overall score."""

    graph_type: ClassVar[str] = "MatchedScale"
    scale: Scale
    wanted: Wanted
    c_tenths: int
    norms: Mapping[str, Norm]
    count: int

    @property
    def target(self) -> Target:
        return self.wanted.targets[self.scale.key]

    @property
    def curve(self) -> Curve:
        return self.wanted.curves[self.scale.key]

    @property
    def score(self) -> int:
        return self.curve.scores[self.c_tenths]

    @property
    def zone(self) -> str:
        return self.curve.zones[self.c_tenths]

    @property
    def delta(self) -> Fraction:
        """The value minus the ideal."""
        return Fraction(self.c_tenths, 10) - self.target.ideal

    @property
    def contribution(self) -> Exact:
        """The part of the exact mean that comes from this scale."""
        return Exact(self.score, self.count)

    @property
    def rating(self) -> Text:
        return words.RATINGS[self.colour]

    @property
    def colour(self) -> str:
        return formula.colour(self.score)

    @property
    def standard_error(self) -> float:
        """Of the C-value, by the norm group that it was made with."""
        return sem(self.norms[self.scale.key])

    @property
    def slope(self) -> float:
        """How steep the curve is at the C-value."""
        return slope(self.wanted.pieces[self.scale.key], self.c_tenths)

    @property
    def changes(self) -> list[ZoneChange]:
        """The smallest change of the C-value that would lead into each other zone; upwards where both ways are as far."""
        return [ZoneChange(zone, _nearest(self.curve.zones, self.c_tenths, zone)) for zone in (GREEN, YELLOW, RED) if zone != self.zone]


def _nearest(zones: Sequence[str], at: int, wanted: str) -> int | None:
    for distance in range(1, TENTHS):
        for change in (distance, -distance):
            if 0 <= at + change < TENTHS and zones[at + change] == wanted:
                return change
    return None


class Piece(NamedTuple):
    """A straight piece of a curve: from and to in tenths of C, and how steep, in points of score for one of C."""

    low: Fraction
    high: Fraction
    steep: float


def pieces(target: Target) -> list[Piece]:
    """The pieces of the curve that have a length on the scale; jumps, where bounds coincide, have none and are left out."""
    found = []
    for side in (target.below(), target.above()):
        for (inner, better), (outer, worse) in pairwise(side):
            low, high = max(min(inner, outer), LOWEST), min(max(inner, outer), HIGHEST)
            if high - low >= SHORTEST and abs(outer - inner) >= SHORTEST:
                found.append(Piece(low * 10, high * 10, float((better - worse) / abs(outer - inner))))
    return found


def slope(parts: Sequence[Piece], tenths: int) -> float:
    """How steep a curve is at a C-value, without sign; where two pieces meet it is the steeper one."""
    return max((piece.steep for piece in parts if piece.low <= tenths <= piece.high), default=0.0)


@dataclass(frozen=True)
class Match:
    """One result matched with what a job profile asks for.

    `instrument_scales` and `c_tenths` are those of the result in their published order; `norms`, which only errors of
    measurement need, are those it was made with. What is matched without a saved profile has no `job_profile`.
    """

    graph_type: ClassVar[str] = "Match"
    formula_version: ClassVar[int] = formula.VERSION
    wanted: Wanted
    instrument_scales: Sequence[Scale]
    c_tenths: Sequence[int | None]
    norms: Mapping[str, Norm] = field(default_factory=dict)
    job_profile: Any = None
    profile_version: int | None = None

    @cached_property
    def scales(self) -> list[MatchedScale]:
        """The scales that have both a target and a value."""
        both = [
            (scale, tenths)
            for scale, tenths in zip(self.instrument_scales, self.c_tenths, strict=True)
            if tenths is not None and scale.key in self.wanted.targets
        ]
        return [MatchedScale(scale, self.wanted, tenths, self.norms, len(both)) for scale, tenths in both]

    @cached_property
    def missing(self) -> list[Scale]:
        """The scales that have a target but no value (R-ESC-71)."""
        pairs = zip(self.instrument_scales, self.c_tenths, strict=True)
        return [scale for scale, tenths in pairs if tenths is None and scale.key in self.wanted.targets]

    @cached_property
    def exact(self) -> Exact | None:
        """The exact mean of the scores; None when there is no scale to match."""
        return Exact(sum(part.score for part in self.scales), len(self.scales)) if self.scales else None

    @property
    def overall(self) -> int | None:
        """The exact mean, rounded half up."""
        return half_up(Fraction(self.exact.numerator, self.exact.denominator)) if self.exact else None

    @property
    def scale_count(self) -> int:
        return len(self.scales)

    @property
    def colour(self) -> str | None:
        return None if self.overall is None else formula.colour(self.overall)

    @property
    def rating(self) -> Text | None:
        return words.RATINGS[self.colour] if self.colour else None

    @cached_property
    def band(self) -> Band | None:
        """The exact mean ± 1.96 standard errors, by the delta method, cut to 0 to 100.

        The errors of the scales are taken as independent, and the curve as straight around each value.
        """
        if self.exact is None:
            return None
        squares = ((part.slope * part.standard_error) ** 2 for part in self.scales)
        error = math.sqrt(math.fsum(squares)) / len(self.scales)
        reach = NORMAL_95 * error
        return Band(round(max(self.exact.value - reach, 0), 2), round(min(self.exact.value + reach, 100), 2), round(error, 2))

    @cached_property
    def strengths(self) -> list[Scale]:
        """At most five scales in the green zone with a score of 90 or more, the best first."""
        strong = [part for part in self.scales if part.zone == GREEN and part.score >= STRONG]
        return [part.scale for part in sorted(strong, key=lambda part: -part.score)[:MOST_NAMED]]

    @cached_property
    def development_areas(self) -> list[Scale]:
        """At most five scales outside the green zone: the red ones first, then by score, the lowest first."""
        weak = [part for part in self.scales if part.zone != GREEN]
        return [part.scale for part in sorted(weak, key=lambda part: (part.zone != RED, part.score))[:MOST_NAMED]]

    @property
    def recommendation(self) -> Text | None:
        """What the match suggests, as sentences."""
        if self.colour is None:
            return None
        red = [part.scale.name for part in self.scales if part.zone == RED]
        return words.recommendation(self.colour, red, [scale.name for scale in self.missing])

    @cached_property
    def distances(self) -> "distances.Distances | None":
        """Measures that know nothing of zones; None when there is no scale to match."""
        return distances.of([(part.c_tenths, part.target) for part in self.scales]) if self.scales else None
