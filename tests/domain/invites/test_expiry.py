"""What time does to invites and entries."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.invites import commands
from domain.invites.errors import LinkNotValid
from domain.invites.model import Entry
from domain.invites.status import LIFETIME, InviteStatus, days_left, derived
from domain.kernel.jobs import JOBS
from tests.domain.at_once import all_at_once
from tests.domain.invites.acting import answered, ask, cancel, confirm, news, now_at, patient, standing
from tests.support.world import START, World

STEP = timedelta(milliseconds=1)
MOMENTS = st.timedeltas(timedelta(0), timedelta(days=3650)).map(lambda later: START + later)


@patient
async def sweep(world: World) -> int:
    """The scheduled job, as it comes every few minutes."""
    return int(await JOBS["invites.expire"].run(world.ports()))


class TestStatus:
    @pytest.mark.parametrize("after", [-1, 0, 1])
    @pytest.mark.parametrize("stored", ["pending", "started", "completed", "canceled"])
    def test_of_one_that_is_open_is_expired_from_its_date_on(self, stored: str, after: int) -> None:
        """I-ESC-14."""
        shown = derived(stored, START, START + after * STEP)
        assert shown == ("expired" if stored in ("pending", "started") and after >= 0 else stored)
        assert isinstance(shown, InviteStatus)

    @pytest.mark.parametrize(
        ("left", "days"),
        [
            (LIFETIME, 30),
            (LIFETIME - STEP, 30),
            (timedelta(days=29), 29),
            (timedelta(days=1), 1),
            (STEP, 1),
            (timedelta(0), 0),
            (-STEP, 0),
            (timedelta(days=-400), 0),
        ],
    )
    def test_counts_begun_days(self, left: timedelta, days: int) -> None:
        assert days_left(START + left, START) == days

    @given(MOMENTS, st.timedeltas(timedelta(0), timedelta(days=60)), st.sampled_from(["pending", "started"]))
    def test_is_expired_exactly_when_no_day_is_left(self, created: datetime, passed: timedelta, stored: str) -> None:
        now, expires = created + passed, created + LIFETIME
        assert (derived(stored, expires, now) == "expired") == (days_left(expires, now) == 0)
        assert 0 <= days_left(expires, now) <= 30


class TestSweep:
    async def test_notes_each_invite_that_expired_once(self, world: World) -> None:
        """Of all accounts, those by the open link too; not what was canceled or completed in time, or is canceled then (I-ESC-14)."""
        pending, canceled = await world.invite("a@example.com"), await world.invite("b@example.com")
        started, _attempt = await answered(world, "c@example.com")
        await world.complete("d@example.com")
        await cancel(world, canceled)
        entered = await confirm(world, await ask(world, "e@example.com"))
        other, _key = await world.other_account()
        async with world.work(other) as uow:
            await commands.send(uow, email="f@example.com", send_email=False)
        world.advance(days=30, milliseconds=-1)
        assert await sweep(world) == 0
        world.advance(milliseconds=1)
        since = await now_at(world)
        assert await sweep(world) == 4
        noted = await news(world, since)
        expected = [("invite.expired", key) for key in (pending, started, entered)]
        assert sorted((row.type, row.subject) for row in noted if row.type != "entry.forgotten") == sorted(expected)
        assert len(noted) == len(expected) + 1, "the entry is forgotten"
        assert {(row.actor, row.at) for row in noted} == {("system", world.clock.now())}
        world.advance(days=3)
        await cancel(world, pending)
        before = await standing(world)
        assert await sweep(world) == 0
        assert await standing(world) == before

    async def test_at_once_on_several_workers_notes_each_once(self, world: World) -> None:
        """Q-9: at least once in work, once in effect."""
        keys = [await world.invite(f"p{number}@example.com") for number in range(10)]
        world.advance(days=30)
        since = await now_at(world)
        assert sum(await all_at_once(sweep(world) for _ in range(4))) == 10
        assert sorted(row.subject for row in await news(world, since)) == sorted(keys)

    async def test_forgets_the_mails_of_entries_with_them(self, world: World) -> None:
        """Q-11: nobody would know any more whose they are."""
        await ask(world, "a@example.com")
        await world.run_jobs()
        assert [mail.to for mail in world.outbox.mails] == ["a@example.com"]
        world.advance(hours=24)
        await sweep(world)
        assert world.outbox.mails == []

    async def test_forgets_entries_whose_time_is_over(self, world: World) -> None:
        """Q-11: after a day a name and an address that nobody confirmed, and others with their invite."""
        lost, confirmed = await ask(world, "a@example.com"), await ask(world, "b@example.com")
        invite = await confirm(world, confirmed)
        world.advance(hours=12)
        later = await ask(world, "c@example.com")
        world.advance(hours=12, milliseconds=-1)
        await sweep(world)
        assert await world.count(Entry) == 3
        world.advance(milliseconds=1)
        assert await sweep(world) == 0
        assert await world.count(Entry) == 2
        with pytest.raises(LinkNotValid):
            await confirm(world, lost)
        assert await confirm(world, confirmed) == invite
        assert await confirm(world, later)
        world.advance(days=29)
        assert await sweep(world) == 1
        assert await world.count(Entry) == 1
        with pytest.raises(LinkNotValid):
            await confirm(world, confirmed)
