"""What time does to invites: the events of expiry, and the end of unconfirmed entries. The status itself is derived."""

from sqlalchemy import bindparam, or_, select, update

from domain.invites import entries, events
from domain.invites.model import Entry, Invite
from domain.invites.status import NOW, OPEN
from domain.kernel.actor import Actor
from domain.kernel.jobs import job
from domain.kernel.ports import Ports
from domain.kernel.statements import group, statement
from domain.kernel.work import UnitOfWork

AT_ONCE = 500
_EXPIRED = statement(
    select(Invite.account_id, Invite.key)
    .where(~Invite.settled, or_(*(Invite.status == bindparam(f"status_{status}", status) for status in OPEN)), Invite.expires_at <= NOW)
    .order_by(Invite.expires_at)
    .limit(AT_ONCE),
    unscoped="the sweep finds expired invites of all accounts",
)
_OVER = statement(
    select(Entry.account_id).where(Entry.expires_at <= NOW).distinct().limit(AT_ONCE),
    unscoped="the sweep finds accounts with entries whose day is over",
)


@job("invites.expire", every="0 */5 * * * *")
async def expire(ports: Ports) -> int:
    """Send the event of every invite that expired since, each once, and forget entries; return how many invites."""
    database = ports.database
    noted = 0
    while rows := await database.read()(_EXPIRED, now=database.clock.now()):
        for account_id, invites in group(rows, "account_id").items():
            async with database.work(Actor.system(account_id)) as uow:
                noted += sum([await _note(uow, invite.key) for invite in invites])
    for row in await database.read()(_OVER, now=database.clock.now()):
        await _forget(ports, row.account_id)
    return noted


async def _forget(ports: Ports, account_id: int) -> None:
    """Delete entries whose time is over; their mails first, for afterwards nobody would know whose they are (Q-11)."""
    async with ports.database.work(Actor.system(account_id)) as uow:
        keys = await entries.over(uow)
    await ports.mailer.forget(keys)
    async with ports.database.work(Actor.system(account_id)) as uow:
        await entries.forget(uow)


async def _note(uow: UnitOfWork, key: str) -> int:
    noted = (
        update(Invite)
        .where(Invite.account_id == uow.account_id, Invite.key == key, ~Invite.settled, or_(*(Invite.status == status for status in OPEN)))
        .values(settled=True)
        .returning(Invite.origin)
    )
    changed = await uow.changed(noted)
    for origin in changed:
        uow.record(events.INVITE_EXPIRED, key, origin=origin)
    return len(changed)
