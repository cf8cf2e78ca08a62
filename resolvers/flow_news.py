"""News: what happens to those on flows, as it happens."""

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Annotated, ClassVar

import strawberry

from domain.flows import queries
from domain.kernel.events import follow
from domain.kernel.permissions import Permission
from domain.kernel.statements import Row
from resolvers import ids
from resolvers.enums import graph_enum
from resolvers.fields import Info, arg, attribute, edge, graph_type, subscription
from resolvers.flow_assignments import FlowAssignment
from resolvers.scalars import BigInt

READ = Permission.FLOWS_READ


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


@strawberry.type
class FlowAssignmentSubscription:
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
