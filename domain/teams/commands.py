"""What can be done with teams. Each verb runs inside the caller's unit of work."""

from typing import Any

from sqlalchemy import delete, select

from domain.access import commands as access
from domain.candidates.model import Candidate
from domain.kernel import inputs
from domain.kernel.columns import table_of
from domain.kernel.errors import BadInput, NotFound
from domain.kernel.inputs import folded
from domain.kernel.work import UnitOfWork
from domain.teams import events
from domain.teams.model import Team, TeamMember

LONGEST_DESCRIPTION = 2_000
_MEMBER = table_of(TeamMember).c


async def create(uow: UnitOfWork, *, title: str, subtitle: str | None = None, description: str | None = None) -> int:
    """Make a team without members and return its number.

    Raises BadInput.
    """
    details = {name: _checked(name, value) for name, value in (("title", title), ("subtitle", subtitle), ("description", description))}
    team = Team(
        account_id=uow.account_id,
        team_id=await uow.next_number("team"),
        sort_title=folded(details["title"]),
        created_by=await access.name_of_actor(uow),
        created_at=uow.now,
        updated_at=uow.now,
        **details,
    )
    uow.add(team, uow.account_id, team.team_id)
    uow.record(events.TEAM_CREATED, str(team.team_id))
    return team.team_id


async def update(uow: UnitOfWork, team_id: int, changes: dict[str, Any]) -> int:
    """Change title, subtitle, description or whether a team is active; null takes a subtitle or description away.

    Raises NotFound, BadInput.
    """
    team = await locked(uow, team_id)
    told = {name: _checked(name, value) for name, value in changes.items()}
    changed = sorted(name for name, value in told.items() if getattr(team, name) != value)
    for name in changed:
        setattr(team, name, told[name])
    if changed:
        team.sort_title = folded(team.title)
        team.updated_at = uow.now
        uow.record(events.TEAM_CHANGED, str(team_id), fields=changed)
    return team_id


async def remove(uow: UnitOfWork, team_id: int) -> int:
    """Delete a team for good and return how many members it had; the people stay (R-ESC-60).

    Raises NotFound.
    """
    team = await locked(uow, team_id)
    members = await _remove_members(uow, team_id)
    await uow.session.delete(team)
    uow.record(events.TEAM_DELETED, str(team_id), members=members)
    return members


async def remove_member(uow: UnitOfWork, team_id: int, attempt_id: int) -> int:
    """Take one member out of a team and return its number.

    Raises NotFound, also when it is no member.
    """
    await locked(uow, team_id)
    gone = await _delete(uow, team_id, _MEMBER.attempt_id == attempt_id, _MEMBER.candidate_key.not_in(_anonymized(uow)))
    if not gone:
        raise NotFound("There is no such member in this team.")
    uow.record(events.TEAM_MEMBER_REMOVED, str(team_id), attempt=attempt_id)
    return team_id


async def remove_all_members(uow: UnitOfWork, team_id: int) -> int:
    """Take all members out of a team, which stays (R-ESC-63); return how many there were.

    Raises NotFound.
    """
    await locked(uow, team_id)
    members = await _remove_members(uow, team_id)
    if members:
        uow.record(events.TEAM_MEMBERS_REMOVED, str(team_id), members=members)
    return members


async def locked(uow: UnitOfWork, team_id: int) -> Team:
    """A team that nobody else changes, fills or empties before this work ends.

    Raises NotFound.
    """
    team = await uow.lock(Team, uow.account_id, team_id)
    if team is None:
        raise NotFound("There is no such team.")
    return team


async def _remove_members(uow: UnitOfWork, team_id: int) -> int:
    """Anonymised people were not among the members that anybody saw, so they are not counted (R-ESC-55)."""
    await _delete(uow, team_id, _MEMBER.candidate_key.in_(_anonymized(uow)))
    return await _delete(uow, team_id)


async def _delete(uow: UnitOfWork, team_id: int, *conditions: Any) -> int:
    gone = delete(table_of(TeamMember)).where(_MEMBER.account_id == uow.account_id, _MEMBER.team_id == team_id, *conditions)
    return int((await uow.session.execute(gone)).rowcount)  # type: ignore[attr-defined]


def _anonymized(uow: UnitOfWork) -> Any:
    return select(Candidate.key).where(Candidate.account_id == uow.account_id, Candidate.anonymized_at.is_not(None))


def _checked(name: str, value: Any) -> Any:
    match name:
        case "title":
            return inputs.line(value, name, required=True)
        case "subtitle":
            return inputs.line(value, name)
        case "description":
            return inputs.paragraph(value, name, longest=LONGEST_DESCRIPTION)
    if value is None:
        raise BadInput.field(name, message=f"'{name}' must be true or false.")
    return value
