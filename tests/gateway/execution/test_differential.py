"""The engine answers as the reference executor does: the same data, and the same errors at the same places."""

import asyncio
import gc
import warnings
from random import Random
from typing import Any

import pytest
from graphql import ExecutionResult, OperationDefinitionNode, execute, parse, validate
from graphql.execution import get_variable_values
from hypothesis import assume, given, note
from hypothesis import strategies as st

from gateway.execution.engine import Engine
from gateway.execution.fields import Ways
from tests.gateway.execution.random_graphs import DECLARED, TAGS, Graph, Thing
from tests.gateway.execution.random_operations import Writer
from tests.support.both_ways import differences

ROOT = Thing("Query", "root")


async def both(graph: Graph, text: str, variables: dict[str, Any]) -> tuple[ExecutionResult, ExecutionResult, list[str]]:
    """The engine's answer, that of the reference, and why the engine left it to the reference, if it did."""
    document = parse(text)
    operation = next(part for part in document.definitions if isinstance(part, OperationDefinitionNode))
    fragments = {part.name.value: part for part in document.definitions if part is not operation}  # type: ignore[attr-defined]
    engine = Engine(Ways(graph.schema, lambda field: field.extensions.get(DECLARED)), TAGS.get)
    coerced = get_variable_values(graph.schema, operation.variable_definitions or (), variables)
    assume(not isinstance(coerced, list))
    with warnings.catch_warnings(record=True) as told:
        ours = await engine.run(engine.operation(operation, fragments), coerced, None, ROOT)  # type: ignore[arg-type]
        gc.collect()
    assert not told, "nothing that was begun is left"
    reference: Any = execute(graph.schema, document, ROOT, variable_values=variables)
    answer = reference if isinstance(reference, ExecutionResult) else await reference
    while others := asyncio.all_tasks() - {asyncio.current_task()}:  # what the reference goes on with behind its answer
        await asyncio.wait(others)
    return ours, answer, list(engine.fell_back)


@pytest.mark.timeout(1800)
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # of the reference; the engine is looked at above
@given(st.integers(0, 2**63), st.sampled_from([0.0, 0.02, 0.1, 0.3]), st.sampled_from(["query", "query", "mutation"]))
def test_any_operation_over_any_graph(seed: int, trouble: float, kind: str) -> None:
    dice = Random(seed)
    graph = Graph(dice, trouble)
    writer = Writer(graph.schema, dice)
    text = writer.operation(kind)
    assume(not validate(graph.schema, parse(text)))
    note(f"{text}\n{writer.variables}")
    ours, reference, left = asyncio.run(both(graph, text, writer.variables))
    assert differences(ours, reference) == []
    assert left == []
