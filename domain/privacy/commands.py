"""Erasing a candidate. Each verb runs inside the caller's unit of work."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace

from sqlalchemy import ColumnElement, and_, func, or_, select, true, update

from domain.access.model import Account
from domain.candidates import events
from domain.candidates.errors import Anonymized, Merged
from domain.candidates.model import Candidate
from domain.exports import commands as exports
from domain.idempotency import commands as idempotency
from domain.invites import commands as invites
from domain.invites.model import Attempt
from domain.kernel.errors import NotFound
from domain.kernel.identifiers import new_key
from domain.kernel.statements import ACCOUNT
from domain.kernel.work import UnitOfWork
from domain.privacy import erase as rows
from domain.privacy import finishing
from domain.privacy.errors import Protected
from domain.privacy.finishing import Logged
from domain.privacy.model import Erasure
from domain.privacy.registry import WHOM

_ATTEMPTS = select(func.count()).where(Attempt.account_id == ACCOUNT, Attempt.candidate_key == WHOM)


SEPARATING: list[Callable[[UnitOfWork, str], Awaitable[None]]] = []
"""What takes back that a candidate is hidden as somebody else; a context above this one adds it."""


@dataclass(frozen=True, slots=True)
class Erased:
    """An erasure, with whom it was about: told once to who asked for it, and kept nowhere (I-ESC-18)."""

    key: str
    name: str
    email: str | None


async def erase(uow: UnitOfWork, candidate_key: str) -> Erased:
    """Anonymise a candidate: everything that tells who they are goes, scores and answers stay; it cannot be undone.

    Their open invites are canceled. Files, search index and log follow by a job. Who was merged into them goes with them.
    Raises NotFound, Protected, Anonymized, Merged.
    """
    name, email = await _alone_with(uow, candidate_key, Candidate.protected.is_(False))
    key = await _erase(uow, Logged(uow.account_id, new_key("era"), candidate_key, uow.now, uow.actor.name), Candidate.protected.is_(False))
    return Erased(key, name, email)


async def erase_by_attempt(uow: UnitOfWork, attempt_id: int) -> Erased:
    """Anonymise the candidate of an attempt, and so all of their attempts (R-ESC-68).

    Raises NotFound, Protected, Anonymized.
    """
    found = select(Attempt.candidate_key).where(Attempt.account_id == uow.account_id, Attempt.attempt_id == attempt_id)
    candidate_key = (await uow.session.execute(found)).scalar_one_or_none()
    if candidate_key is None:
        raise NotFound("There is no such attempt.")
    return await erase(uow, candidate_key)


async def erase_again(uow: UnitOfWork, logged: Logged) -> bool:
    """Do an erasure over again in a restored database, protected or not; say whether there was anything to do."""
    try:
        await _again_alone_with(uow, logged.candidate_key)
    except (NotFound, Anonymized):
        return False
    await _erase(uow, logged, true())
    return True


async def _again_alone_with(uow: UnitOfWork, candidate_key: str) -> None:
    """The same for somebody who may still have been merged into another when the backup was made, and was not when erased."""
    try:
        await _alone_with(uow, candidate_key, true())
    except Merged:
        for separate in SEPARATING:
            await separate(uow, candidate_key)
        await _alone_with(uow, candidate_key, true())


async def _alone_with(uow: UnitOfWork, candidate_key: str, allowed: ColumnElement[bool]) -> tuple[str, str | None]:
    """Make sure that nobody sends invites or asks to take part meanwhile; return the name and address of a candidate.

    Raises NotFound, Anonymized, Merged, Protected.
    """
    await uow.one_at_a_time(Account, uow.account_id)
    columns = (Candidate.name, Candidate.email, Candidate.anonymized_at, Candidate.merged_into, allowed.label("allowed"))
    found = select(*columns).where(Candidate.account_id == uow.account_id, Candidate.key == candidate_key)
    row = (await uow.session.execute(found)).one_or_none()
    if row is None:
        raise NotFound("There is no such candidate.")
    if row.anonymized_at is not None:
        raise Anonymized
    if row.merged_into is not None:
        raise Merged(row.merged_into)
    if not row.allowed:
        raise Protected
    return row.name, row.email


async def _erase(uow: UnitOfWork, log: Logged, allowed: ColumnElement[bool]) -> str:
    """Erase, and write down that it was done; rows are locked from those farthest from the candidate on, as others do.

    Whether they are protected is asked of the candidate alone: what was said of somebody before they were merged is no longer theirs.
    """
    mails = await rows.mailed(uow, log.candidate_key)
    tables = await rows.apply(uow, log.candidate_key)
    tables |= await idempotency.drop(uow, uow.now + finishing.OVERLAPPING)
    canceled = await invites.cancel_all(uow, log.candidate_key)
    person = or_(and_(Candidate.key == log.candidate_key, allowed), Candidate.merged_into == log.candidate_key)
    anonymized = update(Candidate).where(Candidate.account_id == uow.account_id, person, Candidate.anonymized_at.is_(None))
    gone = await uow.changed(anonymized.values(anonymized_at=log.requested_at, updated_at=uow.now).returning(Candidate.key))
    if log.candidate_key not in gone:
        raise Protected  # since it was looked at; another erasure would have waited for the account
    attempts = int((await uow.session.execute(_ATTEMPTS, {"account_id": uow.account_id, WHOM.key: log.candidate_key})).scalar_one())
    await exports.withdraw(uow)
    await _note(uow, log, attempts, tables=sorted(tables), mails=mails, canceled=len(canceled))
    for absorbed in sorted(set(gone) - {log.candidate_key}):  # logged, too: a backup may be older than the merge
        await _note(uow, replace(log, key=new_key("era"), candidate_key=absorbed), 0, tables=["candidate"], mails=[], canceled=0)
    return log.key


async def _note(uow: UnitOfWork, log: Logged, attempts: int, *, tables: list[str], mails: list[str], canceled: int) -> None:
    """Write an erasure down, and have it finished."""
    erasure = Erasure(
        account_id=uow.account_id,
        key=log.key,
        candidate_key=log.candidate_key,
        attempts=attempts,
        tables=tables,
        mails=mails,
        actor=log.actor,
        requested_at=log.requested_at,
    )
    uow.session.add(erasure)
    uow.record(events.CANDIDATE_ANONYMIZED, log.candidate_key, erasure=log.key, attempts=attempts, canceled=canceled)
    await uow.enqueue(finishing.finish, log.key)
