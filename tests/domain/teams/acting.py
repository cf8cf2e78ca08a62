"""Verbs on teams in transactions of their own."""

from collections.abc import Sequence
from typing import Any

from domain.kernel.actor import Actor
from domain.teams import commands, joining, queries
from domain.teams.model import TeamMember
from tests.domain.invites.acting import patient
from tests.support.world import World


@patient
async def create(world: World, title: str = "Sales", actor: Actor | None = None, **details: Any) -> int:
    async with world.work(actor) as uow:
        return await commands.create(uow, title=title, **details)


@patient
async def change(world: World, team: int, actor: Actor | None = None, **changes: Any) -> int:
    async with world.work(actor) as uow:
        return await commands.update(uow, team, changes)


@patient
async def delete(world: World, team: int, actor: Actor | None = None) -> int:
    async with world.work(actor) as uow:
        return await commands.remove(uow, team)


@patient
async def add(world: World, team: int, *attempts: int, invites: Sequence[str] = (), actor: Actor | None = None) -> list[str]:
    async with world.work(actor) as uow:
        told = await joining.add_members(uow, team, attempts=attempts, invites=invites)
    return [entry.status.value for entry in told]


@patient
async def take_out(world: World, team: int, attempt: int, actor: Actor | None = None) -> int:
    async with world.work(actor) as uow:
        return await commands.remove_member(uow, team, attempt)


@patient
async def empty(world: World, team: int, actor: Actor | None = None) -> int:
    async with world.work(actor) as uow:
        return await commands.remove_all_members(uow, team)


async def row(world: World, team: int) -> Any:
    return (await queries.by_id(world.database.read(), world.account_id, [team])).get(team)


async def size(world: World, team: int) -> int:
    """How many members are seen."""
    return (await queries.member_counts(world.database.read(), world.account_id, [team])).get(team, 0)


async def kept(world: World) -> int:
    """How many members are stored, in all teams."""
    return await world.count(TeamMember)
