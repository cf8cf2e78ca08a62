"""The mail of a step, as a job: it looks first whether it is still to be sent."""

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import update

from domain.access import queries as access
from domain.candidates import queries as candidates
from domain.flows import events, queries
from domain.flows.model import FlowAttempt
from domain.flows.status import AttemptStatus
from domain.instruments.port import Offered, Standing, offered, taken
from domain.kernel import names
from domain.kernel.actor import Actor
from domain.kernel.jobs import job
from domain.kernel.ports import Mail, Ports, Undeliverable
from domain.kernel.statements import Read, Row

TEMPLATE = "flow_step"


class Asking(NamedTuple):
    """All that a mail says."""

    account: Row
    flow: Row
    steps: Sequence[Row]
    assignment: Row
    attempt: Row
    language: str
    instrument: Offered | None
    standing: Standing
    link: str

    @property
    def step(self) -> Row:
        return next(step for step in self.steps if step.step_id == self.attempt.step_id)


@job("flows.send_step")
async def send_step(ports: Ports, account_id: int, assignment: str, step: str, number: str) -> None:
    """Mail a candidate what to take, once for each attempt; sandboxes are mailed nothing."""
    asking = await _asking(ports, account_id, int(assignment), int(step), int(number))
    if asking is None:
        return
    happened = events.FLOW_ASSIGNMENT_STEP_MAILED
    try:
        await ports.mailer.send(_mail(asking))
    except Undeliverable:
        happened = events.FLOW_ASSIGNMENT_STEP_MAIL_REFUSED  # the account can find another way; it is seen on the attempt
    async with ports.database.work(Actor.system(account_id)) as uow:
        mine = (FlowAttempt.account_id == account_id, FlowAttempt.assignment_id == int(assignment))
        this = (FlowAttempt.step_id == int(step), FlowAttempt.number == int(number), FlowAttempt.mailed_at.is_(None))
        facts = {"flow": asking.flow.flow_id, "step": asking.step.position, "attempt": int(number)}
        if happened is events.FLOW_ASSIGNMENT_STEP_MAIL_REFUSED or await uow.change(
            update(FlowAttempt).where(*mine, *this).values(mailed_at=uow.now)
        ):
            uow.record(happened, assignment, **facts)


async def _asking(ports: Ports, account_id: int, assignment_id: int, step_id: int, number: int) -> Asking | None:
    """What to mail; None when there is nothing to be mailed any more, or never was."""
    read = ports.database.read()
    account = await access.by_id(read, account_id)
    attempts = (await queries.attempts_by_assignment(read, account_id, [assignment_id])).get(assignment_id, ())
    attempt = next((one for one in attempts if (one.step_id, one.number) == (step_id, number)), None)
    if account is None or account.mode == "test" or attempt is None or attempt.mailed_at or attempt.status != AttemptStatus.NOT_STARTED:
        return None
    assignment = (await queries.assignments_by_id(read, account_id, [assignment_id]))[assignment_id]
    flow = (await queries.by_id(read, account_id, [assignment.flow_id])).get(assignment.flow_id)
    candidate = (await candidates.by_keys(read, account_id, [assignment.candidate_key])).get(assignment.candidate_key)
    found = (await taken(read, account_id, [attempt.taking])).get(attempt.taking)
    if flow is None or candidate is None or candidate.anonymized_at or found is None or not _open(ports, found[0]):
        return None
    steps = (await queries.steps_by_flow(read, account_id, [flow.flow_id]))[flow.flow_id]
    link = found[1].link(ports.database.environment, account_id, attempt.taking)
    instrument = await _instrument(read, account_id, steps, step_id)
    language = candidate.language or account.language
    return Asking(account, flow, steps, assignment, attempt, language, instrument, found[0], link)


def _open(ports: Ports, standing: Standing) -> bool:
    late = standing.expires_at is not None and standing.expires_at <= ports.database.clock.now()
    return not (standing.over or standing.completed_at or late)


async def _instrument(read: Read, account_id: int, steps: Sequence[Row], step_id: int) -> Offered | None:
    key = next(step.instrument for step in steps if step.step_id == step_id)
    found = await offered(read, account_id, [key])
    return found[key][0] if key in found else None


def _mail(asking: Asking) -> Mail:
    assignment, step, instrument = asking.assignment, asking.step, asking.instrument
    name = names.joined(assignment.given_name, assignment.family_name)
    facts = {
        "company": asking.account.company,
        "name": name,
        "flow": asking.flow.name,
        "step": str(step.position),
        "steps": str(len(asking.steps)),
        "title": step.name or (instrument.name.in_language(asking.language) if instrument else ""),
        "instructions": step.instructions or "",
        "minutes": str(instrument.duration_minutes or "") if instrument else "",
        "expires": asking.standing.expires_at.isoformat() if asking.standing.expires_at else "",
        "link": asking.link,
    }
    return Mail(TEMPLATE, asking.language, assignment.email, name, asking.attempt.key, facts)
