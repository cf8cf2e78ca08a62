"""Sending, canceling and reminding."""

from datetime import timedelta
from typing import Any

import pytest

from domain.billing.errors import InsufficientCredits
from domain.candidates import queries as candidates
from domain.invites import queries
from domain.invites.errors import (
    AlreadyCanceled,
    NotPending,
    NotRemindable,
    ReminderLimitReached,
    ReminderTooSoon,
    TooManyPendingInvites,
    UnknownInstrument,
)
from domain.invites.model import Invite
from domain.invites.status import Origin
from domain.kernel.errors import BadInput, NotFound
from tests.domain.at_once import all_at_once, failures
from tests.domain.invites.acting import ask, cancel, confirm, drain, invite_row, news, now_at, remind, send, standing
from tests.support.world import World

DAY = timedelta(days=1)


class TestSend:
    async def test_keeps_what_it_was_sent_with(self, world: World) -> None:
        """R-ESC-24, I-ESC-23, I-ESC-24; the candidate has the newest name, each invite its own (ARCHITECTURE section 2)."""
        since = await now_at(world)
        first = await world.invite(" Anna@Example.COM ", " Anna  Berg ", label="sales 2026", language="de")
        second = await world.invite("anna@example.com", "Anna Talheim")
        third = await world.invite("anna@example.com", "")
        rows = [await invite_row(world, key) for key in (first, second, third)]
        assert [(row.email, row.name, row.label, row.language) for row in rows] == [
            ("anna@example.com", "Anna Berg", "sales 2026", "de"),
            ("anna@example.com", "Anna Talheim", None, "en"),
            ("anna@example.com", "", None, "en"),
        ]
        assert {(row.instrument, row.instrument_version, row.origin) for row in rows} == {("escprofile", "1.0", "direct")}
        assert {(row.created_at, row.expires_at) for row in rows} == {(world.clock.now(), world.clock.now() + 30 * DAY)}
        [person] = {row.candidate_key for row in rows}
        found = await candidates.by_keys(world.database.read(), world.account_id, [person])
        assert found[person].name == "Anna Talheim"
        noted = [(row.type, row.subject, row.facts) for row in await news(world, since) if row.type == "invite.sent"]
        assert noted == [("invite.sent", key, {"origin": "direct", "candidate": person}) for key in (first, second, third)]

    async def test_needs_a_credit_and_neither_spends_nor_reserves_it(self, world: World) -> None:
        """R-ESC-15, R-ESC-21, R-ESC-23."""
        await drain(world, left=1)
        for number in range(3):
            await world.invite(f"p{number}@example.com")
        assert (await world.balance()).available == 1
        await drain(world, left=0)
        before = await standing(world)
        with pytest.raises(InsufficientCredits) as refused:
            await world.invite(send_email=True)
        assert refused.value.details == {"required": 1, "available": 0}
        assert await standing(world) == before

    async def test_writes_nothing_when_something_is_wrong(self, world: World) -> None:
        before = await standing(world)
        for email in ("", "nope", "a@", "@b.de", "a b@c.de", "a@b@c.de"):
            with pytest.raises(BadInput):
                await world.invite(email, send_email=True)
        wrong: list[tuple[dict[str, Any], type[Exception]]] = [
            ({"name": "a\x00b"}, BadInput),
            ({"name": "a" * 201}, BadInput),
            ({"label": "a" * 101}, BadInput),
            ({"label": "a\x07"}, BadInput),
            ({"instrument": "other"}, UnknownInstrument),
            ({"instrument": ""}, UnknownInstrument),
            ({"instrument": "escprofile@0.9"}, UnknownInstrument),
        ]
        for options, failure in wrong:
            with pytest.raises(failure):
                await world.invite("anna@example.com", send_email=True, **options)
        assert await standing(world) == before

    async def test_exactly_ten_of_fifty_at_once(self, world: World) -> None:
        """R-ESC-22, Q-7: also where most people are the same."""
        sent = await all_at_once(send(world, f"p{number % 7}@example.com") for number in range(50))
        assert failures(sent) == ["TooManyPendingInvites"] * 40
        assert await world.count(Invite) == 10
        assert await queries.pending(world.database.read(), world.account_id, now=world.clock.now()) == 10
        keys = [outcome for outcome in sent if isinstance(outcome, str)]
        assert sorted(world.jobs.due) == sorted(("invites.send_invitation", world.account_id, (key,)) for key in keys)

    async def test_has_room_again_for_each_that_is_over_or_begun(self, world: World) -> None:
        """R-ESC-22, I-ESC-14: canceled, started, expired ones do not count, nor those by the open link or of other accounts."""
        keys = [await world.invite(f"p{number}@example.com") for number in range(10)]
        await confirm(world, await ask(world))
        before = await standing(world)
        with pytest.raises(TooManyPendingInvites) as refused:
            await world.invite("one.more@example.com")
        assert refused.value.details == {"limit": 10}
        assert await standing(world) == before
        other, _key = await world.other_account()
        assert await send(world, "one.more@example.com", other)
        await cancel(world, keys[0])
        await world.begin(keys[1])
        outcomes = await all_at_once(send(world, f"q{number}@example.com") for number in range(5))
        assert failures(outcomes) == ["TooManyPendingInvites"] * 3
        world.advance(days=30)
        outcomes = await all_at_once(send(world, f"r{number}@example.com") for number in range(12))
        assert failures(outcomes) == ["TooManyPendingInvites"] * 2


