"""The matrices of a process: made when first asked for, brought up to date before each use, evicted by size."""

import asyncio
from collections import OrderedDict
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary, ref

import orjson

from domain.kernel import events
from domain.kernel.database import Database
from domain.kernel.errors import Unavailable
from domain.kernel.statements import Read
from domain.matching.ranking import queries

if TYPE_CHECKING:
    from domain.matching.ranking.matrix import Matrix

LARGEST = 256_000_000
"""Bytes that all matrices of a process may take; those not used for longest go first, the one in use never."""
PATIENCE = 8.0
"""Seconds a request waits for a matrix to be made; making it goes on, and the next request finds it."""
PREPARING = "The ranking of this account is being prepared. Try again in a few seconds."


@dataclass(slots=True)
class _Kept:
    """A matrix and the number of the last event that it has taken in."""

    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    matrix: "Matrix | None" = None
    seen: int = 0
    making: "asyncio.Task[None] | None" = None


class Matrices:
    """The matrices of one database, by account."""

    def __init__(self, database: Database) -> None:
        self._database = ref(database)
        self._kept: OrderedDict[int, _Kept] = OrderedDict()

    def _read(self) -> Read:
        database = self._database()
        assert database is not None, "whoever asks for a ranking has the database"
        return database.read()

    @asynccontextmanager
    async def fresh(self, account_id: int) -> AsyncIterator["Matrix"]:
        """Use an account's matrix with every result, erasure and merge until now; nobody changes it meanwhile.

        Raises Unavailable while a large one is being made.
        """
        kept = self._kept.setdefault(account_id, _Kept())
        self._kept.move_to_end(account_id)
        if kept.matrix is None:
            await self._made(account_id, kept)
        async with kept.lock:
            await self._catch_up(account_id, kept)
            assert kept.matrix is not None
            self._evict(kept)
            yield kept.matrix

    async def _made(self, account_id: int, kept: _Kept) -> None:
        """Wait for the matrix, which is made once for all who ask."""
        if kept.making is None:
            kept.making = asyncio.create_task(self._make(account_id, kept))
            kept.making.add_done_callback(lambda done: done.cancelled() or done.exception())  # told to those who wait
        try:
            async with asyncio.timeout(PATIENCE):
                await asyncio.shield(kept.making)
        except TimeoutError:
            raise Unavailable(PREPARING, retry_after=5) from None

    async def _make(self, account_id: int, kept: _Kept) -> None:
        try:
            matrix_of = await asyncio.to_thread(_prepared)
            seen = await events.last(self._read(), account_id)
            matrix = matrix_of(await queries.people(self._read(), account_id))
            after = 0
            while rows := await queries.latest(self._read(), account_id, after):
                after = rows[-1].attempt_id
                await asyncio.to_thread(_add, matrix, rows)
            kept.matrix, kept.seen = matrix, seen
        finally:
            kept.making = None

    async def _catch_up(self, account_id: int, kept: _Kept) -> None:
        """Take in what happened since; a database that went back in time, as after a restore, is read anew."""
        last = await events.last(self._read(), account_id)
        if last < kept.seen or kept.matrix is None:
            await self._made(account_id, kept)
            return
        while kept.seen < last:
            news = await queries.news(self._read(), account_id, kept.seen, last)
            if news:
                await self._take_in(account_id, kept.matrix, news)
            kept.seen = news[-1].sequence if len(news) == queries.NEWS_AT_ONCE else last

    async def _take_in(self, account_id: int, matrix: "Matrix", news: Sequence[Any]) -> None:
        attempts = [int(event.subject) for event in news if event.type == queries.RECORDED]
        found = await queries.candidate_keys(self._read(), account_id, attempts) if attempts else {}
        people = [event for event in news if event.type in queries.OF_PEOPLE]
        touched = set(found.values()) | {event.subject for event in people}
        touched |= {event.facts["absorbed"] for event in people if "absorbed" in event.facts}
        rows = await queries.of_people(self._read(), account_id, sorted(touched)) if touched else []
        places = await asyncio.to_thread(matrix.rows_of, {row.attempt_id for row in rows})  # looks through all of a large matrix
        matrix.remove(places)
        latest = {row.candidate_key: row for row in rows if not row.anonymized}  # the last of each is the newest
        _add(matrix, list(latest.values()))

    def _evict(self, in_use: _Kept) -> None:
        total = sum(kept.matrix.bytes for kept in self._kept.values() if kept.matrix is not None)
        for account_id, kept in list(self._kept.items()):
            if total <= LARGEST:
                return
            if kept is not in_use and kept.matrix is not None and not kept.lock.locked():
                total -= kept.matrix.bytes
                del self._kept[account_id]


_MATRICES: "WeakKeyDictionary[Database, Matrices]" = WeakKeyDictionary()


def matrices(database: Database) -> Matrices:
    """The matrices of a database in this process."""
    with suppress(KeyError):
        return _MATRICES[database]
    _MATRICES[database] = made = Matrices(database)
    return made


def _prepared() -> type["Matrix"]:
    from domain.matching.ranking.matrix import Matrix  # numpy would slow every start

    return Matrix


def _add(matrix: "Matrix", rows: Sequence[Any]) -> None:
    """Add rows as either database gives them."""
    import numpy as np

    completed = [row.completed for row in rows]
    if completed and isinstance(completed[0], str):
        matrix.add([row.attempt_id for row in rows], np.array(completed, "datetime64[us]").astype(np.int64), _parsed(rows))
    else:
        matrix.add([row.attempt_id for row in rows], completed, [row.c_tenths for row in rows])


def _parsed(rows: Sequence[Any]) -> Any:
    return orjson.loads("[" + ",".join(row.c_tenths for row in rows) + "]")
