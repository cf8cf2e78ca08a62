"""The unit of work: all of it or nothing, in order, for one account."""

import asyncio
import contextlib
import sqlite3
from datetime import timedelta
from typing import Any

import asyncpg
import pytest
from sqlalchemy import event, exc, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from domain.access.events import API_KEY_REVOKED
from domain.access.model import Account
from domain.candidates import commands as candidates
from domain.candidates.model import Candidate
from domain.invites import mails
from domain.invites.model import Invite
from domain.kernel import events
from domain.kernel.actor import Actor
from domain.kernel.errors import Unauthenticated
from domain.kernel.work import SERIES, UnitOfWork
from tests.domain.at_once import all_at_once, failures, held_up
from tests.support import happenings
from tests.support.world import World


class Abandoned(Exception):
    """A work that goes wrong at its end."""


async def all_events(world: World, account_id: int | None = None) -> list[Any]:
    found: list[Any] = []
    while more := await events.after(world.database.read(), account_id or world.account_id, found[-1].sequence if found else 0):
        found += more
    return found


class TestEvents:
    async def test_have_a_sequence_without_gaps_however_many_come_at_once(self, world: World) -> None:
        """Q-25: numbers are given in the order of commits; what failed left none."""
        already = len(await all_events(world))

        async def work(number: int) -> None:
            async with world.work() as uow:
                for part in range(number % 3 + 1):
                    uow.record(happenings.NOTED, f"{number}.{part}")
                await uow.flush()
                uow.record(happenings.ENDED, str(number))
                if number % 4 == 3:
                    raise Abandoned

        outcomes = await all_at_once(work(number) for number in range(20))
        assert failures(outcomes) == ["Abandoned"] * 5
        found = await all_events(world)
        assert [row.sequence for row in found] == list(range(1, len(found) + 1))
        kept = [number for number in range(20) if number % 4 != 3]
        assert len(found) - already == sum(number % 3 + 2 for number in kept)
        for number in kept:
            own = [row for row in found if row.type.startswith("test.") and row.subject.split(".")[0] == str(number)]
            assert [row.subject for row in own] == [*(f"{number}.{part}" for part in range(number % 3 + 1)), str(number)]
            assert own[-1].sequence - own[0].sequence == len(own) - 1
        assert await events.last(world.database.read(), world.account_id) == len(found)

    async def test_say_who_did_what_when(self, world: World) -> None:
        """Q-23."""
        world.advance(hours=1)
        async with world.work() as uow:
            uow.record(happenings.NOTED, "inv_1", number=1)
        noted = (await all_events(world))[-1]
        assert (noted.type, noted.subject, noted.at, noted.facts) == ("test.noted", "inv_1", world.clock.now(), {"number": 1})
        assert noted.actor == f"key:{world.key.key}"
        async with world.work() as uow:
            stored = (await uow.session.execute(select(events.Event).where(events.Event.account_id == world.account_id))).scalars().all()
        assert {row.request_id for row in stored if row.type.startswith("test.")} == {"test"}

    async def test_are_counted_for_each_account(self, world: World) -> None:
        async with world.work() as uow:
            uow.record(happenings.NOTED, "live")
            await uow.enter(world.sandbox_id)
            uow.record(happenings.NOTED, "sandbox")
            await uow.enter(world.account_id)
            uow.record(happenings.NOTED, "live again")
        live, sandbox = await all_events(world), await all_events(world, world.sandbox_id)
        assert [row.subject for row in live[-2:]] == ["live", "live again"]
        assert sandbox[-1].subject == "sandbox"
        assert [row.sequence for row in sandbox] == list(range(1, len(sandbox) + 1))

    async def test_wake_and_tell_after_the_commit_alone(self, world: World) -> None:
        told: list[set[str]] = []
        world.database.after_commit.append(told.append)
        with world.database.signals.listening(world.account_id) as waiting:
            await self.abandon(world)
            async with world.work() as uow:
                uow.record(happenings.NOTED, "x")
                assert told == []
                assert not (waiting.is_set() and world.settings.on_sqlite), "PostgreSQL also wakes once it listens"
            assert (told, waiting.is_set()) == ([{"test.noted"}], True)

    async def abandon(self, world: World) -> None:
        with contextlib.suppress(Abandoned):
            async with world.work() as uow:
                uow.record(happenings.NOTED, "x")
                await uow.flush()
                raise Abandoned


