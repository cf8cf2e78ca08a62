"""Messages go out at least once, with the same id and body each time, in order for each thing, and hold back nobody (Q-21)."""

import asyncio
import time
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from domain.invites.events import INVITE_CANCELED, INVITE_STARTED
from domain.kernel import events
from domain.kernel.errors import BadInput
from domain.kernel.ports import Trouble
from domain.webhooks import commands, sending
from domain.webhooks.model import Delivery, Webhook
from domain.webhooks.status import Format
from tests.domain.webhooks.hooks import attempts, hook, log, send_due, state
from tests.support.receiver import Message, Receiver
from tests.support.world import World


class TestFanOut:
    async def test_costs_others_nothing(self, world: World) -> None:
        """An account without webhooks runs the same statements as before there were any."""
        with world.watched() as said:
            await world.invite()
        assert not [sql for sql in said if "webhook" in sql or "delivery" in sql]

    async def test_is_part_of_the_transaction(self, world: World, receiver: Receiver) -> None:
        """Q-9: no event without its delivery, and no delivery without its event."""
        await hook(world, receiver.url)
        with pytest.raises(BadInput):
            await self.record_and_fail(world)
        assert await log(world) == []
        assert await world.run_jobs() == 0
        invite = await world.invite()
        [delivery] = await log(world)
        assert (delivery.type, delivery.subject, delivery.status) == ("invite.sent", invite, "pending")

    async def record_and_fail(self, world: World) -> None:
        async with world.work() as uow:
            uow.record(INVITE_CANCELED, "inv_x")
            await uow.flush()
            raise BadInput

    async def test_tells_only_those_who_want_it(self, world: World, receiver: Receiver) -> None:
        first = await hook(world, receiver.url, ["invite.sent"])
        await hook(world, receiver.url, ["candidate.added"])
        other, _key = await world.other_account()
        async with world.work(other) as uow:
            await commands.create(uow, url=receiver.url, events=["invite.sent"])
        await world.invite()
        await world.run_jobs()
        assert sorted(body["type"] for body in receiver.bodies) == ["candidate.added", "invite.sent"]
        async with world.work() as uow:
            await commands.change(uow, first.key, {"active": False})
        await world.invite("b@example.com")
        await world.run_jobs()
        assert [body["type"] for body in receiver.bodies[2:]] == ["candidate.added"]

    async def test_wakes_one_job_for_many_events(self, world: World, receiver: Receiver) -> None:
        await hook(world, receiver.url)
        for number in range(5):
            await world.invite(f"p{number}@example.com")
        assert [name for name, *_ in world.jobs.due] == ["webhooks.deliver"]
        await world.run_jobs()
        assert len(receiver.messages) == 5

    async def test_ends_with_the_last_webhook(self, world: World, receiver: Receiver) -> None:
        keys = [(await hook(world, receiver.url)).key for _ in range(2)]
        for key in keys:
            async with world.work() as uow:
                await commands.remove(uow, key)
        with world.watched() as said:
            await world.invite()
        assert not [sql for sql in said if "FROM webhook" in sql]
        await world.run_jobs()
        assert [await world.count(Webhook), await world.count(Delivery), receiver.messages] == [0, 0, []]


