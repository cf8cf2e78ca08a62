"""From an event to what is to be sent: in the transaction that records it, so that none is lost and none is told of nothing (Q-9)."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import bindparam, insert, or_, select, update

from domain.kernel.columns import table_of
from domain.kernel.events import Recorded
from domain.kernel.identifiers import new_key
from domain.kernel.statements import ACCOUNT
from domain.kernel.work import UnitOfWork
from domain.webhooks import types
from domain.webhooks.model import Delivery, Webhook

_WEBHOOKS = (
    select(Webhook.key, Webhook.events, Webhook.disabled_at, Webhook.wake_at, Webhook.questionnaire_key)
    .where(
        Webhook.account_id == ACCOUNT,
        Webhook.deleted_at.is_(None),
        or_(Webhook.questionnaire_key.is_(None), Webhook.questionnaire_key.in_(bindparam("questionnaires", expanding=True))),
    )
    .order_by(Webhook.key)
    .with_for_update(key_share=True)
)
"""Locked, for a job that begins meanwhile to look for something to send must not miss what is written here."""
_WAKE = (
    update(table_of(Webhook))
    .where(Webhook.account_id == bindparam("owner"), Webhook.key == bindparam("webhook"))
    .values(wake_at=bindparam("at", type_=Webhook.wake_at.type))
)
_INSERT = insert(table_of(Delivery))


async def fan_out(uow: UnitOfWork, recorded: Sequence[Recorded]) -> None:
    """Write down a delivery for each webhook that wants an event, and have a job look after those webhooks."""
    results = [event.facts["questionnaire"] for event in recorded if event.type == types.RESULT]
    webhooks = (await uow.session.execute(_WEBHOOKS, {"account_id": uow.account_id, "questionnaires": results})).all()
    rows = [_delivery(uow, webhook.key, event) for event in recorded for webhook in webhooks if _wants(webhook, event)]
    if not rows:
        return
    await uow.session.execute(_INSERT, rows)
    told = {row["webhook_key"] for row in rows}
    for webhook in webhooks:
        if webhook.key in told and not (webhook.wake_at and webhook.wake_at <= uow.now):
            await wake(uow, webhook.key)


async def wake(uow: UnitOfWork, key: str) -> None:
    """Have a job look after the deliveries of a webhook."""
    from domain.webhooks.sending import deliver  # which itself records events

    await uow.session.execute(_WAKE, {"owner": uow.account_id, "webhook": key, "at": uow.now})
    await uow.enqueue(deliver, key)


def _wants(webhook: Any, event: Recorded) -> bool:
    if event.type == types.TEST:
        return bool(event.subject == webhook.key)
    if webhook.questionnaire_key is not None and event.facts.get("questionnaire") != webhook.questionnaire_key:
        return False
    return webhook.disabled_at is None and event.type in webhook.events


def _delivery(uow: UnitOfWork, webhook: str, event: Recorded) -> dict[str, object]:
    return {
        "account_id": uow.account_id,
        "key": new_key("msg"),
        "webhook_key": webhook,
        "sequence": event.sequence,
        "type": event.type,
        "subject": event.subject,
        "status": "pending",
        "tries": 0,
        "attempts": 0,
        "next_at": event.at,
        "created_at": event.at,
    }
