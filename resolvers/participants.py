"""Who is asked to take questionnaires, and what became of them."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

import strawberry

from domain.candidates import queries as candidates
from domain.kernel.permissions import Permission
from domain.questionnaires import blocking, links, participants, queries, result_queries
from domain.questionnaires.status import Origin
from resolvers import ids
from resolvers.context import Context
from resolvers.enums import ListOrder, graph_enum
from resolvers.fields import Connection, Info, arg, attribute, computed, edge, graph_type, listing, mutation, query, read_by
from resolvers.inputs import defaulted, optional, required
from resolvers.inputs import given as given_in
from resolvers.nodes import Node, findable

if TYPE_CHECKING:
    from resolvers.candidates import Candidate
    from resolvers.questionnaire_results import QuestionnaireResult
    from resolvers.questionnaires import Questionnaire

READ, WRITE, DELETE = Permission.PARTICIPANTS_READ, Permission.PARTICIPANTS_WRITE, Permission.PARTICIPANTS_DELETE
WHICH = "The participant's key, a UUID, or its id."
QUESTIONNAIRE = "The questionnaire's key, a UUID, or its id."
REFERENCE = "Your own reference number of them; each is given once in a questionnaire. At most 200 characters."
GIVEN = {"external_reference": "external_ref"}
"""Details that are called otherwise where they are stored."""

graph_enum(
    Origin,
    name="ParticipantOrigin",
    description="Through which door somebody became a participant.",
    values={Origin.DIRECT: "They were added as such.", Origin.FLOW: "The questionnaire is a step of a flow that they are assigned to."},
)


@graph_type(requires=READ, description="One time that a participant was asked to take the questionnaire; a retake is a further one.")
class QuestionnaireAttempt(Node):
    id: strawberry.ID = computed(ids.encoder("QuestionnaireAttempt"), columns=("key",), description="Opaque id.")
    key: str = attribute("Its key: `qat_…`.")
    number: int = attribute("Which of the participant's attempts it is, from 1.")
    access_code: str = attribute("Ten digits by which it is begun.")
    created_at: datetime = attribute("When they were asked.")
    result: Annotated["QuestionnaireResult", strawberry.lazy("resolvers.questionnaire_results")] | None = edge(
        result_queries.by_attempt, key="key", description="What an assessor found; null until it is recorded."
    )


@graph_type(requires=READ, description="One person in one questionnaire, under the account's own interview reference number.")
class Participant(Node):
    id: strawberry.ID = computed(ids.encoder("Participant"), columns=("key",), description="Opaque id.")
    key: str = attribute("Their key, a UUID.")
    questionnaire: Annotated["Questionnaire", strawberry.lazy("resolvers.questionnaires")] = edge(
        queries.by_keys, key="questionnaire_key", description="What they are asked to take."
    )
    questionnaire_key: str = attribute("The key of that questionnaire, also for keys that may not read questionnaires.")
    candidate: Annotated["Candidate", strawberry.lazy("resolvers.candidates")] | None = edge(
        candidates.by_keys,
        key="candidate_key",
        description="Who it is; null for somebody who was added without an email address, until they are linked.",
    )
    interview_reference: str | None = computed(
        lambda irn: irn, columns=("irn",), description="The account's own reference number of them; null once the person was erased."
    )
    external_reference: str | None = computed(
        lambda reference: reference, columns=("external_ref",), description="A further reference of the account's own."
    )
    phone_number1: str | None = attribute("Their first phone number as it was given.")
    phone_number2: str | None = attribute("Their second phone number as it was given.")
    e164_number1: str | None = computed(
        lambda number: number,
        columns=("phone_number1_e164",),
        description="The first one as E.164: `+4930123456`; null where it could not be read. Without a prefix it is one of the "
        "account's country.",
    )
    e164_number2: str | None = computed(lambda number: number, columns=("phone_number2_e164",), description="The same for the second one.")
    email: str | None = attribute("Their email address as it was given.")
    language: str | None = attribute("The name of the language they are to be asked in, as it was given.")
    is_allowed: bool = computed(
        bool, columns=("allowed",), description="Whether they may be called: none of their numbers is among the account's blocked ones."
    )
    guide_url: str = computed(
        lambda context, key: links.guide_link(context.environment, context.account_id, key),
        columns=("key",),
        context=True,
        description="A page that tells them what will happen, in their language; the link is signed and always the same.",
    )
    outcome: str | None = attribute("What became of them, by the account's own code.")
    outcome_at: datetime | None = attribute("When it did.")
    origin: Origin = attribute("Through which door they came.")
    attempts: list[QuestionnaireAttempt] = edge(
        queries.attempts_by_participant,
        key="key",
        otherwise=(),
        description="Each time that they were asked, in order; at most 100.",
    )
    created_at: datetime = attribute("When they were added.")
    updated_at: datetime = attribute("When something about them changed last.")


@graph_type(requires=READ, description="A phone number that the account does not call.")
class BlockedNumber:
    number: str = attribute("The number as E.164: `+4930123456`.")
    reason: str | None = attribute("Why, in the account's own words.")
    created_at: datetime = attribute("When it was blocked.")


@dataclass(frozen=True, slots=True)
class Gone:
    """What is no more, tagged for the type of the graph that shows it."""

    graph_type: ClassVar[str]
    key: str


@dataclass(frozen=True, slots=True)
class GoneParticipant(Gone):
    graph_type: ClassVar[str] = "DeletedParticipant"


@dataclass(frozen=True, slots=True)
class GoneNumber(Gone):
    graph_type: ClassVar[str] = "UnblockedNumber"


@graph_type(requires=DELETE, description="A participant that is no more.")
class DeletedParticipant:
    key: str = attribute("Their key.")


@graph_type(requires=WRITE, description="A phone number that may be called again.")
class UnblockedNumber:
    number: str = computed(str, columns=("key",), description="The number as E.164.")


@strawberry.input(description="Which participants.")
class ParticipantFilter:
    text: str | None = defaulted(
        "Whose interview reference, external reference or email address contains this, without regard to case.", None
    )
    interview_reference: str | None = defaulted("Those with exactly this interview reference.", None)
    outcome: list[str] | None = defaulted("Those with one of these outcomes.", None)
    allowed: bool | None = defaulted("Those that may be called, or may not.", None)
    created_from: datetime | None = defaulted("Added at this moment or later.", None)
    created_until: datetime | None = defaulted("Added before this moment.", None)


@strawberry.input(description="Who is to take which questionnaire.")
class AddParticipantInput:
    questionnaire: strawberry.ID = required(QUESTIONNAIRE)
    interview_reference: str = required(REFERENCE)
    phone_number1: str | None = optional("Their phone number; without a prefix it is one of the account's country. At most 50 characters.")
    phone_number2: str | None = optional("Another one.")
    external_reference: str | None = optional("A further reference of your own; at most 200 characters.")
    email: str | None = optional("Their email address: it says who they are. Without one they are nobody's until they are linked.")
    language: str | None = optional("The name of the language they are to be asked in, such as `German`, `Deutsch` or `de`.")


@strawberry.input(description="Who is to take a questionnaire once more. What is given replaces what is stored, what is left out stays.")
class RetakeQuestionnaireInput(AddParticipantInput):
    participant: strawberry.ID = required(WHICH)


@strawberry.input(description="What became of somebody.")
class SetOutcomeInput:
    participant: strawberry.ID = required(WHICH)
    outcome: str = required("Your own code of it; at most 200 characters.")
    outcome_at: datetime | None = defaulted("When it became so; left out: now.", None)


@strawberry.input(description="Who a participant is.")
class LinkParticipantInput:
    participant: strawberry.ID = required(WHICH)
    candidate: strawberry.ID = required("The candidate's key (`cand_…`) or id.")


@strawberry.input(description="Which participant to delete.")
class DeleteParticipantInput:
    participant: strawberry.ID = required(WHICH)


@strawberry.input(description="Which phone number is not to be called.")
class BlockNumberInput:
    number: str = required("The number; without a prefix it is one of the account's country.")
    reason: str | None = defaulted("Why; at most 500 characters.", None)


@strawberry.input(description="Which phone number may be called again.")
class UnblockNumberInput:
    number: str = required("The number; without a prefix it is one of the account's country.")


@strawberry.type
class ParticipantQuery:
    @query(requires=READ, description="One participant; null when there is no such key.")
    async def participant(context: Context, *, key: Annotated[strawberry.ID, arg(WHICH)]) -> Participant | None:
        wanted = ids.uuid_of("Participant", key)
        return (await queries.participants_by_key(context.read, context.account_id, [wanted])).get(wanted)  # type: ignore[return-value]

    participants: Connection[Participant] = listing(
        lambda context, window, order, given: queries.participants(context.read, context.account_id, window, order=order, given=given),
        of=Participant,
        requires=READ,
        order=ListOrder,
        default=ListOrder.NEWEST,
        filter=ParticipantFilter,
        description="Everybody who is asked to take a questionnaire of the account.",
    )
    blocked_numbers: Connection[BlockedNumber] = listing(
        lambda context, window, _order, given: queries.blocked(context.read, context.account_id, window, order="number", given=given),
        of=BlockedNumber,
        requires=READ,
        description="The phone numbers that the account does not call, in their order.",
    )


async def _as_is(_context: Context, made: Any) -> Any:
    return made


def _told(input: Any) -> dict[str, Any]:
    given = given_in(input, "participant", "questionnaire", "interview_reference")
    return {GIVEN.get(name, name): value for name, value in given.items()}


@strawberry.type
class ParticipantMutation:
    @mutation(
        requires=WRITE,
        answers=Participant,
        then=read_by(queries.participants_by_key),
        admits_narrowed=True,
        description="Add somebody who is to take a questionnaire. Nobody is called or mailed by this.",
    )
    async def add_participant(self, info: Info, input: Annotated[AddParticipantInput, arg("Who, and which one.")]) -> str:
        questionnaire = ids.uuid_of("Questionnaire", input.questionnaire)
        return await participants.add(info.context.work, questionnaire, input.interview_reference, _told(input))

    @mutation(
        requires=WRITE,
        answers=Participant,
        then=read_by(queries.participants_by_key),
        admits_narrowed=True,
        description="Ask a participant to take the questionnaire once more, as a further attempt; the interview reference stays.",
    )
    async def retake_questionnaire(self, info: Info, input: Annotated[RetakeQuestionnaireInput, arg("Who, and which one.")]) -> str:
        participant, questionnaire = ids.uuid_of("Participant", input.participant), ids.uuid_of("Questionnaire", input.questionnaire)
        return await participants.retake(info.context.work, participant, questionnaire, input.interview_reference, _told(input))

    @mutation(
        requires=WRITE,
        answers=Participant,
        then=read_by(queries.participants_by_key),
        admits_narrowed=True,
        description="Tell what became of a participant; what was told before is replaced.",
    )
    async def set_outcome(self, info: Info, input: Annotated[SetOutcomeInput, arg("Whose, and what.")]) -> str:
        key = ids.uuid_of("Participant", input.participant)
        return await participants.set_outcome(info.context.work, key, outcome=input.outcome, outcome_at=input.outcome_at)

    @mutation(
        requires=WRITE,
        answers=Participant,
        then=read_by(queries.participants_by_key),
        description="Tell who a participant is that was added without an email address.",
    )
    async def link_participant(self, info: Info, input: Annotated[LinkParticipantInput, arg("Who is whom.")]) -> str:
        key = ids.uuid_of("Participant", input.participant)
        return await participants.link(info.context.work, key, ids.key_of("Candidate", input.candidate))

    @mutation(
        requires=DELETE,
        answers=DeletedParticipant,
        then=_as_is,
        description="Delete a participant of whom there is no result, with all attempts. Whoever has results is erased as a candidate.",
    )
    async def delete_participant(self, info: Info, input: Annotated[DeleteParticipantInput, arg("Whom.")]) -> GoneParticipant:
        return GoneParticipant(await participants.remove(info.context.work, ids.uuid_of("Participant", input.participant)))

    @mutation(
        requires=WRITE,
        answers=BlockedNumber,
        then=read_by(queries.blocked_by_number),
        description="Note that a phone number is not to be called; participants who have it are not allowed from now on.",
    )
    async def block_number(self, info: Info, input: Annotated[BlockNumberInput, arg("Which one, and why.")]) -> str:
        return await blocking.block(info.context.work, number=input.number, reason=input.reason)

    @mutation(
        requires=WRITE,
        answers=UnblockedNumber,
        then=_as_is,
        description="Allow a phone number to be called again, and with it the participants who have no other blocked number.",
    )
    async def unblock_number(self, info: Info, input: Annotated[UnblockNumberInput, arg("Which one.")]) -> GoneNumber:
        return GoneNumber(await blocking.unblock(info.context.work, number=input.number))


findable("Participant", READ, queries.participants_by_key)
findable("QuestionnaireAttempt", READ, queries.attempts_by_key)
