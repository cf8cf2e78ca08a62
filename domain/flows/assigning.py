"""Putting candidates on flows, and asking again. Each verb runs inside the caller's unit of work."""

from dataclasses import dataclass

from sqlalchemy import or_, select

from domain.access.model import Account
from domain.candidates import commands as candidates
from domain.candidates import references
from domain.candidates.errors import Anonymized
from domain.candidates.model import Candidate
from domain.candidates.references import JOB_CANDIDATE, Reference
from domain.flows import commands, events
from domain.flows.asking import ask
from domain.flows.errors import AlreadyOnFlow, FlowNotActive, NoEmail, NotOver, TooManyRepeats, UnknownReference
from domain.flows.model import FlowAssignment, FlowAttempt
from domain.flows.status import OPEN, AttemptStatus, FlowStatus
from domain.kernel import inputs, names
from domain.kernel.errors import FieldFault, NotFound
from domain.kernel.inputs import folded
from domain.kernel.language import Language
from domain.kernel.work import UnitOfWork

MOST_ATTEMPTS = 10
"""At one step, the repeats among them."""


@dataclass(frozen=True, slots=True)
class Person:
    """Who is to be put on a flow, as they are addressed there."""

    candidate: Candidate
    email: str
    given_name: str | None
    family_name: str | None


@dataclass(frozen=True, slots=True)
class Told:
    """What a caller says of somebody; nothing of it is checked yet."""

    email: str | None = None
    given_name: str | None = None
    family_name: str | None = None
    job_candidate_reference: Reference | None = None
    job_reference: Reference | None = None
    talent_reference: Reference | None = None
    language: Language | None = None


async def assign(uow: UnitOfWork, flow_id: int, told: Told) -> int:
    """Put a candidate on a flow, ask them to take the first step, and return the number of the assignment (R-FLW-13).

    A job candidate reference decides who it is; without one the email address does (R-FLW-11). Works that put somebody on
    a flow come one after another in an account, so that of two for the same candidate one is refused (R-FLW-17).

    Raises NotFound, FlowNotActive, BadInput, NoEmail, UnknownReference, AlreadyOnFlow, UnknownInstrument.
    """
    await _in_turn(uow)
    flow = await commands.locked(uow, flow_id)
    steps = await commands.steps_of(uow, flow_id)
    if flow.status != FlowStatus.ACTIVE or not steps:
        raise FlowNotActive
    person = await _person(uow, told)
    await _once(uow, flow_id, person.candidate.key)
    assignment = FlowAssignment(
        account_id=uow.account_id,
        assignment_id=await uow.next_number("flow_assignment"),
        flow_id=flow_id,
        candidate_key=person.candidate.key,
        assigned_key=person.candidate.key,
        email=person.email,
        given_name=person.given_name,
        family_name=person.family_name,
        sort_name=folded(names.joined(person.given_name, person.family_name)),
        job_candidate_ref=_written(told.job_candidate_reference, "jobCandidateReference"),
        job_ref=_written(told.job_reference, "jobReference"),
        talent_ref=_written(told.talent_reference, "talentReference"),
        assigned_at=uow.now,
        updated_at=uow.now,
    )
    uow.add(assignment, uow.account_id, assignment.assignment_id)
    uow.record(events.FLOW_ASSIGNMENT_ADDED, str(assignment.assignment_id), flow=flow_id, candidate=person.candidate.key)
    await ask(uow, assignment, steps[0], person.candidate)
    return assignment.assignment_id


async def repeat(uow: UnitOfWork, assignment_id: int) -> int:
    """Ask a candidate once more to take the step they are on, when the latest attempt at it is over.

    Raises NotFound, Anonymized, NotOver, TooManyRepeats, UnknownInstrument.
    """
    await _in_turn(uow)
    assignment = await uow.lock(FlowAssignment, uow.account_id, assignment_id)
    if assignment is None:
        raise NotFound("There is no such flow assignment.")
    await commands.locked(uow, assignment.flow_id)
    step = (await commands.steps_of(uow, assignment.flow_id))[assignment.position - 1]
    latest = await _latest(uow, assignment_id, step.step_id)
    if assignment.status not in OPEN or latest is None or latest.status != AttemptStatus.OVER:
        raise NotOver
    if latest.number >= MOST_ATTEMPTS:
        raise TooManyRepeats(MOST_ATTEMPTS)
    candidate = await uow.lock(Candidate, uow.account_id, assignment.candidate_key)
    if candidate is None or candidate.anonymized_at is not None:
        raise Anonymized
    await ask(uow, assignment, step, candidate, number=latest.number + 1)
    assignment.updated_at = uow.now
    return assignment_id


