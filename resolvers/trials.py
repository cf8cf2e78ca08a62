"""Trials: asking for one, deciding on it, and opening the link to its key."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any

import strawberry

from domain.access import queries as access
from domain.billing.registration import Registered
from domain.kernel.language import Language
from domain.kernel.permissions import Access, Permission
from domain.trials import commands, queries
from domain.trials.status import TrialStatus
from resolvers import ids
from resolvers.access import Registration, account_key, registered
from resolvers.context import Context
from resolvers.enums import graph_enum
from resolvers.fields import Connection, Info, arg, attribute, batched, computed, graph_type, listing, mutation, query
from resolvers.inputs import defaulted, given, required
from resolvers.nodes import SOURCES, Node, Source

READ, WRITE = Permission.TRIALS_READ, Permission.TRIALS_WRITE
graph_enum(
    TrialStatus,
    name="TrialStatus",
    description="What an operator has made of a trial request.",
    values={
        TrialStatus.REQUESTED: "It waits for a decision.",
        TrialStatus.APPROVED: "The account is open, and the link to its key was mailed.",
        TrialStatus.DECLINED: "There will be no trial; the request is deleted 30 days later.",
    },
)


@graph_type(requires=READ, description="Somebody asks for an account with a few credits; for operators of the installation.")
class TrialRequest(Node):
    id: strawberry.ID = computed(ids.encoder("TrialRequest"), columns=("key",), description="Opaque id.")
    key: str = attribute("The reference that was given out: `trial_…`.")
    status: TrialStatus = attribute("What an operator has made of it.")
    company: str = attribute("The company.")
    email: str = attribute("The address that asked; nobody has confirmed it before the link is opened.")
    contact_name: str | None = attribute("Whom to talk to.")
    website: str | None = attribute("Their website.")
    use_case: str = attribute("What they want to use it for.")
    language: Language = attribute("The language that they are written to in.")
    requested_at: datetime = attribute("When they asked.")
    decided_at: datetime | None = attribute("When an operator decided.")
    link_expires_at: datetime | None = attribute("Until when the mailed link to the key works, unless it is opened before.")
    opened_at: datetime | None = attribute("When the link was opened and the key shown.")

    @batched("The live account of that address: the one that the approval made, or one that was there before; null without one.")
    async def account_key(parents: Sequence[Any], context: Context) -> list[str | None]:
        found = await access.by_emails(context.read, {parent.email for parent in parents})
        return [account_key(found[parent.email]) if parent.email in found else None for parent in parents]


@graph_type(requires=Access.PUBLIC, description="That a trial request has arrived; the same for everybody who asks.")
class TrialReceipt:
    reference: str = attribute("What to name when asking about it: `trial_…`.")


@graph_type(requires=Access.PUBLIC, description="A trial whose key can be shown once.")
class Trial:
    company: str = attribute("Whose account it is.")
    language: Language = attribute("The language they are written to in.")
    expires_at: datetime = attribute("Until when it can be shown.")


@strawberry.input(description="Who asks for a trial.")
class RequestTrialInput:
    company: str = required("The company or organisation.")
    email: str = required("An address at the company; none of providers that give addresses to anybody.")
    use_case: str = required("What it is to be used for, in at most 2,000 characters.")
    contact_name: str | None = defaulted("Whom to talk to.", None)
    website: str | None = defaulted("The company's website.", None)
    language: Language | None = defaulted("The language to be written to in; left out: the one that the address tells.", None)


@strawberry.input(description="Which trial request to approve.")
class ApproveTrialInput:
    key: strawberry.ID = required("Its reference, or its id.")
    country: str | None = defaulted("The country of the account, as an ISO code; left out: the one that the address tells, else US.", None)


@strawberry.input(description="Which trial request to decline.")
class DeclineTrialInput:
    key: strawberry.ID = required("Its reference, or its id.")


@strawberry.input(description="Which link is opened.")
class OpenTrialInput:
    token: str = required("The token of the link in the mail.")


@strawberry.input(description="Which trial requests.")
class TrialRequestFilter:
    status: list[TrialStatus] | None = defaulted("Those in these states.", None)


async def _receipt(_context: Context, key: str) -> TrialReceipt:
    return TrialReceipt(reference=key)


async def _by_key(context: Context, key: str) -> Any:
    return (await queries.by_keys(context.read, [key])).get(key)


@strawberry.type
class TrialQuery:
    trial_requests: Connection[TrialRequest] = listing(
        lambda context, window, _order, given: queries.requests(context.read, window, given=given),
        of=TrialRequest,
        requires=READ,
        filter=TrialRequestFilter,
        description="Everybody who has asked for a trial, newest first; for operators of the installation.",
    )

    @query(requires=READ, description="One trial request; null when there is none, or it was deleted.")
    async def trial_request(context: Context, *, key: Annotated[strawberry.ID, arg("Its reference, or its id.")]) -> TrialRequest | None:
        return await _by_key(context, ids.key_of("TrialRequest", key))  # type: ignore[no-any-return]

    @query(requires=Access.PUBLIC, description="What the mail of a trial leads to; null when the link was used or is not valid.")
    async def trial(context: Context, *, token: Annotated[str, arg("The token of the link in the mail.")]) -> Trial | None:
        row = await queries.opened_by(context.read, context.environment, token, context.now)
        return Trial(company=row.company, language=Language(row.language), expires_at=row.link_expires_at) if row else None


@strawberry.type
class TrialMutation:
    @mutation(
        requires=Access.PUBLIC,
        answers=TrialReceipt,
        then=_receipt,
        description="Ask for a trial with 3 credits. An operator decides, and the answer comes by mail.",
    )
    async def request_trial(self, info: Info, input: Annotated[RequestTrialInput, arg("Who asks.")]) -> str:
        return await commands.request(info.context.work, **given(input))

    @mutation(
        requires=WRITE,
        answers=TrialRequest,
        then=_by_key,
        description="Open the account of a trial and mail the link to its key. Doing it again does nothing, but for a link whose time "
        "was over before it was opened: a new one is mailed.",
    )
    async def approve_trial(self, info: Info, input: Annotated[ApproveTrialInput, arg("Which one.")]) -> str:
        return await commands.approve(info.context.work, ids.key_of("TrialRequest", input.key), country=input.country)

    @mutation(requires=WRITE, answers=TrialRequest, then=_by_key, description="Turn a trial request down and mail whoever asked.")
    async def decline_trial(self, info: Info, input: Annotated[DeclineTrialInput, arg("Which one.")]) -> str:
        return await commands.decline(info.context.work, ids.key_of("TrialRequest", input.key))

    @mutation(
        requires=Access.PUBLIC,
        answers=Registration,
        then=registered,
        description="Open the link of a trial's mail: makes the first API key and shows it, once; the link is useless afterwards.",
    )
    async def open_trial(self, info: Info, input: Annotated[OpenTrialInput, arg("Which link.")]) -> Registered:
        return await commands.open_link(info.context.work, input.token)


async def _load(context: Context, keys: Sequence[str]) -> Mapping[str, Any]:
    return await queries.by_keys(context.read, keys)


SOURCES["TrialRequest"] = Source(READ, _load)
