"""What can be done with an invite. Each verb runs inside the caller's unit of work."""

from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import or_, select, update

from domain.access import commands as access
from domain.billing import credits
from domain.candidates import commands as candidates
from domain.instruments import bank
from domain.invites import events, mails, slots
from domain.invites.errors import (
    AlreadyCanceled,
    NotPending,
    NotRemindable,
    ReminderLimitReached,
    ReminderTooSoon,
    UnknownInstrument,
)
from domain.invites.model import Invite
from domain.invites.status import BETWEEN_REMINDERS, LIFETIME, OPEN, REMINDERS, Origin
from domain.kernel import inputs
from domain.kernel.errors import NotFound
from domain.kernel.identifiers import new_key
from domain.kernel.work import UnitOfWork

ANY_ORIGIN = tuple(Origin)


async def send(
    uow: UnitOfWork,
    *,
    email: str,
    name: str | None = None,
    instrument: str = bank.PROFILE,
    label: str | None = None,
    language: str | None = None,
    send_email: bool = True,
) -> str:
    """Invite a person to an instrument and return the invite's key; the credit is spent when they complete it.

    Raises InsufficientCredits, TooManyPendingInvites, UnknownInstrument or BadInput; nothing is written then.
    """
    address = inputs.email_address(email)
    shown = inputs.line(name, "name") or ""
    await credits.require(uow, 1)
    await slots.take(uow)
    key = await issue(
        uow, Origin.DIRECT, email=address, name=shown, instrument=instrument, label=label, language=language, send_email=send_email
    )
    if send_email:
        await uow.enqueue(mails.send_invitation, key)
    return key


async def issue(
    uow: UnitOfWork,
    origin: Origin,
    *,
    email: str,
    name: str,
    instrument: str = bank.PROFILE,
    label: str | None = None,
    language: str | None = None,
    send_email: bool = False,
) -> str:
    """Write an invite for a candidate, found by a checked email address or added.

    `instrument` is a key, or `key@version` of the current version. Raises UnknownInstrument.
    """
    taken = _current(instrument)
    account = await access.own_account(uow)
    candidate_key = await candidates.find_or_add(uow, email=email, name=name, language=language)
    invite = _invite(uow, origin, taken, candidate_key, email=email, name=name, language=language or account.language)
    invite.label, invite.send_email = inputs.line(label, "label", longest=100), send_email
    return _sent(uow, invite)


async def issue_to(
    uow: UnitOfWork, origin: Origin, candidate_key: str, *, email: str, name: str, instrument: str, language: str | None
) -> str:
    """Write an invite for a candidate who is known, whatever address it goes to; somebody else mails it.

    Raises UnknownInstrument.
    """
    taken = _current(instrument)
    account = await access.own_account(uow)
    return _sent(uow, _invite(uow, origin, taken, candidate_key, email=email, name=name, language=language or account.language))


def _current(instrument: str) -> bank.Instrument:
    wanted, _, version = instrument.partition("@")
    taken = bank.current(wanted)
    if taken is None or version not in ("", taken.version):
        raise UnknownInstrument
    return taken


def _invite(uow: UnitOfWork, origin: Origin, taken: bank.Instrument, candidate_key: str, *, email: str, name: str, language: str) -> Invite:
    return Invite(
        account_id=uow.account_id,
        key=new_key("inv"),
        origin=origin,
        candidate_key=candidate_key,
        instrument=taken.key,
        instrument_version=taken.version,
        email=email,
        name=name,
        language=language,
        send_email=False,
        created_at=uow.now,
        expires_at=uow.now + LIFETIME,
    )


def _sent(uow: UnitOfWork, invite: Invite) -> str:
    uow.add(invite, uow.account_id, invite.key)
    uow.record(events.INVITE_SENT, invite.key, origin=invite.origin, candidate=invite.candidate_key)
    return invite.key


