"""What assessors do with results: record, record anew, publish. Each verb runs inside the caller's unit of work.

Whoever writes results locks the account first, as those who erase somebody do, then participants in the order of their keys,
then results: so nothing is written of somebody who is just being erased, and nobody waits for each other.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select, update

from domain.access.model import Account
from domain.kernel.columns import inserts, table_of
from domain.kernel.errors import BadInput
from domain.kernel.work import UnitOfWork
from domain.questionnaires import events, findings
from domain.questionnaires.errors import AttemptNotFound, NoResult, ParticipantNotFound
from domain.questionnaires.model import Participant, QuestionnaireAttempt, QuestionnaireResult
from domain.questionnaires.status import Origin

_RESULT = table_of(QuestionnaireResult).c
_KEPT = ("account_id", "attempt_key", "participant_key", "questionnaire_key", "recorded_at", "published_at")
"""Columns that stay when a result is recorded anew."""
_WRITE = {
    name: insert.on_conflict_do_update(
        index_elements=["account_id", "attempt_key"],
        set_={column.key: insert.excluded[column.key] for column in _RESULT if column.key not in _KEPT},
    )
    for name, insert in inserts(QuestionnaireResult).items()
}
_SAID = ("status", "evaluation", "ratings", "rating_notes", *findings.FLAGS, "summary", "summary_color", "clear", "notes", "score")


@dataclass(frozen=True, slots=True)
class Target:
    """An attempt that a result is recorded of."""

    attempt: str
    number: int
    participant: str
    questionnaire: str
    origin: str


async def record(uow: UnitOfWork, said: Mapping[str, Any], *, attempt: str | None = None, participant: str | None = None) -> str:
    """Record the result of an attempt, or of the latest one of a participant, in place of what was recorded before; return its attempt.

    Raises BadInput, AttemptNotFound, ParticipantNotFound (also for who was erased).
    """
    values = findings.checked(said)
    target = await _target(uow, attempt, participant)
    await write(uow, [(target, values)])
    return target.attempt


async def publish(uow: UnitOfWork, *, attempt: str | None = None, participant: str | None = None) -> str:
    """Publish a result, and tell the questionnaire's webhook of it, also when it was published before; return its attempt.

    Raises BadInput, AttemptNotFound, ParticipantNotFound, NoResult.
    """
    target = await _target(uow, attempt, participant)
    mine = update(QuestionnaireResult).where(
        QuestionnaireResult.account_id == uow.account_id, QuestionnaireResult.attempt_key == target.attempt
    )
    if not await uow.change(mine.values(published_at=uow.now)):
        raise NoResult
    uow.record(events.QUESTIONNAIRE_RESULT_PUBLISHED, target.participant, questionnaire=target.questionnaire, attempt=target.number)
    return target.attempt


async def write(uow: UnitOfWork, results: Sequence[tuple[Target, Mapping[str, Any]]]) -> int:
    """Write checked results of participants who are locked; return how many say something else than what was there."""
    known = await _known(uow, [target.attempt for target, _values in results])
    new = [(target, values) for target, values in results if known.get(target.attempt) != _said(values)]
    if not new:
        return 0
    await uow.session.execute(_WRITE[uow.dialect], [_row(uow, target, values) for target, values in new])
    for target, values in new:
        uow.record(
            events.QUESTIONNAIRE_RESULT_RECORDED,
            target.participant,
            questionnaire=target.questionnaire,
            attempt=target.number,
            scored=values["score"] is not None,
            flow=target.origin == Origin.FLOW,
        )
    return len(new)


async def locked(uow: UnitOfWork, participants: Collection[str]) -> dict[str, list[Target]]:
    """The attempts of participants, first to last, whom nobody erases or deletes meanwhile; of who was erased there are none."""
    await uow.one_at_a_time(Account, uow.account_id)
    mine = (Participant.account_id == uow.account_id, Participant.key.in_(participants), Participant.irn.is_not(None))
    await uow.session.execute(select(Participant.key).where(*mine).order_by(Participant.key).with_for_update(key_share=True))
    asked = (
        select(QuestionnaireAttempt.key, QuestionnaireAttempt.number, Participant.key, Participant.questionnaire_key, Participant.origin)
        .join(
            QuestionnaireAttempt,
            (QuestionnaireAttempt.account_id == Participant.account_id) & (QuestionnaireAttempt.participant_key == Participant.key),
        )
        .where(*mine, QuestionnaireAttempt.account_id == uow.account_id)
        .order_by(Participant.key, QuestionnaireAttempt.number)
    )
    found: dict[str, list[Target]] = {}
    for row in await uow.session.execute(asked):
        target = Target(*row)
        found.setdefault(target.participant, []).append(target)
    return found


async def _target(uow: UnitOfWork, attempt: str | None, participant: str | None) -> Target:
    """The attempt that is meant.

    Raises BadInput, AttemptNotFound, ParticipantNotFound.
    """
    if (attempt is None) == (participant is None):
        raise BadInput("Name either 'attempt' or 'participant'.")
    if attempt is None:
        found = (await locked(uow, [participant or ""])).get(participant or "")
        if not found:
            raise ParticipantNotFound
        return found[-1]
    whose = select(QuestionnaireAttempt.participant_key).where(
        QuestionnaireAttempt.account_id == uow.account_id, QuestionnaireAttempt.key == attempt
    )
    owner = (await uow.session.execute(whose)).scalar_one_or_none()
    targets = (await locked(uow, [owner])).get(owner, []) if owner is not None else []
    for target in targets:
        if target.attempt == attempt:
            return target
    raise AttemptNotFound


async def _known(uow: UnitOfWork, attempts: Collection[str]) -> dict[str, tuple[Any, ...]]:
    """What is said of attempts already."""
    found = select(_RESULT.attempt_key, *(_RESULT[name] for name in _SAID)).where(
        _RESULT.account_id == uow.account_id, _RESULT.attempt_key.in_(attempts)
    )
    return {row[0]: tuple(row[1:]) for row in await uow.session.execute(found)}


def _said(values: Mapping[str, Any]) -> tuple[Any, ...]:
    return tuple(values[name] for name in _SAID)


def _row(uow: UnitOfWork, target: Target, values: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "account_id": uow.account_id,
        "attempt_key": target.attempt,
        "participant_key": target.participant,
        "questionnaire_key": target.questionnaire,
        "recorded_by": uow.actor.name,
        "recorded_at": uow.now,
        "updated_at": uow.now,
        "published_at": None,
        **values,
    }
