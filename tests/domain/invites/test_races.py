"""What comes at the same time, with real transactions: one after another in effect, whatever the order."""

import contextlib
from collections.abc import Callable, Coroutine
from functools import partial
from typing import Any

from domain.billing.model import CreditEntry
from domain.invites import attempts, commands, expiry
from domain.invites.errors import AlreadyCanceled, AlreadyCompleted, NotPending, ReminderTooSoon, TooManyPendingInvites
from domain.invites.model import Attempt, Invite
from domain.kernel.work import UnitOfWork
from domain.results.model import Result
from tests.domain.at_once import all_at_once, failures, held_up
from tests.domain.invites.acting import (
    answered,
    attempt_row,
    cancel,
    complete,
    drain,
    invite_row,
    news,
    now_at,
    remind,
    save,
    send,
    start,
)
from tests.support.world import World, some_answers

Verb = Callable[[UnitOfWork], Coroutine[Any, Any, Any]]


class Abandoned(Exception):
    """A work that goes wrong at its end."""


async def during(world: World, first: Verb, second: Coroutine[Any, Any, Any], *, abandon: bool = False) -> Any:
    """Let one verb wait for another that is not committed yet, then end that; what the second gave or raised."""
    with contextlib.suppress(Abandoned):
        async with world.work() as uow:
            await first(uow)
            await uow.flush()
            waiting = await held_up(world, second)
            if abandon:
                raise Abandoned
    [outcome] = await all_at_once([waiting])  # type: ignore[list-item]
    return outcome


class TestCompleting:
    async def test_at_once_spends_one_credit_and_makes_one_result(self, world: World) -> None:
        """Q-8: also while another one has not ended; it may still fail."""
        key, attempt = await answered(world)
        since = await now_at(world)
        outcomes = await all_at_once(complete(world, attempt) for _ in range(20))
        assert failures(outcomes) == ["AlreadyCompleted"] * 19
        assert ((await world.balance()).used, await world.count(CreditEntry), await world.count(Result)) == (1, 2, 1)
        assert [row.type for row in await news(world, since)].count("invite.completed") == 1
        assert (await invite_row(world, key)).stored_status == "completed"
        for abandon, used in ((False, 2), (True, 3)):
            _key, attempt = await answered(world, f"p{used}@example.com")
            first: Verb = partial(attempts.complete, attempt_id=attempt)
            second = await during(world, first, complete(world, attempt), abandon=abandon)
            assert second == attempt if abandon else isinstance(second, AlreadyCompleted)
            assert (await world.balance()).used == await world.count(Result) == used

    async def test_of_many_people_spends_what_there_is(self, world: World) -> None:
        """Q-8: the third credit is there, the fourth is not; who waits for the last one gets it when it comes back."""
        taken = [await answered(world, f"p{number}@example.com", seed=number) for number in range(8)]
        await drain(world, left=4)
        (_one, first), (_other, second) = taken[:2]
        assert await during(world, lambda uow: attempts.complete(uow, first), complete(world, second), abandon=True) == second
        outcomes = await all_at_once(complete(world, attempt) for _key, attempt in taken)
        assert failures(outcomes).count("AlreadyCompleted") == 1
        assert failures(outcomes).count("InsufficientCredits") == 4
        assert ((await world.balance()).available, await world.count(Result)) == (0, 4)
        for (_key, attempt), outcome in zip(taken, outcomes, strict=True):
            row = await attempt_row(world, attempt)
            assert row.status == ("completed" if attempt in (outcome, second) else "in_progress")
            assert row.answered == 115

    async def test_and_saving_come_one_after_the_other(self, world: World) -> None:
        """The last answers and the click on Finish may come at once; answers of a work that failed are not scored."""
        for number, (first, abandon, seed) in enumerate((("save", False, 2), ("save", True, 1), ("complete", False, 1))):
            _key, attempt = await answered(world, f"p{number}@example.com", seed=1)
            newer = some_answers(2)
            if first == "save":
                saving: Verb = partial(attempts.save, attempt_id=attempt, answers=newer)
                assert await during(world, saving, complete(world, attempt), abandon=abandon) == attempt
            else:
                completing: Verb = partial(attempts.complete, attempt_id=attempt)
                assert isinstance(await during(world, completing, save(world, attempt, newer)), AlreadyCompleted)
            assert (await attempt_row(world, attempt)).answers == list(some_answers(seed).values())

    async def test_that_began_in_time_is_not_noted_as_expired(self, world: World) -> None:
        """The sweep comes while the completion is not committed yet."""
        key, attempt = await answered(world)
        world.advance(days=29, hours=23, minutes=59)

        async def finish(uow: UnitOfWork) -> None:
            await attempts.complete(uow, attempt)
            world.advance(minutes=1)

        sweep = expiry.expire.run(world.ports())
        assert await during(world, finish, sweep) == 0  # type: ignore[arg-type]
        assert "invite.expired" not in [row.type for row in await news(world)]
        assert (await invite_row(world, key)).stored_status == "completed"


