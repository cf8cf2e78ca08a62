"""Taking part by the account's open link: ask, confirm the email address, begin."""

from datetime import datetime, timedelta

from sqlalchemy import delete, func, select

from domain.access.model import Account
from domain.billing import credits
from domain.billing.errors import InsufficientCredits
from domain.invites import commands, events, mails
from domain.invites.errors import LinkClosed, LinkNotValid, TooManyEntries, TooManyUnconfirmed
from domain.invites.model import Entry
from domain.invites.status import LIFETIME as INVITE_LIFETIME
from domain.invites.status import Origin
from domain.kernel import inputs
from domain.kernel.identifiers import new_key
from domain.kernel.work import UnitOfWork

LIFETIME = timedelta(hours=24)
"""How long the mail of an entry can be confirmed."""
AGAIN_AFTER = timedelta(minutes=10)
"""How long before another mail goes to the same address."""
MOST_UNCONFIRMED = 200
"""How many mails of the last day may be unconfirmed, so that a link cannot be used to flood strangers."""


async def request(uow: UnitOfWork, *, email: str, name: str, language: str) -> str:
    """Note that somebody wants to take part and mail them a link; return the key of the entry.

    Nothing about a known candidate changes before the email address is confirmed. An account without credits mails
    nobody, so that an account that anybody can register is no way to send mail to strangers. Raises BadInput,
    TooManyEntries, TooManyUnconfirmed, LinkClosed.
    """
    address = inputs.email_address(email)
    shown = inputs.line(name, "name", required=True, plain=True) or ""
    try:
        await credits.require(uow, 1)
    except InsufficientCredits:
        raise LinkClosed from None  # strangers learn nothing of the account's credits
    await uow.one_at_a_time(Account, uow.account_id)
    last = select(func.max(Entry.created_at)).where(Entry.account_id == uow.account_id, Entry.email == address)
    wait = _until((await uow.session.execute(last)).scalar_one(), AGAIN_AFTER, uow.now)
    if wait > 0:
        raise TooManyEntries(retry_after=wait)
    unconfirmed = select(func.count()).where(
        Entry.account_id == uow.account_id, Entry.invite_key.is_(None), Entry.created_at > uow.now - LIFETIME
    )
    if (await uow.session.execute(unconfirmed)).scalar_one() >= MOST_UNCONFIRMED:
        raise TooManyUnconfirmed(retry_after=int(AGAIN_AFTER.total_seconds()))
    entry = Entry(
        account_id=uow.account_id,
        key=new_key("ent"),
        email=address,
        name=shown,
        language=language,
        created_at=uow.now,
        expires_at=uow.now + LIFETIME,
    )
    uow.session.add(entry)
    uow.record(events.ENTRY_REQUESTED, entry.key)
    await uow.enqueue(mails.send_entry, entry.key)
    return entry.key


def _until(earlier: datetime | None, pause: timedelta, now: datetime) -> int:
    """Seconds, begun ones counted, until a pause after something is over; not above 0 when it is."""
    return 0 if earlier is None else -((now - earlier - pause) // timedelta(seconds=1))


async def confirm(uow: UnitOfWork, key: str) -> str:
    """Turn an entry into an invite and return the invite's key; confirming it again gives the same invite.

    The mail goes on to lead there for as long as the invite is valid, since it is the only one they have.

    Raises LinkNotValid when the entry is unknown or its day is over.
    """
    entry = await uow.lock(Entry, uow.account_id, key)
    if entry is None or (entry.invite_key is None and entry.expires_at <= uow.now):
        raise LinkNotValid
    if entry.invite_key is None:
        invite_key = await commands.issue(uow, Origin.OPEN_LINK, email=entry.email, name=entry.name, language=entry.language)
        entry.invite_key, entry.expires_at = invite_key, uow.now + INVITE_LIFETIME
        uow.record(events.ENTRY_CONFIRMED, key, invite=invite_key)
    return entry.invite_key


async def over(uow: UnitOfWork) -> list[str]:
    """The keys of the account's entries whose time is over, confirmed or not."""
    found = select(Entry.key).where(Entry.account_id == uow.account_id, Entry.expires_at <= uow.now)
    return list((await uow.session.execute(found)).scalars())


async def forget(uow: UnitOfWork) -> int:
    """Delete the account's entries whose time is over, confirmed or not, and say how many."""
    over = delete(Entry).where(Entry.account_id == uow.account_id, Entry.expires_at <= uow.now).returning(Entry.key)
    keys = sorted((await uow.session.execute(over)).scalars())
    for key in keys:
        uow.record(events.ENTRY_FORGOTTEN, key)
    return len(keys)
