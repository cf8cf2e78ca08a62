"""Reading what statistics are made from: results and answers, some thousand at a time."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import select

from domain.invites.model import Attempt
from domain.kernel.listing import Listing, Order
from domain.kernel.statements import ACCOUNT, Read, Row, any_of, statement
from domain.results import queries as results
from domain.results.model import Result

AT_ONCE = 2_000
"""Rows of a batch; what is done with each of them holds the event loop for some milliseconds."""
ANSWERS_AT_ONCE = 1_000
MEASURED = Listing(
    select(
        Result.attempt_id,
        Result.candidate_key,
        Result.instrument_version,
        Result.norm_group,
        Result.norm_version,
        Result.c_tenths,
        Result.completed_at,
    ).where(Result.account_id == ACCOUNT),
    "Measured",
    key=Result.attempt_id,
    filters=results.RESULTS.filters,
    orders={"newest": Order((Result.completed_at, Result.attempt_id), descending=True)},
)
_ANSWERS = statement(
    select(Attempt.attempt_id, Attempt.instrument_version, Attempt.answers).where(
        Attempt.account_id == ACCOUNT, any_of(Attempt.attempt_id)
    ),
)


async def count(read: Read, account_id: int, given: Mapping[str, Any]) -> int:
    """How many results pass the filters."""
    return await MEASURED.count(read, account_id, given=given)


async def batch(read: Read, account_id: int, given: Mapping[str, Any], after: Sequence[Any]) -> list[Row]:
    """The next results that pass the filters, newest first; `after` is where the last batch ended."""
    return await MEASURED.batch(read, account_id, order="newest", given=given, size=AT_ONCE, after=after)


def place(row: Row) -> list[Any]:
    """Where a batch ended, by its last row."""
    return MEASURED.place("newest", row)


async def answers(read: Read, account_id: int, keys: Collection[int]) -> list[Row]:
    """The answers of attempts by their numbers, at most a thousand."""
    return await read(_ANSWERS, account_id=account_id, keys=keys)
