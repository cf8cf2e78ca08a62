"""Reading webhooks, what was sent to them, and what is due."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Integer, String, and_, bindparam, exists, func, literal_column, or_, select
from sqlalchemy.orm import aliased

from domain.kernel.columns import UtcDateTime
from domain.kernel.event_types import about
from domain.kernel.listing import Fragment, Listing, Order, one_of, where
from domain.kernel.paging import Page, Window
from domain.kernel.statements import ACCOUNT, Read, Row, any_of, by_key, statement
from domain.webhooks.model import Delivery, DeliveryAttempt, Webhook

AT_ONCE = 500
NOW = bindparam("now", type_=UtcDateTime())
WEBHOOK_COLUMNS = (
    Webhook.key,
    Webhook.url,
    Webhook.description,
    Webhook.events,
    Webhook.format,
    Webhook.previous_until,
    Webhook.disabled_at,
    Webhook.disabled_reason,
    Webhook.failing_since,
    Webhook.questionnaire_key,
    Webhook.retried,
    Webhook.signed,
    Webhook.credential,
    Webhook.credential_name,
    Webhook.token_url,
    Webhook.audience,
    Webhook.client_id,
    Webhook.created_at,
    Webhook.updated_at,
)
COLUMNS = (
    Delivery.key,
    Delivery.webhook_key,
    Delivery.sequence,
    Delivery.type,
    Delivery.subject,
    Delivery.body,
    Delivery.rendered_at,
    Delivery.status,
    Delivery.reason,
    Delivery.tries,
    Delivery.attempts.label("attempt_count"),
    Delivery.next_at,
    Delivery.created_at,
    Delivery.done_at,
)
_WEBHOOKS = select(*WEBHOOK_COLUMNS).where(Webhook.account_id == ACCOUNT, Webhook.deleted_at.is_(None))
_BY_KEY = statement(_WEBHOOKS.where(any_of(Webhook.key)), "Webhook", keeps=("key",))
_BY_QUESTIONNAIRE = statement(_WEBHOOKS.where(any_of(Webhook.questionnaire_key)), "Webhook", keeps=("questionnaire_key",))
_ALL = statement(_WEBHOOKS.where(Webhook.questionnaire_key.is_(None)).order_by(Webhook.created_at.desc(), Webhook.key.desc()), "Webhook")
_TO_SEND = statement(
    select(
        Webhook.url,
        Webhook.format,
        Webhook.secret,
        Webhook.previous_secret,
        Webhook.previous_until,
        Webhook.disabled_at,
        Webhook.disabled_reason,
        Webhook.mailed_at,
        Webhook.failing_since,
        Webhook.deleted_at,
        Webhook.questionnaire_key,
        Webhook.retried,
        Webhook.signed,
        Webhook.credential,
        Webhook.credential_name,
        Webhook.credential_secret,
        Webhook.token_url,
        Webhook.audience,
        Webhook.client_id,
    ).where(Webhook.account_id == ACCOUNT, Webhook.key == bindparam("key"))
)
_DELIVERIES_BY_KEY = statement(select(*COLUMNS).where(Delivery.account_id == ACCOUNT, any_of(Delivery.key)), "Delivery", keeps=("key",))

_EARLIER = aliased(Delivery, name="earlier")
IS_HELD_UP = exists(
    select(_EARLIER.key).where(
        _EARLIER.account_id == Delivery.account_id,
        _EARLIER.webhook_key == Delivery.webhook_key,
        _EARLIER.subject == Delivery.subject,
        _EARLIER.status == bindparam("earlier", "pending"),
        _EARLIER.sequence < Delivery.sequence,
    )
)
"""Whether an earlier event about the same thing is not told yet (Q-21)."""
_PENDING = Delivery.status == bindparam("pending", "pending")
_OF_WEBHOOK = (Delivery.account_id == ACCOUNT, Delivery.webhook_key == bindparam("webhook"), _PENDING)
_DUE = statement(
    select(Delivery.key)
    .where(*_OF_WEBHOOK, Delivery.next_at <= NOW, or_(Delivery.claimed_until.is_(None), Delivery.claimed_until <= NOW), ~IS_HELD_UP)
    .order_by(Delivery.next_at, Delivery.sequence)
    .limit(bindparam("limit", type_=Integer))
)
_NEXT_UNCLAIMED = statement(
    select(Delivery.next_at.label("moment"))
    .where(*_OF_WEBHOOK, Delivery.claimed_until.is_(None), ~IS_HELD_UP)
    .order_by(Delivery.next_at)
    .limit(1)
)
_NEXT_CLAIMED = statement(
    select(Delivery.claimed_until.label("moment"))
    .where(*_OF_WEBHOOK, Delivery.claimed_until.is_not(None))
    .order_by(Delivery.claimed_until)
    .limit(1)
)
_OVERDUE = statement(
    select(Delivery.account_id, Delivery.webhook_key).where(Delivery.done_at.is_(None), Delivery.next_at <= NOW).distinct().limit(AT_ONCE),
    unscoped="the sweep finds the webhooks of all accounts whose messages are overdue",
)
_OLD = statement(
    select(Delivery.account_id, Delivery.key)
    .where(Delivery.done_at <= bindparam("before", type_=UtcDateTime()))
    .order_by(Delivery.done_at)
    .limit(AT_ONCE),
    unscoped="the sweep finds old deliveries of all accounts",
)
_OLD_RESULTS = statement(
    select(Delivery.account_id, Delivery.key)
    .join(Webhook, and_(Webhook.account_id == Delivery.account_id, Webhook.key == Delivery.webhook_key))
    .where(
        Delivery.done_at <= bindparam("before", type_=UtcDateTime()),
        Delivery.type == literal_column("'questionnaire_result.published'"),
        Delivery.status == literal_column("'failed'"),
        Webhook.questionnaire_key.is_not(None),
    )
    .order_by(Delivery.done_at)
    .limit(AT_ONCE),
    unscoped="the sweep finds old results that were not taken, of all accounts",
)
"""Conditions as literals, so that the index of just those serves."""
_TIMES: Mapping[str, Any] = {
    "created_from": where("created_from", Delivery.created_at >= bindparam("created_from", type_=UtcDateTime())),
    "created_until": where("created_until", Delivery.created_at < bindparam("created_until", type_=UtcDateTime())),
}
_SUBJECT = Delivery.subject == bindparam("subject", type_=String)


def _subject(given: tuple[str, str]) -> Fragment:
    """A filter on what the event is about: its kind, or "" for any, and its key."""
    kind, key = given
    if not kind:
        return Fragment("subject", _SUBJECT, {"subject": key})
    of_kind = and_(_SUBJECT, any_of(Delivery.type, "subject_types"))
    return Fragment("subject of a kind", of_kind, {"subject": key, "subject_types": about(kind)})


DELIVERIES = Listing(
    select(*COLUMNS).where(Delivery.account_id == ACCOUNT),
    "Delivery",
    key=Delivery.key,
    filters={
        **_TIMES,
        "status": one_of("status", Delivery.status),
        "type": one_of("type", Delivery.type),
        "webhook": where("webhook", Delivery.webhook_key == bindparam("webhook", type_=String)),
        "subject": _subject,
    },
    orders={
        "newest": Order((Delivery.created_at, Delivery.key), descending=True),
        "oldest": Order((Delivery.created_at, Delivery.key)),
    },
)
ATTEMPTS = Listing(
    select(
        DeliveryAttempt.delivery_key,
        DeliveryAttempt.number,
        DeliveryAttempt.at,
        DeliveryAttempt.latency_ms,
        DeliveryAttempt.status_code,
        DeliveryAttempt.trouble,
    ).where(DeliveryAttempt.account_id == ACCOUNT),
    "DeliveryAttempt",
    key=DeliveryAttempt.number,
    within=DeliveryAttempt.delivery_key,
    filters={},
    orders={"newest": Order((DeliveryAttempt.number,), descending=True), "oldest": Order((DeliveryAttempt.number,))},
)
COUNT_ALL = select(func.count()).where(Webhook.account_id == ACCOUNT, Webhook.deleted_at.is_(None))
COUNT = COUNT_ALL.where(Webhook.questionnaire_key.is_(None))
"""Those of questionnaires have a limit of their own: one each."""


async def by_keys(read: Read, account_id: int, keys: Collection[str]) -> dict[str, Row]:
    """Webhooks by their keys; never their secrets."""
    return by_key(await read(_BY_KEY, account_id=account_id, keys=keys), "key")


async def by_questionnaire(read: Read, account_id: int, keys: Collection[str]) -> dict[str, Row]:
    """The webhook that is told the results of each questionnaire."""
    return by_key(await read(_BY_QUESTIONNAIRE, account_id=account_id, keys=keys), "questionnaire_key")


async def all_of(read: Read, account_id: int) -> list[Row]:
    """The account's webhooks, newest first, without those of questionnaires."""
    return await read(_ALL, account_id=account_id)


