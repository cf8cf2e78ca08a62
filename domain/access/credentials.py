"""Secrets that prove who somebody is: API keys, short-lived access tokens; and the actor each stands for."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

import orjson

from domain.access import queries
from domain.access.errors import AccountInactive
from domain.kernel.actor import Actor, ActorKind
from domain.kernel.environment import Environment
from domain.kernel.identifiers import new_secret
from domain.kernel.permissions import IMPLIED, Permission
from domain.kernel.statements import Read, Row

KEY_PURPOSE = "api-key"
TOKEN_PURPOSE = "access-token"
TOKEN_PREFIX = "ct_"
LONGEST_TOKEN = timedelta(hours=1)
PREFIX_SHOWN = 12
LONGEST_CREDENTIAL = 2048


@dataclass(frozen=True, slots=True)
class NewKey:
    """A key just made; `secret` is known here and nowhere else."""

    key: str
    secret: str


def new_key_secret(mode: str) -> str:
    """`pk_live_` or `pk_test_` and 32 hex digits (R-ESC-1, I-ESC-19)."""
    return f"pk_{mode}_{new_secret()}"


def digest(environment: Environment, secret: str) -> str:
    return environment.signer.digest(KEY_PURPOSE, secret)


def permissions_of(names: Iterable[str]) -> frozenset[Permission]:
    """The permissions by their names; names of a newer release are passed over."""
    known = {permission.value: permission for permission in Permission}
    return frozenset(known[name] for name in names if name in known)


async def actor_of(read: Read, environment: Environment, credential: str, now: datetime) -> Actor | None:
    """Find who a credential stands for: an API key by its digest, an access token by its signature and its key.

    Raises AccountInactive.
    """
    if len(credential) > LONGEST_CREDENTIAL or not credential.isascii():
        return None
    if credential.startswith(TOKEN_PREFIX):
        return await _token_actor(read, environment, credential, now)
    row = await queries.key_by_digest(read, digest(environment, credential))
    return _key_actor(row, now) if row else None


def _key_actor(row: Row, now: datetime) -> Actor | None:
    if row.revoked_at or (row.expires_at and row.expires_at <= now):
        return None
    if row.status == "inactive":
        raise AccountInactive
    granted = permissions_of(row.permissions)
    if row.questionnaire is not None:
        granted |= {IMPLIED[permission] for permission in granted & IMPLIED.keys()}
    return Actor(ActorKind.KEY, row.account_id, granted, row.key, row.rate_limit, row.questionnaire)


async def _token_actor(read: Read, environment: Environment, token: str, now: datetime) -> Actor | None:
    payload = environment.signer.open(TOKEN_PURPOSE, token.removeprefix(TOKEN_PREFIX))
    if payload is None:
        return None
    account_id, key, names, until = orjson.loads(payload)
    if until <= now.timestamp():
        return None
    row = await queries.key_in_account(read, account_id, key)
    owner = _key_actor(row, now) if row else None
    if owner is None:
        return None
    return Actor(ActorKind.TOKEN, account_id, permissions_of(names) & owner.permissions, key, owner.rate_limit, owner.questionnaire)


def new_token(environment: Environment, actor: Actor, permissions: Iterable[Permission], expires_at: datetime) -> str:
    """Make a token that stands for part of a key for a while; it ends with the key when that is revoked."""
    names = sorted(permission.value for permission in permissions)
    payload = orjson.dumps([actor.account_id, actor.credential, names, int(expires_at.timestamp())]).decode()
    return TOKEN_PREFIX + environment.signer.seal(TOKEN_PURPOSE, payload)
