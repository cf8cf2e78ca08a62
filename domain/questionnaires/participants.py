"""What can be done with those who take questionnaires: adding them, asking them once more, telling what became of them."""

import secrets
from typing import Any
from uuid import uuid4

from sqlalchemy import delete, exists, func, select

from domain.access import commands as access
from domain.candidates import commands as candidates
from domain.kernel import inputs
from domain.kernel.columns import columns_of, inserts, table_of
from domain.kernel.identifiers import new_key
from domain.kernel.work import UnitOfWork
from domain.questionnaires import blocking, events, phones
from domain.questionnaires.errors import (
    DuplicateInterviewReference,
    HasResults,
    InterviewReferenceChanged,
    LinkedAlready,
    ParticipantNotFound,
    QuestionnaireInactive,
    TooManyAttempts,
)
from domain.questionnaires.holding import hold, one_of_mine
from domain.questionnaires.model import Participant, QuestionnaireAttempt, QuestionnaireResult
from domain.questionnaires.status import Origin

MOST_ATTEMPTS = 100
PHONES = ("phone_number1", "phone_number2")
_LINES = (
    *((name, inputs.spelled(name), phones.LONGEST) for name in PHONES),
    ("external_ref", "externalReference", inputs.LONGEST_NAME),
    ("email", "email", inputs.LONGEST_EMAIL),
    ("language", "language", 100),
)
"""Details that are told, as callers spell them, and how long they may be."""
_ADD = {
    name: insert.on_conflict_do_nothing(index_elements=["account_id", "questionnaire_key", "irn"]).returning(table_of(Participant).c.key)
    for name, insert in inserts(Participant).items()
}
_ATTEMPT = table_of(QuestionnaireAttempt).c


async def add(uow: UnitOfWork, questionnaire: str, reference: str, details: dict[str, Any]) -> str:
    """Add somebody with their first attempt and return their key, a UUID; with an email address it is known who they are.

    Raises QuestionnaireNotFound, NotAssociated, QuestionnaireInactive, DuplicateInterviewReference (R-QST-7), BadInput.
    """
    if not (await one_of_mine(uow, questionnaire)).active:
        raise QuestionnaireInactive
    irn, told = checked_reference(reference), await _told(uow, details)
    row = await insert(uow, questionnaire, irn, told | {"allowed": await _is_allowed(uow, told)})
    if row.email:
        row.candidate_key = await candidates.find_or_add(uow, email=inputs.email_address(row.email))
    return row.key


async def insert(
    uow: UnitOfWork, questionnaire: str, reference: str, details: dict[str, Any], *, origin: Origin = Origin.DIRECT
) -> Participant:
    """Write a participant with their first attempt; the index decides who has an interview reference first.

    Raises DuplicateInterviewReference.
    """
    row = Participant(
        account_id=uow.account_id,
        key=str(uuid4()),
        questionnaire_key=questionnaire,
        origin=origin.value,
        irn=reference,
        created_at=uow.now,
        updated_at=uow.now,
        **details,
    )
    if (await uow.session.execute(_ADD[uow.dialect], columns_of(row))).scalar_one_or_none() is None:
        raise DuplicateInterviewReference(reference)
    uow.inserted(row, uow.account_id, row.key)
    _begin(uow, row.key, 1)
    uow.record(events.PARTICIPANT_ADDED, row.key, questionnaire=questionnaire, origin=origin.value, allowed=row.allowed)
    return row


async def retake(uow: UnitOfWork, key: str, questionnaire: str, reference: str, details: dict[str, Any]) -> str:
    """Ask a participant once more; what is told replaces what was stored, what is left out stays.

    Raises QuestionnaireNotFound, NotAssociated, ParticipantNotFound, InterviewReferenceChanged (R-QST-8), QuestionnaireInactive,
    TooManyAttempts, BadInput.
    """
    asked = await one_of_mine(uow, questionnaire)
    irn, told = checked_reference(reference), await _told(uow, details)
    row = await _locked(uow, key)
    if row.questionnaire_key != questionnaire:
        raise ParticipantNotFound
    if row.irn != irn:
        raise InterviewReferenceChanged
    if not asked.active:
        raise QuestionnaireInactive
    for name, value in told.items():
        setattr(row, name, value)
    row.allowed, row.updated_at = await _is_allowed(uow, columns_of(row)), uow.now
    number = await _last_attempt(uow, key) + 1
    if number > MOST_ATTEMPTS:
        raise TooManyAttempts(MOST_ATTEMPTS)
    _begin(uow, key, number)
    uow.record(events.PARTICIPANT_RETAKES, key, attempt=number, allowed=row.allowed)
    if told.get("email") and row.origin != Origin.FLOW:  # who takes part in a flow is known already
        row.candidate_key = await candidates.find_or_add(uow, email=inputs.email_address(told["email"]))
    return key


