"""What a busy or broken database looks like to commands and queries: try again, never a riddle (Q-6, Q-15, Q-16)."""

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from sqlalchemy import func, select, text

from domain.candidates import commands as candidates
from domain.candidates.model import Candidate
from domain.kernel.errors import DeadlineExceeded, Kind, Unavailable
from domain.kernel.postgres import PostgresRead, open_connections
from domain.kernel.statements import Statement
from tests.domain.at_once import all_at_once, failures, held_up
from tests.support.databases import Databases
from tests.support.world import World

SLEEP = Statement(lambda _dialect: select(func.pg_sleep(3600).label("slept")), "Row", "a long statement")
ONE = Statement(lambda _dialect: select(func.abs(1).label("one")), "Row", "a short statement")


class Watcher:
    """Looks at PostgreSQL from outside."""

    def __init__(self, world: World) -> None:
        self._dsn = world.settings.database.render_as_string(hide_password=False)

    async def ask(self, query: str) -> Any:
        connection = await asyncpg.connect(self._dsn)
        try:
            return await connection.fetchval(query)
        finally:
            await connection.close()

    async def until(self, query: str, wanted: Any) -> None:
        """Come back when the query answers what is wanted."""
        async with asyncio.timeout(10):
            while await self.ask(query) != wanted:
                pass


OURS = "FROM pg_stat_activity WHERE application_name = 'centil' AND datname = current_database()"
ASLEEP = f"SELECT count(*) {OURS} AND state = 'active' AND query LIKE '%pg_sleep%'"
IN_TRANSACTION = f"SELECT count(*) {OURS} AND state LIKE 'idle in transaction%'"
KILL = f"SELECT count(pg_terminate_backend(pid)) {OURS}"


async def add(world: World, email: str = "anna@example.com") -> str:
    async with world.work() as uow:
        return await candidates.find_or_add(uow, email=email)


class TestBusySqlite:
    async def test_is_unavailable_for_a_moment(self, sqlite_world: World) -> None:
        """Q-6: another process holds the write lock for longer than we wait."""
        async with sqlite_world.work() as uow:
            await uow.session.execute(text("PRAGMA busy_timeout = 10"))
        outside = sqlite3.connect(str(sqlite_world.settings.database.database), isolation_level=None)
        outside.execute("BEGIN IMMEDIATE")
        with pytest.raises(Unavailable) as refused:
            await add(sqlite_world)
        assert (refused.value.kind, refused.value.retry_after) == (Kind.UNAVAILABLE, 1)
        assert (await sqlite_world.balance()).available == 100
        outside.execute("ROLLBACK")
        outside.close()
        assert await sqlite_world.count(Candidate) == 0
        assert await add(sqlite_world)


class TestBusyPostgres:
    async def test_is_unavailable_when_no_connection_is_free(self, databases: Databases, tmp_path: Path) -> None:
        """Q-16: after a second, for works and for reads."""
        with databases.copy("postgresql", tmp_path) as url:
            world = await World.open(url, tmp_path, database_pool=2)
            sleeping = [asyncio.ensure_future(world.database.read()(SLEEP)) for _ in range(2)]
            async with world.work() as one, world.work() as other:
                await one.session.connection()
                await other.session.connection()
                assert failures(await all_at_once([add(world), world.database.read()(ONE)])) == ["Unavailable", "Unavailable"]
            for task in sleeping:
                task.cancel()
            assert failures(await all_at_once(sleeping)) == ["CancelledError", "CancelledError"]
            assert await add(world)
            assert len(await world.database.read()(ONE)) == 1
            await world.close()

    async def test_is_unavailable_to_one_of_two_that_block_each_other(self, postgres_world: World) -> None:
        first, second = await add(postgres_world, "a@example.com"), await add(postgres_world, "b@example.com")
        both_hold = asyncio.Barrier(2)

        async def lock(*keys: str) -> None:
            async with postgres_world.work() as uow:
                await uow.lock(Candidate, uow.account_id, keys[0])
                await both_hold.wait()
                await uow.lock(Candidate, uow.account_id, keys[1])

        outcomes = await all_at_once([lock(first, second), lock(second, first)])
        assert failures(outcomes) == ["Unavailable"]

    async def test_is_unavailable_when_a_lock_is_not_given(self, postgres_world: World) -> None:
        key = await add(postgres_world)

        async def impatient() -> None:
            async with postgres_world.work() as uow:
                await uow.session.execute(text("SET LOCAL lock_timeout = '100ms'"))
                await uow.lock(Candidate, uow.account_id, key)

        async with postgres_world.work() as uow:
            await uow.lock(Candidate, uow.account_id, key)
            with pytest.raises(Unavailable):
                await (await held_up(postgres_world, impatient()))


