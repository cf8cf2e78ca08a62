"""How it ends: a webhook that is gone or fails for days, one that is deleted, a person who is erased, a log that is old (Q-11, Q-21)."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from domain.kernel import events
from domain.privacy import commands as privacy
from domain.webhooks import commands, keeping
from domain.webhooks.model import Delivery, DeliveryAttempt, Webhook
from domain.webhooks.status import KEPT, Format
from tests.domain.at_once import all_at_once
from tests.domain.webhooks.hooks import hook, log, send_due, state
from tests.support.receiver import Message, Receiver
from tests.support.world import START, World


async def told(world: World, type: str) -> list[Any]:
    return [event for event in await events.after(world.database.read(), world.account_id, 0) if event.type == type]


class TestDisabling:
    async def test_at_once_when_it_is_gone(self, world: World, receiver: Receiver) -> None:
        made = await hook(world, receiver.url)
        receiver.otherwise = 410
        await world.invite("a@example.com")
        await world.run_jobs()
        webhook = await state(world, made.key)
        assert (webhook.disabled_at, webhook.disabled_reason) == (world.clock.now(), "gone")
        [event] = await told(world, "webhook.disabled")
        assert (event.subject, event.facts) == (made.key, {"reason": "gone"})
        [mail] = world.outbox.mails
        assert (mail.template, mail.to, mail.facts["url"]) == ("webhook_gone", "owner@example.com", receiver.url)
        await world.invite("b@example.com")
        world.advance(days=1)
        await send_due(world)
        assert len(receiver.messages) == 1
        assert [row.status for row in await log(world)] == ["canceled"]

    async def test_after_five_days_of_failure(self, world: World, receiver: Receiver) -> None:
        made = await hook(world, receiver.url, ["invite.sent"])
        receiver.otherwise = 503
        await world.invite("p0@example.com")
        await world.run_jobs()
        since = world.clock.now()
        for day in range(1, 5):
            world.clock.move_to(since + timedelta(days=day))
            await world.invite(f"p{day}@example.com")
            await world.run_jobs()
            assert (await state(world, made.key)).disabled_at is None
        world.clock.move_to(since + timedelta(days=5, seconds=-1))
        await world.invite("p5@example.com")
        await world.run_jobs()
        assert world.outbox.mails == []
        world.advance(seconds=10)
        await send_due(world)
        webhook = await state(world, made.key)
        assert (webhook.disabled_reason, webhook.failing_since) == ("failing", since)
        assert [mail.template for mail in world.outbox.mails] == ["webhook_failing"]
        assert {row.status for row in await log(world)} == {"canceled"}

    async def test_counts_anew_when_something_was_taken_meanwhile(self, world: World, receiver: Receiver) -> None:
        made = await hook(world, receiver.url, ["invite.sent"])
        for number, (day, answer) in enumerate([(0, 500), (4, 204), (6, 500), (10, 500)]):
            receiver.otherwise = answer
            world.clock.move_to(START + timedelta(days=day))
            await world.invite(f"p{number}@example.com")
            await world.run_jobs()
        webhook = await state(world, made.key)
        assert (webhook.disabled_at, webhook.failing_since) == (None, START + timedelta(days=6))

    async def test_is_not_for_what_we_could_not_write(self, world: World, receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
        """A fault of ours is none of the receiver's, who is neither switched off for it nor said to fail."""
        from domain.webhooks import bodies

        made = await hook(world, receiver.url, ["invite.sent"])
        monkeypatch.setattr(bodies, "in_own_words", lambda _happened: 1 / 0)
        for day in range(8):
            world.clock.move_to(START + timedelta(days=day))
            await world.invite(f"p{day}@example.com")
            await send_due(world)
        webhook = await state(world, made.key)
        assert (webhook.failing_since, webhook.disabled_at, receiver.messages) == (None, None, [])

    async def test_of_a_sandbox_is_mailed_to_nobody(self, world: World, receiver: Receiver) -> None:
        from domain.invites import commands as invites
        from domain.kernel.actor import Actor

        sandbox = Actor.system(world.sandbox_id)
        async with world.work(sandbox) as uow:
            await commands.create(uow, url=receiver.url, events=["invite.sent"])
        receiver.otherwise = 410
        async with world.work(sandbox) as uow:
            await invites.send(uow, email="s@example.com", send_email=False)
        await world.run_jobs()
        assert (len(receiver.messages), world.outbox.mails) == (1, [])


