"""How many people would pass a step at each threshold: whoever has that score or more; pure rules."""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import accumulate
from typing import ClassVar

from domain.statistics.silence import FEWEST

WHOLE = range(101)
DIGITS = 4


@dataclass(frozen=True, slots=True)
class CutScore:
    """What one threshold would do."""

    graph_type: ClassVar[str] = "CutScore"
    threshold: float
    passing: int
    share: float
    is_current: bool


@dataclass(frozen=True, slots=True)
class CutScoreCurve:
    """What every threshold would do; without points where fewer than five people have a score."""

    graph_type: ClassVar[str] = "CutScoreCurve"
    step_id: int
    current: float
    people: int | None
    points: list[CutScore] | None
    is_complete: bool
    """Whether every threshold where the number changes is among the points, not whole numbers alone."""

    @property
    def suppressed(self) -> bool:
        return self.points is None


def curve(step_id: int, current: float, scores: Sequence[tuple[float, int]], *, is_complete: bool = True) -> CutScoreCurve:
    """The curve over scores, each with how many people have it.

    Where it is not complete, scores are whole numbers, rounded down: at whole thresholds the same people pass.
    """
    ascending = sorted(scores)
    values = [score for score, _people in ascending]
    below = [0, *accumulate(people for _score, people in ascending)]
    n = below[-1]
    if n < FEWEST:
        return CutScoreCurve(step_id, current, None, None, is_complete)
    points = []
    for threshold in _thresholds(values, current, is_complete=is_complete):
        passing = n - below[bisect_left(values, threshold)]
        points.append(CutScore(threshold, passing, round(float(Fraction(passing, n)), DIGITS), threshold == current))
    return CutScoreCurve(step_id, current, n, points, is_complete)


def _thresholds(values: Sequence[float], current: float, *, is_complete: bool) -> list[float]:
    """Whole numbers, the threshold there is, and each score: just above it one who has it fails.

    Of a curve that is not complete nothing is known between whole numbers, so a current threshold there is left out.
    """
    between = {current, *values} if is_complete or current == int(current) else set()
    return sorted({float(each) for each in {*WHOLE, *between} if WHOLE[0] <= each <= WHOLE[-1]})
