"""An account whose jobs go to the real queue, and workers of this process that run them with the real engine."""

import asyncio
from collections.abc import AsyncIterator, Callable, Collection, Iterable
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import sqlalchemy as sa

from domain.kernel.ports import Mail, Mailer
from gateway import storage
from gateway.app import open_for
from gateway.jobs.names import JOB
from gateway.jobs.queue import DurableQueue
from gateway.jobs.worker import Worker
from tests.support.world import World

PATIENCE = 30.0


class Post:
    """A mailer that can be waited for, and fails as often as it is told."""

    def __init__(self, *failures: Exception) -> None:
        self.sent: list[Mail] = []
        self.tried = asyncio.Semaphore(0)
        self._failures = list(failures)
        self._came = asyncio.Semaphore(0)

    async def send(self, mail: Mail) -> None:
        self.tried.release()
        if self._failures:
            raise self._failures.pop(0)
        self.sent.append(mail)
        self._came.release()

    async def kept(self, references: Collection[str]) -> list[str]:
        return []

    async def forget(self, references: Collection[str]) -> int:
        return 0

    async def arrived(self, count: int = 1) -> list[Mail]:
        """The mails, when so many more have come."""
        for _ in range(count):
            await asyncio.wait_for(self._came.acquire(), PATIENCE)
        return self.sent


class Durable:
    """The world on a database whose jobs are stored."""

    def __init__(self, world: World, queue: DurableQueue) -> None:
        self.world = world
        self.queue = queue

    @classmethod
    @asynccontextmanager
    async def open(cls, world: World) -> AsyncIterator["Durable"]:
        queue = DurableQueue(world.settings)
        database = await open_for(world.settings, queue, world.clock)
        try:
            yield cls(replace(world, database=database), queue)
        finally:
            await database.close()
            queue.close()

    @asynccontextmanager
    async def worker(self, mailer: Mailer) -> AsyncIterator[Worker]:
        """A worker that runs what is due, until the block ends."""
        worker = Worker(self.world.settings, self.world.ports(mailer))
        await worker.start()
        try:
            yield worker
        finally:
            await worker.stop()

    def jobs(self, name: str = JOB) -> list[Any]:
        """The stored jobs, oldest first, without those that come by themselves, whenever their time comes."""
        [rows] = self.tables(["workflow_status"]).values()
        return sorted((row for row in rows if row.name == name), key=lambda row: row.created_at)

    def statuses(self) -> list[str]:
        return [row.status for row in self.jobs()]

    def tables(self, names: Iterable[str] = ()) -> dict[str, list[Any]]:
        """Everything the engine has stored, by table."""
        with self._connection() as connection:
            schema = None if self.world.settings.on_sqlite else "dbos"
            wanted = set(names) or set(sa.inspect(connection).get_table_names(schema)) & ENGINE
            place = "" if schema is None else "dbos."
            return {name: list(connection.execute(sa.text(f"SELECT * FROM {place}{name}"))) for name in sorted(wanted)}

    def execute(self, text: str, **values: Any) -> None:
        """Change what the engine has stored; `{dbos}` is where its tables are."""
        with self._connection() as connection:
            connection.execute(sa.text(text.format(dbos="" if self.world.settings.on_sqlite else "dbos.")), values)
            connection.commit()

    def _connection(self) -> sa.Connection:
        return sa.create_engine(storage.sync_url(self.world.settings), poolclass=sa.NullPool).connect()

    async def until(self, holds: Callable[[], bool]) -> None:
        """Come back when the engine, which works in threads of its own, has got so far."""
        async with asyncio.timeout(PATIENCE):
            while not await asyncio.to_thread(holds):  # noqa: ASYNC110  other threads get there
                await asyncio.sleep(0.01)

    async def done(self) -> None:
        """Come back when nothing is waiting or running."""
        await self.until(lambda: not {"ENQUEUED", "PENDING"} & set(self.statuses()))


ENGINE = {
    "workflow_status", "workflow_input", "workflow_output", "operation_outputs", "notifications", "workflow_events",
    "workflow_events_history", "streams", "workflow_schedules", "application_versions", "queues",
}  # fmt: skip
