"""Flows: their steps, who is on them, and how far they are."""

from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from inspect import Parameter
from typing import TYPE_CHECKING, Annotated, Any, ClassVar
from uuid import UUID

import strawberry

from domain.access import queries as accounts
from domain.access.uuids import account_uuid
from domain.candidates import queries as candidates
from domain.candidates import references
from domain.flows import assigning, commands, queries
from domain.flows.status import AssignmentStatus, AttemptStatus, FlowStatus
from domain.flows.steps import MOST_STEPS, Step
from domain.instruments import port
from domain.invites import queries as invites
from domain.kernel.events import follow
from domain.kernel.language import Language
from domain.kernel.paging import Window
from domain.kernel.permissions import Permission
from domain.kernel.statements import Row
from domain.matching import queries as matching
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
    connection,
    edge,
    graph_type,
    listing,
    mutation,
    query,
    read_by,
    subscription,
)
from resolvers.inputs import defaulted, optional, required
from resolvers.inputs import given as given_in
from resolvers.job_profiles import JobProfile
from resolvers.nodes import Node, findable
from resolvers.paging import Pages, filters, page_arguments
from resolvers.scalars import BigInt, Reference
from resolvers.texts import LocalizedText

if TYPE_CHECKING:
    from resolvers.candidates import Candidate
    from resolvers.invites import Invite

READ, WRITE = Permission.FLOWS_READ, Permission.FLOWS_WRITE
WHICH = "The flow's number, or its id."
WHOSE = "The number of the assignment, or its id."

graph_enum(
    FlowStatus,
    name="FlowStatus",
    description="Whether a flow is in use.",
    values={
        FlowStatus.ACTIVE: "Candidates can be put on it.",
        FlowStatus.INACTIVE: "Nobody can be put on it; those who are on it go on.",
        FlowStatus.DELETED: "It is found no more, and nobody on it is asked for another step.",
    },
)
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


class FlowAssignmentEvent(Enum):
    ADDED = "flow_assignment.added"
    STEP_ASKED = "flow_assignment.step_asked"
    STEP_MAILED = "flow_assignment.step_mailed"
    STEP_MAIL_REFUSED = "flow_assignment.step_mail_refused"
    STEP_STARTED = "flow_assignment.step_started"
    STEP_PASSED = "flow_assignment.step_passed"
    STEP_FAILED = "flow_assignment.step_failed"
    STEP_OVER = "flow_assignment.step_over"
    COMPLETED = "flow_assignment.completed"
    FAILED = "flow_assignment.failed"


graph_enum(
    FlowAssignmentEvent,
    name="FlowAssignmentEventType",
    description="What happened to somebody on a flow.",
    values={
        FlowAssignmentEvent.ADDED: "They were put on it.",
        FlowAssignmentEvent.STEP_ASKED: "They were asked to take a step.",
        FlowAssignmentEvent.STEP_MAILED: "The mail of a step was handed to the mail server.",
        FlowAssignmentEvent.STEP_MAIL_REFUSED: "The mail server refused the mail of a step for good: the address may be wrong.",
        FlowAssignmentEvent.STEP_STARTED: "They began a step.",
        FlowAssignmentEvent.STEP_PASSED: "The score of a step reached its threshold.",
        FlowAssignmentEvent.STEP_FAILED: "The score of a step missed its threshold.",
        FlowAssignmentEvent.STEP_OVER: "An attempt expired or was taken back.",
        FlowAssignmentEvent.COMPLETED: "They passed the last step.",
        FlowAssignmentEvent.FAILED: "They missed a threshold, which ends the flow.",
    },
)


async def _offered(context: Context, parents: Sequence[Any]) -> dict[str, Any]:
    """The instruments of steps, asked for once by the fields of one level."""
    keys = sorted({parent.instrument for parent in parents})
    return await context.once(("offered", *keys), lambda: port.offered(context.read, context.account_id, keys))


