"""What happens to flows, and to those who are on them."""

from typing import Any

from domain.candidates.events import CANDIDATE
from domain.kernel.event_types import Thing, codes, happening, number, reference

FLOW = Thing("Flow")
FLOW_ASSIGNMENT = Thing("FlowAssignment")
DETAILS = ("name", "description", "status", "job_profile", "thresholds", "steps")

_FLOW = reference("Of which flow.", FLOW)
_STEP: dict[str, Any] = {
    "flow": _FLOW,
    "step": number("The place of the step in the flow, from 1.", least=1),
    "attempt": number("Which attempt at the step it is, from 1.", least=1),
}

FLOW_CREATED = happening("flow.created", FLOW, "A flow was made.", steps=number("How many steps it has.", least=1))
FLOW_CHANGED = happening("flow.changed", FLOW, "A flow was changed.", fields=codes("What of it.", DETAILS))
FLOW_DELETED = happening("flow.deleted", FLOW, "A flow was deleted: it is listed no more.")
FLOW_ASSIGNMENT_ADDED = happening(
    "flow_assignment.added",
    FLOW_ASSIGNMENT,
    "A candidate was put on a flow.",
    flow=_FLOW,
    candidate=reference("Who.", CANDIDATE),
)
FLOW_ASSIGNMENT_STEP_ASKED = happening("flow_assignment.step_asked", FLOW_ASSIGNMENT, "The candidate was asked to take a step.", **_STEP)
FLOW_ASSIGNMENT_STEP_MAILED = happening(
    "flow_assignment.step_mailed", FLOW_ASSIGNMENT, "The mail of a step was handed to the mail server.", **_STEP
)
FLOW_ASSIGNMENT_STEP_MAIL_REFUSED = happening(
    "flow_assignment.step_mail_refused",
    FLOW_ASSIGNMENT,
    "The mail server refused the mail of a step for good: the address may be wrong.",
    **_STEP,
)
FLOW_ASSIGNMENT_STEP_STARTED = happening("flow_assignment.step_started", FLOW_ASSIGNMENT, "The candidate began a step.", **_STEP)
FLOW_ASSIGNMENT_STEP_PASSED = happening(
    "flow_assignment.step_passed", FLOW_ASSIGNMENT, "The score of a step reached its threshold.", **_STEP
)
FLOW_ASSIGNMENT_STEP_FAILED = happening(
    "flow_assignment.step_failed", FLOW_ASSIGNMENT, "The score of a step missed its threshold.", **_STEP
)
FLOW_ASSIGNMENT_STEP_OVER = happening(
    "flow_assignment.step_over", FLOW_ASSIGNMENT, "An attempt at a step expired or was taken back; it can be asked for again.", **_STEP
)
FLOW_ASSIGNMENT_COMPLETED = happening("flow_assignment.completed", FLOW_ASSIGNMENT, "The candidate passed the last step.", flow=_FLOW)
FLOW_ASSIGNMENT_FAILED = happening(
    "flow_assignment.failed", FLOW_ASSIGNMENT, "The candidate missed a threshold, which ends the flow.", flow=_FLOW
)