class TestRollback:
    async def test_leaves_no_row_no_event_and_no_job(self, world: World) -> None:
        """Q-9."""
        before, number = await world.rows(), await events.last(world.database.read(), world.account_id)
        with contextlib.suppress(Abandoned):
            async with world.work() as uow:
                await candidates.find_or_add(uow, email="anna@example.com")
                uow.record(happenings.NOTED, "x")
                await uow.enqueue(mails.send_invitation, "inv_1")
                await uow.flush()
                raise Abandoned
        assert await world.rows() == before
        assert await events.last(world.database.read(), world.account_id) == number
        assert await world.run_jobs() == 0

    async def test_happens_when_the_work_is_canceled(self, world: World) -> None:
        before, reached = await world.rows(), asyncio.Event()

        async def work() -> None:
            async with world.work() as uow:
                await candidates.find_or_add(uow, email="anna@example.com")
                reached.set()
                await asyncio.Event().wait()

        task = asyncio.ensure_future(work())
        await reached.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert await world.rows() == before

    async def test_does_not_happen_once_the_commit_began(self, world: World) -> None:
        """Q-15: its outcome must be known."""

        async def work() -> None:
            async with world.work() as uow:
                await candidates.find_or_add(uow, email="anna@example.com")
                event.listen(uow.session.sync_session, "before_commit", lambda _session: task.cancel())

        task = asyncio.ensure_future(work())
        with pytest.raises(asyncio.CancelledError):
            await task
        assert await world.count(Candidate) == 1
        assert await world.invite()


class TestAppendOnly:
    async def test_rows_are_refused_to_every_change(self, world: World) -> None:
        """Q-8, Q-23: to commands, and to the operator with a shell."""
        before = await world.rows()
        for table in ("event", "credit_entry"):
            refused = f"rows of {table} are never changed|permission denied for table {table}"
            for change in (f"UPDATE {table} SET account_id = account_id", f"DELETE FROM {table}"):
                with pytest.raises(exc.DBAPIError, match=refused):
                    await self.run(world, change)
                with pytest.raises((sqlite3.IntegrityError, asyncpg.RaiseError), match=f"rows of {table} are never changed"):
                    await self.run_by_hand(world, change)
        assert await world.rows() == before

    async def run(self, world: World, change: str) -> None:
        async with world.work() as uow:
            await uow.session.execute(text(change))

    async def run_by_hand(self, world: World, change: str) -> None:
        address = world.settings.database
        if world.settings.on_sqlite:
            with contextlib.closing(sqlite3.connect(str(address.database))) as file:
                file.execute(change)
            return
        server = await asyncpg.connect(address.render_as_string(hide_password=False))
        try:
            await server.execute(change)
        finally:
            await server.close()


class TestNumbers:
    async def test_are_never_given_twice(self, world: World) -> None:
        async def take(many: int) -> list[int]:
            async with world.work() as uow:
                taken = [await uow.next_number("attempt") for _ in range(many)]
            if many % 2:
                return taken
            raise Abandoned(taken)

        outcomes = await all_at_once(take(many) for many in range(1, 21))
        taken = [number for outcome in outcomes for number in (outcome.args[0] if isinstance(outcome, Abandoned) else outcome)]
        assert len(taken) == len(set(taken)) == sum(range(1, 21))
        assert min(taken) == SERIES["attempt"] + 1

    async def test_begin_after_those_of_the_first_account(self, world: World) -> None:
        assert (world.account_id, world.sandbox_id) == (SERIES["account"] + 1, SERIES["account"] + 2)


