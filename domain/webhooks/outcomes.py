"""What becomes of a delivery when it was tried, and of its webhook."""

import random
from datetime import datetime

from sqlalchemy import insert, or_, update

from domain.kernel.actor import Actor
from domain.kernel.columns import table_of
from domain.kernel.database import Database
from domain.kernel.events import EventSequence
from domain.kernel.ports import Reply, Trouble
from domain.kernel.statements import Row
from domain.kernel.work import UnitOfWork
from domain.webhooks import events, mails, queries
from domain.webhooks.model import Delivery, DeliveryAttempt, Webhook
from domain.webhooks.status import FAILING_FOR, GONE, Canceled, DeliveryStatus, Disabled, asked_for, next_try, succeeded
from domain.webhooks.types import TEST

_LUCK = random.SystemRandom()


async def claim(database: Database, account_id: int, key: str, until: datetime) -> bool:
    """Take a delivery in hand, alone: nobody else sends it before `until`; False when somebody has, or it waits for another."""
    async with database.work(Actor.system(account_id)) as uow:
        free = (
            update(Delivery)
            .where(
                Delivery.account_id == account_id,
                Delivery.key == key,
                Delivery.status == DeliveryStatus.PENDING,
                Delivery.next_at <= uow.now,
                or_(Delivery.claimed_until.is_(None), Delivery.claimed_until <= uow.now),
                ~queries.IS_HELD_UP,
            )
            .values(claimed_until=until)
        )
        return bool(await uow.change(free))


async def note(database: Database, account_id: int, delivery: Row, webhook: Row, claimed: datetime, began: datetime, reply: Reply) -> None:
    """Write down what came of a try, and when the next is; nothing when somebody else has taken the delivery over since."""
    async with database.work(Actor.system(account_id)) as uow:
        mine = update(Delivery).where(
            Delivery.account_id == account_id,
            Delivery.key == delivery.key,
            Delivery.status == DeliveryStatus.PENDING,
            Delivery.claimed_until == claimed,
        )
        counted = {"tries": Delivery.tries + 1, "attempts": Delivery.attempts + 1, "claimed_until": None}
        values = counted | _fate(uow, delivery, webhook, reply)
        numbers = await uow.changed(mine.values(values).returning(Delivery.attempts))
        if not numbers:
            return
        attempt = {
            "account_id": account_id,
            "delivery_key": delivery.key,
            "number": numbers[0],
            "at": began,
            "latency_ms": round(reply.latency.total_seconds() * 1000),
            "status_code": reply.status,
            "trouble": reply.trouble,
        }
        await uow.session.execute(insert(table_of(DeliveryAttempt)), attempt)
    if webhook.questionnaire_key is not None:  # nothing is lost by going on: what was not taken is sent again by hand
        return
    if delivery.type != TEST and reply.trouble is not Trouble.NOT_WRITTEN:  # that was no fault of the receiver's
        await _judge(database, account_id, delivery.webhook_key, reply)


def _fate(uow: UnitOfWork, delivery: Row, webhook: Row, reply: Reply) -> dict[str, object]:
    if succeeded(reply, of_results=webhook.questionnaire_key is not None):
        return {"status": DeliveryStatus.SUCCEEDED, "done_at": uow.now}
    schedule = uow.environment.webhooks.retries
    asked = asked_for(reply.retry_after, uow.now)
    again = next_try(delivery.tries + 1, schedule, now=uow.now, asked=asked, luck=_LUCK)
    if again is None or delivery.type == TEST or not webhook.retried:
        return {"status": DeliveryStatus.FAILED, "done_at": uow.now}
    return {"next_at": again}


async def cancel(database: Database, account_id: int, key: str, claimed: datetime, reason: Canceled) -> None:
    """Note that a delivery in hand is not to be sent."""
    async with database.work(Actor.system(account_id)) as uow:
        mine = update(Delivery).where(
            Delivery.account_id == account_id, Delivery.key == key, Delivery.claimed_until == claimed, Delivery.status == "pending"
        )
        await uow.change(mine.values(status=DeliveryStatus.CANCELED, reason=reason, claimed_until=None, done_at=uow.now))


async def cancel_all(database: Database, account_id: int, webhook: str, reason: Canceled) -> None:
    """Note that nothing more is sent to a webhook, but for tests of one that is only switched off."""
    async with database.work(Actor.system(account_id)) as uow:
        mine = update(Delivery).where(
            Delivery.account_id == account_id, Delivery.webhook_key == webhook, Delivery.status == DeliveryStatus.PENDING
        )
        if reason is Canceled.WEBHOOK_DISABLED:
            mine = mine.where(Delivery.type != TEST)
        await uow.change(mine.values(status=DeliveryStatus.CANCELED, reason=reason, claimed_until=None, done_at=uow.now))


async def _judge(database: Database, account_id: int, key: str, reply: Reply) -> None:
    """Remember since when a webhook fails, or that it does no more; switch it off when it fails for too long or wants no more."""
    webhook = await queries.to_send(database.read(), account_id, key)
    if webhook is None or webhook.disabled_at is not None or (succeeded(reply) and webhook.failing_since is None):
        return
    now = database.clock.now()
    if not succeeded(reply) and reply.status == GONE:
        await _disable(database, account_id, key, Disabled.GONE, webhook.failing_since)
    elif not succeeded(reply) and webhook.failing_since is not None:
        if now - webhook.failing_since >= FAILING_FOR:
            await _disable(database, account_id, key, Disabled.FAILING, webhook.failing_since)
    else:
        async with database.work(Actor.system(account_id)) as uow:
            mine = update(Webhook).where(Webhook.account_id == account_id, Webhook.key == key)
            if succeeded(reply):
                await uow.change(mine.values(failing_since=None))
            else:
                await uow.change(mine.where(Webhook.failing_since.is_(None)).values(failing_since=now))


async def _disable(database: Database, account_id: int, key: str, reason: Disabled, since: datetime | None) -> None:
    """Switch a webhook off, unless it was answered well meanwhile, and have its account told by mail."""
    async with database.work(Actor.system(account_id)) as uow:
        await uow.one_at_a_time(EventSequence, account_id)
        mine = update(Webhook).where(
            Webhook.account_id == account_id, Webhook.key == key, Webhook.disabled_at.is_(None), Webhook.deleted_at.is_(None)
        )
        if reason is Disabled.FAILING:
            mine = mine.where(Webhook.failing_since == since)
        if await uow.change(mine.values(disabled_at=uow.now, disabled_reason=reason, mailed_at=None)):
            uow.record(events.WEBHOOK_DISABLED, key, reason=str(reason))
            await uow.enqueue(mails.send_disabled, key)
