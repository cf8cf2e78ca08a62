"""Reads on PostgreSQL: prepared statements on connections that are not reset, at most two of them an operation."""

import asyncio
import contextlib
import time
from collections import deque
from collections.abc import Coroutine
from typing import Any

import asyncpg

from domain.kernel.errors import BadInput, DeadlineExceeded, Unavailable
from domain.kernel.statements import Row, Statement

WRITER = "centil_app"
READER = "centil_reader"
POOL_WAIT = 1.0
"""Seconds to wait for a connection, also for one that has to be made, before the answer is 503 (Q-16)."""
IDLE_SECONDS = 300.0
"""After so long unused a connection is ended: a firewall between may have forgotten it."""
MEND_SECONDS = 2.0
"""For the server to let go of a canceled statement; a connection that takes longer is ended."""
CLOSE_SECONDS = 2.0
"""For a connection to say goodbye at the end."""
CONNECTIONS_PER_OPERATION = 2
_BEHIND = f"select set_config('role', '{WRITER}', true), set_config('centil.account', $1, true)"
"""What puts a transaction behind row level security: the role that the policies are for, and the account."""


class Connections:
    """A bounded number of connections that can only read, handed round by those who read.

    asyncpg's own pool makes a task and two timers to take and give back each, which costs more than a small query.
    """

    def __init__(self, dsn: str, size: int, statement_timeout: float) -> None:
        self._dsn = dsn
        self._settings = {
            "role": READER,
            "statement_timeout": str(int(statement_timeout * 1000)),
            "jit": "off",
            "application_name": "centil",
        }
        self._free = asyncio.Semaphore(size)
        self._idle: deque[tuple[asyncpg.Connection[Any], float]] = deque()
        """Each with the moment (monotonic seconds) at which it was given back; the last one is taken first."""
        self._mending: set[asyncio.Task[None]] = set()
        self._closed = False

    async def take(self) -> "asyncpg.Connection[Any]":
        """Take a connection that nobody else has.

        Raises Unavailable when there is none in time.
        """
        if not self._free.locked() and (connection := self._open()) is not None:
            await self._free.acquire()  # which does not wait
            return connection
        try:
            async with asyncio.timeout(POOL_WAIT):
                return await self.next()
        except (TimeoutError, asyncpg.PostgresConnectionError, asyncpg.InsufficientResourcesError, OSError) as error:
            raise Unavailable from error

    async def next(self) -> "asyncpg.Connection[Any]":
        """The same, however long it takes; raises whatever is wrong with the database."""
        await self._free.acquire()
        try:
            return self._open() or await self._connect()
        except BaseException:
            self._free.release()
            raise

    def _open(self) -> "asyncpg.Connection[Any] | None":
        """One that is open, and was used lately: what stood between may have forgotten one that was silent for long."""
        while self._idle:
            connection, since = self._idle.pop()
            if not connection.is_closed() and time.monotonic() - since < IDLE_SECONDS:
                return connection
            connection.terminate()
        return None

    async def _connect(self) -> "asyncpg.Connection[Any]":
        if self._closed:
            raise Unavailable
        return await asyncpg.connect(self._dsn, statement_cache_size=1024, server_settings=self._settings)

    def give(self, connection: "asyncpg.Connection[Any]", *, whole: bool = True) -> None:
        """Give a connection back; `whole` says that what it was asked has ended, so that it can be handed on as it is.

        What a transaction sets is set locally, so there is nothing to reset. One whose statement was canceled is mended first.
        """
        if whole or connection.is_closed():
            self._put(connection)
            return
        task = asyncio.get_running_loop().create_task(self._mend(connection))
        self._mending.add(task)
        task.add_done_callback(self._mending.discard)

    async def _mend(self, connection: "asyncpg.Connection[Any]") -> None:
        """Wait until the server has let go of what was canceled, and roll back; end a connection that does not come to that."""
        try:
            async with asyncio.timeout(MEND_SECONDS):
                await connection.reset()
        except (Exception, asyncio.CancelledError):
            connection.terminate()
        finally:
            self._put(connection)

    def _put(self, connection: "asyncpg.Connection[Any]") -> None:
        try:
            if self._closed:
                connection.terminate()
            elif not connection.is_closed():
                self._idle.append((connection, time.monotonic()))
                self._forget_the_oldest()
        finally:
            self._free.release()

    def _forget_the_oldest(self) -> None:
        connection, since = self._idle[0]
        if time.monotonic() - since >= IDLE_SECONDS:
            self._idle.popleft()
            connection.terminate()

    async def close(self) -> None:
        """End the connections; whoever has one ends it by giving it back."""
        self._closed = True
        for task in self._mending:
            task.cancel()
        while self._idle:
            connection, _ = self._idle.pop()
            with contextlib.suppress(TimeoutError, asyncpg.PostgresError, OSError):
                await connection.close(timeout=CLOSE_SECONDS)


async def open_connections(dsn: str, *, size: int, statement_timeout: float) -> Connections:
    """Open the first of some connections that can only read, so that a database that cannot be had is told at start.

    `statement_timeout` in seconds is the second wall behind cancelation (Q-15).
    """
    connections = Connections(dsn, size, statement_timeout)
    connections.give(await connections.next())
    return connections


class PostgresRead:
    """The reads of one operation; `behind_rls` puts those of an account behind row level security, too."""

    __slots__ = ("_behind_rls", "_connections", "_gate", "statements")

    def __init__(self, connections: Connections, *, behind_rls: bool = False) -> None:
        self._connections = connections
        self._behind_rls = behind_rls
        self._gate = asyncio.Semaphore(CONNECTIONS_PER_OPERATION)
        self.statements = 0

    async def __call__(self, statement: Statement, **parameters: Any) -> list[Row]:
        self.statements += 1
        prepared = statement.prepared("postgresql")
        values = prepared.bind(parameters)
        async with self._gate:
            connection, whole = await self._connections.take(), False
            try:
                raw = await self._fetched(connection, statement, prepared.text, values, parameters)
                whole = True
            except Exception as error:
                whole = isinstance(error, asyncpg.PostgresError) and not self._behind_rls
                if (told := _told(error, lost=connection.is_closed())) is not None:
                    raise told from error
                raise
            finally:
                self._connections.give(connection, whole=whole)
        return prepared.rows(raw)

    async def _fetched(
        self, connection: "asyncpg.Connection[Any]", statement: Statement, text: str, values: list[Any], parameters: dict[str, Any]
    ) -> Any:
        if not self._behind_rls or statement.unscoped or "account_id" not in parameters:
            return await connection.fetch(text, *values)
        async with connection.transaction(readonly=True):
            await connection.execute(_BEHIND, str(parameters["account_id"]))
            return await connection.fetch(text, *values)

    async def all(self, *reads: Coroutine[Any, Any, Any]) -> list[Any]:
        """Await several reads side by side."""
        return list(await asyncio.gather(*reads))


def _told(error: Exception, *, lost: bool) -> Exception | None:
    """What a failure means to whoever read; None when it is what it is. `lost` says that the connection is gone."""
    if isinstance(error, asyncpg.QueryCanceledError):
        return DeadlineExceeded()
    if isinstance(error, asyncpg.CharacterNotInRepertoireError):
        return BadInput("The input has a character that no text can have, such as NUL.")
    gone = (asyncpg.PostgresConnectionError, asyncpg.OperatorInterventionError, OSError)
    return Unavailable() if lost or isinstance(error, gone) else None