async def set_outcome(uow: UnitOfWork, key: str, *, outcome: str, outcome_at: Any = None) -> str:
    """Note what became of a participant, by the account's own code, and when; now unless told (R-QST-12).

    Raises ParticipantNotFound, NotAssociated, BadInput.
    """
    code = inputs.line(outcome, "outcome", required=True)
    row = await _locked(uow, key)
    at = outcome_at or uow.now
    if (row.outcome, row.outcome_at) != (code, at):
        row.outcome, row.outcome_at, row.updated_at = code, at, uow.now
        uow.record(events.PARTICIPANT_OUTCOME_SET, key)
    return key


async def link(uow: UnitOfWork, key: str, candidate: str) -> str:
    """Tell who a participant is that nobody had named by an email address.

    Raises ParticipantNotFound, NotFound, Anonymized, Merged, LinkedAlready.
    """
    row = await _locked(uow, key)
    if row.candidate_key not in (None, candidate):
        raise LinkedAlready
    await candidates.locked(uow, candidate)
    if row.candidate_key is None:
        row.candidate_key, row.updated_at = candidate, uow.now
        uow.record(events.PARTICIPANT_LINKED, key, candidate=candidate)
    return key


async def remove(uow: UnitOfWork, key: str) -> str:
    """Delete a participant of whom there is no result, with all their attempts.

    Raises ParticipantNotFound, NotAssociated, HasResults.
    """
    row = await _locked(uow, key)
    judged = exists().where(QuestionnaireResult.account_id == uow.account_id, QuestionnaireResult.participant_key == key)
    if (await uow.session.execute(select(judged))).scalar_one():
        raise HasResults
    mine = delete(table_of(QuestionnaireAttempt)).where(_ATTEMPT.account_id == uow.account_id, _ATTEMPT.participant_key == key)
    attempts = int((await uow.session.execute(mine)).rowcount)  # type: ignore[attr-defined]
    await uow.session.delete(row)
    uow.record(events.PARTICIPANT_DELETED, key, questionnaire=row.questionnaire_key, origin=row.origin, attempts=attempts)
    return key


def checked_reference(given: str) -> str:
    """An interview reference as it is stored.

    Raises BadInput (R-QST-5).
    """
    return inputs.line(given, "interviewReference", required=True) or ""


async def _locked(uow: UnitOfWork, key: str) -> Participant:
    """A participant whom nobody else changes; who was erased is found no more."""
    row = await uow.lock(Participant, uow.account_id, key)
    if row is None:
        raise ParticipantNotFound
    hold(uow.actor, row.questionnaire_key)
    if row.irn is None:
        raise ParticipantNotFound
    return row


async def _last_attempt(uow: UnitOfWork, key: str) -> int:
    last = select(func.max(_ATTEMPT.number)).where(_ATTEMPT.account_id == uow.account_id, _ATTEMPT.participant_key == key)
    return int((await uow.session.execute(last)).scalar_one())


def _begin(uow: UnitOfWork, key: str, number: int) -> None:
    attempt = QuestionnaireAttempt(
        account_id=uow.account_id,
        key=new_key("qat"),
        participant_key=key,
        number=number,
        access_code=f"{secrets.randbelow(10**10):010}",
        created_at=uow.now,
    )
    uow.add(attempt, uow.account_id, attempt.key)


async def _told(uow: UnitOfWork, given: dict[str, Any]) -> dict[str, Any]:
    """Details as they are stored, numbers with their E.164 form; those numbers are not blocked or unblocked before this work ends.

    Asked for before a participant is locked: who blocks a number locks it before the participants who have it.
    """
    told: dict[str, Any] = {}
    for name, spelled, longest in _LINES:
        if name in given:
            told[name] = inputs.line(given[name], spelled, longest=longest)
    if told.get("email"):
        inputs.email_address(told["email"])
    if any(told.get(name) for name in PHONES):
        region = (await access.own_account(uow)).country
        told |= {f"{name}_e164": phones.e164(told[name], region) for name in PHONES if told.get(name)}
        await blocking.take_turns(uow, [told[f"{name}_e164"] for name in PHONES if told.get(f"{name}_e164")])
    return told | {f"{name}_e164": None for name in PHONES if name in told and not told[name]}


async def _is_allowed(uow: UnitOfWork, row: dict[str, Any]) -> bool:
    """Whether the account calls the numbers of a participant (R-QST-11)."""
    numbers = [number for name in PHONES if (number := row.get(f"{name}_e164"))]
    return not await blocking.any_blocked(uow, numbers)
