"""Taking an instrument: begin, answer, complete. Each verb runs inside the caller's unit of work."""

from collections.abc import Mapping

from sqlalchemy import select

from domain.access import commands as access
from domain.billing import credits
from domain.candidates import commands as candidates
from domain.instruments import bank
from domain.invites import events
from domain.invites.errors import AlreadyCanceled, AlreadyCompleted, InviteExpired, NothingToScore
from domain.invites.model import Attempt, Invite
from domain.invites.status import InviteStatus, Origin, derived
from domain.kernel.errors import BadInput, FieldFault, Forbidden, NotFound
from domain.kernel.work import UnitOfWork
from domain.results import commands as results


async def start(uow: UnitOfWork, invite_key: str, *, language: str | None = None) -> int:
    """Begin an invite and return the number of its attempt; beginning it again goes on with the same attempt.

    Raises NotFound, InviteExpired, AlreadyCompleted, AlreadyCanceled.
    """
    invite = await _open_invite(uow, invite_key)
    if invite.status == InviteStatus.STARTED:
        return await _number(uow, invite_key)
    instrument = bank.instrument(invite.instrument, invite.instrument_version)
    invite.status, invite.started_at = InviteStatus.STARTED, uow.now
    attempt = Attempt(
        account_id=uow.account_id,
        attempt_id=await uow.next_number("attempt"),
        invite_key=invite_key,
        candidate_key=invite.candidate_key,
        instrument=invite.instrument,
        instrument_version=invite.instrument_version,
        source="api" if invite.origin == Origin.DIRECT else "manual",
        language=language or invite.language,
        answers=[None] * len(instrument.items),
        started_at=uow.now,
        last_at=uow.now,
    )
    uow.add(attempt, uow.account_id, attempt.attempt_id)
    if language is not None:
        await candidates.use_language(uow, invite.candidate_key, language)
    uow.record(events.INVITE_STARTED, invite_key, attempt=attempt.attempt_id, origin=invite.origin)
    return attempt.attempt_id


async def save(uow: UnitOfWork, attempt_id: int, answers: Mapping[str, int]) -> int:
    """Keep answers by item key, 1 to 5 each; a later answer to an item replaces the earlier one.

    Raises NotFound, BadInput for unknown items and other numbers, AlreadyCompleted, InviteExpired, AlreadyCanceled.
    """
    attempt, _invite = await _open_attempt(uow, attempt_id)
    items = bank.instrument(attempt.instrument, attempt.instrument_version).by_key
    if faults := list(_faults(items, answers)):
        raise BadInput("Some answers are not valid.", fields=faults)
    kept = list(attempt.answers)
    for key, value in answers.items():
        kept[items[key].position] = value
    if kept != attempt.answers:
        attempt.answers = kept
        attempt.answered = sum(value is not None for value in kept)
        uow.record(events.ATTEMPT_ANSWERED, str(attempt_id), answered=attempt.answered, items=len(kept))
    return attempt_id


def _faults(items: Mapping[str, bank.Item], answers: Mapping[str, int]) -> list[FieldFault]:
    faults = [FieldFault(("answers", key), "There is no such item in this instrument.") for key in answers if key not in items]
    for key, value in answers.items():
        if key in items and not 1 <= value <= bank.POINTS:
            faults.append(FieldFault(("answers", key), f"An answer is a number from 1 to {bank.POINTS}."))
    return faults


async def complete(uow: UnitOfWork, attempt_id: int) -> int:
    """Score an attempt, spend its credit and finish its invite, all at once or not at all (Q-8).

    Raises NotFound, AlreadyCompleted, InviteExpired, AlreadyCanceled, NothingToScore, InsufficientCredits; the answers
    stay in every case.
    """
    attempt, invite = await _open_attempt(uow, attempt_id)
    instrument = bank.instrument(attempt.instrument, attempt.instrument_version)
    account = await access.own_account(uow)
    result = await results.record(
        uow,
        attempt_id=attempt_id,
        candidate_key=attempt.candidate_key,
        instrument=instrument,
        answers=attempt.answers,
        norm_group=account.norm_group,
    )
    if all(value is None for value in result.c_tenths):
        raise NothingToScore
    attempt.status, attempt.completed_at, attempt.last_at = "completed", uow.now, uow.now
    invite.status, invite.completed_at, invite.settled = InviteStatus.COMPLETED, uow.now, True
    await credits.spend(uow, reference=f"attempt:{attempt_id}")
    uow.record(events.INVITE_COMPLETED, attempt.invite_key, attempt=attempt_id, origin=invite.origin)
    return attempt_id


async def _open_attempt(uow: UnitOfWork, attempt_id: int) -> tuple[Attempt, Invite]:
    """Lock an attempt that can still be answered, and its invite; the lock makes parallel completions one after another."""
    attempt = await uow.lock(Attempt, uow.account_id, attempt_id)
    if attempt is None:
        raise NotFound("There is no such attempt.")
    if attempt.status == "completed":
        _admit(uow, attempt.invite_key)
        raise AlreadyCompleted
    return attempt, await _open_invite(uow, attempt.invite_key)


async def _open_invite(uow: UnitOfWork, key: str) -> Invite:
    """Lock an invite that can be begun or gone on with."""
    _admit(uow, key)
    invite = await uow.lock(Invite, uow.account_id, key)
    if invite is None:
        raise NotFound("There is no such invite.")
    match derived(invite.status, invite.expires_at, uow.now):
        case InviteStatus.EXPIRED:
            raise InviteExpired
        case InviteStatus.COMPLETED:
            raise AlreadyCompleted
        case InviteStatus.CANCELED:
            raise AlreadyCanceled
    return invite


def _admit(uow: UnitOfWork, invite_key: str) -> None:
    """Hold candidates to the invite of their link."""
    if uow.actor.invite_key not in (None, invite_key):
        raise Forbidden


async def _number(uow: UnitOfWork, invite_key: str) -> int:
    found = select(Attempt.attempt_id).where(Attempt.account_id == uow.account_id, Attempt.invite_key == invite_key)
    return int((await uow.session.execute(found)).scalar_one())
