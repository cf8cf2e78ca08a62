"""What becomes of steps: a durable job for each event of what was asked, and a sweep, should one ever have fallen.

Each looks at how things stand now, so that it does not matter how often it runs or in which order.
"""

from typing import Any

from sqlalchemy import Update, update

from domain.access.model import Account
from domain.candidates.model import Candidate
from domain.flows import commands, events, queries
from domain.flows.asking import ask
from domain.flows.model import Flow, FlowAssignment, FlowAttempt, FlowStep
from domain.flows.status import OPEN, AssignmentStatus, AttemptStatus, FlowStatus
from domain.instruments.port import Scored, Standing, taken
from domain.kernel.actor import Actor
from domain.kernel.event_types import EventType
from domain.kernel.jobs import job
from domain.kernel.ports import Ports
from domain.kernel.statements import Read, Row
from domain.kernel.work import UnitOfWork

GONE = Standing(over=True)
"""How somebody stands whose invite or participant was deleted."""


@job("flows.advance")
async def advance(ports: Ports, account_id: int, taking: str) -> None:
    """Look at what became of a step, and note it: begun, passed, failed or over; who passes is asked to take the next one."""
    read = ports.database.read()
    attempt = (await queries.attempts_by_taking(read, account_id, [taking])).get(taking)
    if attempt is None or attempt.status not in OPEN:
        return
    standing, score = (await _standings(read, account_id, [attempt]))[taking]
    async with ports.database.work(Actor.system(account_id)) as uow:
        await _note(uow, attempt, standing, score)


@job("flows.sweep", every="40 */15 * * * *")
async def sweep(ports: Ports) -> int:
    """Have those steps looked at that stand otherwise than noted; return how many."""
    database, place, found = ports.database, (0, 0), 0
    while flows := await queries.all_flows(database.read(), after=place):
        for flow in flows:
            found += await _sweep(ports, flow.account_id, flow.flow_id)
        place = flows[-1].account_id, flows[-1].flow_id
    return found


async def _sweep(ports: Ports, account_id: int, flow_id: int) -> int:
    after, found = 0, 0
    while rows := await queries.unfinished(ports.database.read(), account_id, flow_id, after=after):
        read = ports.database.read()
        attempts = await queries.attempts_by_taking(read, account_id, [row.taking for row in rows])
        standings = await _standings(read, account_id, list(attempts.values()))
        fallen = [taking for taking, attempt in attempts.items() if _stands_otherwise(attempt, *standings[taking])]
        if fallen:
            async with ports.database.work(Actor.system(account_id)) as uow:
                for taking in fallen:
                    await uow.enqueue(advance, taking)
        found += len(fallen)
        after = rows[-1].assignment_id
    return found


def _stands_otherwise(attempt: Row, standing: Standing, score: float | None) -> bool:
    begun = attempt.status == AttemptStatus.NOT_STARTED and (standing.started_at or standing.completed_at)
    return bool(attempt.status in OPEN and (begun or standing.over or score is not None))


async def _standings(read: Read, account_id: int, attempts: list[Row]) -> dict[str, tuple[Standing, float | None]]:
    """How each stands, with its score where there is one."""
    found = await taken(read, account_id, [attempt.taking for attempt in attempts])
    scores: dict[str, float] = {}
    for provider in {id(provider): provider for _standing, provider in found.values()}.values():
        theirs = [
            Scored(attempt.taking, attempt.job_profile_key)
            for attempt in attempts
            if attempt.taking in found and found[attempt.taking][1] is provider and found[attempt.taking][0].completed_at is not None
        ]
        scores |= await provider.scores(read, account_id, theirs) if theirs else {}
    return {
        attempt.taking: (found[attempt.taking][0] if attempt.taking in found else GONE, scores.get(attempt.taking)) for attempt in attempts
    }


