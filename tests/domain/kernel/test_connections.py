"""Connections that are handed round: never more than there may be, never a broken one, never one in a transaction."""

import asyncio
import contextlib
import random
from collections.abc import AsyncIterator

import asyncpg
import pytest
import sqlalchemy as sa

from domain.invites.model import Invite
from domain.kernel import postgres
from domain.kernel.errors import Unavailable
from domain.kernel.postgres import Connections, PostgresRead, open_connections
from domain.kernel.statements import ACCOUNT, Statement
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


async def test_one_that_broke_in_use_leaves_its_place(connections: Connections) -> None:
    for _ in range(3 * SIZE):
        connection = await connections.take()
        connection.terminate()
        connections.give(connection)
    assert await places(connections) == SIZE


async def places(connections: Connections) -> int:
    """How many connections can be taken at the same time."""
    taken = []
    with contextlib.suppress(Unavailable):
        while True:
            taken.append(await connections.take())
    for connection in taken:
        connections.give(connection)
    return len(taken)


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgres, "POOL_WAIT", 0.5)
    monkeypatch.setattr(postgres, "MEND_SECONDS", 0.2)


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("begun", ["begin", "begin; select 1/0"])
async def test_one_in_a_transaction_is_mended_first(connections: Connections, begun: str) -> None:
    connection = await connections.take()
    with contextlib.suppress(asyncpg.DivisionByZeroError):
        await connection.execute(begun)
    connections.give(connection, whole=False)
    again = [await connections.take() for _ in range(SIZE)]
    assert not any(one.is_in_transaction() for one in again)
    assert [await one.fetchval("select current_user") for one in again] == ["centil_reader"] * SIZE
    for one in again:
        connections.give(one)


@pytest.mark.usefixtures("impatient")
async def test_one_whose_statement_was_canceled_serves_again_when_the_server_let_go(connections: Connections) -> None:
    connection = await connections.take()
    sleeping = asyncio.create_task(connection.execute("select pg_sleep(3600)"))
    await asyncio.sleep(0)
    sleeping.cancel()
    with pytest.raises(asyncio.CancelledError):
        await sleeping
    connections.give(connection, whole=False)
    taken = [await connections.take() for _ in range(SIZE)]
    assert [await one.fetchval("select 1") for one in taken] == [1] * SIZE
    for one in taken:
        connections.give(one)
    assert await places(connections) == SIZE


async def test_one_that_was_silent_for_long_is_not_used(connections: Connections, monkeypatch: pytest.MonkeyPatch) -> None:
    first = await connections.take()
    connections.give(first)
    monkeypatch.setattr(postgres, "IDLE_SECONDS", 0.0)
    second = await connections.take()
    assert second is not first
    assert first.is_closed()
    connections.give(second)


class Wire:
    """A way to the database that can fall silent: what comes over connections that are open then gets lost."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._silent = asyncio.Event()
        self._pumps: set[asyncio.Task[None]] = set()

    async def open(self) -> int:
        self._server = await asyncio.start_server(self._connect, "127.0.0.1", 0)
        return int(self._server.sockets[0].getsockname()[1])

    def fall_silent(self) -> None:
        """Lose everything from now on, but for new connections."""
        self._silent.set()
        self._silent = asyncio.Event()

    async def _connect(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_connection("127.0.0.1", self._port)
        for source, target in ((reader, back), (there, writer)):
            self._pumps.add(asyncio.create_task(self._pump(source, target, self._silent)))

    async def _pump(self, source: asyncio.StreamReader, target: asyncio.StreamWriter, silent: asyncio.Event) -> None:
        while data := await source.read(65536):
            if not silent.is_set():
                target.write(data)
        target.close()

    async def close(self) -> None:
        self._server.close()
        for pump in self._pumps:
            pump.cancel()
        await asyncio.gather(*self._pumps, return_exceptions=True)


NUMBER = Statement(lambda _dialect: sa.select(sa.literal(1).label("number")), "Row", "of nobody")


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("behind_rls", [False, True])
async def test_a_way_that_falls_silent_costs_those_who_are_on_it_and_nobody_else(postgres_world: World, behind_rls: bool) -> None:
    url = postgres_world.settings.database
    assert url.port is not None
    wire = Wire(url.port)
    dsn = url.set(host="127.0.0.1", port=await wire.open()).render_as_string(hide_password=False)
    connections = await open_connections(dsn, size=SIZE, statement_timeout=5)

    async def read() -> int:
        async with asyncio.timeout(0.3):
            [row] = await PostgresRead(connections, behind_rls=behind_rls)(NUMBER)
            return int(row.number)

    assert await asyncio.gather(read(), read()) == [1, 1]
    wire.fall_silent()
    for lost in await asyncio.gather(read(), read(), return_exceptions=True):
        assert isinstance(lost, TimeoutError)
    await asyncio.gather(*connections._mending)
    assert await places(connections) == SIZE
    assert await asyncio.gather(read(), read(), read()) == [1, 1, 1]
    await connections.close()
    await wire.close()


@pytest.mark.parametrize("behind_rls", [False, True])
async def test_reads_that_are_canceled_anywhere_leave_every_connection_good(postgres_world: World, behind_rls: bool) -> None:
    dsn = postgres_world.settings.database.render_as_string(hide_password=False)
    connections = await open_connections(dsn, size=SIZE, statement_timeout=5)
    dice = random.Random(7)

    async def read() -> int:
        [row] = await PostgresRead(connections, behind_rls=behind_rls)(MINE, account_id=postgres_world.account_id)
        return int(row.number)

    for _ in range(60):
        reads = [asyncio.create_task(read()) for _ in range(2 * SIZE)]
        for _ in range(dice.randrange(12)):
            await asyncio.sleep(0)
        for task in dice.sample(reads, SIZE):
            task.cancel()
        await asyncio.gather(*reads, return_exceptions=True)
    assert await asyncio.gather(*[read() for _ in range(5 * SIZE)]) == [0] * 5 * SIZE
    assert await places(connections) == SIZE
    await connections.close()


MINE = Statement(lambda _dialect: sa.select(sa.func.count().label("number")).where(Invite.account_id == ACCOUNT), "Row", None)


async def test_none_is_left_open_at_the_end(connections: Connections) -> None:
    idle, late = await connections.take(), await connections.take()
    connections.give(idle)
    await connections.close()
    connections.give(late)
    assert idle.is_closed()
    assert late.is_closed()
