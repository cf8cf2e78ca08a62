"""What can be done with accounts and keys. Each verb runs inside the caller's unit of work."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import or_, update
from sqlalchemy.exc import IntegrityError

from domain.access import credentials, events, modes
from domain.access.credentials import NewKey
from domain.access.errors import EmailTaken, GrantsMoreThanItHas, TokenMakesNoCredential
from domain.access.model import Account, ApiKey
from domain.kernel import countries, inputs
from domain.kernel.actor import RATE_LIMIT, ActorKind
from domain.kernel.errors import BadInput, NotFound
from domain.kernel.identifiers import new_key, new_secret
from domain.kernel.language import Language
from domain.kernel.permissions import EVERYTHING, OPERATING, Permission
from domain.kernel.work import UnitOfWork

OVERLAP = timedelta(hours=24)
"""How long a reissued key goes on beside the new one, unless told otherwise."""
LONGEST_OVERLAP = timedelta(days=7)
_GERMAN = (("ä", "ae"), ("ö", "oe"), ("ü", "ue"), ("Ä", "ae"), ("Ö", "oe"), ("Ü", "ue"))
_LONGEST = {"imprint": 20_000, "privacy": 50_000}


async def open_account(uow: UnitOfWork, details: dict[str, Any]) -> tuple[int, int]:
    """Make a live account and its sandbox twin; return their ids.

    Raises EmailTaken when the email address has an account, BadInput for details that are not valid.
    """
    checked = _details(details)
    account_id, sandbox_id = await uow.next_number("account"), await uow.next_number("account")
    await _add(uow, checked, account_id, twin=sandbox_id, mode="live")
    await _add(uow, checked, sandbox_id, twin=account_id, mode="test")
    await uow.enter(account_id)
    uow.record(events.ACCOUNT_REGISTERED, f"cus_{account_id}", sandbox=f"cus_{sandbox_id}")
    return account_id, sandbox_id


async def _add(uow: UnitOfWork, details: dict[str, Any], account_id: int, *, twin: int, mode: str) -> None:
    await uow.enter(account_id)
    from slugify import slugify  # only for a registration: its tables are large

    name = slugify(details["company"], max_length=60, replacements=_GERMAN) or "account"
    slug = f"{name}-{new_secret(32)}"
    uow.session.add(Account(account_id=account_id, twin=twin, mode=mode, slug=slug, created_at=uow.now, **details))
    try:
        await uow.session.flush()
    except IntegrityError as error:
        raise EmailTaken from error


def _details(given: dict[str, Any]) -> dict[str, Any]:
    """The details of an account as they are stored."""
    email = inputs.email_address(given["email"])
    country = _country(given.get("country") or "US")
    texts = ("contact_name", "phone", "street", "postal_code", "city", "vat_id", "billing_attention")
    return {
        "email": email,
        "company": inputs.line(given["company"], "company", required=True, plain=True),
        "country": country,
        "website": inputs.web_page(given.get("website"), "website"),
        "language": Language.DE if country in ("DE", "AT", "LI") else Language.EN,
    } | {name: inputs.line(given.get(name), inputs.spelled(name)) for name in texts}


def _country(code: str) -> str:
    found = countries.country(code)
    if found is None:
        raise BadInput.field("country", message="'country' must be the ISO code of a country, of two letters, such as DE.")
    return found


async def own_account(uow: UnitOfWork) -> Account:
    """The account that the work is held to, as commands need it."""
    known: Account | None = uow.session.info.get("account")
    if known is None or known.account_id != uow.account_id:
        known = await uow.session.get(Account, uow.account_id)
        if known is None:
            raise NotFound("There is no such account.")
        uow.session.info["account"] = known
    return known


async def change_account(uow: UnitOfWork, changes: dict[str, Any]) -> int:
    """Change what an account may change of itself: language, country, texts, contact and billing details, norm group.

    A text given as empty is taken away. Raises BadInput.
    """
    account = await uow.lock(Account, uow.account_id)
    if account is None:
        raise NotFound("There is no such account.")
    for name, value in changes.items():
        if name in _LONGEST:
            value = inputs.paragraph(value, name, longest=_LONGEST[name])
        elif name in ("language", "country") and value is None:
            raise BadInput.field(name, message=f"'{name}' cannot be taken away.")
        elif name == "country":
            value = _country(value)
        elif name == "website":
            value = inputs.web_page(value, name)
        elif name == "billing_email":
            value = inputs.email_address(value, "billingEmail") if value else None
        elif name not in ("language", "norm_group"):
            value = inputs.line(value, inputs.spelled(name), required=name == "company", plain=name == "company")
        setattr(account, name, value)
    uow.record(events.ACCOUNT_CHANGED, f"cus_{uow.account_id}", fields=sorted(changes))
    return uow.account_id


async def enter_mode(uow: UnitOfWork, mode: str | None) -> None:
    """Work in the sandbox twin of the account, when that is what is asked for; None is the account's own mode.

    Raises BadInput when a sandbox credential asks for the live account.
    """
    if mode is not None:
        await uow.enter(modes.account_in(await own_account(uow), mode))


async def create_key(
    uow: UnitOfWork,
    *,
    name: str,
    permissions: Iterable[Permission] | None = None,
    expires_at: datetime | None = None,
    rate_limit: int = RATE_LIMIT,
) -> NewKey:
    """Make an API key of the account; its secret is in the answer and nowhere else.

    Without permissions it gets those of the actor but an operator's. Raises GrantsMoreThanItHas, TokenMakesNoCredential, BadInput.
    """
    granted = _grantable(uow, permissions)
    account = await own_account(uow)
    if account.mode == "test" and granted & OPERATING:
        raise BadInput.field("permissions", message="A key of a sandbox cannot have an operator's permissions.")
    if expires_at is not None and expires_at <= uow.now:
        raise BadInput.field("expiresAt", message="'expiresAt' must lie in the future.")
    secret = credentials.new_key_secret(account.mode)
    row = ApiKey(
        account_id=uow.account_id,
        key=new_key("key"),
        digest=credentials.digest(uow.environment, secret),
        prefix=secret[: credentials.PREFIX_SHOWN],
        last_four=secret[-4:],
        name=inputs.line(name, "name", required=True) or "",
        mode=account.mode,
        permissions=sorted(permission.value for permission in granted),
        rate_limit=rate_limit,
        created_at=uow.now,
        expires_at=expires_at,
    )
    uow.session.add(row)
    uow.record(events.API_KEY_CREATED, row.key, permissions=row.permissions)
    return NewKey(row.key, secret)


def _grantable(uow: UnitOfWork, wanted: Iterable[Permission] | None) -> frozenset[Permission]:
    """What the actor may hand on: no more than it has, an operator's permissions only by name, and nothing from a token (Q-4)."""
    if uow.actor.kind is ActorKind.TOKEN:
        raise TokenMakesNoCredential
    registering = uow.actor.kind is ActorKind.ANONYMOUS  # somebody's first key, in the account just made
    own = EVERYTHING if registering else uow.actor.permissions
    granted = own - OPERATING if wanted is None else frozenset(wanted)
    if not granted:
        raise BadInput.field("permissions", message="Name at least one permission.")
    if lacking := granted - own:
        raise GrantsMoreThanItHas(sorted(permission.value for permission in lacking))
    return granted


