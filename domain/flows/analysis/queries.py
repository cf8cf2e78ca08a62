"""Reading what analyses of flows are made from: counted by the database, one statement for any number of flows.

A person counts once at a step, however often they were asked to take it, and also when two candidates who were both
assigned became one.
"""

from collections.abc import Collection, Sequence
from functools import partial
from typing import Any

from sqlalchemy import BigInteger, Integer, and_, bindparam, case, cast, false, func, or_, select, true

from domain.candidates.model import Candidate
from domain.flows.analysis.adverse_impact import BANDS
from domain.flows.analysis.periods import Period
from domain.flows.model import FlowAssignment, FlowAttempt
from domain.kernel.columns import UtcDateTime
from domain.kernel.statements import ACCOUNT, Read, Row, any_of, statement

MOST_SCORES = 2_000
"""Different scores that are points of a curve by themselves; of more there are whole numbers only."""
UNKNOWN = -1
_IS_OPEN = or_(FlowAttempt.status == "not_started", FlowAttempt.status == "in_progress")
_IS_FINISHED = or_(FlowAssignment.status == "completed", FlowAssignment.status == "failed")
_IN_PERIOD = and_(
    FlowAssignment.account_id == ACCOUNT,
    any_of(FlowAssignment.flow_id),
    FlowAssignment.assigned_at >= bindparam("begins", type_=UtcDateTime()),
    FlowAssignment.assigned_at < bindparam("ends", type_=UtcDateTime()),
)
_IS_ATTEMPT = and_(FlowAttempt.account_id == FlowAssignment.account_id, FlowAttempt.assignment_id == FlowAssignment.assignment_id)


def _any(*conditions: Any) -> Any:
    """1 when all conditions hold for one of the rows of a group."""
    return func.max(case((and_(*conditions), 1), else_=0))


_PERSON = (FlowAssignment.flow_id, FlowAssignment.candidate_key)
_PERSON_AT_STEP = (FlowAssignment.flow_id, FlowAttempt.step_id, FlowAssignment.candidate_key)
_people = (
    select(
        *_PERSON,
        _any(FlowAssignment.status == "completed").label("completed"),
        _any(FlowAssignment.status == "failed").label("failed"),
    )
    .where(_IN_PERIOD)
    .group_by(*_PERSON)
    .subquery("person")
)
_PEOPLE = statement(
    select(
        _people.c.flow_id,
        func.count().label("assigned"),
        func.sum(_people.c.completed).label("completed"),
        func.sum(case((_people.c.completed == 0, _people.c.failed), else_=0)).label("failed"),
    ).group_by(_people.c.flow_id)
)
_HAS_STARTED = or_(
    FlowAttempt.started_at.is_not(None),
    FlowAttempt.completed_at.is_not(None),
    and_(FlowAttempt.status != "not_started", FlowAttempt.status != "over"),
)


def _microseconds(moment: Any, dialect: str) -> Any:
    """A moment as whole microseconds since 1970."""
    if dialect == "postgresql":
        return cast(func.round(func.extract("epoch", moment) * 1_000_000), BigInteger)
    seconds = cast(func.strftime("%s", func.substr(moment, 1, 19)), BigInteger)
    return seconds * 1_000_000 + cast(func.substr(moment, 21, 6), BigInteger)


PASSED, FAILED, WAITING, OVER = 3, 2, 1, 0
_STANDING = case((FlowAttempt.passed.is_(true()), PASSED), (FlowAttempt.passed.is_(false()), FAILED), (_IS_OPEN, WAITING), else_=OVER)
"""What came of an attempt; of several the greatest tells where a person stands."""


def _reached(dialect: str) -> Any:
    """Where each person stands at each step, and how long it took from when they were first asked."""
    asked = _microseconds(func.min(FlowAttempt.asked_at), dialect)
    return (
        select(
            *_PERSON_AT_STEP,
            _any(_HAS_STARTED).label("started"),
            func.max(_STANDING).label("standing"),
            (_microseconds(func.min(FlowAttempt.started_at), dialect) - asked).label("to_start"),
            (_microseconds(func.min(FlowAttempt.completed_at), dialect) - asked).label("to_completion"),
        )
        .join(FlowAttempt, _IS_ATTEMPT)
        .where(_IN_PERIOD, FlowAttempt.account_id == ACCOUNT)
        .group_by(*_PERSON_AT_STEP)
        .subquery("reached")
    )


def _funnel(dialect: str) -> Any:
    """How many people each step reached, where they stand, and the one or two times in the middle, added."""
    reached = _reached(dialect)
    ranks, known = [], []
    for time in (reached.c.to_start, reached.c.to_completion):
        place = func.row_number().over(partition_by=reached.c.step_id, order_by=(time.is_(None), time))
        ranks.append(place.label(f"place_{time.key}"))
        known.append(func.count(time).over(partition_by=reached.c.step_id).label(f"known_{time.key}"))
    people = select(*reached.c, *ranks, *known).subquery("people")
    return select(
        people.c.flow_id,
        people.c.step_id,
        func.count().label("reached"),
        func.sum(people.c.started).label("started"),
        func.sum(case((people.c.standing == PASSED, 1), else_=0)).label("passed"),
        func.sum(case((people.c.standing == FAILED, 1), else_=0)).label("failed"),
        func.sum(case((people.c.standing == WAITING, 1), else_=0)).label("waiting"),
        func.sum(case((people.c.standing == OVER, 1), else_=0)).label("over"),
        *_middle(people, "to_start"),
        *_middle(people, "to_completion"),
    ).group_by(people.c.flow_id, people.c.step_id)


