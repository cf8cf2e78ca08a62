"""Where a customer is led: back from the payment provider, and to the checkout of the sandbox, where nothing is charged."""

from typing import NamedTuple

from domain.kernel.environment import Environment

PURPOSE = "sandbox-checkout"
LONGEST = 200


class Target(NamedTuple):
    """The order that a link of the sandbox leads to."""

    account_id: int
    key: str


def paid(environment: Environment, language: str) -> str:
    """The page that thanks for a payment; it shows nothing of the order, so its address needs no secret."""
    return f"{environment.base_url}/checkout/paid?lang={language}"


def canceled(environment: Environment, language: str) -> str:
    """The page after a checkout that was left without paying."""
    return f"{environment.base_url}/checkout/canceled?lang={language}"


def sandbox(environment: Environment, account_id: int, key: str, language: str) -> str:
    """The address at which an order of a sandbox is paid, or not, without money."""
    return f"{environment.base_url}/checkout/{environment.signer.seal(PURPOSE, f'{account_id}:{key}')}?lang={language}"


def order_of(environment: Environment, token: str) -> Target | None:
    """The order a token was made for, or None."""
    payload = environment.signer.open(PURPOSE, token) if len(token) < LONGEST else None
    if payload is None:
        return None
    account_id, _, key = payload.partition(":")
    return Target(int(account_id), key)