class TestLock:
    async def test_lets_no_change_be_lost(self, world: World) -> None:
        async with world.work() as uow:
            key = await candidates.find_or_add(uow, email="anna@example.com")

        async def count_up() -> None:
            async with world.work() as uow:
                row = await uow.lock(Candidate, world.account_id, key)
                assert row is not None
                row.birth_year = (row.birth_year or 0) + 1

        assert failures(await all_at_once(count_up() for _ in range(20))) == []
        async with world.work() as uow:
            row = await uow.lock(Candidate, world.account_id, key)
            assert row is not None
            assert row.birth_year == 20
            assert await uow.lock(Candidate, world.account_id, key) is row
            assert await uow.lock(Candidate, world.account_id, "cand_unknown") is None

    async def test_reads_anew_after_a_change_by_statement(self, world: World) -> None:
        key = await world.invite()
        async with world.work() as uow:
            row = await uow.lock(Invite, world.account_id, key)
            assert row is not None
            row.label = "pending in the session"
            changed = update(Invite).where(Invite.account_id == world.account_id, Invite.key == key, Invite.reminders == 0)
            assert await uow.change(changed.values(reminders=2)) == 1
            assert await uow.change(changed.values(reminders=3)) == 0
            again = await uow.lock(Invite, world.account_id, key)
            assert again is not None
            assert (again.reminders, again.label) == (2, "pending in the session")

    async def test_one_at_a_time_waits_for_the_other(self, world: World) -> None:
        """Q-7: the second sees what the first committed."""
        ended: list[str] = []

        async def second() -> None:
            async with world.work() as uow:
                await uow.one_at_a_time(Account, world.account_id)
                ended.append("second")

        async with world.work() as uow:
            await uow.one_at_a_time(Account, world.account_id)
            task = await held_up(world, second())
            ended.append("first")
        await task
        assert ended == ["first", "second"]


class TestAccount:
    async def test_there_is_none_without_a_credential(self, world: World) -> None:
        with pytest.raises(Unauthenticated):
            async with world.work(Actor.anonymous()) as uow:
                uow.record(happenings.NOTED, "x")

    async def test_rows_refer_to_rows_of_their_own_account(self, world: World) -> None:
        """Q-1: by the keys of the tables, whatever a command does."""
        other, _key = await world.other_account()
        async with world.work(other) as uow:
            foreign = await candidates.find_or_add(uow, email="anna@example.com")
        before = await world.rows()
        with pytest.raises(exc.IntegrityError):
            async with world.work() as uow:
                await self.invite_of(uow, foreign)
        assert await world.rows() == before
        assert await world.invite()

    async def invite_of(self, uow: UnitOfWork, candidate: str) -> None:
        uow.session.add(
            Invite(
                account_id=uow.account_id,
                key="inv_1",
                origin="direct",
                candidate_key=candidate,
                instrument="escprofile",
                instrument_version="1.0",
                email="",
                name="",
                language="en",
                send_email=False,
                created_at=uow.now,
                expires_at=uow.now + timedelta(1),
            )
        )


class TestCanceled:
    async def test_in_its_commit_still_tells_what_was_done(self, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
        """Q-4: a revocation that is in the database holds at once, also when nobody waits for the answer any more."""
        heard: list[set[str]] = []
        world.database.after_commit.append(heard.append)
        began, go_on = asyncio.Event(), asyncio.Event()
        commit = AsyncSession.commit

        async def slow(session: AsyncSession) -> None:
            began.set()
            await go_on.wait()
            await commit(session)

        monkeypatch.setattr(AsyncSession, "commit", slow)

        async def revoke() -> None:
            async with world.work() as uow:
                uow.record(API_KEY_REVOKED, "key_1")

        task = asyncio.create_task(revoke())
        await began.wait()
        task.cancel()
        await asyncio.sleep(0)
        go_on.set()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert heard == [{"api_key.revoked"}]
