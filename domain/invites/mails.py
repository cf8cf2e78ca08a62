"""Mails to candidates, as jobs: each looks first whether it is still to be sent."""

from sqlalchemy import update

from domain.access import queries as access
from domain.instruments import bank
from domain.invites import events, links, queries
from domain.invites.model import Entry, Invite
from domain.invites.status import OPEN, days_left
from domain.kernel.actor import Actor
from domain.kernel.jobs import job
from domain.kernel.ports import Mail, Ports, Undeliverable
from domain.kernel.statements import Row


@job("invites.send_invitation")
async def send_invitation(ports: Ports, account_id: int, key: str) -> None:
    """Mail a candidate their link, once."""
    invite, account = await _open_invite(ports, account_id, key)
    if invite is None or account is None or invite.sent_at:
        return
    if not await _delivered(ports, account_id, key, _mail(ports, "invitation", invite, account, reference=key)):
        return
    async with ports.database.work(Actor.system(account_id)) as uow:
        sent = update(Invite).where(Invite.account_id == account_id, Invite.key == key, Invite.sent_at.is_(None)).values(sent_at=uow.now)
        if await uow.change(sent):
            uow.record(events.INVITE_MAILED, key)


@job("invites.send_reminder")
async def send_reminder(ports: Ports, account_id: int, key: str, number: str) -> None:
    """Mail a candidate their link again, once for each number."""
    invite, account = await _open_invite(ports, account_id, key)
    if invite is None or account is None or invite.reminders_mailed >= int(number):
        return
    if not await _delivered(ports, account_id, key, _mail(ports, "reminder", invite, account, reference=f"{key}.{number}")):
        return
    async with ports.database.work(Actor.system(account_id)) as uow:
        mailed = update(Invite).where(Invite.account_id == account_id, Invite.key == key, Invite.reminders_mailed < int(number))
        if await uow.change(mailed.values(reminders_mailed=int(number))):
            uow.record(events.INVITE_REMINDER_MAILED, key, number=int(number))


@job("invites.send_entry")
async def send_entry(ports: Ports, account_id: int, key: str) -> None:
    """Mail somebody who came by the open link the address at which they confirm it."""
    read = ports.database.read()
    entry = (await queries.entries_by_key(read, account_id, [key])).get(key)
    account = await access.by_id(read, account_id)
    if entry is None or account is None or account.mode == "test" or entry.sent_at or entry.expires_at <= ports.database.clock.now():
        return
    link = links.entry_link(ports.database.environment, account_id, key)
    asked = bank.instrument(bank.PROFILE, bank.CURRENT[bank.PROFILE])
    facts = {"company": account.company, "link": link, "name": entry.name, "minutes": str(asked.duration_minutes)}
    happened = events.ENTRY_MAILED
    try:
        await ports.mailer.send(Mail("entry", entry.language, entry.email, entry.name, key, facts))
    except Undeliverable:
        happened = events.ENTRY_MAIL_REFUSED  # nobody waits for it but who typed the address
    async with ports.database.work(Actor.system(account_id)) as uow:
        sent = update(Entry).where(Entry.account_id == account_id, Entry.key == key, Entry.sent_at.is_(None)).values(sent_at=uow.now)
        if await uow.change(sent):
            uow.record(happened, key)


async def _delivered(ports: Ports, account_id: int, key: str, mail: Mail) -> bool:
    """Hand a mail over, or note that it was refused for good."""
    try:
        await ports.mailer.send(mail)
    except Undeliverable:
        async with ports.database.work(Actor.system(account_id)) as uow:
            uow.record(events.INVITE_MAIL_REFUSED, key)
        return False
    return True


async def _open_invite(ports: Ports, account_id: int, key: str) -> tuple[Row | None, Row | None]:
    """The invite and its account, unless nothing is to be mailed: it is over, or the account is a sandbox."""
    read = ports.database.read()
    invite = (await queries.by_keys(read, account_id, [key])).get(key)
    account = await access.by_id(read, account_id)
    if invite is None or account is None or account.mode == "test":
        return None, None
    if invite.stored_status not in OPEN or invite.expires_at <= ports.database.clock.now():
        return None, None
    return invite, account


def _mail(ports: Ports, template: str, invite: Row, account: Row, *, reference: str) -> Mail:
    facts = {
        "company": account.company,
        "name": invite.name,
        "link": links.invite_link(ports.database.environment, account.account_id, invite.key),
        "minutes": str(bank.instrument(invite.instrument, invite.instrument_version).duration_minutes),
        "expires": invite.expires_at.isoformat(),
        "days": str(days_left(invite.expires_at, ports.database.clock.now())),
    }
    return Mail(template, invite.language, invite.email, invite.name, reference, facts)
