"""What the databases count of people on flows is what plain Python counts of the same people."""

import re
from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update

from domain.flows.analysis import analyses, queries
from domain.flows.analysis.adverse_impact import adverse_impact
from domain.flows.analysis.periods import Period
from domain.flows.model import FlowAssignment
from domain.kernel.statements import Statement
from tests.domain.flows.analysis import peopled
from tests.domain.flows.analysis.peopled import Person, Try, candidate_key, step_id
from tests.domain.kernel.test_listing_indexes import JOINING, SERVED, Explain, explain
from tests.support.world import START, World

__all__ = ["explain"]
EVER = Period.of(None, None)
STATEMENTS = [statement for statement in vars(queries).values() if isinstance(statement, Statement)]
TABLES = re.compile(r"\b(flow_assignment|flow_attempt|candidate)\b")
BEGINS, ENDS = START + timedelta(days=100), START + timedelta(days=300)
SOME_TIME = Period.of(BEGINS, ENDS)


def within(people: Sequence[Person], period: Period) -> list[Person]:
    return [person for person in people if period.begins <= person.assigned < period.ends]


def check_funnel(told: Any, flow: int, people: Sequence[Person]) -> None:
    """Hold a funnel against its people."""
    by_status = Counter(person.status for person in people)
    assert (told.assigned, told.completed, told.failed) == (len(people), by_status["completed"], by_status["failed"])
    assert told.on_the_way == by_status["in_progress"]
    for number, step in enumerate(told.steps):
        there = [person for person in people if person.at(number)]
        stand = Counter(person.stands(number) for person in there)
        assert (step.step_id, step.position, step.reached) == (step_id(flow, number), number + 1, len(there))
        assert (step.passed, step.failed, step.waiting, step.over) == tuple(stand[word] for word in ("passed", "failed", "waiting", "over"))
        assert step.started == sum(any(one.started for one in person.at(number)) for person in there)
        gone = stand["failed"] + stand["over"]
        assert step.drop_off_rate == (round(gone / (gone + stand["passed"]), 4) if gone + stand["passed"] else None)
        assert step.median_seconds_to_start == peopled.middle(there, number, lambda one: one.started)
        assert step.median_seconds_to_complete == peopled.middle(there, number, lambda one: one.completed)


def counted(people: Sequence[Person], selected: list[bool], year: int | None) -> dict[Any, tuple[int, int]]:
    found: dict[Any, tuple[int, int]] = {}
    for person, chosen in zip(people, selected, strict=True):
        place = person.gender, person.band(year)
        before = found.get(place, (0, 0))
        found[place] = before[0] + 1, before[1] + chosen
    return found


def impact(flow: int, people: Sequence[Person], year: int | None) -> Any:
    """What the pure rules say of people who were counted one by one."""
    finished = [person for person in people if person.status != "in_progress"]
    steps = []
    for number in range(3):
        judged = [person for person in people if person.at(number) and person.stands(number) in ("passed", "failed")]
        steps.append((step_id(flow, number), counted(judged, [person.stands(number) == "passed" for person in judged], year)))
    return adverse_impact(counted(finished, [person.status == "completed" for person in finished], year), steps)