async def _in_turn(uow: UnitOfWork) -> None:
    """One after another, as invites are sent; erasures wait for the same (domain/privacy)."""
    await uow.session.flush()
    await uow.one_at_a_time(Account, uow.account_id)


async def _person(uow: UnitOfWork, told: Told) -> Person:
    given, family = inputs.line(told.given_name, "givenName"), inputs.line(told.family_name, "familyName")
    if told.job_candidate_reference is not None:
        return await _known(uow, told, given, family)
    if not (told.email or "").strip():
        raise NoEmail(fields=[FieldFault(("email",), "'email' is required, unless a job candidate reference is given.")])
    email = inputs.email_address(told.email or "")
    key = await candidates.find_or_add(uow, email=email, name=names.joined(given, family), language=told.language)
    candidate = await _locked(uow, key)
    parts = {"given_name": given, "family_name": family}
    if changes := {part: value for part, value in parts.items() if value and getattr(candidate, part) != value}:
        await candidates.update(uow, key, changes)  # names.joined alone would leave the parts to be guessed (R-FLW-12)
    return Person(candidate, email, given or _part(candidate, 0), family or _part(candidate, 1))


async def _known(uow: UnitOfWork, told: Told, given: str | None, family: str | None) -> Person:
    """Somebody by the number that another system gave them; mailed at the address they are known by."""
    assert told.job_candidate_reference is not None
    key = await references.candidate_by(uow, JOB_CANDIDATE, told.job_candidate_reference)
    candidate = await uow.lock(Candidate, uow.account_id, key) if key is not None else None
    if candidate is None or candidate.anonymized_at is not None:
        raise UnknownReference(fields=[FieldFault(("jobCandidateReference",), "No candidate is known by this reference.")])
    email = candidate.email or (inputs.email_address(told.email) if told.email else None)
    if email is None:
        raise NoEmail(fields=[FieldFault(("email",), "This candidate has no email address yet; give one.")])
    if told.language is not None:
        await candidates.use_language(uow, candidate.key, told.language)
    return Person(candidate, email, given or _part(candidate, 0), family or _part(candidate, 1))


def _part(candidate: Candidate, index: int) -> str | None:
    """A part of the candidate's name: as told, else guessed."""
    told = (candidate.given_name, candidate.family_name)
    return told[index] or names.split(candidate.name)[index] or None


async def _locked(uow: UnitOfWork, key: str) -> Candidate:
    candidate = await uow.lock(Candidate, uow.account_id, key)
    assert candidate is not None, "it was found or added in this very work"
    return candidate


async def _once(uow: UnitOfWork, flow_id: int, candidate_key: str) -> None:
    """Refuse somebody who is on the flow, by whatever candidate they were when they were put there."""
    theirs = or_(FlowAssignment.candidate_key == candidate_key, FlowAssignment.assigned_key == candidate_key)
    found = select(FlowAssignment.assignment_id).where(
        FlowAssignment.account_id == uow.account_id, FlowAssignment.flow_id == flow_id, theirs
    )
    if (await uow.session.execute(found.limit(1))).scalar_one_or_none() is not None:
        raise AlreadyOnFlow


async def _latest(uow: UnitOfWork, assignment_id: int, step_id: int) -> FlowAttempt | None:
    mine = (FlowAttempt.account_id == uow.account_id, FlowAttempt.assignment_id == assignment_id, FlowAttempt.step_id == step_id)
    return (await uow.session.execute(select(FlowAttempt).where(*mine).order_by(FlowAttempt.number.desc()).limit(1))).scalar_one_or_none()


def _written(reference: Reference | None, path: str) -> str | None:
    return None if reference is None else references.written(reference, path)
