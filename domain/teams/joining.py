"""Who joins a team: entries by attempt or invite, each told what became of it (R-ESC-61)."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, and_, bindparam, func, insert, select

from domain.candidates.model import Candidate
from domain.instruments import bank
from domain.invites.model import Attempt, Invite
from domain.invites.status import Origin
from domain.kernel.columns import table_of
from domain.kernel.errors import BadInput
from domain.kernel.statements import ACCOUNT, any_of
from domain.kernel.work import UnitOfWork
from domain.teams import events
from domain.teams.commands import locked
from domain.teams.errors import InTooManyTeams, NobodyToAdd, TeamFull
from domain.teams.model import TeamMember

MOST_AT_ONCE = 1_000
MOST_MEMBERS = 10_000
MOST_TEAMS = 100
"""How many teams one person can be in; what makes the teams of a person a list without pages."""
ANY_ORIGIN = tuple(Origin)


class Joined(StrEnum):
    """What became of an entry."""

    ADDED = "added"
    ALREADY_MEMBER = "already_member"
    NOT_FOUND = "not_found"
    NOT_COMPLETED = "not_completed"


@dataclass(frozen=True, slots=True)
class Entry:
    """What became of one entry; the attempt is None where none was found."""

    attempt_id: int | None
    status: Joined


@dataclass(frozen=True, slots=True)
class _Run:
    """An attempt that an entry names, as it stands; the number is None for an invite that nobody began."""

    attempt_id: int | None
    candidate_key: str
    is_completed: bool


_PROFILE = Attempt.instrument == bindparam("profile", bank.PROFILE)
_BY_ATTEMPT = select(Attempt.attempt_id, Attempt.candidate_key, Attempt.status).where(
    Attempt.account_id == ACCOUNT, any_of(Attempt.attempt_id), _PROFILE
)
_BY_INVITE = (
    select(Invite.key, Invite.origin, Invite.candidate_key, Attempt.attempt_id, Attempt.status)
    .outerjoin(Attempt, and_(Attempt.account_id == Invite.account_id, Attempt.invite_key == Invite.key))
    .where(Invite.account_id == ACCOUNT, any_of(Invite.key), Invite.status != "canceled", Invite.instrument == bank.PROFILE)
)
_PEOPLE = (
    select(Candidate.key)
    .where(Candidate.account_id == ACCOUNT, any_of(Candidate.key), Candidate.anonymized_at.is_(None), Candidate.merged_into.is_(None))
    .order_by(Candidate.key)
    .with_for_update(key_share=True)
)
"""Locked, in one order for all, so that nobody is erased, merged or fills their last team meanwhile."""
_TEAM = bindparam("team", type_=BigInteger)
_KNOWN = select(TeamMember.attempt_id).where(TeamMember.account_id == ACCOUNT, TeamMember.team_id == _TEAM, any_of(TeamMember.attempt_id))
_COUNT = select(func.count()).where(TeamMember.account_id == ACCOUNT, TeamMember.team_id == _TEAM)
_TEAMS_OF = (
    select(TeamMember.candidate_key)
    .where(TeamMember.account_id == ACCOUNT, any_of(TeamMember.candidate_key), TeamMember.team_id != _TEAM)
    .group_by(TeamMember.candidate_key)
    .having(func.count(TeamMember.team_id.distinct()) >= bindparam("most", type_=BigInteger))
    .order_by(TeamMember.candidate_key)
    .limit(1)
)


async def add_members(
    uow: UnitOfWork, team_id: int, *, attempts: Sequence[int] = (), invites: Sequence[str] = (), origins: Collection[Origin] = ANY_ORIGIN
) -> list[Entry]:
    """Add completed attempts to a team, by their numbers and by invites; tell of each entry what became of it, in order.

    Invites that came through another door than `origins` are not found, nor are people who were anonymised.
    Raises NotFound, BadInput for too many entries, NobodyToAdd, TeamFull, InTooManyTeams; nobody is added then.
    """
    if len(attempts) + len(invites) > MOST_AT_ONCE:
        raise BadInput(f"At most {MOST_AT_ONCE} entries at a time.")
    await locked(uow, team_id)
    runs = [*await _runs_of_attempts(uow, attempts), *await _runs_of_invites(uow, invites, origins)]
    people = await _column(uow, _PEOPLE, keys=sorted({run.candidate_key for run in runs if run}))
    members = await _column(uow, _KNOWN, team=team_id, keys=[run.attempt_id for run in runs if run and run.attempt_id])
    entries, joining = _judged(runs, people, members)
    if all(entry.status in (Joined.NOT_FOUND, Joined.NOT_COMPLETED) for entry in entries):
        raise NobodyToAdd
    if joining:
        await _write(uow, team_id, joining)
    return entries


def _judged(runs: Sequence[_Run | None], people: set[str], members: set[int]) -> tuple[list[Entry], dict[int, str]]:
    """What becomes of each entry, and who joins: attempts with their candidates."""
    entries: list[Entry] = []
    joining: dict[int, str] = {}
    for run in runs:
        if run is None or run.candidate_key not in people:
            entries.append(Entry(None, Joined.NOT_FOUND))
        elif run.attempt_id is None or not run.is_completed:
            entries.append(Entry(run.attempt_id, Joined.NOT_COMPLETED))
        elif run.attempt_id in members or run.attempt_id in joining:
            entries.append(Entry(run.attempt_id, Joined.ALREADY_MEMBER))
        else:
            entries.append(Entry(run.attempt_id, Joined.ADDED))
            joining[run.attempt_id] = run.candidate_key
    return entries, joining


async def _write(uow: UnitOfWork, team_id: int, joining: dict[int, str]) -> None:
    """Insert members, if there is room for all of them."""
    [count] = await _column(uow, _COUNT, team=team_id)
    if count + len(joining) > MOST_MEMBERS:
        raise TeamFull(MOST_MEMBERS)
    for candidate_key in await _column(uow, _TEAMS_OF, team=team_id, most=MOST_TEAMS, keys=sorted(set(joining.values()))):
        raise InTooManyTeams(MOST_TEAMS, candidate_key)
    common = {"account_id": uow.account_id, "team_id": team_id, "added_at": uow.now}
    rows = [{**common, "attempt_id": attempt, "candidate_key": candidate} for attempt, candidate in joining.items()]
    await uow.session.execute(insert(table_of(TeamMember)), rows)
    uow.record(events.TEAM_MEMBERS_ADDED, str(team_id), attempts=list(joining))


async def _runs_of_attempts(uow: UnitOfWork, attempts: Sequence[int]) -> list[_Run | None]:
    found = await _rows(uow, _BY_ATTEMPT, keys=sorted(set(attempts)))
    runs = {row.attempt_id: _Run(row.attempt_id, row.candidate_key, row.status == "completed") for row in found}
    return [runs.get(attempt) for attempt in attempts]


async def _runs_of_invites(uow: UnitOfWork, invites: Sequence[str], origins: Collection[Origin]) -> list[_Run | None]:
    found = await _rows(uow, _BY_INVITE, keys=sorted(set(invites)))
    runs = {row.key: _Run(row.attempt_id, row.candidate_key, row.status == "completed") for row in found if row.origin in origins}
    return [runs.get(invite) for invite in invites]


async def _rows(uow: UnitOfWork, found: Any, *, keys: Sequence[Any] | None = None, **parameters: Any) -> Sequence[Any]:
    if keys is not None:
        if not keys:
            return []
        parameters["keys"] = keys
    return (await uow.session.execute(found, {"account_id": uow.account_id, **parameters})).all()


async def _column(uow: UnitOfWork, found: Any, **parameters: Any) -> set[Any]:
    return {row[0] for row in await _rows(uow, found, **parameters)}
