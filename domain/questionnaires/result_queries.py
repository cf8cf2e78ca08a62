"""Reading what assessors found."""

from collections.abc import Collection

from sqlalchemy import select

from domain.kernel.statements import ACCOUNT, Read, Row, any_of, by_key, statement
from domain.questionnaires.model import QuestionnaireResult

COLUMNS = (
    QuestionnaireResult.attempt_key,
    QuestionnaireResult.participant_key,
    QuestionnaireResult.questionnaire_key,
    QuestionnaireResult.status,
    QuestionnaireResult.evaluation,
    QuestionnaireResult.ratings,
    QuestionnaireResult.rating_notes,
    QuestionnaireResult.admission,
    QuestionnaireResult.counter_measure,
    QuestionnaireResult.not_complete,
    QuestionnaireResult.summary,
    QuestionnaireResult.summary_color,
    QuestionnaireResult.clear,
    QuestionnaireResult.notes,
    QuestionnaireResult.score,
    QuestionnaireResult.recorded_at,
    QuestionnaireResult.updated_at,
    QuestionnaireResult.published_at,
)
_BY_ATTEMPT = statement(
    select(*COLUMNS).where(QuestionnaireResult.account_id == ACCOUNT, any_of(QuestionnaireResult.attempt_key)),
    "QuestionnaireResult",
    keeps=("attempt_key",),
)


async def by_attempt(read: Read, account_id: int, keys: Collection[str]) -> dict[str, Row]:
    """The result of each attempt at a questionnaire."""
    return by_key(await read(_BY_ATTEMPT, account_id=account_id, keys=keys), "attempt_key")
