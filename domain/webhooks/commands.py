"""What can be done with webhooks. Each verb runs inside the caller's unit of work.

Whoever locks several rows of these takes deliveries first, then the sequence of events, then webhooks: an event is recorded
with the sequence locked, and locks the webhooks that are told of it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import func, select, update

from domain.kernel import inputs
from domain.kernel.actor import authorize
from domain.kernel.errors import BadInput, NotFound
from domain.kernel.events import EventSequence
from domain.kernel.identifiers import new_key
from domain.kernel.work import UnitOfWork
from domain.webhooks import addresses, fanout, keeping, queries, secrets, signing, types
from domain.webhooks import events as happened
from domain.webhooks.errors import BodyErased, NothingTold, StillPending, TooManyWebhooks, WebhookDisabled, WebhookOfQuestionnaire
from domain.webhooks.model import Delivery, Webhook
from domain.webhooks.status import DONE, MOST_WEBHOOKS, Canceled, DeliveryStatus, Disabled, Format

OVERLAP = timedelta(hours=24)
LONGEST_OVERLAP = timedelta(days=7)
REPLAYED_AT_ONCE = 1_000
FRESH: Mapping[str, Any] = {"status": DeliveryStatus.PENDING, "reason": None, "tries": 0, "claimed_until": None, "done_at": None}


@dataclass(frozen=True, slots=True)
class NewSecret:
    """A webhook with a secret just made; `secret` is shown to the caller, and to nobody afterwards."""

    key: str
    secret: str


async def create(
    uow: UnitOfWork,
    *,
    url: str,
    events: Sequence[str] | None = None,
    format: Format = Format.CENTIL,
    description: str | None = None,
) -> NewSecret:
    """Register an address that is told of events from now on.

    Raises BadInput, TooManyWebhooks, and Forbidden for whoever may not read what it would be told.
    """
    if format is Format.QUESTIONNAIRES:
        raise BadInput.field("format", message="What a questionnaire's results are told is set with setResultWebhook.")
    address = addresses.checked(url, to_loopback=uow.environment.webhooks.to_loopback)
    wanted = _granted(uow, types.checked(events, format), format)
    await _one_at_a_time(uow)
    count = int((await uow.session.execute(queries.COUNT, {"account_id": uow.account_id})).scalar_one())
    if count >= MOST_WEBHOOKS:
        raise TooManyWebhooks(MOST_WEBHOOKS)
    key, secret = new_key("wh"), signing.new_secret()
    webhook = Webhook(
        account_id=uow.account_id,
        key=key,
        url=address,
        description=inputs.line(description, "description"),
        events=wanted,
        format=format,
        secret=secrets.lock(uow.environment, uow.account_id, key, secret),
        created_at=uow.now,
        updated_at=uow.now,
    )
    uow.add(webhook, uow.account_id, key)
    uow.record(happened.WEBHOOK_CREATED, key, events=wanted, format=str(format))
    await uow.follow()
    return NewSecret(key, secret)


async def change(uow: UnitOfWork, key: str, changes: Mapping[str, Any]) -> str:
    """Change address, events, description, or whether a webhook is switched on; null takes a description away.

    Raises NotFound, BadInput, Forbidden, WebhookOfQuestionnaire.
    """
    webhook = await _of_account(uow, key)
    if "url" in changes or changes.get("active"):  # what it tells goes where the caller says, as if they had registered it
        _granted(uow, webhook.events, Format(webhook.format))
    told = {name: _checked(uow, webhook, name, value) for name, value in changes.items() if name != "active"}
    fields = [name for name, value in told.items() if getattr(webhook, name) != value]
    for name in fields:
        setattr(webhook, name, told[name])
    if "active" in changes:
        fields += _switch(uow, webhook, changes["active"])
    if fields:
        webhook.updated_at = uow.now
        uow.record(happened.WEBHOOK_CHANGED, key, fields=sorted(fields))
    return key


async def remove(uow: UnitOfWork, key: str) -> str:
    """Delete a webhook; nothing more is sent to it, and a job deletes its log.

    Raises NotFound.
    """
    webhook = await _locked(uow, key)
    webhook.deleted_at, webhook.secret, webhook.previous_secret, webhook.credential_secret = uow.now, "", None, None
    uow.record(happened.WEBHOOK_DELETED, key)
    await uow.flush()
    left = int((await uow.session.execute(queries.COUNT_ALL, {"account_id": uow.account_id})).scalar_one())
    if not left:
        await uow.follow(followed=False)
    await uow.enqueue(keeping.forget, key)
    return key


async def rotate_secret(uow: UnitOfWork, key: str, *, overlap: timedelta = OVERLAP) -> NewSecret:
    """Give a webhook a new secret; messages are signed with the old one as well until the overlap ends (Q-21).

    Raises NotFound, BadInput, WebhookOfQuestionnaire when its messages are not signed.
    """
    if not timedelta() <= overlap <= LONGEST_OVERLAP:
        raise BadInput.field("overlapSeconds", message="'overlapSeconds' must be from 0 to 604800.")
    webhook = await _locked(uow, key)
    if not webhook.signed:
        raise WebhookOfQuestionnaire
    secret = signing.new_secret()
    webhook.previous_secret = webhook.secret if overlap else None
    webhook.previous_until = uow.now + overlap if overlap else None
    webhook.secret = secrets.lock(uow.environment, uow.account_id, key, secret)
    webhook.updated_at = uow.now
    uow.record(happened.WEBHOOK_SECRET_ROTATED, key)
    return NewSecret(key, secret)


async def test(uow: UnitOfWork, key: str) -> str:
    """Send a message that tells of nothing to one webhook, also to one that is switched off; return its delivery.

    Raises NotFound, WebhookOfQuestionnaire: there are no words for it in what is told of results.
    """
    await _of_account(uow, key)
    uow.record(happened.WEBHOOK_TESTED, key)
    await uow.flush()
    newest = select(func.max(Delivery.sequence)).where(Delivery.account_id == uow.account_id, Delivery.webhook_key == key)
    mine = select(Delivery.key).where(
        Delivery.account_id == uow.account_id, Delivery.webhook_key == key, Delivery.sequence == newest.scalar_subquery()
    )
    return str((await uow.session.execute(mine)).scalar_one())


async def replay(uow: UnitOfWork, key: str) -> str:
    """Send a delivery again, with the same id and body.

    Raises NotFound, StillPending, WebhookDisabled, BodyErased, NothingTold.
    """
    again = update(Delivery).where(*_replayable(uow), Delivery.key == key).values(next_at=uow.now, **FRESH).returning(Delivery.webhook_key)
    webhooks = await uow.changed(again)
    if not webhooks:
        raise await _why_not_replayed(uow, key)
    await _woken(uow, webhooks[0])
    return key


async def replay_all(uow: UnitOfWork, webhook: str, given: Mapping[str, Any]) -> tuple[int, bool]:
    """Send the deliveries of a webhook again that pass some conditions: the oldest thousand of them.

    Returns how many these are, and whether there are more. Raises NotFound, WebhookDisabled.
    """
    conditions = [queries.DELIVERIES.filters[name](value) for name, value in sorted(given.items()) if value is not None]
    mine = (*_replayable(uow), Delivery.webhook_key == webhook, *(fragment.condition for fragment in conditions))
    parameters = {name: value for fragment in conditions for name, value in fragment.parameters.items()}
    wanted = select(Delivery.key).where(*mine).order_by(Delivery.created_at, Delivery.key).limit(REPLAYED_AT_ONCE + 1)
    keys = list((await uow.session.execute(wanted, parameters)).scalars())
    chosen = keys[:REPLAYED_AT_ONCE]
    again = update(Delivery).where(*_replayable(uow), Delivery.key.in_(chosen)).values(next_at=uow.now, **FRESH)
    count = await uow.change(again) if chosen else 0
    await _woken(uow, webhook)
    return count, len(keys) > REPLAYED_AT_ONCE


def _replayable(uow: UnitOfWork) -> tuple[Any, ...]:
    """What can be sent again: it is done with, and its body is still there or was never written."""
    had_one = (Delivery.body.is_not(None)) | (Delivery.rendered_at.is_(None))
    return Delivery.account_id == uow.account_id, Delivery.status.in_(DONE), had_one


async def _why_not_replayed(uow: UnitOfWork, key: str) -> Exception:
    found = select(Delivery.status, Delivery.reason).where(Delivery.account_id == uow.account_id, Delivery.key == key)
    row = (await uow.session.execute(found)).one_or_none()
    if row is None:
        return NotFound("There is no such delivery.")
    if row.status == DeliveryStatus.PENDING:
        return StillPending()
    return NothingTold() if row.reason == Canceled.NOTHING_TO_TELL else BodyErased()


async def _woken(uow: UnitOfWork, key: str) -> None:
    webhook = await _locked(uow, key)
    if webhook.disabled_at is not None:
        raise WebhookDisabled
    await fanout.wake(uow, key)


async def _locked(uow: UnitOfWork, key: str) -> Webhook:
    await _one_at_a_time(uow)
    webhook = await uow.lock(Webhook, uow.account_id, key)
    if webhook is None or webhook.deleted_at is not None:
        raise NotFound("There is no such webhook.")
    return webhook


async def _of_account(uow: UnitOfWork, key: str) -> Webhook:
    """A webhook that is of no questionnaire.

    Raises NotFound, WebhookOfQuestionnaire.
    """
    webhook = await _locked(uow, key)
    if webhook.questionnaire_key is not None:
        raise WebhookOfQuestionnaire
    return webhook


async def _one_at_a_time(uow: UnitOfWork) -> None:
    """Lock the sequence of events before any webhook, as those who record events do."""
    await uow.one_at_a_time(EventSequence, uow.account_id)


def _granted(uow: UnitOfWork, events: list[str], format: Format) -> list[str]:
    """Events, if the caller may read what is told of them.

    Raises Forbidden.
    """
    for permission in types.needed(events, format):
        authorize(uow.actor, permission)
    return events


def _checked(uow: UnitOfWork, webhook: Webhook, name: str, value: Any) -> Any:
    if name == "description":
        return inputs.line(value, name)
    if value is None:
        raise BadInput.field(name, message=f"'{name}' cannot be taken away.")
    if name == "url":
        return addresses.checked(value, to_loopback=uow.environment.webhooks.to_loopback)
    return _granted(uow, types.checked(value, Format(webhook.format)), Format(webhook.format))


def _switch(uow: UnitOfWork, webhook: Webhook, active: bool | None) -> list[str]:
    """Switch a webhook on or off; what waits for one that is off is canceled when its job looks for it."""
    if active is None:
        raise BadInput.field("active", message="'active' must be true or false.")
    if active == (webhook.disabled_at is None):
        return []
    webhook.disabled_at, webhook.disabled_reason = (None, None) if active else (uow.now, Disabled.BY_ACCOUNT)
    webhook.failing_since = webhook.mailed_at = None
    return ["active"]
