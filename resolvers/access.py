"""The account, its keys and tokens, and who is asking."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Annotated, Any

import strawberry

from domain.access import commands, queries
from domain.access.credentials import NewKey
from domain.billing import queries as billing
from domain.billing import registration
from domain.billing.registration import Registered
from domain.invites import links
from domain.invites import queries as invites
from domain.invites.status import PENDING_LIMIT
from domain.kernel import names
from domain.kernel.language import Language
from domain.kernel.paging import Window
from domain.kernel.permissions import ANALYST, Access, Permission
from domain.results import commands as results
from resolvers import ids
from resolvers.context import Context
from resolvers.enums import AccountStatus, AccountType, KeyStatus, Mode
from resolvers.fields import Info, arg, attribute, batched, computed, graph_type, query
from resolvers.inputs import defaulted, given, optional, required
from resolvers.invites import Invite
from resolvers.nodes import SOURCES, Node, Source, findable
from resolvers.paging import Connection, listing
from resolvers.problems import mutation, read_by
from resolvers.scalars import BigInt


def account_key(account_id: int) -> str:
    return f"cus_{account_id}"


@graph_type(requires=Permission.KEYS_READ, description="A credential of the account; its secret was shown once, when it was made.")
class ApiKey(Node):
    id: strawberry.ID = computed(ids.encoder("ApiKey"), columns=("key",), description="Opaque id.")
    key: str = attribute("Its key; not the secret.")
    name: str = attribute("What the account calls it.")
    prefix: str = attribute("The first twelve characters of the secret, to recognise it by.")
    last_four: str = attribute("The last four characters of the secret.")
    mode: Mode = attribute("Whether it belongs to the live account or the sandbox.")
    permissions: list[Permission] = attribute("What it may do.")
    rate_limit: int = attribute("Requests a minute.")
    created_at: datetime = attribute("When it was made.")
    expires_at: datetime | None = attribute("When it ends by itself.")
    revoked_at: datetime | None = attribute("When it was revoked.")
    last_used_at: datetime | None = attribute("When it was used last, to the minute.")


@graph_type(requires=Permission.ACCOUNT_READ, description="The owner of everything; no query looks into another one.")
class Account(Node):
    id: strawberry.ID = computed(
        lambda number: ids.encode("Account", account_key(number)), columns=("account_id",), description="Opaque id."
    )
    key: str = computed(account_key, columns=("account_id",), description="The key in the documented API: `cus_…`.")
    mode: Mode = attribute("Whether it is live or the sandbox twin of a live account.")
    company: str = attribute("Who it belongs to.")
    slug: str = attribute("The part of the open link that names the account.")
    type: AccountType = attribute("What kind of customer it is.")
    status: AccountStatus = attribute("Whether it can be used.")
    email: str = attribute("The mail address it was registered with.")
    contact_name: str | None = attribute("Whom to talk to.")
    contact_given_name: str | None = computed(
        lambda name: names.split(name or "")[0] or None, columns=("contact_name",), description="Their given name, guessed from the name."
    )
    contact_family_name: str | None = computed(
        lambda name: names.split(name or "")[1] or None, columns=("contact_name",), description="Their family name, guessed from the name."
    )
    phone: str | None = attribute("Phone number.")
    website: str | None = attribute("Website.")
    street: str | None = attribute("Street and number.")
    postal_code: str | None = attribute("Postal code.")
    city: str | None = attribute("City.")
    country: str = attribute("Country, as an ISO code of two letters.")
    vat_id: str | None = attribute("VAT number.")
    billing_attention: str | None = attribute("Who receives invoices.")
    language: Language = attribute("The language candidates are served in unless an invite says otherwise.")
    imprint: str | None = attribute("The account's own imprint on candidate pages.")
    privacy: str | None = attribute("The account's own words on how data is handled, on candidate pages.")
    norm_group_key: BigInt | None = computed(
        lambda key: key, columns=("norm_group",), description="The norm group new results are compared with; null for the designed one."
    )
    open_link: str = computed(
        lambda context, slug: links.open_link(context.environment, slug),
        columns=("slug",),
        context=True,
        description="The link at which anybody can enter themselves as a candidate.",
    )
    created_at: datetime = attribute("When it was registered.")

    @batched("Its API keys that work, newest first; at most a hundred.")
    async def active_api_keys(parents: Sequence[Any], context: Context) -> list[list[ApiKey]]:  # noqa: N805  parents in, values out
        page = await queries.keys(context.read, context.account_id, Window(first=100), now=context.now, given={"status": ["active"]})
        rows: Any = page.rows
        return [rows for _ in parents]


@graph_type(requires=Access.SIGNED_IN, description="How much more may be done right now.")
class Limits:
    requests_per_minute: int = attribute("Requests a minute of this credential.")
    requests_left: int = attribute("Requests left in the running minute.")
    pending_invites: int = attribute("How many invites may be pending at a time.")
    pending_invites_left: int = attribute("How many more may be sent now.")
    credits_available: int = attribute("How many attempts can be completed.")


@graph_type(requires=Access.SIGNED_IN, description="Who is asking.")
class Viewer:
    permissions: list[Permission] = attribute("What the credential may do.")

    @batched("The account of the credential.")
    async def account(parents: Sequence[Any], context: Context) -> list[Account]:  # noqa: N805  parents in, values out
        account: Any = await queries.by_id(context.read, context.account_id)
        return [account for _ in parents]

    @batched("How much more may be done right now.")
    async def limits(parents: Sequence[Any], context: Context) -> list[Limits]:  # noqa: N805
        pending = await invites.pending(context.read, context.account_id, now=context.now)
        balance = await billing.balance(context.read, context.account_id)
        allowance = context.allowance
        limits = Limits(
            requests_per_minute=allowance.limit if allowance else context.actor.rate_limit,
            requests_left=allowance.left if allowance else context.actor.rate_limit,
            pending_invites=PENDING_LIMIT,
            pending_invites_left=max(PENDING_LIMIT - pending, 0),
            credits_available=balance.available,
        )
        return [limits for _ in parents]

    @batched("The invite that a candidate's link opened; null for everybody else.")
    async def invite(parents: Sequence[Any], context: Context) -> list[Invite | None]:  # noqa: N805
        key = context.actor.invite_key
        invite: Any = (await invites.by_keys(context.read, context.account_id, [key])).get(key) if key else None
        return [invite for _ in parents]


@graph_type(requires=Access.PUBLIC, description="A new account; its key's secret is shown here and never again.")
class Registration:
    account_key: str = attribute("The key of the account that the API key belongs to.")
    company: str = attribute("Who it belongs to.")
    email: str = attribute("The mail address it was registered with.")
    mode: Mode = attribute("Whether the key belongs to the live account or to the sandbox.")
    secret: str = attribute("The API key itself. Save it: it is shown only once.")
    prefix: str = attribute("The first twelve characters of the secret.")
    permissions: list[Permission] = attribute("What the key may do.")
    rate_limit: int = attribute("Requests a minute.")


@graph_type(requires=Permission.KEYS_WRITE, description="An API key just made; its secret is shown here and never again.")
class NewApiKey:
    api_key: ApiKey = attribute("The key as it is listed.")
    secret: str = attribute("The secret to send as `Authorization: Bearer …`. Save it: it is shown only once.")


@graph_type(requires=Permission.KEYS_WRITE, description="A short-lived credential for a browser.")
class AccessToken:
    token: str = attribute("What to send as `Authorization: Bearer …`.")
    permissions: list[Permission] = attribute("What it may do.")
    expires_at: datetime = attribute("When it ends.")


@strawberry.input(description="Who wants an account.")
class RegisterAccountInput:
    email: str = required("The mail address of the account; one account for each.")
    company: str = required("The company or organisation.")
    contact_name: str | None = defaulted("Whom to talk to.", None)
    street: str | None = defaulted("Street and number.", None)
    postal_code: str | None = defaulted("Postal code.", None)
    city: str | None = defaulted("City.", None)
    country: str | None = defaulted("Country, as an ISO code of two letters.", "US")
    vat_id: str | None = defaulted("VAT number for invoices.", None)
    billing_attention: str | None = defaulted("Who receives invoices.", None)
    phone: str | None = defaulted("Phone number.", None)
    website: str | None = defaulted("Website.", None)
    mode: Mode = defaulted("Which key is given back: of the live account, or of its sandbox.", Mode.LIVE)
    product: str | None = defaulted("A product to buy at once; refused until orders exist.", None)


@strawberry.input(description="What to change of the account; what is left out stays, null takes away.")
class UpdateAccountInput:
    language: Language | None = optional("The language candidates are served in unless an invite says otherwise; cannot be null.")
    imprint: str | None = optional("The imprint on candidate pages.")
    privacy: str | None = optional("How data is handled, on candidate pages, in your own words.")
    company: str | None = optional("Who it belongs to; candidates see it; cannot be null.")
    contact_name: str | None = optional("Whom to talk to.")
    phone: str | None = optional("Phone number.")
    website: str | None = optional("Website.")
    street: str | None = optional("Street and number.")
    postal_code: str | None = optional("Postal code.")
    city: str | None = optional("City.")
    vat_id: str | None = optional("VAT number.")
    billing_attention: str | None = optional("Who receives invoices.")
    norm_group: strawberry.ID | None = optional("The norm group that new results are compared with; null for the designed one.")


@strawberry.input(description="What a new API key is to be.")
class CreateApiKeyInput:
    name: str = required("What to call it, such as the system that will use it.")
    permissions: list[Permission] | None = defaulted("What it may do; left out: all that your own credential may.", None)
    expires_at: datetime | None = defaulted("When it ends by itself; left out: never.", None)
    mode: Mode | None = defaulted("A live key may make keys of its sandbox: `TEST`. Left out: as your own.", None)


@strawberry.input(description="Which API key to end.")
class RevokeApiKeyInput:
    key: strawberry.ID = required("The key (`key_…`) or its id.")


@strawberry.input(description="Which API key to replace.")
class ReissueApiKeyInput:
    key: strawberry.ID = required("The key (`key_…`) or its id.")
    overlap_seconds: int = defaulted("How long the old secret goes on working, in seconds: 0 to 604800 (a week).", 86_400)


@strawberry.input(description="What an access token is to be.")
class CreateAccessTokenInput:
    permissions: list[Permission] | None = defaulted("What it may do; left out: what may be read.", None)
    lifetime_seconds: int = defaulted("How long it lasts, in seconds: 60 to 3600.", 3600)


@strawberry.input(description="Which API keys.")
class ApiKeyFilter:
    status: list[KeyStatus] | None = defaulted("Those that work, or those that do not.", None)


async def _registered(context: Context, made: Registered) -> Registration:
    account: Any = await queries.by_id(context.read, made.account_id)
    key = (await queries.keys_by_key(context.read, made.account_id, [made.key.key]))[made.key.key]
    return Registration(
        account_key=account_key(made.account_id),
        company=account.company,
        email=account.email,
        mode=Mode(account.mode),
        secret=made.key.secret,
        prefix=key.prefix,
        permissions=[Permission(name) for name in key.permissions],
        rate_limit=key.rate_limit,
    )


async def _new_key(context: Context, made: tuple[int, NewKey]) -> NewApiKey:
    account_id, new = made
    rows = await queries.keys_by_key(context.read, account_id, [new.key])
    api_key: Any = rows[new.key]
    return NewApiKey(api_key=api_key, secret=new.secret)


async def _account(context: Context, account_id: int) -> Any:
    return await queries.by_id(context.read, account_id)


async def _as_is(_context: Context, made: Any) -> Any:
    return made


@strawberry.type
class AccessQuery:
    @query(requires=Access.SIGNED_IN, description="Who is asking, and what they may do.", admits_candidates=True)
    async def viewer(self, info: Info) -> Viewer:
        return Viewer(permissions=sorted(info.context.actor.permissions))

    @query(requires=Permission.ACCOUNT_READ, description="The account of the credential.")
    async def account(self, info: Info) -> Account:
        return await queries.by_id(info.context.read, info.context.account_id)  # type: ignore[return-value]

    api_keys: Connection[ApiKey] = listing(
        lambda context, window, _order, given: queries.keys(context.read, context.account_id, window, given=given, now=context.now),
        of=ApiKey,
        requires=Permission.KEYS_READ,
        filter=ApiKeyFilter,
        offset=False,
        description="The account's API keys, newest first.",
    )


@strawberry.type
class AccessMutation:
    @mutation(
        requires=Access.PUBLIC,
        answers=Registration,
        then=_registered,
        description="Open an account with its sandbox twin (100 credits to try things) and get a first API key.",
    )
    async def register_account(self, info: Info, input: Annotated[RegisterAccountInput, arg("Who wants an account.")]) -> Registered:
        return await registration.register(info.context.work, **given(input))

    @mutation(
        requires=Permission.ACCOUNT_WRITE,
        answers=Account,
        then=_account,
        description="Change the account's settings and the texts of its candidate pages.",
    )
    async def update_account(self, info: Info, input: Annotated[UpdateAccountInput, arg("What to change.")]) -> int:
        changes = given(input)
        if changes.get("norm_group") is not None:
            key = ids.number_of("NormGroup", changes["norm_group"])
            changes["norm_group"] = (await results.norm_group_of(info.context.work, key)).key
        return await commands.change_account(info.context.work, changes)

    @mutation(requires=Permission.KEYS_WRITE, answers=NewApiKey, then=_new_key, description="Make an API key.")
    async def create_api_key(self, info: Info, input: Annotated[CreateApiKeyInput, arg("What it is to be.")]) -> tuple[int, NewKey]:
        work = info.context.work
        if input.mode is not None:
            await commands.enter_mode(work, input.mode.value)
        made = await commands.create_key(work, name=input.name, permissions=input.permissions, expires_at=input.expires_at)
        return work.account_id, made

    @mutation(
        requires=Permission.KEYS_WRITE,
        answers=ApiKey,
        then=read_by(queries.keys_by_key),
        description="End an API key at once; access tokens made with it end too.",
    )
    async def revoke_api_key(self, info: Info, input: Annotated[RevokeApiKeyInput, arg("Which one.")]) -> str:
        return await commands.revoke_key(info.context.work, ids.key_of("ApiKey", input.key))

    @mutation(
        requires=Permission.KEYS_WRITE,
        answers=NewApiKey,
        then=_new_key,
        description="Replace an API key: a new secret with the same permissions, the old one ends after an overlap.",
    )
    async def reissue_api_key(self, info: Info, input: Annotated[ReissueApiKeyInput, arg("Which one.")]) -> tuple[int, NewKey]:
        work = info.context.work
        overlap = timedelta(seconds=input.overlap_seconds)
        return work.account_id, await commands.reissue_key(work, ids.key_of("ApiKey", input.key), overlap=overlap)

    @mutation(
        requires=Permission.KEYS_WRITE,
        answers=AccessToken,
        then=_as_is,
        description="Make a short-lived credential for a browser, with some of your permissions; keys stay on servers.",
    )
    async def create_access_token(self, info: Info, input: Annotated[CreateAccessTokenInput, arg("What it is to be.")]) -> AccessToken:
        own = info.context.actor.permissions
        wanted = set(input.permissions) if input.permissions is not None else ANALYST & own
        lifetime = timedelta(seconds=input.lifetime_seconds)
        token, expires_at = await commands.create_token(info.context.work, permissions=wanted, lifetime=lifetime)
        return AccessToken(token=token, permissions=sorted(wanted), expires_at=expires_at)


async def _load_account(context: Context, keys: Any) -> dict[str, Any]:
    own = account_key(context.account_id)
    row = await queries.by_id(context.read, context.account_id) if own in keys else None
    return {own: row} if row else {}


SOURCES["Account"] = Source(Permission.ACCOUNT_READ, _load_account)
findable("ApiKey", Permission.KEYS_READ, queries.keys_by_key)
