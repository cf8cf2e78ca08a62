"""Reads on SQLite: on the loop thread within two milliseconds, else once more in a lane of their own."""

import asyncio
import queue
import sqlite3
import threading
import time
from collections.abc import Callable, Coroutine
from typing import Any

from domain.kernel.errors import DeadlineExceeded
from domain.kernel.statements import Prepared, Row, Statement

BUDGET = 0.002
"""Seconds a read may hold the event loop; a longer one is run again in the lane, which is safe because it has no effects."""
STEPS = 1000
"""Virtual machine steps between two looks at the clock."""
PRAGMAS = (
    "pragma journal_mode=wal",
    "pragma synchronous=full",
    "pragma busy_timeout=5000",
    "pragma foreign_keys=on",
    "pragma secure_delete=on",
)
"""What every connection that writes begins with (Q-6)."""


def connect_for_reads(path: str) -> sqlite3.Connection:
    """Open a connection that cannot write."""
    connection = sqlite3.connect(path, check_same_thread=False, isolation_level=None, cached_statements=1024)
    connection.execute("pragma busy_timeout=5000")
    connection.execute("pragma query_only=1")
    return connection


class _Job:
    __slots__ = ("future", "run", "stop", "until")

    def __init__(self, future: "asyncio.Future[Any]", run: Callable[[sqlite3.Connection], Any], until: float) -> None:
        self.future = future
        self.run = run
        self.until = until
        self.stop = False

    def settle(self, result: Any, error: BaseException | None) -> None:
        if self.future.done():
            return
        if error is None:
            self.future.set_result(result)
        else:
            self.future.set_exception(error)


class Lane:
    """One thread with one read connection; several threads are slower, for the interpreter runs one at a time."""

    def __init__(self, path: str) -> None:
        self._queue: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._job: _Job | None = None
        self._loop = asyncio.get_running_loop()
        self._connection = connect_for_reads(path)
        self._connection.set_progress_handler(self._over, STEPS)
        self._thread = threading.Thread(target=self._work, name="sqlite-lane", daemon=True)
        self._thread.start()

    def _over(self) -> bool:
        job = self._job
        return job is not None and (job.stop or time.monotonic() > job.until)

    def _work(self) -> None:
        while (job := self._queue.get()) is not None:
            if job.stop:
                continue
            self._job = job
            result, error = None, None
            try:
                result = job.run(self._connection)
            except Exception as raised:
                error = raised
            self._job = None
            self._loop.call_soon_threadsafe(job.settle, result, error)
        self._connection.close()

    async def run(self, function: Callable[[sqlite3.Connection], Any], until: float) -> Any:
        """Run a read in the lane, stopped when its time (monotonic seconds) is over or nobody waits for it any more."""
        job = _Job(self._loop.create_future(), function, until)
        self._queue.put(job)
        try:
            return await job.future
        except asyncio.CancelledError:
            job.stop = True
            raise
        except sqlite3.OperationalError as error:
            if str(error) == "interrupted":
                raise DeadlineExceeded from error
            raise

    async def close(self) -> None:
        self._queue.put(None)
        await asyncio.to_thread(self._thread.join)


class SqliteReads:
    """The two connections all reads of a process share."""

    def __init__(self, path: str) -> None:
        self._until = 0.0
        self._direct = connect_for_reads(path)
        self._direct.set_progress_handler(lambda: time.monotonic() > self._until, STEPS)
        self._lane = Lane(path)

    async def fetch(self, prepared: Prepared, parameters: dict[str, Any], until: float) -> list[Row]:
        """Run one read; `until` is when the operation must be over, in monotonic seconds."""
        values = prepared.bind(parameters)
        self._until = time.monotonic() + BUDGET
        try:
            raw = self._direct.execute(prepared.text, values).fetchall()
        except sqlite3.OperationalError as error:
            if str(error) != "interrupted":
                raise
            raw = await self._lane.run(lambda connection: connection.execute(prepared.text, values).fetchall(), until)
        return prepared.rows(raw)

    def changes(self) -> int:
        """A number that differs after another connection committed."""
        self._until = time.monotonic() + 1
        return int(self._direct.execute("pragma data_version").fetchone()[0])

    async def close(self) -> None:
        self._direct.close()
        await self._lane.close()


class SqliteRead:
    """The reads of one operation."""

    __slots__ = ("_reads", "_until", "statements")

    def __init__(self, reads: SqliteReads, until: float) -> None:
        self._reads = reads
        self._until = until
        self.statements = 0

    async def __call__(self, statement: Statement, **parameters: Any) -> list[Row]:
        self.statements += 1
        return await self._reads.fetch(statement.prepared("sqlite"), parameters, self._until)

    async def all(self, *reads: Coroutine[Any, Any, Any]) -> list[Any]:
        """Await several reads: one after another, for they share a connection."""
        return [await read for read in reads]
