"""Results from a file: all of them are recorded, or none (docs/decisions/0046)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from sqlalchemy import select

from domain.kernel.errors import BadInput
from domain.kernel.work import UnitOfWork
from domain.questionnaires import cells, findings, results
from domain.questionnaires.cells import Fault, Line
from domain.questionnaires.errors import QuestionnaireNotFound
from domain.questionnaires.model import Participant, Questionnaire
from domain.questionnaires.results import Target

SHOWN = 100
"""Faults that are told at once."""


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of a file."""

    graph_type: ClassVar[str] = "ImportedQuestionnaireResults"
    rows: int
    recorded: int
    """Results that say something else than was recorded before; none where there is any fault, or nothing was to be written."""
    faults: Sequence[Fault]
    """The first hundred, by row."""
    fault_count: int


async def from_csv(uow: UnitOfWork, questionnaire: str, text: str, *, dry: bool = False) -> Imported:
    """Record the results of a file if nothing in it is wrong; when `dry`, only look.

    Raises BadInput when it is no table of results, QuestionnaireNotFound.
    """
    known = select(Questionnaire.key).where(Questionnaire.account_id == uow.account_id, Questionnaire.key == questionnaire)
    if (await uow.session.execute(known)).scalar_one_or_none() is None:
        raise QuestionnaireNotFound
    lines, faults = cells.read(text)
    found, unknown = await _targets(uow, questionnaire, lines)
    ready, wrong = _checked(found)
    faults = sorted([*faults, *unknown, *wrong], key=lambda fault: fault.row)
    rows = len(lines) + len({fault.row for fault in faults} - {line.row for line in lines})
    if faults or dry:
        return Imported(rows, 0, faults[:SHOWN], len(faults))
    return Imported(rows, await results.write(uow, ready), [], 0)


async def _targets(uow: UnitOfWork, questionnaire: str, lines: Sequence[Line]) -> tuple[list[tuple[Line, Target]], list[Fault]]:
    """The attempt that each row means, and the rows that mean none, or one that another row means."""
    keys = await _participants(uow, questionnaire, lines)
    attempts = await results.locked(uow, sorted(keys.values()))
    found, faults, taken = [], [], set[str]()
    for line in lines:
        target = _meant(line, attempts.get(keys.get(line.reference, ""), []))
        if isinstance(target, Fault):
            faults.append(target)
        elif target.attempt in taken:
            faults.append(Fault(line.row, cells.REFERENCE, "Another row is about the same attempt."))
        else:
            taken.add(target.attempt)
            found.append((line, target))
    return found, faults


async def _participants(uow: UnitOfWork, questionnaire: str, lines: Sequence[Line]) -> dict[str, str]:
    wanted = {line.reference for line in lines}
    asked = select(Participant.irn, Participant.key).where(
        Participant.account_id == uow.account_id, Participant.questionnaire_key == questionnaire, Participant.irn.in_(wanted)
    )
    return {str(row.irn): row.key for row in await uow.session.execute(asked)}


def _meant(line: Line, attempts: Sequence[Target]) -> Target | Fault:
    if not attempts:
        return Fault(line.row, cells.REFERENCE, "No participant of this questionnaire has this interview reference.")
    if line.attempt is None:
        return attempts[-1]
    return next(
        (target for target in attempts if target.number == line.attempt),
        Fault(line.row, cells.ATTEMPT, f"This participant has no attempt {line.attempt}."),
    )


def _checked(found: Sequence[tuple[Line, Target]]) -> tuple[list[tuple[Target, dict[str, Any]]], list[Fault]]:
    ready, faults = [], []
    for line, target in found:
        try:
            ready.append((target, findings.checked(line.said)))
        except BadInput as wrong:
            faults.append(Fault(line.row, None, wrong.message))
    return ready, faults
