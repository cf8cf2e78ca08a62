"""Moving credits: each movement once, never below zero, whoever comes at the same time."""

from sqlalchemy import bindparam, select, update

from domain.billing import events
from domain.billing.errors import AlreadyBooked, InsufficientCredits
from domain.billing.model import CreditBalance, CreditEntry
from domain.kernel.columns import inserts, table_of
from domain.kernel.errors import BadInput
from domain.kernel.identifiers import new_key
from domain.kernel.statements import ACCOUNT, OWNER
from domain.kernel.work import UnitOfWork

LARGEST_GRANT = 1_000_000
_BALANCE, _ENTRY = table_of(CreditBalance), table_of(CreditEntry)
_OWN = _BALANCE.c.account_id == OWNER
_AVAILABLE = _BALANCE.c.granted + _BALANCE.c.bought - _BALANCE.c.refunded - _BALANCE.c.used
_LEFT = select(_AVAILABLE).where(_BALANCE.c.account_id == ACCOUNT)
_SPEND = update(_BALANCE).where(_OWN, _AVAILABLE >= 1).values(used=_BALANCE.c.used + 1)
_GRANT = update(_BALANCE).where(_OWN).values(granted=_BALANCE.c.granted + bindparam("amount"))
_OPEN = {name: insert.on_conflict_do_nothing(index_elements=["account_id"]) for name, insert in inserts(CreditBalance).items()}
_PURCHASE = update(_BALANCE).where(_OWN).values(bought=_BALANCE.c.bought + bindparam("amount"))
_HELD = _LEFT.with_for_update()
_TAKE_BACK = update(_BALANCE).where(_OWN, bindparam("amount") <= _AVAILABLE).values(refunded=_BALANCE.c.refunded + bindparam("amount"))
_TOLD = {
    "grant": events.CREDITS_ADDED,
    "purchase": events.CREDITS_ADDED,
    "completion": events.CREDITS_USED,
    "refund": events.CREDITS_TAKEN_BACK,
}
_BOOK = {
    name: insert.on_conflict_do_nothing(index_elements=["account_id", "reference"]).returning(_ENTRY.c.key)
    for name, insert in inserts(CreditEntry).items()
}


async def grant(uow: UnitOfWork, amount: int, *, reference: str) -> str:
    """Give an account credits without payment and return the key of the entry.

    Raises AlreadyBooked when the reference was used, BadInput for an amount that is not positive.
    """
    if not 0 < amount <= LARGEST_GRANT:
        raise BadInput.field("amount", message=f"'amount' must be from 1 to {LARGEST_GRANT}.")
    await _open(uow)
    await uow.session.execute(_GRANT, {"owner": uow.account_id, "amount": amount})
    return await _book(uow, "grant", amount, reference)


async def purchase(uow: UnitOfWork, amount: int, *, reference: str) -> str:
    """Add credits that were paid for and return the key of the entry; `amount` is positive.

    Raises AlreadyBooked when the reference was used.
    """
    await _open(uow)
    await uow.session.execute(_PURCHASE, {"owner": uow.account_id, "amount": amount})
    return await _book(uow, "purchase", amount, reference)


async def take_back(uow: UnitOfWork, at_most: int, *, reference: str) -> int:
    """Take back credits whose price was refunded, as far as they are unspent; return how many; nothing is booked for none.

    Raises AlreadyBooked when the reference was used.
    """
    held = await uow.session.execute(_HELD, {"account_id": uow.account_id})  # nobody spends one of them before this work ends
    amount = min(at_most, int(held.scalar_one_or_none() or 0))
    if amount <= 0:
        return 0
    await uow.session.execute(_TAKE_BACK, {"owner": uow.account_id, "amount": amount})
    await _book(uow, "refund", -amount, reference)
    return amount


async def spend(uow: UnitOfWork, *, reference: str) -> str:
    """Use one credit for a completed attempt and return the key of the entry.

    Raises InsufficientCredits when none is left, AlreadyBooked when this was paid for.
    """
    changed = await uow.session.execute(_SPEND, {"owner": uow.account_id})
    if not changed.rowcount:  # type: ignore[attr-defined]
        raise InsufficientCredits(required=1, available=0)
    return await _book(uow, "completion", -1, reference)


async def require(uow: UnitOfWork, amount: int) -> None:
    """Refuse to go on without credits; nothing is reserved by asking (R-ESC-15).

    Raises InsufficientCredits.
    """
    found = await uow.session.execute(_LEFT, {"account_id": uow.account_id})
    available = int(found.scalar_one_or_none() or 0)
    if available < amount:
        raise InsufficientCredits(required=amount, available=available)


async def _open(uow: UnitOfWork) -> None:
    """Begin the sums of an account that had no credits before."""
    await uow.session.execute(_OPEN[uow.dialect], {"account_id": uow.account_id, "granted": 0, "bought": 0, "refunded": 0, "used": 0})


async def _book(uow: UnitOfWork, kind: str, amount: int, reference: str) -> str:
    """Write a movement unless its reference was used; the index decides, whoever comes at the same time."""
    entry = {"account_id": uow.account_id, "key": new_key("crd"), "kind": kind, "amount": amount, "reference": reference, "at": uow.now}
    key = (await uow.session.execute(_BOOK[uow.dialect], entry)).scalar_one_or_none()
    if key is None:
        raise AlreadyBooked
    uow.record(_TOLD[kind], str(key), amount=amount, kind=kind)
    return str(key)
