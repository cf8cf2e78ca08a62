"""The job behind records of requests: they leave after their day."""

from domain.idempotency import commands, queries
from domain.kernel.actor import Actor
from domain.kernel.jobs import job
from domain.kernel.ports import Ports


@job("idempotency.clean", every="25 */10 * * * *")
async def clean(ports: Ports) -> int:
    """Delete records whose day is over; return how many."""
    database, deleted = ports.database, 0
    while accounts := await queries.over(database.read(), database.clock.now()):
        for account_id in accounts:
            async with database.work(Actor.system(account_id)) as uow:
                deleted += await commands.clean(uow)
    async with database.work(Actor.system()) as uow:
        return deleted + await commands.clean_public(uow)
