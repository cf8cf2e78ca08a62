"""Reading the log of erasures."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import and_, bindparam, func, or_, select

from domain.invites.model import Attempt
from domain.invites.queries import ATTEMPT_COLUMNS
from domain.kernel.columns import UtcDateTime
from domain.kernel.listing import Listing, Order, pinned, where
from domain.kernel.paging import Page, Window
from domain.kernel.statements import ACCOUNT, Read, Row, any_of, by_key, statement
from domain.privacy.model import Erasure

UNFINISHED_AT_ONCE = 200
"""Erasures that are finished together: a second or two of work before the purge that they share."""
COLUMNS = (
    Erasure.key,
    Erasure.candidate_key,
    Erasure.attempts,
    Erasure.tables,
    Erasure.mails,
    Erasure.actor,
    Erasure.requested_at,
    Erasure.finished_at,
)
_FROM, _UNTIL, _SINCE, _FRESH = (bindparam(name, type_=UtcDateTime()) for name in ("erased_from", "erased_until", "since", "fresh"))
_BY_KEY = statement(select(*COLUMNS).where(Erasure.account_id == ACCOUNT, any_of(Erasure.key)), "Erasure", keeps=("key",))
_BY_CANDIDATE = statement(
    select(*COLUMNS).where(Erasure.account_id == ACCOUNT, any_of(Erasure.candidate_key)), "Erasure", keeps=("candidate_key",)
)
_LATEST = statement(
    select(Erasure.account_id, Erasure.key, Erasure.finished_at)
    .where(Erasure.requested_at >= _SINCE, or_(Erasure.finished_at.is_(None), Erasure.finished_at >= _FRESH))
    .order_by(Erasure.requested_at),
    unscoped="the sweep looks after the latest erasures of all accounts",
)
_UNFINISHED = statement(
    select(Erasure.account_id, *COLUMNS)
    .where(Erasure.requested_at >= _SINCE, Erasure.finished_at.is_(None))
    .order_by(Erasure.requested_at)
    .limit(UNFINISHED_AT_ONCE),
    unscoped="one purge of the database does for the erasures of all accounts",
)
_NEWEST = statement(
    select(Erasure.key).order_by(Erasure.requested_at.desc(), Erasure.key.desc()).limit(1),
    unscoped="every process empties its caches when anybody was erased",
)
ERASURES = Listing(
    select(*COLUMNS).where(Erasure.account_id == ACCOUNT),
    "Erasure",
    key=Erasure.key,
    filters={
        "erased_from": where("erased_from", Erasure.requested_at >= _FROM),
        "erased_until": where("erased_until", Erasure.requested_at < _UNTIL),
    },
    orders={"newest": Order((Erasure.requested_at, Erasure.key), descending=True), "oldest": Order((Erasure.requested_at, Erasure.key))},
)


_ERASED, _TAKEN = func.coalesce(Erasure.candidate_key, ""), func.coalesce(Attempt.instrument, Erasure.key)
"""Columns in expressions, which SQLite cannot begin with: it would ask for each attempt whether somebody was erased."""
ERASED_ATTEMPTS = Listing(
    select(*ATTEMPT_COLUMNS, Erasure.requested_at)
    .select_from(Erasure)
    .join(Attempt, and_(Attempt.account_id == Erasure.account_id, Attempt.candidate_key == _ERASED))
    .where(Erasure.account_id == ACCOUNT, Attempt.account_id == ACCOUNT),
    "Attempt",
    key=Attempt.attempt_id,
    filters={"instrument": pinned("instrument", _TAKEN, Attempt.instrument_version)},
    orders={"newest": Order((Erasure.requested_at, Attempt.attempt_id), descending=True)},
)


async def by_keys(read: Read, account_id: int, keys: Collection[str]) -> dict[str, Row]:
    """Erasures by their keys."""
    return by_key(await read(_BY_KEY, account_id=account_id, keys=keys), "key")


async def by_candidate(read: Read, account_id: int, keys: Collection[str]) -> dict[str, Row]:
    """The erasure of each candidate who was erased."""
    return by_key(await read(_BY_CANDIDATE, account_id=account_id, keys=keys), "candidate_key")


async def page(read: Read, account_id: int, window: Window, *, order: str, given: Mapping[str, Any]) -> Page:
    """The account's erasures."""
    return await ERASURES.page(read, account_id, window, order=order, given=given)


async def erased_attempts(read: Read, account_id: int, window: Window, *, given: Mapping[str, Any]) -> Page:
    """The attempts of people who were erased, the latest erasure first."""
    return await ERASED_ATTEMPTS.page(read, account_id, window, order="newest", given=given)


async def latest(read: Read, *, since: datetime, fresh: datetime) -> list[Row]:
    """The erasures of all accounts asked for since a moment that are not finished, or were not before another."""
    return await read(_LATEST, since=since, fresh=fresh)


async def unfinished(read: Read, *, since: datetime) -> list[Row]:
    """The oldest erasures of all accounts that were asked for since a moment and are not finished."""
    return await read(_UNFINISHED, since=since)


async def newest(read: Read) -> str | None:
    """The key of the erasure that was asked for last, of all accounts."""
    rows = await read(_NEWEST)
    return str(rows[0].key) if rows else None
