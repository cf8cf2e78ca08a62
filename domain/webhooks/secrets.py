"""Secrets that sign messages: they have to be read again, so they lie encrypted, each for its own webhook alone."""

from datetime import datetime

from domain.kernel.environment import Environment
from domain.kernel.statements import Row


def lock(environment: Environment, account_id: int, webhook: str, secret: str) -> str:
    """A secret as it is stored."""
    return environment.signer.lock(_place(account_id, webhook), secret)


def lock_credential(environment: Environment, account_id: int, webhook: str, secret: str) -> str:
    """What a message proves its origin with, as it is stored."""
    return environment.signer.lock(_place(account_id, webhook, "credential"), secret)


def credential(environment: Environment, account_id: int, webhook: str, locked: str) -> str:
    """The same as it was given."""
    return environment.signer.unlock(_place(account_id, webhook, "credential"), locked)


def valid(environment: Environment, account_id: int, key: str, webhook: Row, now: datetime) -> list[str]:
    """The secrets that sign at a moment, the newest first; two while one is being replaced."""
    locked = [webhook.secret]
    if webhook.previous_secret and webhook.previous_until and now < webhook.previous_until:
        locked.append(webhook.previous_secret)
    return [environment.signer.unlock(_place(account_id, key), secret) for secret in locked]


def _place(account_id: int, webhook: str, kind: str = "") -> str:
    return f"webhook:{account_id}:{webhook}{kind and ':' + kind}"
