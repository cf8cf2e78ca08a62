"""What an operation cost and where its time went, told beside its answer to whoever asks."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

from graphql import GraphQLField

from gateway.execution.estimate import COUNTED, COUNTING, FREE, KindOf
from gateway.execution.levels import Level
from gateway.execution.plan import PlannedField

LONGEST_TEXT = 600
"""Characters of a statement that are shown."""


@dataclass(slots=True)
class Batch:
    """One call for all objects of a level, and the statements it took."""

    path: str
    parents: int
    seconds: float = 0.0
    statements: list[dict[str, Any]] = field(default_factory=list)

    def told(self) -> dict[str, Any]:
        return {"path": self.path, "parents": self.parents, "milliseconds": _milliseconds(self.seconds), "statements": self.statements}


_CURRENT: ContextVar[Batch | None] = ContextVar("batch", default=None)


@dataclass(slots=True)
class Report:
    """Gathers what is to be told of one run."""

    batches: list[Batch] = field(default_factory=list)
    others: Batch = field(default_factory=lambda: Batch("", 0))
    """Statements outside of any batch: those of the reference executor, which asks item by item."""
    root: Level | None = None
    fell_back: str | None = None
    """Why the reference executor ran the operation, if it did."""
    began: float = field(default_factory=time.perf_counter)

    @contextmanager
    def batch(self, level: Level, planned: PlannedField) -> Iterator[None]:
        """Measure the resolving of a field."""
        batch = Batch(".".join([*names(level), planned.name]), len(level.parents))
        self.batches.append(batch)
        token, began = _CURRENT.set(batch), time.perf_counter()
        try:
            yield
        finally:
            batch.seconds = time.perf_counter() - began
            _CURRENT.reset(token)

    def statement(self, text: str, rows: int, seconds: float) -> None:
        """Note a statement that ran for the batch that runs now."""
        shown = text if len(text) <= LONGEST_TEXT else f"{text[:LONGEST_TEXT]} …"
        (_CURRENT.get() or self.others).statements.append({"sql": shown, "rows": rows, "milliseconds": _milliseconds(seconds)})

    def explained(self) -> dict[str, Any]:
        """The plan as it ran: levels with their objects, batches with their statements."""
        told: dict[str, Any] = {"executor": "engine" if self.fell_back is None else "reference"}
        if self.fell_back is not None:
            told["reason"] = self.fell_back
        told["milliseconds"] = _milliseconds(time.perf_counter() - self.began)
        told["levels"] = list(_levels(self.root)) if self.root else []
        told["batches"] = [batch.told() for batch in self.batches]
        if self.others.statements:
            told["statements"] = self.others.statements
        return told


def names(level: Level) -> list[str]:
    """The names of the fields that lead to a level."""
    above = level.above
    return [] if above is None else [*names(above.level), above.level.selection.fields[above.number].name]


def _levels(level: Level) -> Iterator[dict[str, Any]]:
    for below in level.below:
        for part in below.parts if below else ():
            found = part.level
            yield {"path": ".".join(names(found)), "type": found.selection.kind.name, "objects": len(found.parents)}
            yield from _levels(found)


def touched(level: Level, kind_of: KindOf, *, of_page: bool = False) -> int:
    """How many objects a run touched, counted as the estimate counts them."""
    total = 0
    for planned, below in zip(level.selection.fields, level.below, strict=True):
        if planned.node.name.value == COUNTED:
            total += COUNTING * len(level.parents)
        if below is None:
            continue
        if of_page or not _is_free(planned.definition, kind_of):
            total += below.count
        paged = {"first", "last"} <= planned.definition.args.keys()
        total += sum(touched(part.level, kind_of, of_page=paged) for part in below.parts)
    return total


def _is_free(definition: GraphQLField, kind_of: Callable[[GraphQLField], str]) -> bool:
    return kind_of(definition) in FREE


def _milliseconds(seconds: float) -> float:
    return round(seconds * 1000, 3)
