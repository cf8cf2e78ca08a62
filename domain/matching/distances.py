"""How far a result lies from a job profile by measures that know nothing of zones."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import ClassVar

from domain.matching.formula import Target

FEWEST_CORRELATED = 3
NARROWEST = Fraction(1, 10)
"""The width that a narrower tolerance is weighed as: one step of a C-value, or a tolerance of nothing would outweigh all."""


@dataclass(frozen=True, slots=True)
class Distances:
    """All of the same scales; `scale_count` says of how many."""

    graph_type: ClassVar[str] = "MatchDistances"
    scale_count: int
    d_squared: float
    correlation: float | None
    weighted_distance: float


def of(pairs: Sequence[tuple[Fraction, Target]]) -> Distances:
    """Measure C-values against the ideals of their targets; there must be at least one pair."""
    squares = [(value - target.ideal) ** 2 for value, target in pairs]
    return Distances(
        scale_count=len(pairs),
        d_squared=float(sum(squares)),
        correlation=_correlation([value for value, _ in pairs], [target.ideal for _, target in pairs]),
        weighted_distance=_weighted(squares, [1 / max(target.ok_max - target.ok_min, NARROWEST) for _, target in pairs]),
    )


def _weighted(squares: Sequence[Fraction], weights: Sequence[Fraction]) -> float:
    weighed = sum(weight * square for weight, square in zip(weights, squares, strict=True))
    return math.sqrt(weighed / sum(weights))


def _correlation(values: Sequence[Fraction], ideals: Sequence[Fraction]) -> float | None:
    """Pearson's correlation; None for fewer than three pairs, or where one side does not vary."""
    count = len(values)
    if count < FEWEST_CORRELATED:
        return None
    one = [value - sum(values) / count for value in values]
    other = [ideal - sum(ideals) / count for ideal in ideals]
    spread = sum(part * part for part in one) * sum(part * part for part in other)
    if not spread:
        return None
    together = sum(left * right for left, right in zip(one, other, strict=True))
    return min(max(float(together) / math.sqrt(spread), -1.0), 1.0)
