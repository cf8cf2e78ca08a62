"""How far people came on a flow: step by step, everybody once; pure rules.

Counts are told also where they are small: who may read a flow may read its assignments one by one, and how many people
stand where is what leading them through it needs. Times are how single people behaved, so their medians are not told of
fewer than five.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import ClassVar

from domain.kernel.statements import Row
from domain.statistics.silence import FEWEST

MICROSECONDS = 1_000_000
DIGITS = 4
COUNTED = ("reached", "started", "passed", "failed", "waiting", "over")


@dataclass(frozen=True, slots=True)
class FunnelStep:
    """One step; those it reached have passed or failed it, or are waiting, or it was over for them without a score."""

    graph_type: ClassVar[str] = "FunnelStep"
    step_id: int
    position: int
    name: str | None
    reached: int
    started: int
    passed: int
    failed: int
    waiting: int
    over: int
    median_seconds_to_start: float | None
    median_seconds_to_complete: float | None

    @property
    def drop_off_rate(self) -> float | None:
        """The share of those who are not waiting any more that did not pass; None while there is nobody."""
        settled = self.reached - self.waiting
        return round(float(Fraction(self.failed + self.over, settled)), DIGITS) if settled else None


@dataclass(frozen=True, slots=True)
class Funnel:
    """A flow from those who were assigned to those who completed it."""

    graph_type: ClassVar[str] = "Funnel"
    assigned: int
    completed: int
    failed: int
    steps: list[FunnelStep]

    @property
    def on_the_way(self) -> int:
        return self.assigned - self.completed - self.failed


def funnel(whole: Row | None, steps: Iterable[Row], counts: Mapping[int, Row]) -> Funnel:
    """The funnel of one flow, every step in its position, also those that nobody has reached; `counts` are of the people at each."""
    made = [_step(step, counts.get(step.step_id)) for step in steps]
    return Funnel(whole.assigned, whole.completed, whole.failed, made) if whole else Funnel(0, 0, 0, made)


def _step(step: Row, row: Row | None) -> FunnelStep:
    counted = {name: getattr(row, name) if row else 0 for name in COUNTED}
    to_start = _median(row.known_to_start, row.middle_to_start, row.halves_to_start) if row else None
    to_completion = _median(row.known_to_completion, row.middle_to_completion, row.halves_to_completion) if row else None
    return FunnelStep(
        step.step_id,
        step.position,
        step.name,
        **counted,
        median_seconds_to_start=to_start,
        median_seconds_to_complete=to_completion,
    )


def _median(people: int, middle: int, halves: int) -> float | None:
    """The median in seconds, from the sum of the one or two times in the middle; None for fewer than five people."""
    return float(Fraction(middle, halves * MICROSECONDS)) if people >= FEWEST else None
