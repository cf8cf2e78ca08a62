"""What follows from events: a job that is enqueued in the very transaction that records one, so that an effect upwards is never lost (Q-9).

A context declares its own in its `reactions.py`; the context that records the event knows nothing of it.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from domain.kernel.event_types import EventType
from domain.kernel.jobs import Job

Facts = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Reaction:
    """A job that is given the subject of an event."""

    job: Job
    when: Callable[[Facts], bool]
    """The events of which it holds, by their facts, so that others cost nothing."""


_REACTIONS: dict[str, list[Reaction]] = {}


def reacts(to: EventType, job: Job, *, when: Callable[[Facts], bool] = lambda _facts: True) -> None:
    """Declare that a job follows from events of a type."""
    _REACTIONS.setdefault(to.name, []).append(Reaction(job, when))


def following(type: str, facts: Facts) -> list[Job]:
    """The jobs that follow from an event."""
    return [reaction.job for reaction in _REACTIONS.get(type, ()) if reaction.when(facts)]


def declared() -> Mapping[str, Sequence[Reaction]]:
    """All that follows, by the names of the types of events."""
    return _REACTIONS
