"""Making and changing flows. Each verb runs inside the caller's unit of work."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import func, select

from domain.access.model import Account
from domain.flows import events
from domain.flows.errors import TooManyFlows
from domain.flows.model import Flow, FlowStep
from domain.flows.status import FlowStatus
from domain.flows.steps import Step, as_is, cleaned, fitting, held
from domain.instruments.port import offered
from domain.kernel import inputs
from domain.kernel.errors import BadInput, NotFound
from domain.kernel.statements import ACCOUNT
from domain.kernel.work import UnitOfWork
from domain.matching import queries as matching

MOST_FLOWS = 500
"""Flows that an account may have, so that they can be read as a whole; deleted ones do not count."""
_COUNT = select(func.count()).select_from(Flow).where(Flow.account_id == ACCOUNT, Flow.status != FlowStatus.DELETED.value)


async def create(
    uow: UnitOfWork, *, name: str, description: str | None = None, job_profile: str | None = None, steps: Sequence[Step] = ()
) -> int:
    """Make a flow that is active at once and return its number (R-FLW-3 to R-FLW-5).

    Raises BadInput, UnknownInstrument, TooManyFlows.
    """
    told = {field: await _checked(uow, field, value) for field, value in (("name", name), ("description", description))}
    profile = await _checked(uow, "job_profile", job_profile)
    wanted = await _fitting(uow, cleaned(steps))
    await _make_room(uow)
    flow = Flow(
        account_id=uow.account_id,
        flow_id=await uow.next_number("flow"),
        job_profile_key=profile,
        created_at=uow.now,
        updated_at=uow.now,
        **told,
    )
    uow.add(flow, uow.account_id, flow.flow_id)
    await _append(uow, flow.flow_id, wanted)
    uow.record(events.FLOW_CREATED, str(flow.flow_id), steps=len(wanted))
    return flow.flow_id


async def update(uow: UnitOfWork, flow_id: int, changes: dict[str, Any]) -> int:
    """Change name, description, status, job profile, thresholds of steps, or append steps (R-FLW-6, I-FLW-4, I-FLW-5).

    Given steps begin with those there are. Raises NotFound, BadInput, StepFixed, UnknownInstrument.
    """
    flow = await locked(uow, flow_id)
    steps = changes.pop("steps", None)
    told = {field: await _checked(uow, field, value) for field, value in changes.items()}
    changed = {field for field, value in told.items() if getattr(flow, _column(field)) != value}
    if steps is not None:
        changed |= await _change_steps(uow, flow_id, cleaned(steps))
    for field, value in told.items():
        setattr(flow, _column(field), value)
    if changed:
        flow.updated_at = uow.now
        if flow.status == FlowStatus.DELETED:
            uow.record(events.FLOW_DELETED, str(flow_id))
        else:
            uow.record(events.FLOW_CHANGED, str(flow_id), fields=sorted(changed))
    return flow_id


async def locked(uow: UnitOfWork, flow_id: int) -> Flow:
    """A flow that nobody else changes or puts somebody on before this work ends.

    Raises NotFound, also when it was deleted.
    """
    flow = await uow.lock(Flow, uow.account_id, flow_id)
    if flow is None or flow.status == FlowStatus.DELETED:
        raise NotFound("There is no such flow.")
    return flow


async def steps_of(uow: UnitOfWork, flow_id: int) -> list[FlowStep]:
    """The steps of a flow in their order."""
    found = select(FlowStep).where(FlowStep.account_id == uow.account_id, FlowStep.flow_id == flow_id).order_by(FlowStep.position)
    return list((await uow.session.execute(found)).scalars())


async def _change_steps(uow: UnitOfWork, flow_id: int, given: Sequence[Step]) -> set[str]:
    """Change thresholds and append; say which of both was done."""
    existing = await steps_of(uow, flow_id)
    held([as_is(row) for row in existing], given)
    changed = set()
    for row, step in zip(existing, given, strict=False):
        if row.pass_threshold != step.pass_threshold:
            row.pass_threshold = step.pass_threshold
            changed.add("thresholds")
    if added := await _fitting(uow, given[len(existing) :], first=len(existing)):
        await _append(uow, flow_id, added, first=len(existing))
        changed.add("steps")
    return changed


async def _append(uow: UnitOfWork, flow_id: int, steps: Sequence[Step], *, first: int = 0) -> None:
    for position, step in enumerate(steps, first + 1):
        row = FlowStep(
            account_id=uow.account_id,
            step_id=await uow.next_number("flow_step"),
            flow_id=flow_id,
            position=position,
            instrument=step.instrument,
            instrument_type=step.instrument_type or "",
            pass_threshold=step.pass_threshold,
            name=step.name,
            instructions=step.instructions,
            pass_action=step.pass_action,
            job_profile_key=step.job_profile,
            created_at=uow.now,
        )
        uow.add(row, uow.account_id, row.step_id)


async def _fitting(uow: UnitOfWork, steps: Sequence[Step], *, first: int = 0) -> list[Step]:
    if not steps:
        return []
    asked = {step.instrument for step in steps}
    profiles = {step.job_profile for step in steps if step.job_profile is not None}
    known = {key: one for key, (one, _provider) in (await offered(uow.read, uow.account_id, sorted(asked))).items()}
    found = await matching.by_keys(uow.read, uow.account_id, sorted(profiles)) if profiles else {}
    return fitting(steps, known, found, first=first)


async def _make_room(uow: UnitOfWork) -> None:
    """Make sure that one more flow may be; the count is a statement after the lock, so it sees what others committed (Q-7)."""
    await uow.session.flush()
    await uow.one_at_a_time(Account, uow.account_id)
    if int((await uow.session.execute(_COUNT, {"account_id": uow.account_id})).scalar_one()) >= MOST_FLOWS:
        raise TooManyFlows(MOST_FLOWS)


async def _checked(uow: UnitOfWork, field: str, value: Any) -> Any:
    match field:
        case "name":
            return inputs.line(value, "name", required=True)
        case "description":
            return inputs.paragraph(value, "description")
        case "job_profile":
            if value is not None and value not in await matching.by_keys(uow.read, uow.account_id, [value]):
                raise BadInput.field("jobProfile", message="There is no such job profile.")
            return value
    if value is None:
        raise BadInput.field(field, message=f"'{field}' must not be null.")
    return value


def _column(field: str) -> str:
    return "job_profile_key" if field == "job_profile" else field
