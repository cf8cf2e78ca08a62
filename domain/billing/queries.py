"""Reading balances and the ledger."""

from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import bindparam, case, func, literal, select
from sqlalchemy.orm import aliased

from domain.billing.model import CreditBalance, CreditEntry
from domain.billing.packages import OF_ORDER, OF_REFUND, Package, divided
from domain.kernel.columns import UtcDateTime
from domain.kernel.listing import Listing, Order, one_of, where
from domain.kernel.paging import Page, Window
from domain.kernel.statements import ACCOUNT, Read, Row, any_of, by_key, row_type, statement

_AVAILABLE = CreditBalance.granted + CreditBalance.bought - CreditBalance.refunded - CreditBalance.used
_BALANCE = statement(
    select(
        CreditBalance.account_id,
        _AVAILABLE.label("available"),
        CreditBalance.granted,
        CreditBalance.bought,
        CreditBalance.refunded,
        CreditBalance.used,
    ).where(CreditBalance.account_id == ACCOUNT),
    "Balance",
)
_COLUMNS = (CreditEntry.key, CreditEntry.kind, CreditEntry.amount, CreditEntry.reference, CreditEntry.at)
_BY_KEY = statement(select(*_COLUMNS).where(CreditEntry.account_id == ACCOUNT, any_of(CreditEntry.key)), "CreditEntry")
_REFUND = aliased(CreditEntry, name="refund")
_OF_IT = literal(OF_REFUND) + func.substr(CreditEntry.reference, len(OF_ORDER) + 1)
_BACK = (
    select(func.coalesce(-func.sum(_REFUND.amount), 0))
    .where(_REFUND.account_id == ACCOUNT, _REFUND.reference > _OF_IT + ":", _REFUND.reference < _OF_IT + ";")
    .scalar_subquery()
)
_PACKAGES = statement(
    select(
        *_COLUMNS,
        case((CreditEntry.reference.startswith(OF_ORDER), _BACK), else_=0).label("back"),
        CreditBalance.granted,
        CreditBalance.bought,
        CreditBalance.refunded,
        CreditBalance.used,
    )
    .join(CreditBalance, CreditBalance.account_id == CreditEntry.account_id)
    .where(CreditEntry.account_id == ACCOUNT, CreditEntry.amount > 0)
    .order_by(CreditEntry.at.desc(), CreditEntry.key.desc())
    .limit(100),
)
LEDGER = Listing(
    select(*_COLUMNS).where(CreditEntry.account_id == ACCOUNT),
    "CreditEntry",
    key=CreditEntry.key,
    filters={
        "kind": one_of("kind", CreditEntry.kind),
        "at_from": where("at_from", CreditEntry.at >= bindparam("at_from", type_=UtcDateTime())),
        "at_until": where("at_until", CreditEntry.at < bindparam("at_until", type_=UtcDateTime())),
    },
    orders={"newest": Order((CreditEntry.at, CreditEntry.key), descending=True)},
)
_EMPTY = row_type("Balance", ("account_id", "available", "granted", "bought", "refunded", "used"))


async def balance(read: Read, account_id: int) -> Row:
    """What the account has, bought and used; zeros before its first credit."""
    rows = await read(_BALANCE, account_id=account_id)
    return rows[0] if rows else _EMPTY((account_id, 0, 0, 0, 0, 0))


async def entries_by_key(read: Read, account_id: int, keys: Collection[str]) -> dict[str, Row]:
    """Ledger entries by their keys."""
    return by_key(await read(_BY_KEY, account_id=account_id, keys=keys), "key")


async def packages(read: Read, account_id: int) -> list[Package]:
    """What is left of the hundred newest purchases and grants, newest first."""
    return divided(await read(_PACKAGES, account_id=account_id))


async def ledger(read: Read, account_id: int, window: Window, *, given: Mapping[str, Any] | None = None) -> Page:
    """The movements of credits, newest first."""
    return await LEDGER.page(read, account_id, window, order="newest", given=given or {})
