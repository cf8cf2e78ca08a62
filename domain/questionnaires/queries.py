"""Reading questionnaires, those who take them, their attempts, blocked numbers and keys."""

from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import and_, bindparam, func, or_, select

from domain.access.model import Account, ApiKey
from domain.kernel.columns import UtcDateTime
from domain.kernel.listing import Listing, Order, one_of, where
from domain.kernel.paging import Page, Window
from domain.kernel.statements import ACCOUNT, Read, Row, any_of, by_key, group, statement
from domain.questionnaires.model import BlockedNumber, Participant, Questionnaire, QuestionnaireAttempt, QuestionnaireResult

COLUMNS = (
    Questionnaire.key,
    Questionnaire.name,
    Questionnaire.description,
    Questionnaire.duration_minutes,
    Questionnaire.guide_en,
    Questionnaire.guide_de,
    Questionnaire.active,
    Questionnaire.created_at,
    Questionnaire.updated_at,
)
PARTICIPANT = (
    Participant.key,
    Participant.questionnaire_key,
    Participant.candidate_key,
    Participant.origin,
    Participant.irn,
    Participant.external_ref,
    Participant.phone_number1,
    Participant.phone_number1_e164,
    Participant.phone_number2,
    Participant.phone_number2_e164,
    Participant.email,
    Participant.language,
    Participant.allowed,
    Participant.outcome,
    Participant.outcome_at,
    Participant.created_at,
    Participant.updated_at,
)
ATTEMPT = (
    QuestionnaireAttempt.key,
    QuestionnaireAttempt.participant_key,
    QuestionnaireAttempt.number,
    QuestionnaireAttempt.access_code,
    QuestionnaireAttempt.created_at,
)
_WORDS = (Participant.irn, Participant.external_ref, Participant.email)
_LIKE = str.maketrans({"/": "//", "%": "/%", "_": "/_"})
_LOWER = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "abcdefghijklmnopqrstuvwxyz")
"""As both databases do it: references and addresses are ASCII nearly always."""


def _containing(text: str) -> str:
    return f"%{text.strip().translate(_LOWER).translate(_LIKE)}%"


_BY_KEY = statement(select(*COLUMNS).where(Questionnaire.account_id == ACCOUNT, any_of(Questionnaire.key)), "Questionnaire", keeps=("key",))
_PARTICIPANTS_BY_KEY = statement(
    select(*PARTICIPANT).where(Participant.account_id == ACCOUNT, any_of(Participant.key)), "Participant", keeps=("key",)
)
_ATTEMPTS_BY_KEY = statement(
    select(*ATTEMPT).where(QuestionnaireAttempt.account_id == ACCOUNT, any_of(QuestionnaireAttempt.key)),
    "QuestionnaireAttempt",
    keeps=("key",),
)
_ATTEMPTS = statement(
    select(*ATTEMPT)
    .where(QuestionnaireAttempt.account_id == ACCOUNT, any_of(QuestionnaireAttempt.participant_key))
    .order_by(QuestionnaireAttempt.participant_key, QuestionnaireAttempt.number),
    "QuestionnaireAttempt",
    keeps=("participant_key",),
)
_STANDING = statement(
    select(QuestionnaireAttempt.participant_key, QuestionnaireResult.score, QuestionnaireResult.recorded_at, QuestionnaireResult.updated_at)
    .outerjoin(
        QuestionnaireResult,
        and_(QuestionnaireResult.account_id == ACCOUNT, QuestionnaireResult.attempt_key == QuestionnaireAttempt.key),
    )
    .where(QuestionnaireAttempt.account_id == ACCOUNT, any_of(QuestionnaireAttempt.participant_key))
    .order_by(QuestionnaireAttempt.participant_key, QuestionnaireAttempt.number)
)
_GUIDE = statement(
    select(
        Participant.irn,
        Participant.language,
        Questionnaire.name,
        Questionnaire.duration_minutes,
        Questionnaire.guide_en,
        Questionnaire.guide_de,
        Questionnaire.active,
        Account.company,
        Account.imprint,
        Account.privacy,
        Account.status,
        Account.language.label("account_language"),
    )
    .join(Questionnaire, and_(Questionnaire.account_id == ACCOUNT, Questionnaire.key == Participant.questionnaire_key))
    .join(Account, Account.account_id == ACCOUNT)
    .where(Participant.account_id == ACCOUNT, Participant.key == bindparam("participant"))
)
_KEYS = statement(
    select(ApiKey.key, ApiKey.name, ApiKey.permissions, ApiKey.prefix, ApiKey.last_four, ApiKey.created_at)
    .where(ApiKey.account_id == ACCOUNT, ApiKey.questionnaire == bindparam("questionnaire"), ApiKey.revoked_at.is_(None))
    .order_by(ApiKey.created_at, ApiKey.key),
    "QuestionnaireKey",
)
_KEYS_BY_KEY = statement(
    select(ApiKey.key, ApiKey.name, ApiKey.permissions, ApiKey.prefix, ApiKey.last_four, ApiKey.created_at).where(
        ApiKey.account_id == ACCOUNT, ApiKey.questionnaire.is_not(None), any_of(ApiKey.key)
    ),
    "QuestionnaireKey",
)
_BLOCKED = (BlockedNumber.number, BlockedNumber.reason, BlockedNumber.created_at)
_BLOCKED_BY_NUMBER = statement(select(*_BLOCKED).where(BlockedNumber.account_id == ACCOUNT, any_of(BlockedNumber.number)), "BlockedNumber")
QUESTIONNAIRES = Listing(
    select(*COLUMNS).where(Questionnaire.account_id == ACCOUNT),
    "Questionnaire",
    key=Questionnaire.key,
    filters={"active": where("active", Questionnaire.active == bindparam("active", type_=Questionnaire.active.type))},
    orders={
        "newest": Order((Questionnaire.created_at, Questionnaire.key), descending=True),
        "oldest": Order((Questionnaire.created_at, Questionnaire.key)),
    },
)
PARTICIPANTS = Listing(
    select(*PARTICIPANT).where(Participant.account_id == ACCOUNT),
    "Participant",
    key=Participant.key,
    filters={
        "text": where(
            "text",
            or_(*(func.lower(column).like(bindparam("text"), escape="/") for column in _WORDS)),
            _containing,
        ),
        "interview_reference": where("interview_reference", Participant.irn == bindparam("interview_reference")),
        "outcome": one_of("outcome", Participant.outcome),
        "allowed": where("allowed", Participant.allowed == bindparam("allowed", type_=Participant.allowed.type)),
        "created_from": where("created_from", Participant.created_at >= bindparam("created_from", type_=UtcDateTime())),
        "created_until": where("created_until", Participant.created_at < bindparam("created_until", type_=UtcDateTime())),
    },
    orders={
        "newest": Order((Participant.created_at, Participant.key), descending=True),
        "oldest": Order((Participant.created_at, Participant.key)),
    },
)
BLOCKED = Listing(
    select(*_BLOCKED).where(BlockedNumber.account_id == ACCOUNT),
    "BlockedNumber",
    key=BlockedNumber.number,
    filters={},
    orders={"number": Order((BlockedNumber.number,))},
)