def _middle(people: Any, name: str) -> tuple[Any, ...]:
    """For how many people a time is known, the sum of those in the middle, and how many these are."""
    time, place, known = people.c[name], people.c[f"place_{name}"], people.c[f"known_{name}"]
    is_middle = and_(place * 2 >= known, place * 2 <= known + 2, place <= known)
    return (
        func.max(known).label(f"known_{name}"),
        cast(func.sum(case((is_middle, time))), BigInteger).label(f"middle_{name}"),
        func.sum(case((is_middle, 1), else_=0)).label(f"halves_{name}"),
    )


_REACHED = statement(_funnel)


def _scores(dialect: str, *, rounded: bool) -> Any:
    """How many people have which score at a step, their best; rounded down to whole numbers, or the highest first."""
    best = (
        select(*_PERSON, func.max(FlowAttempt.score).label("score"))
        .join(FlowAttempt, _IS_ATTEMPT)
        .where(_IN_PERIOD, FlowAttempt.account_id == ACCOUNT, FlowAttempt.step_id == bindparam("step", type_=BigInteger))
        .where(FlowAttempt.score.is_not(None))
        .group_by(*_PERSON)
        .subquery("best")
    )
    floor = func.floor(best.c.score) if dialect == "postgresql" else best.c.score  # a cast cuts on SQLite and rounds on PostgreSQL
    score = cast(floor, BigInteger) if rounded else best.c.score
    counted = select(best.c.flow_id, score.label("score"), func.count().label("people")).group_by(best.c.flow_id, score)
    return counted if rounded else counted.order_by(best.c.score.desc()).limit(bindparam("most", type_=Integer))


_SCORES = statement(partial(_scores, rounded=False))
_ROUNDED_SCORES = statement(partial(_scores, rounded=True))


def _year(moment: Any, dialect: str) -> Any:
    """The year of a moment, in UTC."""
    if dialect == "postgresql":
        return cast(func.extract("year", func.timezone("UTC", moment)), Integer)
    return cast(func.substr(moment, 1, 4), Integer)


def _divided(people: Any, keys: Sequence[Any], dialect: str) -> Any:
    """How many people, and how many selected, by gender and age band; age is told in a year, or in that of the assignment."""
    year = func.coalesce(bindparam("as_of", type_=Integer), _year(people.c.assigned_at, dialect))
    age = year - Candidate.birth_year
    band = case(
        (or_(age.is_(None), age < 0), UNKNOWN),
        *((age < until if until else true(), place) for place, until in enumerate(BANDS.values())),
    ).label("band")
    each = (
        select(*keys, Candidate.gender, band, people.c.selected)
        .select_from(people)
        .join(Candidate, and_(Candidate.account_id == ACCOUNT, Candidate.key == people.c.candidate_key))
        .subquery("each")
    )
    places = (*(each.c[key.key] for key in keys), each.c.gender, each.c.band)
    return select(*places, func.count().label("people"), func.sum(each.c.selected).label("selected")).group_by(*places)


_FIRST_ASSIGNED = func.min(FlowAssignment.assigned_at).label("assigned_at")


def _selected_at_steps(dialect: str) -> Any:
    people = (
        select(*_PERSON_AT_STEP, _FIRST_ASSIGNED, _any(FlowAttempt.passed.is_(true())).label("selected"))
        .join(FlowAttempt, _IS_ATTEMPT)
        .where(_IN_PERIOD, FlowAttempt.account_id == ACCOUNT, FlowAttempt.passed.is_not(None))
        .group_by(*_PERSON_AT_STEP)
        .subquery("judged")
    )
    return _divided(people, (people.c.flow_id, people.c.step_id), dialect)


def _selected(dialect: str) -> Any:
    people = (
        select(*_PERSON, _FIRST_ASSIGNED, _any(FlowAssignment.status == "completed").label("selected"))
        .where(_IN_PERIOD, _IS_FINISHED)
        .group_by(*_PERSON)
        .subquery("finished")
    )
    return _divided(people, (people.c.flow_id,), dialect)


_SELECTED_AT_STEPS = statement(_selected_at_steps)
_SELECTED = statement(_selected)


async def counts(read: Read, account_id: int, flows: Collection[int], period: Period) -> tuple[list[Row], list[Row]]:
    """How many people were assigned to each flow, and how many each step reached."""
    given = {"account_id": account_id, "keys": flows, "begins": period.begins, "ends": period.ends}
    people, reached = await read.all(read(_PEOPLE, **given), read(_REACHED, **given))
    return people, reached


async def scores(read: Read, account_id: int, flow: int, step: int, period: Period) -> tuple[list[Row], bool]:
    """How many people have which score at a step, and whether these are all scores as they are, not whole numbers."""
    given = {"account_id": account_id, "keys": [flow], "begins": period.begins, "ends": period.ends, "step": step}
    found = await read(_SCORES, **given, most=MOST_SCORES + 1)
    return (found, True) if len(found) <= MOST_SCORES else (await read(_ROUNDED_SCORES, **given), False)


async def selected(read: Read, account_id: int, flows: Collection[int], period: Period, as_of: int | None) -> tuple[list[Row], list[Row]]:
    """How many people were judged and selected, by gender and age band: on each flow as a whole, and at its steps."""
    given = {"account_id": account_id, "keys": flows, "begins": period.begins, "ends": period.ends, "as_of": as_of}
    whole, at_steps = await read.all(read(_SELECTED, **given), read(_SELECTED_AT_STEPS, **given))
    return whole, at_steps
