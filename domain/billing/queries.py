"""Reading balances and the ledger."""

from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import bindparam, select

from domain.billing.model import CreditBalance, CreditEntry
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
_ADDED = statement(
    select(*_COLUMNS)
    .where(CreditEntry.account_id == ACCOUNT, CreditEntry.amount > 0)
    .order_by(CreditEntry.at.desc(), CreditEntry.key.desc())
    .limit(100),
    "CreditEntry",
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


async def added(read: Read, account_id: int) -> list[Row]:
    """The hundred newest entries that added credits, newest first."""
    return await read(_ADDED, account_id=account_id)


async def ledger(read: Read, account_id: int, window: Window, *, given: Mapping[str, Any] | None = None) -> Page:
    """The movements of credits, newest first."""
    return await LEDGER.page(read, account_id, window, order="newest", given=given or {})
