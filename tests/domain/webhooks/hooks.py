"""The short way for tests to say what webhooks there are, and what is due to them."""

from collections.abc import Sequence
from typing import Any

from domain.webhooks import commands, keeping, queries
from domain.webhooks.commands import NewSecret
from domain.webhooks.status import Format
from tests.support.world import World

INVITES = ["invite.sent", "invite.started", "invite.completed", "invite.canceled"]


async def hook(world: World, url: str, events: Sequence[str] | None = INVITES, format: Format = Format.CENTIL) -> NewSecret:
    async with world.work() as uow:
        return await commands.create(uow, url=url, events=events, format=format)


async def send_due(world: World) -> None:
    """What time does: look for what is due, and send it."""
    await keeping.overdue.run(world.ports())
    await world.run_jobs()


async def log(world: World) -> list[Any]:
    """Every delivery of the account, oldest first."""
    return await queries.DELIVERIES.batch(world.database.read(), world.account_id, order="oldest", given={}, size=10_000)


async def state(world: World, key: str) -> Any:
    """A webhook as it stands."""
    return (await queries.by_keys(world.database.read(), world.account_id, [key]))[key]


async def attempts(world: World, delivery: str) -> list[Any]:
    """What came of each try of a delivery, oldest first."""
    rows: list[Any] = await queries.ATTEMPTS.batch(world.database.read(), world.account_id, order="oldest", given={}, size=10_000)
    return [row for row in rows if row.delivery_key == delivery]
