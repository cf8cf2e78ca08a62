"""Reading flows, their steps, who is on them, and their attempts."""

from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import BigInteger, and_, bindparam, func, or_, select

from domain.flows.model import Flow, FlowAssignment, FlowAttempt, FlowStep
from domain.flows.status import OPEN, FlowStatus
from domain.kernel.columns import UtcDateTime
from domain.kernel.inputs import folded
from domain.kernel.listing import Filter, Fragment, Listing, Order, one_of, where
from domain.kernel.paging import Page, Window
from domain.kernel.statements import ACCOUNT, Read, Row, any_of, by_key, group, statement

AT_ONCE = 500
"""Rows that a sweep looks at together."""
_LIKE = str.maketrans({"/": "//", "%": "/%", "_": "/_"})
FLOW_COLUMNS = (Flow.flow_id, Flow.name, Flow.description, Flow.status, Flow.job_profile_key, Flow.created_at, Flow.updated_at)
STEP_COLUMNS = (
    FlowStep.step_id,
    FlowStep.flow_id,
    FlowStep.position,
    FlowStep.instrument,
    FlowStep.instrument_type,
    FlowStep.pass_threshold,
    FlowStep.name,
    FlowStep.instructions,
    FlowStep.pass_action,
    FlowStep.job_profile_key,
)
ASSIGNMENT_COLUMNS = (
    FlowAssignment.assignment_id,
    FlowAssignment.flow_id,
    FlowAssignment.candidate_key,
    FlowAssignment.email,
    FlowAssignment.given_name,
    FlowAssignment.family_name,
    FlowAssignment.job_candidate_ref,
    FlowAssignment.job_ref,
    FlowAssignment.talent_ref,
    FlowAssignment.status,
    FlowAssignment.position,
    FlowAssignment.assigned_at,
    FlowAssignment.updated_at,
    FlowAssignment.completed_at,
)
ATTEMPT_COLUMNS = (
    FlowAttempt.assignment_id,
    FlowAttempt.step_id,
    FlowAttempt.number,
    FlowAttempt.key,
    FlowAttempt.candidate_key,
    FlowAttempt.taking,
    FlowAttempt.status,
    FlowAttempt.score,
    FlowAttempt.pass_threshold,
    FlowAttempt.passed,
    FlowAttempt.asked_at,
    FlowAttempt.mailed_at,
    FlowAttempt.started_at,
    FlowAttempt.completed_at,
)
_SEEN = and_(Flow.account_id == ACCOUNT, Flow.status != FlowStatus.DELETED.value)
_OF_STEP = and_(FlowStep.account_id == FlowAttempt.account_id, FlowStep.step_id == FlowAttempt.step_id)
_BY_ID = statement(select(*FLOW_COLUMNS).where(_SEEN, any_of(Flow.flow_id)), "Flow", keeps=("flow_id",))
_CHANGED = statement(select(*FLOW_COLUMNS).where(Flow.account_id == ACCOUNT, any_of(Flow.flow_id)), "Flow", keeps=("flow_id",))
_ALL = statement(select(*FLOW_COLUMNS).where(_SEEN).order_by(Flow.created_at.desc(), Flow.flow_id.desc()), "Flow")
_STEPS_OF_FLOWS = statement(
    select(*STEP_COLUMNS).where(FlowStep.account_id == ACCOUNT, any_of(FlowStep.flow_id)).order_by(FlowStep.flow_id, FlowStep.position),
    "FlowStep",
    keeps=("flow_id",),
)
_STEPS_BY_ID = statement(
    select(*STEP_COLUMNS).where(FlowStep.account_id == ACCOUNT, any_of(FlowStep.step_id)), "FlowStep", keeps=("step_id",)
)
_STEP_COUNTS = statement(
    select(FlowStep.flow_id, func.count().label("number"))
    .where(FlowStep.account_id == ACCOUNT, any_of(FlowStep.flow_id))
    .group_by(FlowStep.flow_id)
)
_COUNTS = statement(
    select(FlowAssignment.flow_id, func.count().label("number"))
    .where(FlowAssignment.account_id == ACCOUNT, any_of(FlowAssignment.flow_id))
    .group_by(FlowAssignment.flow_id)
)
_ASSIGNMENTS_BY_ID = statement(
    select(*ASSIGNMENT_COLUMNS).where(FlowAssignment.account_id == ACCOUNT, any_of(FlowAssignment.assignment_id)),
    "FlowAssignment",
    keeps=("assignment_id",),
)
_ATTEMPTS = statement(
    select(*ATTEMPT_COLUMNS, FlowStep.position)
    .join(FlowStep, _OF_STEP)
    .where(FlowAttempt.account_id == ACCOUNT, FlowStep.account_id == ACCOUNT, any_of(FlowAttempt.assignment_id))
    .order_by(FlowAttempt.assignment_id, FlowStep.position, FlowAttempt.number),
    "FlowAttempt",
    keeps=("assignment_id",),
)
_TAKEN = statement(
    select(
        *ATTEMPT_COLUMNS,
        FlowStep.flow_id,
        FlowStep.position,
        FlowStep.instrument,
        func.coalesce(FlowStep.job_profile_key, Flow.job_profile_key).label("job_profile_key"),
    )
    .join(FlowStep, _OF_STEP)
    .join(Flow, and_(Flow.account_id == FlowStep.account_id, Flow.flow_id == FlowStep.flow_id))
    .where(FlowAttempt.account_id == ACCOUNT, FlowStep.account_id == ACCOUNT, Flow.account_id == ACCOUNT, any_of(FlowAttempt.taking)),
    "FlowAttempt",
)
_AFTER = bindparam("after", type_=BigInteger)
_FLOWS = statement(
    select(Flow.account_id, Flow.flow_id)
    .where((Flow.account_id > bindparam("account")) | ((Flow.account_id == bindparam("account")) & (Flow.flow_id > _AFTER)))
    .order_by(Flow.account_id, Flow.flow_id)
    .limit(AT_ONCE),
    unscoped="the sweep looks at the flows of all accounts",
)
_UNFINISHED = statement(
    select(FlowAttempt.assignment_id, FlowAttempt.taking, FlowAttempt.status)
    .join(
        FlowAssignment,
        and_(FlowAssignment.account_id == FlowAttempt.account_id, FlowAssignment.assignment_id == FlowAttempt.assignment_id),
    )
    .where(
        FlowAttempt.account_id == ACCOUNT,
        FlowAssignment.account_id == ACCOUNT,
        FlowAssignment.flow_id == bindparam("flow", type_=BigInteger),
        or_(*(FlowAssignment.status == status for status in OPEN)),
        FlowAssignment.assignment_id > _AFTER,
        or_(*(FlowAttempt.status == status for status in OPEN)),
    )
    .order_by(FlowAssignment.assignment_id)
    .limit(AT_ONCE)
)
FLOWS = Listing(
    select(*FLOW_COLUMNS).where(_SEEN),
    "Flow",
    key=Flow.flow_id,
    filters={"status": one_of("status", Flow.status)},
    orders={
        "newest": Order((Flow.created_at, Flow.flow_id), descending=True),
        "oldest": Order((Flow.created_at, Flow.flow_id)),
    },
)


