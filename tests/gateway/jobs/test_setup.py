"""What the engine finds in a database: our queue, and the jobs that come by themselves."""

import asyncio
from typing import Any

import pytest
from dbos import DBOS

from domain.candidates.queries import count
from domain.invites import entries
from domain.invites.model import Entry
from domain.kernel import events
from domain.kernel.jobs import JOBS
from gateway.jobs import setup
from gateway.jobs.names import APART, QUEUE, SCHEDULED
from tests.gateway.jobs.durable import Durable, Post
from tests.support.world import World

SCHEDULED_JOBS = {name: job.every for name, job in JOBS.items() if job.every}


async def expired(world: World) -> list[str]:
    return [event.subject for event in await events.after(world.database.read(), world.account_id, 0) if event.type == "invite.expired"]


class TestPrepare:
    async def test_may_run_again(self, durable: Durable) -> None:
        """Q-12."""
        before = kept(durable)
        setup.prepare(durable.world.settings)
        setup.prepare(durable.world.settings)
        assert kept(durable) == before
        assert before["schedules"] == [(name, SCHEDULED, every, "ACTIVE") for name, every in sorted(SCHEDULED_JOBS.items())]
        assert before["queues"] == [(queue, setup.PLACES, setup.POLLING_SECONDS) for queue in (QUEUE, APART)]
        assert "invites.expire" in SCHEDULED_JOBS


def kept(durable: Durable) -> dict[str, Any]:
    found = durable.tables(["workflow_schedules", "queues"])
    return {
        "schedules": sorted((row.schedule_name, row.workflow_name, row.schedule, row.status) for row in found["workflow_schedules"]),
        "queues": sorted((row.name, row.worker_concurrency, row.polling_interval_sec) for row in found["queues"]),
    }


class TestExpiry:
    async def test_comes_by_itself_and_is_told_once(self, durable: Durable) -> None:
        """I-ESC-14: of an invite that was pending and one that was started, not of one that was completed."""
        world = durable.world
        pending, started = await world.invite("a@example.com"), await world.invite("b@example.com")
        await world.begin(started)
        await world.complete("c@example.com")
        world.advance(days=29)
        young = await world.invite("young@example.com")
        async with durable.worker(Post()):
            world.advance(days=1)
            for _ in range(2):
                await self.comes_round()
                assert sorted(await expired(world)) == sorted([pending, started])
        assert young not in await expired(world)
        assert {job.status for job in durable.jobs(SCHEDULED)} == {"SUCCESS"}

    async def test_forgets_who_never_confirmed(self, durable: Durable) -> None:
        world = durable.world
        async with world.work() as uow:
            await entries.request(uow, email="ben@example.com", name="Ben", language="en")
        world.advance(hours=24)
        async with durable.worker(Post()):
            await self.comes_round()
        assert await world.count(Entry) == 0
        assert await count(world.database.read(), world.account_id) == 0

    async def comes_round(self) -> None:
        """What the engine does when the time of the schedule comes."""
        await asyncio.to_thread(lambda: DBOS.trigger_schedule("invites.expire").get_result())


@pytest.mark.parametrize("name", sorted(JOBS))
def test_jobs_are_named_by_what_they_are_about(name: str) -> None:
    """Stored names stay, so they are not those of functions or modules."""
    context, _, verb = name.partition(".")
    assert context
    assert verb
