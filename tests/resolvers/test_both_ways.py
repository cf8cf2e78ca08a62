"""Operations over the real graph that nobody thought of, and those that people are shown first, run both ways."""

import contextlib
from dataclasses import replace
from importlib.resources import files
from random import Random
from typing import Any

import pytest
from graphql import GraphQLError, OperationType, parse, parse_const_value, validate
from graphql.execution import get_variable_values
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis_graphql import queries

from domain.kernel.permissions import EVERYTHING, OPERATING
from domain.matching import commands as matching
from domain.webhooks import commands as webhooks
from gateway import graph
from gateway.apis import DIALECTS
from gateway.execution.explain import Report, touched
from gateway.execution.run import Answer
from gateway.stored import texts
from resolvers.context import Context
from resolvers.schema import build
from tests.domain.teams.acting import add, create
from tests.gateway.execution.random_operations import Writer
from tests.support.world import World

EXECUTOR = graph.executor(build())
EXAMPLES = [
    (name, text)
    for folder in (files("gateway.graphiql") / "examples", *(files(f"rest_compat.{api}") / "operations" for api in DIALECTS))
    for name, text in texts(folder).items()
]
SCALARS = {
    "DateTime": "2026-01-01T00:00:00Z",
    "Date": "2026-01-01",
    "Decimal": "90.00",
    "BigInt": 1,
    "UUID": "0b6f3c1e-7a52-4d8e-9b37-6f0d2b9c41ae",
}
LITERALS = {name: st.just(parse_const_value(f'"{value}"' if isinstance(value, str) else str(value))) for name, value in SCALARS.items()}
A_DAY = ["2026-01-01T00:00:00Z", "2026-03-02T10:00:00+01:00"]


@pytest.fixture
async def peopled(world: World) -> World:
    """Somebody in every state."""
    async with world.work() as uow:
        await webhooks.create(uow, url="https://example.com/", events=["invite.sent"])
    attempts = [(await world.complete(f"p{number}@example.com", f"Person {number}", seed=number))[1] for number in range(3)]
    await add(world, await create(world), *attempts[:2])
    await create(world, "Nobody")
    await world.begin(await world.invite("begun@example.com"))
    await world.invite("pending@example.com", "Anna Berg")
    async with world.work() as uow:
        await matching.create(uow, name="Vertrieb", targets=[("detail", {"ideal": 6}), ("people", {"ideal": 8})])
    return world


async def samples(world: World) -> dict[str, list[Any]]:
    """Arguments that find something, and some that do not."""
    context = Context(world.actor, world.database)
    text = "{ candidates(first: 9) { nodes { id key } } invites(first: 9) { nodes { id key } } attempts(first: 9) { nodes { id key } }"
    text += " jobProfiles(first: 9) { nodes { id key } } teams(first: 9) { nodes { id key } } events(last: 9) { nodes { id key: id } }"
    text += " deliveries(first: 9) { nodes { id key } } }"
    answer = await EXECUTOR.run(EXECUTOR.documents.get(text).operation(None), {}, context)
    found = [node[name] for page in answer.data.values() for node in page["nodes"] for name in ("id", "key")]
    keys = [*map(str, found), "escprofile", "1", "nobody"]
    moments = dict.fromkeys(
        ("createdFrom", "createdUntil", "completedFrom", "completedUntil", "startedFrom", "startedUntil", "atFrom", "atUntil"), A_DAY
    )
    numbers = {"first": [1, 2, 5, 5, 0], "last": [1, 3], "offset": [0, 1], "limit": [1, 5]}
    words = {"text": ["anna", "p1", "%"], "email": ["p1@example.com", "no address"], "after": ["x"], "before": ["x"]}
    profiles = [node["key"] for node in answer.data["jobProfiles"]["nodes"]]
    words |= {"jobProfile": [*profiles, *profiles, "jp_1"], "scale": ["detail", "global", "people", "nothing"]}
    words |= {"subject": keys, "actor": ["system", f"key:{world.key.key}"]}
    return {"key": keys, "id": keys, "ids": keys, "candidate": keys, "attempt": keys, "instrument": keys, **moments, **numbers, **words}


async def run(world: World, text: str, variables: dict[str, Any]) -> Any:
    """Run a valid operation without asking what it costs; None when its variables are refused."""
    document = EXECUTOR.documents.get(text)
    if document.errors:
        return None
    [prepared] = document.operations.values()
    coerced = get_variable_values(EXECUTOR.schema, prepared.operation.variable_definitions or (), variables)
    if isinstance(coerced, list):
        return None
    report = Report()
    operator = replace(world.actor, permissions=EVERYTHING | OPERATING)  # or what reads trials would answer nothing
    result = await EXECUTOR.documents.engine.run(prepared.runnable, coerced, Context(operator, world.database), None, report)
    with contextlib.suppress(GraphQLError):  # a page without a size
        assert report.root is None or touched(report.root, EXECUTOR.documents.policy.field_kind) <= prepared.estimate(coerced.coerced)
    return result


async def of_random(world: World, seeds: range) -> int:
    """Run operations of these seeds; how many answered something."""
    known, answered = await samples(world), 0
    forward = known | {"last": [], "before": [], "after": [], "first": [1, 5]}
    for seed in seeds:
        writer = Writer(EXECUTOR.schema, Random(seed), depth=5, samples=forward if seed % 3 else known)
        writer.scalars, writer.always = SCALARS, frozenset({"first"} if seed % 3 else ())
        text = writer.operation()
        result = None if validate(EXECUTOR.schema, parse(text)) else await run(world, text, writer.variables)
        answered += bool(result and result.data and any(result.data.values()))
    return answered


async def test_random_operations_answer_the_same(peopled: World) -> None:
    assert await of_random(peopled, range(150)) > 30


async def test_operations_that_hypothesis_writes_answer_the_same(peopled: World) -> None:
    """Thirty of them here, a thousand in the long gate."""
    texts: list[str] = []

    @settings(suppress_health_check=list(HealthCheck), database=None)
    @given(queries(build().as_str(), custom_scalars=LITERALS))
    def write(text: str) -> None:
        texts.append(text)

    write()
    answered = [await run(peopled, text, {}) for text in texts]
    assert sum(bool(result) for result in answered) > len(texts) / 3


@pytest.mark.long
@pytest.mark.timeout(1800)
async def test_thousands_of_random_operations_answer_the_same(peopled: World) -> None:
    assert await of_random(peopled, range(1000, 4000)) > 1000


async def test_what_people_are_shown_answers_the_same(peopled: World) -> None:
    """The examples of GraphiQL and the operations behind REST; those that change something are run elsewhere, once."""
    known, answered = await samples(peopled), 0
    for name, text in EXAMPLES:
        [prepared] = EXECUTOR.documents.get(text).operations.values()
        if prepared.kind is not OperationType.QUERY:
            continue
        for seed in range(5):
            variables = Writer(EXECUTOR.schema, Random(seed), samples=known).given(prepared.operation)
            context = Context(peopled.actor, peopled.database)
            if not isinstance(EXECUTOR.admit(prepared, variables, context), Answer):
                answered += (await EXECUTOR.run(prepared, variables, context)).executed
        assert answered, name
