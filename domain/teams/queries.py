"""Reading teams, their members and the teams of people; anonymised people are no members (R-ESC-55)."""

from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import BigInteger, Integer, and_, bindparam, func, select

from domain.candidates.model import Candidate
from domain.kernel.inputs import folded
from domain.kernel.listing import Listing, Order, where
from domain.kernel.paging import Page, Window
from domain.kernel.statements import ACCOUNT, Read, Row, any_of, by_key, group, statement
from domain.results.model import Result
from domain.teams.model import Team, TeamMember

COLUMNS = (
    Team.team_id,
    Team.title,
    Team.sort_title,
    Team.subtitle,
    Team.description,
    Team.active,
    Team.created_by,
    Team.created_at,
    Team.updated_at,
)
EXPORTED_AT_ONCE = 100
MEASURED_AT_ONCE = 2_000
"""Members read by one statement with what was measured of them; each row holds the event loop."""
_LIKE = str.maketrans({"/": "//", "%": "/%", "_": "/_"})
_IS_THEIRS = and_(Candidate.account_id == TeamMember.account_id, Candidate.key == TeamMember.candidate_key)
_IS_SEEN = and_(Candidate.account_id == ACCOUNT, Candidate.anonymized_at.is_(None))
_IS_MEASURED = and_(Result.account_id == TeamMember.account_id, Result.attempt_id == TeamMember.attempt_id)

_BY_ID = statement(select(*COLUMNS).where(Team.account_id == ACCOUNT, any_of(Team.team_id)), "Team", keeps=("team_id",))
_COUNTS = statement(
    select(TeamMember.team_id, func.count().label("number"))
    .join(Candidate, _IS_THEIRS)
    .where(TeamMember.account_id == ACCOUNT, any_of(TeamMember.team_id), _IS_SEEN)
    .group_by(TeamMember.team_id)
)
_IS_OF_TEAM = and_(Team.account_id == TeamMember.account_id, Team.team_id == TeamMember.team_id)
_OF_ATTEMPTS = statement(
    select(TeamMember.attempt_id, *COLUMNS)
    .join(Team, _IS_OF_TEAM)
    .join(Candidate, _IS_THEIRS)
    .where(TeamMember.account_id == ACCOUNT, Team.account_id == ACCOUNT, any_of(TeamMember.attempt_id), _IS_SEEN)
    .order_by(Team.created_at.desc(), Team.team_id.desc()),
    "Team",
    keeps=("attempt_id", "team_id"),
)
_OF_CANDIDATES = statement(
    select(TeamMember.candidate_key, *COLUMNS)
    .distinct()
    .join(Team, _IS_OF_TEAM)
    .join(Candidate, _IS_THEIRS)
    .where(TeamMember.account_id == ACCOUNT, Team.account_id == ACCOUNT, any_of(TeamMember.candidate_key), _IS_SEEN)
    .order_by(Team.created_at.desc(), Team.team_id.desc()),
    "Team",
)
_AFTER = bindparam("after", type_=BigInteger)
"""Told of both tables, or PostgreSQL reads results from the first on."""
_SIZES = statement(
    select(TeamMember.team_id, func.count().label("number"))
    .where(TeamMember.account_id == ACCOUNT, any_of(TeamMember.team_id))
    .group_by(TeamMember.team_id)
)
_MEASURED = (
    select(
        TeamMember.team_id,
        TeamMember.candidate_key,
        TeamMember.attempt_id,
        Result.instrument,
        Result.instrument_version,
        Result.completed_at,
        Result.c_tenths,
    )
    .join(Candidate, _IS_THEIRS)
    .join(Result, _IS_MEASURED)
    .where(TeamMember.account_id == ACCOUNT, Result.account_id == ACCOUNT, _IS_SEEN)
)
_OF_TEAMS = _MEASURED.where(any_of(TeamMember.team_id))
_OF_TEAM = (
    _MEASURED.where(TeamMember.team_id == bindparam("team"), TeamMember.attempt_id > _AFTER, Result.attempt_id > _AFTER)
    .order_by(TeamMember.attempt_id)
    .limit(bindparam("limit", type_=Integer))
)
_MEASURED_OF_TEAMS = {False: statement(_OF_TEAMS), True: statement(_OF_TEAMS.add_columns(Result.raw_tenths))}
"""By whether the raw percents are wanted, which are as much again to read."""
_MEASURED_OF_TEAM = {False: statement(_OF_TEAM), True: statement(_OF_TEAM.add_columns(Result.raw_tenths))}
_EXPORTED = statement(
    select(
        TeamMember.attempt_id,
        TeamMember.added_at,
        Candidate.name,
        Candidate.given_name,
        Candidate.family_name,
        Candidate.email,
        Result.instrument,
        Result.instrument_version,
        Result.norm_group,
        Result.norm_version,
        Result.raw_tenths,
        Result.c_tenths,
        Result.completed_at,
    )
    .join(Candidate, _IS_THEIRS)
    .join(Result, _IS_MEASURED)
    .where(
        TeamMember.account_id == ACCOUNT,
        Result.account_id == ACCOUNT,
        _IS_SEEN,
        TeamMember.team_id == bindparam("team"),
        TeamMember.attempt_id > _AFTER,
        Result.attempt_id > _AFTER,
    )
    .order_by(TeamMember.attempt_id)
    .limit(EXPORTED_AT_ONCE)
)
TEAMS = Listing(
    select(*COLUMNS).where(Team.account_id == ACCOUNT),
    "Team",
    key=Team.team_id,
    filters={
        "active": where("active", Team.active == bindparam("active", type_=Team.active.type)),
        "text": where(
            "text", Team.sort_title.like(bindparam("text"), escape="/"), lambda text: f"%{folded(text.strip()).translate(_LIKE)}%"
        ),
    },
    orders={
        "newest": Order((Team.created_at, Team.team_id), descending=True),
        "title": Order((Team.sort_title, Team.team_id)),
    },
)
MEMBERS = Listing(
    select(TeamMember.team_id, TeamMember.attempt_id, TeamMember.candidate_key, TeamMember.added_at, Candidate.sort_name, Candidate.key)
    .join(Candidate, _IS_THEIRS)
    .where(TeamMember.account_id == ACCOUNT, _IS_SEEN),
    "TeamMember",
    key=TeamMember.attempt_id,
    within=TeamMember.team_id,
    filters={},
    orders={
        "newest": Order((TeamMember.added_at, TeamMember.attempt_id), descending=True),
        "oldest": Order((TeamMember.added_at, TeamMember.attempt_id)),
        "name": Order((Candidate.sort_name, Candidate.key, TeamMember.attempt_id)),
    },
)


