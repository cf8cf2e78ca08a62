"""Evaluations of a questionnaire against what became of people, and how often they agree."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from fractions import Fraction
from typing import Annotated, Any, ClassVar

from domain.kernel.errors import BadInput
from domain.kernel.permissions import Permission
from domain.questionnaires import calibration
from domain.questionnaires.calibration import MOST_CELLS, Calibration
from resolvers.context import Context
from resolvers.exact import ExactNumber
from resolvers.fields import arg, attribute, graph_type

READ = Permission.QUESTIONNAIRE_RESULTS_READ
COUNTING = 100
"""What counting all participants of a questionnaire costs, in objects."""
MOST_CODES = 100
_BEGINNING, _END = datetime(1970, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, tzinfo=UTC)


@graph_type(requires=READ, description="How many people have one evaluation and one outcome.")
class CalibrationCell:
    evaluation: str = attribute("The evaluation of the latest attempt that has a result.")
    outcome: str = attribute("What became of them.")
    count: int = attribute("How many people.")


@graph_type(
    requires=READ,
    description="The evaluations of a questionnaire against what became of people. Each participant counts once, by the latest attempt "
    "that has a result. Nothing is hidden for small numbers: it is the account's own process, and whoever may read it may read each "
    "result as well.",
)
class QuestionnaireCalibration:
    cells: list[CalibrationCell] = attribute("Evaluations by outcomes as they occur, the largest first; at most 500.")
    cell_count: int = attribute("How many such pairs occur.")
    compared: int = attribute("How many people have both an evaluation and an outcome.")
    true_positives: int = attribute("Positive by evaluation and by outcome.")
    false_positives: int = attribute("Positive by evaluation, not by outcome.")
    false_negatives: int = attribute("Positive by outcome, not by evaluation.")
    true_negatives: int = attribute("Positive by neither.")
    precision: ExactNumber | None = attribute("How many of those evaluated as positive became so; null when nobody was.")
    recall: ExactNumber | None = attribute("How many of those who became positive were evaluated so; null when nobody did.")
    without_result: int = attribute("People of whom no result was recorded.")
    without_evaluation: int = attribute("People whose result says nothing for the whole.")
    without_outcome: int = attribute("People who were evaluated and of whom no outcome was told.")


@dataclass(frozen=True, slots=True)
class Exact:
    graph_type: ClassVar[str] = "ExactNumber"
    numerator: int
    denominator: int

    @property
    def value(self) -> float:
        return float(Fraction(self.numerator, self.denominator))


@dataclass(frozen=True, slots=True)
class Shown:
    """A calibration as the graph shows it."""

    graph_type: ClassVar[str] = "QuestionnaireCalibration"
    cells: Sequence[Any]
    cell_count: int
    compared: int
    true_positives: int
    false_positives: int
    false_negatives: int
    true_negatives: int
    precision: Exact | None
    recall: Exact | None
    without_result: int
    without_evaluation: int
    without_outcome: int


@dataclass(frozen=True, slots=True)
class Pair:
    graph_type: ClassVar[str] = "CalibrationCell"
    evaluation: str
    outcome: str
    count: int


_EVALUATIONS = Annotated[list[str], arg("The evaluations that say yes, letter by letter, such as `LR` and `G`; at most 100.")]
_OUTCOMES = Annotated[list[str], arg("The outcomes that say yes, letter by letter; at most 100.")]
_FROM = Annotated[datetime | None, arg("People who were added at this moment or later.")]
_UNTIL = Annotated[datetime | None, arg("People who were added before this moment.")]


async def calibrations(
    parents: Sequence[Any],
    context: Context,
    *,
    positive_evaluations: _EVALUATIONS,
    positive_outcomes: _OUTCOMES,
    created_from: _FROM = None,
    created_until: _UNTIL = None,
) -> list[QuestionnaireCalibration]:
    """The calibration of each questionnaire."""
    for name, codes in (("positiveEvaluations", positive_evaluations), ("positiveOutcomes", positive_outcomes)):
        if len(codes) > MOST_CODES:
            raise BadInput.field(name, message=f"'{name}' may have at most {MOST_CODES} codes.")
    keys = [parent.key for parent in parents]
    found = await calibration.counts(context.read, context.account_id, keys, since=created_from or _BEGINNING, until=created_until or _END)
    return [_shown(calibration.table(found.get(key, ()), positive_evaluations, positive_outcomes)) for key in keys]  # type: ignore[misc]


def _shown(counted: Calibration) -> Shown:
    positives = counted.true_positives
    return Shown(
        [Pair(cell.evaluation, cell.outcome, cell.count) for cell in counted.cells[:MOST_CELLS]],
        len(counted.cells),
        counted.compared,
        positives,
        counted.false_positives,
        counted.false_negatives,
        counted.true_negatives,
        _exact(positives, positives + counted.false_positives),
        _exact(positives, positives + counted.false_negatives),
        counted.without_result,
        counted.without_evaluation,
        counted.without_outcome,
    )


def _exact(part: int, of: int) -> Exact | None:
    """A share that is not reduced, so that both numbers say how many people it is of."""
    return Exact(part, of) if of else None