@graph_type(requires=READ, description="One instrument of a flow, and the score from which it is passed.")
class FlowStep:
    key: BigInt = computed(int, columns=("step_id",), description="Its number.")
    position: int = attribute("Its place in the flow, from 1.")
    instrument: strawberry.ID = attribute("What is taken: the key of an instrument, or of a questionnaire.")
    instrument_type: str = attribute("What kind of instrument it is, in the word that was given, else in that of the instrument.")
    pass_threshold: float = attribute("The score, 0 to 100, from which it is passed.")
    name: str | None = attribute("What it is called.")
    instructions: str | None = attribute("What candidates are told beside the instrument's own words.")
    pass_action: str | None = attribute("The account's own word for what follows when it is passed.")
    job_profile: JobProfile | None = edge(
        matching.by_keys, key="job_profile_key", description="What results are matched to here; null where it is what the flow says."
    )

    @batched("What the instrument is called; null when the account does not have it any more.")
    async def instrument_name(parents: Sequence[Any], context: Context) -> list[LocalizedText | None]:
        found = await _offered(context, parents)
        return [found[parent.instrument][0].name if parent.instrument in found else None for parent in parents]

    @batched("About how long it takes, in minutes; null where nobody said.")
    async def duration_minutes(parents: Sequence[Any], context: Context) -> list[int | None]:
        found = await _offered(context, parents)
        return [found[parent.instrument][0].duration_minutes if parent.instrument in found else None for parent in parents]


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
        candidates.by_keys, key="candidate_key", description="Who."
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


@graph_type(requires=READ, description="Steps with thresholds that candidates pass one after another.")
class Flow(Node):
    id: strawberry.ID = computed(ids.encoder("Flow"), columns=("flow_id",), description="Opaque id.")
    key: BigInt = computed(int, columns=("flow_id",), description="Its number.")
    name: str = attribute("What it is called.")
    description: str | None = attribute("What it is for, in the account's own words.")
    status: FlowStatus = attribute("Whether it is in use.")
    account_uuid: UUID = computed(
        lambda context: account_uuid(context.account_id), columns=(), context=True, description="The account as a UUID: `Account.uuid`."
    )
    job_profile: JobProfile | None = edge(
        matching.by_keys, key="job_profile_key", description="What results are matched to in steps that name no job profile of their own."
    )
    steps: list[FlowStep] = edge(
        queries.steps_by_flow, key="flow_id", otherwise=(), description=f"Its steps in their order; at most {MOST_STEPS}."
    )
    created_at: datetime = attribute("When it was made.")
    updated_at: datetime = attribute("When it was changed last.")
    assignments: Connection[FlowAssignment] = connection(
        lambda context, keys, window, order, given: queries.assignments_by_flow(
            context.read, context.account_id, keys, window, order=order, given=given
        ),
        of=FlowAssignment,
        key="flow_id",
        order=ListOrder,
        default=ListOrder.NEWEST,
        filter=FlowAssignmentFilter,
        description="Who is on it.",
    )

    @batched("How many candidates were put on it.")
    async def candidate_count(parents: Sequence[Any], context: Context) -> list[int]:
        counts = await queries.candidate_counts(context.read, context.account_id, list(dict.fromkeys(parent.flow_id for parent in parents)))
        return [counts.get(parent.flow_id, 0) for parent in parents]


@graph_type(requires=READ, description="Something that happened to somebody on a flow.")
class FlowAssignmentChanged:
    type: FlowAssignmentEvent = attribute("What happened.")
    sequence: BigInt = attribute("Its number in the account: give the last one seen as `after` to go on without gap or repeat.")
    at: datetime = attribute("When it happened.")
    step: int | None = attribute("The place of the step it happened at; null for the flow as a whole.")
    attempt: int | None = attribute("Which attempt at the step it is; null for the flow as a whole.")
    assignment: FlowAssignment = edge(queries.assignments_by_id, key="subject", description="The assignment as it is now.")