def _text(value: str) -> Fragment:
    """Without regard to case and, in names, accents (R-FLW-9)."""
    named = FlowAssignment.sort_name.like(bindparam("text"), escape="/")
    mailed = FlowAssignment.email.like(bindparam("text_of_email"), escape="/")
    patterns = {name: f"%{text.translate(_LIKE)}%" for name, text in (("text", folded(value)), ("text_of_email", value.lower()))}
    return Fragment("text", or_(named, mailed), patterns)


_FILTERS: Mapping[str, Filter] = {
    "text": _text,
    "status": one_of("status", FlowAssignment.status),
    "assigned_from": where("assigned_from", FlowAssignment.assigned_at >= bindparam("assigned_from", type_=UtcDateTime())),
    "assigned_until": where("assigned_until", FlowAssignment.assigned_at < bindparam("assigned_until", type_=UtcDateTime())),
}
_ORDERS = {
    "newest": Order((FlowAssignment.assigned_at, FlowAssignment.assignment_id), descending=True),
    "oldest": Order((FlowAssignment.assigned_at, FlowAssignment.assignment_id)),
}
ASSIGNMENTS = Listing(
    select(*ASSIGNMENT_COLUMNS).where(FlowAssignment.account_id == ACCOUNT),
    "FlowAssignment",
    key=FlowAssignment.assignment_id,
    filters=_FILTERS,
    orders=_ORDERS,
)
ASSIGNMENTS_OF_ONE = Listing(
    select(*ASSIGNMENT_COLUMNS).where(FlowAssignment.account_id == ACCOUNT, FlowAssignment.flow_id == bindparam("flow", type_=BigInteger)),
    "FlowAssignment",
    key=FlowAssignment.assignment_id,
    filters=_FILTERS,
    orders=_ORDERS,
    always=("flow",),
)
"""Of one flow, for interfaces that page by number."""


