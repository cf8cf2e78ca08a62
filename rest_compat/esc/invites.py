"""/invites of the esc Profile API: send, list, look up, remind, cancel."""

from typing import Annotated, Any, Literal

from pydantic import Field

from rest_compat.body import SAME, Address, Body, Moment, at, constant
from rest_compat.esc.dialect import InviteStatus, Told
from rest_compat.esc.paging import Limit, Offset
from rest_compat.route import Parameters, Route

SHOWN = ("pending", "started", "completed", "expired")
"""A canceled invite is in no list (I-ESC-26)."""


class SendInvite(Parameters):
    email: str = Field(description="The candidate's email address.", json_schema_extra={"format": "email"})
    name: str | None = Field(None, description="The candidate's name.")
    label: str | None = Field(
        "escprofile", alias="product_type", max_length=100, description="Free text; it is given back with the results."
    )
    sendEmail: bool = Field(True, alias="send_email", description="Whether to mail the invitation.")


class ListInvites(Parameters):
    status: Annotated[Literal["pending", "started", "completed", "expired"] | None, Field(description="Only invites with this status.")] = (
        None
    )
    limit: Limit = 20
    offset: Offset = 0

    def variables(self) -> dict[str, Any]:
        shown = [self.status] if self.status else SHOWN
        return {**super().variables(), "status": [status.upper() for status in shown]}


class OneInvite(Parameters):
    key: str = Field(alias="inviteId", description="The invite's id, such as inv_abc123xyz.")


class Invited(Body):
    email: str = at("email")
    name: str = at("name")


class Invite(Body):
    invite_id: str = at("key")
    status: InviteStatus = at("status")
    candidate: Annotated[Invited, SAME]
    analysis_link: Address = at("link")
    created_at: Moment = at("createdAt")


class InviteEnvelope(Body):
    """An invite inside the list is a whole answer (I-ESC-3)."""

    success: Annotated[Literal[True], constant(True), SAME]
    data: Annotated[Invite, SAME]


class InviteList(Body):
    invites: list[InviteEnvelope] = at("nodes")
    total: int = at("totalCount")


class Canceled(Told):
    message: Annotated[str, constant("Invite cancelled successfully"), SAME]
    invite_id: str = at("key")
    candidate_email: str = at("email")
    was_expired: bool = at("wasExpired")
    cancelled_at: Moment = at("canceledAt")


class Reminded(Told):
    message: Annotated[str, constant("Reminder sent successfully"), SAME]
    invite_id: str = at("key")
    candidate_email: str = at("email")
    status: InviteStatus = at("status")
    reminder_number: int = at("reminders")
    reminders_remaining: int = at("remindersLeft")
    sent_at: Moment = at("remindedAt")
    expires_at: Moment = at("expiresAt")
    days_until_expiry: int = at("daysUntilExpiry")


ROUTES = (
    Route(
        "POST",
        "/invites",
        "SendInvite",
        SendInvite,
        Invite,
        "Create invite",
        "Execution",
        status=201,
        refusals=(402,),
        operation_id="createInvite",
        description="Needs an available credit, which is spent when the candidate completes. At most ten invites are pending at a time.",
    ),
    Route("GET", "/invites", "ListInvites", ListInvites, InviteList, "List invites", "Execution", operation_id="listInvites"),
    Route(
        "GET",
        "/invites/{inviteId}",
        "GetInvite",
        OneInvite,
        Invite,
        "Get invite status",
        "Execution",
        refusals=(404,),
        operation_id="getInvite",
    ),
    Route(
        "DELETE",
        "/invites/{inviteId}",
        "CancelInvite",
        OneInvite,
        Canceled,
        "Cancel invite",
        "Execution",
        refusals=(404,),
        operation_id="deleteInvite",
        description="Only pending invites can be canceled; afterwards they are not found any more.",
    ),
    Route(
        "POST",
        "/invites/{inviteId}/remind",
        "RemindInvite",
        OneInvite,
        Reminded,
        "Send reminder",
        "Execution",
        refusals=(404,),
        operation_id="sendReminder",
        description="At most three reminders an invite, 24 hours apart, for pending and started invites.",
    ),
)
