"""Sending, canceling and reminding."""

import asyncio

import pytest

from domain.billing import credits
from domain.billing.errors import InsufficientCredits
from domain.invites import commands, queries
from domain.invites.errors import TooManyPendingInvites
from domain.invites.model import Invite
from domain.kernel.errors import BadInput
from tests.support.world import World


class TestSend:
    async def test_spends_nothing_yet(self, world: World) -> None:
        """R-ESC-23."""
        await world.invite()
        assert (await world.balance()).available == 100

    async def test_mails_the_link_once_it_is_committed(self, world: World) -> None:
        """Q-9."""
        key = await world.invite(send_email=True)
        await world.run_jobs()
        assert [(mail.template, mail.to, mail.reference) for mail in world.outbox.mails] == [("invitation", "anna@example.com", key)]

    async def test_writes_nothing_without_a_credit(self, world: World) -> None:
        """R-ESC-21."""
        async with world.work() as uow:
            for number in range(100):
                await credits.spend(uow, reference=f"use {number}")
        before = await world.rows()
        with pytest.raises(InsufficientCredits):
            await world.invite(send_email=True)
        assert await world.rows() == before
        assert await world.run_jobs() == 0

    @pytest.mark.parametrize("email", ["", "nope", "a@", "@b.de", "a b@c.de", "a@b@c.de"])
    async def test_refuses_what_is_no_mail_address(self, world: World, email: str) -> None:
        before = await world.rows()
        with pytest.raises(BadInput):
            await world.invite(email)
        assert await world.rows() == before

    async def test_exactly_ten_of_fifty_at_once(self, world: World) -> None:
        """R-ESC-22, Q-7."""
        sent = await asyncio.gather(*(world.invite(f"p{number}@example.com") for number in range(50)), return_exceptions=True)
        refused = [one for one in sent if isinstance(one, BaseException)]
        assert {type(one) for one in refused} == {TooManyPendingInvites}
        assert len(sent) - len(refused) == 10
        assert await world.count(Invite) == 10
        assert await queries.pending(world.database.read(), world.account_id, now=world.clock.now()) == 10

    async def test_expired_ones_do_not_count(self, world: World) -> None:
        """I-ESC-14."""
        for number in range(10):
            await world.invite(f"p{number}@example.com")
        world.advance(days=30)
        assert await world.invite("one.more@example.com")


class TestRemind:
    async def test_once_when_twenty_come_at_the_same_time(self, world: World) -> None:
        """R-ESC-27, Q-7."""
        key = await world.invite()

        async def remind() -> None:
            async with world.work() as uow:
                await commands.remind(uow, key)

        done = await asyncio.gather(*(remind() for _ in range(20)), return_exceptions=True)
        assert done.count(None) == 1
        assert await world.run_jobs() == 1
