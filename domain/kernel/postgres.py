"""Reads on PostgreSQL: prepared statements on a pool that does not reset, at most two connections an operation."""

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
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


class _NoReset(asyncpg.Connection):  # type: ignore[misc]
    """A connection that is given back as it is: what a transaction sets is set locally, and a reset is a round trip."""

    def get_reset_query(self) -> str:
        return ""


async def open_pool(dsn: str, *, size: int, statement_timeout: float) -> "asyncpg.Pool[Any]":
    """Open a pool of connections that can only read.

    `statement_timeout` in seconds is the second wall behind cancelation (Q-15).
    """
    settings = {"role": READER, "statement_timeout": str(int(statement_timeout * 1000)), "jit": "off", "application_name": "centil"}
    return await asyncpg.create_pool(
        dsn, min_size=1, max_size=size, connection_class=_NoReset, statement_cache_size=1024, server_settings=settings
    )


class PostgresRead:
    """The reads of one operation; `behind_rls` puts those of an account behind row level security, too."""

    __slots__ = ("_behind_rls", "_gate", "_pool", "statements")

    def __init__(self, pool: "asyncpg.Pool[Any]", *, behind_rls: bool = False) -> None:
        self._pool = pool
        self._behind_rls = behind_rls
        self._gate = asyncio.Semaphore(CONNECTIONS_PER_OPERATION)
        self.statements = 0

    async def __call__(self, statement: Statement, **parameters: Any) -> list[Row]:
        self.statements += 1
        prepared = statement.prepared("postgresql")
        values = prepared.bind(parameters)
        async with self._gate, self._connection() as connection:
            try:
                if not self._behind_rls or statement.unscoped or "account_id" not in parameters:
                    return prepared.rows(await connection.fetch(prepared.text, *values))
                async with connection.transaction(readonly=True):
                    await connection.execute(_BEHIND, str(parameters["account_id"]))
                    return prepared.rows(await connection.fetch(prepared.text, *values))
            except asyncpg.QueryCanceledError as error:
                raise DeadlineExceeded from error
            except asyncpg.CharacterNotInRepertoireError as error:
                raise BadInput("The input has a character that no text can have, such as NUL.") from error
            except (asyncpg.PostgresConnectionError, asyncpg.OperatorInterventionError, OSError) as error:
                raise Unavailable from error

    async def all(self, *reads: Coroutine[Any, Any, Any]) -> list[Any]:
        """Await several reads side by side."""
        return list(await asyncio.gather(*reads))

    @asynccontextmanager
    async def _connection(self) -> AsyncIterator[Any]:
        try:
            connection = await self._pool.acquire(timeout=POOL_WAIT)
        except (TimeoutError, asyncpg.PostgresConnectionError, OSError) as error:
            raise Unavailable from error
        try:
            yield connection
        finally:
            await self._pool.release(connection)
