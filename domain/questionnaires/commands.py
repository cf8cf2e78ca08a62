"""What can be done with questionnaires. Each verb runs inside the caller's unit of work."""

from typing import Any
from uuid import uuid4

from domain.kernel import inputs
from domain.kernel.errors import BadInput
from domain.kernel.work import UnitOfWork
from domain.questionnaires import events
from domain.questionnaires.errors import QuestionnaireNotFound
from domain.questionnaires.model import Questionnaire

LONGEST_DESCRIPTION = 2_000
LONGEST_GUIDE = 5_000
LONGEST_DURATION = 600


async def create(uow: UnitOfWork, details: dict[str, Any]) -> str:
    """Make a questionnaire and return its key, a UUID; only its name has to be told.

    Raises BadInput.
    """
    told = {name: _checked(name, value) for name, value in details.items()}
    row = Questionnaire(account_id=uow.account_id, key=str(uuid4()), created_at=uow.now, updated_at=uow.now, **told)
    uow.add(row, uow.account_id, row.key)
    uow.record(events.QUESTIONNAIRE_CREATED, row.key)
    return row.key


async def update(uow: UnitOfWork, key: str, changes: dict[str, Any]) -> str:
    """Change what is told of a questionnaire, or put it aside; null takes a text or the duration away.

    Raises QuestionnaireNotFound, BadInput.
    """
    row = await uow.lock(Questionnaire, uow.account_id, key)
    if row is None:
        raise QuestionnaireNotFound
    told = {name: _checked(name, value) for name, value in changes.items()}
    changed = sorted(name for name, value in told.items() if getattr(row, name) != value)
    for name in changed:
        setattr(row, name, told[name])
    if changed:
        row.updated_at = uow.now
        uow.record(events.QUESTIONNAIRE_CHANGED, key, fields=changed)
    return key


def _checked(name: str, value: Any) -> Any:
    match name:
        case "name":
            return inputs.line(value, name, required=True)
        case "description":
            return inputs.paragraph(value, name, longest=LONGEST_DESCRIPTION)
        case "guide_en" | "guide_de":
            return inputs.paragraph(value, inputs.spelled(name), longest=LONGEST_GUIDE)
        case "duration_minutes":
            message = f"'durationMinutes' must be from 1 to {LONGEST_DURATION}."
            return inputs.given(value, lambda minutes: 1 <= minutes <= LONGEST_DURATION, "durationMinutes", message=message)
    if value is None:
        raise BadInput.field(name, message=f"'{name}' must be true or false.")
    return value
