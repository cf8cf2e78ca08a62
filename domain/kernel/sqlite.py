"""Reads on SQLite: on the loop thread within two milliseconds, else once more in lanes of their own."""

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
"""Seconds of its processor a read may take from the event loop; a longer one is run again in a lane.

That is safe because a read has no effects. Time in which the machine did something else does not count: it would send quick
reads behind the slow ones.
"""
LANES = 2
"""Slow reads at once.

With one, a read of ten seconds holds all others; more than two are not faster, for the
interpreter runs one thread at a time.
"""
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


class _Lane:
    """One thread with one read connection, which works on what the queue holds."""

    def __init__(self, path: str, jobs: "queue.SimpleQueue[_Job | None]", loop: asyncio.AbstractEventLoop) -> None:
        self.job: _Job | None = None
        self._jobs = jobs
        self._loop = loop
        self._connection = connect_for_reads(path)
        self._connection.set_progress_handler(self._over, STEPS)
        self.thread = threading.Thread(target=self._work, name="sqlite-lane", daemon=True)
        self.thread.start()

    def _over(self) -> bool:
        job = self.job
        return job is not None and (job.stop or time.monotonic() > job.until)

    def _work(self) -> None:
        while (job := self._jobs.get()) is not None:
            if job.stop:
                continue
            self.job = job
            result, error = None, None
            try:
                result = job.run(self._connection)
            except Exception as raised:
                error = raised
            self.job = None
            self._loop.call_soon_threadsafe(job.settle, result, error)
        self._connection.close()


class Lanes:
    """The threads for slow reads and the queue they share."""

    def __init__(self, path: str) -> None:
        self._jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._loop = asyncio.get_running_loop()
        self._lanes = [_Lane(path, self._jobs, self._loop) for _ in range(LANES)]

    @property
    def busy(self) -> int:
        """How many of them work on a read."""
        return sum(lane.job is not None for lane in self._lanes)

    async def run(self, function: Callable[[sqlite3.Connection], Any], until: float) -> Any:
        """Run a read in a lane, stopped when its time (monotonic seconds) is over or nobody waits for it any more."""
        job = _Job(self._loop.create_future(), function, until)
        self._jobs.put(job)
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
        for _ in self._lanes:
            self._jobs.put(None)
        for lane in self._lanes:
            await asyncio.to_thread(lane.thread.join)


class SqliteReads:
    """The connections all reads of a process share."""

    def __init__(self, path: str) -> None:
        self._until = 0.0
        self._direct = connect_for_reads(path)
        self._direct.set_progress_handler(lambda: time.thread_time() > self._until, STEPS)
        self.lanes = Lanes(path)

    async def fetch(self, prepared: Prepared, parameters: dict[str, Any], until: float) -> list[Row]:
        """Run one read; `until` is when the operation must be over, in monotonic seconds."""
        values = prepared.bind(parameters)
        self._until = time.thread_time() + BUDGET
        try:
            raw = self._direct.execute(prepared.text, values).fetchall()
        except sqlite3.OperationalError as error:
            if str(error) != "interrupted":
                raise
            raw = await self.lanes.run(lambda connection: connection.execute(prepared.text, values).fetchall(), until)
        return prepared.rows(raw)

    def changes(self) -> int:
        """A number that differs after another connection committed."""
        self._until = time.thread_time() + 1
        return int(self._direct.execute("pragma data_version").fetchone()[0])

    async def close(self) -> None:
        self._direct.close()
        await self.lanes.close()


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
