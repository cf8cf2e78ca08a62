"""Each verb is all or nothing: rows, credits, events and jobs come with the commit, or none of them (Q-8, Q-9)."""

import itertools
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from domain.invites import attempts, commands, entries
from domain.kernel.database import Database
from domain.kernel.work import UnitOfWork
from gateway import storage
from gateway.app import open_for
from gateway.jobs.queue import DurableQueue
from tests.domain.invites.acting import answered, ask, attempt_row, complete, invite_row, news, now_at, standing
from tests.support.world import World, some_answers

Verb = Callable[[UnitOfWork], Awaitable[Any]]


class Abandoned(Exception):
    """A work that goes wrong at its end."""


async def verbs(world: World) -> dict[str, tuple[Verb, list[str], int]]:
    """Every verb on an account where it can be done, with the events that it notes and the jobs that it asks for."""
    pending = await world.invite("pending@example.com")
    other = await world.invite("other@example.com")
    _key, attempt = await answered(world, "taken@example.com")
    entry = await ask(world, "entry@example.com")
    world.jobs.due.clear()
    return {
        "send": (lambda uow: commands.send(uow, email="new@example.com"), ["candidate.added", "invite.sent"], 1),
        "send to a known person": (
            lambda uow: commands.send(uow, email="taken@example.com", name="New Name"),
            ["candidate.changed", "invite.sent"],
            1,
        ),
        "send without mail": (lambda uow: commands.send(uow, email="pending@example.com", send_email=False), ["invite.sent"], 0),
        "remind": (lambda uow: commands.remind(uow, pending), ["invite.reminded"], 1),
        "start": (lambda uow: attempts.start(uow, other), ["invite.started"], 0),
        "save": (lambda uow: attempts.save(uow, attempt, some_answers(9)), ["attempt.answered"], 0),
        "complete": (lambda uow: attempts.complete(uow, attempt), ["result.recorded", "credits.used", "invite.completed"], 0),
        "cancel": (lambda uow: commands.cancel(uow, pending), ["invite.canceled"], 0),
        "ask": (lambda uow: entries.request(uow, email="ask@example.com", name="A", language="de"), ["entry.requested"], 1),
        "confirm": (lambda uow: entries.confirm(uow, entry), ["candidate.added", "invite.sent", "entry.confirmed"], 0),
    }


async def everything(world: World) -> Any:
    """All that the verbs change."""
    keys = [row.subject for row in await news(world) if row.type == "invite.sent"]
    numbers = [row.facts["attempt"] for row in await news(world) if row.type == "invite.started"]
    rows = [await invite_row(world, key) for key in keys], [await attempt_row(world, number) for number in numbers]
    return await standing(world), rows


class TestAbandoned:
    async def test_verb_leaves_nothing(self, world: World) -> None:
        done = await verbs(world)
        before = await everything(world)
        for name, (verb, _events, _jobs) in done.items():
            with pytest.raises(Abandoned, match=name):
                await self.abandon(world, verb, name)
            assert await everything(world) == before, name
        with pytest.raises(Abandoned, match="all of them"):
            await self.abandon_all(world, done)
        assert await everything(world) == before

    async def abandon(self, world: World, verb: Verb, name: str) -> None:
        async with world.work() as uow:
            await verb(uow)
            await uow.flush()
            raise Abandoned(name)

    async def abandon_all(self, world: World, done: dict[str, Any]) -> None:
        async with world.work() as uow:
            for verb, _events, _jobs in done.values():
                await verb(uow)
            await uow.flush()
            raise Abandoned("all of them")


class TestCommitted:
    async def test_verb_brings_its_events_and_jobs_along(self, world: World) -> None:
        """Q-23: and who did it, when."""
        for name, (verb, types, jobs) in (await verbs(world)).items():
            world.advance(minutes=1)
            since = await now_at(world)
            async with world.work() as uow:
                await verb(uow)
                assert (await now_at(world), world.jobs.due) == (since, []), name
            noted = await news(world, since)
            assert sorted(row.type for row in noted) == sorted(types), name
            assert {(row.at, row.actor) for row in noted} <= {(world.clock.now(), f"key:{world.key.key}")}
            assert len(world.jobs.due) == jobs, name
            world.jobs.due.clear()


@contextmanager
def breaking(world: World, at: int) -> Iterator[None]:
    """Let the database fail at its nth statement from here."""
    left = itertools.count(at, -1)

    def count(*_: Any) -> None:
        if next(left) == 0:
            raise Abandoned(f"statement {at}")

    sa.event.listen(world.database.engine.sync_engine, "before_cursor_execute", count)
    try:
        yield
    finally:
        sa.event.remove(world.database.engine.sync_engine, "before_cursor_execute", count)


class TestBroken:
    async def test_completion_leaves_nothing_wherever_it_breaks(self, world: World) -> None:
        """Q-8: there is no moment at which an attempt is completed without its result and its credit, or the other way."""
        _key, attempt = await answered(world)
        before, broken = await everything(world), 0
        while await self.breaks(world, attempt, broken):
            assert await everything(world) == before, broken
            broken += 1
        assert broken > 8
        assert (await attempt_row(world, attempt)).status == "completed"

    async def breaks(self, world: World, attempt: int, at: int) -> bool:
        with breaking(world, at):
            try:
                await complete(world, attempt)
            except Abandoned:
                return True
        return False


@asynccontextmanager
async def with_real_queue(world: World) -> AsyncIterator[Database]:
    """The same database with the queue that the product has."""
    queue = DurableQueue(world.settings)
    database = await open_for(world.settings, queue, world.clock)
    try:
        yield database
    finally:
        await database.close()
        queue.close()


class TestQueue:
    async def test_has_a_job_if_and_only_if_its_command_committed(self, world: World) -> None:
        """Q-9: with the tables of the job engine."""
        async with with_real_queue(world) as database:
            with pytest.raises(Abandoned):
                await self.send(database, world, "a@example.com", Abandoned())
            assert self.stored(world) == 0
            for number in range(3):
                await self.send(database, world, f"p{number}@example.com")
                assert self.stored(world) == number + 1
            world.clock.advance(timedelta(days=31))
            for number in range(10):
                await self.send(database, world, f"q{number}@example.com", send_email=False)
            with pytest.raises(Exception, match="10 pending invites"):
                await self.send(database, world, "late@example.com")
        assert self.stored(world) == 3

    async def send(self, database: Database, world: World, email: str, failure: Exception | None = None, **options: Any) -> None:
        async with database.work(world.actor) as uow:
            await commands.send(uow, email=email, **options)
            if failure:
                raise failure

    def stored(self, world: World) -> int:
        """How many jobs the engine would find."""
        engine = sa.create_engine(storage.sync_url(world.settings))
        table = "workflow_status" if world.settings.on_sqlite else "dbos.workflow_status"
        try:
            with engine.connect() as connection:
                return int(connection.execute(sa.text(f"SELECT count(*) FROM {table}")).scalar_one())
        finally:
            engine.dispose()