class TestDeleting:
    async def test_while_it_is_sent_to_leaves_nothing(self, world: World, receiver: Receiver) -> None:
        made = await hook(world, receiver.url)

        async def deleted(_message: Message) -> None:
            async with world.work() as uow:
                await commands.remove(uow, made.key)
            receiver.before = None

        receiver.before = deleted
        invite = await world.invite()
        await world.begin(invite)
        await world.run_jobs()
        assert [body["type"] for body in receiver.bodies] == ["invite.sent"]
        assert [await world.count(kind) for kind in (Webhook, Delivery, DeliveryAttempt)] == [0, 0, 0]

    async def test_in_a_race_with_events_fails_nobody(self, world: World, receiver: Receiver) -> None:
        keys = [(await hook(world, receiver.url)).key for _ in range(3)]

        async def remove(key: str) -> None:
            async with world.work() as uow:
                await commands.remove(uow, key)

        async def rotate(key: str) -> None:
            async with world.work() as uow:
                await commands.rotate_secret(uow, key)

        works = [
            *(world.invite(f"p{number}@example.com") for number in range(9)),
            *map(remove, keys[:2]),
            *(rotate(keys[2]) for _ in range(5)),
        ]
        outcomes = await all_at_once(works)
        assert [one for one in outcomes if isinstance(one, BaseException)] == []
        await world.run_jobs()
        assert len(set(receiver.ids)) >= 9
        assert await world.count(Webhook) == 1
        assert {row.webhook_key for row in await log(world)} == {keys[2]}

    async def test_forgets_what_is_old(self, world: World, receiver: Receiver) -> None:
        await hook(world, receiver.url)
        await world.invite("a@example.com")
        await world.run_jobs()
        world.clock.advance(KEPT - timedelta(seconds=1))
        assert await keeping.clean.run(world.ports()) == 0
        await world.invite("b@example.com")
        world.advance(seconds=1)
        assert await keeping.clean.run(world.ports()) == 1
        assert [await world.count(Delivery), await world.count(DeliveryAttempt)] == [1, 0]


class TestErasure:
    @pytest.fixture
    async def sent(self, world: World, receiver: Receiver) -> str:
        """Somebody of whom one message was taken, and one is to be sent again."""
        await hook(world, receiver.url, None, Format.ESC)
        receiver.answers = [204, 500]
        await world.complete("erika@example.com", "Erika Unverwechselbar")
        await world.run_jobs()
        async with world.work() as uow:
            from domain.candidates.model import Candidate

            found = select(Candidate.key).where(Candidate.account_id == world.account_id)
            return str((await uow.session.execute(found)).scalar_one())

    async def test_takes_bodies_and_cancels_what_waits(self, world: World, receiver: Receiver, sent: str) -> None:
        assert all("Unverwechselbar" in row.body for row in await log(world))
        async with world.work() as uow:
            await privacy.erase(uow, sent)
        await world.run_jobs()
        assert [row.body for row in await log(world)] == [None, None]
        world.advance(seconds=10)
        await send_due(world)
        assert [(row.status, row.reason) for row in await log(world)] == [("succeeded", None), ("canceled", "erased")]
        assert len(receiver.messages) == 2
        for row in await log(world):
            assert await self.replayed(world, row.key) == "BodyErased"

    async def test_leaves_what_is_told_of_a_team_of_the_same_number(self, world: World, receiver: Receiver, sent: str) -> None:
        """Attempts and teams count alike: whoever erases attempt 1001 means no team."""
        from domain.invites.model import Attempt
        from domain.teams import commands as teams

        async with world.work() as uow:
            found = select(Attempt.attempt_id).where(Attempt.account_id == world.account_id)
            attempt = int((await uow.session.execute(found)).scalar_one())
        await hook(world, receiver.url, ["team.created"])
        team = 0
        while team < attempt:
            async with world.work() as uow:
                team = await teams.create(uow, title="Team")
        assert team == attempt
        await world.run_jobs()
        async with world.work() as uow:
            await privacy.erase(uow, sent)
        await world.run_jobs()
        bodies = {row.subject: row.body for row in await log(world) if row.type == "team.created"}
        assert bodies[str(attempt)] is not None

    async def replayed(self, world: World, key: str) -> str:
        try:
            async with world.work() as uow:
                await commands.replay(uow, key)
        except Exception as failure:
            return type(failure).__name__
        return ""

    async def test_before_a_message_was_written_tells_nothing_of_anybody(self, world: World, receiver: Receiver) -> None:
        await hook(world, receiver.url, None, Format.ESC)
        await world.complete("erika@example.com", "Erika Unverwechselbar")
        async with world.work() as uow:
            from domain.candidates.model import Candidate

            found = select(Candidate.key).where(Candidate.account_id == world.account_id)
            await privacy.erase(uow, (await uow.session.execute(found)).scalar_one())
        await world.run_jobs()
        assert b"Unverwechselbar" not in b"".join(message.raw for message in receiver.messages)
        assert b"erika" not in b"".join(message.raw for message in receiver.messages)


async def test_a_message_that_cannot_be_written_is_tried_again(world: World, receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    """A planted fault in the graph: nothing is lost, and the log says so."""
    from domain.webhooks import bodies

    await hook(world, receiver.url)
    await world.invite()
    write, failures = bodies.in_own_words, [RuntimeError("planted")]

    def fails(happened: Any) -> bytes:
        if failures:
            raise failures.pop()
        return write(happened)

    monkeypatch.setattr(bodies, "in_own_words", fails)
    await world.run_jobs()
    assert receiver.messages == []
    world.advance(seconds=6)
    await world.run_jobs()
    assert len(receiver.messages) == 1
