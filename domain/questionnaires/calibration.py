"""Whether assessors see what becomes of people: evaluations against outcomes, counted (docs/decisions/0046)."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, exists, func, select

from domain.kernel.columns import UtcDateTime
from domain.kernel.statements import ACCOUNT, Read, Row, any_of, group, statement
from domain.questionnaires.model import Participant, QuestionnaireAttempt, QuestionnaireResult

MOST_CELLS = 500
_OF_PARTICIPANT = (QuestionnaireResult.account_id == ACCOUNT, QuestionnaireResult.participant_key == Participant.key)
_HAS_RESULT = exists(select(QuestionnaireResult.attempt_key).where(*_OF_PARTICIPANT)).label("judged")
_EVALUATION = (
    select(QuestionnaireResult.evaluation)
    .join(
        QuestionnaireAttempt,
        (QuestionnaireAttempt.account_id == ACCOUNT) & (QuestionnaireAttempt.key == QuestionnaireResult.attempt_key),
    )
    .where(*_OF_PARTICIPANT)
    .order_by(QuestionnaireAttempt.number.desc())
    .limit(1)
    .scalar_subquery()
    .label("evaluation")
)
"""Of the latest attempt that has a result."""


def _counted() -> Any:
    people = (
        select(Participant.questionnaire_key, _HAS_RESULT, _EVALUATION, Participant.outcome)
        .where(
            Participant.account_id == ACCOUNT,
            any_of(Participant.questionnaire_key),
            Participant.created_at >= bindparam("since", type_=UtcDateTime()),
            Participant.created_at < bindparam("until", type_=UtcDateTime()),
        )
        .subquery("people")
    )
    told = (people.c.questionnaire_key, people.c.judged, people.c.evaluation, people.c.outcome)
    return select(*told, func.count().label("people")).group_by(*told)


_COUNTED = statement(_counted())


@dataclass(frozen=True, slots=True)
class Cell:
    """People with one evaluation and one outcome."""

    evaluation: str
    outcome: str
    count: int


@dataclass(frozen=True, slots=True)
class Calibration:
    """Evaluations against outcomes; whoever lacks either is counted apart."""

    cells: Sequence[Cell]
    """The largest first."""
    true_positives: int
    false_positives: int
    false_negatives: int
    true_negatives: int
    without_result: int
    """Nobody recorded a result of them."""
    without_evaluation: int
    """There is a result that says nothing in all."""
    without_outcome: int
    """They were evaluated, and nothing is known of what became of them."""

    @property
    def compared(self) -> int:
        """Those of whom both are known."""
        return self.true_positives + self.false_positives + self.false_negatives + self.true_negatives


def table(rows: Sequence[Any], positive_evaluations: Collection[str], positive_outcomes: Collection[str]) -> Calibration:
    """Put counts of people by `judged`, `evaluation` and `outcome` into a table; values are compared letter by letter."""
    cells, aside = [], {"without_result": 0, "without_evaluation": 0, "without_outcome": 0}
    for row in rows:
        if (why := _aside(row)) is not None:
            aside[why] += row.people
        else:
            cells.append(Cell(row.evaluation, row.outcome, row.people))

    def of(evaluated: bool, became: bool) -> int:
        return sum(
            cell.count
            for cell in cells
            if (cell.evaluation in positive_evaluations) == evaluated and (cell.outcome in positive_outcomes) == became
        )

    cells.sort(key=lambda cell: (-cell.count, cell.evaluation, cell.outcome))
    return Calibration(cells, of(True, True), of(True, False), of(False, True), of(False, False), **aside)


def _aside(row: Any) -> str | None:
    if not row.judged:
        return "without_result"
    if row.evaluation is None:
        return "without_evaluation"
    return "without_outcome" if row.outcome is None else None


async def counts(read: Read, account_id: int, keys: Collection[str], *, since: datetime, until: datetime) -> dict[str, list[Row]]:
    """How many participants of each questionnaire, added in a period, have which evaluation and outcome."""
    rows = await read(_COUNTED, account_id=account_id, keys=keys, since=since, until=until)
    return group(rows, "questionnaire_key")
