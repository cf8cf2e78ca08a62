"""Moving credits: each movement once, never below zero, whoever comes at the same time."""

from sqlalchemy import select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import IntegrityError

from domain.billing.errors import AlreadyBooked, InsufficientCredits
from domain.billing.model import CreditBalance, CreditEntry
from domain.kernel.errors import BadInput
from domain.kernel.identifiers import new_key
from domain.kernel.work import UnitOfWork

_AVAILABLE = CreditBalance.granted + CreditBalance.bought - CreditBalance.refunded - CreditBalance.used
LARGEST_GRANT = 1_000_000


async def grant(uow: UnitOfWork, amount: int, *, reference: str) -> str:
    """Give an account credits without payment and return the key of the entry.

    Raises AlreadyBooked when the reference was used, BadInput for an amount that is not positive.
    """
    if not 0 < amount <= LARGEST_GRANT:
        raise BadInput.field("amount", message=f"'amount' must be from 1 to {LARGEST_GRANT}.")
    insert = (postgresql if uow.dialect == "postgresql" else sqlite).insert(CreditBalance)
    fresh = insert.values(account_id=uow.account_id, granted=0, bought=0, refunded=0, used=0)
    await uow.session.execute(fresh.on_conflict_do_nothing(index_elements=[CreditBalance.account_id]))
    await uow.change(update(CreditBalance).where(CreditBalance.account_id == uow.account_id).values(granted=CreditBalance.granted + amount))
    return await _book(uow, "grant", amount, reference)


async def spend(uow: UnitOfWork, *, reference: str) -> str:
    """Use one credit for a completed attempt and return the key of the entry.

    Raises InsufficientCredits when none is left, AlreadyBooked when this was paid for.
    """
    taken = update(CreditBalance).where(CreditBalance.account_id == uow.account_id, _AVAILABLE >= 1).values(used=CreditBalance.used + 1)
    if not await uow.change(taken):
        raise InsufficientCredits(required=1, available=0)
    return await _book(uow, "completion", -1, reference)


async def require(uow: UnitOfWork, amount: int) -> None:
    """Refuse to go on without credits; nothing is reserved by asking (R-ESC-15).

    Raises InsufficientCredits.
    """
    if (available := await _available(uow)) < amount:
        raise InsufficientCredits(required=amount, available=available)


async def _available(uow: UnitOfWork) -> int:
    found = await uow.session.execute(select(_AVAILABLE).where(CreditBalance.account_id == uow.account_id))
    return int(found.scalar_one_or_none() or 0)


async def _book(uow: UnitOfWork, kind: str, amount: int, reference: str) -> str:
    entry = CreditEntry(account_id=uow.account_id, key=new_key("crd"), kind=kind, amount=amount, reference=reference, at=uow.now)
    uow.session.add(entry)
    try:
        await uow.session.flush()
    except IntegrityError as error:
        raise AlreadyBooked from error
    uow.record(f"credits.{'used' if amount < 0 else 'added'}", entry.key, amount=amount, kind=kind)
    return entry.key
