"""What is done for webhooks from time to time: sending what nobody has sent, and forgetting what is old or deleted."""

from collections.abc import Collection

from sqlalchemy import delete, select

from domain.kernel.actor import Actor
from domain.kernel.columns import table_of
from domain.kernel.database import Database
from domain.kernel.jobs import job
from domain.kernel.ports import Ports
from domain.kernel.statements import group
from domain.webhooks import queries
from domain.webhooks.model import Delivery, DeliveryAttempt, Webhook
from domain.webhooks.status import KEPT, RESULTS_KEPT


@job("webhooks.overdue", every="10 * * * * *")
async def overdue(ports: Ports) -> int:
    """Have jobs look after webhooks with something due, in case that nobody does; return how many."""
    from domain.webhooks.sending import deliver

    rows = await queries.overdue(ports.database.read(), ports.database.clock.now())
    for row in rows:
        async with ports.database.work(Actor.system(row.account_id)) as uow:
            await uow.enqueue(deliver, row.webhook_key)
    return len(rows)


@job("webhooks.clean", every="25 17 * * * *")
async def clean(ports: Ports) -> int:
    """Delete deliveries that were done with long ago, results that were not taken sooner (R-QST-22); return how many."""
    database, deleted = ports.database, 0
    for find, kept in ((queries.old, KEPT), (queries.old_results, RESULTS_KEPT)):
        while rows := await find(database.read(), database.clock.now() - kept):
            for account_id, deliveries in group(rows, "account_id").items():
                await _delete(database, account_id, [row.key for row in deliveries])
            deleted += len(rows)
    return deleted


@job("webhooks.forget")
async def forget(ports: Ports, account_id: int, key: str) -> None:
    """Delete a webhook that was deleted with all that was ever sent to it, some at a time."""
    some = select(Delivery.key).where(Delivery.account_id == account_id, Delivery.webhook_key == key).limit(queries.AT_ONCE)
    while True:
        async with ports.database.work(Actor.system(account_id)) as uow:
            keys = list((await uow.session.execute(some)).scalars())
        if not keys:
            break
        await _delete(ports.database, account_id, keys)
    webhook = table_of(Webhook)
    async with ports.database.work(Actor.system(account_id)) as uow:
        mine = (webhook.c.account_id == account_id, webhook.c.key == key, webhook.c.deleted_at.is_not(None))
        await uow.session.execute(delete(webhook).where(*mine))


async def _delete(database: Database, account_id: int, keys: Collection[str]) -> None:
    """Delete deliveries with their attempts; one that is being sent is noted by nobody then."""
    deliveries, attempts = table_of(Delivery), table_of(DeliveryAttempt)
    async with database.work(Actor.system(account_id)) as uow:
        mine = (deliveries.c.account_id == account_id, deliveries.c.key.in_(keys))
        await uow.session.execute(select(deliveries.c.key).where(*mine).with_for_update())  # or an attempt might be added meanwhile
        await uow.session.execute(delete(attempts).where(attempts.c.account_id == account_id, attempts.c.delivery_key.in_(keys)))
        await uow.session.execute(delete(deliveries).where(*mine))