async def to_send(read: Read, account_id: int, key: str) -> Row | None:
    """What is needed to send to a webhook, secrets included; one that was deleted is found for a while."""
    rows = await read(_TO_SEND, account_id=account_id, key=key)
    return rows[0] if rows else None


async def deliveries_by_key(read: Read, account_id: int, keys: Collection[str]) -> dict[str, Row]:
    """Deliveries by their keys."""
    return by_key(await read(_DELIVERIES_BY_KEY, account_id=account_id, keys=keys), "key")


async def deliveries(read: Read, account_id: int, window: Window, *, order: str, given: Mapping[str, Any]) -> Page:
    """The account's deliveries."""
    return await DELIVERIES.page(read, account_id, window, order=order, given=given)


async def deliveries_of(
    read: Read, account_id: int, keys: Collection[str], window: Window, *, order: str, given: Mapping[str, Any]
) -> dict[str, Page]:
    """The deliveries of each webhook."""
    return await DELIVERIES.pages_by(read, account_id, Delivery.webhook_key, list(keys), window, order=order, given=given)


async def attempts(read: Read, account_id: int, keys: Collection[str], window: Window, *, order: str) -> dict[str, Page]:
    """The attempts of each delivery."""
    return await ATTEMPTS.pages_by(read, account_id, DeliveryAttempt.delivery_key, list(keys), window, order=order, given={})


async def due(read: Read, account_id: int, webhook: str, now: datetime, limit: int) -> list[str]:
    """What is to be sent to a webhook now, longest due first."""
    return [row.key for row in await read(_DUE, account_id=account_id, webhook=webhook, now=now, limit=limit)]


async def soonest(read: Read, account_id: int, webhook: str) -> datetime | None:
    """When something is to be sent to a webhook next, or somebody's claim is over; None when nothing waits."""
    waiting = await read(_NEXT_UNCLAIMED, account_id=account_id, webhook=webhook)
    claimed = await read(_NEXT_CLAIMED, account_id=account_id, webhook=webhook)
    return min((row.moment for row in (*waiting, *claimed)), default=None)


async def overdue(read: Read, now: datetime) -> list[Row]:
    """Webhooks, of any account, with something to be sent that nobody has sent."""
    return await read(_OVERDUE, now=now)


async def old(read: Read, before: datetime) -> list[Row]:
    """Some deliveries, of any account, that were done with before a moment."""
    return await read(_OLD, before=before)


async def old_results(read: Read, before: datetime) -> list[Row]:
    """Some results, of any account, that the webhooks of questionnaires did not take before a moment."""
    return await read(_OLD_RESULTS, before=before)