async def by_keys(read: Read, account_id: int, keys: Collection[str]) -> dict[str, Row]:
    """Questionnaires by their keys."""
    return by_key(await read(_BY_KEY, account_id=account_id, keys=keys), "key")


async def page(read: Read, account_id: int, window: Window, *, order: str, given: Mapping[str, Any]) -> Page:
    """The account's questionnaires."""
    return await QUESTIONNAIRES.page(read, account_id, window, order=order, given=given)


async def participants_by_key(read: Read, account_id: int, keys: Collection[str]) -> dict[str, Row]:
    """Participants by their keys."""
    return by_key(await read(_PARTICIPANTS_BY_KEY, account_id=account_id, keys=keys), "key")


async def participants(read: Read, account_id: int, window: Window, *, order: str, given: Mapping[str, Any]) -> Page:
    """Everybody who is asked to take a questionnaire of the account."""
    return await PARTICIPANTS.page(read, account_id, window, order=order, given=given)


async def participants_by_questionnaire(
    read: Read, account_id: int, keys: Collection[str], window: Window, *, order: str, given: Mapping[str, Any]
) -> dict[str, Page]:
    """Those who are asked to take each questionnaire."""
    return await PARTICIPANTS.pages_by(read, account_id, Participant.questionnaire_key, list(keys), window, order=order, given=given)


async def participants_by_candidate(
    read: Read, account_id: int, keys: Collection[str], window: Window, *, order: str, given: Mapping[str, Any]
) -> dict[str, Page]:
    """What each candidate is a participant of."""
    return await PARTICIPANTS.pages_by(read, account_id, Participant.candidate_key, list(keys), window, order=order, given=given)


async def attempts_by_participant(read: Read, account_id: int, keys: Collection[str]) -> dict[str, list[Row]]:
    """The attempts of each participant, the first one first; at most a hundred (`participants.MOST_ATTEMPTS`)."""
    return group(await read(_ATTEMPTS, account_id=account_id, keys=keys), "participant_key")


async def attempts_by_key(read: Read, account_id: int, keys: Collection[str]) -> dict[str, Row]:
    """Attempts at questionnaires by their keys."""
    return by_key(await read(_ATTEMPTS_BY_KEY, account_id=account_id, keys=keys), "key")


async def standing(read: Read, account_id: int, keys: Collection[str]) -> dict[str, Row]:
    """The result of the latest attempt of each participant, its columns null where there is none yet."""
    return {row.participant_key: row for row in await read(_STANDING, account_id=account_id, keys=keys)}


async def guide(read: Read, account_id: int, participant: str) -> Row | None:
    """What a participant is to be told."""
    rows = await read(_GUIDE, account_id=account_id, participant=participant)
    return rows[0] if rows else None


async def keys_of(read: Read, account_id: int, questionnaire: str) -> list[Row]:
    """The keys of a questionnaire that work, the first one first; at most a hundred (`keys.MOST_KEYS`)."""
    return await read(_KEYS, account_id=account_id, questionnaire=questionnaire)


async def keys_by_key(read: Read, account_id: int, keys: Collection[str]) -> dict[str, Row]:
    """Keys of questionnaires by their keys; never their secrets."""
    return by_key(await read(_KEYS_BY_KEY, account_id=account_id, keys=keys), "key")


async def blocked(read: Read, account_id: int, window: Window, *, order: str, given: Mapping[str, Any]) -> Page:
    """The numbers that the account does not call."""
    return await BLOCKED.page(read, account_id, window, order=order, given=given)


async def blocked_by_number(read: Read, account_id: int, keys: Collection[str]) -> dict[str, Row]:
    """Blocked numbers by themselves."""
    return by_key(await read(_BLOCKED_BY_NUMBER, account_id=account_id, keys=keys), "number")
