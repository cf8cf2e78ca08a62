"""How columns of leaf values are written: chosen by the classes of the values, once, so that no value is looked at twice."""

import inspect
import math
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache, partial
from itertools import chain
from types import GeneratorType
from typing import Any

from graphql import (
    GraphQLBoolean,
    GraphQLEnumType,
    GraphQLFloat,
    GraphQLID,
    GraphQLInt,
    GraphQLLeafType,
    GraphQLString,
)
from graphql.pyutils import UndefinedType
from graphql.type.scalars import GRAPHQL_MAX_INT, GRAPHQL_MIN_INT

from gateway.execution.shapes import LISTS, NOTHING, Shape, Types, is_odd

Column = Sequence[Any]
Write = Callable[[Column], Column]
ColumnWriters = Mapping[str, tuple[type, Write]]
"""For scalars by name: the class of value that a function writes a whole column of, as the scalar writes one after another."""
_LISTS = LISTS | {NOTHING}


class OutOfTheOrdinary(Exception):
    """A failure, a null where none may be, or a value that its type does not take: to be completed by the letter."""


@lru_cache(1024)
def may_wait(types: Types) -> bool:
    """Whether some values of these classes may be awaitable."""
    return any(hasattr(kind, "__await__") or issubclass(kind, GeneratorType) for kind in types)


def writer(kind: GraphQLLeafType, shape: Shape, types: Types, quick: ColumnWriters) -> Write:
    """How columns with values of these classes are written; what is written raises OutOfTheOrdinary where it is not by the rule."""
    if is_odd(types) or (shape.required and NOTHING in types):
        return _refuse
    if shape.item is not None:
        return partial(_lists, kind, shape.item, quick) if types <= _LISTS else _refuse
    write = _plain(kind, types - {NOTHING}, quick)
    return write if NOTHING not in types or write is as_it_is else partial(_around, write)


def as_it_is(column: Column) -> Column:
    """Write values as they are."""
    return column


def _refuse(_column: Column) -> Column:
    raise OutOfTheOrdinary


def _plain(kind: GraphQLLeafType, types: Types, quick: ColumnWriters) -> Write:
    """How values that are not null are written."""
    known = _AS_IT_IS.get(kind)
    if not types or (known is not None and types <= known[0]):
        return known[1] if known is not None else as_it_is
    if isinstance(kind, GraphQLEnumType):
        return partial(_by_value, kind) if len(types) == 1 else partial(_one_by_one, kind)
    expected, write = quick.get(kind.name, (None, as_it_is))
    return partial(_quickly, write) if types == {expected} else partial(_one_by_one, kind)


def _around(write: Write, column: Column) -> Column:
    """Write what is there, with null where there was null."""
    there = iter(write([value for value in column if value is not None]))
    return [None if value is None else next(there) for value in column]


def _lists(kind: GraphQLLeafType, item: Shape, quick: ColumnWriters, column: Column) -> Column:
    """Write lists whose items are written all together."""
    items = list(chain.from_iterable(value for value in column if value is not None))
    written = writer(kind, item, frozenset(map(type, items)), quick)(items)
    return sliced(written, column)


def sliced(items: Column, lists: Column) -> list[Any]:
    """Cut items into lists as long as those given, with null where there was null."""
    cut: list[Any] = []
    end = 0
    for value in lists:
        if value is None:
            cut.append(None)
        else:
            begin, end = end, end + len(value)
            cut.append(list(items[begin:end]))
    return cut


def _quickly(write: Write, column: Column) -> Column:
    try:
        return write(column)
    except Exception as error:
        raise OutOfTheOrdinary from error


def _one_by_one(kind: GraphQLLeafType, column: Column) -> Column:
    try:
        written = list(map(kind.coerce_output_value, column))
    except Exception as error:
        raise OutOfTheOrdinary from error
    if not _UNWRITTEN.isdisjoint(map(type, written)):
        raise OutOfTheOrdinary
    return written


_UNWRITTEN = frozenset({NOTHING, UndefinedType})


def _by_value(kind: GraphQLEnumType, column: Column) -> Column:
    """An enum has few values, so each is written once; all are of one class, so those that are equal are the same."""
    try:
        names: dict[Any, Any] = dict.fromkeys(column)
    except TypeError:
        return _one_by_one(kind, column)
    names = dict(zip(names, _one_by_one(kind, list(names)), strict=True))
    return [names[value] for value in column]


def _small_integers(column: Column) -> Column:
    if column and (min(column) < GRAPHQL_MIN_INT or max(column) > GRAPHQL_MAX_INT):
        raise OutOfTheOrdinary
    return column


def _finite(column: Column) -> Column:
    if not math.isfinite(sum(column)) and not all(map(math.isfinite, column)):  # large ones may be finite without their sum
        raise OutOfTheOrdinary
    return column


_AS_IT_IS: dict[GraphQLLeafType, tuple[Types, Write]] = {
    GraphQLString: (frozenset({str}), as_it_is),
    GraphQLID: (frozenset({str}), as_it_is),
    GraphQLBoolean: (frozenset({bool}), as_it_is),
    GraphQLInt: (frozenset({int}), _small_integers),
    GraphQLFloat: (frozenset({float}), _finite),
}
"""For the types of the specification: the class of values that are written as they are, and what is looked at before."""


def awaitables(column: Column) -> list[int]:
    """The numbers of the values that have to be waited for."""
    return [number for number, value in enumerate(column) if inspect.isawaitable(value)]
