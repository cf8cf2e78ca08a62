"""Reads on PostgreSQL: prepared statements on connections that are not reset, at most two of them an operation."""

import asyncio
from collections.abc import Coroutine
from typing import Any

import asyncpg

from domain.kernel.errors import BadInput, DeadlineExceeded, Unavailable
from domain.kernel.statements import Row, Statement

WRITER = "centil_app"
READER = "centil_reader"
POOL_WAIT = 1.0
"""Seconds to wait for a connection before the answer is 503 (Q-16)."""
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
        self._idle: list[asyncpg.Connection[Any]] = []
        self._closed = False

    async def take(self) -> "asyncpg.Connection[Any]":
        """Take a connection that nobody else has.

        Raises Unavailable when there is none in time.
        """
        try:
            await self._place()
        except TimeoutError as error:
            raise Unavailable from error
        try:
            return self._open() or await self._connect()
        except BaseException:
            self._free.release()
            raise

    async def _place(self) -> None:
        if self._free.locked():
            async with asyncio.timeout(POOL_WAIT):
                await self._free.acquire()
        else:
            await self._free.acquire()  # which does not wait

    def _open(self) -> "asyncpg.Connection[Any] | None":
        """One that is open already, the last that was used."""
        while self._idle:
            connection = self._idle.pop()
            if not connection.is_closed():
                return connection
        return None

    async def _connect(self) -> "asyncpg.Connection[Any]":
        try:
            return await asyncpg.connect(self._dsn, timeout=POOL_WAIT, statement_cache_size=1024, server_settings=self._settings)
        except (TimeoutError, asyncpg.PostgresConnectionError, asyncpg.InsufficientResourcesError, OSError) as error:
            raise Unavailable from error

    def give(self, connection: "asyncpg.Connection[Any]") -> None:
        """Give a connection back as it is: what a transaction sets is set locally, and a reset is a round trip."""
        if self._closed or connection.is_in_transaction():
            connection.terminate()
        else:
            self._idle.append(connection)
        self._free.release()

    async def close(self) -> None:
        """End the connections; whoever has one ends it by giving it back."""
        self._closed = True
        while self._idle:
            await self._idle.pop().close()


async def open_connections(dsn: str, *, size: int, statement_timeout: float) -> Connections:
    """Open the first of some connections that can only read.

    `statement_timeout` in seconds is the second wall behind cancelation (Q-15).
    """
    connections = Connections(dsn, size, statement_timeout)
    connections.give(await connections.take())
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
            connection = await self._connections.take()
            try:
                return prepared.rows(await self._fetched(connection, statement, prepared.text, values, parameters))
            except asyncpg.QueryCanceledError as error:
                raise DeadlineExceeded from error
            except asyncpg.CharacterNotInRepertoireError as error:
                raise BadInput("The input has a character that no text can have, such as NUL.") from error
            except (asyncpg.PostgresConnectionError, asyncpg.OperatorInterventionError, OSError) as error:
                raise Unavailable from error
            finally:
                self._connections.give(connection)

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