class TestCancel:
    async def test_takes_a_pending_invite_back_also_one_that_expired(self, world: World) -> None:
        """R-ESC-26, I-ESC-14."""
        fresh, old = await world.invite("a@example.com"), await world.invite("b@example.com")
        assert await cancel(world, fresh) == fresh
        world.advance(days=30)
        since = await now_at(world)
        await cancel(world, old)
        rows = [await invite_row(world, key) for key in (fresh, old)]
        assert [(row.stored_status, row.canceled_at >= row.expires_at) for row in rows] == [("canceled", False), ("canceled", True)]
        assert [(row.type, row.subject, row.at) for row in await news(world, since)] == [("invite.canceled", old, world.clock.now())]

    async def test_leaves_alone_what_is_not_pending(self, world: World) -> None:
        """R-ESC-26: a started one neither, not even when it has expired."""
        canceled, begun = await world.invite("a@example.com"), await world.invite("b@example.com")
        done, _attempt = await world.complete("c@example.com")
        await cancel(world, canceled)
        await world.begin(begun)
        before = await standing(world)
        for days in (0, 30):
            world.advance(days=days)
            for key, failure in ((canceled, AlreadyCanceled), (begun, NotPending), (done, NotPending)):
                with pytest.raises(failure):
                    await cancel(world, key)
        assert await standing(world) == before


class TestRemind:
    async def test_three_times_a_day_apart(self, world: World) -> None:
        """R-ESC-27, and how long to wait."""
        key = await world.invite()
        since = await now_at(world)
        for number in (1, 2, 3):
            assert await remind(world, key) == key
            row = await invite_row(world, key)
            assert (row.reminders, row.reminded_at) == (number, world.clock.now())
            if number < 3:
                for wait, seconds in ((0, 86400), (0.5, 86400), (86398.5, 1), (0.999, 1)):
                    world.advance(seconds=wait)
                    await self.too_soon(world, key, seconds)
            world.advance(seconds=0.001)
        world.advance(days=5)
        before = await standing(world)
        with pytest.raises(ReminderLimitReached) as refused:
            await remind(world, key)
        assert refused.value.details == {"limit": 3}
        assert await standing(world) == before
        assert [(row.type, row.facts) for row in await news(world, since)] == [("invite.reminded", {"number": n}) for n in (1, 2, 3)]
        assert world.jobs.due == [("invites.send_reminder", world.account_id, (key, str(number))) for number in (1, 2, 3)]

    async def too_soon(self, world: World, key: str, seconds: int) -> None:
        before = await standing(world)
        with pytest.raises(ReminderTooSoon) as refused:
            await remind(world, key)
        assert refused.value.retry_after == seconds
        assert await standing(world) == before

    async def test_pending_and_started_ones_that_have_not_expired(self, world: World) -> None:
        """R-ESC-28; one that is mailed nothing otherwise can be reminded of, too."""
        pending, begun, canceled = [await world.invite(f"{name}@example.com") for name in "abc"]
        done, _attempt = await world.complete("d@example.com")
        await world.begin(begun)
        await cancel(world, canceled)
        await remind(world, pending)
        await remind(world, begun)
        before = await standing(world)
        for key, failure in ((canceled, AlreadyCanceled), (done, NotRemindable)):
            with pytest.raises(failure):
                await remind(world, key)
        world.advance(days=30)
        for key in (pending, begun):
            with pytest.raises(NotRemindable):
                await remind(world, key)
        assert await standing(world) == before


class TestForeign:
    async def test_invites_are_like_unknown_ones(self, world: World) -> None:
        """Q-2, R-ESC-5; where only direct ones are looked for, so are those by the open link (R-ESC-69)."""
        key = await world.invite()
        other, _key = await world.other_account()
        entered = await confirm(world, await ask(world, "open@example.com"))
        before = await standing(world)
        for verb in (cancel, remind):
            told = [await self.refusal(verb, world, *who) for who in ((key, other), ("inv_unknown", other))]
            told.append(await self.refusal(verb, world, entered, origins=[Origin.DIRECT]))
            assert told[0] == told[1] == told[2]
        assert await standing(world) == before
        assert await queries.by_keys(world.database.read(), other.account_id, [key]) == {}
        await remind(world, entered)
        await cancel(world, entered)
        await cancel(world, key, origins=[Origin.DIRECT])

    async def refusal(self, verb: Any, *who: Any, **options: Any) -> Any:
        with pytest.raises(NotFound) as refused:
            await verb(*who, **options)
        return refused.value.code, refused.value.message, refused.value.details, refused.value.fields
