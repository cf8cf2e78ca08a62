"""Questionnaires and those who take them, the short way."""

from typing import Any

from domain.access.credentials import NewKey
from domain.kernel.actor import Actor, ActorKind
from domain.kernel.permissions import NARROWED, Permission
from domain.questionnaires import commands, keys, participants
from domain.questionnaires.model import QuestionnaireAttempt, QuestionnaireResult
from tests.support.world import World


async def make(world: World, name: str = "Integrity interview", **details: Any) -> str:
    """A questionnaire."""
    async with world.work() as uow:
        return await commands.create(uow, {"name": name, **details})


async def join(world: World, questionnaire: str, reference: str = "IRN-1", **details: Any) -> str:
    """A participant."""
    async with world.work() as uow:
        return await participants.add(uow, questionnaire, reference, details)


async def narrow(world: World, questionnaire: str, *permissions: Permission) -> NewKey:
    """A key of a questionnaire, with all that such a key can have unless told otherwise."""
    async with world.work() as uow:
        return await keys.create(uow, questionnaire, None, name="Integration", permissions=permissions or sorted(NARROWED))


def narrowed(world: World, questionnaire: str) -> Actor:
    """Whoever uses such a key."""
    return Actor(ActorKind.KEY, world.account_id, NARROWED, "a key", questionnaire=questionnaire)


async def judge(world: World, attempt: str, participant: str, questionnaire: str, **told: Any) -> None:
    """A result of an attempt."""
    async with world.work() as uow:
        row = QuestionnaireResult(
            account_id=world.account_id,
            attempt_key=attempt,
            participant_key=participant,
            questionnaire_key=questionnaire,
            recorded_by="key_1",
            recorded_at=uow.now,
            updated_at=uow.now,
            **{"status": "Result Published", "ratings": [], **told},
        )
        uow.session.add(row)


async def attempts_of(world: World, participant: str) -> list[str]:
    """The keys of somebody's attempts, the first one first."""
    from sqlalchemy import select

    mine = (QuestionnaireAttempt.account_id == world.account_id, QuestionnaireAttempt.participant_key == participant)
    async with world.work() as uow:
        found = await uow.session.execute(select(QuestionnaireAttempt.key).where(*mine).order_by(QuestionnaireAttempt.number))
        return list(found.scalars())
