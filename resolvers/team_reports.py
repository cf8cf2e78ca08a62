"""Reports of teams: asked for, made by a job, downloaded."""

from datetime import datetime
from enum import Enum
from typing import TYPE_CHECKING, Annotated, Any

import strawberry

from domain.kernel.language import Language
from domain.kernel.permissions import Permission
from domain.reports import commands, queries, team_documents
from domain.reports.focus import TeamFocus, needed
from domain.teams import queries as teams
from resolvers import ids
from resolvers.context import Context
from resolvers.downloads import Download
from resolvers.enums import graph_enum
from resolvers.fields import Info, arg, attribute, computed, edge, graph_type, mutation, query, read_by, unfold
from resolvers.inputs import defaulted, required
from resolvers.nodes import Node, findable

if TYPE_CHECKING:
    from resolvers.teams import Team

READ, WRITE = Permission.REPORTS_READ, Permission.REPORTS_WRITE


class TeamReportStatus(Enum):
    PENDING = "pending"
    READY = "ready"
    FAILED = "failed"


graph_enum(
    TeamReportStatus,
    name="TeamReportStatus",
    description="Where the report of a team stands.",
    values={
        TeamReportStatus.PENDING: "Asked for; it takes a moment.",
        TeamReportStatus.READY: "It can be downloaded.",
        TeamReportStatus.FAILED: "It could not be made: too few people were left in the team. Ask for it again.",
    },
)
graph_enum(
    TeamFocus,
    name="TeamReportFocus",
    description="For whom the report of a team is written.",
    values={
        TeamFocus.LEADERSHIP: "For those who lead the team; it shows each person. At least two people.",
        TeamFocus.SALES: "For those who lead a team in sales; it shows each person. At least two people.",
        TeamFocus.EMPLOYEE: "For everybody in the team; it shows no single person. At least five people.",
    },
)


_INSIDE = "Needs `teams:read`, `results:read` and, for all but `EMPLOYEE`, `candidates:read` as well, for that is in it."


def _download(context: Context, key: str, focus: str, status: str) -> Any:
    context.require(*needed(TeamFocus(focus)))
    return team_documents.link(context.environment, context.now, context.account_id, key, status)


@graph_type(requires=READ, description="The report of a team as a PDF, one for each focus and language; asked for again, it is made again.")
class TeamReport(Node):
    id: strawberry.ID = computed(ids.encoder("TeamReport"), columns=("key",), description="Opaque id.")
    key: str = attribute("Its key: `trep_…`.")
    team: Annotated["Team", strawberry.lazy("resolvers.teams")] = edge(teams.by_id, key="team_id", description="Whose it is.")
    focus: TeamFocus = attribute("For whom it is written.")
    language: Language = attribute("In which language it is written.")
    status: TeamReportStatus = attribute("Where it stands.")
    asked_at: datetime = attribute("When it was asked for last; it shows the team of about that moment.")
    finished_at: datetime | None = attribute("When it was made, or could not be made; null while it is pending.")
    download: Download | None = unfold(
        _download,
        columns=("key", "focus", "status"),
        context=True,
        description=f"A link to the file; null unless it is ready. {_INSIDE}",
    )


@strawberry.input(description="Which report to make.")
class CreateTeamReportInput:
    team: strawberry.ID = required("The team's number, or its id.")
    focus: TeamFocus = defaulted("For whom.", TeamFocus.LEADERSHIP)
    language: Language = defaulted("In which language.", Language.EN)


@strawberry.type
class TeamReportQuery:
    @query(requires=READ, description="The report of a team; null when there is no such key.")
    async def team_report(context: Context, *, key: Annotated[strawberry.ID, arg("Its key, or its id.")]) -> TeamReport | None:
        wanted = ids.key_of("TeamReport", key)
        return (await queries.by_keys(context.read, context.account_id, [wanted])).get(wanted)  # type: ignore[return-value]


@strawberry.type
class TeamReportMutation:
    @mutation(
        requires=WRITE,
        answers=TeamReport,
        then=read_by(queries.by_keys),
        description="Have the report of a team made, or made again. It is pending first: ask for it by its key until it is ready. "
        + _INSIDE,
    )
    async def create_team_report(self, info: Info, input: Annotated[CreateTeamReportInput, arg("Which one.")]) -> str:
        info.context.require(*needed(input.focus))
        number = ids.number_of("Team", input.team)
        return await commands.create_of_team(info.context.work, number, focus=input.focus, language=input.language)


findable("TeamReport", READ, queries.by_keys)
