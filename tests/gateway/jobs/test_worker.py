"""Workers: each job done though mail servers fail, workers die and processes end; what is over is not mailed (Q-9)."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import insert, select, update

from domain.invites import commands, entries, queries
from domain.kernel import events
from domain.kernel.actor import Actor
from domain.kernel.jobs import WorkerBeat
from domain.kernel.ports import Mail
from gateway.jobs import worker as workers
from gateway.jobs import workflows
from gateway.jobs.worker import Worker
from tests.gateway.jobs.durable import PATIENCE, Durable, Post
from tests.support.world import World


async def remind(world: World, invite: str) -> None:
    async with world.work() as uow:
        await commands.remind(uow, invite)


async def beats(world: World) -> dict[str, WorkerBeat]:
    async with world.database.work(Actor.system()) as uow:
        return {beat.name: beat for beat in (await uow.session.execute(select(WorkerBeat))).scalars()}


async def alone(world: World, worker: Worker) -> None:
    """Come back when no worker is known but this one."""
    async with asyncio.timeout(PATIENCE):
        while set(await beats(world)) != {worker.name}:  # noqa: ASYNC110  its heartbeat gets there
            await asyncio.sleep(0.02)


class Held(Post):
    """A mailer in whose hands mails stay until it is told to go on."""

    def __init__(self) -> None:
        super().__init__()
        self.go_on = asyncio.Event()
        self.holding = 0
        self.most = 0

    async def send(self, mail: Mail) -> None:
        self.tried.release()
        self.holding += 1
        self.most = max(self.most, self.holding)
        try:
            await self.go_on.wait()
        finally:
            self.holding -= 1
        await super().send(mail)

    async def has(self, count: int) -> None:
        for _ in range(count):
            await asyncio.wait_for(self.tried.acquire(), PATIENCE)


class TestMails:
    async def test_of_all_kinds_are_sent_once(self, durable: Durable) -> None:
        world, post = durable.world, Post()
        async with durable.worker(post):
            invite = await world.invite(send_email=True)
            await post.arrived()
            await remind(world, invite)
            await post.arrived()
            async with world.work() as uow:
                entry = await entries.request(uow, email="ben@example.com", name="Ben", language="en")
            await post.arrived()
            await durable.done()
        assert [(mail.template, mail.to, mail.reference) for mail in post.sent] == [
            ("invitation", "anna@example.com", invite),
            ("reminder", "anna@example.com", f"{invite}.1"),
            ("entry", "ben@example.com", entry),
        ]
        assert durable.statuses() == ["SUCCESS"] * 3
        read = world.database.read()
        assert (await queries.by_keys(read, world.account_id, [invite]))[invite].sent_at == world.clock.now()
        told = [event.type for event in await events.after(read, world.account_id, 0)]
        assert told.count("invite.mailed") == 1

    async def test_of_what_is_over_are_not_sent(self, durable: Durable) -> None:
        """Canceled, completed, expired meanwhile, or of a sandbox; a mail that is due comes through, so they were looked at."""
        world, post = durable.world, Post()
        canceled, expired = [await world.invite(f"{name}@example.com", send_email=True) for name in ("canceled", "expired")]
        async with world.work() as uow:
            await commands.cancel(uow, canceled)
        await world.complete("done@example.com", send_email=True)
        async with world.database.work(Actor.system(world.sandbox_id)) as uow:
            await commands.send(uow, email="sandbox@example.com", name="")
        await remind(world, expired)
        world.advance(days=31)
        due = await world.invite("due@example.com", send_email=True)
        async with durable.worker(post):
            await post.arrived()
            await durable.done()
        assert [mail.reference for mail in post.sent] == [due]
        assert durable.statuses() == ["SUCCESS"] * 6

    async def test_go_eight_at_a_time(self, durable: Durable) -> None:
        for number in range(10):
            await durable.world.invite(f"p{number}@example.com", send_email=True)
        held = Held()
        async with durable.worker(held):
            await held.has(8)
            held.go_on.set()
            await held.arrived(10)
            await durable.done()
        assert held.most == 8
        assert len({mail.reference for mail in held.sent}) == len(held.sent) == 10


class TestFailures:
    async def test_are_tried_again_until_it_works_and_sent_once(self, durable: Durable) -> None:
        post = Post(OSError("not there"), TimeoutError(), OSError("not there"))
        async with durable.worker(post):
            await durable.world.invite(send_email=True)
            await post.arrived()
            await durable.done()
        assert len(post.sent) == 1
        assert durable.statuses() == ["SUCCESS"]

    async def test_that_do_not_end_are_given_up_and_hold_up_nobody(self, durable: Durable, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setitem(workflows.RETRIES, "max_attempts", 3)
        world = durable.world
        wrong = await world.invite("wrong@example.com", send_email=True)

        class Picky(Post):
            async def send(self, mail: Mail) -> None:
                if mail.reference == wrong:
                    self.tried.release()
                    raise OSError("nobody there")
                await super().send(mail)

        post = Picky()
        right = [await world.invite(f"p{number}@example.com", send_email=True) for number in range(9)]
        async with durable.worker(post):
            await post.arrived(9)
            await durable.done()
        assert sorted(mail.reference for mail in post.sent) == sorted(right)
        assert sorted(durable.statuses()) == ["ERROR"] + ["SUCCESS"] * 9
        assert (await queries.by_keys(world.database.read(), world.account_id, [wrong]))[wrong].sent_at is None

    async def test_after_the_mail_went_out_send_the_same_mail_again(self, durable: Durable) -> None:
        """At least once: what dies between the mail server's answer and the commit is done again, with the same reference."""

        class Forgetful(Post):
            async def send(self, mail: Mail) -> None:
                await super().send(mail)
                if len(self.sent) == 1:
                    raise OSError("the connection was lost after the mail was taken")

        post = Forgetful()
        async with durable.worker(post):
            invite = await durable.world.invite(send_email=True)
            await post.arrived(2)
            await durable.done()
        assert [mail.reference for mail in post.sent] == [invite, invite]
        assert durable.statuses() == ["SUCCESS"]