class TestMessages:
    async def test_in_own_words_are_the_event(self, world: World, receiver: Receiver) -> None:
        await hook(world, receiver.url, ["invite.started"])
        invite = await world.invite()
        attempt = await world.begin(invite)
        await world.run_jobs()
        [message] = receiver.messages
        told = (await events.after(world.database.read(), world.account_id, 0))[-1]
        at = told.at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
        assert message.body == {
            "type": "invite.started",
            "timestamp": at,
            "sequence": told.sequence,
            "data": {"subject": invite, "attempt": attempt, "origin": "direct"},
        }
        assert message.headers["Content-Type"] == "application/json"
        assert "X-Webhook-Signature" not in message.headers

    async def test_in_the_words_of_the_esc_profile_api(self, world: World, receiver: Receiver) -> None:
        """I-ESC-22, R-ESC-56."""
        await hook(world, receiver.url, None, Format.ESC)
        invite, attempt = await world.complete()
        await world.run_jobs()
        started, completed = receiver.bodies
        assert [started["event"], completed["event"]] == ["analysis.started", "analysis.completed"]
        assert set(completed) == {"event", "timestamp", "data"}
        data = completed["data"]
        assert (data["invite_id"], data["session_id"], data["status"]) == (invite, attempt, "completed")
        assert data["candidate"] == {"name": "Anna Berg", "email": "anna@example.com"}
        assert data["product_type"] == "escprofile"
        assert data["results_url"].endswith(f"/api/v1/invites/{invite}/results")
        assert "X-Webhook-Signature" in receiver.messages[0].headers

    async def test_of_what_an_api_does_not_show_are_not_sent(self, world: World, receiver: Receiver) -> None:
        """R-ESC-69: an invite that came by the open link is found nowhere on that API."""
        await hook(world, receiver.url, None, Format.ESC)
        from domain.invites import commands as invites
        from domain.invites.status import Origin

        async with world.work() as uow:
            key = await invites.issue(uow, Origin.OPEN_LINK, email="open@example.com", name="Open")
        await world.begin(key)
        await world.run_jobs()
        [delivery] = await log(world)
        assert (delivery.status, delivery.reason, receiver.messages) == ("canceled", "nothing_to_tell", [])


class TestTries:
    async def test_follow_the_schedule_with_the_same_id_and_body(self, world: World, receiver: Receiver) -> None:
        await hook(world, receiver.url)
        receiver.otherwise = 500
        await world.invite()
        schedule = world.database.environment.webhooks.retries
        await world.run_jobs()
        for number, wait in enumerate(schedule[1:], 1):
            assert len(receiver.messages) == number
            world.clock.advance(wait * 0.89)
            await send_due(world)
            assert len(receiver.messages) == number, "too early"
            world.clock.advance(wait * 0.22)
            await send_due(world)
        assert len(receiver.messages) == len(schedule) == 10
        assert len(set(receiver.ids)) == len({message.raw for message in receiver.messages}) == 1
        assert len({message.headers["webhook-timestamp"] for message in receiver.messages}) == 10
        [delivery] = await log(world)
        assert (delivery.status, delivery.tries) == ("failed", 10)
        assert [(row.number, row.status_code) for row in await attempts(world, delivery.key)] == [(n, 500) for n in range(1, 11)]
        world.advance(days=10)
        await send_due(world)
        assert len(receiver.messages) == 10

    async def test_end_when_one_succeeds(self, world: World, receiver: Receiver) -> None:
        made = await hook(world, receiver.url)
        receiver.answers = [500, 200]
        await world.invite()
        await world.run_jobs()
        assert (await state(world, made.key)).failing_since is not None
        world.advance(seconds=6)
        await send_due(world)
        [delivery] = await log(world)
        assert (delivery.status, delivery.tries, delivery.done_at) == ("succeeded", 2, world.clock.now())
        assert (await state(world, made.key)).failing_since is None

    @pytest.mark.parametrize(("header", "seconds"), [("120", 120), ("999999999", 86_400), ("Mon, 02 Mar 2026 09:10:00 GMT", 600)])
    async def test_wait_for_what_the_receiver_asked(self, world: World, receiver: Receiver, header: str, seconds: int) -> None:
        await hook(world, receiver.url)
        receiver.answers = [(429, {"Retry-After": header})]
        await world.invite()
        await world.run_jobs()
        [delivery] = await log(world)
        assert delivery.next_at == world.clock.now() + timedelta(seconds=seconds)

    @pytest.mark.parametrize("status", [301, 400, 404, 503])
    async def test_are_repeated_for_any_status_but_success(self, world: World, receiver: Receiver, status: int) -> None:
        await hook(world, receiver.url)
        receiver.answers = [(status, {"Location": receiver.url + "/elsewhere"})]
        await world.invite()
        await world.run_jobs()
        [delivery] = await log(world)
        assert (delivery.status, delivery.tries, len(receiver.messages)) == ("pending", 1, 1)

    async def test_of_nobody_there_are_logged(self, world: World) -> None:
        await hook(world, "http://127.0.0.1:1/")
        await world.invite()
        await world.run_jobs()
        [delivery] = await log(world)
        [attempt] = await attempts(world, delivery.key)
        assert (attempt.status_code, attempt.trouble) == (None, Trouble.NO_CONNECTION)


