"""Webhooks: addresses that are told what happens, and the log of what they were told."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

import strawberry

from domain.kernel.paging import Page
from domain.kernel.permissions import Permission
from domain.questionnaires import queries as questionnaires
from domain.webhooks import commands, queries
from domain.webhooks.commands import NewSecret
from domain.webhooks.status import MOST_WEBHOOKS
from domain.webhooks.types import about_money, about_results
from resolvers import ids
from resolvers.context import Context
from resolvers.enums import ListOrder
from resolvers.event_log import EventType, event_type
from resolvers.fields import (
    Connection,
    Info,
    arg,
    attribute,
    computed,
    connection,
    edge,
    graph_type,
    listing,
    mutation,
    query,
    read_by,
)
from resolvers.inputs import defaulted, given, optional, required
from resolvers.nodes import Node, findable
from resolvers.paging import filters
from resolvers.scalars import BigInt
from resolvers.webhook_enums import Canceled, Credential, DeliveryStatus, Disabled, Format, Trouble

if TYPE_CHECKING:
    from resolvers.questionnaires import Questionnaire

READ, WRITE = Permission.WEBHOOKS_READ, Permission.WEBHOOKS_WRITE
WHICH = "The webhook's key (`wh_…`) or id."
WHICH_DELIVERY = "The delivery's key (`msg_…`) or id."


@graph_type(requires=READ, description="One time that a delivery was sent, and what came of it.")
class DeliveryAttempt:
    number: int = attribute("Which time it was, from 1; deliveries that are sent again go on counting.")
    at: datetime = attribute("When it began.")
    latency_ms: int = attribute("How long it took until the answer was read, in milliseconds.")
    status_code: int | None = attribute("The status of the answer; null when there was none.")
    trouble: Trouble | None = attribute("Why there was no answer; null when there was one.")


async def _attempts(context: Context, keys: Sequence[Any], window: Any, order: str, _given: Any) -> Mapping[Any, Page]:
    return await queries.attempts(context.read, context.account_id, keys, window, order=order)


async def _deliveries(context: Context, keys: Sequence[Any], window: Any, order: str, given: Mapping[str, Any]) -> Mapping[Any, Page]:
    return await queries.deliveries_of(context.read, context.account_id, keys, window, order=order, given=ids.about(given))


def _body(context: Context, body: str | None, type: str) -> str | None:
    context.require(Permission.CANDIDATES_READ, Permission.INVITES_READ)
    if about_money(type):
        context.require(Permission.BILLING_READ)
    if about_results(type):
        context.require(Permission.QUESTIONNAIRE_RESULTS_READ, Permission.PARTICIPANTS_READ)
    return body


@graph_type(
    requires=READ,
    description="One event told to one webhook. It is kept for 30 days after it was done with; a questionnaire's result that "
    "was not taken for 15.",
)
class Delivery(Node):
    id: strawberry.ID = computed(ids.encoder("Delivery"), columns=("key",), description="Opaque id.")
    key: str = attribute("Its key: `msg_…`, the `webhook-id` of the message, the same each time that it is sent.")
    status: DeliveryStatus = attribute("Where it stands.")
    reason: Canceled | None = attribute("Why it is not sent; null unless it is canceled.")
    name: str = computed(str, columns=("type",), description="What happened, as the message calls it, such as `invite.completed`.")
    type: EventType | None = computed(
        event_type, columns=("type",), description="The same as an enum; null for one that only another release of this server knows."
    )
    sequence: BigInt = attribute("The number of the event in the account.")
    subject: str = attribute("The key of what the event is about. Events about the same thing are told in their order.")
    body: str | None = computed(
        _body,
        columns=("body", "type"),
        context=True,
        description="What is sent, the same each time; null before the first try, and once the person it is about was erased. "
        "Needs `candidates:read` and `invites:read` as well, `billing:read` where it tells what was bought, charged or "
        "credited, and `questionnaire_results:read` and `participants:read` where it tells of a questionnaire.",
    )
    tries: int = attribute("How often it was tried since it was recorded, or since it was asked to be sent again.")
    attempt_count: int = attribute("How often it was tried in all.")
    next_try_at: datetime | None = computed(
        lambda status, next_at: next_at if status == DeliveryStatus.PENDING else None,
        columns=("status", "next_at"),
        description="When it is tried next, or was to be; null when it is done with.",
    )
    created_at: datetime = attribute("When the event happened.")
    done_at: datetime | None = attribute("When it was taken, given up or canceled.")
    attempts: Connection[DeliveryAttempt] = connection(
        _attempts, of=DeliveryAttempt, key="key", order=ListOrder, default=ListOrder.NEWEST, description="Each time that it was sent."
    )
    webhook: Annotated["Webhook", strawberry.lazy("resolvers.webhooks")] | None = edge(
        queries.by_keys, key="webhook_key", description="To which webhook; null once that was deleted."
    )


@strawberry.input(description="Which deliveries.")
class DeliveryFilter:
    status: list[DeliveryStatus] | None = defaulted("Those that stand so.", None)
    type: list[EventType] | None = defaulted("Those of events of these types.", None)
    webhook: strawberry.ID | None = defaulted("Those to this webhook, by key or id.", None)
    subject: str | None = defaulted("Those of events about the thing with this key.", None)
    created_from: datetime | None = defaulted("Of events at this moment or later.", None)
    created_until: datetime | None = defaulted("Of events before this moment.", None)


def _known(names: Sequence[str]) -> list[Any]:
    return [type for type in map(event_type, names) if type is not None]


@graph_type(
    requires=READ,
    description="An address that is told what happens in the account. An account has 20 at most, and one more for each questionnaire.",
)
class Webhook(Node):
    id: strawberry.ID = computed(ids.encoder("Webhook"), columns=("key",), description="Opaque id.")
    key: str = attribute("Its key: `wh_…`.")
    url: str = attribute("Where messages are sent.")
    description: str | None = attribute("What it is, in the account's own words.")
    events: list[EventType] = computed(
        _known,
        columns=("events",),
        description="The types of events that it is told of; those that only another release knows are left out.",
    )
    format: Format = attribute("In whose words.")
    active: bool = computed(lambda at: at is None, columns=("disabled_at",), description="Whether anything is sent to it.")
    disabled_at: datetime | None = attribute("When it was switched off; null when it is on.")
    disabled_reason: Disabled | None = attribute("Why it was switched off; null when it is on.")
    failing_since: datetime | None = attribute("Since when it has answered nothing well; null when it did lately.")
    previous_secret_until: datetime | None = computed(
        lambda context, until: until if until and until > context.now else None,
        columns=("previous_until",),
        context=True,
        description="Until when messages are signed with the secret before as well; null when they are not.",
    )
    questionnaire: Annotated["Questionnaire", strawberry.lazy("resolvers.questionnaires")] | None = edge(
        questionnaires.by_keys, key="questionnaire_key", description="Whose results it is told, and nothing else; null for all others."
    )
    retries: bool = computed(bool, columns=("retried",), description="Whether what it did not take is tried again by itself.")
    signed: bool = attribute("Whether messages to it are signed.")
    credential: Credential | None = attribute("How messages prove whom they are from besides; null when they do not.")
    header_name: str | None = computed(
        lambda name: name, columns=("credential_name",), description="The name of the header that is given; its value is shown to nobody."
    )
    token_url: str | None = attribute("Where tokens of OAuth 2 are fetched.")
    audience: str | None = attribute("The audience of those tokens.")
    client_id: str | None = attribute("The id of the client that fetches them; its secret is shown to nobody.")
    created_at: datetime = attribute("When it was registered.")
    updated_at: datetime = attribute("When it was changed last.")
    deliveries: Connection[Delivery] = connection(
        _deliveries,
        of=Delivery,
        key="key",
        order=ListOrder,
        default=ListOrder.NEWEST,
        filter=DeliveryFilter,
        description="What was sent to it, and what is to be.",
    )


@graph_type(requires=WRITE, description="A webhook with a secret just made, which is shown here and never again.")
class NewWebhook:
    webhook: Webhook = attribute("The webhook as it is listed.")
    secret: str = attribute("The secret that messages are signed with: `whsec_…`. Save it: it is shown only once.")


@dataclass(frozen=True, slots=True)
class Deleted:
    graph_type: ClassVar[str] = "DeletedWebhook"
    key: str


@graph_type(requires=READ, description="A webhook that is no more.")
class DeletedWebhook:
    key: str = attribute("Its key.")


@dataclass(frozen=True, slots=True)
class Replayed:
    graph_type: ClassVar[str] = "ReplayedDeliveries"
    webhook_key: str
    count: int
    more: bool


@graph_type(requires=READ, description="Deliveries that are sent again.")
class ReplayedDeliveries:
    webhook: Webhook = edge(queries.by_keys, key="webhook_key", description="To which webhook.")
    count: int = attribute("How many are sent again: the oldest, 1,000 at most.")
    more: bool = attribute("Whether there are more that pass the filter; ask again when these are sent.")


@strawberry.input(description="What a new webhook is to be.")
class CreateWebhookInput:
    url: str = required("Where to send messages: an https address on the public internet.")
    events: list[EventType] | None = defaulted("The types of events to be told of; left out: all that the format has.", None)
    format: Format = defaulted("In whose words.", Format.CENTIL)
    description: str | None = defaulted("What it is, in your own words; at most 200 characters.", None)


@strawberry.input(description="What to change about a webhook; what is left out stays.")
class UpdateWebhookInput:
    key: strawberry.ID = required(WHICH)
    url: str | None = optional("Where to send messages from now on, also those that wait.")
    events: list[EventType] | None = optional("The types of events to be told of from now on.")
    description: str | None = optional("What it is; null takes it away.")
    active: bool | None = optional("False switches it off and cancels what waits; true switches it on.")


@strawberry.input(description="Which webhook to delete.")
class DeleteWebhookInput:
    key: strawberry.ID = required(WHICH)


@strawberry.input(description="Whose secret to replace.")
class RotateWebhookSecretInput:
    key: strawberry.ID = required(WHICH)
    overlap_seconds: int = defaulted("How long messages are signed with the old one as well, in seconds: 0 to 604800 (a week).", 86_400)


@strawberry.input(description="Which webhook to test.")
class TestWebhookInput:
    key: strawberry.ID = required(WHICH)


@strawberry.input(description="Which delivery to send again.")
class ReplayDeliveryInput:
    key: strawberry.ID = required(WHICH_DELIVERY)


@strawberry.input(description="Which deliveries to send again; every condition given must hold. Those that are pending are left alone.")
class ReplayDeliveriesInput:
    webhook: strawberry.ID = required(WHICH)
    status: list[DeliveryStatus] | None = defaulted("Those that stand so; left out: those that failed or were canceled.", None)
    type: list[EventType] | None = defaulted("Those of events of these types.", None)
    subject: str | None = defaulted("Those of events about the thing with this key.", None)
    created_from: datetime | None = defaulted("Of events at this moment or later.", None)
    created_until: datetime | None = defaulted("Of events before this moment.", None)


@strawberry.type
class WebhookQuery:
    @query(requires=READ, description="One webhook; null when there is no such key.")
    async def webhook(context: Context, *, key: Annotated[strawberry.ID, arg(WHICH)]) -> Webhook | None:
        wanted = ids.key_of("Webhook", key)
        return (await queries.by_keys(context.read, context.account_id, [wanted])).get(wanted)  # type: ignore[return-value]

    @query(
        requires=READ,
        most=MOST_WEBHOOKS,
        description="The account's webhooks, newest first; there are 20 at most. Those of questionnaires are found there.",
    )
    async def webhooks(
        context: Context, *, format: Annotated[list[Format] | None, arg("Only those told in these words; left out: all.")] = None
    ) -> list[Webhook]:
        rows = await queries.all_of(context.read, context.account_id)
        return [row for row in rows if format is None or row.format in format]  # type: ignore[misc]

    @query(requires=READ, description="One delivery; null when there is no such key.")
    async def delivery(context: Context, *, key: Annotated[strawberry.ID, arg(WHICH_DELIVERY)]) -> Delivery | None:
        wanted = ids.key_of("Delivery", key)
        return (await queries.deliveries_by_key(context.read, context.account_id, [wanted])).get(wanted)  # type: ignore[return-value]

    deliveries: Connection[Delivery] = listing(
        lambda context, window, order, given: queries.deliveries(
            context.read, context.account_id, window, order=order, given=ids.about(given)
        ),
        of=Delivery,
        requires=READ,
        order=ListOrder,
        default=ListOrder.NEWEST,
        filter=DeliveryFilter,
        offset=False,
        description="What was sent to the account's webhooks, and what is to be.",
    )


def _told(input: Any, *but: str) -> dict[str, Any]:
    """The fields of an input that were given; types of events by their names."""
    told = given(input, *but)
    return {**told, "events": [type.value for type in told["events"]]} if told.get("events") is not None else told


async def _new(context: Context, made: NewSecret) -> NewWebhook:
    webhook: Any = (await queries.by_keys(context.read, context.account_id, [made.key]))[made.key]
    return NewWebhook(webhook=webhook, secret=made.secret)


async def _as_is(_context: Context, made: Any) -> Any:
    return made


@strawberry.type
class WebhookMutation:
    @mutation(
        requires=WRITE,
        answers=NewWebhook,
        then=_new,
        description="Register an address that is told what happens from now on. Needs the permission to read what is told: `events:read`, "
        "for the format `ESC` `invites:read` and `candidates:read`, with orders `billing:read`.",
    )
    async def create_webhook(self, info: Info, input: Annotated[CreateWebhookInput, arg("What it is to be.")]) -> NewSecret:
        return await commands.create(info.context.work, **{**_told(input), "format": input.format})

    @mutation(
        requires=WRITE,
        answers=Webhook,
        then=read_by(queries.by_keys),
        description="Change a webhook, or switch it on or off. A new address or other events, and switching it on, need the same "
        "permissions as registering it.",
    )
    async def update_webhook(self, info: Info, input: Annotated[UpdateWebhookInput, arg("What to change.")]) -> str:
        return await commands.change(info.context.work, ids.key_of("Webhook", input.key), _told(input, "key"))

    @mutation(requires=WRITE, answers=DeletedWebhook, then=_as_is, description="Delete a webhook with its log; nothing more is sent to it.")
    async def delete_webhook(self, info: Info, input: Annotated[DeleteWebhookInput, arg("Which one.")]) -> Deleted:
        return Deleted(await commands.remove(info.context.work, ids.key_of("Webhook", input.key)))

    @mutation(requires=WRITE, answers=NewWebhook, then=_new, description="Replace the secret of a webhook; the old one holds for a while.")
    async def rotate_webhook_secret(self, info: Info, input: Annotated[RotateWebhookSecretInput, arg("Whose.")]) -> NewSecret:
        overlap = timedelta(seconds=input.overlap_seconds)
        return await commands.rotate_secret(info.context.work, ids.key_of("Webhook", input.key), overlap=overlap)

    @mutation(
        requires=WRITE,
        answers=Delivery,
        then=read_by(queries.deliveries_by_key),
        description="Send a message to a webhook that tells of nothing (`webhook.tested`), once, also to one that is switched off.",
    )
    async def test_webhook(self, info: Info, input: Annotated[TestWebhookInput, arg("Which one.")]) -> str:
        return await commands.test(info.context.work, ids.key_of("Webhook", input.key))

    @mutation(
        requires=WRITE,
        answers=Delivery,
        then=read_by(queries.deliveries_by_key),
        description="Send a delivery again, with the same id and body.",
    )
    async def replay_delivery(self, info: Info, input: Annotated[ReplayDeliveryInput, arg("Which one.")]) -> str:
        return await commands.replay(info.context.work, ids.key_of("Delivery", input.key))

    @mutation(
        requires=WRITE,
        answers=ReplayedDeliveries,
        then=_as_is,
        description="Send the deliveries of a webhook again that pass some conditions, with the same ids and bodies, 1,000 at a time.",
    )
    async def replay_deliveries(self, info: Info, input: Annotated[ReplayDeliveriesInput, arg("Which ones.")]) -> Replayed:
        conditions = {"status": [DeliveryStatus.FAILED.value, DeliveryStatus.CANCELED.value]} | filters(input)
        webhook = conditions.pop("webhook")
        return Replayed(webhook, *await commands.replay_all(info.context.work, webhook, ids.about(conditions)))


findable("Webhook", READ, queries.by_keys)
findable("Delivery", READ, queries.deliveries_by_key)