class TestStarting:
    async def test_at_once_makes_one_attempt(self, world: World) -> None:
        """Double-click safe."""
        key = await world.invite()
        since = await now_at(world)
        numbers = await all_at_once(start(world, key) for _ in range(10))
        assert failures(numbers) == []
        assert len(set(numbers)) == await world.count(Attempt) == 1
        assert [row.type for row in await news(world, since)] == ["invite.started"]

    async def test_or_canceling_one_of_them_wins(self, world: World) -> None:
        """R-ESC-26: whichever commits; the other is told so."""
        keys = [await world.invite(f"p{number}@example.com") for number in range(6)]
        outcomes = await all_at_once(verb(world, key) for key in keys for verb in (start, cancel))
        for begun, canceled, key in zip(outcomes[::2], outcomes[1::2], keys, strict=True):
            status = (await invite_row(world, key)).stored_status
            assert (status == "started") == isinstance(begun, int) == isinstance(canceled, NotPending)
            assert (status == "canceled") == isinstance(begun, AlreadyCanceled) == (canceled == key)
            assert status != "pending"
        keys = [await world.invite(f"{name}@example.com") for name in "abcd"]
        begun = await during(world, lambda uow: commands.cancel(uow, keys[0]), start(world, keys[0]))
        assert isinstance(begun, AlreadyCanceled)
        assert isinstance(await during(world, lambda uow: attempts.start(uow, keys[1]), cancel(world, keys[1])), NotPending)
        assert isinstance(await during(world, lambda uow: commands.cancel(uow, keys[2]), start(world, keys[2]), abandon=True), int)
        assert await during(world, lambda uow: attempts.start(uow, keys[3]), cancel(world, keys[3]), abandon=True) == keys[3]
        rows = [(await invite_row(world, key)).stored_status for key in keys]
        assert rows == ["canceled", "started", "started", "canceled"]


class TestCanceling:
    async def test_at_once_happens_once_and_never_beside_a_completion(self, world: World) -> None:
        """R-ESC-26: what was begun cannot be taken back, so the completion wins whoever comes first."""
        key = await world.invite()
        since = await now_at(world)
        outcomes = await all_at_once(cancel(world, key) for _ in range(10))
        assert failures(outcomes) == ["AlreadyCanceled"] * 9
        assert [row.type for row in await news(world, since)] == ["invite.canceled"]
        taken = [await answered(world, f"p{number}@example.com") for number in range(5)]
        outcomes = await all_at_once(verb for key, attempt in taken for verb in (cancel(world, key), complete(world, attempt)))
        assert failures(outcomes) == ["NotPending"] * 5
        assert (await world.balance()).used == await world.count(Result) == 5


class TestReminding:
    async def test_at_once_happens_once_a_day_and_three_times_in_all(self, world: World) -> None:
        """R-ESC-27, Q-7: also while another one has not ended; it may still fail."""
        key, other = await world.invite("a@example.com"), await world.invite("b@example.com")
        for day in range(5):
            outcomes = await all_at_once(remind(world, key) for _ in range(10))
            assert outcomes.count(key) == (1 if day < 3 else 0)
            assert set(failures(outcomes)) == {"ReminderTooSoon" if day < 2 else "ReminderLimitReached"}
            world.advance(hours=24)
        assert world.jobs.due == [("invites.send_reminder", world.account_id, (key, str(number))) for number in (1, 2, 3)]
        assert await during(world, lambda uow: commands.remind(uow, other), remind(world, other), abandon=True) == other
        world.advance(hours=24)
        assert isinstance(await during(world, lambda uow: commands.remind(uow, other), remind(world, other)), ReminderTooSoon)
        assert ((await invite_row(world, other)).reminders, len(world.jobs.due)) == (2, 5)


class TestSending:
    async def test_the_last_of_ten_waits_for_one_that_may_still_fail(self, world: World) -> None:
        """Q-7: it neither counts what is not committed nor overlooks what just was."""
        for number in range(9):
            await world.invite(f"p{number}@example.com")

        async def tenth(uow: UnitOfWork) -> None:
            await commands.send(uow, email="tenth@example.com")

        assert isinstance(await during(world, tenth, send(world, "other@example.com"), abandon=True), str)
        assert await world.count(Invite) == 10
        await cancel(world, next(row.subject for row in await news(world) if row.type == "invite.sent"))
        refused = await during(world, tenth, send(world, "late@example.com"))
        assert isinstance(refused, TooManyPendingInvites)
        assert await world.count(Invite) == 11
