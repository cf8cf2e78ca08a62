"""Complete what was resolved as long as nothing is out of the ordinary: columns become answers without looking at each value."""

from collections.abc import Sequence
from itertools import chain
from typing import Any

from gateway.execution.levels import Below, Level, Part
from gateway.execution.shapes import NOTHING, Shape, Types, are_lists, is_odd
from gateway.execution.writers import Column, OutOfTheOrdinary, sliced


def completed(level: Level) -> list[dict[str, Any]]:
    """The answers for all objects of a level.

    Raises OutOfTheOrdinary.
    """
    selection = level.selection
    if not level.parents:
        return []
    if not selection.fields:
        return [{} for _ in level.parents]
    columns = level.written if selection.flat else [_column(level, number) for number in range(len(selection.fields))]
    if None in columns:
        raise OutOfTheOrdinary
    return selection.builder(*columns)


def _column(level: Level, number: int) -> Column:
    planned, below = level.selection.fields[number], level.below[number]
    written = level.written[number]
    if planned.leaf is None:
        assert below is not None
        return _objects(below, planned.shape, level.columns[number], level.types[number])
    if written is None:
        raise OutOfTheOrdinary
    return written


def _objects(below: Below, shape: Shape, column: Column, types: Types) -> Column:
    if sum(len(part.chosen) for part in below.parts) < below.count:
        raise OutOfTheOrdinary
    flat: list[Any]
    if len(below.parts) == 1:
        flat = _of(below.parts[0])
    else:
        flat = [None] * below.count
        for part in below.parts:
            for index, answer in zip(part.chosen, _of(part), strict=True):
                flat[index] = answer
    return _nested(flat, shape, column, types)


def _of(part: Part) -> list[Any]:
    """The answer for each object of a part."""
    answers = completed(part.level)
    return answers if part.positions is None else list(map(answers.__getitem__, part.positions))


def _nested(answers: list[Any], shape: Shape, column: Column, types: Types) -> Column:
    """Objects put where they were found: one for each value, or one for each item of a list."""
    if is_odd(types) or (shape.required and NOTHING in types):
        raise OutOfTheOrdinary
    if shape.item is None:
        return _around(column, answers) if NOTHING in types else answers
    if not are_lists(types):
        raise OutOfTheOrdinary
    there: Sequence[Any] = [value for value in column if value is not None] if NOTHING in types else column
    if shape.item.item is not None or sum(map(len, there)) != len(answers):
        items = list(chain.from_iterable(there))
        return sliced(_nested(answers, shape.item, items, frozenset(map(type, items))), column)
    return sliced(answers, column)


def _around(column: Column, answers: list[Any]) -> Column:
    """Answers with null where there was null."""
    there = iter(answers)
    return [None if value is None else next(there) for value in column]
