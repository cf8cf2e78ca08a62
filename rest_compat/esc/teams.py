"""/teams of the esc Profile API: groups of candidates, their members, and all of it as a file."""

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from rest_compat.body import SAME, Body, Moment, Text, asked, at, constant, lower, may_lack
from rest_compat.esc.paging import Limit, Offset, Pagination
from rest_compat.esc.scores import DIMENSIONS, GRAVES, percents
from rest_compat.esc.search import invite_id
from rest_compat.problem import NOT_FOUND
from rest_compat.route import Parameters, Route, RowsAnswer, Table
from rest_compat.values import NUMBERED

MOST_AT_ONCE = 1_000
ACTIVE = {"active": True, "inactive": False, "all": None}
TeamId = Annotated[int, Field(alias="teamId", description="The team's number."), NUMBERED]
SessionId = Annotated[int, Field(alias="sessionId", description="The session's number."), NUMBERED]


class OneTeam(Parameters):
    key: TeamId

    def variables(self) -> dict[str, Any]:
        return {**super().variables(), "key": str(self.key)}


class ListTeams(Parameters):
    status: Literal["active", "inactive", "all"] = Field("active", description="Only teams with this status, or all.")
    limit: Limit = 50
    offset: Offset = 0

    def variables(self) -> dict[str, Any]:
        return {"limit": self.limit, "offset": self.offset, "active": ACTIVE[self.status]}


class CreateTeam(Parameters):
    title: str = Field(min_length=1, max_length=200, description="What the team is called.", examples=["Sales Team Q1 2026"])
    subtitle: str | None = Field(None, max_length=200, description="A second line below the title.")
    description: str | None = Field(None, max_length=2_000, description="What the team is for.")


class UpdateTeam(OneTeam):
    title: Annotated[str, Field(min_length=1, max_length=200)] | None = Field(
        None, description="What the team is called; left out: as it was.", examples=["Sales Team Q2 2026"]
    )
    subtitle: str | None = Field(None, max_length=200, description="A second line below the title; empty takes it away.")
    description: str | None = Field(None, max_length=2_000, description="What the team is for; empty takes it away.")


class AddTeamMembers(OneTeam):
    attempts: list[int] = Field(
        default=[], alias="session_ids", max_length=MOST_AT_ONCE, description="Sessions to add, by number.", examples=[[1001]]
    )
    invites: list[str] = Field(default=[], alias="invite_ids", max_length=MOST_AT_ONCE, description="Invites to add, by id.")

    def variables(self) -> dict[str, Any]:
        return {"key": str(self.key), "attempts": list(map(str, self.attempts)), "invites": self.invites}


class RemoveTeamMember(OneTeam):
    attempt: SessionId

    def variables(self) -> dict[str, Any]:
        return {"key": str(self.key), "attempt": str(self.attempt)}


class ExportTeam(OneTeam):
    format: Literal["csv", "json"] = Field("csv", description="As what kind of file.")

    def variables(self) -> dict[str, Any]:
        return {"key": str(self.key)}


TeamStatus = Annotated[Literal["active", "inactive"], BeforeValidator({True: "active", False: "inactive"}.__getitem__)]


class TeamSummary(Body):
    id: int = at("key")
    title: str = at("title")
    subtitle: Text = at("subtitle")
    description: Text = at("description")
    status: TeamStatus = at("active")
    member_count: int = at("memberCount")
    created_at: Moment = at("createdAt")
    created_by: str = at("createdBy")


class TeamList(Body):
    teams: list[TeamSummary] = at("nodes")
    pagination: Annotated[Pagination, SAME]


def _invite_id(member: Any) -> Any:
    return invite_id(member["attempt"])


class TeamMember(Body):
    session_id: int = at("attempt.key")
    invite_id: Annotated[str | None, BeforeValidator(_invite_id), SAME]
    first_name: Text = at("candidate.givenName")
    last_name: Text = at("candidate.familyName")
    email: Text = at("candidate.email")
    assessment_type: str = at("attempt.instrument.key")
    completed_at: Moment = at("attempt.completedAt")


class TeamDetails(TeamSummary):
    members: list[TeamMember] = at("members.nodes")


class DeletedTeam(Body):
    id: int = at("key")
    deleted: Annotated[Literal[True], constant(True), SAME]
    members_removed: int = at("membersRemoved")
    message: Annotated[str, constant("Team deleted successfully"), SAME]


def _session(entry: Any) -> Any:
    """The session of an entry, or what was asked for as one; an invite that is not known has none."""
    known = entry["attemptKey"]
    return int(entry["asked"]) if known is None and not entry["byInvite"] else known


class AddedMember(Body):
    session_id: Annotated[int | None, BeforeValidator(_session), SAME] = may_lack()
    status: Annotated[Literal["added", "already_member", "not_found", "not_completed"], BeforeValidator(lower)] = at("status")


class AddedMembers(Body):
    team_id: int = at("team.key")
    added: list[AddedMember] = at("entries")
    added_count: int = at("addedCount")
    skipped_count: int = at("skippedCount")


