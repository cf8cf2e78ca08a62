"""The account, and who is asking."""

from collections.abc import Sequence
from datetime import datetime
from types import SimpleNamespace
from typing import Annotated, Any
from uuid import UUID

import strawberry

from domain.access import commands, queries
from domain.access.billing import COLUMNS as _BILLED
from domain.access.billing import address_of, vat_warning
from domain.access.uuids import account_uuid
from domain.billing import queries as billing
from domain.billing.registration import Registered
from domain.invites import links
from domain.invites import queries as invites
from domain.invites.status import PENDING_LIMIT
from domain.kernel import names
from domain.kernel.language import Language
from domain.kernel.paging import Window
from domain.kernel.permissions import Access, Permission
from domain.orders import placing
from domain.orders import queries as orders
from domain.orders.placing import Bought
from domain.results import commands as result_commands
from domain.results import queries as results
from domain.results.norms import designed
from resolvers import ids
from resolvers.context import Context
from resolvers.credentials import ApiKey
from resolvers.enums import AccountStatus, AccountType, Mode
from resolvers.fields import Info, arg, attribute, batched, computed, edge, graph_type, mutation, query
from resolvers.inputs import defaulted, given, optional, required
from resolvers.invites import Invite
from resolvers.nodes import SOURCES, Node, Source
from resolvers.orders import till
from resolvers.results import NormGroup


def account_key(account_id: int) -> str:
    return f"cus_{account_id}"


@graph_type(requires=Permission.ACCOUNT_READ, description="Who is invoiced.")
class BillingAddress:
    email: str = attribute("Where invoices are mailed.")
    company: str = attribute("Who is invoiced.")
    attention: str | None = attribute("Who receives invoices there.")
    street: str | None = attribute("Street and number.")
    postal_code: str | None = attribute("Postal code.")
    city: str | None = attribute("City.")
    country: str = attribute("Country, as an ISO code of two letters; that of the account.")
    vat_id: str | None = attribute("VAT number.")
    vat_warning: str | None = computed(
        vat_warning,
        columns=("vat_id", "country"),
        description="What looks wrong with the VAT number, for people; null when nothing does, and for numbers of other countries.",
    )


@graph_type(requires=Permission.ACCOUNT_READ, description="The owner of everything; no query looks into another one.")
class Account(Node):
    id: strawberry.ID = computed(
        lambda number: ids.encode("Account", account_key(number)), columns=("account_id",), description="Opaque id."
    )
    key: str = computed(account_key, columns=("account_id",), description="The key in the documented API: `cus_…`.")
    uuid: UUID = computed(account_uuid, columns=("account_id",), description="The account as a UUID, for APIs that want one.")
    mode: Mode = attribute("Whether it is live or the sandbox twin of a live account.")
    company: str = attribute("Who it belongs to.")
    slug: str = attribute("The part of the open link that names the account.")
    type: AccountType = attribute("What kind of customer it is.")
    status: AccountStatus = attribute("Whether it can be used.")
    email: str = attribute("The email address it was registered with.")
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
    billing: BillingAddress = computed(
        lambda *parts: address_of(SimpleNamespace(**dict(zip(_BILLED, parts, strict=True)))),
        columns=_BILLED,
        description="Where invoices go: the billing details, and the contact's where none are given.",
    )
    language: Language = attribute("The language candidates are served in unless an invite says otherwise.")
    imprint: str | None = attribute("The account's own imprint on candidate pages.")
    privacy: str | None = attribute("The account's own words on how data is handled, on candidate pages.")
    norm_group: NormGroup = edge(
        results.norm_groups_by_key, key="norm_group", otherwise=designed(), description="The norm group that new results are compared with."
    )
    open_link_url: str = computed(
        lambda context, slug: links.open_link(context.environment, slug),
        columns=("slug",),
        context=True,
        description="The link at which anybody can enter themselves as a candidate.",
    )
    created_at: datetime = attribute("When it was registered.")

    @batched("Its API keys that work, newest first; at most a hundred.")
    async def active_api_keys(parents: Sequence[Any], context: Context) -> list[list[ApiKey]]:
        page = await queries.keys(context.read, context.account_id, Window(first=100), now=context.now, given={"status": ["active"]})
        rows: Any = page.rows
        return [rows for _ in parents]


@graph_type(requires=Access.SIGNED_IN, description="How much more may be done right now.")
class Limits:
    requests_per_minute: int = attribute("Requests a minute of this credential.")
    requests_left: int = attribute("Requests left in the running minute.")
    most_pending_invites: int = attribute("How many invites may be pending at a time.")
    pending_invites_left: int | None = attribute("How many more may be sent now; null without the permission to read invites.")
    credits_available: int | None = attribute("How many attempts can be completed; null without the permission to read the balance.")


