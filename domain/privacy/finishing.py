"""What follows an erasure, as jobs: files, mails, the search index, the write-ahead log; and a look for stragglers.

A process that had read a name before the erasure may still have written it afterwards: a mail, a report, a row. So the
job erases the rows once more, and a sweep looks after the latest erasures for some minutes.
"""

import logging
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import orjson
from sqlalchemy import update

from domain.exports import jobs as exports
from domain.idempotency import commands as idempotency
from domain.kernel.actor import Actor
from domain.kernel.database import Database
from domain.kernel.jobs import job
from domain.kernel.personal import OUTSIDE
from domain.kernel.ports import Files, Ports
from domain.kernel.statements import Row
from domain.privacy import erase, events, queries
from domain.privacy.model import Erasure

LATEST = timedelta(days=7)
"""How long the sweep goes on with an erasure that could not be finished."""
STRAGGLING = timedelta(minutes=10)
"""How long after an erasure something that was begun before it may still be written."""
OVERLAPPING = timedelta(seconds=30)
"""How long after an erasure a work may have begun that read before it ended."""
UNWRITTEN = timedelta(hours=1)
"""After what time without another piece an unfinished file has nobody any more who writes it."""
LOG_FOLDER = "erasures"

OWN = [place.folder for place in OUTSIDE if "{candidate}" in place.folder]
SHARED = [place.folder for place in OUTSIDE if place.folder and place.folder not in OWN]
log = logging.getLogger("centil.privacy")


@dataclass(frozen=True, slots=True)
class Logged:
    """An erasure as its log has it."""

    account_id: int
    key: str
    candidate_key: str
    requested_at: datetime
    actor: str


@job("privacy.finish")
async def finish(ports: Ports, account_id: int, key: str) -> None:
    """Delete files about a candidate and leave nothing of them in the database's own files; note when that was done.

    Others that wait for the same are finished with it: a purge costs as much for one as for many.
    """
    async with ports.database.purging:
        row = (await queries.by_keys(ports.database.read(), account_id, [key])).get(key)
        if row is None or row.finished_at is not None:
            return
        since = ports.database.clock.now() - LATEST
        waiting = await queries.unfinished(ports.database.read(), since=since)
        tables: set[str] = {*row.tables, *await _rid(ports, account_id, row)}
        done = {account_id: [key]}
        for other in waiting:
            if other.key != key and (touched := await _rid_of_another(ports, other)) is not None:
                tables |= {*other.tables, *touched}
                done.setdefault(other.account_id, []).append(other.key)
        for account in done:
            await _remove_shared(ports, account)
        await ports.database.purge(tables)
        for account, keys in done.items():
            await _note(ports.database, account, keys)


async def _rid(ports: Ports, account_id: int, row: Row) -> Collection[str]:
    """Delete what is about one candidate alone, rows once more; return the tables in which there were any."""
    await keep(ports.files, Logged(account_id, row.key, row.candidate_key, row.requested_at, row.actor))
    await _remove(ports, account_id, row)
    return await _erase_again(ports, account_id, row)


async def _rid_of_another(ports: Ports, row: Row) -> Collection[str] | None:
    """The same for one of those that wait; None when it fails, for its own job tries again."""
    try:
        return await _rid(ports, row.account_id, row)
    except Exception:
        log.exception("erasure not finished with another", extra={"account": row.account_id})
        return None


async def _remove_shared(ports: Ports, account_id: int) -> None:
    """Delete the files of an account that show many people."""
    for folder in SHARED:
        await ports.files.delete(folder.format(account=account_id))
    await exports.clear(ports, account_id)


async def _note(database: Database, account_id: int, keys: Sequence[str]) -> None:
    """Note which erasures are finished."""
    async with database.work(Actor.system(account_id)) as uow:
        mine = update(Erasure).where(Erasure.account_id == account_id, Erasure.key.in_(keys), Erasure.finished_at.is_(None))
        for key in await uow.changed(mine.values(finished_at=uow.now).returning(Erasure.key)):
            uow.record(events.ERASURE_FINISHED, key)


@job("privacy.sweep", every="45 * * * * *")
async def sweep(ports: Ports) -> int:
    """Finish what was not finished, and erase what was written since by those who knew no better; return how many looked after."""
    now = ports.database.clock.now()
    rows = await queries.latest(ports.database.read(), since=now - LATEST, fresh=now - STRAGGLING)
    for row in rows:
        if row.finished_at is None:
            await finish.run(ports, row.account_id, row.key)
        else:
            await _look_again(ports, row.account_id, row.key)
    return len(rows)


@job("privacy.clean", every="15 41 * * * *")
async def clean(ports: Ports) -> int:
    """Delete what was left of files by those who were killed while they wrote them; return how many."""
    return await ports.files.clean(UNWRITTEN)


async def _look_again(ports: Ports, account_id: int, key: str) -> None:
    row = (await queries.by_keys(ports.database.read(), account_id, [key]))[key]
    removed = await _remove(ports, account_id, row)
    if more := await _erase_again(ports, account_id, row):
        await ports.database.purge(more)
    if removed or more:
        async with ports.database.work(Actor.system(account_id)) as uow:
            uow.record(events.ERASURE_REPEATED, key, files=removed, tables=len(more))


async def _erase_again(ports: Ports, account_id: int, row: Row) -> Collection[str]:
    async with ports.database.work(Actor.system(account_id)) as uow:
        erased = await erase.apply(uow, row.candidate_key)
        return {*erased, *await idempotency.drop(uow, row.requested_at + OVERLAPPING)}


async def _remove(ports: Ports, account_id: int, row: Row) -> int:
    """Delete files and mails about a candidate alone; say how many there were."""
    async with ports.database.work(Actor.system(account_id)) as uow:
        mails = {*row.mails, *await erase.mailed(uow, row.candidate_key)}
    removed = await ports.mailer.forget(mails)
    for folder in OWN:
        removed += await ports.files.delete(folder.format(account=account_id, candidate=row.candidate_key))
    return removed


async def keep(files: Files, log: Logged) -> None:
    """Write an erasure down beside the database, by keys alone, for a backup that is restored may know nothing of it."""
    told = {
        "account": log.account_id,
        "key": log.key,
        "candidate": log.candidate_key,
        "requestedAt": log.requested_at.isoformat(),
        "actor": log.actor,
    }
    await files.put(f"{LOG_FOLDER}/{log.account_id}/{log.key}.json", orjson.dumps(told))
