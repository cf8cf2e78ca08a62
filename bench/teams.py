"""Teams as plain tables beside the real ones, the same for all peers: an operation goes through them into the real graph."""

from collections.abc import Collection, Iterator, Sequence
from typing import Annotated, Any

import sqlalchemy as sa
import strawberry

from domain.candidates import queries as candidates
from domain.kernel.permissions import Permission
from domain.kernel.statements import ACCOUNT, Read, Row, any_of, group, statement
from resolvers.candidates import Candidate
from resolvers.context import Context
from resolvers.fields import arg, attribute, edge, graph_type, query

TEAMS, MEMBERS = 50, 40
_TABLES = sa.MetaData()
TEAM = sa.Table(
    "bench_team",
    _TABLES,
    sa.Column("account_id", sa.BigInteger, primary_key=True),
    sa.Column("key", sa.String, primary_key=True),
    sa.Column("name", sa.String, nullable=False),
)
MEMBER = sa.Table(
    "bench_member",
    _TABLES,
    sa.Column("account_id", sa.BigInteger, primary_key=True),
    sa.Column("team_key", sa.String, primary_key=True),
    sa.Column("place", sa.Integer, primary_key=True),
    sa.Column("candidate_key", sa.String, nullable=False),
    sa.Column("match", sa.Float, nullable=False),
)
_FIRST = statement(
    sa.select(TEAM.c.key, TEAM.c.name).where(TEAM.c.account_id == ACCOUNT).order_by(TEAM.c.key).limit(sa.bindparam("limit")), "BenchTeam"
)
_MEMBERS = statement(
    sa.select(MEMBER.c.team_key, MEMBER.c.candidate_key, MEMBER.c.match)
    .where(MEMBER.c.account_id == ACCOUNT, any_of(MEMBER.c.team_key))
    .order_by(MEMBER.c.team_key, MEMBER.c.place),
    "BenchMember",
    keeps=("team_key",),
)


async def _members(read: Read, account_id: int, keys: Collection[str]) -> dict[str, list[Row]]:
    return group(await read(_MEMBERS, account_id=account_id, keys=keys), "team_key")


@graph_type(requires=Permission.CANDIDATES_READ, name="BenchMember", description="Somebody in a team.")
class Member:
    match: float = attribute("How well they fit, in percent.")
    candidate: Candidate = edge(candidates.by_keys, key="candidate_key", description="Who it is.")


@graph_type(requires=Permission.CANDIDATES_READ, name="BenchTeam", description="Some people who work together.")
class Team:
    key: str = attribute("Its key.")
    name: str = attribute("What it is called.")
    members: list[Member] = edge(_members, key="key", description="Who is in it.", otherwise=[])


@strawberry.type
class TeamQuery:
    @query(requires=Permission.CANDIDATES_READ, description="The first teams.")
    async def bench_teams(context: Context, *, first: Annotated[int, arg("How many.")]) -> list[Team]:
        return await context.read(_FIRST, account_id=context.account_id, limit=first)  # type: ignore[return-value]


def extend() -> None:
    """Let this process serve a graph that has teams."""
    from resolvers import schema

    schema.Query = strawberry.type(type("Query", (schema.Query, TeamQuery), {}), description="What can be asked.")


def create(connection: Any) -> None:
    """Make the tables, readable by those who read."""
    for table in _TABLES.sorted_tables:
        connection.execute(str(sa.schema.CreateTable(table)))
        connection.execute(f"GRANT SELECT ON {table.name} TO centil_reader")


def rows(account: int, people: Sequence[tuple[Any, ...]]) -> Iterator[tuple[str, list[str], list[tuple[Any, ...]]]]:
    """The teams of the data set, filled with its first candidates."""
    yield "bench_team", ["account_id", "key", "name"], [(account, _key(team), f"Team {team}") for team in range(TEAMS)]
    members = [
        (account, _key(team), place, people[team * MEMBERS + place][1], (team * 7 + place * 13) % 1000 / 10)
        for team in range(TEAMS)
        for place in range(MEMBERS)
    ]
    yield "bench_member", ["account_id", "team_key", "place", "candidate_key", "match"], members


def _key(team: int) -> str:
    return f"team_{team:026}"
