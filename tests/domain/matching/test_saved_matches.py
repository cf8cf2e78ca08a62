"""Saving and forgetting matches: a set, with the candidate and the job profile it hangs on."""

import asyncio
from typing import Any

import pytest
from sqlalchemy import update

from domain.candidates.errors import Anonymized
from domain.candidates.model import Candidate
from domain.kernel.errors import NotFound
from domain.kernel.paging import Window
from domain.matching import commands, queries
from domain.matching.errors import NothingToMatch
from domain.matching.model import SavedMatch
from domain.results import queries as results
from tests.support.world import World

NEWEST = Window(first=10)


async def profile(world: World, *scales: str, ideal: float = 5) -> str:
    async with world.work() as uow:
        return await commands.create(uow, name="Vertrieb", targets=[(scale, {"ideal": ideal}) for scale in scales])


async def save(world: World, attempt: int, key: str) -> str:
    async with world.work() as uow:
        return await commands.save_match(uow, attempt_id=attempt, job_profile=key)


async def saved(world: World, key: str) -> Any:
    return (await queries.saved_by_keys(world.database.read(), world.account_id, [key])).get(key)


async def candidate_of(world: World, attempt: int) -> str:
    return str((await results.by_attempt(world.database.read(), world.account_id, [attempt]))[attempt].candidate_key)


class TestSave:
    async def test_keeps_the_score_of_the_moment_and_what_it_was_made_by(self, world: World) -> None:
        _invite, attempt = await world.complete()
        key = await profile(world, "detail", "global")
        row = await saved(world, await save(world, attempt, key))
        assert (row.key, row.attempt_id, row.job_profile_key) == (f"{key}-{attempt}", attempt, key)
        assert row.candidate_key == await candidate_of(world, attempt)
        assert (row.formula_version, row.profile_version, row.saved_at) == (1, 1, world.clock.now())
        assert (row.saved_by, row.denominator) == (f"key:{world.key.key}", 2)
        assert row.overall == (2 * row.numerator + row.denominator) // (2 * row.denominator)

    async def test_again_renews_it(self, world: World) -> None:
        _invite, attempt = await world.complete()
        key = await profile(world, "detail")
        first = await saved(world, await save(world, attempt, key))
        world.advance(hours=1)
        async with world.work() as uow:
            await commands.update(uow, key, {"targets": [("detail", {"ideal": 0}), ("global", {"ideal": 10})]})
        second = await saved(world, await save(world, attempt, key))
        assert second.key == first.key
        assert (second.profile_version, second.denominator, second.saved_at) == (2, 2, world.clock.now())
        assert await world.count(SavedMatch) == 1

    async def test_at_the_same_time_is_once(self, world: World) -> None:
        _invite, attempt = await world.complete()
        key = await profile(world, "detail")
        assert len(set(await asyncio.gather(*(save(world, attempt, key) for _ in range(8))))) == 1
        assert await world.count(SavedMatch) == 1

    async def test_is_refused_where_there_is_nothing_to_save(self, world: World) -> None:
        _invite, attempt = await world.complete()
        key, empty = await profile(world, "detail"), await profile(world)
        other, _secret = await world.other_account()
        before = await world.rows()
        for actor, number, wanted, refusal in (
            (None, attempt, empty, NothingToMatch),
            (None, attempt, "jp_1", NotFound),
            (None, attempt + 1, key, NotFound),
            (None, -1, key, NotFound),
            (other, attempt, key, NotFound),
        ):
            with pytest.raises(refusal):
                async with world.work(actor) as uow:
                    await commands.save_match(uow, attempt_id=number, job_profile=wanted)
        assert await world.rows() == before

    async def test_nobody_is_assigned_who_was_anonymised(self, world: World) -> None:
        """R-ESC-51."""
        _invite, attempt = await world.complete()
        key = await profile(world, "detail")
        async with world.work() as uow:
            mine = Candidate.account_id == world.account_id
            await uow.change(update(Candidate).where(mine).values(anonymized_at=uow.now))
        with pytest.raises(Anonymized):
            await save(world, attempt, key)
        assert await world.count(SavedMatch) == 0


class TestForget:
    async def test_takes_it_away_once(self, world: World) -> None:
        _invite, attempt = await world.complete()
        key = await profile(world, "detail")
        made = await save(world, attempt, key)
        async with world.work() as uow:
            assert await commands.forget_match(uow, attempt_id=attempt, job_profile=key) == made
        assert await world.count(SavedMatch) == 0
        with pytest.raises(NotFound):
            async with world.work() as uow:
                await commands.forget_match(uow, attempt_id=attempt, job_profile=key)

    async def test_another_account_takes_nothing_away(self, world: World) -> None:
        _invite, attempt = await world.complete()
        key = await profile(world, "detail")
        await save(world, attempt, key)
        other, _secret = await world.other_account()
        with pytest.raises(NotFound):
            async with world.work(other) as uow:
                await commands.forget_match(uow, attempt_id=attempt, job_profile=key)
        assert await world.count(SavedMatch) == 1

    async def test_with_the_job_profile_they_all_go(self, world: World) -> None:
        _invite, attempt = await world.complete()
        key, stays = await profile(world, "detail"), await profile(world, "global")
        for wanted in (key, stays):
            await save(world, attempt, wanted)
        async with world.work() as uow:
            await commands.delete(uow, key)
        person = await candidate_of(world, attempt)
        page = (await queries.saved_by_candidate(world.database.read(), world.account_id, [person], NEWEST, order="newest"))[person]
        assert [row.job_profile_key for row in page.rows] == [stays]


class TestLists:
    async def test_are_of_the_candidate_and_of_the_job_profile(self, world: World) -> None:
        attempts = [(await world.complete(f"p{number}@example.com", f"P {number}", seed=number))[1] for number in range(3)]
        keys = [await profile(world, "detail"), await profile(world, "global")]
        for number, attempt in enumerate(attempts):
            world.advance(hours=1)
            await save(world, attempt, keys[number % 2])
        read, account_id = world.database.read(), world.account_id
        pages = await queries.saved_by_job_profile(read, account_id, keys, NEWEST, order="newest")
        assert [[row.attempt_id for row in pages[key].rows] for key in keys] == [[attempts[2], attempts[0]], [attempts[1]]]
        person = await candidate_of(world, attempts[1])
        mine = await queries.saved_by_candidate(read, account_id, [person], NEWEST, order="oldest")
        assert [row.job_profile_key for row in mine[person].rows] == [keys[1]]
