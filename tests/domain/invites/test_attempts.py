"""Taking an instrument: begin, answer, complete."""

from typing import Any

import pytest

from domain.billing import credits
from domain.billing.errors import InsufficientCredits
from domain.instruments import bank
from domain.invites.errors import AlreadyCanceled, AlreadyCompleted, InviteExpired, NothingToScore
from domain.invites.model import Attempt
from domain.kernel.actor import Actor
from domain.kernel.errors import BadInput, Forbidden, NotFound
from domain.results import norms, scoring
from domain.results import queries as results
from tests.domain.invites.acting import (
    answered,
    ask,
    attempt_row,
    cancel,
    complete,
    confirm,
    drain,
    invite_row,
    news,
    now_at,
    save,
    standing,
    start,
)
from tests.support.world import World, some_answers

PROFILE = bank.instrument("escprofile", "1.0")


async def result_of(world: World, attempt: int) -> Any:
    return (await results.by_attempt(world.database.read(), world.account_id, [attempt])).get(attempt)


class TestStart:
    async def test_begins_an_empty_attempt_in_a_language(self, world: World) -> None:
        """R-ESC-68: numbers of attempts count up."""
        first, second = await world.invite("a@example.com"), await world.invite("b@example.com", language="de")
        world.advance(hours=1)
        since = await now_at(world)
        numbers = [await start(world, first, language="de"), await start(world, second)]
        assert numbers == [1001, 1002]
        rows = [await attempt_row(world, number) for number in numbers]
        assert [(row.invite_key, row.language, row.source, row.status) for row in rows] == [
            (first, "de", "api", "in_progress"),
            (second, "de", "api", "in_progress"),
        ]
        assert {(row.answered, tuple(row.answers), row.started_at, row.completed_at) for row in rows} == {
            (0, (None,) * 115, world.clock.now(), None)
        }
        person = (await invite_row(world, first)).candidate_key
        assert [(row.type, row.subject, row.facts) for row in await news(world, since)] == [
            ("candidate.changed", person, {"fields": ["language"]}),
            ("invite.started", first, {"attempt": 1001, "origin": "direct"}),
            ("invite.started", second, {"attempt": 1002, "origin": "direct"}),
        ]

    async def test_again_goes_on_with_the_same_attempt(self, world: World) -> None:
        key, attempt = await answered(world)
        before, row = await standing(world), await attempt_row(world, attempt)
        world.advance(days=1)
        assert await start(world, key, language="de") == attempt
        assert (await standing(world), await attempt_row(world, attempt)) == (before, row)


class TestSave:
    async def test_keeps_answers_as_given_in_the_order_of_the_items(self, world: World) -> None:
        """A later answer replaces the earlier one; a reversed item is stored as it was answered."""
        attempt = await world.begin(await world.invite())
        await save(world, attempt, {"goal_orientation_1": 5, "goal_orientation_2": 5, "graves7_growth_5": 1})
        await save(world, attempt, {"goal_orientation_1": 2})
        await save(world, attempt, {})
        row = await attempt_row(world, attempt)
        assert (row.answers[:3], row.answers[-1], row.answered) == ([2, 5, None], 1, 3)

    async def test_refuses_all_when_one_is_not_valid_and_names_each(self, world: World) -> None:
        attempt = await world.begin(await world.invite())
        before, row = await standing(world), await attempt_row(world, attempt)
        wrong = {"goal_orientation_1": 3, "detail_1": 0, "detail_2": 6, "detail_9": 3, "": 1, "detail_3": -1, "detail_4": 2**40}
        with pytest.raises(BadInput) as refused:
            await save(world, attempt, wrong)
        assert sorted(fault.path for fault in refused.value.fields) == [
            ("answers", key) for key in ("", "detail_1", "detail_2", "detail_3", "detail_4", "detail_9")
        ]
        assert (await standing(world), await attempt_row(world, attempt)) == (before, row)

    async def test_ends_with_the_invite(self, world: World) -> None:
        done, finished = await world.complete("a@example.com")
        late, expired = await answered(world, "b@example.com")
        canceled = await world.invite("c@example.com")
        await cancel(world, canceled)
        world.advance(days=30)
        before = await standing(world)
        rows = [await attempt_row(world, attempt) for attempt in (finished, expired)]
        for attempt, over in ((finished, AlreadyCompleted), (expired, InviteExpired)):
            for verb in (save(world, attempt, {"detail_1": 1}), complete(world, attempt)):
                with pytest.raises(over):
                    await verb
        for key, failure in ((done, AlreadyCompleted), (late, InviteExpired), (canceled, AlreadyCanceled)):
            with pytest.raises(failure):
                await start(world, key)
        assert await standing(world) == before
        assert [await attempt_row(world, attempt) for attempt in (finished, expired)] == rows


