"""What can be a step: the profile questionnaire with its match, and questionnaires behind the same port."""

from typing import Any

import pytest

from domain.flows import assigning, commands
from domain.flows.steps import Step
from domain.instruments import bank
from domain.kernel.statements import row_type
from domain.matching import commands as matching
from domain.matching.instrument import score
from domain.questionnaires import commands as questionnaires
from domain.questionnaires import participants, queries, results
from tests.domain.flows.walking import EASY, on, put, take, tried
from tests.support.world import World

PROFILE = bank.current(bank.PROFILE)
assert PROFILE is not None
SCALES = PROFILE.scales
OPERATIVE = [index for index, scale in enumerate(SCALES) if scale.kind == "operative"]
RESULT = row_type("Result", ("instrument", "instrument_version", "c_tenths"))


def measured(*operative: int | None, graves: int | None = 99) -> Any:
    values: list[int | None] = [graves] * len(SCALES)
    for index, value in zip(OPERATIVE, operative, strict=True):
        values[index] = value
    return RESULT((bank.PROFILE, "1.0", values))


class TestTheScore:
    @pytest.mark.parametrize(
        ("operative", "mean"),
        [
            ([50] * 17, 50.0),
            ([100] * 17, 100.0),
            ([0] * 17, 0.0),
            ([50] * 16 + [51], 50.1),  # 851/17 = 50.0588
            ([50] * 16 + [None], 50.0),
            ([33, 34, *[None] * 15], 33.5),
            ([*[10] * 10, *[11] * 6, None], 10.4),  # 10.375
            ([*[10] * 3, 11, *[None] * 13], 10.3),  # 10.25, half upwards
            ([None] * 17, 0.0),
        ],
    )
    def test_without_a_job_profile_is_the_mean_of_the_operative_scales(self, operative: list[int | None], mean: float) -> None:
        """Whatever the Graves values are; rounded half up to one decimal."""
        assert len(OPERATIVE) == 17
        assert score(measured(*operative), None) == mean
        assert score(measured(*operative, graves=0), {}) == mean

    def test_with_one_is_the_match_as_it_is_shown(self) -> None:
        key = SCALES[OPERATIVE[0]].key
        assert score(measured(50, *[0] * 16), {key: {"ideal": 5.0}}) == 100.0
        assert score(measured(65, *[0] * 16), {key: {"ideal": 5.0}}) == 70.0

    def test_with_one_that_asks_for_nothing_that_was_measured_is_the_mean(self) -> None:
        key = SCALES[OPERATIVE[0]].key
        assert score(measured(None, *[40] * 16), {key: {"ideal": 5.0}}) == 40.0


class TestInAFlow:
    async def test_a_questionnaire_waits_until_an_assessor_has_set_a_score(self, world: World) -> None:
        """Another instrument behind the same port: begun with a result, held against the threshold once it has a score."""
        async with world.work() as uow:
            questionnaire = await questionnaires.create(uow, {"name": "Support talk"})
            job = await matching.create(uow, name="Support", targets=[("goal_orientation", {"ideal": 5.0})])
        steps = [Step(bank.PROFILE, EASY), Step(questionnaire, 70.0, name="Talk", instructions="Find a quiet room")]
        async with world.work() as uow:
            flow = await commands.create(uow, name="Two doors", job_profile=job, steps=steps)
            await matching.delete(uow, job)  # what has begun with it is finished with it
        assignment = await put(world, flow)
        await take(world, assignment)
        await world.run_jobs()
        first, second = await tried(world, assignment)
        assert first.score == round(first.score), "a match is shown as a whole number"
        facts = world.outbox.mails[-1].facts
        assert (facts["title"], facts["instructions"], facts["expires"]) == ("Talk", "Find a quiet room", "")
        for given, status in ((None, "in_progress"), (70.0, "completed"), (10.0, "completed")):
            async with world.work() as uow:
                await results.record(uow, {"status": "DONE", "score": given}, participant=second.taking)
            await world.run_jobs()
            assert (await on(world, assignment)).status == status
        assert (await tried(world, assignment))[1].score == 70.0

    async def test_a_participant_who_was_deleted_is_asked_again(self, world: World) -> None:
        """The step is over at once, by a job: it waits for no sweep."""
        async with world.work() as uow:
            questionnaire = await questionnaires.create(uow, {"name": "Support talk"})
            flow = await commands.create(uow, name="One door", steps=[Step(questionnaire, 70.0)])
        assignment = await put(world, flow)
        await world.run_jobs()
        async with world.work() as uow:
            await participants.remove(uow, (await tried(world, assignment))[0].taking)
        await world.run_jobs()
        assert [row.status for row in await tried(world, assignment)] == ["over"]
        async with world.work() as uow:
            await assigning.repeat(uow, assignment)
        assert [row.status for row in await tried(world, assignment)] == ["over", "not_started"]

    async def test_a_reference_that_somebody_else_has_holds_nobody_up(self, world: World) -> None:
        """Interview references are the integrator's own words; one may look like those of flows."""
        async with world.work() as uow:
            questionnaire = await questionnaires.create(uow, {"name": "Support talk"})
            flow = await commands.create(uow, name="Two doors", steps=[Step(bank.PROFILE, EASY), Step(questionnaire, 70.0)])
        assignment = await put(world, flow)
        async with world.work() as uow:
            await participants.add(uow, questionnaire, f"flow-{assignment}-2-1", {})
        await take(world, assignment)
        await world.run_jobs()
        assert [row.status for row in await tried(world, assignment)] == ["completed", "not_started"]
        taking = (await tried(world, assignment))[1].taking
        asked = (await queries.participants_by_key(world.database.read(), world.account_id, [taking]))[taking]
        assert asked.irn.startswith(f"flow-{assignment}-2-1-")