class TestWhatIsCounted:
    async def test_is_what_plain_python_counts(self, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
        """Several flows in one go, large and small, empty, and over a part of the time; numbers are whole on both databases."""
        flows = {301: peopled.some(240, seed=1), 302: peopled.some(60, seed=2, leaning=20), 303: peopled.some(4, seed=3), 304: []}
        for flow, people in flows.items():
            await peopled.fill(world, flow, people)
        read = world.database.read
        for period in (EVER, SOME_TIME):
            there = {flow: within(people, period) for flow, people in flows.items()}
            funnels = await analyses.funnels(read(), world.account_id, list(flows), period)
            for flow, people in there.items():
                check_funnel(funnels[flow], flow, people)
            for year in (None, 2031, 1999):
                impacts = await analyses.adverse_impacts(read(), world.account_id, list(flows), period, year)
                assert impacts == {flow: impact(flow, people, year) for flow, people in there.items()}
            for flow, people in there.items():
                scores = [one.score for person in people for one in person.at(1) if one.score is not None]
                await self._check_curves(world, monkeypatch, flows, flow, period, scores)

    async def _check_curves(
        self, world: World, monkeypatch: pytest.MonkeyPatch, flows: Any, flow: int, period: Period, scores: list[float]
    ) -> None:
        step = step_id(flow, 1)
        found = await analyses.curves(world.database.read(), world.account_id, list(flows), step, period)
        assert list(found) == [flow]
        told = found[flow]
        if len(scores) < 5:
            assert (told.people, told.points, told.suppressed) == (None, None, True)
            return
        assert told.people == len(scores)
        assert {point.threshold for point in told.points or ()} == {*map(float, range(101)), *scores, 62.5}
        assert all(point.passing == sum(score >= point.threshold for score in scores) for point in told.points or ())
        assert [point.threshold for point in told.points or () if point.is_current] == [62.5]
        with monkeypatch.context() as patched:
            patched.setattr(queries, "MOST_SCORES", 3)
            few = (await analyses.curves(world.database.read(), world.account_id, list(flows), step, period))[flow]
        assert not few.is_complete
        assert few.points == [point for point in told.points or () if point.threshold in range(101)]

    async def test_takes_the_same_statements_for_one_flow_and_for_many(self, world: World) -> None:
        """Q-26."""
        for flow in range(301, 307):
            await peopled.fill(world, flow, peopled.some(6, seed=flow))
        asked = []
        for flows in ([301], list(range(301, 307))):
            read = world.database.read()
            assert list(await analyses.funnels(read, world.account_id, flows, EVER)) == flows
            assert list(await analyses.adverse_impacts(read, world.account_id, flows, EVER, None)) == flows
            await analyses.curves(read, world.account_id, flows, step_id(301, 0), EVER)
            asked.append(read.statements)  # type: ignore[attr-defined]
        assert asked == [8, 8]

    async def test_is_of_one_account(self, world: World) -> None:
        """Q-2: a flow of another account is like one without people, and its steps are not found."""
        await peopled.fill(world, 301, peopled.some(20))
        read = world.database.read
        [told] = (await analyses.funnels(read(), world.sandbox_id, [301], EVER)).values()
        assert (told.assigned, told.steps) == (0, [])
        assert await analyses.curves(read(), world.sandbox_id, [301], step_id(301, 0), EVER) == {}
        assert (await analyses.adverse_impacts(read(), world.sandbox_id, [301], EVER, None))[301].total.by_gender == []
        assert await analyses.curves(read(), world.account_id, [302], step_id(301, 0), EVER) == {}, "a step of another flow"

    async def test_is_people_also_when_two_became_one(self, world: World) -> None:
        """Two candidates who were both assigned and are one now count once, as far as they came together."""
        passed = Try(0, 1, "completed", START, START, START + timedelta(minutes=1), 90.0, True)
        failed = Try(0, 1, "failed", START, START, START + timedelta(minutes=1), 10.0, False)
        people = [Person(0, START, "female", 1990, "in_progress", [passed]), Person(1, START, "female", 1990, "failed", [failed])]
        people += [Person(number, START, "female", 1990, "failed", [failed]) for number in range(2, 7)]
        await peopled.fill(world, 301, people)
        async with world.work() as uow:
            both = FlowAssignment.candidate_key == candidate_key(301, 1)
            merged = update(FlowAssignment).where(FlowAssignment.account_id == world.account_id, both)
            await uow.change(merged.values(candidate_key=candidate_key(301, 0)))
        told = (await analyses.funnels(world.database.read(), world.account_id, [301], EVER))[301]
        assert (told.assigned, told.steps[0].reached, told.steps[0].passed, told.steps[0].failed) == (6, 6, 1, 5)
        step = (await analyses.adverse_impacts(world.database.read(), world.account_id, [301], EVER, None))[301].steps[0]
        assert [(group.people, group.selected) for group in step.by_gender] == [(6, 1)]


class TestHowItIsCounted:
    async def test_by_indexes_of_the_account(self, world: World, explain: Explain) -> None:
        """Every table is read by the account, on both databases."""
        given = {"keys": [301], "begins": EVER.begins, "ends": EVER.ends, "as_of": None, "step": 3011, "most": 5}
        for statement in STATEMENTS:
            lines = await explain((statement, given))
            reading = [line for line in lines if TABLES.search(line) and not JOINING.search(line)]
            assert reading, lines
            assert all(map(SERVED.search, reading)), lines