class RemovedMembers(Body):
    team_id: int = at("team.key")
    removed_count: int = at("count")
    message: Annotated[str, constant("All members removed from the team"), SAME]


class RemovedMember(Body):
    team_id: int = at("team.key")
    session_id: Annotated[int, asked("sessionId"), SAME]
    removed: Annotated[Literal[True], constant(True), SAME]


Percents = Annotated[dict[str, float], BeforeValidator(percents("OPERATIVE"))]
GravesPercents = Annotated[dict[str, float], BeforeValidator(percents("GRAVES"))]


class ExportedMember(Body):
    """Dimensions are raw percents here (I-ESC-16)."""

    session_id: int = at("attempt.key")
    first_name: Text = at("candidate.givenName")
    last_name: Text = at("candidate.familyName")
    email: Text = at("candidate.email")
    completed_at: Moment = at("attempt.completedAt")
    dimensions: Percents = at("result.scales")
    graves_values: GravesPercents = at("result.scales")


class ExportedLine(ExportedMember):
    """A line of CSV has what the contract calls metadata as well, for which its JSON has no place."""

    assessment_type: str = at("attempt.instrument.key")
    assessment_version: str = at("attempt.instrument.version")
    norm_group: str = at("result.normGroup.name.en")


COLUMNS = (
    "session_id",
    "first_name",
    "last_name",
    "email",
    *DIMENSIONS,
    *GRAVES,
    "assessment_type",
    "assessment_version",
    "norm_group",
    "completed_at",
)


class TeamExport(Body):
    team_id: int = at("key")
    team_name: str = at("title")
    exported_at: Moment = at("readAt")
    member_count: int = at("memberCount")
    members: list[ExportedMember] = at("members.nodes")


MISSING: dict[str, Any] = {"absent": {"team": NOT_FOUND}, "refusals": (404,)}
ROUTES = (
    Route("GET", "/teams", "ListTeams", ListTeams, TeamList, "List teams", "Teams", operation_id="listTeams"),
    Route(
        "POST",
        "/teams",
        "CreateTeam",
        CreateTeam,
        TeamSummary,
        "Create team",
        "Teams",
        status=201,
        operation_id="createTeam",
        description="A team groups candidates by their completed sessions, for analysis, reports and export.",
    ),
    Route(
        "GET",
        "/teams/{teamId}",
        "GetTeam",
        OneTeam,
        RowsAnswer(TeamDetails, rows="members", page="members"),
        "Get team details",
        "Teams",
        **MISSING,
        operation_id="getTeam",
        description="The team with all of its members, those added last first; anonymised candidates are left out.",
    ),
    Route(
        "PUT",
        "/teams/{teamId}",
        "UpdateTeam",
        UpdateTeam,
        TeamSummary,
        "Update team",
        "Teams",
        refusals=(404,),
        needs_body=True,
        operation_id="updateTeam",
        description="Changes title, subtitle or description; what is left out stays.",
    ),
    Route(
        "DELETE",
        "/teams/{teamId}",
        "DeleteTeam",
        OneTeam,
        DeletedTeam,
        "Delete team",
        "Teams",
        refusals=(404,),
        operation_id="deleteTeam",
        description="Deletes the team for good; its candidates stay.",
    ),
    Route(
        "POST",
        "/teams/{teamId}/members",
        "AddTeamMembers",
        AddTeamMembers,
        AddedMembers,
        "Add members to team",
        "Teams",
        refusals=(404,),
        needs_body=True,
        operation_id="addTeamMembers",
        description=(
            "Adds completed sessions by their numbers, or by the ids of their invites, at most 1,000 in all. Each is told what became "
            "of it, sessions first; an invite without a session is told without its number. Nothing is done when nobody is valid."
        ),
    ),
    Route(
        "DELETE",
        "/teams/{teamId}/members",
        "RemoveAllTeamMembers",
        OneTeam,
        RemovedMembers,
        "Remove all members",
        "Teams",
        refusals=(404,),
        operation_id="removeAllTeamMembers",
        description="Takes all members out of the team, which stays.",
    ),
    Route(
        "DELETE",
        "/teams/{teamId}/members/{sessionId}",
        "RemoveTeamMember",
        RemoveTeamMember,
        RemovedMember,
        "Remove single member",
        "Teams",
        refusals=(404,),
        operation_id="removeTeamMember",
    ),
    Route(
        "GET",
        "/teams/{teamId}/export",
        "ExportTeam",
        ExportTeam,
        RowsAnswer(
            TeamExport,
            rows="members",
            page="members",
            table=Table(ExportedLine, COLUMNS, lambda asked: asked.format == "csv"),
            file_name="title",
        ),
        "Export team data",
        "Teams",
        **MISSING,
        operation_id="exportTeam",
        description=(
            "All members with their dimensions and Graves values from 0 to 100. CSV is UTF-8 with commas; cells that a spreadsheet "
            "would take for a formula begin with an apostrophe. Anonymised candidates are left out."
        ),
    ),
)
