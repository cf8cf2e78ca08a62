"""Jobs are stored in the transaction that makes them necessary, with keys for arguments and nothing of people (Q-9, Q-11)."""

import base64
import binascii
import pickletools
from typing import Any

import pytest

from domain.billing import credits
from domain.billing.errors import InsufficientCredits
from domain.invites import commands, entries
from gateway.jobs import workflows
from gateway.jobs.names import JOB, QUEUE, VERSION
from gateway.jobs.queue import DurableQueue
from tests.gateway.jobs.durable import Durable, Post
from tests.support.world import World


class TestTransactions:
    async def test_store_a_job_when_they_commit_and_not_before(self, durable: Durable) -> None:
        async with durable.world.work() as uow:
            await commands.send(uow, email="anna@example.com", name="Anna Berg")
            assert durable.statuses() == []
        [job] = durable.jobs()
        assert (job.status, job.name, job.queue_name, job.application_version) == ("ENQUEUED", JOB, QUEUE, VERSION)

    async def test_that_fail_store_none(self, durable: Durable) -> None:
        async def fails() -> None:
            async with durable.world.work() as uow:
                await commands.send(uow, email="anna@example.com", name="Anna Berg")
                raise RuntimeError("after the command")

        with pytest.raises(RuntimeError, match="after the command"):
            await fails()
        assert durable.statuses() == []

    async def test_that_are_refused_store_none(self, durable: Durable) -> None:
        async with durable.world.work() as uow:
            for number in range(100):
                await credits.spend(uow, reference=f"use {number}")
        with pytest.raises(InsufficientCredits):
            await durable.world.invite(send_email=True)
        assert durable.statuses() == []

    async def test_without_a_mail_store_none(self, durable: Durable) -> None:
        await durable.world.invite(send_email=False)
        assert durable.statuses() == []


class TestRestarts:
    async def test_between_storing_and_doing_lose_nothing(self, world: World) -> None:
        """The process that stored it ends; the next one does it."""
        async with Durable.open(world) as before:
            key = await before.world.invite(send_email=True)
        post = Post()
        async with Durable.open(world) as after, after.worker(post):
            [mail] = await post.arrived()
            await after.done()
        assert mail.reference == key
        assert after.statuses() == ["SUCCESS"]

    async def test_of_the_queue_alone_are_no_matter(self, durable: Durable) -> None:
        durable.queue.close()
        durable.queue.close()
        await durable.queue.warm()
        await durable.world.invite(send_email=True)
        assert durable.statuses() == ["ENQUEUED"]

    async def test_of_a_queue_that_was_never_used_are_no_matter(self, world: World) -> None:
        DurableQueue(world.settings).close()


class TestPersonalData:
    async def test_is_in_no_table_of_the_engine(self, durable: Durable, monkeypatch: pytest.MonkeyPatch) -> None:
        """Q-11: not in arguments, nor in what is kept of tries that failed with the address in the words of the mail server."""
        monkeypatch.setitem(workflows.RETRIES, "max_attempts", 2)
        refused = OSError("550 no such user: anna@example.com (Anna Berg)")
        post = Post(*[refused] * 4)
        world = durable.world
        invite = await world.invite(send_email=True)
        async with durable.worker(post):
            await durable.done()
            async with world.work() as uow:
                await commands.remind(uow, invite)
            await durable.done()
            async with world.work() as uow:
                entry = await entries.request(uow, email="ben@example.com", name="Ben Berg", language="en")
            await post.arrived()
            await durable.done()
        assert durable.statuses() == ["ERROR", "ERROR", "SUCCESS"]
        kept = "\n".join(words(value) for rows in durable.tables().values() for row in rows for value in row)
        for key in (invite, entry, "invites.send_invitation: OSError"):
            assert key in kept
        for personal in ("example.com", "Anna", "Ben", "Berg", "Owner", "/a/", "no such user"):
            assert personal not in kept


def words(value: Any) -> str:
    """What somebody could read in a stored value: as it is, or in what was pickled."""
    text = str(value)
    try:
        pickled = base64.b64decode(text, validate=True)
        return text + " ".join(str(argument) for _code, argument, _at in pickletools.genops(pickled))
    except (binascii.Error, ValueError):
        return text
