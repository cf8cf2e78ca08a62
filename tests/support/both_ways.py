"""The engine's answers held to those of the reference executor: the same data, and the same errors at the same places."""

import copy
from collections.abc import Sequence
from typing import Any

import pytest
from graphql import ExecutionResult, GraphQLError, OperationType

from gateway.execution.engine import Engine, Operation
from gateway.execution.replay import Reference
from resolvers.context import Context


def told(error: GraphQLError) -> tuple[Any, ...]:
    """What a client can see of an error, and what it came from."""
    locations = tuple(error.formatted.get("locations") or ())
    return str(error.path), error.message, str(locations), type(error.original_error).__name__


def same(one: Any, other: Any) -> bool:
    """Equal as JSON is: in kind, in the order of keys, and NaN is not asked for."""
    if type(one) is not type(other):
        return False
    if isinstance(one, dict):
        return list(one) == list(other) and all(same(one[key], other[key]) for key in one)
    if isinstance(one, list):
        return len(one) == len(other) and all(map(same, one, other))
    return repr(one) == repr(other)


def nulled(data: Any, path: Sequence[Any]) -> tuple[Any, ...]:
    """Where the null is that an error led to: at its own place, or above it when there may be none."""
    for depth, key in enumerate(path):
        if data is None:
            return tuple(path[:depth])
        data = data[key]
    return tuple(path)


def by_place(result: ExecutionResult) -> dict[tuple[Any, ...], list[tuple[Any, ...]]]:
    """The errors of an answer by the null that they led to."""
    found: dict[tuple[Any, ...], list[tuple[Any, ...]]] = {}
    for error in result.errors or ():
        found.setdefault(nulled(result.data, error.path or ()), []).append(told(error))
    return {place: sorted(errors) for place, errors in found.items()}


def differences(ours: ExecutionResult, reference: ExecutionResult) -> list[str]:
    """How two answers differ.

    Of several failures below the same null any may be told: the specification leaves open which were met before it.
    """
    found = [] if same(ours.data, reference.data) else [f"data: {ours.data} instead of {reference.data}"]
    mine, theirs = by_place(ours), by_place(reference)
    if mine.keys() != theirs.keys():
        return [*found, f"errors: {mine} instead of {theirs}"]
    for place in mine:
        own = str(list(place))
        if {path for path, *_ in (*mine[place], *theirs[place])} == {own} and mine[place] != theirs[place]:
            found.append(f"errors at {place}: {mine[place]} instead of {theirs[place]}")
    return found


def check_all(monkeypatch: pytest.MonkeyPatch, *, everywhere: bool) -> None:
    """Run every query of a test by the reference executor, too, in a context of its own, and compare.

    On PostgreSQL only when it is to be `everywhere`: what differs there is below both, and `test_both_ways` goes over all fields.
    Mutations run once only: what they do, they do.
    """
    run = Engine.run

    async def both(
        self: Engine, operation: Operation, variables: Any, context: Any, root: Any = None, report: Any = None
    ) -> ExecutionResult:
        ours = await run(self, operation, variables, context, root, report)
        if (
            operation.definition.operation is OperationType.QUERY
            and isinstance(context, Context)
            and (everywhere or context.database.dialect == "sqlite")
            and not _moves(operation)
        ):
            reference: Any = self._reference(Reference, operation, variables, _another(context), root).execute_operation()
            found = differences(ours, reference if isinstance(reference, ExecutionResult) else await reference)
            assert not found, [difference[:2_000] for difference in found]
        return ours

    monkeypatch.setattr(Engine, "run", both)


def _moves(operation: Operation) -> bool:
    """Whether an operation asks for what changes by itself: the use of keys is noted in the background."""
    location = operation.definition.loc
    return location is not None and "lastUsedAt" in location.source.body


def _another(context: Context) -> Context:
    """The same request over again, knowing nothing of the first."""
    another = copy.copy(context)
    another._loaders, another.read = {}, context.database.read()
    return another
