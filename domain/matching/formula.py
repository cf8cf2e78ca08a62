"""How well a C-value fits a target: piecewise linear, exact until it is rounded once.

ARCHITECTURE section 10: 100 at the ideal, 70 at the ok bounds, 50 at the critical ones, 0 at the far end of the scale;
the shown score is a whole number, rounded half up; the zone comes from the bounds, never from the score (R-ESC-40).
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from itertools import pairwise
from typing import Any

VERSION = 1
"""Pinned in every answer; a change of the formula is a new version."""
LOWEST, HIGHEST = Fraction(0), Fraction(10)
"""The ends of the C-scale."""
OK_REACH = Fraction(3, 2)
CRITICAL_REACH = Fraction(3)
"""How far from the ideal the bounds lie that a profile does not give."""
AT_IDEAL, AT_OK, AT_CRITICAL, AT_END = 100, 70, 50, 0
TENTHS = 101
"""C-values from 0 to 10 in tenths."""
COLOURS = ((90, "green"), (70, "lightgreen"), (60, "yellow"), (50, "orange"), (0, "red"))
"""From which rounded overall score on each colour holds (R-ESC-38, I-ESC-15)."""
GREEN, YELLOW, RED = "green", "yellow", "red"


@dataclass(frozen=True, slots=True)
class Target:
    """What a profile wants of one scale, as C-values; the bounds may lie beyond the scale when nobody gave them."""

    ideal: Fraction
    ok_min: Fraction
    ok_max: Fraction
    critical_low: Fraction
    critical_high: Fraction

    @classmethod
    def of(cls, given: Mapping[str, Any]) -> "Target":
        """A target from what was given: missing bounds lie at ±1.5 and ±3, never beyond a critical bound that was given."""
        ideal, ok_min, ok_max, low, high = (
            _exact(given.get(name)) for name in ("ideal", "ok_min", "ok_max", "critical_low", "critical_high")
        )
        assert ideal is not None, "commands refuse a target without an ideal"
        if ok_min is None:
            ok_min = ideal - OK_REACH if low is None else max(ideal - OK_REACH, low)
        if ok_max is None:
            ok_max = ideal + OK_REACH if high is None else min(ideal + OK_REACH, high)
        low = min(ideal - CRITICAL_REACH, ok_min) if low is None else low
        high = max(ideal + CRITICAL_REACH, ok_max) if high is None else high
        return cls(ideal, ok_min, ok_max, low, high)

    def points(self, value: Fraction) -> list[tuple[Fraction, int]]:
        """The points of the curve on the side of a value, from the ideal outwards, as (C-value, score)."""
        return self.below() if value < self.ideal else self.above()

    @property
    def critical(self) -> tuple[Fraction, Fraction]:
        return self.critical_low, self.critical_high

    def below(self) -> list[tuple[Fraction, int]]:
        """The points of the curve from the ideal downwards."""
        return _outwards(self.ideal, self.ok_min, self.critical_low, LOWEST, sign=-1)

    def above(self) -> list[tuple[Fraction, int]]:
        """The points of the curve from the ideal upwards."""
        return _outwards(self.ideal, self.ok_max, self.critical_high, HIGHEST, sign=1)

    def score(self, value: Fraction) -> Fraction:
        """How well a C-value fits, 0 to 100; where points coincide the better one holds."""
        points = self.points(value)
        for (inner, better), (outer, worse) in pairwise(points):
            reached = abs(value - self.ideal) <= abs(outer - self.ideal)
            if reached:
                if inner == outer:
                    return Fraction(better)
                share = abs(value - inner) / abs(outer - inner)
                return better + share * (worse - better)
        return Fraction(points[-1][1])

    def zone(self, value: Fraction) -> str:
        """Green from ok_min to ok_max, red below critical_low or above critical_high, yellow between (R-ESC-40)."""
        if self.ok_min <= value <= self.ok_max:
            return GREEN
        return RED if value < self.critical_low or value > self.critical_high else YELLOW


def _outwards(ideal: Fraction, ok: Fraction, critical: Fraction, end: Fraction, *, sign: int) -> list[tuple[Fraction, int]]:
    """The far end counts only where it lies beyond the critical bound."""
    points = [(ideal, AT_IDEAL), (ok, AT_OK), (critical, AT_CRITICAL)]
    return [*points, (end, AT_END)] if (end - critical) * sign > 0 else points


def _exact(value: Any) -> Fraction | None:
    return None if value is None else Fraction(str(value))


@dataclass(frozen=True, slots=True)
class Curve:
    """The shown score and the zone of every C-value from 0 to 10, looked up by tenths."""

    scores: tuple[int, ...]
    zones: tuple[str, ...]


@lru_cache(maxsize=4096)
def curve(target: Target) -> Curve:
    """Work a target out once for all C-values there are, in whole numbers: fractions would take fifty times as long."""
    grid = math.lcm(10, *(bound.denominator for bound in (target.ideal, target.ok_min, target.ok_max, *target.critical)))
    ideal = int(target.ideal * grid)
    scores = [AT_IDEAL] * TENTHS
    for sign, side in ((-1, target.below()), (1, target.above())):
        points = [(int(abs(point - target.ideal) * grid), score) for point, score in side]
        for (inner, better), (outer, worse) in pairwise(points):
            for tenths in _between(ideal, inner, outer, grid // 10, sign):
                away, length = abs(tenths * grid // 10 - ideal), outer - inner
                scores[tenths] = (2 * (better * length - (better - worse) * (away - inner)) + length) // (2 * length)
    return Curve(tuple(scores), tuple(_zones(target)))


def _between(ideal: int, inner: int, outer: int, step: int, sign: int) -> range:
    """The tenths further from the ideal than one distance and not further than another, on one side."""
    if sign > 0:
        return range((ideal + inner) // step + 1, min((ideal + outer) // step, TENTHS - 1) + 1)
    return range(max(-((outer - ideal) // step), 0), -((inner - ideal) // step))


def _zones(target: Target) -> list[str]:
    zones = [RED] * TENTHS
    for zone, low, high in ((YELLOW, *target.critical), (GREEN, target.ok_min, target.ok_max)):
        first, last = max(math.ceil(low * 10), 0), min(math.floor(high * 10), TENTHS - 1)
        zones[first : last + 1] = [zone] * max(last + 1 - first, 0)
    return zones


def overall(scores: Sequence[int]) -> Fraction:
    """The exact mean of shown scores; ranking goes by it."""
    return Fraction(sum(scores), len(scores))


def colour(shown: int) -> str:
    """The colour of a rounded overall score."""
    return next(name for least, name in COLOURS if shown >= least)
