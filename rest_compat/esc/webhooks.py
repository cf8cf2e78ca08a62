"""/webhooks of the esc Profile API: register an address, and list those that are registered."""

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from rest_compat.body import SAME, Body, Moment, at
from rest_compat.esc.messages import EVENTS
from rest_compat.route import Nothing, Parameters, Route

WireEvent = Literal["analysis.completed", "analysis.started", "order.completed"]
TYPES = {name: event.replace(".", "_").upper() for name, event in EVENTS.items()}
"""The contract's names of events, and the values of the graph's enum."""


class CreateWebhook(Parameters):
    url: str = Field(description="Where messages are sent: an https address.", json_schema_extra={"format": "uri"})
    events: list[WireEvent] | None = Field(None, min_length=1, description="What to be told of; left out: all three.")

    def variables(self) -> dict[str, Any]:
        return {"url": self.url, "events": [TYPES[name] for name in self.events or TYPES]}


def _wire_names(events: Any) -> Any:
    """In the order of the contract."""
    return [name for name, type in TYPES.items() if type in events]


Events = Annotated[list[str], BeforeValidator(_wire_names)]


class RegisteredWebhook(Body):
    webhook_id: str = at("webhook.key")
    url: str = at("webhook.url")
    secret: str = at("secret")
    events: Events = at("webhook.events")


class Webhook(Body):
    webhook_id: str = at("key")
    url: str = at("url")
    events: Events = at("events")
    active: bool = at("active")
    created_at: Moment = at("createdAt")


class WebhookList(Body):
    webhooks: Annotated[list[Webhook], SAME]


TAG = "Webhooks"
ROUTES = (
    Route(
        "POST",
        "/webhooks",
        "CreateWebhook",
        CreateWebhook,
        RegisteredWebhook,
        "Register webhook",
        TAG,
        status=201,
        operation_id="createWebhook",
        description="The secret is shown only here. Each message has the header X-Webhook-Signature: sha256= and the HMAC-SHA-256 of the "
        "raw body in hex, made with the secret, and the headers of Standard Webhooks beside it.",
    ),
    Route(
        "GET",
        "/webhooks",
        "ListWebhooks",
        Nothing,
        WebhookList,
        "List webhooks",
        TAG,
        operation_id="listWebhooks",
        description="Those that were registered for the messages of this API, newest first; their secrets are not shown.",
    ),
)
