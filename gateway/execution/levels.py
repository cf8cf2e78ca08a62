"""What a level is: the objects at one place of the answer, the columns of their values, and the levels below."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from graphql.pyutils import Path, is_iterable

from gateway.execution.plan import Selection
from gateway.execution.shapes import Joined, Shape, Types, is_absent, kinds_of
from gateway.execution.writers import Column


@dataclass(eq=False, slots=True)
class Level:
    """All objects of one type at one place of the answer, and the values of their fields."""

    selection: Selection
    parents: Sequence[Any]
    above: "Above | None"
    columns: list[Column]
    """For each field the values of all parents; a failure stands where its value would."""
    types: list[Types]
    """For each field the classes of its values."""
    written: list[Column | None]
    """For each field with leaves the values as they are answered; None until then, and when one is out of the ordinary."""
    below: list["Below | None"]
    """For each field with a selection of its own, the objects found by it."""
    places: Mapping[str, int] | None = None
    """Where rows have their columns, when all objects are rows of one class: tuples that name their `columns`."""
    rows: Sequence[Column] | None = None
    """The columns of all rows, once one was asked for."""
    starts: dict[int, list[int]] = field(default_factory=dict)
    """For each such field how many objects it found for the parents before; counted only when failures are located."""

    @classmethod
    def of(cls, selection: Selection, parents: Sequence[Any], above: "Above | None" = None) -> "Level":
        """A level of which nothing is resolved yet."""
        number = len(selection.fields)
        kinds = kinds_of(parents)
        places = _places(kinds.pop()) if len(kinds) == 1 else None
        return cls(selection, parents, above, [()] * number, [_NO_TYPES] * number, [None] * number, [None] * number, places)

    def column(self, name: str) -> Column | None:
        """An attribute of all objects, if it is a column of theirs."""
        if self.places is None or name not in self.places:
            return None
        if type(self.parents) is Joined:
            return self.parents.column(self.places[name])
        if self.rows is None:
            self.rows = tuple(zip(*self.parents, strict=True))
        return self.rows[self.places[name]]

    def let_go(self) -> None:
        """Forget the levels below, which know this one: else all values stay until somebody looks for cycles."""
        for below in self.below:
            for part in below.parts if below else ():
                part.level.let_go()
        self.below = []

    def paths(self) -> list[Path | None]:
        """Where each object stands in the answer."""
        return self.above.paths() if self.above else [None]


@dataclass(frozen=True, slots=True)
class Above:
    """The field that found the objects of a level, and which of all that it found they are."""

    level: Level
    number: int
    chosen: Sequence[int]

    def paths(self) -> list[Path | None]:
        planned = self.level.selection.fields[self.number]
        found: list[Path] = []
        for path, value in zip(self.level.paths(), self.level.columns[self.number], strict=True):
            _trace(found, Path(path, planned.name, planned.parent.name), value, planned.shape)
        return [found[index] for index in self.chosen]


@dataclass(frozen=True, slots=True)
class Part:
    """The objects of one type that a field found."""

    level: Level
    chosen: Sequence[int]
    """Which of all objects they are."""
    positions: Sequence[int] | None
    """Where each is in its level; None when they stand there in the same order."""


@dataclass(eq=False, slots=True)
class Below:
    """The objects that a field found for all parents of a level, flat, in the order of the answer."""

    count: int
    parts: list[Part] = field(default_factory=list)
    _places: dict[int, tuple[Level, int]] | None = None

    def place(self, number: int) -> tuple[Level, int] | None:
        """Where the values of an object are; None for one that is not of the field's type."""
        if self._places is None:
            self._places = {
                index: (part.level, position)
                for part in self.parts
                for index, position in zip(part.chosen, part.positions or range(len(part.chosen)), strict=True)
            }
        return self._places.get(number)


_NO_TYPES: Types = frozenset()


@lru_cache(1024)
def _places(kind: type) -> Mapping[str, int] | None:
    columns = getattr(kind, "columns", None)
    return {name: number for number, name in enumerate(columns)} if issubclass(kind, tuple) and isinstance(columns, tuple) else None


def _trace(found: list[Path], path: Path, value: Any, shape: Shape) -> None:
    """Where the objects within a value stand, in the order of `flat`."""
    if is_absent(value):
        return
    if shape.item is None:
        found.append(path)
    elif is_iterable(value):
        for index, item in enumerate(value):
            _trace(found, path.add_key(index, None), item, shape.item)
