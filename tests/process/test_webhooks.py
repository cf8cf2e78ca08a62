"""Events reach webhooks through everything: receivers that fail half of the time, and workers that are killed (Q-9, Q-21)."""

import asyncio
import random
import signal
from collections import defaultdict
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update

from domain.invites.events import INVITE_REMINDED
from domain.webhooks import commands
from domain.webhooks.model import Delivery
from tests.gateway.jobs.durable import Durable
from tests.process.installation import Installation, ended
from tests.support.receiver import Message, Receiver

SETTINGS = {"WEBHOOK_LOOPBACK": "true", "WEBHOOK_RETRIES": ",".join(["0", *["0.2"] * 49])}


class Flaky(Receiver):
    """Fails half of the messages, and knows in which order it has taken the others."""

    def __init__(self, seed: int = 1) -> None:
        super().__init__()
        self.dice = random.Random(seed)
        self.taken: list[Message] = []
        self.before = self.decide

    async def decide(self, message: Message) -> None:
        fails = self.dice.random() < 0.5
        self.answers.append(500 if fails else 204)
        if not fails:
            self.taken.append(message)


async def tell(durable: Durable, first: int, count: int, subjects: int) -> None:
    """Events, some in one transaction, about a few things in turn."""
    for start in range(first, first + count, 10):
        async with durable.world.work() as uow:
            for number in range(start, min(start + 10, first + count)):
                uow.record(INVITE_REMINDED, f"inv_{number % subjects}", number=number)


def check(messages: Sequence[Message], taken: Sequence[Message], count: int) -> None:
    """Each event is taken; its messages are all the same; events about one thing are taken in their order."""
    numbers = [message.body["data"]["number"] for message in taken]
    assert set(numbers) == set(range(1, count + 1))
    by_event: dict[int, set[tuple[str, bytes]]] = defaultdict(set)
    for message in messages:
        by_event[message.body["data"]["number"]].add((message.id, message.raw))
    assert all(len(said) == 1 for said in by_event.values())
    assert len({next(iter(said))[0] for said in by_event.values()}) == count
    first_taken: dict[str, list[int]] = defaultdict(list)
    for message in taken:
        told = message.body["data"]
        if told["number"] not in first_taken[told["subject"]]:
            first_taken[told["subject"]].append(told["number"])
    assert all(order == sorted(order) for order in first_taken.values())


async def forget_claims(installation: Installation) -> None:
    """Let the time pass after which what a killed worker had in hand is given to others."""
    await installation.workers_are_late()
    async with installation.world.work() as uow:
        mine = update(Delivery).where(Delivery.account_id == installation.world.account_id, Delivery.claimed_until.is_not(None))
        await uow.session.execute(mine.values(claimed_until=uow.now - timedelta(minutes=1)))


async def come_through(installation: Installation, *, events: int, subjects: int, kills: int, seed: int) -> None:
    """Tell events to a receiver that fails half of the time, to one that works, and to one that never answers."""
    world = installation.world
    dice, never = random.Random(seed), asyncio.Event()

    async def hang(_message: Any) -> None:
        await never.wait()

    async with Durable.open(world) as durable, Flaky.open() as flaky, Receiver.open() as good, Receiver.open() as dead:
        dead.before = hang
        keys = []
        async with durable.world.work() as uow:
            keys = [(await commands.create(uow, url=one.url, events=[INVITE_REMINDED.name])).key for one in (flaky, good, dead)]
        telling = asyncio.create_task(tell(durable, 1, events, subjects))
        worker = await installation.work(**SETTINGS)
        for _ in range(kills):
            wanted = len(flaky.messages) + dice.randint(1, max(1, events // (kills + 1)))
            await installation.until(lambda wanted=wanted: len(flaky.messages) >= wanted)  # type: ignore[misc]
            worker.send_signal(signal.SIGKILL)
            await worker.wait()
            await forget_claims(installation)
            worker = await installation.work(**SETTINGS)
        await telling
        left = f"SELECT count(*) FROM delivery WHERE status = 'pending' AND webhook_key IN ('{keys[0]}', '{keys[1]}')"
        async with asyncio.timeout(600):
            while installation.query(left) != [(0,)]:  # noqa: ASYNC110  another process gets there
                await asyncio.sleep(0.5)
        assert len(dead.messages) > 0
        check(flaky.messages, flaky.taken, events)
        check(good.messages, good.messages, events)
        statuses = f"SELECT DISTINCT status FROM delivery WHERE webhook_key != '{keys[2]}'"
        assert installation.query(statuses) == [("succeeded",)]
        never.set()
        await ended(worker, signal.SIGKILL)
        told = f"{events} events, {kills} kills: {len(flaky.messages)} messages to one that fails half"
        print(f"{told}, {len(good.messages)} to one that works")  # noqa: T201


async def test_a_few_come_through_a_kill(installation: Installation) -> None:
    await come_through(installation, events=60, subjects=12, kills=1, seed=1)


@pytest.mark.long
@pytest.mark.timeout(1800)
async def test_a_thousand_come_through_ten(installation: Installation) -> None:
    await come_through(installation, events=1_000, subjects=50, kills=10, seed=2)
