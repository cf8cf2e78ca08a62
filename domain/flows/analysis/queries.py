"""Reading what analyses of flows are made from: counted by the database, one statement for any number of flows.

A person counts once at a step, however often they were asked to take it, and also when two candidates who were both
assigned became one.
"""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from functools import partial
from typing import Any

from sqlalchemy import BigInteger, Integer, and_, bindparam, case, cast, false, func, or_, select, true

from domain.candidates.model import Candidate
from domain.flows.analysis.adverse_impact import BANDS, AdverseImpact, Counted, adverse_impact
from domain.flows.analysis.cut_scores import CutScoreCurve, curve
from domain.flows.analysis.funnel import Funnel, funnel
from domain.flows.analysis.periods import Period
from domain.flows.model import FlowAssignment, FlowAttempt
from domain.flows.queries import steps_by_flow, steps_by_id
from domain.kernel.columns import UtcDateTime
from domain.kernel.statements import ACCOUNT, Read, Row, any_of, by_key, group, statement

MOST_SCORES = 2_000
"""Different scores that are points of a curve by themselves; of more there are whole numbers only."""
UNKNOWN = -1
_BANDS = tuple(BANDS)
_IS_OPEN = or_(FlowAttempt.status == "not_started", FlowAttempt.status == "in_progress")
_IS_FINISHED = or_(FlowAssignment.status == "completed", FlowAssignment.status == "failed")
_IN_PERIOD = and_(
    FlowAssignment.account_id == ACCOUNT,
    any_of(FlowAssignment.flow_id),
    FlowAssignment.assigned_at >= bindparam("begins", type_=UtcDateTime()),
    FlowAssignment.assigned_at < bindparam("ends", type_=UtcDateTime()),
)
_IS_ATTEMPT = and_(FlowAttempt.account_id == FlowAssignment.account_id, FlowAttempt.assignment_id == FlowAssignment.assignment_id)
_IS_THEIRS = and_(Candidate.account_id == FlowAssignment.account_id, Candidate.key == FlowAssignment.candidate_key)


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
_reached = (
    select(
        *_PERSON_AT_STEP,
        _any(_HAS_STARTED).label("started"),
        _any(FlowAttempt.passed.is_(true())).label("passed"),
        _any(FlowAttempt.passed.is_(false())).label("failed"),
        _any(FlowAttempt.passed.is_(None), _IS_OPEN).label("open"),
    )
    .join(FlowAttempt, _IS_ATTEMPT)
    .where(_IN_PERIOD, FlowAttempt.account_id == ACCOUNT)
    .group_by(*_PERSON_AT_STEP)
    .subquery("reached")
)


def _where(passed: int, failed: int | None = None, opened: int | None = None) -> Any:
    """How many stand so: what is told first decides."""
    parts = ((_reached.c.passed, passed), (_reached.c.failed, failed), (_reached.c.open, opened))
    return func.sum(case((and_(*(column == value for column, value in parts if value is not None)), 1), else_=0))


_REACHED = statement(
    select(
        _reached.c.flow_id,
        _reached.c.step_id,
        func.count().label("reached"),
        func.sum(_reached.c.started).label("started"),
        _where(1).label("passed"),
        _where(0, 1).label("failed"),
        _where(0, 0, 1).label("waiting"),
        _where(0, 0, 0).label("over"),
    ).group_by(_reached.c.flow_id, _reached.c.step_id)
)


def _microseconds(moment: Any, dialect: str) -> Any:
    """A moment as whole microseconds since 1970."""
    if dialect == "postgresql":
        return cast(func.round(func.extract("epoch", moment) * 1_000_000), BigInteger)
    seconds = cast(func.strftime("%s", func.substr(moment, 1, 19)), BigInteger)
    return seconds * 1_000_000 + cast(func.substr(moment, 21, 6), BigInteger)


def _middle(end: Any, dialect: str) -> Any:
    """Of the time from when people were first asked to some end, the sum of the one or two in the middle, by step."""
    times = (
        select(*_PERSON_AT_STEP, func.min(FlowAttempt.asked_at).label("asked"), func.min(end).label("ended"))
        .join(FlowAttempt, _IS_ATTEMPT)
        .where(_IN_PERIOD, FlowAttempt.account_id == ACCOUNT)
        .group_by(*_PERSON_AT_STEP)
        .subquery("times")
    )
    taken = (_microseconds(times.c.ended, dialect) - _microseconds(times.c.asked, dialect)).label("taken")
    lengths = select(times.c.flow_id, times.c.step_id, taken).where(times.c.ended.is_not(None)).subquery("lengths")
    place = func.row_number().over(partition_by=lengths.c.step_id, order_by=lengths.c.taken).label("place")
    people = func.count().over(partition_by=lengths.c.step_id).label("people")
    ranked = select(lengths.c.flow_id, lengths.c.step_id, lengths.c.taken, place, people).subquery("ranked")
    twice = ranked.c.place * 2
    return (
        select(
            ranked.c.flow_id,
            ranked.c.step_id,
            ranked.c.people,
            cast(func.sum(ranked.c.taken), BigInteger).label("middle"),
            func.count().label("halves"),
        )
        .where(twice >= ranked.c.people, twice <= ranked.c.people + 2)
        .group_by(ranked.c.flow_id, ranked.c.step_id, ranked.c.people)
    )


