"""GET /balance and GET /account."""

from typing import Annotated

from pydantic import BeforeValidator

from rest_compat.body import SAME, Address, Body, Moment, Text, at, link, lower, may_lack
from rest_compat.esc.dialect import AccountStatus, AccountType, Mode, Permission
from rest_compat.route import Nothing, Route


class Customer(Body):
    id: str = at("key")
    company: str = at("company")
    email: str = at("email")


class Credits(Body):
    credits_available: int = at("available")
    credits_used: int = at("used")
    pending_invites: int = at("pendingInvites")


class Package(Body):
    id: str = at("key")
    type: Annotated[str, BeforeValidator(lower)] = at("kind")
    credits: int = at("credits")
    credits_used: int = at("used")
    credits_refunded: int = at("refunded")
    credits_remaining: int = at("remaining")
    order_id: str | None = may_lack("orderKey")
    product_id: str | None = may_lack("product.key")
    name: str | None = may_lack("product.name.en")
    purchased_at: Moment = at("addedAt")


class Balance(Body):
    customer: Customer = at("account")
    balance: Annotated[Credits, SAME]
    packages: list[Package] = at("packages")


class Account(Body):
    id: str = at("key")
    company: str = at("company")
    slug: str = at("slug")
    type: AccountType = at("type")
    status: AccountStatus = at("status")
    created_at: Moment = at("createdAt")
    assessment_link: Address = at("openLinkUrl")


class Contact(Body):
    email: str = at("email")
    first_name: Text = at("contactGivenName")
    last_name: Text = at("contactFamilyName")
    phone: Text = at("phone")
    website: Text = at("website")
    address: Text = at("street")


class Billing(Body):
    email: str = at("email")
    company: str = at("company")
    street: Text = at("street")
    city: Annotated[str, BeforeValidator(lambda source: " ".join(filter(None, (source["postalCode"], source["city"])))), SAME]
    vat_id: Text = at("vatId")
    attention: Text = at("attention")


class KeyOfAccount(Body):
    key_prefix: str = at("prefix")
    name: str = at("name")
    mode: Mode = at("mode")
    created_at: Moment = at("createdAt")
    last_used_at: Moment | None = may_lack("lastUsedAt")
    rate_limit: int = at("rateLimit")
    permissions: list[Permission] = at("permissions")


class AccountLinks(Body):
    balance: Annotated[str, link("/balance"), SAME]
    invites: Annotated[str, link("/invites"), SAME]
    job_profiles: Annotated[str, link("/job-profiles"), SAME]
    documentation: Annotated[str, link("/docs"), SAME]


class AccountInformation(Body):
    account: Annotated[Account, SAME]
    contact: Annotated[Contact, SAME]
    billing: Billing = at("billing")
    api_keys: list[KeyOfAccount] = at("activeApiKeys")
    links: Annotated[AccountLinks, SAME]


ROUTES = (
    Route("GET", "/balance", "GetBalance", Nothing, Balance, "Check balance", "Execution", operation_id="getBalance"),
    Route(
        "GET",
        "/account",
        "GetAccount",
        Nothing,
        AccountInformation,
        "Get account information",
        "Account",
        refusals=(404,),
        operation_id="getAccount",
    ),
)
