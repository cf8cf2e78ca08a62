"""Teams: groups of people by what they completed, and how they are changed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

import strawberry

from domain.candidates import queries as candidates
from domain.invites import queries as invites
from domain.invites.status import Origin
from domain.kernel.paging import Page
from domain.kernel.permissions import Permission
from domain.kernel.spreadsheets import Delimiter
from domain.matching.coverage_queries import coverages
from domain.reports import queries as reports
from domain.results import queries as results
from domain.teams import commands, export, joining, queries
from domain.teams.export import Format
from domain.teams.joining import Joined
from resolvers import ids
from resolvers.compositions import COVERAGE, TeamComposition, TeamCoverage, compositions
from resolvers.context import Context
from resolvers.downloads import Download
from resolvers.enums import PersonOrder, graph_enum
from resolvers.fields import Connection, Info, arg, attribute, batched, computed, connection, edge, graph_type, listing, mutation, query
from resolvers.inputs import defaulted, optional, required
from resolvers.inputs import given as given_in
from resolvers.nodes import Node, findable
from resolvers.problems import read_by
from resolvers.scalars import BigInt
from resolvers.team_reports import TeamReport

if TYPE_CHECKING:
    from resolvers.attempts import Attempt
    from resolvers.candidates import Candidate
    from resolvers.results import Result

READ, WRITE = Permission.TEAMS_READ, Permission.TEAMS_WRITE
WHICH = "The team's number, or its id."


class TeamOrder(Enum):
    NEWEST = "newest"
    TITLE = "title"


graph_enum(
    TeamOrder,
    name="TeamOrder",
    description="In which order teams are given.",
    values={TeamOrder.NEWEST: "Newest first.", TeamOrder.TITLE: "By title, without regard to case and accents."},
)
graph_enum(
    Joined,
    name="AddedTeamMemberStatus",
    description="What became of somebody who was to join a team.",
    values={
        Joined.ADDED: "Now a member.",
        Joined.ALREADY_MEMBER: "Was a member before, or was named twice.",
        Joined.NOT_FOUND: "No such attempt or invite in this account, or the person was anonymised, or the invite was canceled.",
        Joined.NOT_COMPLETED: "Not completed yet; only completed attempts can be members.",
    },
)
graph_enum(
    Format,
    name="ExportFormat",
    description="As what kind of file.",
    values={
        Format.CSV: "A table in UTF-8 that begins with a byte order mark, so that spreadsheets read it as such; one line a member.",
        Format.JSON: "One object with a list of members.",
    },
)
graph_enum(
    Delimiter,
    name="CsvDelimiter",
    description="What stands between the cells of a CSV file.",
    values={
        Delimiter.COMMA: "Commas; decimals with a point: `5.3`.",
        Delimiter.SEMICOLON: "Semicolons; decimals with a comma: `5,3`. What a German Excel opens by a double click.",
    },
)


@graph_type(requires=READ, description="One completed attempt in one team; a person is there by each of their attempts that was added.")
class TeamMember:
    added_at: datetime = attribute("When it was added.")
    attempt: Annotated["Attempt", strawberry.lazy("resolvers.attempts")] = edge(
        invites.attempts_by_id, key="attempt_id", description="The attempt."
    )
    result: Annotated["Result", strawberry.lazy("resolvers.results")] = edge(
        results.by_attempt, key="attempt_id", description="What it measured."
    )
    candidate: Annotated["Candidate", strawberry.lazy("resolvers.candidates")] = edge(
        candidates.by_keys, key="candidate_key", description="Who took it."
    )


async def _members(context: Context, keys: Sequence[Any], window: Any, order: str, _given: Any) -> dict[Any, Page]:
    return await queries.members(context.read, context.account_id, keys, window, order=order)


@graph_type(
    requires=READ, description="A group of people, put together from their completed attempts; anonymised people are in none any more."
)
class Team(Node):
    id: strawberry.ID = computed(ids.encoder("Team"), columns=("team_id",), description="Opaque id.")
    key: BigInt = computed(int, columns=("team_id",), description="Its number.")
    title: str = attribute("What it is called.")
    subtitle: str | None = attribute("A second line below the title.")
    description: str | None = attribute("What it is for, in the account's own words.")
    active: bool = attribute("Whether it is in use; false once it was put aside.")
    created_at: datetime = attribute("When it was made.")
    created_by: str = attribute("The name of the API key that it was made with; `Centil` when the product itself made it.")
    updated_at: datetime = attribute("When title, subtitle, description or `active` changed last.")
    read_at: datetime = computed(lambda context: context.now, columns=(), context=True, description="The moment of this very answer.")
    members: Connection[TeamMember] = connection(
        _members, of=TeamMember, key="team_id", order=PersonOrder, default=PersonOrder.NEWEST, description="Who is in it."
    )

    reports: list[TeamReport] = edge(
        reports.by_team,
        key="team_id",
        otherwise=(),
        description="Its reports that were asked for, one for each focus and language.",
    )

    @batched("How many members it has.")
    async def member_count(parents: Sequence[Any], context: Context) -> list[int]:
        counts = await queries.member_counts(context.read, context.account_id, _numbers(parents))
        return [counts.get(parent.team_id, 0) for parent in parents]

    @batched("What it is made up of: every scale, the Graves values, Wir/Ich. A person counts once, by their latest result in the team.")
    async def composition(parents: Sequence[Any], context: Context) -> list[TeamComposition]:
        found = await compositions(context, _numbers(parents))
        return [found[parent.team_id] for parent in parents]  # type: ignore[misc]

    @batched(
        "How well it covers a job profile; null when there is no such profile. A person counts once, by their latest result in the team.",
        weight=COVERAGE,
    )
    async def coverage(
        parents: Sequence[Any], context: Context, *, job_profile: Annotated[strawberry.ID, arg("The key of the job profile, or its id.")]
    ) -> list[TeamCoverage | None]:
        profile = ids.key_of("JobProfile", job_profile)
        found = await coverages(context.read, context.account_id, _numbers(parents), profile)
        return [found.get(parent.team_id) for parent in parents]  # type: ignore[misc]

    @batched("A link to all members with their results, as a file. Needs `candidates:read` and `results:read` as well, for that is in it.")
    async def export(
        parents: Sequence[Any],
        context: Context,
        *,
        format: Annotated[Format, arg("As what kind of file.")] = Format.CSV,
        delimiter: Annotated[Delimiter, arg("For CSV: what stands between the cells.")] = Delimiter.COMMA,
    ) -> list[Download]:
        context.require(Permission.CANDIDATES_READ, Permission.RESULTS_READ)
        made = (context.environment, context.now, context.account_id)
        return [export.link(*made, parent.team_id, format=format, delimiter=delimiter) for parent in parents]  # type: ignore[misc]


def _numbers(parents: Sequence[Any]) -> list[int]:
    return list(dict.fromkeys(parent.team_id for parent in parents))


@dataclass(frozen=True, slots=True)
class Entry:
    """What became of one of those who were to join."""

    graph_type: ClassVar[str] = "AddedTeamMember"
    asked: str
    by_invite: bool
    attempt_key: int | None
    status: Joined


@dataclass(frozen=True, slots=True)
class Changed:
    """What a verb did to the members of a team, tagged for the type of the graph that shows it."""

    team_id: int
    entries: tuple[Entry, ...] = ()
    count: int = 0


@dataclass(frozen=True, slots=True)
class Added(Changed):
    graph_type: ClassVar[str] = "AddedTeamMembers"


@dataclass(frozen=True, slots=True)
class Removed(Changed):
    graph_type: ClassVar[str] = "RemovedTeamMembers"


@dataclass(frozen=True, slots=True)
class Deleted(Changed):
    graph_type: ClassVar[str] = "DeletedTeam"


@graph_type(requires=READ, description="What became of one who was to join a team.")
class AddedTeamMember:
    asked: str = attribute("The number, key or id that was given.")
    by_invite: bool = attribute("Whether it was given as an invite.")
    attempt_key: BigInt | None = attribute("The number of the attempt; null where none was found.")
    status: Joined = attribute("What became of it.")


@graph_type(requires=READ, description="What came of adding members to a team.")
class AddedTeamMembers:
    team: Team = edge(queries.by_id, key="team_id", description="The team as it is now.")
    entries: list[AddedTeamMember] = attribute("One for each that was given: attempts first, then invites, in their order. At most 1,000.")
    added_count: int = computed(
        lambda entries: sum(entry.status is Joined.ADDED for entry in entries), columns=("entries",), description="How many were added."
    )
    skipped_count: int = computed(
        lambda entries: sum(entry.status is not Joined.ADDED for entry in entries),
        columns=("entries",),
        description="How many were not added, for whatever reason.",
    )


@graph_type(requires=READ, description="What came of taking members out of a team.")
class RemovedTeamMembers:
    team: Team = edge(queries.by_id, key="team_id", description="The team as it is now.")
    count: int = attribute("How many members were taken out.")


@graph_type(requires=READ, description="A team that is no more; its people are as they were.")
class DeletedTeam:
    key: BigInt = computed(int, columns=("team_id",), description="Its number.")
    members_removed: int = computed(int, columns=("count",), description="How many members it had.")


@strawberry.input(description="Which teams.")
class TeamFilter:
    active: bool | None = defaulted("Those in use, or those that were put aside.", None)
    text: str | None = defaulted("Those whose title contains this, without regard to case and accents.", None)


@strawberry.input(description="What a new team is to be.")
class CreateTeamInput:
    title: str = required("What to call it; at most 200 characters.")
    subtitle: str | None = defaulted("A second line below the title; at most 200 characters.", None)
    description: str | None = defaulted("What it is for; at most 2,000 characters.", None)


@strawberry.input(description="What to change about a team; what is left out stays, null takes a subtitle or description away.")
class UpdateTeamInput:
    key: strawberry.ID = required(WHICH)
    title: str | None = optional("What to call it.")
    subtitle: str | None = optional("A second line below the title.")
    description: str | None = optional("What it is for.")
    active: bool | None = optional("False puts it aside, true takes it back into use.")


@strawberry.input(description="Which team to delete.")
class DeleteTeamInput:
    key: strawberry.ID = required(WHICH)


@strawberry.input(
    description="Who is to join a team: at most 1,000 at a time. A team has at most 10,000 members, a person is in at most 100."
)
class AddTeamMembersInput:
    key: strawberry.ID = required(WHICH)
    attempts: list[strawberry.ID] = strawberry.field(description="Completed attempts, by number or id.", default_factory=list)
    invites: list[strawberry.ID] = strawberry.field(description="Completed invites, by key or id.", default_factory=list)
    origin: list[Origin] | None = defaulted("Invites that came through another door are not found; left out: through any.", None)


@strawberry.input(description="Who is to leave a team.")
class RemoveTeamMemberInput:
    key: strawberry.ID = required(WHICH)
    attempt: strawberry.ID = required("The member's attempt, by number or id.")


@strawberry.input(description="Which team is to be emptied.")
class RemoveAllTeamMembersInput:
    key: strawberry.ID = required(WHICH)


@strawberry.type
class TeamQuery:
    @query(requires=READ, description="One team; null when there is no such number.")
    async def team(context: Context, *, key: Annotated[strawberry.ID, arg(WHICH)]) -> Team | None:
        number = ids.number_of("Team", key)
        return (await queries.by_id(context.read, context.account_id, [number])).get(number)  # type: ignore[return-value]

    teams: Connection[Team] = listing(
        lambda context, window, order, given: queries.page(context.read, context.account_id, window, order=order, given=given),
        of=Team,
        requires=READ,
        order=TeamOrder,
        default=TeamOrder.NEWEST,
        filter=TeamFilter,
        description="The account's teams.",
    )


async def _as_is(_context: Context, made: Any) -> Any:
    return made


@strawberry.type
class TeamMutation:
    @mutation(requires=WRITE, answers=Team, then=read_by(queries.by_id), description="Make a team without members.")
    async def create_team(self, info: Info, input: Annotated[CreateTeamInput, arg("What it is to be.")]) -> int:
        return await commands.create(info.context.work, **given_in(input))

    @mutation(requires=WRITE, answers=Team, then=read_by(queries.by_id), description="Change a team, or put it aside.")
    async def update_team(self, info: Info, input: Annotated[UpdateTeamInput, arg("What to change.")]) -> int:
        return await commands.update(info.context.work, ids.number_of("Team", input.key), given_in(input, "key"))

    @mutation(requires=WRITE, answers=DeletedTeam, then=_as_is, description="Delete a team for good; its people stay.")
    async def delete_team(self, info: Info, input: Annotated[DeleteTeamInput, arg("Which one.")]) -> Deleted:
        number = ids.number_of("Team", input.key)
        return Deleted(number, count=await commands.remove(info.context.work, number))

    @mutation(
        requires=WRITE,
        answers=AddedTeamMembers,
        then=_as_is,
        description="Add completed attempts to a team; each is told what became of it. When nobody valid is given, nothing is done.",
    )
    async def add_team_members(self, info: Info, input: Annotated[AddTeamMembersInput, arg("Who is to join which team.")]) -> Added:
        number = ids.number_of("Team", input.key)
        told = await joining.add_members(
            info.context.work,
            number,
            attempts=[ids.number_of("Attempt", key) for key in input.attempts],
            invites=[ids.key_of("Invite", key) for key in input.invites],
            origins=input.origin or joining.ANY_ORIGIN,
        )
        asked = [*((str(key), False) for key in input.attempts), *((str(key), True) for key in input.invites)]
        return Added(number, tuple(Entry(*given, entry.attempt_id, entry.status) for given, entry in zip(asked, told, strict=True)))

    @mutation(requires=WRITE, answers=RemovedTeamMembers, then=_as_is, description="Take one member out of a team.")
    async def remove_team_member(self, info: Info, input: Annotated[RemoveTeamMemberInput, arg("Who, from which team.")]) -> Removed:
        number = ids.number_of("Team", input.key)
        await commands.remove_member(info.context.work, number, ids.number_of("Attempt", input.attempt))
        return Removed(number, count=1)

    @mutation(requires=WRITE, answers=RemovedTeamMembers, then=_as_is, description="Take all members out of a team; the team stays.")
    async def remove_all_team_members(self, info: Info, input: Annotated[RemoveAllTeamMembersInput, arg("Which team.")]) -> Removed:
        number = ids.number_of("Team", input.key)
        return Removed(number, count=await commands.remove_all_members(info.context.work, number))


findable("Team", READ, queries.by_id, number=True)
