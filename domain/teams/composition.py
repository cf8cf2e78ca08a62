"""How a team is made up: scale by scale, its Graves values, its Wir/Ich; pure rules, exact until they are rounded once.

A person counts once, by what was measured of them last. Everything of a scale is told from how often each value occurs,
so that ten thousand people take no longer than counting them.
"""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, ClassVar

from domain.instruments import bank
from domain.instruments.bank import Scale
from domain.results.scoring import WIR, WirIch, class_of, half_up, tendency_of

CLASSES = 11
HUNDREDTHS = 100
_GRAVES = "graves"


@dataclass(frozen=True, slots=True)
class ScaleComposition:
    """How one scale came out in a team; C-values as numbers, None when nobody has a value."""

    graph_type: ClassVar[str] = "ScaleComposition"
    scale: Scale
    n: int
    mean: float | None
    spread: float | None
    """The sample standard deviation; None for fewer than two."""
    lowest: float | None
    highest: float | None
    classes: tuple[int, ...]
    """How many lie in each class from 0 to 10."""


@dataclass(frozen=True, slots=True)
class GravesShare:
    """One Graves value of a team among the six."""

    graph_type: ClassVar[str] = "GravesShare"
    scale: Scale
    mean: float
    share_percent: float


@dataclass(frozen=True, slots=True)
class Graves:
    """The Graves values of those who have all six."""

    graph_type: ClassVar[str] = "GravesBalance"
    n: int
    values: tuple[GravesShare, ...]
    wir_ich: WirIch


@dataclass(frozen=True, slots=True)
class Composition:
    """What a team is made up of."""

    graph_type: ClassVar[str] = "TeamComposition"
    people: int
    scales: tuple[ScaleComposition, ...]
    graves: Graves | None
    """None when nobody has all six."""


def profile_scales() -> tuple[Scale, ...]:
    """The scales of the profile questionnaire as it is now, in their published order."""
    return bank.instrument(bank.PROFILE, bank.CURRENT[bank.PROFILE]).scales


def of(people: Sequence[Any]) -> Composition:
    """Compose people, each given once with `instrument`, `instrument_version`, `raw_tenths` and `c_tenths`."""
    scales = profile_scales()
    columns = c_columns(people)
    return Composition(len(people), tuple(of_scale(scale, columns[scale.key]) for scale in scales), _graves(scales, people))


def c_columns(people: Sequence[Any]) -> dict[str, list[int | None]]:
    """The C-values of people in tenths, by scale, in the order of the people; None where somebody has no value."""
    return _columns(people, [person.c_tenths for person in people])


def _columns(people: Sequence[Any], rows: Sequence[Sequence[int | None]]) -> dict[str, list[int | None]]:
    """Arrays in the order of scales, turned into columns by scale; who took a version without a scale has no value there."""
    versions = {(person.instrument, person.instrument_version) for person in people}
    places = {version: {scale.key: scale.position for scale in bank.instrument(*version).scales} for version in versions}
    if len(versions) == 1:
        [only] = places.values()
        columns = list(map(list, zip(*rows, strict=True)))
        return {scale.key: columns[only[scale.key]] if scale.key in only else [None] * len(rows) for scale in profile_scales()}
    found: dict[str, list[int | None]] = {scale.key: [] for scale in profile_scales()}
    for person, row in zip(people, rows, strict=True):
        mine = places[person.instrument, person.instrument_version]
        for key, column in found.items():
            column.append(row[mine[key]] if key in mine else None)
    return found


def of_scale(scale: Scale, tenths: Sequence[int | None]) -> ScaleComposition:
    """What the C-values of one scale come to."""
    often = Counter(tenths)
    del often[None]
    n = often.total()
    classes = [0] * CLASSES
    for value, count in often.items():
        classes[class_of(_known(value))] += count
    if not n:
        return ScaleComposition(scale, 0, None, None, None, None, tuple(classes))
    values = sorted(map(_known, often))
    total = sum(value * often[value] for value in values)
    mean = Fraction(total, n * 10)
    return ScaleComposition(scale, n, _rounded(mean), _spread(often, n, total), values[0] / 10, values[-1] / 10, tuple(classes))


def _spread(often: Mapping[int | None, int], n: int, total: int) -> float | None:
    if n < 2:
        return None
    squares = sum(_known(value) ** 2 * count for value, count in often.items())
    return round(math.sqrt(Fraction(squares * n - total**2, n * (n - 1))) / 10, 2)


def _graves(scales: Sequence[Scale], people: Sequence[Any]) -> Graves | None:
    columns = _columns(people, [person.raw_tenths for person in people])
    own = [scale for scale in scales if scale.kind == _GRAVES]
    whole = [values for values in zip(*(columns[scale.key] for scale in own), strict=True) if None not in values]
    if not whole:
        return None
    totals = {scale.key: sum(map(_known, column)) for scale, column in zip(own, zip(*whole, strict=True), strict=True)}
    every = sum(totals.values())
    values = tuple(
        GravesShare(scale, _rounded(Fraction(totals[scale.key], len(whole) * 10)), _tenth(_share(totals[scale.key], every, len(own))))
        for scale in own
    )
    wir = _share(sum(totals[key] for key in WIR), every, 2)
    return Graves(len(whole), values, WirIch(half_up(wir * 10), tendency_of(wir)))


def _share(part: int, whole: int, parts: int) -> Fraction:
    """A part in percent; when there is nothing at all, every part has the same."""
    return Fraction(part * 100, whole) if whole else Fraction(100, parts)


def _known(value: int | None) -> int:
    assert value is not None, "missing values were taken out"
    return value


def _rounded(value: Fraction) -> float:
    return half_up(value * HUNDREDTHS) / HUNDREDTHS


def _tenth(value: Fraction) -> float:
    return half_up(value * 10) / 10
