"""Links of candidates: signed, for one invite or one entry and one purpose (Q-5)."""

from typing import NamedTuple

from domain.kernel.environment import Environment

INVITE_PURPOSE = "invite-link"
ENTRY_PURPOSE = "entry-link"


class Target(NamedTuple):
    """What a link leads to: a row of an account."""

    account_id: int
    key: str


def invite_link(environment: Environment, account_id: int, key: str) -> str:
    """The address at which a candidate takes what they were invited to; the same every time."""
    return f"{environment.base_url}/a/{_seal(environment, INVITE_PURPOSE, account_id, key)}"


def entry_link(environment: Environment, account_id: int, key: str) -> str:
    """The address at which somebody confirms that they asked to take part."""
    return f"{environment.base_url}/enter/{_seal(environment, ENTRY_PURPOSE, account_id, key)}"


def open_link(environment: Environment, slug: str) -> str:
    """The account's own link, at which anybody can ask to take part."""
    return f"{environment.base_url}/open/{slug}"


def invite_of(environment: Environment, token: str) -> Target | None:
    """The invite a token was made for, or None."""
    return _open(environment, INVITE_PURPOSE, token)


def entry_of(environment: Environment, token: str) -> Target | None:
    """The entry a token was made for, or None."""
    return _open(environment, ENTRY_PURPOSE, token)


def _seal(environment: Environment, purpose: str, account_id: int, key: str) -> str:
    return environment.signer.seal(purpose, f"{account_id}:{key}")


def _open(environment: Environment, purpose: str, token: str) -> Target | None:
    payload = environment.signer.open(purpose, token) if len(token) < 200 else None
    if payload is None:
        return None
    account_id, _, key = payload.partition(":")
    return Target(int(account_id), key)