_TO_START = statement(partial(_middle, FlowAttempt.started_at))
_TO_COMPLETION = statement(partial(_middle, FlowAttempt.completed_at))


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


def _about(dialect: str) -> tuple[Any, ...]:
    """What a person is compared by: gender, and age in a year, or in that of their first assignment."""
    year = func.coalesce(bindparam("as_of", type_=Integer), _year(func.min(FlowAssignment.assigned_at), dialect))
    return func.min(Candidate.gender).label("gender"), (year - func.min(Candidate.birth_year)).label("age")


def _divided(people: Any, keys: Sequence[Any]) -> Any:
    """How many people, and how many selected, by gender and age band."""
    band = case(
        (or_(people.c.age.is_(None), people.c.age < 0), UNKNOWN),
        *((people.c.age < until if until else true(), place) for place, until in enumerate(BANDS.values())),
    ).label("band")
    each = select(*keys, people.c.gender, band, people.c.selected).subquery("each")
    places = (*(each.c[key.key] for key in keys), each.c.gender, each.c.band)
    return select(*places, func.count().label("people"), func.sum(each.c.selected).label("selected")).group_by(*places)


def _selected_at_steps(dialect: str) -> Any:
    people = (
        select(*_PERSON_AT_STEP, *_about(dialect), _any(FlowAttempt.passed.is_(true())).label("selected"))
        .join(FlowAttempt, _IS_ATTEMPT)
        .join(Candidate, _IS_THEIRS)
        .where(_IN_PERIOD, FlowAttempt.account_id == ACCOUNT, Candidate.account_id == ACCOUNT, FlowAttempt.passed.is_not(None))
        .group_by(*_PERSON_AT_STEP)
        .subquery("judged")
    )
    return _divided(people, (people.c.flow_id, people.c.step_id))


def _selected(dialect: str) -> Any:
    people = (
        select(*_PERSON, *_about(dialect), _any(FlowAssignment.status == "completed").label("selected"))
        .join(Candidate, _IS_THEIRS)
        .where(_IN_PERIOD, Candidate.account_id == ACCOUNT, _IS_FINISHED)
        .group_by(*_PERSON)
        .subquery("finished")
    )
    return _divided(people, (people.c.flow_id,))


_SELECTED_AT_STEPS = statement(_selected_at_steps)
_SELECTED = statement(_selected)


async def funnels(read: Read, account_id: int, flows: Collection[int], period: Period) -> dict[int, Funnel]:
    """The funnel of each flow, over those who were assigned in a period."""
    given = {"account_id": account_id, "keys": flows, "begins": period.begins, "ends": period.ends}
    steps, people, reached, starts, ends = await read.all(
        steps_by_flow(read, account_id, flows),
        *(read(each, **given) for each in (_PEOPLE, _REACHED, _TO_START, _TO_COMPLETION)),
    )
    whole = by_key(people, "flow_id")
    counts, started, ended = (by_key(rows, "step_id") for rows in (reached, starts, ends))
    return {flow: funnel(whole.get(flow), steps.get(flow, []), counts, started, ended) for flow in flows}


async def curves(read: Read, account_id: int, flows: Collection[int], step: int, period: Period) -> dict[int, CutScoreCurve]:
    """The curve of a step, by the flow that it belongs to if that is one of these."""
    found = (await steps_by_id(read, account_id, [step])).get(step)
    if found is None or found.flow_id not in flows:
        return {}
    given = {"account_id": account_id, "keys": [found.flow_id], "begins": period.begins, "ends": period.ends, "step": step}
    scores = await read(_SCORES, **given, most=MOST_SCORES + 1)
    is_complete = len(scores) <= MOST_SCORES
    if not is_complete:
        scores = await read(_ROUNDED_SCORES, **given)
    made = curve(step, found.pass_threshold, [(row.score, row.people) for row in scores], is_complete=is_complete)
    return {found.flow_id: made}


async def adverse_impacts(
    read: Read, account_id: int, flows: Collection[int], period: Period, as_of: int | None
) -> dict[int, AdverseImpact]:
    """The selection rates of each flow, over those who were assigned in a period; `as_of` is the year for which age is told."""
    given = {"account_id": account_id, "keys": flows, "begins": period.begins, "ends": period.ends, "as_of": as_of}
    steps, selected, at_steps = await read.all(
        steps_by_flow(read, account_id, flows), read(_SELECTED, **given), read(_SELECTED_AT_STEPS, **given)
    )
    return await asyncio.to_thread(_impacts, flows, steps, group(selected, "flow_id"), group(at_steps, "step_id"))


def _impacts(
    flows: Collection[int], steps: Mapping[int, list[Row]], selected: Mapping[int, list[Row]], at_steps: Mapping[int, list[Row]]
) -> dict[int, AdverseImpact]:
    return {
        flow: adverse_impact(
            _counted(selected.get(flow, [])), [(step.step_id, _counted(at_steps.get(step.step_id, []))) for step in steps.get(flow, [])]
        )
        for flow in flows
    }


def _counted(rows: Sequence[Row]) -> Counted:
    return {(row.gender, None if row.band == UNKNOWN else _BANDS[row.band]): (row.people, row.selected) for row in rows}
