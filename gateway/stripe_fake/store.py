"""What the server knows, in memory, and kept in a small SQLite file so that it is there after a restart."""

import asyncio
import json
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

_TABLE = """CREATE TABLE IF NOT EXISTS record (
    kind text NOT NULL, key text NOT NULL, number integer NOT NULL, shown text NOT NULL, hidden text NOT NULL, PRIMARY KEY (kind, key))"""
_ALL = "SELECT kind, key, number, shown, hidden FROM record ORDER BY number"
_PUT = "INSERT INTO record VALUES (?, ?, ?, ?, ?) ON CONFLICT (kind, key) DO UPDATE SET shown = excluded.shown, hidden = excluded.hidden"


@dataclass(slots=True, eq=False)
class Record:
    """One object: what callers are shown of it, and what only this server knows."""

    kind: str
    key: str
    number: int
    shown: dict[str, Any]
    hidden: dict[str, Any] = field(default_factory=dict)

    def row(self) -> tuple[object, ...]:
        return self.kind, self.key, self.number, json.dumps(self.shown), json.dumps(self.hidden)


class Store:
    """Every record by its kind and key. What was changed is written by `keep`, before anybody is told of it."""

    def __init__(self, path: Path | None = None) -> None:
        self._records: dict[str, dict[str, Record]] = {}
        self._last = 0
        self._changed: dict[tuple[str, str], Record] = {}
        self._gone: set[tuple[str, str]] = set()
        self._writing = asyncio.Lock()
        self._connection: sqlite3.Connection | None = None
        self._thread = ThreadPoolExecutor(1, "stripe-fake")
        if path:
            self._connection = _open(path)
            for kind, key, number, shown, hidden in self._connection.execute(_ALL):
                self._remember(Record(kind, key, number, json.loads(shown), json.loads(hidden)))

    def _remember(self, record: Record) -> None:
        self._records.setdefault(record.kind, {})[record.key] = record
        self._last = max(self._last, record.number)

    def add(self, kind: str, key: str, shown: dict[str, Any], **hidden: Any) -> Record:
        record = Record(kind, key, self._last + 1, shown, hidden)
        self._remember(record)
        self.changed(record)
        return record

    def get(self, kind: str, key: str) -> Record | None:
        return self._records.get(kind, {}).get(key)

    def all(self, kind: str) -> list[Record]:
        """The records of a kind, newest first."""
        return list(reversed(self._records.get(kind, {}).values()))

    def changed(self, record: Record) -> None:
        """Note that a record must be written."""
        self._changed[record.kind, record.key] = record

    def remove(self, record: Record) -> None:
        del self._records[record.kind][record.key]
        self._changed.pop((record.kind, record.key), None)
        self._gone.add((record.kind, record.key))

    async def keep(self) -> None:
        """Write what was changed; returns when it is on the disk."""
        async with self._writing:  # whoever comes second finds that it is written, and knows
            if not (self._changed or self._gone):
                return
            changed, self._changed = self._changed, {}
            gone, self._gone = self._gone, set()
            rows = [record.row() for record in changed.values()]
            try:
                if self._connection:
                    await asyncio.get_running_loop().run_in_executor(self._thread, _write, self._connection, rows, gone)
            except BaseException:
                self._changed, self._gone = {**changed, **self._changed}, gone | self._gone
                raise

    async def close(self) -> None:
        await self.keep()
        if self._connection:
            await asyncio.get_running_loop().run_in_executor(self._thread, self._connection.close)
        self._thread.shutdown()


def _open(path: Path) -> sqlite3.Connection:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch(mode=0o600)
    connection = sqlite3.connect(path, check_same_thread=False)  # opened here, used by one thread from then on
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute(_TABLE)
    connection.commit()
    return connection


def _write(connection: sqlite3.Connection, rows: list[tuple[object, ...]], gone: set[tuple[str, str]]) -> None:
    with connection:
        connection.executemany(_PUT, rows)
        connection.executemany("DELETE FROM record WHERE kind = ? AND key = ?", gone)
