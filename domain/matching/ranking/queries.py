"""What rankings read: the latest result of each person, and what happened to results and people since."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import BigInteger, String, and_, bindparam, cast, exists, extract, func, or_, select, type_coerce
from sqlalchemy.orm import aliased

from domain.candidates.events import CANDIDATE_ANONYMIZED, CANDIDATE_MERGED, CANDIDATE_UNMERGED
from domain.candidates.model import Candidate
from domain.instruments import bank
from domain.kernel.events import Event
from domain.kernel.statements import ACCOUNT, Read, Row, any_of, by_key, statement
from domain.results.events import RESULT_RECORDED
from domain.results.model import Result
from domain.teams.model import TeamMember

AT_ONCE = 10_000
"""Results read by one statement when a matrix is made."""
NEWS_AT_ONCE = 1_000
RECORDED = RESULT_RECORDED.name
OF_PEOPLE = tuple(kind.name for kind in (CANDIDATE_ANONYMIZED, CANDIDATE_MERGED, CANDIDATE_UNMERGED))
"""After these the latest result of the people they are about may be another one, or none."""
_PROFILE = Result.instrument == bindparam("instrument", bank.PROFILE)
_PERSON = and_(Candidate.account_id == Result.account_id, Candidate.key == Result.candidate_key, Candidate.account_id == ACCOUNT)


def _raw(dialect: str) -> tuple[Any, Any]:
    """C-values and moments as they come cheapest in great numbers: lists and microseconds, or texts."""
    if dialect == "postgresql":
        return Result.c_tenths, cast(extract("epoch", Result.completed_at) * 1_000_000, BigInteger).label("completed")
    moment = func.substr(type_coerce(Result.completed_at, String), 1, 26)
    return type_coerce(Result.c_tenths, String).label("c_tenths"), moment.label("completed")


def _no_later(result: Any) -> Any:
    """There is no later result of the same person."""
    later = aliased(Result)
    return ~exists().where(
        later.account_id == result.account_id,
        later.account_id == ACCOUNT,
        later.candidate_key == result.candidate_key,
        later.instrument == bindparam("instrument", bank.PROFILE),
        or_(
            later.completed_at > result.completed_at,
            and_(later.completed_at == result.completed_at, later.attempt_id > result.attempt_id),
        ),
    )


def _latest(dialect: str) -> Any:
    return (
        select(Result.attempt_id, *_raw(dialect))
        .join(Candidate, _PERSON)
        .where(Result.account_id == ACCOUNT, _PROFILE, Result.attempt_id > bindparam("after", type_=BigInteger))
        .where(Candidate.anonymized_at.is_(None), _no_later(Result))
        .order_by(Result.attempt_id)
        .limit(AT_ONCE)
    )


def _of_people(dialect: str) -> Any:
    return (
        select(Result.attempt_id, Result.candidate_key, *_raw(dialect), Candidate.anonymized_at.is_not(None).label("anonymized"))
        .join(Candidate, _PERSON)
        .where(Result.account_id == ACCOUNT, _PROFILE, any_of(Result.candidate_key))
        .order_by(Result.completed_at, Result.attempt_id)
    )


_LATEST = statement(_latest)
_LATEST_OF_PEOPLE = statement(
    select(Result.attempt_id, Result.candidate_key, Result.instrument, Result.instrument_version, Result.c_tenths)
    .join(Candidate, _PERSON)
    .where(Result.account_id == ACCOUNT, _PROFILE, any_of(Result.candidate_key), Candidate.anonymized_at.is_(None), _no_later(Result))
)
_OF_PEOPLE = statement(_of_people)
_COUNT = statement(select(func.count().label("number")).where(Candidate.account_id == ACCOUNT, Candidate.merged_into.is_(None)))
_PEOPLE = statement(select(Result.attempt_id, Result.candidate_key).where(Result.account_id == ACCOUNT, any_of(Result.attempt_id)))
_OF_TEAM = statement(
    select(Result.attempt_id)
    .join(TeamMember, and_(TeamMember.account_id == Result.account_id, TeamMember.candidate_key == Result.candidate_key))
    .where(
        Result.account_id == ACCOUNT, TeamMember.account_id == ACCOUNT, _PROFILE, TeamMember.team_id == bindparam("team", type_=BigInteger)
    )
    .distinct()
)
_NEWS = statement(
    select(Event.sequence, Event.type, Event.subject, Event.facts)
    .where(
        Event.account_id == ACCOUNT,
        Event.sequence > bindparam("after", type_=BigInteger),
        Event.sequence <= bindparam("until", type_=BigInteger),
        or_(*(Event.type == bindparam(f"type_{number}", name) for number, name in enumerate((RECORDED, *OF_PEOPLE)))),
    )
    .order_by(Event.sequence)
    .limit(NEWS_AT_ONCE)
)


async def attempts_of_team(read: Read, account_id: int, team: int) -> list[int]:
    """The attempts of everybody who is in a team, whichever of them the team has them by."""
    return [row.attempt_id for row in await read(_OF_TEAM, account_id=account_id, team=team)]


async def people(read: Read, account_id: int) -> int:
    """How many candidates the account has, so that a matrix is made large enough at once."""
    [row] = await read(_COUNT, account_id=account_id)
    return int(row.number)


async def latest(read: Read, account_id: int, after: int) -> list[Row]:
    """The next of the latest results of people who are not anonymised, by the numbers of their attempts."""
    return await read(_LATEST, account_id=account_id, after=after)


async def of_people(read: Read, account_id: int, candidate_keys: Collection[str]) -> list[Row]:
    """All results of these people, of each the oldest first."""
    return await read(_OF_PEOPLE, account_id=account_id, keys=candidate_keys)


async def candidate_keys(read: Read, account_id: int, attempts: Collection[int]) -> dict[int, str]:
    """Whose the results of these attempts are."""
    return {row.attempt_id: row.candidate_key for row in await read(_PEOPLE, account_id=account_id, keys=attempts)}


async def news(read: Read, account_id: int, after: int, until: int) -> list[Row]:
    """What happened to results and people between two event numbers, oldest first."""
    return await read(_NEWS, account_id=account_id, after=after, until=until)


async def latest_of_people(read: Read, account_id: int, candidate_keys: Collection[str]) -> dict[str, Row]:
    """The latest result of each of these people who has one, unless they are anonymised."""
    rows = await read(_LATEST_OF_PEOPLE, account_id=account_id, keys=list(candidate_keys))
    return by_key(rows, "candidate_key")