async def revoke_key(uow: UnitOfWork, key: str) -> str:
    """End a key at once; a key that has ended stays so.

    Raises NotFound.
    """
    row = await uow.lock(ApiKey, uow.account_id, key)
    if row is None or row.questionnaire is not None:
        raise NotFound("There is no such API key.")
    if row.revoked_at is None:
        row.revoked_at = uow.now
        uow.record(events.API_KEY_REVOKED, key)
    return key


async def reissue_key(uow: UnitOfWork, key: str, *, overlap: timedelta = OVERLAP) -> NewKey:
    """Make a key with the name, permissions, limit and end of another, which ends after the overlap.

    Raises NotFound, also for a key that has ended; GrantsMoreThanItHas.
    """
    row = await uow.lock(ApiKey, uow.account_id, key)
    if not timedelta(0) <= overlap <= LONGEST_OVERLAP:
        raise BadInput.field("overlapSeconds", message="'overlapSeconds' must be from 0 to 604800.")
    if row is None or row.questionnaire is not None or row.revoked_at or (row.expires_at and row.expires_at <= uow.now):
        raise NotFound("There is no such API key, or it has ended.")
    permissions = credentials.permissions_of(row.permissions)
    made = await create_key(uow, name=row.name, permissions=permissions, expires_at=row.expires_at, rate_limit=row.rate_limit)
    row.expires_at = min(uow.now + overlap, row.expires_at or uow.now + overlap)
    uow.record(events.API_KEY_REISSUED, key, by=made.key)
    return made


async def create_token(uow: UnitOfWork, *, permissions: Iterable[Permission], lifetime: timedelta) -> tuple[str, datetime]:
    """Make an access token for a browser: some of the key's permissions for an hour at most; return it and its end.

    Raises GrantsMoreThanItHas, TokenMakesNoCredential, BadInput.
    """
    granted = _grantable(uow, permissions)
    if not timedelta(seconds=60) <= lifetime <= credentials.LONGEST_TOKEN:
        raise BadInput.field("lifetimeSeconds", message="'lifetimeSeconds' must be from 60 to 3600.")
    expires_at = uow.now + lifetime
    uow.record(events.ACCESS_TOKEN_CREATED, uow.actor.credential, permissions=sorted(permission.value for permission in granted))
    return credentials.new_token(uow.environment, uow.actor, granted, expires_at), expires_at


async def note_use(uow: UnitOfWork, key: str) -> None:
    """Remember that a key was used, at most once a minute."""
    earlier = uow.now - timedelta(minutes=1)
    await uow.change(
        update(ApiKey)
        .where(ApiKey.account_id == uow.account_id, ApiKey.key == key, or_(ApiKey.last_used_at.is_(None), ApiKey.last_used_at <= earlier))
        .values(last_used_at=uow.now)
    )


async def name_of_actor(uow: UnitOfWork) -> str:
    """What people call whoever acts: the name of their API key, also for its tokens, or the product itself."""
    row = await uow.session.get(ApiKey, (uow.account_id, uow.actor.credential)) if uow.actor.credential else None
    return (row.name or row.prefix) if row is not None else "Centil"
