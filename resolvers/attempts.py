"""Attempts: runs of candidates through instruments."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

import strawberry

from domain.candidates import queries as candidates
from domain.instruments import bank
from domain.invites import attempts as commands
from domain.invites import queries
from domain.invites.search import closest
from domain.kernel.errors import BadInput
from domain.kernel.language import Language
from domain.kernel.paging import Page, Window
from domain.kernel.permissions import Permission
from domain.results import queries as results
from domain.teams import queries as teams
from resolvers import ids
from resolvers.context import Context
from resolvers.enums import AttemptSource, AttemptStatus, PersonOrder, SearchOrder
from resolvers.fields import Connection, Info, arg, attribute, computed, edge, graph_type, listing, mutation, query, read_by, unfold
from resolvers.inputs import defaulted, required
from resolvers.instruments import Instrument, Item, of_version
from resolvers.nodes import Node, findable
from resolvers.paging import After, Before, First, Last, Offset, Pages
from resolvers.scalars import BigInt

if TYPE_CHECKING:
    from resolvers.candidates import Candidate
    from resolvers.invites import Invite
    from resolvers.results import Result
    from resolvers.teams import Team

READ = Permission.ATTEMPTS_READ
MOST_ANSWERS = 500


@dataclass(frozen=True, slots=True)
class Given:
    """An item with what was answered."""

    graph_type: ClassVar[str] = "Answer"
    item: bank.Item
    value: int | None


def _answers(key: str, version: str, answers: Sequence[int | None]) -> list[Given]:
    return [Given(item, answers[item.position]) for item in bank.instrument(key, version).asked]


@graph_type(requires=READ, description="What was answered to one item.")
class Answer:
    item: Item = attribute("Which item.")
    value: int | None = attribute("The answer, 1 to 5, as it was given, also to a reverse-keyed item; null when there is none yet.")


@graph_type(requires=READ, description="One run of a candidate through an instrument.")
class Attempt(Node):
    id: strawberry.ID = computed(ids.encoder("Attempt"), columns=("attempt_id",), description="Opaque id.")
    key: BigInt = computed(int, columns=("attempt_id",), description="Its number.")
    candidate: Annotated["Candidate", strawberry.lazy("resolvers.candidates")] = edge(
        candidates.by_keys, key="candidate_key", description="Who took it."
    )
    invite: Annotated["Invite", strawberry.lazy("resolvers.invites")] = edge(
        queries.by_keys, key="invite_key", description="The invite it came from."
    )
    result: Annotated["Result", strawberry.lazy("resolvers.results")] | None = edge(
        results.by_attempt, key="attempt_id", description="What it measured; null until it is completed."
    )
    instrument: Instrument = computed(
        of_version, columns=("instrument", "instrument_version"), description="What was taken, in which version."
    )
    source: AttemptSource = attribute("How it came about.")
    language: Language = attribute("In which language it was begun.")
    status: AttemptStatus = attribute("Where it stands.")
    answered: int = attribute("How many items are answered.")
    progress_percent: float = computed(
        lambda answered, answers: round(answered / len(answers) * 100, 1),
        columns=("answered", "answers"),
        description="How many of its items are answered, 0 to 100.",
    )
    teams: list[Annotated["Team", strawberry.lazy("resolvers.teams")]] = edge(
        teams.by_attempt, key="attempt_id", otherwise=(), description="The teams that it is in, newest first; at most 100."
    )
    answers: list[Answer] = unfold(
        _answers,
        columns=("instrument", "instrument_version", "answers"),
        description="Every item with its answer, in the order they are asked.",
    )
    started_at: datetime = attribute("When it was begun.")
    completed_at: datetime | None = attribute("When it was completed.")


@strawberry.input(description="Which attempts.")
class AttemptFilter:
    status: list[AttemptStatus] | None = defaulted("Those with one of these statuses.", None)
    source: list[AttemptSource] | None = defaulted("Those through an invite, or by the open link.", None)
    text: str | None = defaulted("Those of people whose name or email address contains this, without regard to case and accents.", None)
    candidate: list[strawberry.ID] | None = defaulted("Those of these candidates.", None)
    instrument: strawberry.ID | None = defaulted("Those of this instrument, in any version or, as `key@version`, in one.", None)
    anonymized: bool | None = defaulted("Those of people who were anonymised, or were not.", None)
    completed_from: datetime | None = defaulted("Completed at this moment or later.", None)
    completed_until: datetime | None = defaulted("Completed before this moment.", None)


@strawberry.input(description="Which invite to begin.")
class StartAttemptInput:
    invite: strawberry.ID = required("The key of the invite (`inv_…`) or its id.")
    language: Language | None = defaulted("In which language; left out: the invite's.", None)


@strawberry.input(description="An answer to one item.")
class AnswerInput:
    item: str = required("The key of the item, such as `detail_3`.")
    value: int = required("How far it is agreed with: 1 (completely disagree) to 5 (completely agree).")


@strawberry.input(description="Answers to keep.")
class SaveAnswersInput:
    attempt: strawberry.ID = required("The number of the attempt, or its id.")
    answers: list[AnswerInput] = required("At most 500; a later answer to an item replaces the earlier one.")


@strawberry.input(description="Which attempt to complete.")
class CompleteAttemptInput:
    attempt: strawberry.ID = required("The number of the attempt, or its id.")


@strawberry.type
class AttemptQuery:
    @query(requires=READ, description="One attempt; null when there is no such number.")
    async def attempt(context: Context, *, key: Annotated[strawberry.ID, arg("Its number, or its id.")]) -> Attempt | None:
        number = ids.number_of("Attempt", key)
        return (await queries.attempts_by_id(context.read, context.account_id, [number])).get(number)  # type: ignore[return-value]

    attempts: Connection[Attempt] = listing(
        lambda context, window, order, given: queries.attempts(context.read, context.account_id, window, order=order, given=given),
        of=Attempt,
        requires=READ,
        order=PersonOrder,
        default=PersonOrder.NEWEST,
        filter=AttemptFilter,
        description="The account's attempts, whichever door they came through; newest are those begun or completed last.",
    )

    @query(requires=READ, description="Completed attempts by parts of the candidate's name or email address, and by date.")
    async def search(
        context: Context,
        *,
        text: Annotated[str | None, arg("Part of the name or the email address, without regard to case and accents.")] = None,
        name: Annotated[str | None, arg("Part of the name.")] = None,
        email: Annotated[str | None, arg("Part of the email address.")] = None,
        completed_from: Annotated[date | None, arg("Completed on this day (UTC) or later.")] = None,
        completed_to: Annotated[date | None, arg("Completed on this day (UTC) or earlier.")] = None,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
        offset: Offset = 0,
        order_by: Annotated[SearchOrder, arg("In which order.")] = SearchOrder.NEWEST,
    ) -> Connection[Attempt]:
        texts = {"text": text, "name": name, "email": email}
        found = {key: value for key, value in texts.items() if value and value.strip()}
        days = {"completed_from": _midnight(completed_from), "completed_until": _midnight(completed_to, after=1)}
        if not found and not any(days.values()):
            raise BadInput.field("text", message="Give at least one of 'text', 'name', 'email', 'completedFrom', 'completedTo'.")
        conditions = {"status": ["completed"], "anonymized": ["False"], **found, **days}
        window = Window(first, after, last, before, offset)
        return Pages(await _searched(context, window, order_by, conditions))  # type: ignore[return-value]


async def _searched(context: Context, window: Window, order: SearchOrder, conditions: dict[str, Any]) -> Page:
    """A page of attempts in an order.

    Raises BadInput when they are to be by relevance, and nothing is said to what.
    """
    if order is SearchOrder.NEWEST:
        return await queries.attempts(context.read, context.account_id, window, order="newest", given=conditions)
    text = conditions.pop("text", None)
    if text is None:
        raise BadInput.field("text", message="Give 'text' for an order by relevance.")
    return await closest(context.read, context.account_id, window, text, conditions)


def _midnight(day: date | None, *, after: int = 0) -> datetime | None:
    """The beginning of a day in UTC, or of one after it; the last day of all has no day after."""
    if day is None:
        return None
    if after and day == date.max:
        return datetime.max.replace(tzinfo=UTC)
    return datetime.combine(day + timedelta(days=after), time(), UTC)


@strawberry.type
class AttemptMutation:
    @mutation(
        requires=Permission.ATTEMPTS_WRITE,
        answers=Attempt,
        then=read_by(queries.attempts_by_id),
        admits_candidates=True,
        description="Begin an invite; beginning it again gives the same attempt.",
    )
    async def start_attempt(self, info: Info, input: Annotated[StartAttemptInput, arg("Which invite.")]) -> int:
        key = ids.key_of("Invite", input.invite)
        return await commands.start(info.context.work, key, language=input.language)

    @mutation(
        requires=Permission.ATTEMPTS_WRITE,
        answers=Attempt,
        then=read_by(queries.attempts_by_id),
        admits_candidates=True,
        description="Keep answers; they can be changed until the attempt is completed.",
    )
    async def save_answers(self, info: Info, input: Annotated[SaveAnswersInput, arg("Which answers.")]) -> int:
        if len(input.answers) > MOST_ANSWERS:
            raise BadInput.field("answers", message=f"At most {MOST_ANSWERS} answers at a time.")
        answers = {answer.item: answer.value for answer in input.answers}
        return await commands.save(info.context.work, ids.number_of("Attempt", input.attempt), answers)

    @mutation(
        requires=Permission.ATTEMPTS_WRITE,
        answers=Attempt,
        then=read_by(queries.attempts_by_id),
        admits_candidates=True,
        description="Score an attempt and spend its credit. A scale with less than 80 % of its items answered gets no value.",
    )
    async def complete_attempt(self, info: Info, input: Annotated[CompleteAttemptInput, arg("Which one.")]) -> int:
        return await commands.complete(info.context.work, ids.number_of("Attempt", input.attempt))


findable("Attempt", READ, queries.attempts_by_id, number=True)
