"""Reading accounts and keys, and finding the account of a credential."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import and_, bindparam, or_, select

from domain.access import modes
from domain.access.model import Account, ApiKey
from domain.kernel.columns import UtcDateTime
from domain.kernel.listing import Listing, Order, choice
from domain.kernel.paging import Page, Window
from domain.kernel.statements import ACCOUNT, Read, Row, any_of, by_key, statement

_ACCOUNT_COLUMNS = tuple(column for column in Account.__table__.c)
_KEY_COLUMNS = (
    ApiKey.key,
    ApiKey.prefix,
    ApiKey.last_four,
    ApiKey.name,
    ApiKey.mode,
    ApiKey.permissions,
    ApiKey.rate_limit,
    ApiKey.created_at,
    ApiKey.expires_at,
    ApiKey.revoked_at,
    ApiKey.last_used_at,
)
_NOW = bindparam("now", type_=UtcDateTime())

_BY_ID = statement(select(*_ACCOUNT_COLUMNS).where(Account.account_id == ACCOUNT), "Account")
_BY_SLUG = statement(
    select(*_ACCOUNT_COLUMNS).where(Account.slug == bindparam("slug")), "Account", unscoped="an open link names the account by its slug"
)
_BY_EMAIL = statement(
    select(Account.account_id).where(Account.email == bindparam("email"), Account.mode == bindparam("mode", "live")),
    unscoped="a registration mail names the account",
)
_BY_EMAILS = statement(
    select(Account.email, Account.account_id).where(any_of(Account.email), Account.mode == bindparam("mode", "live")),
    unscoped="an operator is told which account an address has already",
)
_CREDENTIAL = select(
    ApiKey.account_id,
    ApiKey.key,
    ApiKey.permissions,
    ApiKey.questionnaire,
    ApiKey.rate_limit,
    ApiKey.expires_at,
    ApiKey.revoked_at,
    Account.status,
).join(Account, Account.account_id == ApiKey.account_id)
_KEY_BY_DIGEST = statement(
    _CREDENTIAL.where(ApiKey.digest == bindparam("digest")), unscoped="a key is found by its digest before its account is known"
)
_KEY_IN_ACCOUNT = statement(_CREDENTIAL.where(ApiKey.account_id == ACCOUNT, ApiKey.key == bindparam("key")))
_OF_ACCOUNT = and_(ApiKey.account_id == ACCOUNT, ApiKey.questionnaire.is_(None))
"""Keys that are narrowed to a questionnaire are listed there."""
_KEYS_BY_KEY = statement(select(*_KEY_COLUMNS).where(_OF_ACCOUNT, any_of(ApiKey.key)), "ApiKey")

_ALIVE = and_(ApiKey.revoked_at.is_(None), or_(ApiKey.expires_at.is_(None), ApiKey.expires_at > _NOW))
KEYS = Listing(
    select(*_KEY_COLUMNS).where(_OF_ACCOUNT),
    "ApiKey",
    key=ApiKey.key,
    filters={"status": choice("status", {"active": _ALIVE, "inactive": or_(ApiKey.revoked_at.is_not(None), ApiKey.expires_at <= _NOW)})},
    orders={"newest": Order((ApiKey.created_at, ApiKey.key), descending=True)},
    always=("now",),
)


async def by_id(read: Read, account_id: int) -> Row | None:
    """The account itself."""
    rows = await read(_BY_ID, account_id=account_id)
    return rows[0] if rows else None


async def by_slug(read: Read, slug: str) -> Row | None:
    """The account whose open link has this slug."""
    rows = await read(_BY_SLUG, slug=slug)
    return rows[0] if rows else None


async def key_by_digest(read: Read, digest: str) -> Row | None:
    """The API key with this digest, whatever its account and state."""
    rows = await read(_KEY_BY_DIGEST, digest=digest)
    return rows[0] if rows else None


async def key_in_account(read: Read, account_id: int, key: str) -> Row | None:
    """What is needed to judge a key of a known account."""
    rows = await read(_KEY_IN_ACCOUNT, account_id=account_id, key=key)
    return rows[0] if rows else None


async def keys_by_key(read: Read, account_id: int, keys: Collection[str]) -> dict[str, Row]:
    """API keys of the account by their keys; never their secrets."""
    return by_key(await read(_KEYS_BY_KEY, account_id=account_id, keys=keys), "key")


async def keys(read: Read, account_id: int, window: Window, *, now: datetime, given: Mapping[str, Any] | None = None) -> Page:
    """API keys of the account, newest first."""
    return await KEYS.page(read, account_id, window, order="newest", given=given or {}, now=now)


async def in_mode(read: Read, account_id: int, mode: str) -> int:
    """The account itself or its sandbox twin, whichever has a mode.

    Raises BadInput when a sandbox credential asks for the live account.
    """
    account = await by_id(read, account_id)
    assert account is not None
    return modes.account_in(account, mode)


async def by_email(read: Read, email: str) -> int | None:
    """The live account registered with an email address; for the operator's command line."""
    rows = await read(_BY_EMAIL, email=email)
    return rows[0].account_id if rows else None


async def by_emails(read: Read, emails: Collection[str]) -> dict[str, int]:
    """The live accounts registered with email addresses; for operators alone."""
    return {row.email: int(row.account_id) for row in await read(_BY_EMAILS, keys=emails)}
