"""SQLAlchemy on aiosqlite with one thread hop a statement: its own adapter makes a cursor, executes, fetches and closes in four.

A unit of work of twenty statements spends most of its time in those hops.
"""

import collections
import sqlite3
from typing import Any

import aiosqlite
from sqlalchemy.connectors.asyncio import AsyncAdapt_dbapi_cursor
from sqlalchemy.dialects.sqlite.aiosqlite import AsyncAdapt_aiosqlite_connection, AsyncAdapt_aiosqlite_dbapi
from sqlalchemy.util.concurrency import await_


class _Cursor(AsyncAdapt_dbapi_cursor):
    """A cursor that has everything of its statement when it comes back from the thread."""

    __slots__ = ("_description", "_lastrowid", "_rowcount")

    def __init__(self, connection: Any) -> None:
        self._adapt_connection = connection
        self._connection = connection._connection
        self._rows = collections.deque()
        self._description: Any = None
        self._rowcount = -1
        self._lastrowid: Any = None

    def execute(self, operation: Any, parameters: Any = None) -> Any:
        return self._run("execute", operation, () if parameters is None else parameters)

    def executemany(self, operation: Any, seq_of_parameters: Any) -> Any:
        return self._run("executemany", operation, seq_of_parameters)

    def _run(self, method: str, operation: str, parameters: Any) -> Any:
        try:
            rows, self._description, self._rowcount, self._lastrowid = await_(
                self._connection._execute(_whole, self._connection._conn, method, operation, parameters)
            )
        except Exception as error:
            self._adapt_connection._handle_exception(error)
        self._rows = collections.deque(rows)
        return self

    @property
    def description(self) -> Any:
        return self._description

    @property
    def rowcount(self) -> int:
        return self._rowcount

    @property
    def lastrowid(self) -> Any:
        return self._lastrowid

    async def _async_soft_close(self) -> None:
        """Nothing is open."""

    def close(self) -> None:
        self._rows.clear()


def _whole(connection: sqlite3.Connection, method: str, operation: str, parameters: Any) -> tuple[list[Any], Any, int, Any]:
    cursor = connection.cursor()
    try:
        getattr(cursor, method)(operation, parameters)
        return (cursor.fetchall() if cursor.description else []), cursor.description, cursor.rowcount, cursor.lastrowid
    finally:
        cursor.close()


class _Connection(AsyncAdapt_aiosqlite_connection):
    __slots__ = ()
    _cursor_cls = _Cursor  # type: ignore[assignment]


class _Dbapi(AsyncAdapt_aiosqlite_dbapi):
    def connect(self, *arguments: Any, **options: Any) -> _Connection:
        connection: Any = aiosqlite.connect(*arguments, **options)
        connection._thread.daemon = True
        return _Connection(self, await_(connection))


def driver() -> Any:
    """The driver to hand to `create_async_engine(module=…)`."""
    return _Dbapi(aiosqlite, sqlite3)
