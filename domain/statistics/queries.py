"""Reading what statistics are made from: results and answers, some thousand at a time."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import BigInteger, bindparam, select

from domain.invites.model import Attempt
from domain.kernel.listing import Listing, Order, where
from domain.kernel.statements import ACCOUNT, Read, Row, any_of, statement
from domain.results import queries as results
from domain.results.model import Result
from domain.teams.model import TeamMember

AT_ONCE = 2_000
"""Rows of a batch; what is done with each of them holds the event loop for some milliseconds."""
ANSWERS_AT_ONCE = 1_000
_OF_TEAM = select(TeamMember.candidate_key).where(
    TeamMember.account_id == ACCOUNT, TeamMember.team_id == bindparam("team", type_=BigInteger)
)
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
    filters={**results.RESULTS.filters, "team": where("team", Result.candidate_key.in_(_OF_TEAM))},
    orders={"newest": Order((Result.completed_at, Result.attempt_id), descending=True)},
)
MEMBERSHIPS = Listing(
    select(TeamMember.team_id, TeamMember.attempt_id, TeamMember.candidate_key).where(TeamMember.account_id == ACCOUNT),
    "Membership",
    key=TeamMember.attempt_id,
    filters={},
    orders={"team": Order((TeamMember.team_id, TeamMember.attempt_id))},
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


async def memberships(read: Read, account_id: int, after: Sequence[Any]) -> list[Row]:
    """The next members of teams, team by team; `after` is where the last batch ended."""
    return await MEMBERSHIPS.batch(read, account_id, order="team", given={}, size=AT_ONCE, after=after)


def membership_place(row: Row) -> list[Any]:
    """Where a batch of members ended, by its last row."""
    return MEMBERSHIPS.place("team", row)


async def answers(read: Read, account_id: int, keys: Collection[int]) -> list[Row]:
    """The answers of attempts by their numbers, at most a thousand."""
    return await read(_ANSWERS, account_id=account_id, keys=keys)
