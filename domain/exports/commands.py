"""What can be done with exports. Each verb runs inside the caller's unit of work."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import case, delete, func, select, update

from domain.access.model import Account
from domain.exports import events, jobs
from domain.exports.errors import TooManyExports
from domain.exports.model import Export
from domain.exports.status import LIFETIME, UNFINISHED, ExportStatus, Format, needed
from domain.instruments import bank
from domain.invites.errors import UnknownInstrument
from domain.kernel.actor import authorize
from domain.kernel.columns import table_of
from domain.kernel.errors import BadInput, NotFound
from domain.kernel.identifiers import new_key
from domain.kernel.language import Language
from domain.kernel.spreadsheets import Delimiter
from domain.kernel.statements import ACCOUNT
from domain.kernel.work import UnitOfWork

MOST_UNFINISHED = 5
"""Exports of an account that wait or are being made, so that one account does not keep all workers busy."""
MOST_CANDIDATES = 1_000
"""Candidates that an export may be narrowed to by name; for more there are teams."""
_COUNT = select(func.count()).where(Export.account_id == ACCOUNT, Export.status.in_(UNFINISHED))


async def request(
    uow: UnitOfWork,
    *,
    format: Format,
    conditions: Mapping[str, Any],
    delimiter: Delimiter = Delimiter.COMMA,
    language: Language = Language.EN,
    people: bool = False,
    labels: bool = False,
    answers: bool = False,
) -> str:
    """Ask for a file of the results that pass some conditions and return the key of the export; a job makes it.

    Raises Forbidden for whoever may not read what would be in it, UnknownInstrument, BadInput, TooManyExports.
    """
    for permission in needed(people=people, answers=answers):
        authorize(uow.actor, permission)
    await _room(uow)
    export = Export(
        account_id=uow.account_id,
        key=new_key("exp"),
        format=format,
        delimiter=delimiter,
        language=language,
        people=people,
        labels=labels,
        answers=answers,
        conditions=_stored(conditions),
        requested_by=uow.actor.name,
        created_at=uow.now,
        expires_at=uow.now + LIFETIME,
    )
    uow.session.add(export)
    uow.record(events.EXPORT_REQUESTED, export.key, format=str(format), people=people, answers=answers)
    await uow.enqueue(jobs.make, export.key)
    return export.key


async def remove(uow: UnitOfWork, key: str) -> str:
    """Delete an export and, by a job, its file; one that is being made stops.

    Raises NotFound.
    """
    table = table_of(Export)
    gone = await uow.session.execute(delete(table).where(table.c.account_id == uow.account_id, table.c.key == key))
    if not gone.rowcount:  # type: ignore[attr-defined]
        raise NotFound("There is no such export.")
    uow.record(events.EXPORT_DELETED, key)
    await uow.enqueue(jobs.forget, key)
    return key


async def withdraw(uow: UnitOfWork) -> int:
    """Take back all exports that may know somebody who is being erased; return how many.

    Those that wait stay so, but are written as well: one that begins meanwhile does so after the erasure, or is taken back.
    Whoever calls it clears away the files after the commit (`jobs.clear`); one that is being made is dropped when it ends.
    """
    known = (*UNFINISHED, ExportStatus.READY)
    status = case((Export.status == ExportStatus.PENDING, Export.status), else_=ExportStatus.WITHDRAWN)
    change = update(Export).where(Export.account_id == uow.account_id, Export.status.in_(known)).values(status=status)
    taken = await uow.changed(change.returning(case((Export.status == ExportStatus.WITHDRAWN, Export.key))))
    keys = sorted(key for key in taken if key is not None)
    for key in keys:
        uow.record(events.EXPORT_WITHDRAWN, key)
    return len(keys)


async def _room(uow: UnitOfWork) -> None:
    await uow.one_at_a_time(Account, uow.account_id)
    if int((await uow.session.execute(_COUNT, {"account_id": uow.account_id})).scalar_one()) >= MOST_UNFINISHED:
        raise TooManyExports(MOST_UNFINISHED)


def _stored(conditions: Mapping[str, Any]) -> dict[str, Any]:
    """Conditions as they are kept, moments as text."""
    key, at, version = conditions["instrument"].partition("@")
    if (bank.find(key, version) if at else bank.current(key)) is None:
        raise UnknownInstrument
    if len(conditions.get("candidate", ())) > MOST_CANDIDATES:
        raise BadInput.field("filter", "candidate", message=f"At most {MOST_CANDIDATES} candidates; make a team of more.")
    return {name: value.isoformat() if isinstance(value, datetime) else value for name, value in conditions.items()}
