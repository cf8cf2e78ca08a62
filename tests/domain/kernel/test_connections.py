"""Connections that are handed round: never more than there may be, never a broken one, never one in a transaction."""

import asyncio
from collections.abc import AsyncIterator

import asyncpg
import pytest

from domain.kernel import postgres
from domain.kernel.errors import Unavailable
from domain.kernel.postgres import Connections, open_connections
from tests.support.world import World

SIZE = 2


@pytest.fixture
async def connections(postgres_world: World) -> AsyncIterator[Connections]:
    dsn = postgres_world.settings.database.render_as_string(hide_password=False)
    made = await open_connections(dsn, size=SIZE, statement_timeout=5)
    yield made
    await made.close()


async def pid(connection: "asyncpg.Connection[asyncpg.Record]") -> int:
    return int(await connection.fetchval("select pg_backend_pid()"))


async def test_the_one_that_was_used_last_is_used_next(connections: Connections) -> None:
    first, second = await connections.take(), await connections.take()
    connections.give(first)
    connections.give(second)
    again = await connections.take()
    assert again is second
    connections.give(again)


async def test_whoever_finds_none_is_refused_in_time(connections: Connections, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgres, "POOL_WAIT", 0.05)
    taken = [await connections.take() for _ in range(SIZE)]
    with pytest.raises(Unavailable):
        await connections.take()
    for connection in taken:
        connections.give(connection)
    assert {await connections.take(), await connections.take()} == set(taken)
    for connection in taken:
        connections.give(connection)


async def test_whoever_waits_is_served_in_turn(connections: Connections) -> None:
    taken = [await connections.take() for _ in range(SIZE)]
    order: list[int] = []

    async def work(number: int) -> None:
        connection = await connections.take()
        order.append(number)
        connections.give(connection)

    waiting = [asyncio.create_task(work(number)) for number in range(5)]
    await asyncio.sleep(0)
    for connection in taken:
        connections.give(connection)
    await asyncio.gather(*waiting)
    assert order == [0, 1, 2, 3, 4]


async def test_whoever_gives_up_waiting_takes_no_place(connections: Connections) -> None:
    taken = [await connections.take() for _ in range(SIZE)]
    waiting = [asyncio.create_task(connections.take()) for _ in range(5)]
    await asyncio.sleep(0)
    for task in waiting:
        task.cancel()
    await asyncio.gather(*waiting, return_exceptions=True)
    for connection in taken:
        connections.give(connection)
    assert len({await connections.take() for _ in range(SIZE)}) == SIZE
    for connection in taken:
        connections.give(connection)


async def test_one_that_broke_is_made_again(connections: Connections) -> None:
    first, second = await connections.take(), await connections.take()
    broken = await pid(first)
    connections.give(first)
    await second.execute("select pg_backend_pid()")
    first.terminate()
    again = await connections.take()
    assert await pid(again) != broken
    connections.give(again)
    connections.give(second)


async def test_one_in_a_transaction_is_not_handed_on(connections: Connections) -> None:
    connection = await connections.take()
    await connection.execute("begin")
    connections.give(connection)
    again = await connections.take()
    assert again is not connection
    assert not again.is_in_transaction()
    connections.give(again)


async def test_one_whose_statement_was_canceled_serves_the_next(connections: Connections) -> None:
    connection = await connections.take()
    sleeping = asyncio.create_task(connection.execute("select pg_sleep(3600)"))
    await asyncio.sleep(0)
    sleeping.cancel()
    with pytest.raises(asyncio.CancelledError):
        await sleeping
    connections.give(connection)
    again = await connections.take()
    assert again is connection
    assert await again.fetchval("select 1") == 1
    connections.give(again)


async def test_none_is_left_open_at_the_end(connections: Connections) -> None:
    idle, late = await connections.take(), await connections.take()
    connections.give(idle)
    await connections.close()
    connections.give(late)
    assert idle.is_closed()
    assert late.is_closed()