@dataclass(frozen=True, slots=True)
class News:
    """An event as the graph tells it."""

    graph_type: ClassVar[str] = "FlowAssignmentChanged"
    type: str
    sequence: int
    at: datetime
    subject: int
    step: int | None
    attempt: int | None

    @classmethod
    def of(cls, row: Row) -> "News":
        return cls(row.type, row.sequence, row.at, int(row.subject), row.facts.get("step"), row.facts.get("attempt"))


@strawberry.input(description="Which flows; those that were deleted are never among them.")
class FlowFilter:
    status: list[FlowStatus] | None = defaulted("Those that are so.", None)


@strawberry.input(description="A step of a flow.")
class FlowStepInput:
    instrument: strawberry.ID = required("What is taken: the key of an instrument, or of a questionnaire, or its id.")
    pass_threshold: float = required("The score, 0 to 100, from which it is passed.")
    instrument_type: str | None = defaulted("Your own word for what kind of instrument it is; left out: the instrument's.", None)
    name: str | None = defaulted("What to call it; at most 200 characters.", None)
    instructions: str | None = defaulted("What candidates are told; at most 5,000 characters.", None)
    pass_action: str | None = defaulted("Your own word for what follows when it is passed.", None)
    job_profile: strawberry.ID | None = defaulted("What to match results to; left out: what the flow says.", None)


@strawberry.input(description="What a new flow is to be.")
class CreateFlowInput:
    name: str = required("What to call it; at most 200 characters.")
    description: str | None = defaulted("What it is for; at most 5,000 characters.", None)
    job_profile: strawberry.ID | None = defaulted(
        "What to match results to in steps that name no job profile. Without any, a step's score is the mean of the 17 operative "
        "C-values times ten.",
        None,
    )
    steps: list[FlowStepInput] = required(f"Its steps in their order, 1 to {MOST_STEPS}.")


@strawberry.input(description="What to change about a flow; what is left out stays, null takes a description or job profile away.")
class UpdateFlowInput:
    key: strawberry.ID = required(WHICH)
    name: str | None = optional("What to call it.")
    description: str | None = optional("What it is for.")
    status: FlowStatus | None = optional("Whether it is in use; `DELETED` cannot be taken back.")
    job_profile: strawberry.ID | None = optional("What to match results to from now on.")
    steps: list[FlowStepInput] | None = optional(
        "All existing steps in their order, of which only the threshold may differ and what is left out stays, then those to append."
    )


@strawberry.input(description="Whom to put on which flow. Without `jobCandidateReference` the email address says who it is.")
class AssignToFlowInput:
    flow: strawberry.ID = required(WHICH)
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


def _steps(given: Sequence[FlowStepInput]) -> list[Step]:
    """Steps of an input as the domain takes them."""
    return [
        Step(**given_in(step, "instrument", "job_profile"), instrument=_instrument(step.instrument), job_profile=_profile(step.job_profile))
        for step in given
    ]


def _instrument(key: str) -> str:
    """The key that an id of an instrument or a questionnaire has, or the key itself; instruments are taken in their current version."""
    return ids.key_of("Questionnaire", ids.key_of("Instrument", key).partition("@")[0])


def _profile(key: str | None) -> str | None:
    return None if key is None else ids.key_of("JobProfile", key)


def _narrowed(input: Any, *but: str) -> dict[str, Any]:
    """What was given of a flow, ids as keys."""
    given = given_in(input, *but)
    if given.get("steps") is not None:
        given["steps"] = _steps(given["steps"])
    if "job_profile" in given:
        given["job_profile"] = _profile(given["job_profile"])
    return given


async def _assignments(context: Context, *, flow: str, order_by: Any, filter: Any = None, **window: Any) -> Pages | None:
    found = await queries.by_id(context.read, context.account_id, [ids.number_of("Flow", flow)])
    if not found:
        return None
    [number], given = found, filters(filter)
    return Pages(await queries.assignments(context.read, context.account_id, number, Window(**window), order=order_by.value, given=given))