async def cancel(uow: UnitOfWork, key: str, *, origins: Collection[Origin] = ANY_ORIGIN) -> str:
    """Take a pending invite back, also one that expired while pending (I-ESC-14).

    An invite that came through another door than `origins` is not found.

    Raises NotFound, NotPending, AlreadyCanceled.
    """
    canceled = (
        update(Invite)
        .where(Invite.account_id == uow.account_id, Invite.key == key, Invite.origin.in_(origins), Invite.status == "pending")
        .values(status="canceled", canceled_at=uow.now, settled=True)
        .returning(Invite.origin)
    )
    changed = await uow.changed(canceled)
    if not changed:
        raise AlreadyCanceled if (await _found(uow, key, origins)).status == "canceled" else NotPending
    uow.record(events.INVITE_CANCELED, key, origin=changed[0])
    return key


async def cancel_all(uow: UnitOfWork, candidate_key: str) -> list[str]:
    """Take back every invite of a candidate that could still be begun or gone on with; return their keys."""
    canceled = (
        update(Invite)
        .where(
            Invite.account_id == uow.account_id, Invite.candidate_key == candidate_key, or_(*(Invite.status == status for status in OPEN))
        )
        .values(status="canceled", canceled_at=uow.now, settled=True)
        .returning(Invite.key)
    )
    keys = sorted(await uow.changed(canceled))
    if keys:
        theirs = select(Invite.key, Invite.origin).where(Invite.account_id == uow.account_id, Invite.key.in_(keys))
        for key, origin in sorted((await uow.session.execute(theirs)).all()):
            uow.record(events.INVITE_CANCELED, key, origin=origin)
    return keys


async def withdraw(uow: UnitOfWork, key: str) -> bool:
    """Take back an invite that was not completed, begun or not; say whether there was anything to do."""
    canceled = (
        update(Invite)
        .where(Invite.account_id == uow.account_id, Invite.key == key, or_(*(Invite.status == status for status in OPEN)))
        .values(status="canceled", canceled_at=uow.now, settled=True)
        .returning(Invite.origin)
    )
    changed = await uow.changed(canceled)
    for origin in changed:
        uow.record(events.INVITE_CANCELED, key, origin=origin)
    return bool(changed)


async def remind(uow: UnitOfWork, key: str, *, origins: Collection[Origin] = ANY_ORIGIN) -> str:
    """Send the link again: at most three times, 24 hours apart (R-ESC-27, R-ESC-28).

    An invite that came through another door than `origins` is not found.

    Raises NotFound, NotRemindable, ReminderLimitReached, ReminderTooSoon, AlreadyCanceled.
    """
    reminded = (
        update(Invite)
        .where(
            Invite.account_id == uow.account_id,
            Invite.key == key,
            Invite.origin.in_(origins),
            or_(*(Invite.status == status for status in OPEN)),
            Invite.expires_at > uow.now,
            Invite.reminders < REMINDERS,
            or_(Invite.reminded_at.is_(None), Invite.reminded_at <= uow.now - BETWEEN_REMINDERS),
        )
        .values(reminders=Invite.reminders + 1, reminded_at=uow.now)
    )
    if not await uow.change(reminded):
        raise _why_not_reminded(await _found(uow, key, origins), uow.now)
    number = (await _found(uow, key, origins)).reminders
    uow.record(events.INVITE_REMINDED, key, number=number)
    await uow.enqueue(mails.send_reminder, key, str(number))
    return key


def _why_not_reminded(invite: Invite, now: datetime) -> Exception:
    if invite.status == "canceled":
        return AlreadyCanceled()
    if invite.status not in OPEN or invite.expires_at <= now:
        return NotRemindable()
    if invite.reminders >= REMINDERS:
        return ReminderLimitReached(REMINDERS)
    wait = (invite.reminded_at or now) + BETWEEN_REMINDERS - now
    return ReminderTooSoon(retry_after=-(-wait // timedelta(seconds=1)))


async def _found(uow: UnitOfWork, key: str, origins: Collection[Origin]) -> Invite:
    invite = await uow.session.get(Invite, (uow.account_id, key), populate_existing=True)
    if invite is None or invite.origin not in origins:
        raise NotFound("There is no such invite.")
    return invite


async def is_for(uow: UnitOfWork, key: str, candidate_key: str) -> bool:
    """Say whether an invite is one of a candidate."""
    found = select(Invite.key).where(Invite.account_id == uow.account_id, Invite.key == key, Invite.candidate_key == candidate_key)
    return (await uow.session.execute(found)).scalar_one_or_none() is not None
