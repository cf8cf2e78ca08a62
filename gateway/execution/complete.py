"""Complete what was resolved as long as nothing is out of the ordinary: columns become answers without looking at each value."""

import math
from collections.abc import Callable, Sequence
from functools import partial
from itertools import chain, islice
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

from gateway.execution.levels import LISTS, NOTHING, Below, Level, Part, Types, has_failures
from gateway.execution.plan import Shape

_LISTS = LISTS | {NOTHING}
Column = list[Any]


class OutOfTheOrdinary(Exception):
    """A failure, a null where none may be, or a value that its type does not take: to be completed by the letter."""


def completed(level: Level) -> list[dict[str, Any]]:
    """The answers for all objects of a level.

    Raises OutOfTheOrdinary.
    """
    fields = level.selection.fields
    if not fields:
        return [{} for _ in level.parents]
    columns = [
        leaves(planned.leaf, planned.shape, column, types) if planned.leaf else _objects(below, planned.shape, column, types)
        for planned, column, types, below in zip(fields, level.columns, level.types, level.below, strict=True)
    ]
    return level.selection.builder(*columns)


def _objects(below: Below | None, shape: Shape, column: Column, types: Types) -> Column:
    assert below is not None
    if sum(len(part.chosen) for part in below.parts) < below.count:
        raise OutOfTheOrdinary
    flat: Column
    if len(below.parts) == 1:
        flat = _of(below.parts[0])
    else:
        flat = [None] * below.count
        for part in below.parts:
            for index, answer in zip(part.chosen, _of(part), strict=True):
                flat[index] = answer
    return _nested(flat, shape, column, types)


def _of(part: Part) -> Column:
    """The answer for each object of a part."""
    answers = completed(part.level)
    return answers if part.positions is None else list(map(answers.__getitem__, part.positions))


def _nested(answers: Column, shape: Shape, column: Sequence[Any], types: Types) -> Column:
    """Objects put where they were found: one for each value, or one for each item of a list."""
    nothing = _checked(shape, types)
    if shape.item is None:
        return _around(column, answers) if nothing else answers
    return _lists(shape.item, column, types, lambda item, items, of: _nested(answers, item, items, of))


def _around(column: Sequence[Any], answers: Column) -> Column:
    """Answers with null where there was null."""
    there = iter(answers)
    return [None if value is None else next(there) for value in column]


def _lists(item: Shape, column: Sequence[Any], types: Types, complete: Callable[[Shape, Column, Types], Column]) -> Column:
    """Lists whose items are completed all together."""
    if not types <= _LISTS:
        raise OutOfTheOrdinary
    lists = [value for value in column if value is not None] if NOTHING in types else column
    items = list(chain.from_iterable(lists))
    inner = iter(complete(item, items, frozenset(map(type, items))))
    return [None if value is None else list(islice(inner, len(value))) for value in column]


def leaves(kind: GraphQLLeafType, shape: Shape, column: Column, types: Types) -> Column:
    """Leaf values as JSON takes them, or lists of them.

    Raises OutOfTheOrdinary.
    """
    nothing = _checked(shape, types)
    if shape.item is not None:
        return _lists(shape.item, column, types, partial(leaves, kind))
    if not nothing:
        return _coerced(kind, column, types)
    return _around(column, _coerced(kind, [value for value in column if value is not None], types - {NOTHING}))


def _checked(shape: Shape, types: Types) -> bool:
    """Whether some values are null, where they may be."""
    if has_failures(types):
        raise OutOfTheOrdinary
    nothing = NOTHING in types
    if nothing and shape.required:
        raise OutOfTheOrdinary
    return nothing


def _coerced(kind: GraphQLLeafType, column: Column, types: Types) -> Column:
    """Values that are not null as their type writes them; those that it writes as they are, by their classes alone."""
    if not column:
        return column
    as_it_is = _AS_IT_IS.get(kind)
    if as_it_is is not None and as_it_is(types, column):
        return column
    if isinstance(kind, GraphQLEnumType) and len(types) == 1:
        return _by_value(kind, column)
    return _one_by_one(kind, column)


def _one_by_one(kind: GraphQLLeafType, column: Column) -> Column:
    try:
        written = list(map(kind.coerce_output_value, column))
    except Exception as error:
        raise OutOfTheOrdinary from error
    if {NOTHING, UndefinedType} & set(map(type, written)):
        raise OutOfTheOrdinary
    return written


def _by_value(kind: GraphQLEnumType, column: Column) -> Column:
    """An enum has few values, so each is written once; all are of one class, so those that are equal are the same."""
    try:
        names = {value: value for value in column}
    except TypeError:
        return _one_by_one(kind, column)
    names = dict(zip(names, _one_by_one(kind, list(names)), strict=True))
    return [names[value] for value in column]


def _only(*kinds: type) -> Callable[[Types, Column], bool]:
    wanted = frozenset(kinds)
    return lambda types, _column: types <= wanted


def _small_integers(types: Types, column: Column) -> bool:
    return types == {int} and min(column) >= GRAPHQL_MIN_INT and max(column) <= GRAPHQL_MAX_INT


def _finite(types: Types, column: Column) -> bool:
    return types == {float} and math.isfinite(sum(column))


_AS_IT_IS: dict[GraphQLLeafType, Callable[[Types, Column], bool]] = {
    GraphQLString: _only(str),
    GraphQLID: _only(str),
    GraphQLBoolean: _only(bool),
    GraphQLInt: _small_integers,
    GraphQLFloat: _finite,
}
"""For the types of the specification: whether values of such classes are written as they are."""
