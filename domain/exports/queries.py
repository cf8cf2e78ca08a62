"""Reading exports, and the results that go into them."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import bindparam, select

from domain.exports.model import Export
from domain.kernel.columns import UtcDateTime
from domain.kernel.listing import Listing, Order, where
from domain.kernel.paging import Page, Window
from domain.kernel.statements import ACCOUNT, Read, Row, any_of, by_key, statement
from domain.results.model import Result
from domain.results.queries import COLUMNS as RESULT_COLUMNS
from domain.statistics.queries import MEASURED

AT_ONCE = 1_000
"""Results of a batch."""
OVER_AT_ONCE = 100
COLUMNS = (
    Export.key,
    Export.format,
    Export.delimiter,
    Export.language,
    Export.people,
    Export.labels,
    Export.answers,
    Export.conditions,
    Export.requested_by,
    Export.status.label("stored_status"),
    Export.tries,
    Export.done,
    Export.total,
    Export.size,
    Export.created_at,
    Export.finished_at,
    Export.expires_at,
)
_BY_KEY = statement(select(*COLUMNS).where(Export.account_id == ACCOUNT, any_of(Export.key)), "Export", keeps=("key",))
EXPORTS = Listing(
    select(*COLUMNS).where(Export.account_id == ACCOUNT),
    "Export",
    key=Export.key,
    filters={},
    orders={
        "newest": Order((Export.created_at, Export.key), descending=True),
        "oldest": Order((Export.created_at, Export.key)),
    },
)
EXPORTED = Listing(
    select(*RESULT_COLUMNS).where(Result.account_id == ACCOUNT),
    "Exported",
    key=Result.attempt_id,
    filters={**MEASURED.filters, "as_of": where("as_of", Result.completed_at <= bindparam("as_of", type_=UtcDateTime()))},
    orders={"oldest": Order((Result.completed_at, Result.attempt_id))},
)
_OVER = statement(
    select(Export.account_id, Export.key)
    .where(Export.expires_at <= bindparam("now", type_=UtcDateTime()))
    .order_by(Export.expires_at)
    .limit(OVER_AT_ONCE),
    unscoped="the sweep finds exports of all accounts whose day is over",
)


async def by_keys(read: Read, account_id: int, keys: Collection[str]) -> dict[str, Row]:
    """Exports by their keys."""
    return by_key(await read(_BY_KEY, account_id=account_id, keys=keys), "key")


async def page(read: Read, account_id: int, window: Window, *, order: str, given: Mapping[str, Any]) -> Page:
    """The account's exports."""
    return await EXPORTS.page(read, account_id, window, order=order, given=given)


async def count(read: Read, account_id: int, given: Mapping[str, Any]) -> int:
    """How many results an export has."""
    return await EXPORTED.count(read, account_id, given=given)


async def batch(read: Read, account_id: int, given: Mapping[str, Any], after: Sequence[Any]) -> list[Row]:
    """The next results of an export, oldest first; `after` is where the last batch ended."""
    return await EXPORTED.batch(read, account_id, order="oldest", given=given, size=AT_ONCE, after=after)


def place(row: Row) -> list[Any]:
    """Where a batch ended, by its last row."""
    return EXPORTED.place("oldest", row)


async def over(read: Read, now: Any) -> list[Row]:
    """Some exports, of any account, whose day is over."""
    return await read(_OVER, now=now)