class TestLostConnection:
    KILL = (
        "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE application_name = 'centil' AND datname = current_database()"
    )

    async def test_is_unavailable_and_then_made_again(self, postgres_world: World) -> None:
        watcher, before = Watcher(postgres_world), await postgres_world.rows()
        sleeping = asyncio.ensure_future(postgres_world.database.read()(SLEEP))

        async def cut_off() -> None:
            async with postgres_world.work() as uow:
                await candidates.find_or_add(uow, email="anna@example.com")
                await watcher.until(ASLEEP, 1)
                await watcher.ask(KILL)
                await uow.session.execute(select(func.abs(1)))

        assert failures(await all_at_once([cut_off(), sleeping])) == ["Unavailable", "Unavailable"]
        assert await postgres_world.rows() == before
        assert (await postgres_world.balance()).available == 100
        assert await add(postgres_world)


class TestDeadlineOnPostgres:
    async def test_ends_a_read_in_the_server_too(self, postgres_world: World) -> None:
        """Q-15."""
        watcher = Watcher(postgres_world)

        async def read() -> None:
            await postgres_world.database.read()(SLEEP)

        await self.cancel_when_asleep(watcher, read)
        assert len(await asyncio.gather(*(postgres_world.database.read()(ONE) for _ in range(20)))) == 20

    async def test_ends_a_work_in_the_server_too(self, postgres_world: World) -> None:
        watcher, before = Watcher(postgres_world), await postgres_world.rows()

        async def work() -> None:
            async with postgres_world.work() as uow:
                await candidates.find_or_add(uow, email="anna@example.com")
                await uow.session.execute(text("SELECT pg_sleep(3600)"))

        await self.cancel_when_asleep(watcher, work)
        await watcher.until(IN_TRANSACTION, 0)
        assert await postgres_world.rows() == before
        assert await add(postgres_world)

    async def cancel_when_asleep(self, watcher: Watcher, begin: Callable[[], Awaitable[None]]) -> None:
        task = asyncio.ensure_future(begin())
        await watcher.until(ASLEEP, 1)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await watcher.until(ASLEEP, 0)

    async def test_is_kept_by_the_server_itself(self, postgres_world: World) -> None:
        """The second wall: a statement whose client forgot it."""
        dsn = postgres_world.settings.database.render_as_string(hide_password=False)
        connections = await open_connections(dsn, size=1, statement_timeout=0.05)
        with pytest.raises(DeadlineExceeded):
            await PostgresRead(connections)(SLEEP)
        assert len(await PostgresRead(connections)(ONE)) == 1
        await connections.close()
        with pytest.raises(DeadlineExceeded):
            await self.sleep_in_a_work(postgres_world)
        shown = [(await self.timeout_of(postgres_world)), (await postgres_world.database.read()(TIMEOUT))[0].timeout]
        assert shown == ["10s", "10s"]

    async def sleep_in_a_work(self, world: World) -> None:
        async with world.work() as uow:
            await uow.session.execute(text("SET LOCAL statement_timeout = 50"))
            await uow.session.execute(text("SELECT pg_sleep(3600)"))

    async def timeout_of(self, world: World) -> Any:
        async with world.work() as uow:
            return (await uow.session.execute(text("SHOW statement_timeout"))).scalar_one()


TIMEOUT = Statement(lambda _dialect: select(func.current_setting("statement_timeout").label("timeout")), "Row", "a setting")


class TestAll:
    async def test_answers_in_the_order_of_the_questions(self, world: World) -> None:
        read = world.database.read()
        numbers = await read.all(*(read(ONE) for _ in range(20)))
        assert [rows[0].one for rows in numbers] == [1] * 20
        assert read.statements == 20  # type: ignore[attr-defined]
