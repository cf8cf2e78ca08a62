"""Reads on SQLite: short ones at once, long ones in the lane, stopped when nobody waits or their time is over (Q-15)."""

import asyncio
import sqlite3
import threading
from collections.abc import AsyncIterator
from typing import Any

import pytest
from sqlalchemy import Integer, bindparam, func, literal, select, text

from domain.kernel import sqlite
from domain.kernel.errors import DeadlineExceeded
from domain.kernel.sqlite import connect_for_reads
from domain.kernel.statements import Statement
from tests.support.world import World

_NUMBERS = select(literal(1).label("number")).cte("numbers", recursive=True)
_COUNTED = _NUMBERS.union_all(select(_NUMBERS.c.number + 1).where(_NUMBERS.c.number < bindparam("top", type_=Integer)))
COUNT = Statement(lambda _dialect: select(func.max(_COUNTED.c.number).label("top")), "Row", "takes as long as it is told to")
BROKEN = Statement(lambda _dialect: text("SELECT x FROM nowhere").columns(_COUNTED.c.number), "Row", "there is no such table")
pytestmark = pytest.mark.timeout(60)  # what waits for an endless read fails instead of hanging
SHORT, LONG, ENDLESS = 10, 200_000, 10**15
"""Well under two milliseconds; well over; longer than any test."""


async def count_to(world: World, top: int, deadline: float = 3600.0) -> int:
    [row] = await world.database.read(deadline)(COUNT, top=top)
    return int(row.top)


@pytest.fixture
async def endless(sqlite_world: World) -> AsyncIterator["asyncio.Task[int]"]:
    """A read that fills the lane until it is canceled."""
    task = asyncio.ensure_future(count_to(sqlite_world, ENDLESS))
    await asyncio.sleep(0)
    yield task
    task.cancel()


class TestLane:
    async def test_takes_what_is_too_long_for_the_loop(self, sqlite_world: World) -> None:
        assert await count_to(sqlite_world, LONG) == LONG

    async def test_leaves_the_loop_to_short_reads(
        self, sqlite_world: World, endless: "asyncio.Task[int]", monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(sqlite, "BUDGET", 3600)  # on a busy machine two milliseconds can pass before any read has begun
        assert [await count_to(sqlite_world, SHORT) for _ in range(100)] == [SHORT] * 100
        assert not endless.done()

    async def test_is_free_again_after_a_cancel(self, sqlite_world: World, endless: "asyncio.Task[int]") -> None:
        endless.cancel()
        with pytest.raises(asyncio.CancelledError):
            await endless
        assert await count_to(sqlite_world, LONG) == LONG

    async def test_passes_over_what_was_canceled_while_it_waited(self, sqlite_world: World, endless: "asyncio.Task[int]") -> None:
        queued = [asyncio.ensure_future(count_to(sqlite_world, ENDLESS)) for _ in range(3)]
        last = asyncio.ensure_future(count_to(sqlite_world, LONG))
        await asyncio.sleep(0)
        for task in [*queued, endless]:
            task.cancel()
        assert await last == LONG
        assert {type(one) for one in await asyncio.gather(*queued, return_exceptions=True)} == {asyncio.CancelledError}

    async def test_of_many_at_once_answers_each_its_own(self, sqlite_world: World) -> None:
        tops = [LONG + number for number in range(5)] + [SHORT + number for number in range(5)]
        assert await asyncio.gather(*(count_to(sqlite_world, top) for top in tops)) == tops

    async def test_ends_with_the_database(self, sqlite_world: World) -> None:
        lanes = [thread for thread in threading.enumerate() if thread.name == "sqlite-lane"]
        await sqlite_world.database.close()
        assert lanes
        assert not any(thread.is_alive() for thread in lanes)


class TestDeadline:
    async def test_stops_the_read_and_leaves_the_connection_well(self, sqlite_world: World) -> None:
        for _ in range(3):
            with pytest.raises(DeadlineExceeded) as stopped:
                await count_to(sqlite_world, ENDLESS, deadline=0.02)
            assert stopped.value.retry_after == 1
            assert await count_to(sqlite_world, LONG) == LONG
            assert await count_to(sqlite_world, SHORT) == SHORT

    async def test_of_one_does_not_stop_another(self, sqlite_world: World) -> None:
        """What SQLite's own `interrupt()` would do."""
        short_lived = asyncio.ensure_future(count_to(sqlite_world, ENDLESS, deadline=0.02))
        other = asyncio.ensure_future(count_to(sqlite_world, LONG))
        with pytest.raises(DeadlineExceeded):
            await short_lived
        assert await other == LONG


class TestConnections:
    async def test_failures_go_through_and_leave_them_well(self, sqlite_world: World) -> None:
        with pytest.raises(sqlite3.OperationalError, match="no such table"):
            await sqlite_world.database.read()(BROKEN)
        assert await count_to(sqlite_world, SHORT) == SHORT

    async def test_of_reads_cannot_write(self, sqlite_world: World) -> None:
        connection = connect_for_reads(str(sqlite_world.settings.database.database))
        with pytest.raises(sqlite3.OperationalError, match="readonly"):
            connection.execute("DELETE FROM entry")
        connection.close()

    async def test_of_works_keep_what_was_committed_and_nothing_that_was_erased(self, sqlite_world: World) -> None:
        """Q-6."""
        wanted: dict[str, Any] = {"journal_mode": "wal", "synchronous": 2, "busy_timeout": 5000, "foreign_keys": 1, "secure_delete": 1}
        async with sqlite_world.work() as uow:
            found = {name: (await uow.session.execute(text(f"PRAGMA {name}"))).scalar_one() for name in wanted}
        assert found == wanted

    async def test_of_works_take_the_write_lock_when_they_begin(self, sqlite_world: World) -> None:
        """Q-6: a lock that is upgraded later fails at once, however long one would wait."""
        outside = sqlite3.connect(str(sqlite_world.settings.database.database), timeout=0, isolation_level=None)
        async with sqlite_world.work() as uow:
            await uow.session.connection()
            with pytest.raises(sqlite3.OperationalError, match="locked"):
                outside.execute("BEGIN IMMEDIATE")
        outside.execute("BEGIN IMMEDIATE")
        outside.close()
