"""The jobs behind exports: making a file, and clearing away what nobody needs any more."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, update

from domain.candidates import queries as candidates
from domain.exports import events, files, queries
from domain.exports.layout import Layout, Line
from domain.exports.model import Export
from domain.exports.status import LIFETIME, UNFINISHED, ExportStatus, Format, derived
from domain.invites import queries as invites
from domain.kernel.actor import Actor
from domain.kernel.columns import table_of
from domain.kernel.database import Database
from domain.kernel.jobs import job
from domain.kernel.ports import Ports
from domain.kernel.statements import Row, group

WANTED = (ExportStatus.RUNNING, ExportStatus.READY)
"""Only exports that stand so have a file, or will have one in a moment."""
MOST_TRIES = 5
"""Times that an export is begun before it is said to have failed; a worker that is killed counts as a try."""


class Stopped(Exception):
    """An export was deleted or withdrawn while it was made."""


@job("exports.make")
async def make(ports: Ports, account_id: int, key: str) -> None:
    """Write the file of an export; begun anew when it runs again, and the file is there whole or not at all."""
    export = await _begun(ports, account_id, key)
    if export is None:
        await _leave_none(ports, account_id, key)
        return
    place = files.name(account_id, key, export.format)
    try:
        making = _Making(ports.database, account_id, export)
        await ports.files.put(place, making.pieces())
        ready = await making.finish()
    except Stopped:
        return
    except Exception:
        if export.tries < MOST_TRIES:
            raise  # the job engine tries again
        await _fail(ports.database, account_id, key)
        await _leave_none(ports, account_id, key)
        raise
    if not ready:
        await ports.files.delete(place)


@job("exports.forget")
async def forget(ports: Ports, account_id: int, key: str) -> None:
    """Delete the file of an export that was deleted."""
    for format in Format:
        await ports.files.delete(files.name(account_id, key, format))


@job("exports.expire", every="30 */10 * * * *")
async def expire(ports: Ports) -> int:
    """Delete files and rows of exports whose day is over; return how many."""
    database, deleted = ports.database, 0
    table = table_of(Export)
    while rows := await queries.over(database.read(), database.clock.now()):
        for account_id, exports in group(rows, "account_id").items():
            keys = [export.key for export in exports]
            for key in keys:
                await forget.run(ports, account_id, key)
            async with database.work(Actor.system(account_id)) as uow:
                gone = delete(table).where(table.c.account_id == account_id, table.c.key.in_(keys)).returning(table.c.key)
                for key in sorted((await uow.session.execute(gone)).scalars()):
                    uow.record(events.EXPORT_EXPIRED, key)
            deleted += len(keys)
    return deleted


async def clear(ports: Ports, account_id: int) -> int:
    """Delete the files of an account that nobody may have, withdrawn ones above all; say how many there were.

    Exports that were asked for after somebody was erased keep theirs.
    """
    names = await ports.files.names(files.folder(account_id), unfinished=True)
    exports = {name: files.key_of(name) for name in names}
    rows = await queries.by_keys(ports.database.read(), account_id, {*exports.values()})  # after the names: their files were there
    wanted = {key for key, row in rows.items() if row.stored_status in WANTED}
    return sum([await ports.files.delete(name) for name, key in exports.items() if key not in wanted])


async def _leave_none(ports: Ports, account_id: int, key: str) -> None:
    """Delete the file of an export that nobody may have: whoever made it may have been killed before it could."""
    row = (await queries.by_keys(ports.database.read(), account_id, [key])).get(key)
    if row is None or row.stored_status not in WANTED:
        await forget.run(ports, account_id, key)


async def _begun(ports: Ports, account_id: int, key: str) -> Row | None:
    """Note that an export is being made; None when there is nothing to make."""
    database = ports.database
    row = (await queries.by_keys(database.read(), account_id, [key])).get(key)
    if row is None or derived(row.stored_status, row.expires_at, database.clock.now()) not in UNFINISHED:
        return None
    if row.tries >= MOST_TRIES:
        await _fail(database, account_id, key)
        return None
    total = await queries.count(database.read(), account_id, _given(row))
    async with database.work(Actor.system(account_id)) as uow:
        mine = update(Export).where(Export.account_id == account_id, Export.key == key, Export.status.in_(UNFINISHED))
        if not await uow.change(mine.values(status=ExportStatus.RUNNING, tries=Export.tries + 1, done=0, total=total)):
            return None
        uow.record(events.EXPORT_STARTED, key, rows=total, tries=row.tries + 1)
    return (await queries.by_keys(database.read(), account_id, [key])).get(key)


async def _fail(database: Database, account_id: int, key: str) -> None:
    async with database.work(Actor.system(account_id)) as uow:
        mine = update(Export).where(Export.account_id == account_id, Export.key == key, Export.status == ExportStatus.RUNNING)
        if await uow.change(mine.values(status=ExportStatus.FAILED, finished_at=uow.now)):
            uow.record(events.EXPORT_FAILED, key)


async def _note_progress(database: Database, account_id: int, key: str, done: int) -> int:
    async with database.work(Actor.system(account_id)) as uow:
        mine = update(Export).where(Export.account_id == account_id, Export.key == key, Export.status == ExportStatus.RUNNING)
        return await uow.change(mine.values(done=done))


def _given(row: Row) -> dict[str, Any]:
    """The conditions of an export as lists take them, with the moment at which it was asked for as the last."""
    given = {name: datetime.fromisoformat(value) if name.startswith("completed_") else value for name, value in row.conditions.items()}
    return {**given, "as_of": row.created_at}


class _Making:
    """One file in the making: batch by batch, each a read of its own, so that no export is too long for a deadline."""

    def __init__(self, database: Database, account_id: int, export: Row) -> None:
        self._database = database
        self._account_id = account_id
        self._export = export
        self._layout = Layout.of(export)
        self._done = self._size = 0

    async def pieces(self) -> AsyncGenerator[bytes, None]:
        """The file piece by piece, its progress noted after each.

        Raises Stopped.
        """
        if head := self._layout.head:
            yield self._sized(head)
        given, after = _given(self._export), list[Any]()
        while rows := await queries.batch(self._database.read(), self._account_id, given, after):
            yield self._sized(await self._written(rows))
            self._done += len(rows)
            if not await _note_progress(self._database, self._account_id, self._export.key, self._done):
                raise Stopped
            after = queries.place(rows[-1])

    async def finish(self) -> bool:
        """Note that the file is there; False when nobody wants it any more."""
        async with self._database.work(Actor.system(self._account_id)) as uow:
            mine = update(Export).where(
                Export.account_id == self._account_id, Export.key == self._export.key, Export.status == ExportStatus.RUNNING
            )
            values = {"done": self._done, "total": self._done, "size": self._size, "finished_at": uow.now}
            ready = await uow.change(mine.values(status=ExportStatus.READY, expires_at=uow.now + LIFETIME, **values))
            if ready:
                uow.record(events.EXPORT_READY, self._export.key, rows=self._done, size=self._size)
        return bool(ready)

    async def _written(self, rows: Sequence[Row]) -> bytes:
        """A batch as lines, with what else goes into them."""
        read, layout = self._database.read(), self._layout
        people: dict[str, Row] = {}
        attempts: dict[int, Row] = {}
        if layout.people:
            people = await candidates.by_keys(read, self._account_id, list({row.candidate_key for row in rows}))
        if layout.answers:
            attempts = await invites.attempts_by_id(read, self._account_id, [row.attempt_id for row in rows])
        batch = [
            Line(row, people.get(row.candidate_key), attempts[row.attempt_id].answers if row.attempt_id in attempts else None)
            for row in rows
        ]
        return await asyncio.to_thread(layout.written, batch)

    def _sized(self, piece: bytes) -> bytes:
        self._size += len(piece)
        return piece
