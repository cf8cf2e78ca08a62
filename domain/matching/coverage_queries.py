"""Reading what coverage is judged by: the targets of job profiles, and who of the account could join."""

from collections.abc import AsyncIterator, Collection, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import BigInteger, and_, bindparam, select, tuple_

from domain.candidates.model import Candidate
from domain.kernel.columns import UtcDateTime
from domain.kernel.statements import ACCOUNT, Read, Row, any_of, statement
from domain.matching import coverage
from domain.matching.coverage import Change, Coverage, Wanted
from domain.matching.model import JobProfile
from domain.results.model import Result
from domain.teams import queries as teams

MOST_SEARCHED = 20_000
"""So many results, the newest of the account, are looked through for somebody who would fit."""
AT_ONCE = 2_000
MOST_NAMED = 1_000
_END = datetime(9999, 12, 31, tzinfo=UTC)

_WANTED = statement(
    select(JobProfile.key, JobProfile.version, JobProfile.targets).where(
        JobProfile.account_id == ACCOUNT, any_of(JobProfile.key), JobProfile.deleted_at.is_(None)
    )
)
_RESULTS = (
    select(Result.candidate_key, Result.attempt_id, Result.completed_at, Result.instrument, Result.instrument_version, Result.c_tenths)
    .join(Candidate, and_(Candidate.account_id == Result.account_id, Candidate.key == Result.candidate_key))
    .where(Result.account_id == ACCOUNT, Candidate.account_id == ACCOUNT, Candidate.anonymized_at.is_(None))
    .order_by(Result.completed_at.desc(), Result.attempt_id.desc())
)
_BEFORE = bindparam("before", type_=UtcDateTime())
_NEWEST = statement(
    _RESULTS.where(
        tuple_(Result.completed_at, Result.attempt_id) < tuple_(_BEFORE, bindparam("attempt", type_=BigInteger)),
        Result.completed_at <= _BEFORE,
    ).limit(bindparam("limit", type_=BigInteger))
)
_OF_CANDIDATES = statement(_RESULTS.where(any_of(Result.candidate_key)))


async def wanted(read: Read, account_id: int, keys: Collection[str]) -> dict[str, Wanted]:
    """What job profiles ask for, by their keys; deleted ones are not found."""
    found = await read(_WANTED, account_id=account_id, keys=keys)
    return {row.key: Wanted.of(row.key, row.version, row.targets) for row in found if row.targets}


async def coverages(read: Read, account_id: int, teams_asked: Collection[int], profile: str) -> dict[int, Coverage]:
    """How teams cover a job profile; nothing when there is no such profile."""
    found = (await wanted(read, account_id, [profile])).get(profile)
    if found is None:
        return {}
    people = await teams.people(read, account_id, teams_asked)
    return {team: coverage.of(people.get(team, []), found) for team in teams_asked}


async def joining(read: Read, account_id: int, asked: Sequence[Coverage], named: Collection[str] | None) -> list[Change | None]:
    """Who would close most of each gap: of the people named, or of those with the newest results of the account.

    A person counts by their latest result. All coverages are looked up in one pass over the results.
    """
    lookups = [coverage.lookup(one) for one in asked]
    gains: list[dict[str, int]] = [{} for _ in asked]
    seen: set[str] = set()
    async for rows in _latest(read, account_id, seen, named):
        for sums, gained in zip(gains, lookups, strict=True):
            sums.update(gained(rows))
    return [one.joining(sums) for one, sums in zip(asked, gains, strict=True)]


async def _latest(read: Read, account_id: int, seen: set[str], named: Collection[str] | None) -> AsyncIterator[list[Row]]:
    """The latest result of each person, newest first, some at a time."""
    if named is not None:
        yield _first_of_each(await read(_OF_CANDIDATES, account_id=account_id, keys=named), seen)
        return
    place: dict[str, Any] = {"before": _END, "attempt": 0}
    for _ in range(MOST_SEARCHED // AT_ONCE):
        rows = await read(_NEWEST, account_id=account_id, limit=AT_ONCE, **place)
        yield _first_of_each(rows, seen)
        if len(rows) < AT_ONCE:
            return
        place = {"before": rows[-1].completed_at, "attempt": rows[-1].attempt_id}


def _first_of_each(rows: Sequence[Row], seen: set[str]) -> list[Row]:
    """The rows of people who were not seen before; who is seen later was measured earlier."""
    found = []
    for row in rows:
        if row.candidate_key not in seen:
            seen.add(row.candidate_key)
            found.append(row)
    return found
