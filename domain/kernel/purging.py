"""Leaving nothing behind in the files of a database of what was changed or deleted (Q-11)."""

import logging
import sqlite3
import time
from collections.abc import Collection
from contextlib import closing
from typing import Any

from domain.kernel.errors import Unavailable
from domain.kernel.sqlite import PRAGMAS

log = logging.getLogger("centil.database")
PAGES_AT_ONCE = 300
"""Pages of a search index that are written at a time: some hundredths of a second in which others cannot write."""
PAUSE = 0.01
"""Seconds between, for those who wait."""
_INDEXES = "SELECT name FROM sqlite_schema WHERE type = 'table' AND sql LIKE 'CREATE VIRTUAL TABLE%USING fts5%'"
_HAS_FIGURES = "SELECT 1 FROM pg_stats WHERE schemaname = current_schema() AND tablename = $1 LIMIT 1"


def rid_of_what_was(path: str, until: float) -> None:
    """Merge the search indexes of a SQLite file, which drops old terms, and cut its write-ahead log to nothing.

    Rows need no more than `secure_delete`. `until` is when to give up, in monotonic seconds. Raises Unavailable.
    """
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        for pragma in PRAGMAS:
            connection.execute(pragma)
        for (name,) in connection.execute(_INDEXES).fetchall():
            _merge(connection, name)
        connection.execute("pragma busy_timeout=200")  # whoever waits for readers here keeps writers waiting
        while connection.execute("pragma wal_checkpoint(truncate)").fetchone()[0]:
            if time.monotonic() > until:
                raise Unavailable("Readers hold the write-ahead log.")
            time.sleep(PAUSE)


def _merge(connection: sqlite3.Connection, index: str) -> None:
    """Merge a search index into one part, a few pages at a time: old terms lie in the older parts only.

    What `optimize` does, without keeping everybody from writing until it is done.
    """
    merge = f'INSERT INTO "{index}"("{index}", rank) VALUES (\'merge\', ?)'
    pages = -PAGES_AT_ONCE  # begins a merge of everything; the rest goes on with it
    while True:
        before = connection.total_changes
        connection.execute(merge, (pages,))
        if connection.total_changes - before < 2:  # SQLite's own sign that nothing is left to do
            return
        pages = PAGES_AT_ONCE
        time.sleep(PAUSE)


async def vacuum(dsn: str, tables: Collection[str]) -> None:
    """Vacuum tables of PostgreSQL, indexes included, and renew the figures of the planner, which quote values."""
    import asyncpg  # not where there is SQLite

    refused: list[str] = []
    connection = await asyncpg.connect(dsn, server_settings={"application_name": "centil-purge", "statement_timeout": "0"})
    try:
        connection.add_log_listener(lambda _connection, message: refused.append(message))
        for table in sorted(tables):
            await connection.execute(f'VACUUM ({await _how(connection, table)}) "{table}"')
    finally:
        await connection.close()
    if refused:  # by the server, with no more than a warning: whoever owns the tables has to do it
        log.warning("tables were not vacuumed: this database user does not own them", extra={"count": len(refused)})


async def _how(connection: Any, table: str) -> str:
    gathered = await connection.fetchval(_HAS_FIGURES, table)
    return "INDEX_CLEANUP ON, ANALYZE" if gathered else "INDEX_CLEANUP ON"
