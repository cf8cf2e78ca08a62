"""Reading reports of teams."""

from collections.abc import Collection

from sqlalchemy import select

from domain.kernel.statements import ACCOUNT, Read, Row, any_of, by_key, group, statement
from domain.reports.model import TeamReport

_COLUMNS = (
    TeamReport.key,
    TeamReport.team_id,
    TeamReport.focus,
    TeamReport.language,
    TeamReport.status,
    TeamReport.asked_at,
    TeamReport.finished_at,
)
_BY_KEY = statement(select(*_COLUMNS).where(TeamReport.account_id == ACCOUNT, any_of(TeamReport.key)), "TeamReport", keeps=("key",))
_BY_TEAM = statement(
    select(*_COLUMNS)
    .where(TeamReport.account_id == ACCOUNT, any_of(TeamReport.team_id))
    .order_by(TeamReport.team_id, TeamReport.focus, TeamReport.language),
    "TeamReport",
    keeps=("team_id",),
)


async def by_keys(read: Read, account_id: int, keys: Collection[str]) -> dict[str, Row]:
    """Reports of teams by their keys."""
    return by_key(await read(_BY_KEY, account_id=account_id, keys=keys), "key")


async def by_team(read: Read, account_id: int, keys: Collection[int]) -> dict[int, list[Row]]:
    """The reports of each team: at most one for each focus and language."""
    return group(await read(_BY_TEAM, account_id=account_id, keys=keys), "team_id")