@graph_type(requires=Access.SIGNED_IN, description="Who is asking.")
class Viewer:
    permissions: list[Permission] = attribute("What the credential may do.")

    @batched("The account of the credential.")
    async def account(parents: Sequence[Any], context: Context) -> list[Account]:
        account: Any = await queries.by_id(context.read, context.account_id)
        return [account for _ in parents]

    @batched("How much more may be done right now.")
    async def limits(parents: Sequence[Any], context: Context) -> list[Limits]:
        may, allowance = context.actor.permissions, context.allowance
        pending = balance = None
        if Permission.INVITES_READ in may:
            pending = await invites.pending(context.read, context.account_id, now=context.now)
        if Permission.BILLING_READ in may:
            balance = await billing.balance(context.read, context.account_id)
        limits = Limits(
            requests_per_minute=allowance.limit if allowance else context.actor.rate_limit,
            requests_left=allowance.left if allowance else context.actor.rate_limit,
            most_pending_invites=PENDING_LIMIT,
            pending_invites_left=None if pending is None else max(PENDING_LIMIT - pending, 0),
            credits_available=balance.available if balance else None,
        )
        return [limits for _ in parents]

    @batched("The invite that a candidate's link opened; null for everybody else.")
    async def invite(parents: Sequence[Any], context: Context) -> list[Invite | None]:
        key = context.actor.invite_key
        invite: Any = (await invites.by_keys(context.read, context.account_id, [key])).get(key) if key else None
        return [invite for _ in parents]


@graph_type(requires=Access.PUBLIC, description="The order that came with a registration.")
class RegistrationOrder:
    key: str = attribute("Its key: `ord_…`. Ask for the order with the new API key.")
    checkout_url: str | None = attribute(
        "The page at which people pay it; null when the payment provider did not answer: then place the order again."
    )


@graph_type(requires=Access.PUBLIC, description="A new account; its key's secret is shown here and never again.")
class Registration:
    account_key: str = attribute("The key of the account that the API key belongs to.")
    company: str = attribute("Who it belongs to.")
    email: str = attribute("The email address it was registered with.")
    mode: Mode = attribute("Whether the key belongs to the live account or to the sandbox.")
    secret: str = attribute("The API key itself. Save it: it is shown only once.")
    prefix: str = attribute("The first twelve characters of the secret.")
    permissions: list[Permission] = attribute("What the key may do.")
    rate_limit: int = attribute("Requests a minute.")
    order: RegistrationOrder | None = attribute("The order of the product that was named; null without one.")


@strawberry.input(description="Who wants an account.")
class RegisterAccountInput:
    email: str = required("The email address of the account; one account for each.")
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
    product: str | None = defaulted("The key of a product to order at once, such as `pa-pack-10`.", None)


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
    country: str | None = optional("Country, as an ISO code of two letters; cannot be null.")
    billing_attention: str | None = optional("Who receives invoices.")
    billing_email: str | None = optional("Where invoices are mailed; null for the address of the account.")
    billing_company: str | None = optional("Who is invoiced; null for the company of the account.")
    billing_street: str | None = optional("Street and number for invoices; without street, postal code and city, those of the contact.")
    billing_postal_code: str | None = optional("Postal code for invoices.")
    billing_city: str | None = optional("City for invoices.")
    norm_group: strawberry.ID | None = optional("The norm group that new results are compared with; null for the designed one.")


async def registered(context: Context, made: Registered, order: str | None = None) -> Registration:
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
        order=await _ordered(context, made.account_id, order),
    )


async def _registered_and_bought(context: Context, bought: Bought) -> Registration:
    return await registered(context, bought.registered, bought.order)


async def _ordered(context: Context, account_id: int, key: str | None) -> RegistrationOrder | None:
    if key is None:
        return None
    order: Any = (await orders.by_keys(context.read, account_id, [key]))[key]
    return RegistrationOrder(key=key, checkout_url=order.stored_checkout_url)


async def _account(context: Context, account_id: int) -> Any:
    return await queries.by_id(context.read, account_id)


@strawberry.type
class AccessQuery:
    @query(requires=Access.SIGNED_IN, description="Who is asking, and what they may do.", admits_candidates=True)
    async def viewer(context: Context) -> Viewer:
        return Viewer(permissions=sorted(context.actor.permissions))

    @query(requires=Permission.ACCOUNT_READ, description="The account of the credential.")
    async def account(context: Context) -> Account:
        return await queries.by_id(context.read, context.account_id)  # type: ignore[return-value]


@strawberry.type
class AccessMutation:
    @mutation(
        requires=Access.PUBLIC,
        answers=Registration,
        then=_registered_and_bought,
        transaction=False,
        description="Open an account with its sandbox twin (100 credits to try things) and get a first API key. With a product, an order "
        "of it comes along; the account and its key are kept even when its checkout cannot be opened.",
    )
    async def register_account(self, info: Info, input: Annotated[RegisterAccountInput, arg("Who wants an account.")]) -> Bought:
        return await placing.register(till(info.context), **given(input))

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
            changes["norm_group"] = (await result_commands.norm_group_of(info.context.work, key)).key
        return await commands.change_account(info.context.work, changes)


async def _load_account(context: Context, keys: Any) -> dict[str, Any]:
    own = account_key(context.account_id)
    row = await queries.by_id(context.read, context.account_id) if own in keys else None
    return {own: row} if row else {}


SOURCES["Account"] = Source(Permission.ACCOUNT_READ, _load_account)
