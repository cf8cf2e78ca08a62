"""Mails that a server refuses for good are told to the account, and not tried again."""

import pytest

from domain.invites import commands, queries
from domain.kernel import events
from domain.kernel.ports import Mail, Undeliverable
from tests.support.world import World


class Refusing:
    """A mailer whose server knows nobody."""

    async def send(self, mail: Mail) -> None:
        raise Undeliverable


async def told(world: World) -> list[tuple[str, str]]:
    return [(event.type, event.subject) for event in await events.after(world.database.read(), world.account_id, 0)]


@pytest.mark.parametrize("reminded", [False, True])
async def test_a_refused_mail_is_told_and_the_invite_goes_on(world: World, reminded: bool) -> None:
    invite = await world.invite(send_email=not reminded)
    if reminded:
        async with world.work() as uow:
            await commands.remind(uow, invite)
    assert await world.run_jobs(Refusing()) == 1
    assert ("invite.mail_refused", invite) in await told(world)
    row = (await queries.by_keys(world.database.read(), world.account_id, [invite]))[invite]
    assert (row.stored_status, row.sent_at, row.reminders_mailed) == ("pending", None, 0)
