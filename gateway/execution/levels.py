"""What a level is: the objects at one place of the answer, the columns of their values, and the levels below."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import chain
from operator import attrgetter, itemgetter
from typing import Any

from graphql.pyutils import Path, is_iterable

from gateway.execution.plan import Selection, Shape

Types = frozenset[type]
NOTHING = type(None)
LISTS = frozenset({list, tuple})


@dataclass(eq=False, slots=True)
class Level:
    """All objects of one type at one place of the answer, and the values of their fields."""

    selection: Selection
    parents: Sequence[Any]
    above: "Above | None"
    columns: list[list[Any]]
    """For each field the values of all parents; a failure stands where its value would."""
    types: list[Types]
    """For each field the classes of its values."""
    below: list["Below | None"]
    """For each field with a selection of its own, the objects found by it."""
    places: Mapping[str, int] | None = None
    """Where rows have their columns, when all objects are rows of one class: tuples that name their `columns`."""
    starts: dict[int, list[int]] = field(default_factory=dict)
    """For each such field how many objects it found for the parents before; counted only when failures are located."""

    @classmethod
    def of(cls, selection: Selection, parents: Sequence[Any], above: "Above | None" = None) -> "Level":
        """A level of which nothing is resolved yet."""
        fields, kinds = selection.fields, set(map(type, parents))
        places = _places(kinds.pop()) if len(kinds) == 1 else None
        return cls(selection, parents, above, [[] for _ in fields], [frozenset() for _ in fields], [None] * len(fields), places)

    def reader(self, name: str) -> Callable[[Any], Any]:
        """How to read an attribute of the objects."""
        return attrgetter(name) if self.places is None or name not in self.places else itemgetter(self.places[name])

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


@lru_cache(1024)
def _places(kind: type) -> Mapping[str, int] | None:
    columns = getattr(kind, "columns", None)
    return {name: number for number, name in enumerate(columns)} if issubclass(kind, tuple) and isinstance(columns, tuple) else None


@lru_cache(1024)
def has_failures(types: Types) -> bool:
    """Whether values of these classes stand for failures; there are few sets of classes, so each is looked at once."""
    return any(issubclass(kind, Exception) for kind in types)


def flat(column: Sequence[Any], shape: Shape, types: Types) -> Sequence[Any]:
    """The objects of a column in the order of the answer, without what is null or failed."""
    if NOTHING in types or has_failures(types):
        column = [value for value in column if value is not None and not isinstance(value, Exception)]
        types -= {NOTHING}
    if shape.item is None:
        return column
    if not types <= LISTS:
        column = [value for value in column if is_iterable(value)]
    items = list(chain.from_iterable(column))
    return flat(items, shape.item, frozenset(map(type, items)))


def _trace(found: list[Path], path: Path, value: Any, shape: Shape) -> None:
    """Where the objects within a value stand, in the order of `flat`."""
    if value is None or isinstance(value, Exception):
        return
    if shape.item is None:
        found.append(path)
    elif is_iterable(value):
        for index, item in enumerate(value):
            _trace(found, path.add_key(index, None), item, shape.item)


def readable(value: Any, shape: Shape) -> Any:
    """A value whose lists can be read more than once."""
    if shape.item is None or isinstance(value, Exception) or not is_iterable(value):
        return value
    if shape.item.item is not None:
        return [readable(item, shape.item) for item in value]
    return value if isinstance(value, (list, tuple)) else list(value)
