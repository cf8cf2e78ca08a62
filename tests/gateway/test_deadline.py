"""A request that takes too long is ended, and its SQL with it (Q-15)."""

import asyncio
import threading
import time
from collections.abc import Awaitable
from typing import Any

import asyncpg
import pytest
import sqlalchemy as sa

from domain.kernel import database as kernel
from domain.kernel.database import DEADLINE, PostgresDatabase, SqliteDatabase
from domain.kernel.errors import DeadlineExceeded
from domain.kernel.sqlite import LANES
from domain.kernel.statements import Statement
from gateway import graph
from gateway.execution.run import Answer, Executor
from resolvers.context import Context
from resolvers.schema import build
from tests.support.world import World

SLOW = "{ viewer { permissions } candidates(first: 5) { nodes { name } } }"
SOON = 0.3


def slow_select(dialect: str) -> Any:
    """A statement that takes half a minute."""
    if dialect == "postgresql":
        return sa.select(sa.cast(sa.func.pg_sleep(30), sa.String).label("slept"))
    one = sa.select(sa.literal(1).label("n")).cte("numbers", recursive=True)
    numbers = one.union_all(sa.select(one.c.n + 1).where(one.c.n < 300_000_000))
    return sa.select(sa.func.count().label("counted")).select_from(numbers)


STATEMENT = Statement(slow_select, "Row", "only a test runs it")


@pytest.fixture(scope="module")
def executor() -> Executor:
    return graph.executor(build())


@pytest.fixture
def slow_candidates(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every statement that reads candidates take half a minute."""
    prepared = Statement.prepared

    def planted(statement: Statement, dialect: str) -> Any:
        return prepared(STATEMENT if statement.graph_type == "Candidate" else statement, dialect)

    monkeypatch.setattr(Statement, "prepared", planted)


def running(executor: Executor, world: World, deadline: float) -> Awaitable[Answer]:
    context = Context(world.actor, world.database, request_id="req-1", deadline=deadline)
    prepared = executor.prepare(SLOW, None, context)
    assert not isinstance(prepared, Answer)
    return executor.run(prepared, None, context)


async def statements_of(world: World) -> int:
    """How many slow statements PostgreSQL works on, as its owner sees it."""
    owner = await asyncpg.connect(world.settings.database_url)
    try:
        text = "select count(*) from pg_stat_activity where datname = current_database() and state = 'active' and query like $1"
        return int(await owner.fetchval(text, "%pg\\_sleep(%"))
    finally:
        await owner.close()


async def is_asked(world: World) -> bool:
    """Whether the database works on a slow statement."""
    if isinstance(world.database, SqliteDatabase):
        return bool(world.database._reads.lanes.busy)
    return bool(await statements_of(world))


async def is_free(world: World) -> None:
    """Wait until the database works on none, which takes it half a minute unless it is told to stop."""
    async with asyncio.timeout(10):
        if isinstance(world.database, SqliteDatabase):
            lanes = world.database._reads.lanes
            all_of_them = threading.Barrier(LANES)
            await asyncio.gather(*(lanes.run(lambda _: all_of_them.wait(9), time.monotonic() + 10) for _ in range(LANES)))
        else:
            while await statements_of(world):
                pass


@pytest.mark.usefixtures("slow_candidates")
class TestReads:
    async def test_end_at_the_deadline(self, executor: Executor, world: World) -> None:
        answer = await asyncio.wait_for(running(executor, world, SOON), 10)
        assert answer.errors
        assert [error["extensions"]["code"] for error in answer.errors] == ["DEADLINE_EXCEEDED"]
        await is_free(world)

    async def test_end_when_their_request_is_canceled(self, executor: Executor, world: World) -> None:
        task = asyncio.ensure_future(running(executor, world, 20))
        await asyncio.wait([task], timeout=SOON)
        assert await is_asked(world)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await is_free(world)

    async def test_of_others_are_answered_meanwhile(self, executor: Executor, world: World) -> None:
        slow = asyncio.ensure_future(running(executor, world, 20))
        context = Context(world.actor, world.database)
        prepared = executor.prepare("{ balance { available } viewer { account { key } } }", None, context)
        assert not isinstance(prepared, Answer)
        for _ in range(5):
            assert (await executor.run(prepared, None, context)).errors is None
        assert not slow.done()
        if isinstance(world.database, SqliteDatabase):  # nor those that took longer than the loop gives them
            counted = await world.database._reads.lanes.run(
                lambda connection: connection.execute("select 1").fetchone(), time.monotonic() + 10
            )
            assert counted == (1,)
        slow.cancel()
        with pytest.raises(asyncio.CancelledError):
            await slow
        await is_free(world)


class TestWalls:
    @pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
    async def test_the_read_itself_knows_its_deadline(self, world: World) -> None:
        """Also where nobody cancels it, as in a job."""
        with pytest.raises(DeadlineExceeded):
            await world.database.read(SOON)(STATEMENT)

    @pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
    async def test_postgresql_stops_statements_by_itself(self, world: World) -> None:
        assert isinstance(world.database, PostgresDatabase)
        connection = await world.database._connections.take()
        assert await connection.fetchval("show statement_timeout") == "10s"
        world.database._connections.give(connection)
        async with world.work() as uow:
            assert (await uow.session.execute(sa.text("show statement_timeout"))).scalar() == "10s"

    def test_the_deadline_is_that_of_the_rule(self) -> None:
        assert kernel.DEADLINE == DEADLINE == 10
        assert Context.__dataclass_fields__["deadline"].default == 10
