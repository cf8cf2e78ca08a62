"""API keys that work for one questionnaire alone."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import strawberry

from domain.access.credentials import NewKey
from domain.kernel.permissions import Permission
from domain.questionnaires import keys, queries
from resolvers import ids
from resolvers.context import Context
from resolvers.fields import Info, arg, attribute, computed, graph_type, mutation, query
from resolvers.inputs import defaulted, required
from resolvers.nodes import Node, findable
from resolvers.participants import QUESTIONNAIRE, Gone

READ, WRITE, DELETE = (
    Permission.QUESTIONNAIRE_KEYS_READ,
    Permission.QUESTIONNAIRE_KEYS_WRITE,
    Permission.QUESTIONNAIRE_KEYS_DELETE,
)
ACCOUNT = "The account's UUID, for integrations that name it; any other than your own is refused."


@graph_type(requires=READ, description="A credential that works for one questionnaire alone; its secret was shown once, when it was made.")
class QuestionnaireKey(Node):
    id: strawberry.ID = computed(ids.encoder("QuestionnaireKey"), columns=("key",), description="Opaque id.")
    key: str = attribute("Its key, a UUID; not the secret.")
    name: str = attribute("What the account calls it.")
    permissions: list[Permission] = attribute("What it may do.")
    masked_secret: str = computed(
        lambda prefix, last_four: f"{prefix}...{last_four}",
        columns=("prefix", "last_four"),
        description="The first twelve characters of the secret, three dots and the last four, to recognise it by.",
    )
    created_at: datetime = attribute("When it was made.")


@graph_type(requires=WRITE, description="A key of a questionnaire just made; its secret is shown here and never again.")
class QuestionnaireKeyCreated:
    key: QuestionnaireKey = attribute("The key as it is listed.")
    secret: str = attribute("The secret to send in the header `Authorization`. Save it: it is shown only once.")


class GoneKey(Gone):
    graph_type = "DeletedQuestionnaireKey"


@graph_type(requires=DELETE, description="A key of a questionnaire that has ended for good.")
class DeletedQuestionnaireKey:
    key: str = attribute("Its key.")


@strawberry.input(description="What a new key of a questionnaire is to be.")
class CreateQuestionnaireKeyInput:
    questionnaire: strawberry.ID = required(QUESTIONNAIRE)
    account: UUID | None = defaulted(ACCOUNT, None)
    name: str = required("What to call it, such as the system that will use it.")
    permissions: list[Permission] = required(
        "What it may do: any of `participants:read`, `participants:write`, `participants:delete`, `questionnaire_keys:write`, "
        "`questionnaire_keys:delete`, also those that your own credential lacks."
    )


@strawberry.input(description="Which key of a questionnaire to end.")
class DeleteQuestionnaireKeyInput:
    questionnaire: strawberry.ID = required(QUESTIONNAIRE)
    account: UUID | None = defaulted(ACCOUNT, None)
    key: strawberry.ID = required("The key's UUID, or its id.")


async def _new_key(context: Context, made: NewKey) -> Any:
    rows = await queries.keys_by_key(context.read, context.account_id, [made.key])
    key: Any = rows[made.key]
    return QuestionnaireKeyCreated(key=key, secret=made.secret)


async def _as_is(_context: Context, made: Any) -> Any:
    return made


@strawberry.type
class QuestionnaireKeyQuery:
    @query(
        requires=READ,
        admits_narrowed=True,
        most=keys.MOST_KEYS,
        description="The keys of a questionnaire that work, the first one first.",
    )
    async def questionnaire_keys(
        context: Context,
        *,
        questionnaire: Annotated[strawberry.ID, arg(QUESTIONNAIRE)],
        account: Annotated[UUID | None, arg(ACCOUNT)] = None,
    ) -> list[QuestionnaireKey]:
        wanted = ids.uuid_of("Questionnaire", questionnaire)
        return await keys.listed(context.read, context.actor, wanted, account)  # type: ignore[return-value]


@strawberry.type
class QuestionnaireKeyMutation:
    @mutation(
        requires=WRITE,
        answers=QuestionnaireKeyCreated,
        then=_new_key,
        admits_narrowed=True,
        description="Make a key that works for one questionnaire alone. Replace a key without a gap by making another one first.",
    )
    async def create_questionnaire_key(self, info: Info, input: Annotated[CreateQuestionnaireKeyInput, arg("What it is to be.")]) -> NewKey:
        questionnaire = ids.uuid_of("Questionnaire", input.questionnaire)
        return await keys.create(info.context.work, questionnaire, input.account, name=input.name, permissions=input.permissions)

    @mutation(
        requires=DELETE,
        answers=DeletedQuestionnaireKey,
        then=_as_is,
        admits_narrowed=True,
        description="End a key of a questionnaire at once, everywhere and for good.",
    )
    async def delete_questionnaire_key(self, info: Info, input: Annotated[DeleteQuestionnaireKeyInput, arg("Which one.")]) -> GoneKey:
        questionnaire, key = ids.uuid_of("Questionnaire", input.questionnaire), ids.uuid_of("QuestionnaireKey", input.key)
        return GoneKey(await keys.remove(info.context.work, questionnaire, input.account, key))


findable("QuestionnaireKey", READ, queries.keys_by_key)
