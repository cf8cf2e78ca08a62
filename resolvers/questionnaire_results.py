"""What assessors found: results of attempts at questionnaires, recorded one by one or from a file, and published."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

import strawberry

from domain.kernel.permissions import Permission
from domain.questionnaires import importing, queries, result_queries, results
from domain.questionnaires.importing import Imported
from resolvers import ids
from resolvers.fields import Info, arg, attribute, edge, graph_type, mutation, read_by, unfold
from resolvers.inputs import defaulted, required
from resolvers.inputs import given as given_in

if TYPE_CHECKING:
    from resolvers.participants import Participant, QuestionnaireAttempt

READ, WRITE = Permission.QUESTIONNAIRE_RESULTS_READ, Permission.QUESTIONNAIRE_RESULTS_WRITE
ATTEMPT = "The attempt's key (`qat_…`) or id; either this or `participant`."
PARTICIPANT = "The participant's key, a UUID, or id: their latest attempt is meant."
QUESTIONNAIRE = "The questionnaire's key, a UUID, or its id."
FILE = """A table in CSV with the names of the columns in its first row, at most 800,000 characters and 1,000 results. Columns:
`interview_reference` and `status`, which must be there, `attempt` (its number; empty: the latest), `evaluation`, `admission`,
`counter_measure`, `not_complete`, `summary`, `summary_color`, `clear`, `notes`, `score`, and for each question `rating:Q1` (its risk
level), `rating:Q1:text` and `rating:Q1:note`. Commas, semicolons or tabs stand between cells; a byte order mark is passed over;
with semicolons or tabs decimals may have a comma. Yes and no are `true`/`false`, `yes`/`no`, `ja`/`nein`, `1`/`0`. Formulas are not
computed: they are text as any other. An empty cell says nothing."""


@dataclass(frozen=True, slots=True)
class Rating:
    graph_type: ClassVar[str] = "QuestionnaireRating"
    sequence: str
    risk_level: str
    text: str | None
    note: str | None


@graph_type(requires=READ, description="What an assessor found at one question.")
class QuestionnaireRating:
    sequence: str = attribute("Which question.")
    risk_level: str = attribute("A code of the risk, such as `HR`; may be empty.")
    text: str | None = attribute("What the question is about.")
    note: str | None = attribute("A note of the assessor's; null once the person was erased.")


def _ratings(ratings: Sequence[Mapping[str, Any]], notes: Sequence[str | None] | None) -> list[Rating]:
    said = notes or [None] * len(ratings)
    return [Rating(one["sequence"], one["risk_level"], one["text"], note) for one, note in zip(ratings, said, strict=True)]


@graph_type(
    requires=READ,
    description="What an assessor recorded of an attempt, as it was given: no value follows from another. Codes are the assessor's own.",
)
class QuestionnaireResult:
    status: str = attribute("Where it stands, such as `Result Published`, `Attempted - Incomplete`, `Attempted - Partial`, `under_review`.")
    evaluation: str | None = attribute("A code for the whole, such as `LR`.")
    ratings: list[QuestionnaireRating] = unfold(
        _ratings, columns=("ratings", "rating_notes"), description="By question, in the order given; at most 500."
    )
    admission: bool = attribute("Whether something was admitted.")
    counter_measure: bool = attribute("Whether somebody tried to mislead.")
    not_complete: bool = attribute("Whether something is missing.")
    summary: str | None = attribute("A code that sums it up.")
    summary_color: str | None = attribute("The colour of that, such as `#28a745`.")
    clear: bool | None = attribute("Whether nothing speaks against them.")
    notes: str | None = attribute("Notes of the assessor's; null once the person was erased.")
    score: float | None = attribute("From 0 to 100, set by the assessor: what a step of a flow waits for.")
    recorded_at: datetime = attribute("When it was recorded for the first time.")
    updated_at: datetime = attribute("When it was recorded last.")
    published_at: datetime | None = attribute("When it was published last; null when it was not.")
    attempt: Annotated["QuestionnaireAttempt", strawberry.lazy("resolvers.participants")] = edge(
        queries.attempts_by_key, key="attempt_key", description="The attempt."
    )
    participant: Annotated["Participant", strawberry.lazy("resolvers.participants")] = edge(
        queries.participants_by_key, key="participant_key", description="Who was judged."
    )


@graph_type(requires=READ, description="What is wrong with a row of a file.")
class ImportFault:
    row: int = attribute("Which row, as spreadsheets count: the names of the columns are row 1.")
    column: str | None = attribute("Which column; null when it is the whole row.")
    message: str = attribute("What is wrong, for people.")


@graph_type(requires=READ, description="What became of a file of results.")
class ImportedQuestionnaireResults:
    rows: int = attribute("How many rows there are beside the names of the columns.")
    recorded: int = attribute(
        "How many results were recorded that say something else than before; 0 with any fault, and where nothing was to be written."
    )
    faults: list[ImportFault] = attribute("What is wrong, by row: the first 100.")
    fault_count: int = attribute("How much is wrong in all; nothing was recorded unless it is 0.")


@strawberry.input(description="What was found at one question.")
class QuestionnaireRatingInput:
    sequence: str = required("Which question; at most 100 characters.")
    risk_level: str = defaulted("A code of the risk; at most 100 characters, may be empty.", "")
    text: str | None = defaulted("What the question is about; at most 2,000 characters.", None)
    note: str | None = defaulted("A note; at most 2,000 characters.", None)


@strawberry.input(description="What was found. It stands in the place of what was recorded before: what is left out is unsaid.")
class RecordQuestionnaireResultInput:
    status: str = required(
        "Where it stands; an open list: `Result Published`, `Attempted - Incomplete`, `Attempted - Partial`, `under_review`, or others "
        "of at most 100 characters."
    )
    attempt: strawberry.ID | None = defaulted(ATTEMPT, None)
    participant: strawberry.ID | None = defaulted(PARTICIPANT, None)
    evaluation: str | None = defaulted("A code for the whole; at most 100 characters.", None)
    ratings: list[QuestionnaireRatingInput] | None = defaulted("By question, at most 500.", None)
    admission: bool = defaulted("Whether something was admitted.", False)
    counter_measure: bool = defaulted("Whether somebody tried to mislead.", False)
    not_complete: bool = defaulted("Whether something is missing.", False)
    summary: str | None = defaulted("A code that sums it up; at most 100 characters.", None)
    summary_color: str | None = defaulted("The colour of that, such as `#28a745`.", None)
    clear: bool | None = defaulted("Whether nothing speaks against them.", None)
    notes: str | None = defaulted("Notes; at most 5,000 characters. They are sent to nobody.", None)
    score: float | None = defaulted("From 0 to 100; a step of a flow waits for one.", None)


@strawberry.input(description="Which result to publish.")
class PublishQuestionnaireResultInput:
    attempt: strawberry.ID | None = defaulted(ATTEMPT, None)
    participant: strawberry.ID | None = defaulted(PARTICIPANT, None)


@strawberry.input(description="Results from a file.")
class ImportQuestionnaireResultsInput:
    questionnaire: strawberry.ID = required(QUESTIONNAIRE)
    csv: str = required(FILE)
    dry_run: bool = defaulted("True only looks what is wrong and records nothing.", False)


async def _as_is(_context: Any, made: Any) -> Any:
    return made


def _whose(input: Any) -> dict[str, str | None]:
    attempt, participant = input.attempt, input.participant
    return {
        "attempt": ids.key_of("QuestionnaireAttempt", attempt) if attempt is not None else None,
        "participant": ids.uuid_of("Participant", participant) if participant is not None else None,
    }


def _said(input: RecordQuestionnaireResultInput) -> dict[str, Any]:
    return given_in(input, "attempt", "participant") | {"ratings": [vars(rating) for rating in input.ratings or ()]}


@strawberry.type
class QuestionnaireResultMutation:
    @mutation(
        requires=WRITE,
        answers=QuestionnaireResult,
        then=read_by(result_queries.by_attempt),
        description="Record what an assessor found at an attempt, in the place of what was recorded before. Nobody is told of it until it "
        "is published; a step of a flow goes on as soon as there is a score.",
    )
    async def record_questionnaire_result(
        self, info: Info, input: Annotated[RecordQuestionnaireResultInput, arg("What was found.")]
    ) -> str:
        return await results.record(info.context.work, _said(input), **_whose(input))

    @mutation(
        requires=WRITE,
        answers=QuestionnaireResult,
        then=read_by(result_queries.by_attempt),
        description="Publish a result: the questionnaire's webhook is told of it. Publishing again, after a change, tells it again.",
    )
    async def publish_questionnaire_result(self, info: Info, input: Annotated[PublishQuestionnaireResultInput, arg("Which one.")]) -> str:
        return await results.publish(info.context.work, **_whose(input))

    @mutation(
        requires=WRITE,
        answers=ImportedQuestionnaireResults,
        then=_as_is,
        description="Record the results in a file, all of them or none: with anything wrong in it nothing is recorded, and `faults` says "
        "what. They are published one by one afterwards.",
    )
    async def import_questionnaire_results(
        self, info: Info, input: Annotated[ImportQuestionnaireResultsInput, arg("Of which questionnaire, and the file.")]
    ) -> Imported:
        questionnaire = ids.uuid_of("Questionnaire", input.questionnaire)
        return await importing.from_csv(info.context.work, questionnaire, input.csv, dry=input.dry_run)
