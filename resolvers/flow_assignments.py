"""Who is on flows: how far they are, what came of each step, and what happens to them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from inspect import Parameter
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

import strawberry

from domain.access import queries as accounts
from domain.candidates import queries as candidates
from domain.candidates import references
from domain.flows import assigning, queries
from domain.flows.status import AssignmentStatus, AttemptStatus
from domain.invites import queries as invites
from domain.kernel.language import Language
from domain.kernel.paging import Window
from domain.kernel.permissions import Permission
from domain.questionnaires import queries as questionnaires
from resolvers import ids
from resolvers.context import Context
from resolvers.declared import Guarded, root_field
from resolvers.enums import ListOrder, graph_enum
from resolvers.fields import (
    Connection,
    Info,
    arg,
    attribute,
    batched,
    computed,
    edge,
    graph_type,
    mutation,
    query,
    read_by,
)
from resolvers.inputs import defaulted, required
from resolvers.nodes import Node, findable
from resolvers.paging import Pages, filters, page_arguments
from resolvers.scalars import BigInt, Reference

if TYPE_CHECKING:
    from resolvers.candidates import Candidate
    from resolvers.flows import Flow
    from resolvers.invites import Invite
    from resolvers.participants import Participant

from resolvers.flow_steps import FlowStep

READ, WRITE = Permission.FLOWS_READ, Permission.FLOWS_WRITE
FLOW = "The flow's number, or its id."
WHOSE = "The number of the assignment, or its id."

graph_enum(
    AssignmentStatus,
    name="FlowAssignmentStatus",
    description="How far a candidate is on a flow.",
    values={
        AssignmentStatus.NOT_STARTED: "Asked to take the first step, not begun.",
        AssignmentStatus.IN_PROGRESS: "Began the first step; neither passed the last one nor missed a threshold.",
        AssignmentStatus.COMPLETED: "Passed the last step.",
        AssignmentStatus.FAILED: "Missed the threshold of a step, which ends the flow.",
    },
)
graph_enum(
    AttemptStatus,
    name="FlowAttemptStatus",
    description="Where an attempt at a step stands.",
    values={
        AttemptStatus.NOT_STARTED: "Asked, not begun.",
        AttemptStatus.IN_PROGRESS: "Begun, without a score so far.",
        AttemptStatus.COMPLETED: "Its score reached the threshold.",
        AttemptStatus.FAILED: "Its score missed the threshold.",
        AttemptStatus.OVER: "It expired or was taken back before there was a score; `repeatFlowStep` asks again.",
    },
)


@graph_type(requires=READ, description="One time that a candidate was asked to take a step, and what came of it.")
class FlowAttempt:
    step: FlowStep = edge(queries.steps_by_id, key="step_id", description="Which step.")
    number: int = attribute("Which attempt at the step it is, from 1; a further one when the earlier was over without a score.")
    status: AttemptStatus = attribute("Where it stands.")
    score: float | None = attribute("Its score, 0 to 100; null until there is one.")
    passed: bool | None = attribute("Whether the score reached the threshold; null until there is one.")
    pass_threshold: float | None = attribute("What the score was held against; later changes of the step do not touch it.")
    taking: str = attribute("The key of what they were asked by: an invite, or a participant of a questionnaire.")
    invite: Annotated["Invite", strawberry.lazy("resolvers.invites")] | None = edge(
        invites.by_keys, key="taking", description="The invite; null where it is another instrument than the profile questionnaire."
    )
    participant: Annotated["Participant", strawberry.lazy("resolvers.participants")] | None = edge(
        questionnaires.participants_by_key, key="taking", description="The participant; null where it is no questionnaire."
    )
    asked_at: datetime = attribute("When they were asked.")

    @batched("Whether they are mailed what to take: nothing is mailed from a sandbox.")
    async def is_mailed(parents: Sequence[Any], context: Context) -> list[bool]:
        account = await accounts.by_id(context.read, context.account_id)
        return [account is not None and account.mode != "test" for _ in parents]

    mailed_at: datetime | None = attribute("When the mail was handed to the mail server.")
    started_at: datetime | None = attribute("When they began.")
    completed_at: datetime | None = attribute("When they completed it.")


@dataclass(frozen=True, slots=True)
class Progress:
    """How many steps are passed, of how many."""

    graph_type: ClassVar[str] = "FlowProgress"
    passed: int
    steps: int


@graph_type(requires=READ, description="How many steps of a flow a candidate has passed.")
class FlowProgress:
    passed: int = attribute("How many were passed.")
    steps: int = attribute("How many the flow has now.")


def _reference(written: str | None) -> Any:
    return None if written is None else references.read(written)


def _place(status: str, position: int) -> int | None:
    return None if status == AssignmentStatus.COMPLETED else position


@graph_type(requires=READ, description="One candidate on one flow.")
class FlowAssignment(Node):
    id: strawberry.ID = computed(ids.encoder("FlowAssignment"), columns=("assignment_id",), description="Opaque id.")
    key: BigInt = computed(int, columns=("assignment_id",), description="Its number.")
    flow: Annotated["Flow", strawberry.lazy("resolvers.flows")] | None = edge(
        queries.by_id, key="flow_id", description="Which flow; null once that was deleted."
    )
    candidate: Annotated["Candidate", strawberry.lazy("resolvers.candidates")] = edge(
        candidates.by_keys, key="candidate_key", description="Who it is."
    )
    email: str = attribute("The address that steps are mailed to; no address any more once the candidate was anonymised.")
    given_name: str | None = attribute("Their given name, as it was when they were put on the flow.")
    family_name: str | None = attribute("Their family name, as it was then.")
    job_candidate_reference: Reference | None = computed(
        _reference, columns=("job_candidate_ref",), description="The integrator's number of the application, as it was given."
    )
    job_reference: Reference | None = computed(
        _reference, columns=("job_ref",), description="The integrator's number of the job, as it was given."
    )
    talent_reference: Reference | None = computed(
        _reference, columns=("talent_ref",), description="The integrator's number of the person, as it was given."
    )
    status: AssignmentStatus = attribute("How far they are.")
    position: int | None = computed(
        _place,
        columns=("status", "position"),
        description="The place of the step they are on, or failed at; null once they completed the flow.",
    )
    assigned_at: datetime = attribute("When they were put on the flow.")
    updated_at: datetime = attribute("When something became of a step last.")
    completed_at: datetime | None = attribute("When they completed the flow, or failed.")
    attempts: list[FlowAttempt] = edge(
        queries.attempts_by_assignment,
        key="assignment_id",
        otherwise=(),
        description=f"Their attempts, by step; at most {assigning.MOST_ATTEMPTS} at each.",
    )

    @batched("The step they are on, or failed at; null once they completed the flow.")
    async def current_step(parents: Sequence[Any], context: Context) -> list[FlowStep | None]:
        wanted = [(parent.flow_id, _place(parent.status, parent.position)) for parent in parents]
        steps = await queries.steps_by_flow(context.read, context.account_id, list(dict.fromkeys(flow for flow, _place in wanted)))
        return [steps[flow][place - 1] if place is not None else None for flow, place in wanted]  # type: ignore[misc]

    @batched("How many steps they passed, of how many.")
    async def progress(parents: Sequence[Any], context: Context) -> list[FlowProgress]:
        counts = await queries.step_counts(context.read, context.account_id, list(dict.fromkeys(parent.flow_id for parent in parents)))
        return [_progress(parent, counts[parent.flow_id]) for parent in parents]  # type: ignore[misc]


def _progress(row: Any, steps: int) -> Progress:
    """Whoever completed a flow passed all it had then; steps appended since are none of theirs."""
    return Progress(row.position if row.status == AssignmentStatus.COMPLETED else row.position - 1, steps)


@strawberry.input(description="Who of those on a flow.")
class FlowAssignmentFilter:
    text: str | None = defaulted(
        "Whose given and family name, with one blank between, or email address contains this; case does not matter.", None
    )
    status: list[AssignmentStatus] | None = defaulted("Those who are so far.", None)
    assigned_from: datetime | None = defaulted("Put on the flow at this moment or later.", None)
    assigned_until: datetime | None = defaulted("Put on the flow before this moment.", None)


@strawberry.input(description="Whom to put on which flow. Without `jobCandidateReference` the email address says who it is.")
class AssignToFlowInput:
    flow: strawberry.ID = required(FLOW)
    email: str | None = defaulted(
        "The candidate's email address; needed unless `jobCandidateReference` leads to somebody who has one.", None
    )
    given_name: str | None = defaulted("The candidate's given name.", None)
    family_name: str | None = defaulted("The candidate's family name.", None)
    job_candidate_reference: Reference | None = defaulted(
        "What the system `JOB_CANDIDATE` calls the candidate; it decides who it is.", None
    )
    job_reference: Reference | None = defaulted("Your number of the job; it is given back as it came.", None)
    talent_reference: Reference | None = defaulted("Your number of the person; it is given back as it came.", None)
    language: Language | None = defaulted("The language of mails and pages; left out: the candidate's, else the account's.", None)


@strawberry.input(description="Who is to be asked again.")
class RepeatFlowStepInput:
    assignment: strawberry.ID = required(WHOSE)


async def _assignments(context: Context, *, flow: str, order_by: Any, filter: Any = None, **window: Any) -> Pages | None:
    found = await queries.by_id(context.read, context.account_id, [ids.number_of("Flow", flow)])
    if not found:
        return None
    [number], given = found, filters(filter)
    return Pages(await queries.assignments(context.read, context.account_id, number, Window(**window), order=order_by.value, given=given))


@strawberry.type
class FlowAssignmentQuery:
    @query(requires=READ, description="One candidate on one flow; null when there is no such number.")
    async def flow_assignment(context: Context, *, key: Annotated[strawberry.ID, arg(WHOSE)]) -> FlowAssignment | None:
        number = ids.number_of("FlowAssignment", key)
        return (await queries.assignments_by_id(context.read, context.account_id, [number])).get(number)  # type: ignore[return-value]

    flow_assignments: Connection[FlowAssignment] | None = root_field(
        _assignments,
        [
            Parameter("flow", Parameter.KEYWORD_ONLY, annotation=Annotated[strawberry.ID, arg(FLOW)]),
            *page_arguments(ListOrder, ListOrder.NEWEST, FlowAssignmentFilter, offset=True),
        ],
        Connection[FlowAssignment] | None,
        Guarded(READ),
        "Who is on one flow, for interfaces that page by number; null when there is no such flow, or it was deleted.",
        takes_reads=True,
    )


@strawberry.type
class FlowAssignmentMutation:
    @mutation(
        requires=WRITE,
        answers=FlowAssignment,
        then=read_by(queries.assignments_by_id),
        description="Put a candidate on a flow, once, and mail them the first step. Needs no credit; each completed profile "
        "questionnaire spends one.",
    )
    async def assign_to_flow(self, info: Info, input: Annotated[AssignToFlowInput, arg("Whom, on which flow.")]) -> int:
        told = assigning.Told(**{name: value for name, value in vars(input).items() if name != "flow"})
        return await assigning.assign(info.context.work, ids.number_of("Flow", input.flow), told)

    @mutation(
        requires=WRITE,
        answers=FlowAssignment,
        then=read_by(queries.assignments_by_id),
        description="Ask a candidate once more to take the step they are on, when the latest attempt at it expired or was taken back.",
    )
    async def repeat_flow_step(self, info: Info, input: Annotated[RepeatFlowStepInput, arg("Who is asked again.")]) -> int:
        return await assigning.repeat(info.context.work, ids.number_of("FlowAssignment", input.assignment))


findable("FlowAssignment", READ, queries.assignments_by_id, number=True)
