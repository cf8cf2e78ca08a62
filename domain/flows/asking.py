"""Asking a candidate to take a step: what each further attempt, the first one as well, begins with."""

from domain.candidates.model import Candidate
from domain.flows import events, mails
from domain.flows.errors import UnknownInstrument
from domain.flows.model import FlowAssignment, FlowAttempt, FlowStep
from domain.instruments.port import Asked, offered
from domain.kernel import names
from domain.kernel.errors import FieldFault
from domain.kernel.identifiers import new_key
from domain.kernel.work import UnitOfWork


async def ask(uow: UnitOfWork, assignment: FlowAssignment, step: FlowStep, candidate: Candidate, *, number: int = 1) -> None:
    """Write that a candidate, locked and not erased, is asked to take a step, and have it mailed once.

    Raises UnknownInstrument when the account does not have the instrument any more.
    """
    found = (await offered(uow.read, uow.account_id, [step.instrument])).get(step.instrument)
    if found is None:
        raise UnknownInstrument([FieldFault(("flow",), f"Step {step.position} asks for an instrument that this account does not have.")])
    asked = Asked(
        candidate_key=assignment.candidate_key,
        email=assignment.email,
        name=names.joined(assignment.given_name, assignment.family_name),
        language=candidate.language,
        reference=f"flow-{assignment.assignment_id}-{step.position}-{number}",
    )
    attempt = FlowAttempt(
        account_id=uow.account_id,
        assignment_id=assignment.assignment_id,
        step_id=step.step_id,
        number=number,
        key=new_key("fat"),
        candidate_key=assignment.candidate_key,
        taking=await found[1].ask(uow, step.instrument, asked),
        asked_at=uow.now,
    )
    uow.add(attempt, uow.account_id, attempt.assignment_id, attempt.step_id, number)
    happened = {"flow": assignment.flow_id, "step": step.position, "attempt": number}
    uow.record(events.FLOW_ASSIGNMENT_STEP_ASKED, str(assignment.assignment_id), **happened)
    await uow.enqueue(mails.send_step, str(assignment.assignment_id), str(step.step_id), str(number))
