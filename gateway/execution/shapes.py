"""How values nest: lists around leaves or objects, and lists that are kept as columns."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
from typing import Any, Protocol

from graphql import GraphQLOutputType, is_list_type, is_non_null_type
from graphql.pyutils import Undefined, UndefinedType, is_iterable

Types = frozenset[type]
NOTHING = type(None)
LISTS = frozenset({list, tuple})


@dataclass(frozen=True, slots=True)
class Shape:
    """How the values of a field nest, and which of them have to be there."""

    required: bool
    item: "Shape | None"
    """The shape of a list's items; None for what is no list."""

    @classmethod
    def of(cls, kind: GraphQLOutputType) -> "Shape":
        required = is_non_null_type(kind)
        inner: Any = kind.of_type if required else kind  # type: ignore[union-attr]
        return cls(required, cls.of(inner.of_type) if is_list_type(inner) else None)


class Table(Protocol):
    """A list of rows that is kept as columns: read as a list it makes the rows, but it need not be."""

    row: type
    """The class of its rows: tuples that name their `columns`."""
    arrays: Sequence[Sequence[Any]]
    """The columns, in that order."""

    def __len__(self) -> int: ...
    def __iter__(self) -> Iterator[Any]: ...


@lru_cache(1024)
def is_table(kind: type) -> bool:
    """Whether values of a class are lists that are kept as columns."""
    return issubclass(kind, Sequence) and hasattr(kind, "arrays") and hasattr(kind, "row")


@lru_cache(1024)
def are_lists(types: Types) -> bool:
    """Whether values of these classes are lists whose items can be had again, apart from nulls."""
    return all(kind in LISTS or kind is NOTHING or is_table(kind) for kind in types)


@lru_cache(1024)
def is_odd(types: Types) -> bool:
    """Whether values of these classes stand for failures, or for nothing in a way that is not null; each set is looked at once."""
    return any(issubclass(kind, (Exception, UndefinedType)) for kind in types)


def is_absent(value: Any) -> bool:
    """Whether no object stands there: null, what is not defined, or a failure."""
    return value is None or value is Undefined or isinstance(value, Exception)


class Joined(Sequence[Any]):
    """The rows of several tables, one after another."""

    __slots__ = ("_length", "row", "tables")

    def __init__(self, row: type, tables: Sequence[Table]) -> None:
        self.row = row
        self.tables = tables
        self._length = sum(map(len, tables))

    def column(self, place: int) -> list[Any]:
        return list(chain.from_iterable([table.arrays[place] for table in self.tables]))

    def __len__(self) -> int:
        return self._length

    def __iter__(self) -> Iterator[Any]:
        return chain.from_iterable(self.tables)

    def __getitem__(self, index: Any) -> Any:
        return list(self)[index]


def kinds_of(objects: Sequence[Any]) -> set[type]:
    """The classes of objects."""
    return {objects.row} if type(objects) is Joined else set(map(type, objects))


def flat(column: Sequence[Any], shape: Shape, types: Types) -> Sequence[Any]:
    """The objects of a column in the order of the answer, without what is null or failed."""
    if NOTHING in types or is_odd(types):
        column = [value for value in column if not is_absent(value)]
        types = frozenset(map(type, column))
    if shape.item is None:
        return column
    if len(types) == 1 and shape.item.item is None and is_table(next(iter(types))):
        rows = {table.row for table in column}
        if len(rows) == 1:
            return Joined(rows.pop(), column)
    if not are_lists(types):
        column = [value for value in column if is_iterable(value)]
    items = list(chain.from_iterable(column))
    return flat(items, shape.item, frozenset(map(type, items)))


def readable(value: Any, shape: Shape) -> Any:
    """A value whose lists can be read more than once; a failure while one is read stands in its place."""
    if shape.item is None or isinstance(value, Exception) or not is_iterable(value):
        return value
    try:
        if shape.item.item is not None:
            return [readable(item, shape.item) for item in value]
        return value if isinstance(value, (list, tuple)) or is_table(type(value)) else list(value)
    except Exception as error:
        return error
