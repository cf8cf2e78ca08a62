"""How the C-values of a scale are spread, exactly: a C-value is one of 101 tenths, so how often each comes tells everything."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import accumulate
from typing import ClassVar

from domain.results.scoring import class_of

TENTHS = 101
"""C-values from 0 to 10 in tenths."""
CLASSES = 11
EXPECTED = (1.22, 2.78, 6.56, 12.10, 17.47, 19.74, 17.47, 12.10, 6.56, 2.78, 1.22)
"""Percent of a normal population in the classes 0 to 10 (ARCHITECTURE section 10): what a norm group promises."""
STABLE_BELOW, SHIFTED_FROM = 0.1, 0.25
"""The customary bounds of the population stability index (Siddiqi 2006, Credit Risk Scorecards)."""
CHI_SQUARE = 18.307
"""The 95th percentile of chi-square with ten degrees of freedom.

n times the index is spread like that when nothing has changed but chance (Yurdakul and Naranjo 2020, Statistical
properties of the population stability index; here one side, the norm, is fixed).
"""
DIGITS = 4


@dataclass(frozen=True, slots=True)
class Drift:
    """How far the classes of some people are from those of the norm."""

    graph_type: ClassVar[str] = "NormDrift"
    index: float
    by_chance: float
    verdict: str


@dataclass(frozen=True, slots=True)
class Distribution:
    """How often each tenth from 0 to 100 came; there is at least one value."""

    counts: Sequence[int]

    @property
    def n(self) -> int:
        return sum(self.counts)

    @property
    def mean(self) -> float:
        """The mean C-value."""
        total = sum(tenths * count for tenths, count in enumerate(self.counts))
        return _shown(Fraction(total, 10 * self.n))

    @property
    def standard_deviation(self) -> float | None:
        """The sample standard deviation (n - 1) of the C-values; None for a single one."""
        n = self.n
        if n < 2:
            return None
        total = sum(tenths * count for tenths, count in enumerate(self.counts))
        squares = sum(tenths * tenths * count for tenths, count in enumerate(self.counts))
        return round(math.sqrt(Fraction(n * squares - total * total, n * (n - 1))) / 10, DIGITS)

    def quantile(self, quarters: int) -> float:
        """The C-value below which so many quarters lie: between neighbours by a straight line, as R's type 7 and numpy do it."""
        place = Fraction((self.n - 1) * quarters, 4)
        below, share = divmod(place, 1)
        upto = list(accumulate(self.counts))
        low, high = (next(tenths for tenths, reached in enumerate(upto) if reached > rank) for rank in (below, math.ceil(place)))
        return _shown((low + share * (high - low)) / Fraction(10))

    @property
    def histogram(self) -> list[int]:
        """How many values are of each class from 0 to 10."""
        found = [0] * CLASSES
        for tenths, count in enumerate(self.counts):
            found[class_of(tenths)] += count
        return found

    @property
    def drift(self) -> Drift:
        """How far the classes are from those that the norm group promises."""
        return drift(self.histogram)


def drift(histogram: Sequence[int]) -> Drift:
    """The population stability index of classes against a normal population: the sum of (a - e) × ln(a / e).

    `a` is the share that was found, `e` the one that was expected. A class with nobody in it counts as half a person, or
    the index would be infinite.
    """
    n = sum(histogram)
    shares = [max(count, 0.5) / n for count in histogram]
    index = sum((share - percent / 100) * math.log(share * 100 / percent) for share, percent in zip(shares, EXPECTED, strict=True))
    by_chance = CHI_SQUARE / n
    return Drift(round(index, DIGITS), round(by_chance, DIGITS), _verdict(index, by_chance))


def _verdict(index: float, by_chance: float) -> str:
    if index < STABLE_BELOW:
        return "stable"
    if index <= by_chance:
        return "uncertain"
    return "shifted" if index > SHIFTED_FROM else "moderate"


def _shown(value: Fraction) -> float:
    return round(float(value), DIGITS)
