"""The short way for tests to say who takes which questionnaire, and what was found."""

from typing import Any

from domain.questionnaires import commands, participants, queries, result_queries, results
from tests.support.world import World

FOUND: dict[str, Any] = {
    "status": "Result Published",
    "evaluation": "LR",
    "ratings": [
        {"sequence": "Q1", "risk_level": "HR", "text": "Fraud", "note": "hesitates"},
        {"sequence": "Q2", "risk_level": "", "text": None, "note": None},
    ],
    "summary": "AR",
    "summary_color": "#28a745",
    "clear": True,
    "notes": "Erika seemed tense.",
}


async def questionnaire(world: World, name: str = "Integrity") -> str:
    async with world.work() as uow:
        return await commands.create(uow, {"name": name})


async def participant(world: World, of: str, reference: str = "IRN-1", **details: Any) -> str:
    async with world.work() as uow:
        return await participants.add(uow, of, reference, details)


async def again(world: World, key: str, of: str, reference: str = "IRN-1") -> None:
    async with world.work() as uow:
        await participants.retake(uow, key, of, reference, {})


async def found(world: World, participant: str, **said: Any) -> str:
    """Record a result of the latest attempt, and give that attempt."""
    async with world.work() as uow:
        return await results.record(uow, FOUND | said, participant=participant)


async def published(world: World, participant: str) -> None:
    async with world.work() as uow:
        await results.publish(uow, participant=participant)


async def attempts(world: World, participant: str) -> list[Any]:
    return (await queries.attempts_by_participant(world.database.read(), world.account_id, [participant]))[participant]


async def result(world: World, attempt: str) -> Any:
    return (await result_queries.by_attempt(world.database.read(), world.account_id, [attempt])).get(attempt)
