"""Records of requests: one effect, one answer, whoever comes when (Q-10)."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from domain.access.model import ApiKey
from domain.idempotency import commands, jobs
from domain.idempotency.claims import LEASE, LIFETIME
from domain.idempotency.errors import AnswerDropped, KeyReused, Replayed, StillRunning
from domain.idempotency.first_work import FirstWork
from domain.idempotency.model import IdempotentRequest, PublicIdempotentRequest
from domain.kernel.actor import Actor
from tests.domain.at_once import all_at_once, failures
from tests.domain.idempotency.claiming import answer_of, begin_outside, carry_out, claim_of, effect
from tests.support.world import World


async def effects(world: World) -> int:
    async with world.work() as uow:
        counted = select(func.count()).select_from(ApiKey).where(ApiKey.account_id == world.account_id, ApiKey.name == "effect")
        return int((await uow.session.execute(counted)).scalar_one())


class TestOneTransaction:
    async def test_of_fifty_at_once_one_is_carried_out(self, world: World) -> None:
        """Q-7: whoever is second is told so, or finds what the first made."""
        outcomes = await all_at_once(carry_out(world.database, claim_of(world)) for _ in range(50))
        assert len({outcome for outcome in outcomes if isinstance(outcome, str)}) == 1
        assert set(failures(outcomes)) <= {"StillRunning"}
        assert await effects(world) == 1

    async def test_what_was_abandoned_was_never_begun(self, world: World) -> None:
        async def abandon(uow: object) -> str:
            raise RuntimeError

        with pytest.raises(RuntimeError):
            await carry_out(world.database, claim_of(world), abandon)
        assert await world.count(IdempotentRequest) == 0
        await carry_out(world.database, claim_of(world))
        assert await effects(world) == 1

    async def test_the_first_answer_is_the_answer(self, world: World) -> None:
        """Both found the effect without an answer, and wrote one each."""
        first, second = claim_of(world), claim_of(world)
        made = await carry_out(world.database, first)
        assert await carry_out(world.database, second) == made
        assert await second.store(world.database, answer_of(made, 2)) == answer_of(made, 2)
        assert await first.store(world.database, answer_of(made, 1)) == answer_of(made, 2)
        third = claim_of(world)
        with pytest.raises(Replayed):
            await carry_out(world.database, third)
        assert third.answer == answer_of(made, 2)

    async def test_another_body_does_nothing(self, world: World) -> None:
        await carry_out(world.database, claim_of(world))
        with pytest.raises(KeyReused):
            await carry_out(world.database, claim_of(world, body=b"another"))
        assert await effects(world) == 1

    async def test_an_answer_to_a_request_of_yesterday_is_not_stored_for_that_of_today(self, world: World) -> None:
        late = claim_of(world)
        made = await carry_out(world.database, late)
        world.clock.advance(LIFETIME)
        today = claim_of(world, body=b"another")
        again = await carry_out(world.database, today)
        await late.store(world.database, answer_of(made))
        assert await claim_answer(world, again)


async def claim_answer(world: World, made: str) -> bool:
    """Whether the request of today is still without an answer, and what it made is known."""
    return await carry_out(world.database, claim_of(world, body=b"another")) == made


class TestCallingOut:
    async def test_holds_its_record_while_it_calls(self, world: World) -> None:
        await begin_outside(world.database, claim_of(world))
        with pytest.raises(StillRunning) as refused:
            await begin_outside(world.database, claim_of(world))
        assert refused.value.retry_after == LEASE.total_seconds()
        assert await effects(world) == 1

    async def test_that_died_is_gone_on_with(self, world: World) -> None:
        """Killed while it called: the next finds the same, and holds it in turn."""
        made = await begin_outside(world.database, claim_of(world))
        world.clock.advance(LEASE)
        assert await begin_outside(world.database, claim_of(world)) == made
        with pytest.raises(StillRunning):
            await begin_outside(world.database, claim_of(world))
        assert await effects(world) == 1

    async def test_that_failed_is_gone_on_with_at_once(self, world: World) -> None:
        first = claim_of(world)
        made = await begin_outside(world.database, first)
        await first.release(world.database)
        assert first.recorded_at is None, "so its refusal is not stored"
        assert await begin_outside(world.database, claim_of(world)) == made
        assert await effects(world) == 1

    async def test_that_was_late_does_not_let_go_of_what_others_hold(self, world: World) -> None:
        late = claim_of(world)
        await begin_outside(world.database, late)
        world.clock.advance(LEASE)
        await begin_outside(world.database, claim_of(world))
        await late.release(world.database)
        with pytest.raises(StillRunning):
            await begin_outside(world.database, claim_of(world))

    async def test_has_ended_with_its_answer(self, world: World) -> None:
        claim = claim_of(world)
        made = await begin_outside(world.database, claim)
        claim.committed()
        await claim.store(world.database, answer_of(made))
        again = claim_of(world)
        with pytest.raises(Replayed):
            await begin_outside(world.database, again)
        assert again.answer == answer_of(made)

    async def test_many_that_take_over_at_once_are_one(self, world: World) -> None:
        made = await begin_outside(world.database, claim_of(world))
        world.clock.advance(LEASE)
        outcomes = await all_at_once(begin_outside(world.database, claim_of(world)) for _ in range(20))
        assert [outcome for outcome in outcomes if isinstance(outcome, str)] == [made]
        assert set(failures(outcomes)) == {"StillRunning"}

    async def test_without_a_key_is_done_as_it_comes(self, world: World) -> None:
        for _ in range(2):
            async with world.work() as uow:
                await FirstWork().once(uow, lambda: effect(uow))
        assert await effects(world) == 2


class TestDropping:
    async def test_leaves_the_record_and_takes_what_it_held(self, world: World) -> None:
        claim = claim_of(world)
        made = await carry_out(world.database, claim)
        await claim.store(world.database, answer_of(made))
        async with world.work() as uow:
            assert await commands.drop(uow, uow.now) == {"idempotent_request": 1}
            assert await commands.drop(uow, uow.now) == {}
        with pytest.raises(AnswerDropped):
            await carry_out(world.database, claim_of(world))
        assert await effects(world) == 1

    async def test_an_answer_that_comes_afterwards_is_not_stored(self, world: World) -> None:
        """It was written from what was read before."""
        claim = claim_of(world)
        made = await carry_out(world.database, claim)
        async with world.work() as uow:
            await commands.drop(uow, uow.now)
        assert await claim.store(world.database, answer_of(made)) == answer_of(made)
        async with world.work() as uow:
            mine = select(IdempotentRequest.made, IdempotentRequest.answer).where(IdempotentRequest.account_id == world.account_id)
            assert (await uow.session.execute(mine)).all() == [(None, None)]

    async def test_leaves_what_began_later_and_what_is_of_others(self, world: World) -> None:
        other, _key = await world.other_account()
        theirs = await carry_out(world.database, claim_of(world, actor=other))
        moment = world.clock.now()
        world.advance(seconds=1)
        mine = await carry_out(world.database, claim_of(world))
        async with world.work() as uow:
            assert await commands.drop(uow, moment) == {}
        assert await carry_out(world.database, claim_of(world)) == mine
        assert await carry_out(world.database, claim_of(world, actor=other)) == theirs


class TestCleaning:
    async def test_takes_what_is_over_of_all_accounts(self, world: World) -> None:
        other, _key = await world.other_account()
        await carry_out(world.database, claim_of(world))
        await carry_out(world.database, claim_of(world, actor=other))
        world.clock.advance(LIFETIME - timedelta(seconds=1))
        await carry_out(world.database, claim_of(world, key="young"))
        assert await jobs.clean.run(world.ports()) == 0
        world.advance(seconds=1)
        assert await jobs.clean.run(world.ports()) == 2
        assert await world.count(IdempotentRequest) == 1

    async def test_takes_what_is_of_nobody(self, world: World) -> None:
        async def nothing(_uow: object) -> str:
            return "made"

        await carry_out(world.database, claim_of(world, actor=Actor.anonymous()), nothing)
        world.clock.advance(LIFETIME)
        assert await jobs.clean.run(world.ports()) == 1
        async with world.work() as uow:
            assert (await uow.session.execute(select(func.count()).select_from(PublicIdempotentRequest))).scalar_one() == 0
