"""Registration: an account, its sandbox twin with credits to try things, and a first key."""

from typing import Any, NamedTuple

from domain.access import commands as access
from domain.access.credentials import NewKey
from domain.billing import credits
from domain.kernel.permissions import EVERYTHING
from domain.kernel.work import UnitOfWork

SANDBOX_CREDITS = 100


class Registered(NamedTuple):
    """What a registration made: the account its key belongs to, and the key."""

    account_id: int
    live_account_id: int
    key: NewKey


async def register(uow: UnitOfWork, *, mode: str, **details: Any) -> Registered:
    """Open an account and its sandbox twin, and make a key of the one that `mode` names.

    Raises EmailTaken, BadInput.
    """
    live, sandbox = await open_accounts(uow, details)
    account_id = sandbox if mode == "test" else live
    await uow.enter(account_id)
    key = await access.create_key(uow, name="First key", permissions=EVERYTHING)
    return Registered(account_id, live, key)


async def open_accounts(uow: UnitOfWork, details: dict[str, Any]) -> tuple[int, int]:
    """Open a live account and its sandbox with the sandbox's credits; return their ids.

    Raises EmailTaken, BadInput.
    """
    live, sandbox = await access.open_account(uow, details)
    await uow.enter(sandbox)
    await credits.grant(uow, SANDBOX_CREDITS, reference="sandbox")
    return live, sandbox
