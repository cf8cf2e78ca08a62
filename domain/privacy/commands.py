"""Erasing a candidate. Each verb runs inside the caller's unit of work."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, select, true, update

from domain.access.model import Account
from domain.candidates import events
from domain.candidates.errors import Anonymized
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


@dataclass(frozen=True, slots=True)
class Erased:
    """An erasure, with whom it was about: told once to who asked for it, and kept nowhere (I-ESC-18)."""

    key: str
    name: str
    email: str | None


async def erase(uow: UnitOfWork, candidate_key: str) -> Erased:
    """Anonymise a candidate: everything that tells who they are goes, scores and answers stay; it cannot be undone.

    Their open invites are canceled. Files, search index and log follow by a job. Raises NotFound, Protected, Anonymized.
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
        await _alone_with(uow, logged.candidate_key, true())
    except (NotFound, Anonymized):
        return False
    await _erase(uow, logged, true())
    return True


async def _alone_with(uow: UnitOfWork, candidate_key: str, allowed: ColumnElement[bool]) -> tuple[str, str | None]:
    """Make sure that nobody sends invites or asks to take part meanwhile; return the name and address of a candidate.

    Raises NotFound, Anonymized, Protected.
    """
    await uow.one_at_a_time(Account, uow.account_id)
    columns = (Candidate.name, Candidate.email, Candidate.anonymized_at, allowed.label("allowed"))
    found = select(*columns).where(Candidate.account_id == uow.account_id, Candidate.key == candidate_key)
    row = (await uow.session.execute(found)).one_or_none()
    if row is None:
        raise NotFound("There is no such candidate.")
    if row.anonymized_at is not None:
        raise Anonymized
    if not row.allowed:
        raise Protected
    return row.name, row.email


async def _erase(uow: UnitOfWork, log: Logged, allowed: ColumnElement[bool]) -> str:
    """Erase, and write down that it was done; rows are locked from those farthest from the candidate on, as others do."""
    mails = await rows.mailed(uow, log.candidate_key)
    tables = await rows.apply(uow, log.candidate_key)
    tables |= await idempotency.drop(uow, uow.now + finishing.OVERLAPPING)
    canceled = await invites.cancel_all(uow, log.candidate_key)
    anonymized = update(Candidate).where(
        Candidate.account_id == uow.account_id, Candidate.key == log.candidate_key, Candidate.anonymized_at.is_(None), allowed
    )
    if not await uow.change(anonymized.values(anonymized_at=log.requested_at, updated_at=uow.now)):
        raise Protected  # since it was looked at; another erasure would have waited for the account
    attempts = await uow.session.execute(_ATTEMPTS, {"account_id": uow.account_id, WHOM.key: log.candidate_key})
    erasure = Erasure(
        account_id=uow.account_id,
        key=log.key,
        candidate_key=log.candidate_key,
        attempts=int(attempts.scalar_one()),
        tables=sorted(tables),
        mails=mails,
        actor=log.actor,
        requested_at=log.requested_at,
    )
    await exports.withdraw(uow)
    uow.session.add(erasure)
    uow.record(events.CANDIDATE_ANONYMIZED, log.candidate_key, erasure=log.key, attempts=erasure.attempts, canceled=len(canceled))
    await uow.enqueue(finishing.finish, log.key)
    return log.key