class TestComplete:
    async def test_scores_spends_and_finishes_at_once(self, world: World) -> None:
        """Q-8, R-ESC-23."""
        key, attempt = await answered(world, seed=7)
        world.advance(minutes=20)
        since, now = await now_at(world), world.clock.now()
        assert await complete(world, attempt) == attempt
        invite, row, result = await invite_row(world, key), await attempt_row(world, attempt), await result_of(world, attempt)
        assert (invite.stored_status, invite.completed_at, row.status, row.completed_at, result.completed_at) == (
            *("completed", now),
            *("completed", now),
            now,
        )
        given = some_answers(7)
        assert row.answers == [given[item.key] for item in PROFILE.items]
        scored = scoring.score(PROFILE, row.answers, norms.designed().norms)
        assert (result.raw_tenths, result.c_tenths) == (scored.raw_tenths, scored.c_tenths)
        assert scored.wir_ich is not None
        assert (result.wir_tenths, result.tendency) == (scored.wir_ich.wir_tenths, scored.wir_ich.tendency)
        assert (result.instrument_version, result.norm_group, result.candidate_key) == ("1.0", 1, invite.candidate_key)
        assert ((await world.balance()).available, (await world.balance()).used) == (99, 1)
        told = {row.type: (row.subject, row.facts) for row in await news(world, since)}
        assert told.pop("credits.used")[1] == {"amount": -1, "kind": "completion"}
        assert told == {
            "result.recorded": (str(attempt), {"norm_group": 1}),
            "invite.completed": (key, {"attempt": attempt, "origin": "direct"}),
        }

    async def test_without_a_credit_loses_nothing_and_goes_on_after_a_purchase(self, world: World) -> None:
        """Q-8: the answers stay; also for whoever came by the open link, who needed no credit so far (R-ESC-69)."""
        _key, attempt = await answered(world)
        entry = await ask(world, "open@example.com")
        await drain(world, left=0)
        entered = await world.begin(await confirm(world, entry))
        await save(world, entered, some_answers(2))
        rows = [await attempt_row(world, number) for number in (attempt, entered)]
        before = await standing(world)
        for number in (attempt, entered):
            with pytest.raises(InsufficientCredits) as refused:
                await complete(world, number)
            assert refused.value.details == {"required": 1, "available": 0}
        assert await standing(world) == before
        assert [await attempt_row(world, number) for number in (attempt, entered)] == rows
        async with world.work() as uow:
            await credits.grant(uow, 2, reference="purchase")
        for number in (attempt, entered):
            await complete(world, number)
        assert (await result_of(world, attempt)).raw_tenths == scoring.score(PROFILE, rows[0].answers, norms.designed().norms).raw_tenths
        assert (await world.balance()).available == 0

    async def test_leaves_out_scales_with_too_few_answers(self, world: World) -> None:
        """R-ESC-71."""
        attempt = await world.begin(await world.invite())
        four, three = PROFILE.scales[4].items[:4], PROFILE.scales[9].items[:3]
        await save(world, attempt, {item.key: 5 for item in (*four, *three)})
        await complete(world, attempt)
        result = await result_of(world, attempt)
        known = [place for place, value in enumerate(result.raw_tenths) if value is not None]
        assert known == [place for place, value in enumerate(result.c_tenths) if value is not None] == [4]
        assert (result.wir_tenths, result.tendency) == (None, None)

    async def test_with_nothing_to_score_is_refused_and_costs_nothing(self, world: World) -> None:
        key = await world.invite()
        attempt = await world.begin(key)
        for given in (0, 3):
            await save(world, attempt, {item.key: 1 for scale in PROFILE.scales for item in scale.items[:given]})
            before, row = await standing(world), await attempt_row(world, attempt)
            with pytest.raises(NothingToScore):
                await complete(world, attempt)
            assert (await standing(world), await attempt_row(world, attempt)) == (before, row)
        assert (await invite_row(world, key)).stored_status == "started"


class TestForeign:
    async def test_attempts_and_invites_are_like_unknown_ones(self, world: World) -> None:
        """Q-2."""
        key, attempt = await answered(world)
        other, _key = await world.other_account()
        before = await standing(world)
        told = {await self.refusal(start(world, name, other)) for name in (key, "inv_unknown", "")}
        assert len(told) == 1
        told = {
            await self.refusal(verb)
            for number in (attempt, 77, 2**62)
            for verb in (save(world, number, {}, other), complete(world, number, other))
        }
        assert len(told) == 1
        assert await standing(world) == before

    async def refusal(self, work: Any) -> Any:
        with pytest.raises(NotFound) as refused:
            await work
        return refused.value.code, refused.value.message

    async def test_candidates_act_on_the_invite_of_their_link_alone(self, world: World) -> None:
        """Q-5."""
        key, attempt = await answered(world, "a@example.com")
        done, finished = await world.complete("b@example.com")
        stranger = Actor.candidate(world.account_id, await world.invite("c@example.com"))
        before = await standing(world)
        works = [
            *(start(world, name, stranger) for name in (key, done, "inv_unknown")),
            *(save(world, number, {"detail_1": 1}, stranger) for number in (attempt, finished)),
            *(complete(world, number, stranger) for number in (attempt, finished)),
        ]
        for work in works:
            with pytest.raises(Forbidden):
                await work
        assert await standing(world) == before
        assert await world.count(Attempt) == 2