class TestOrder:
    async def test_is_kept_for_each_thing(self, world: World, receiver: Receiver) -> None:
        await hook(world, receiver.url)
        one = await world.invite("one@example.com")
        await world.begin(one)
        two = await world.invite("two@example.com")
        refused: list[Message] = []

        async def refuse_one_once(message: Message) -> None:
            if message.body["data"]["subject"] == one and not refused:
                refused.append(message)
                receiver.answers.append(500)

        receiver.before = refuse_one_once
        await world.run_jobs()
        told = [(body["type"], body["data"]["subject"]) for body in receiver.bodies]
        assert sorted(told) == sorted([("invite.sent", one), ("invite.sent", two)]), "the second event of one waits for the first"
        world.advance(seconds=6)
        await send_due(world)
        told = [body["type"] for body in receiver.bodies if body["data"]["subject"] == one]
        assert told == ["invite.sent", "invite.sent", "invite.started"]

    async def test_goes_on_when_one_is_given_up(self, world: World, receiver: Receiver) -> None:
        await hook(world, receiver.url)
        receiver.answers = [500] * 10
        one = await world.invite()
        await world.begin(one)
        await world.run_jobs()
        for wait in world.database.environment.webhooks.retries[1:]:
            world.clock.advance(wait * 1.11)
            await send_due(world)
        assert [body["type"] for body in receiver.bodies] == ["invite.sent"] * 10 + ["invite.started"]


