"""What happened before a test begins, in the words of the people it happened to."""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import select

from domain.access import commands as access
from domain.billing import credits
from domain.candidates import commands as candidates
from domain.candidates.model import Candidate
from domain.instruments import bank
from domain.invites import attempts, commands, entries
from domain.kernel.actor import Actor, ActorKind
from domain.kernel.permissions import EVERYTHING, Permission
from domain.matching import commands as matching
from tests.domain.teams.acting import create
from tests.support.world import World, some_answers


async def take(world: World, invite: str, answers: Mapping[str, int] | None = None, *, complete: bool = True) -> int:
    """A candidate begins an invite and answers; returns the number of the attempt."""
    attempt = await world.begin(invite)
    await world.answer(invite, attempt, some_answers(1) if answers is None else answers)
    if complete:
        async with world.work(Actor.candidate(world.account_id, invite)) as uow:
            await attempts.complete(uow, attempt)
    return attempt


async def enter(world: World, email: str = "olga@example.com", name: str = "Olga Offen", *, complete: bool = True) -> tuple[str, int]:
    """Somebody comes by the account's open link; returns their invite and attempt."""
    async with world.work() as uow:
        entry = await entries.request(uow, email=email, name=name, language="en")
    async with world.work() as uow:
        invite = await entries.confirm(uow, entry)
    return invite, await take(world, invite, complete=complete)


async def describe(world: World, email: str, **details: Any) -> None:
    """A candidate tells more about themselves."""
    async with world.work() as uow:
        found = select(Candidate.key).where(Candidate.account_id == world.account_id, Candidate.email == email)
        await candidates.update(uow, (await uow.session.execute(found)).scalar_one(), details)


async def key_of(world: World, permissions: Iterable[Permission] = EVERYTHING, *, account_id: int | None = None, **options: Any) -> str:
    """Another key of the account, or of its sandbox."""
    actor = Actor(ActorKind.KEY, account_id or world.account_id, EVERYTHING, world.key.key)
    async with world.work(actor) as uow:
        return (await access.create_key(uow, name="Another", permissions=permissions, **options)).secret


async def foreign_invite(world: World, *, completed: bool = False) -> tuple[str, int | None]:
    """Another account's invite, and the number of its attempt when it is completed."""
    actor, _key = await world.other_account()
    async with world.work(actor) as uow:
        invite = await commands.send(uow, email="anna@example.com", name="Anna Fremd", send_email=False)
    if not completed:
        return invite, None
    candidate = Actor.candidate(actor.account_id, invite)
    async with world.work(candidate) as uow:
        attempt = await attempts.start(uow, invite)
        await attempts.save(uow, attempt, some_answers(3))
        await attempts.complete(uow, attempt)
    return invite, attempt


async def profile(world: World, actor: Actor | None = None, **targets: float) -> str:
    """A job profile with ideals on some dimensions."""
    async with world.work(actor) as uow:
        asked = [(scale, {"ideal": ideal}) for scale, ideal in (targets or {"detail": 6}).items()]
        return await matching.create(uow, name="Vertrieb", targets=asked)


async def foreign_profile(world: World) -> str:
    """Another account's job profile."""
    actor, _key = await world.other_account("profiles@example.com")
    return await profile(world, actor)


async def foreign_team(world: World) -> int:
    """Another account's team."""
    actor, _key = await world.other_account("foreign@example.com")
    return await create(world, actor=actor)


async def spend(world: World, number: int = 100) -> None:
    """Use up credits."""
    async with world.work() as uow:
        for use in range(number):
            await credits.spend(uow, reference=f"use {use}")


def answers_without(*scales: str, seed: int = 1) -> dict[str, int]:
    """Answers to every item but those of some scales."""
    instrument = bank.current(bank.PROFILE)
    assert instrument is not None
    left_out = {item.key for item in instrument.items if item.scale in scales}
    return {item: value for item, value in some_answers(seed).items() if item not in left_out}