class TestEnds:
    async def test_wait_for_the_job_that_is_being_done(self, durable: Durable, monkeypatch: pytest.MonkeyPatch) -> None:
        """Q-24."""
        monkeypatch.setattr(workers, "DRAIN_SECONDS", 20)
        held = Held()
        async with durable.worker(held) as worker:
            await durable.world.invite(send_email=True)
            await held.has(1)
            ending = asyncio.create_task(worker.stop())
            await asyncio.sleep(0)
            held.go_on.set()
            await ending
            assert [len(held.sent), durable.statuses()] == [1, ["SUCCESS"]]

    async def test_leave_a_job_that_waits_for_its_next_try_to_the_next_worker(
        self, durable: Durable, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A mail server that is down when a server is restarted costs no mail; nor is it waited for until the worker counts as dead."""
        monkeypatch.setitem(workflows.RETRIES, "interval_seconds", 1000.0)
        first, second = Post(OSError("down")), Post()
        async with durable.worker(first):
            invite = await durable.world.invite(send_email=True)
            await asyncio.wait_for(first.tried.acquire(), PATIENCE)
        assert durable.statuses() == ["PENDING"]
        async with durable.worker(second):
            await second.arrived()
            await durable.done()
        assert [first.sent, [mail.reference for mail in second.sent]] == [[], [invite]]
        assert durable.statuses() == ["SUCCESS"]

    async def test_leave_the_thread_pool_of_the_process_in_order(self, durable: Durable) -> None:
        for number in range(2):
            post = Post()
            async with durable.worker(post):
                await durable.world.invite(f"p{number}@example.com", send_email=True)
                await post.arrived()
                await durable.done()
            assert await asyncio.to_thread(int, "7") == 7


class TestDeadWorkers:
    async def dies(self, durable: Durable) -> str:
        """Somebody took a job, said a last time that they live, and is gone."""
        invite = await durable.world.invite(send_email=True)
        durable.execute("UPDATE {dbos}workflow_status SET status = 'PENDING', executor_id = 'gone', started_at_epoch_ms = 1")
        async with durable.world.database.work(Actor.system()) as uow:
            await uow.session.execute(insert(WorkerBeat).values(name="gone", at=uow.now))
        return invite

    async def test_are_given_fifteen_seconds(self, durable: Durable) -> None:
        await self.dies(durable)
        durable.world.advance(seconds=15)
        async with durable.worker(Post()) as worker:
            await worker._take_over()
            assert durable.statuses() == ["PENDING"]
            assert (await beats(durable.world))["gone"].taken_by is None

    async def test_are_followed_by_the_next_who_does_their_work(self, durable: Durable) -> None:
        invite = await self.dies(durable)
        durable.world.advance(seconds=15.001)
        post = Post()
        async with durable.worker(post) as worker:
            await post.arrived()
            await durable.done()
            await alone(durable.world, worker)
        assert [mail.reference for mail in post.sent] == [invite]

    async def test_who_are_claimed_by_one_that_dies_too_are_claimed_again(self, durable: Durable) -> None:
        await self.dies(durable)
        async with durable.world.database.work(Actor.system()) as uow:
            await uow.session.execute(update(WorkerBeat).values(taken_by="gone, too"))
        durable.world.advance(seconds=16)
        post = Post()
        async with durable.worker(post):
            await post.arrived()

    async def test_who_live_after_all_notice_and_stop(self, durable: Durable) -> None:
        """Fenced: what it had in hands is dropped, and done by the one who took over."""
        held = Held()
        async with durable.worker(held) as worker:
            await durable.world.invite(send_email=True)
            await held.has(1)
            async with durable.world.database.work(Actor.system()) as uow:
                await uow.session.execute(update(WorkerBeat).values(taken_by="another"))
            await asyncio.wait_for(worker.fenced.wait(), PATIENCE)
        assert held.holding == 0
        assert (await beats(durable.world))[worker.name].taken_by == "another"
        durable.world.advance(seconds=16)
        post = Post()
        async with durable.worker(post):
            await post.arrived()
            await durable.done()
        held.go_on.set()
        assert [len(held.sent), len(post.sent)] == [0, 1]

    async def test_who_end_in_order_are_late_at_once(self, durable: Durable) -> None:
        async with durable.worker(Post()) as worker:
            assert (await beats(durable.world))[worker.name].at == durable.world.clock.now()
        assert (await beats(durable.world))[worker.name].at < durable.world.clock.now() - timedelta(seconds=15)
        async with durable.worker(Post()) as second:
            await alone(durable.world, second)
