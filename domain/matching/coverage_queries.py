"""Reading what coverage is judged by: the targets of job profiles, and who of the account could join."""

import asyncio
from collections.abc import Collection, Sequence

from sqlalchemy import and_, select

from domain.candidates.model import Candidate
from domain.kernel.statements import ACCOUNT, Read, Row, any_of, statement
from domain.matching import coverage
from domain.matching.coverage import Change, Coverage, Wanted
from domain.matching.model import JobProfile
from domain.matching.targets import targets_of
from domain.results.model import Result
from domain.teams.people import measured

MOST_NAMED = 1_000

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
_OF_CANDIDATES = statement(_RESULTS.where(any_of(Result.candidate_key)))


async def wanted(read: Read, account_id: int, keys: Collection[str]) -> dict[str, Wanted]:
    """What job profiles ask for, by their keys; deleted ones are not found."""
    found = await read(_WANTED, account_id=account_id, keys=keys)
    return {row.key: Wanted.of(row.key, row.version, targets_of(row.targets)) for row in found if row.targets}


async def coverages(read: Read, account_id: int, teams_asked: Collection[int], profile: str) -> dict[int, Coverage]:
    """How teams cover a job profile; nothing when there is no such profile.

    Raises TooManyMembers.
    """
    found = (await wanted(read, account_id, [profile])).get(profile)
    if found is None:
        return {}
    inside = await measured(read, account_id, teams_asked)
    return await asyncio.to_thread(lambda: {team: coverage.of(inside.get(team, []), found) for team in teams_asked})


async def joining(read: Read, account_id: int, asked: Sequence[Coverage], named: Collection[str]) -> list[Change | None]:
    """Who of these people would close most of each gap; a person counts by their latest result."""
    seen: dict[str, Row] = {}
    for row in await read(_OF_CANDIDATES, account_id=account_id, keys=named):
        seen.setdefault(row.candidate_key, row)
    batch = coverage.Batch(list(seen.values()))
    return [one.joining(coverage.gained(one, batch)) for one in asked]
