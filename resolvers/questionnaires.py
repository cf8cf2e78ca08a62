"""Questionnaires that are taken outside and judged by assessors."""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import strawberry

from domain.kernel.permissions import Permission
from domain.questionnaires import commands, queries
from domain.webhooks import queries as webhooks
from resolvers import ids
from resolvers.calibrations import COUNTING, QuestionnaireCalibration, calibrations
from resolvers.context import Context
from resolvers.enums import ListOrder
from resolvers.fields import (
    Connection,
    Info,
    arg,
    attribute,
    batched,
    computed,
    connection,
    edge,
    graph_type,
    listing,
    mutation,
    query,
    read_by,
)
from resolvers.inputs import defaulted, optional, required
from resolvers.inputs import given as given_in
from resolvers.nodes import Node, findable
from resolvers.participants import Participant, ParticipantFilter

if TYPE_CHECKING:
    from resolvers.webhooks import Webhook

READ, WRITE = Permission.QUESTIONNAIRES_READ, Permission.QUESTIONNAIRES_WRITE
WHICH = "The questionnaire's key, a UUID, or its id."


async def _participants(context: Context, keys: Sequence[Any], window: Any, order: str, given: Any) -> Any:
    return await queries.participants_by_questionnaire(context.read, context.account_id, keys, window, order=order, given=given)


@graph_type(
    requires=READ,
    description="Something that people take outside of this product, such as an interview, and that an assessor judges. "
    "A step of a flow can be one.",
)
class Questionnaire(Node):
    id: strawberry.ID = computed(ids.encoder("Questionnaire"), columns=("key",), description="Opaque id.")
    key: str = attribute("Its key, a UUID.")
    name: str = attribute("What it is called.")
    description: str | None = attribute("What it is for, in the account's own words.")
    duration_minutes: int | None = attribute("How long it takes, in minutes.")
    guide_en: str | None = attribute("What participants are told of it in English, beside what they are told of every questionnaire.")
    guide_de: str | None = attribute("The same in German.")
    active: bool = attribute("Whether people can be asked to take it; false once it was put aside.")
    created_at: datetime = attribute("When it was made.")
    updated_at: datetime = attribute("When something about it changed last.")
    participants: Connection[Participant] = connection(
        _participants,
        of=Participant,
        key="key",
        order=ListOrder,
        default=ListOrder.NEWEST,
        filter=ParticipantFilter,
        description="Who is asked to take it.",
    )
    result_webhook: Annotated["Webhook", strawberry.lazy("resolvers.webhooks")] | None = edge(
        webhooks.by_questionnaire, key="key", description="Where its results are told when they are published; null when they are not."
    )
    calibration: QuestionnaireCalibration = batched(
        "Its evaluations against what became of people: how many, and how often they agree.", weight=COUNTING
    )(calibrations)


@strawberry.input(description="Which questionnaires.")
class QuestionnaireFilter:
    active: bool | None = defaulted("Those that people can be asked to take, or those that were put aside.", None)


@strawberry.input(description="What a new questionnaire is to be.")
class CreateQuestionnaireInput:
    name: str = required("What to call it; at most 200 characters.")
    description: str | None = defaulted("What it is for; at most 2,000 characters.", None)
    duration_minutes: int | None = defaulted("How long it takes, in minutes: 1 to 600.", None)
    guide_en: str | None = defaulted("What participants are to be told of it in English; at most 5,000 characters.", None)
    guide_de: str | None = defaulted("The same in German.", None)


@strawberry.input(description="What to change about a questionnaire; what is left out stays, null takes a text or the duration away.")
class UpdateQuestionnaireInput:
    key: strawberry.ID = required(WHICH)
    name: str | None = optional("What to call it.")
    description: str | None = optional("What it is for.")
    duration_minutes: int | None = optional("How long it takes, in minutes: 1 to 600.")
    guide_en: str | None = optional("What participants are to be told of it in English.")
    guide_de: str | None = optional("The same in German.")
    active: bool | None = optional("False puts it aside, true takes it back into use.")


@strawberry.type
class QuestionnaireQuery:
    @query(requires=READ, description="One questionnaire; null when there is no such key.")
    async def questionnaire(context: Context, *, key: Annotated[strawberry.ID, arg(WHICH)]) -> Questionnaire | None:
        wanted = ids.uuid_of("Questionnaire", key)
        return (await queries.by_keys(context.read, context.account_id, [wanted])).get(wanted)  # type: ignore[return-value]

    questionnaires: Connection[Questionnaire] = listing(
        lambda context, window, order, given: queries.page(context.read, context.account_id, window, order=order, given=given),
        of=Questionnaire,
        requires=READ,
        order=ListOrder,
        default=ListOrder.NEWEST,
        filter=QuestionnaireFilter,
        description="The account's questionnaires.",
    )


@strawberry.type
class QuestionnaireMutation:
    @mutation(requires=WRITE, answers=Questionnaire, then=read_by(queries.by_keys), description="Make a questionnaire.")
    async def create_questionnaire(self, info: Info, input: Annotated[CreateQuestionnaireInput, arg("What it is to be.")]) -> str:
        return await commands.create(info.context.work, given_in(input))

    @mutation(requires=WRITE, answers=Questionnaire, then=read_by(queries.by_keys), description="Change a questionnaire, or put it aside.")
    async def update_questionnaire(self, info: Info, input: Annotated[UpdateQuestionnaireInput, arg("What to change.")]) -> str:
        return await commands.update(info.context.work, ids.uuid_of("Questionnaire", input.key), given_in(input, "key"))


findable("Questionnaire", READ, queries.by_keys)
