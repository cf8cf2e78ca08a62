"""Flows and those who walk them: the short way for tests to say what was before."""

from typing import Any

from domain.flows import assigning, commands, queries
from domain.flows.assigning import Told
from domain.flows.steps import Step
from domain.instruments import bank
from domain.invites import attempts
from domain.kernel.actor import Actor
from domain.kernel.statements import Row
from tests.support.world import World, some_answers

EASY, IMPOSSIBLE = 0.0, 100.0
"""Thresholds that everybody reaches, and nobody: no mean of 17 C-values is 10."""


async def make(world: World, *thresholds: float, **details: Any) -> int:
    """A flow whose steps are all at the profile questionnaire."""
    steps = [Step(bank.PROFILE, threshold) for threshold in thresholds or (EASY, EASY)]
    async with world.work() as uow:
        return await commands.create(uow, **{"name": "Support screen", "steps": steps, **details})


async def put(world: World, flow: int, email: str = "anna@example.com", **told: Any) -> int:
    """Somebody on a flow."""
    async with world.work() as uow:
        return await assigning.assign(uow, flow, Told(email=email, **told))


async def on(world: World, assignment: int) -> Row:
    """How far somebody is."""
    return (await queries.assignments_by_id(world.database.read(), world.account_id, [assignment]))[assignment]


async def tried(world: World, assignment: int) -> list[Row]:
    """What they were asked."""
    return (await queries.attempts_by_assignment(world.database.read(), world.account_id, [assignment])).get(assignment, [])


async def take(world: World, assignment: int, *, seed: int = 1) -> int:
    """Begin, answer and complete what they were asked last; the jobs that follow are not run. Return the attempt's number."""
    invite = (await tried(world, assignment))[-1].taking
    attempt = await world.begin(invite)
    await world.answer(invite, attempt, some_answers(seed))
    async with world.work(Actor.candidate(world.account_id, invite)) as uow:
        return await attempts.complete(uow, attempt)