@strawberry.type
class FlowQuery:
    @query(requires=READ, description="One flow; null when there is no such number, or it was deleted.")
    async def flow(context: Context, *, key: Annotated[strawberry.ID, arg(WHICH)]) -> Flow | None:
        number = ids.number_of("Flow", key)
        return (await queries.by_id(context.read, context.account_id, [number])).get(number)  # type: ignore[return-value]

    flows: Connection[Flow] = listing(
        lambda context, window, order, given: queries.page(context.read, context.account_id, window, order=order, given=given),
        of=Flow,
        requires=READ,
        order=ListOrder,
        default=ListOrder.NEWEST,
        filter=FlowFilter,
        description="The account's flows.",
    )

    @query(
        requires=READ,
        most=commands.MOST_FLOWS,
        description=f"All flows of the account at once, newest first; an account has at most {commands.MOST_FLOWS}.",
    )
    async def all_flows(context: Context) -> list[Flow]:
        return await queries.everything(context.read, context.account_id)  # type: ignore[return-value]

    @query(requires=READ, description="One candidate on one flow; null when there is no such number.")
    async def flow_assignment(context: Context, *, key: Annotated[strawberry.ID, arg(WHOSE)]) -> FlowAssignment | None:
        number = ids.number_of("FlowAssignment", key)
        return (await queries.assignments_by_id(context.read, context.account_id, [number])).get(number)  # type: ignore[return-value]

    flow_assignments: Connection[FlowAssignment] | None = root_field(
        _assignments,
        [
            Parameter("flow", Parameter.KEYWORD_ONLY, annotation=Annotated[strawberry.ID, arg(WHICH)]),
            *page_arguments(ListOrder, ListOrder.NEWEST, FlowAssignmentFilter, offset=True),
        ],
        Connection[FlowAssignment] | None,
        Guarded(READ),
        "Who is on one flow, for interfaces that page by number; null when there is no such flow, or it was deleted.",
        takes_reads=True,
    )


@strawberry.type
class FlowMutation:
    @mutation(requires=WRITE, answers=Flow, then=read_by(queries.by_id), description="Make a flow; it is active at once.")
    async def create_flow(self, info: Info, input: Annotated[CreateFlowInput, arg("What it is to be.")]) -> int:
        return await commands.create(info.context.work, **_narrowed(input))

    @mutation(
        requires=WRITE,
        answers=Flow,
        then=read_by(queries.changed_by_id),
        description="Change a flow. Of existing steps only thresholds change; further ones are appended. One that was deleted is "
        "shown here for the last time.",
    )
    async def update_flow(self, info: Info, input: Annotated[UpdateFlowInput, arg("What to change.")]) -> int:
        return await commands.update(info.context.work, ids.number_of("Flow", input.key), _narrowed(input, "key"))

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
    async def repeat_flow_step(self, info: Info, input: Annotated[RepeatFlowStepInput, arg("Who.")]) -> int:
        return await assigning.repeat(info.context.work, ids.number_of("FlowAssignment", input.assignment))


@strawberry.type
class FlowSubscription:
    @subscription(
        requires=READ,
        description="What happens to those on flows from now on, or from after an event; one payload for each event, in order.",
    )
    async def flow_assignment_changed(
        self,
        info: Info,
        flow: Annotated[strawberry.ID | None, arg("Only on this flow, by number or id; left out: on any.")] = None,
        after: Annotated[BigInt | None, arg("Go on after this sequence number; left out: from now on.")] = None,
    ) -> AsyncGenerator[FlowAssignmentChanged, None]:
        context = info.context
        wanted = {event.value for event in FlowAssignmentEvent}
        number = ids.number_of("Flow", flow) if flow is not None else None
        database, account_id = context.database, context.account_id
        since = context.resume_after if context.resume_after is not None else after
        async for row in follow(database.read, database.signals, account_id, types=wanted, since=since):
            if number is None or row.facts["flow"] == number:
                yield News.of(row)  # type: ignore[misc]


findable("Flow", READ, queries.by_id, number=True)
findable("FlowAssignment", READ, queries.assignments_by_id, number=True)
