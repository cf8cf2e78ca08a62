"""A hundred thousand operations leave nothing behind: no task, no connection, no memory."""

import asyncio
import gc

import psutil
import pytest

from gateway import graph
from resolvers.context import Context
from resolvers.schema import build
from tests.support.world import World

EXECUTOR = graph.executor(build())
TEXTS = (
    "{ candidates(first: 5) { nodes { name invites(first: 2) { nodes { key } } } } }",
    "query($k: ID!) { candidate(key: $k) { name results(first: 1) { nodes { scales { cValue } } } } }",
    '{ results(first: 5, after: "no cursor") { nodes { key } } instruments { key } }',  # fails, and is located
    '{ viewer { account { key } } __type(name: "Invite") { name } }',  # is left to the reference
)
OPERATIONS, SETTLED = 100_000, 20_000
GROWTH = 16 << 20


@pytest.mark.long
@pytest.mark.timeout(1800)
async def test_nothing_is_left_behind(world: World) -> None:
    await world.complete()
    variables = [{}, {"k": "nobody"}, {}, {}]
    prepared = [EXECUTOR.documents.get(text).operation(None) for text in TEXTS]
    process, seen = psutil.Process(), []
    for number in range(OPERATIONS):
        kind = number % len(TEXTS)
        answer = await EXECUTOR.run(prepared[kind], variables[kind], Context(world.actor, world.database))
        assert answer.executed
        if number in (SETTLED, OPERATIONS - 1):
            gc.collect()
            seen.append((process.memory_info().rss, len(asyncio.all_tasks()), process.num_fds()))
    (before, *others), (after, *still) = seen
    assert others == still
    assert after - before < GROWTH