def _containing(text: str) -> str:
    """A pattern for what contains a text, without regard to case and accents."""
    return f"%{folded(text.strip()).translate(_LIKE)}%"


async def by_id(read: Read, account_id: int, keys: Collection[int]) -> dict[int, Row]:
    """Teams by their numbers."""
    return by_key(await read(_BY_ID, account_id=account_id, keys=keys), "team_id")


async def page(read: Read, account_id: int, window: Window, *, order: str, given: Mapping[str, Any]) -> Page:
    """The account's teams."""
    return await TEAMS.page(read, account_id, window, order=order, given=given)


async def members(read: Read, account_id: int, keys: Collection[int], window: Window, *, order: str) -> dict[int, Page]:
    """The members of each team."""
    return await MEMBERS.pages_by(read, account_id, TeamMember.team_id, list(keys), window, order=order, given={})


async def member_counts(read: Read, account_id: int, keys: Collection[int]) -> dict[int, int]:
    """How many members each team has, where there is any."""
    return {row.team_id: row.number for row in await read(_COUNTS, account_id=account_id, keys=keys)}


async def by_attempt(read: Read, account_id: int, keys: Collection[int]) -> dict[int, list[Row]]:
    """The teams that each attempt is in, newest first; at most a hundred (`joining.MOST_TEAMS`)."""
    return group(await read(_OF_ATTEMPTS, account_id=account_id, keys=keys), "attempt_id")


async def by_candidate(read: Read, account_id: int, keys: Collection[str]) -> dict[str, list[Row]]:
    """The teams that each person is in, newest first; at most a hundred (`joining.MOST_TEAMS`)."""
    return group(await read(_OF_CANDIDATES, account_id=account_id, keys=keys), "candidate_key")


async def sizes(read: Read, account_id: int, keys: Collection[int]) -> dict[int, int]:
    """How many attempts are in each team that has any, those of anonymised people included."""
    return {row.team_id: row.number for row in await read(_SIZES, account_id=account_id, keys=keys)}


async def measured(read: Read, account_id: int, keys: Collection[int], *, raw: bool) -> list[Row]:
    """What was measured in the attempts of small teams."""
    return await read(_MEASURED_OF_TEAMS[raw], account_id=account_id, keys=keys)


async def measured_after(read: Read, account_id: int, team_id: int, *, after: int, raw: bool) -> list[Row]:
    """What was measured in the next attempts of a team, by the number of the attempt."""
    return await read(_MEASURED_OF_TEAM[raw], account_id=account_id, team=team_id, after=after, limit=MEASURED_AT_ONCE)


async def exported(read: Read, account_id: int, team_id: int, *, after: int) -> list[Row]:
    """The next members to write into an export, by the number of the attempt."""
    return await read(_EXPORTED, account_id=account_id, team=team_id, after=after)