async def _note(uow: UnitOfWork, attempt: Row, standing: Standing, score: float | None) -> None:
    """Note how an attempt stands; the lock of the assignment makes parallel jobs one after another, the guards all but one idle."""
    await uow.one_at_a_time(Account, uow.account_id)
    assignment = await uow.lock(FlowAssignment, uow.account_id, attempt.assignment_id)
    if assignment is None or assignment.status not in OPEN:
        return
    if standing.started_at or standing.completed_at:
        await _begin(uow, assignment, attempt, standing)
    if score is not None:
        await _finish(uow, assignment, attempt, standing, score)
    elif standing.over and await uow.change(_guarded(attempt, uow, OPEN).values(status=AttemptStatus.OVER)):
        _tell(uow, events.FLOW_ASSIGNMENT_STEP_OVER, assignment, attempt)


async def _begin(uow: UnitOfWork, assignment: FlowAssignment, attempt: Row, standing: Standing) -> None:
    begun = _guarded(attempt, uow, (AttemptStatus.NOT_STARTED,))
    if await uow.change(begun.values(status=AttemptStatus.IN_PROGRESS, started_at=standing.started_at or standing.completed_at)):
        assignment.status = AssignmentStatus.IN_PROGRESS
        _tell(uow, events.FLOW_ASSIGNMENT_STEP_STARTED, assignment, attempt)


async def _finish(uow: UnitOfWork, assignment: FlowAssignment, attempt: Row, standing: Standing, score: float) -> None:
    """Hold a score against the threshold as it is now (R-FLW-16)."""
    step = await uow.lock(FlowStep, uow.account_id, attempt.step_id)
    assert step is not None, "steps are never deleted"
    passed = score >= step.pass_threshold
    finished: dict[str, Any] = {
        "status": AttemptStatus.COMPLETED if passed else AttemptStatus.FAILED,
        "score": score,
        "pass_threshold": step.pass_threshold,
        "passed": passed,
        "completed_at": standing.completed_at,
    }
    if not await uow.change(_guarded(attempt, uow, OPEN).values(**finished)):
        return
    _tell(uow, events.FLOW_ASSIGNMENT_STEP_PASSED if passed else events.FLOW_ASSIGNMENT_STEP_FAILED, assignment, attempt)
    if passed:
        await _go_on(uow, assignment)
    else:
        _end(uow, assignment, AssignmentStatus.FAILED)


async def _go_on(uow: UnitOfWork, assignment: FlowAssignment) -> None:
    """Ask for the next step, unless there is none, or nobody to be asked any more: erased, or on a flow that was deleted."""
    following = [step for step in await commands.steps_of(uow, assignment.flow_id) if step.position > assignment.position]
    if not following:
        _end(uow, assignment, AssignmentStatus.COMPLETED)
        return
    flow = await uow.session.get(Flow, (uow.account_id, assignment.flow_id))
    candidate = await uow.lock(Candidate, uow.account_id, assignment.candidate_key)
    if flow is None or flow.status == FlowStatus.DELETED or candidate is None or candidate.anonymized_at is not None:
        return
    assignment.position = following[0].position
    await ask(uow, assignment, following[0], candidate)


def _end(uow: UnitOfWork, assignment: FlowAssignment, status: AssignmentStatus) -> None:
    assignment.status, assignment.completed_at = status, uow.now
    happened = events.FLOW_ASSIGNMENT_COMPLETED if status is AssignmentStatus.COMPLETED else events.FLOW_ASSIGNMENT_FAILED
    uow.record(happened, str(assignment.assignment_id), flow=assignment.flow_id)


def _guarded(attempt: Row, uow: UnitOfWork, statuses: tuple[str, ...]) -> Update:
    return update(FlowAttempt).where(
        FlowAttempt.account_id == uow.account_id,
        FlowAttempt.assignment_id == attempt.assignment_id,
        FlowAttempt.step_id == attempt.step_id,
        FlowAttempt.number == attempt.number,
        FlowAttempt.status.in_(statuses),
    )


def _tell(uow: UnitOfWork, happened: EventType, assignment: FlowAssignment, attempt: Row) -> None:
    assignment.updated_at = uow.now
    uow.record(happened, str(assignment.assignment_id), flow=assignment.flow_id, step=attempt.position, attempt=attempt.number)
