"""The link to the key of a trial: signed, for one request, one mail and one use (Q-5)."""

from typing import NamedTuple

from domain.kernel.environment import Environment

PURPOSE = "trial-link"
LONGEST = 200


class Target(NamedTuple):
    """What a link leads to: a request, and which of its links it is."""

    key: str
    number: int


def link(environment: Environment, key: str, number: int) -> str:
    """The address at which the key of a trial is shown, once."""
    return f"{environment.base_url}/trial/{environment.signer.seal(PURPOSE, f'{key}:{number}')}"


def target_of(environment: Environment, token: str) -> Target | None:
    """What a token was made for, or None."""
    payload = environment.signer.open(PURPOSE, token) if len(token) < LONGEST else None
    if payload is None:
        return None
    key, _, number = payload.partition(":")
    return Target(key, int(number))
