"""Deliveries by the real engine: tried again when it is time, apart from other jobs, after a worker that died (Q-9, Q-21)."""

import asyncio
from typing import Any

from domain.webhooks import commands, sending
from gateway.jobs import workflows
from tests.domain.webhooks.hooks import INVITES, log
from tests.gateway.jobs.durable import PATIENCE, Durable, Post
from tests.support.receiver import Receiver


async def hook(durable: Durable, url: str) -> str:
    async with durable.world.work() as uow:
        return (await commands.create(uow, url=url, events=INVITES)).key


async def until_all(durable: Durable, status: str, count: int) -> None:
    async with asyncio.timeout(PATIENCE):
        while [row.status for row in await log(durable.world)] != [status] * count:  # noqa: ASYNC110  the engine gets there
            await asyncio.sleep(0.05)


async def test_are_tried_again_when_the_clock_says_so(durable: Durable, receiver: Receiver) -> None:
    await hook(durable, receiver.url)
    receiver.answers = [500]
    async with durable.worker(Post()):
        await durable.world.invite()
        await receiver.has(1)
        async with asyncio.timeout(PATIENCE):
            while [row.tries for row in await log(durable.world)] != [1]:  # noqa: ASYNC110  the engine gets there
                await asyncio.sleep(0.05)
        durable.world.advance(seconds=6)
        await receiver.has(1)
        await until_all(durable, "succeeded", 1)
    assert len(set(receiver.ids)) == 1


async def test_to_dead_endpoints_keep_no_mail_waiting(durable: Durable, receiver: Receiver) -> None:
    """More of them than there are places for jobs that do something."""
    go_on = asyncio.Event()

    async def hang(_message: Any) -> None:
        await go_on.wait()

    post = Post()
    async with Receiver.open() as dead:
        dead.before = hang
        for _ in range(workflows.AT_ONCE + 2):
            await hook(durable, dead.url)
        async with durable.worker(post):
            await durable.world.invite("first@example.com")
            await dead.has(workflows.AT_ONCE + 2)
            await hook(durable, receiver.url)
            await durable.world.invite("second@example.com", send_email=True)
            await post.arrived()
            await receiver.has(1)
            go_on.set()
            await until_all(durable, "succeeded", 2 * (workflows.AT_ONCE + 2) + 1)


async def test_of_a_worker_that_ended_in_the_middle_are_sent_by_the_next(durable: Durable, receiver: Receiver) -> None:
    """With the same id and body."""
    never = asyncio.Event()

    async def hang(_message: Any) -> None:
        await never.wait()

    await hook(durable, receiver.url)
    receiver.before = hang
    async with durable.worker(Post()):
        await durable.world.invite()
        await receiver.has(1)
    receiver.before = None
    durable.world.clock.advance(sending.CLAIM)
    async with durable.worker(Post()):
        await receiver.has(1)
        await until_all(durable, "succeeded", 1)
    never.set()
    assert len({(message.id, message.raw) for message in receiver.messages}) == 1