class TestOthers:
    async def test_are_not_held_back_by_a_dead_endpoint(self, world: World, receiver: Receiver) -> None:
        """Nor other things of the same webhook by one that is not answered."""
        async with Receiver.open() as dead:
            go_on = asyncio.Event()

            async def hang(message: Message) -> None:
                if dead.messages[0] is message:
                    await go_on.wait()

            dead.before = hang
            held = await hook(world, dead.url, ["invite.sent"])
            free = await hook(world, receiver.url, ["invite.sent"])
            ports = world.ports()
            first = await world.invite("first@example.com")
            world.jobs.due.clear()
            rounds = [asyncio.create_task(sending.deliver.run(ports, world.account_id, made.key)) for made in (held, free)]
            await dead.has(1)
            await receiver.has(1)
            others = [await world.invite(f"p{number}@example.com") for number in range(6)]
            for _name, account_id, keys in world.jobs.due:
                await sending.deliver.run(ports, account_id, *keys)
            await dead.has(6)
            assert sorted(body["data"]["subject"] for body in dead.bodies) == sorted([first, *others])
            go_on.set()
            await asyncio.gather(*rounds)
        assert {delivery.status for delivery in await log(world)} == {"succeeded"}

    async def test_are_told_at_once_beside_a_thousand_that_wait(self, world: World, receiver: Receiver) -> None:
        """By the clock: a dead endpoint that hangs, then one that refuses as fast as it can."""
        ports = world.ports()
        async with Receiver.open() as dead:
            go_on = asyncio.Event()

            async def hang(_message: Message) -> None:
                await go_on.wait()

            dead.before, dead.otherwise = hang, 500
            held = await hook(world, dead.url, [INVITE_CANCELED.name])
            for start in range(0, 1_000, 100):
                async with world.work() as uow:
                    for number in range(start, start + 100):
                        uow.record(INVITE_CANCELED, f"inv_{number}")
            free = await hook(world, receiver.url, [INVITE_STARTED.name])
            round = asyncio.create_task(sending.deliver.run(ports, world.account_id, held.key))
            await dead.has(4)
            waited = [await self.told(world, receiver, free.key)]
            go_on.set()
            for _ in range(10):
                await dead.has(5)
                waited.append(await self.told(world, receiver, free.key))
            assert not round.done(), "the dead one has had enough to do all the while"
            round.cancel()
            await asyncio.gather(round, return_exceptions=True)
        assert max(waited) < 5, waited
        assert sorted(waited)[len(waited) // 2] < 1, waited

    async def told(self, world: World, receiver: Receiver, key: str) -> float:
        """Seconds from an event to its message."""
        began = time.monotonic()
        async with world.work() as uow:
            uow.record(INVITE_STARTED, "inv_told", attempt=1)
        await sending.deliver.run(world.ports(), world.account_id, key)
        await receiver.has(1)
        return time.monotonic() - began

    async def test_send_nothing_twice_when_there_are_two(self, world: World, receiver: Receiver) -> None:
        """Two workers: two databases that know nothing of each other."""
        from gateway.app import open_for

        made = await hook(world, receiver.url)
        for number in range(9):
            await world.invite(f"p{number}@example.com")
        another = await open_for(world.settings, world.jobs, world.clock)
        from dataclasses import replace

        both = [world.ports(), replace(world.ports(), database=another)]
        await asyncio.gather(*(sending.deliver.run(ports, world.account_id, made.key) for ports in both))
        await another.close()
        assert len(receiver.ids) == len(set(receiver.ids)) == 9

    async def test_take_over_when_a_claim_is_over(self, world: World, receiver: Receiver) -> None:
        """At least once: who sent it and died before that was noted is followed by another, who sends the same."""
        await hook(world, receiver.url)
        await world.invite()
        async with world.work() as uow:
            claimed = world.clock.now() + sending.CLAIM
            await uow.session.execute(update(Delivery).where(Delivery.account_id == world.account_id).values(claimed_until=claimed))
        await world.run_jobs()
        assert receiver.messages == []
        world.clock.advance(sending.CLAIM)
        await send_due(world)
        assert len(receiver.messages) == 1

    async def test_who_were_too_slow_note_nothing(self, world: World, receiver: Receiver) -> None:
        """Whoever comes back when another has taken over has no say any more."""
        await hook(world, receiver.url)
        await world.invite()

        async def taken_over(_message: Message) -> None:
            async with world.work() as uow:
                later = world.clock.now() + 2 * sending.CLAIM
                await uow.session.execute(update(Delivery).where(Delivery.account_id == world.account_id).values(claimed_until=later))

        receiver.before = taken_over
        receiver.otherwise = 500
        await world.run_jobs()
        [delivery] = await log(world)
        assert (delivery.tries, delivery.status) == (0, "pending")


class TestJobs:
    async def test_are_no_more_for_many_events_than_for_one(self, world: World, receiver: Receiver) -> None:
        """A dead endpoint that is told of much: each event asks for a look, and the looks must not ask for one another for good."""
        await hook(world, receiver.url, [INVITE_CANCELED.name])
        receiver.otherwise = 500
        for number in range(20):
            async with world.work() as uow:
                uow.record(INVITE_CANCELED, f"inv_{number}")
            await world.run_jobs()
        world.advance(seconds=6)
        await world.run_jobs()
        assert len(receiver.messages) == 40
        assert len(world.jobs.later) <= 2

    async def test_of_one_that_waits_are_not_repeated_by_the_sweep(self, world: World, receiver: Receiver) -> None:
        """An event that waits behind another of the same thing looks overdue, but there is a job for it already."""
        await hook(world, receiver.url)
        receiver.otherwise = 500
        invite = await world.invite()
        await world.begin(invite)
        await world.run_jobs()
        world.advance(seconds=6)
        for _ in range(5):
            await send_due(world)
            world.advance(seconds=10)
        assert len(world.jobs.later) == 1

    async def test_are_arranged_for_the_next_try(self, world: World, receiver: Receiver) -> None:
        made = await hook(world, receiver.url)
        receiver.answers = [500]
        await world.invite()
        await world.run_jobs()
        async with world.work() as uow:
            wake_at = (
                await uow.session.execute(select(Webhook.wake_at).where(Webhook.account_id == world.account_id, Webhook.key == made.key))
            ).scalar_one()
        [delivery] = await log(world)
        assert wake_at == delivery.next_at