async def by_id(read: Read, account_id: int, keys: Collection[int]) -> dict[int, Row]:
    """Flows by their numbers; a deleted one is not found (R-FLW-2)."""
    return by_key(await read(_BY_ID, account_id=account_id, keys=keys), "flow_id")


async def changed_by_id(read: Read, account_id: int, keys: Collection[int]) -> dict[int, Row]:
    """The same for whoever has just changed them, deleted ones as well."""
    return by_key(await read(_CHANGED, account_id=account_id, keys=keys), "flow_id")


async def everything(read: Read, account_id: int) -> list[Row]:
    """All flows that are not deleted, newest first; an account has at most `commands.MOST_FLOWS`."""
    return await read(_ALL, account_id=account_id)


async def page(read: Read, account_id: int, window: Window, *, order: str, given: Mapping[str, Any]) -> Page:
    """The account's flows."""
    return await FLOWS.page(read, account_id, window, order=order, given=given)


async def steps_by_flow(read: Read, account_id: int, keys: Collection[int]) -> dict[int, list[Row]]:
    """The steps of each flow in their order; at most `steps.MOST_STEPS`."""
    return group(await read(_STEPS_OF_FLOWS, account_id=account_id, keys=keys), "flow_id")


async def steps_by_id(read: Read, account_id: int, keys: Collection[int]) -> dict[int, Row]:
    """Steps by their numbers."""
    return by_key(await read(_STEPS_BY_ID, account_id=account_id, keys=keys), "step_id")


async def step_counts(read: Read, account_id: int, keys: Collection[int]) -> dict[int, int]:
    """How many steps each flow has."""
    return {row.flow_id: row.number for row in await read(_STEP_COUNTS, account_id=account_id, keys=keys)}


async def candidate_counts(read: Read, account_id: int, keys: Collection[int]) -> dict[int, int]:
    """How many candidates were put on each flow that has any."""
    return {row.flow_id: row.number for row in await read(_COUNTS, account_id=account_id, keys=keys)}


async def assignments_by_id(read: Read, account_id: int, keys: Collection[int]) -> dict[int, Row]:
    """Assignments by their numbers."""
    return by_key(await read(_ASSIGNMENTS_BY_ID, account_id=account_id, keys=keys), "assignment_id")


async def assignments(read: Read, account_id: int, flow_id: int, window: Window, *, order: str, given: Mapping[str, Any]) -> Page:
    """Who is on one flow."""
    return await ASSIGNMENTS_OF_ONE.page(read, account_id, window, order=order, given=given, flow=flow_id)


async def assignments_by_flow(
    read: Read, account_id: int, keys: Collection[int], window: Window, *, order: str, given: Mapping[str, Any]
) -> dict[int, Page]:
    """Who is on each flow."""
    return await ASSIGNMENTS.pages_by(read, account_id, FlowAssignment.flow_id, list(keys), window, order=order, given=given)


async def assignments_by_candidate(
    read: Read, account_id: int, keys: Collection[str], window: Window, *, order: str, given: Mapping[str, Any]
) -> dict[str, Page]:
    """The flows that each candidate is on."""
    return await ASSIGNMENTS.pages_by(read, account_id, FlowAssignment.candidate_key, list(keys), window, order=order, given=given)


async def attempts_by_assignment(read: Read, account_id: int, keys: Collection[int]) -> dict[int, list[Row]]:
    """The attempts of each assignment, by step and number; bounded by the number of steps and of repeats."""
    return group(await read(_ATTEMPTS, account_id=account_id, keys=keys), "assignment_id")


async def attempts_by_taking(read: Read, account_id: int, keys: Collection[str]) -> dict[str, Row]:
    """Attempts by what was asked (an invite, a participant), with their step and the job profile it is matched to."""
    return by_key(await read(_TAKEN, account_id=account_id, keys=keys), "taking")


async def all_flows(read: Read, *, after: tuple[int, int]) -> list[Row]:
    """The next flows of all accounts, by account and number."""
    account, flow = after
    return await read(_FLOWS, account=account, after=flow)


async def unfinished(read: Read, account_id: int, flow_id: int, *, after: int) -> list[Row]:
    """The next attempts of a flow that something may still come of, by the number of the assignment."""
    return await read(_UNFINISHED, account_id=account_id, flow=flow_id, after=after)
