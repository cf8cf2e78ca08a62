"""The webhook of a questionnaire: where its results are told, with which credential, and what was not taken sent again."""

from dataclasses import dataclass
from typing import Annotated, Any, ClassVar

import strawberry

from domain.kernel.permissions import Permission
from domain.webhooks import queries, result_hooks
from domain.webhooks.credentials import Header, OAuth
from domain.webhooks.result_hooks import ResultHook
from resolvers import ids
from resolvers.context import Context
from resolvers.fields import Info, arg, attribute, edge, graph_type, mutation
from resolvers.inputs import defaulted, required
from resolvers.webhooks import Deleted, DeletedWebhook, Webhook

WRITE = Permission.WEBHOOKS_WRITE
QUESTIONNAIRE = "The questionnaire's key, a UUID, or its id."


@graph_type(requires=WRITE, description="The webhook of a questionnaire as it is now.")
class ResultWebhook:
    webhook: Webhook = attribute("The webhook.")
    secret: str | None = attribute(
        "The secret that messages are signed with (`whsec_…`), when it has just got one. Save it: it is shown only once."
    )


@dataclass(frozen=True, slots=True)
class Resent:
    graph_type: ClassVar[str] = "ResentResults"
    webhook_key: str
    count: int


@graph_type(requires=WRITE, description="Results that are sent again.")
class ResentResults:
    webhook: Webhook = edge(queries.by_keys, key="webhook_key", description="To which webhook.")
    count: int = attribute("How many are sent again.")


@strawberry.input(description="A header with a value that the receiver knows.")
class WebhookHeaderInput:
    name: str = required("The name of the header, such as `Authorization` or `X-Api-Key`.")
    value: str = required("Its value; it is kept encrypted and shown to nobody.")


@strawberry.input(description="Client credentials of OAuth 2: a token is fetched with them before each delivery, and sent as `Bearer`.")
class WebhookOAuthInput:
    token_url: str = required("Where tokens are fetched: an https address on the public internet.")
    client_id: str = required("The id of the client.")
    client_secret: str = required("Its secret; it is kept encrypted and shown to nobody.")
    audience: str | None = defaulted("The audience of the token, where the server wants to be told.", None)


@strawberry.input(description="Where and how the results of a questionnaire are told. It stands in the place of what was set before.")
class SetResultWebhookInput:
    questionnaire: strawberry.ID = required(QUESTIONNAIRE)
    url: str = required("Where to send them: an https address on the public internet. Whoever is there answers 200.")
    header: WebhookHeaderInput | None = defaulted("A header that proves whom they are from; either this or `oauth`, or neither.", None)
    oauth: WebhookOAuthInput | None = defaulted("Client credentials of OAuth 2.", None)
    retries: bool = defaulted("Whether to try again what was not taken, as for other webhooks; otherwise only by hand.", False)
    signed: bool = defaulted("Whether to sign messages as other webhooks are (Standard Webhooks).", False)


@strawberry.input(description="Whose results are to be told nowhere any more.")
class DeleteResultWebhookInput:
    questionnaire: strawberry.ID = required(QUESTIONNAIRE)


@strawberry.input(description="Whose results to send again.")
class ResendFailedResultsInput:
    questionnaire: strawberry.ID = required(QUESTIONNAIRE)


async def _shown(context: Context, made: ResultHook) -> ResultWebhook:
    webhook: Any = (await queries.by_keys(context.read, context.account_id, [made.key]))[made.key]
    return ResultWebhook(webhook=webhook, secret=made.secret)


async def _as_is(_context: Context, made: Any) -> Any:
    return made


@strawberry.type
class ResultWebhookMutation:
    @mutation(
        requires=WRITE,
        answers=ResultWebhook,
        then=_shown,
        description="Say where and how the results of a questionnaire are told when they are published; there is one address for each. "
        "Needs `questionnaire_results:read` and `participants:read` as well.",
    )
    async def set_result_webhook(self, info: Info, input: Annotated[SetResultWebhookInput, arg("Where and how.")]) -> ResultHook:
        return await result_hooks.put(
            info.context.work,
            ids.uuid_of("Questionnaire", input.questionnaire),
            url=input.url,
            header=Header(**vars(input.header)) if input.header else None,
            oauth=OAuth(**vars(input.oauth)) if input.oauth else None,
            retried=input.retries,
            signed=input.signed,
        )

    @mutation(
        requires=WRITE,
        answers=DeletedWebhook,
        then=_as_is,
        description="Tell the results of a questionnaire nowhere any more; what was not taken is forgotten.",
    )
    async def delete_result_webhook(self, info: Info, input: Annotated[DeleteResultWebhookInput, arg("Whose.")]) -> Deleted:
        return Deleted(await result_hooks.remove(info.context.work, ids.uuid_of("Questionnaire", input.questionnaire)))

    @mutation(
        requires=WRITE,
        answers=ResentResults,
        then=_as_is,
        description="Send all results of a questionnaire again that were not taken in the last 15 days, to the address that is set now.",
    )
    async def resend_failed_results(self, info: Info, input: Annotated[ResendFailedResultsInput, arg("Whose.")]) -> Resent:
        return Resent(*await result_hooks.resend(info.context.work, ids.uuid_of("Questionnaire", input.questionnaire)))
