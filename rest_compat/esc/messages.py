"""What the esc Profile API tells of events, in the words of its other answers (I-ESC-22)."""

from typing import Annotated, Any

from pydantic import BeforeValidator

from rest_compat.body import SAME, Address, Body, Moment, at, link, may_lack
from rest_compat.esc.invites import Invite
from rest_compat.esc.orders import Amount, OrderedProduct, OrderStanding
from rest_compat.message import Message

EVENTS = {"analysis.completed": "invite.completed", "analysis.started": "invite.started", "order.completed": "order.completed"}
"""The contract's names of events, and those of the graph (R-ESC-56)."""
NAMES = {event: name for name, event in EVENTS.items()}


def _product_type(invite: Any) -> Any:
    """What the integrator called it, else the instrument (I-ESC-23)."""
    return invite["label"] or invite["instrument"]["key"]


class StartedInvite(Invite):
    product_type: Annotated[str, BeforeValidator(_product_type), SAME]
    session_id: int = at("attempt.key")
    started_at: Moment = at("attempt.startedAt")


def _has_results(invite: Any) -> bool:
    return bool(invite["attempt"]["completedAt"])


class CompletedInvite(StartedInvite):
    completed_at: Moment | None = may_lack("attempt.completedAt")
    results_url: Annotated[Address, link("/invites/{key}/results", when=_has_results), SAME]


class Paid(Body):
    amount: Amount = at("gross")
    currency: str = at("currency")


class CompletedOrder(OrderStanding):
    """An order as it was placed and as it stands (R-ESC-13, R-ESC-14); its product is left out when it is not sold any more."""

    product: OrderedProduct | None = may_lack("product")
    payment: Annotated[Paid, SAME]


class TestedWebhook(Body):
    webhook_id: str = at("key")
    url: str = at("url")


MESSAGES = (
    Message("invite.started", NAMES["invite.started"], "TellInvite", StartedInvite),
    Message("invite.completed", NAMES["invite.completed"], "TellInvite", CompletedInvite),
    Message("order.completed", NAMES["order.completed"], "TellOrder", CompletedOrder),
    Message("webhook.tested", "webhook.tested", "TellWebhook", TestedWebhook),
)
