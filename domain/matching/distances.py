"""How far a result lies from a job profile by measures that know nothing of zones."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import StatisticsError, correlation
from typing import ClassVar

from domain.matching.formula import Target

FEWEST_CORRELATED = 3
NARROWEST = 0.1
"""The width that a narrower tolerance is weighed as: one step of a C-value, or a tolerance of nothing would outweigh all."""
DIGITS = 6
"""Decimals that are given; more would be errors of floating point."""


@dataclass(frozen=True, slots=True)
class Distances:
    """All of the same scales; `scale_count` says of how many."""

    graph_type: ClassVar[str] = "MatchDistances"
    scale_count: int
    d_squared: float
    correlation: float | None
    weighted_distance: float


def of(pairs: Sequence[tuple[int, Target]]) -> Distances:
    """Measure C-values, in tenths, against the ideals of their targets; there must be at least one pair."""
    values, ideals = [tenths / 10 for tenths, _ in pairs], [float(target.ideal) for _, target in pairs]
    squares = [(value - ideal) ** 2 for value, ideal in zip(values, ideals, strict=True)]
    weights = [1 / max(float(target.ok_max - target.ok_min), NARROWEST) for _, target in pairs]
    weighed = math.fsum(weight * square for weight, square in zip(weights, squares, strict=True))
    return Distances(
        scale_count=len(pairs),
        d_squared=round(math.fsum(squares), DIGITS),
        correlation=_correlation(values, ideals),
        weighted_distance=round(math.sqrt(weighed / math.fsum(weights)), DIGITS),
    )


def _correlation(values: Sequence[float], ideals: Sequence[float]) -> float | None:
    """Pearson's correlation; None for fewer than three pairs, or where one side does not vary."""
    if len(values) < FEWEST_CORRELATED or len(set(values)) == 1 or len(set(ideals)) == 1:
        return None
    try:
        return round(correlation(values, ideals), DIGITS)
    except StatisticsError:  # ideals so close together that their variance is too small for a number
        return None
