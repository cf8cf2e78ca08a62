"""The account's open link: what anybody sees there, and entering oneself."""

from datetime import datetime
from typing import Annotated, Any

import strawberry

from domain.access import queries as access
from domain.instruments import bank
from domain.invites import entries, links, queries
from domain.invites.errors import LinkNotValid
from domain.kernel.errors import NotFound
from domain.kernel.language import Language
from domain.kernel.permissions import Access
from resolvers.context import Context
from resolvers.fields import Info, arg, attribute, graph_type, mutation, query
from resolvers.inputs import required
from resolvers.instruments import Instrument


@graph_type(requires=Access.PUBLIC, description="What anybody sees at an account's open link.")
class OpenLink:
    slug: str = attribute("The part of the link that names the account.")
    company: str = attribute("Who invites.")
    language: Language = attribute("The language the page begins in.")
    imprint: str | None = attribute("The account's own imprint.")
    privacy: str | None = attribute("The account's own words on how data is handled.")
    instrument: Instrument = attribute("What is taken.")


@graph_type(requires=Access.PUBLIC, description="That a mail is on its way to confirm an address; nothing more is told.")
class EntryReceipt:
    expires_at: datetime = attribute("Until when the mail can be confirmed.")


@graph_type(requires=Access.PUBLIC, description="A confirmed entry.")
class EntryConfirmation:
    link: str = attribute("Where the candidate takes it from here.")


@graph_type(requires=Access.PUBLIC, description="What a mail from the open link leads to, before it is confirmed.")
class Entry:
    company: str = attribute("Who invites.")
    name: str = attribute("The name that was given.")
    language: Language = attribute("The language that was chosen.")
    imprint: str | None = attribute("The account's own imprint.")
    privacy: str | None = attribute("The account's own words on how data is handled.")
    confirmed: bool = attribute("Whether it was confirmed already.")


@strawberry.input(description="Who wants to take part.")
class RequestEntryInput:
    slug: str = required("The part of the open link that names the account.")
    email: str = required("Their email address; the link goes there.")
    name: str = required("Their name.")
    language: Language = required("The language of mail and pages.")


@strawberry.input(description="A mail to confirm.")
class ConfirmEntryInput:
    token: str = required("The token of the link in the mail.")


async def _by_slug(context: Context, slug: str) -> Any:
    account = await access.by_slug(context.read, slug)
    return account if account and account.status != "inactive" else None


@strawberry.type
class EntryQuery:
    @query(requires=Access.PUBLIC, description="An account's open link; null for an unknown one.")
    async def open_link(context: Context, *, slug: Annotated[str, arg("The part of the link that names the account.")]) -> OpenLink | None:
        account = await _by_slug(context, slug)
        if account is None:
            return None
        instrument: Any = bank.current(bank.PROFILE)
        return OpenLink(
            slug=slug,
            company=account.company,
            language=Language(account.language),
            imprint=account.imprint,
            privacy=account.privacy,
            instrument=instrument,
        )

    @query(requires=Access.PUBLIC, description="What a mail from the open link leads to; null when the link is not valid any more.")
    async def entry(context: Context, *, token: Annotated[str, arg("The token of the link in the mail.")]) -> Entry | None:
        target = links.entry_of(context.environment, token)
        if target is None:
            return None
        found = (await queries.entries_by_key(context.read, target.account_id, [target.key])).get(target.key)
        account = await access.by_id(context.read, target.account_id)
        if found is None or account is None or (found.invite_key is None and found.expires_at <= context.now):
            return None
        return Entry(
            company=account.company,
            name=found.name,
            language=Language(found.language),
            imprint=account.imprint,
            privacy=account.privacy,
            confirmed=found.invite_key is not None,
        )


async def _account_of_slug(context: Context, input: RequestEntryInput) -> int:
    account = await _by_slug(context, input.slug)
    if account is None:
        raise NotFound("There is no such link.")
    return int(account.account_id)


def _target(context: Context, input: ConfirmEntryInput) -> links.Target:
    target = links.entry_of(context.environment, input.token)
    if target is None:
        raise LinkNotValid
    return target


async def _account_of_token(context: Context, input: ConfirmEntryInput) -> int:
    return _target(context, input).account_id


async def _receipt(context: Context, _made: Any) -> EntryReceipt:
    return EntryReceipt(expires_at=context.now + entries.LIFETIME)


async def _confirmation(context: Context, made: tuple[int, str]) -> EntryConfirmation:
    return EntryConfirmation(link=links.invite_link(context.environment, *made))


@strawberry.type
class EntryMutation:
    @mutation(
        requires=Access.PUBLIC,
        answers=EntryReceipt,
        then=_receipt,
        within=_account_of_slug,
        description="Ask to take part by an open link: a mail goes to the address, and nothing else happens until it is confirmed.",
    )
    async def request_entry(self, info: Info, input: Annotated[RequestEntryInput, arg("Who wants to take part.")]) -> str:
        return await entries.request(info.context.work, email=input.email, name=input.name, language=input.language.value)

    @mutation(
        requires=Access.PUBLIC,
        answers=EntryConfirmation,
        then=_confirmation,
        within=_account_of_token,
        description="Confirm a mail from the open link; doing it again gives the same link.",
    )
    async def confirm_entry(self, info: Info, input: Annotated[ConfirmEntryInput, arg("Which one.")]) -> tuple[int, str]:
        work = info.context.work
        return work.account_id, await entries.confirm(work, _target(info.context, input).key)
