"""People on flows at once, written as rows, and what analyses must say of them, told a second time in plain Python."""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from statistics import median
from typing import Any

from sqlalchemy import insert

from domain.candidates.model import Candidate
from domain.flows.model import Flow, FlowAssignment, FlowAttempt, FlowStep
from domain.kernel.actor import Actor
from domain.kernel.columns import columns_of, table_of
from tests.support.world import START, World

THRESHOLDS = (40.0, 62.5, 70.0)
BOUNDS = {"under_25": (0, 24), "from_25_to_34": (25, 34), "from_35_to_44": (35, 44), "from_45_to_54": (45, 54), "from_55": (55, 999)}


@dataclass
class Try:
    """One time that somebody was asked to take a step."""

    step: int
    number: int
    status: str
    asked: datetime
    started: datetime | None = None
    completed: datetime | None = None
    score: float | None = None
    passed: bool | None = None


@dataclass
class Person:
    """Somebody on a flow."""

    number: int
    assigned: datetime
    gender: str | None
    born: int | None
    status: str = "in_progress"
    tries: list[Try] = field(default_factory=list)

    def at(self, step: int) -> list[Try]:
        return [one for one in self.tries if one.step == step]

    def stands(self, step: int) -> str:
        """Where they stand at a step they were asked to take."""
        last = self.at(step)[-1]
        if last.passed is not None:
            return "passed" if last.passed else "failed"
        return "over" if last.status == "over" else "waiting"

    def band(self, year: int | None) -> str | None:
        if self.born is None or (age := (year or self.assigned.year) - self.born) < 0:
            return None
        return next(band for band, (low, high) in BOUNDS.items() if low <= age <= high)


def some(count: int, *, steps: int = 3, seed: int = 1, leaning: float = 0.0, unknown: float = 0.1) -> list[Person]:
    """People over four hundred days, of every kind; `leaning` makes women score higher."""
    dice = random.Random(seed)
    found = []
    for number in range(count):
        gender = None if dice.random() < unknown else dice.choices(["female", "male", "diverse"], [10, 10, 1])[0]
        born = None if dice.random() < unknown else dice.randint(1955, 2006)
        at = START + timedelta(seconds=dice.randrange(400 * 86_400), microseconds=dice.randrange(1_000_000))
        person = Person(number, at, gender, born)
        _walk(person, steps, dice, leaning if gender == "female" else 0.0)
        found.append(person)
    return found


def _walk(person: Person, steps: int, dice: random.Random, leaning: float) -> None:
    at = person.assigned
    for step in range(steps):
        for number in (1, 2):
            at, over = _try(person, step, number, at, dice, leaning)
            if not over or dice.random() < 0.5:
                break
        stands = person.stands(step)
        if stands != "passed":
            person.status = "failed" if stands == "failed" else "in_progress"
            return
    person.status = "completed"


def _try(person: Person, step: int, number: int, at: datetime, dice: random.Random, leaning: float) -> tuple[datetime, bool]:
    one = Try(step, number, "not_started", at + timedelta(microseconds=dice.randrange(10_000_000)))
    person.tries.append(one)
    fate = dice.random()
    if fate > 0.1:
        one.started = one.asked + timedelta(microseconds=dice.randrange(1, 10**11))
        one.status = "in_progress"
    if fate < 0.05 or 0.1 < fate < 0.15:
        one.status = "over"
    elif fate > 0.2:
        assert one.started is not None
        one.completed = one.started + timedelta(microseconds=dice.randrange(1, 10**10))
        if fate > 0.23:  # else completed, and waiting for somebody to say the score
            one.score = min(max(round(dice.gauss(65 + leaning, 15) * 4) / 4, 0.0), 100.0)
            one.passed = one.score >= THRESHOLDS[step]
            one.status = "completed" if one.passed else "failed"
    return one.completed or one.started or one.asked, one.status == "over"


def candidate_key(flow: int, number: int) -> str:
    return f"cand_{flow}_{number:07}"


def step_id(flow: int, step: int) -> int:
    return flow * 10 + step + 1


async def fill(world: World, flow: int, people: Sequence[Person], *, steps: int = 3) -> None:
    """Write a flow with everybody on it."""
    rows: dict[Any, list[dict[str, Any]]] = {Flow: [], FlowStep: [], Candidate: [], FlowAssignment: [], FlowAttempt: []}
    made: list[Any] = [Flow(account_id=world.account_id, flow_id=flow, name=f"Flow {flow}", created_at=START, updated_at=START)]
    made += [
        FlowStep(
            account_id=world.account_id,
            step_id=step_id(flow, step),
            flow_id=flow,
            position=step + 1,
            instrument="escprofile",
            instrument_type="PROFILE",
            pass_threshold=THRESHOLDS[step],
            name=f"Part <{step + 1}>" if step else None,
            created_at=START,
        )
        for step in range(steps)
    ]
    for person in people:
        made += _rows(world.account_id, flow, person)
    for row in made:
        rows[type(row)].append(columns_of(row))
    async with world.work(Actor.system(world.account_id)) as uow:
        for entity, written in rows.items():
            if written:
                await uow.session.execute(insert(table_of(entity)), written)


def _rows(account_id: int, flow: int, person: Person) -> list[Any]:
    key, number = candidate_key(flow, person.number), flow * 1_000_000 + person.number
    email = f"p{number}@example.com"
    candidate = Candidate(
        account_id=account_id,
        key=key,
        email=email,
        search_email=email,
        gender=person.gender,
        birth_year=person.born,
        created_at=START,
        updated_at=START,
    )
    assignment = FlowAssignment(
        account_id=account_id,
        assignment_id=number,
        flow_id=flow,
        candidate_key=key,
        assigned_key=key,
        email=email,
        status=person.status,
        assigned_at=person.assigned,
        updated_at=person.assigned,
    )
    attempts = [
        FlowAttempt(
            account_id=account_id,
            assignment_id=number,
            step_id=step_id(flow, one.step),
            number=one.number,
            key=f"{number}-{one.step}-{one.number}",
            candidate_key=key,
            taking=f"inv_{number}_{one.step}_{one.number}",
            status=one.status,
            score=one.score,
            passed=one.passed,
            asked_at=one.asked,
            started_at=one.started,
            completed_at=one.completed,
        )
        for one in person.tries
    ]
    return [candidate, assignment, *attempts]


def middle(people: Sequence[Person], step: int, end: Callable[[Try], datetime | None]) -> float | None:
    """The median time from when people were first asked, in seconds."""
    times = []
    for person in people:
        ends = [moment for one in person.at(step) if (moment := end(one))]
        if ends:
            times.append((min(ends) - person.at(step)[0].asked) // timedelta(microseconds=1))
    return median(times) / 1_000_000 if len(times) >= 5 else None
