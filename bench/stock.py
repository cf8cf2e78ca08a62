"""A peer: Strawberry as its documentation shows it, with data loaders and ORM objects."""

import os
from collections import defaultdict
from collections.abc import Callable
from datetime import datetime
from enum import Enum
from typing import Any

import strawberry
from aiodataloader import DataLoader
from aiohttp import web
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, aliased
from sqlalchemy.sql import func
from strawberry.aiohttp.views import GraphQLView
from strawberry.schema.config import StrawberryConfig

from bench.teams import MEMBER, TEAM
from domain.candidates.model import Candidate as CandidateRow
from domain.invites.model import Invite as InviteRow
from domain.invites.status import derived
from domain.results.model import Result as ResultRow
from resolvers.scalars import SCALARS

ACCOUNT = int(os.environ["ACCOUNT"])
Language = strawberry.enum(Enum("Language", {"EN": "en", "DE": "de"}))
InviteStatus = strawberry.enum(
    Enum("InviteStatus", {name: name.lower() for name in ("PENDING", "STARTED", "COMPLETED", "EXPIRED", "CANCELED")})
)
Origin = strawberry.enum(Enum("Origin", {"DIRECT": "direct", "OPEN_LINK": "open_link"}))


class View(GraphQLView[Any, Any]):
    """Gives each request loaders of its own; the database is asked in a session a query."""

    async def get_context(self, request: web.Request, response: web.StreamResponse) -> Any:
        return {"sessions": request.app[SESSIONS], "loaders": {}}


SESSIONS: web.AppKey[Any] = web.AppKey("sessions", object)


def loader(info: strawberry.Info, model: Any, order: Any, first: int) -> DataLoader[str, list[Any]]:
    """The loader of the first few rows of each candidate."""
    name = (model, first)

    async def batch(keys: list[str]) -> list[list[Any]]:
        place = func.row_number().over(partition_by=model.candidate_key, order_by=order).label("place")
        inner = select(model, place).where(model.account_id == ACCOUNT, model.candidate_key.in_(keys)).subquery()
        found = aliased(model, inner)
        async with info.context["sessions"]() as session:
            rows = (await session.execute(select(found).where(inner.c.place <= first).order_by(inner.c.place))).scalars()
        groups: dict[str, list[Any]] = defaultdict(list)
        for row in rows:
            groups[row.candidate_key].append(row)
        return [groups[key] for key in keys]

    if name not in info.context["loaders"]:
        info.context["loaders"][name] = DataLoader(batch)
    found: DataLoader[str, list[Any]] = info.context["loaders"][name]
    return found


@strawberry.type
class ScaleScore:
    raw_percent: float | None
    c_value: float | None


@strawberry.type
class Result:
    norm_version: int
    row: strawberry.Private[Any]

    @strawberry.field
    def scales(self) -> list[ScaleScore]:
        return [ScaleScore(raw_percent=raw / 10, c_value=c / 10) for raw, c in zip(self.row.raw_tenths, self.row.c_tenths, strict=True)]


@strawberry.type
class ResultConnection:
    nodes: list[Result]


@strawberry.type
class Invite:
    key: str
    status: InviteStatus  # type: ignore[valid-type]
    origin: Origin  # type: ignore[valid-type]
    email: str
    name: str
    language: Language  # type: ignore[valid-type]
    label: str | None
    send_email: bool
    reminders: int
    created_at: datetime
    expires_at: datetime
    completed_at: datetime | None


@strawberry.type
class InviteConnection:
    nodes: list[Invite]


@strawberry.type
class Candidate:
    key: str
    name: str
    email: str | None
    language: Language | None  # type: ignore[valid-type]
    protected: bool
    created_at: datetime

    @strawberry.field
    async def invites(self, info: strawberry.Info, first: int) -> InviteConnection:
        rows = await loader(info, InviteRow, InviteRow.created_at.desc(), first).load(self.key)
        return InviteConnection(nodes=[invite(row) for row in rows])

    @strawberry.field
    async def results(self, info: strawberry.Info, first: int) -> ResultConnection:
        rows = await loader(info, ResultRow, ResultRow.completed_at.desc(), first).load(self.key)
        return ResultConnection(nodes=[Result(norm_version=row.norm_version, row=row) for row in rows])


@strawberry.type
class CandidateConnection:
    nodes: list[Candidate]


def invite(row: InviteRow) -> Invite:
    status = derived(row.status, row.expires_at, datetime.now(row.expires_at.tzinfo))
    copied = ("key", "email", "name", "label", "send_email", "reminders", "created_at", "expires_at", "completed_at")
    return Invite(
        **{name: getattr(row, name) for name in copied},
        status=InviteStatus(status.value),
        origin=Origin(row.origin),
        language=Language(row.language),
    )


def candidate(row: CandidateRow) -> Candidate:
    copied = ("key", "name", "email", "protected", "created_at")
    return Candidate(**{name: getattr(row, name) for name in copied}, language=Language(row.language) if row.language else None)


async def rows_of(info: strawberry.Info, statement: Any, make: Callable[[Any], Any]) -> list[Any]:
    async with info.context["sessions"]() as session:
        return [make(row) for row in (await session.execute(statement)).scalars()]


class _Plain(DeclarativeBase):
    """The tables of teams as entities."""


class TeamRow(_Plain):
    __table__ = TEAM


class MemberRow(_Plain):
    __table__ = MEMBER


@strawberry.type
class Member:
    match: float
    row: strawberry.Private[Any]

    @strawberry.field
    async def candidate(self, info: strawberry.Info) -> Candidate:
        async def batch(keys: list[str]) -> list[Any]:
            wanted = select(CandidateRow).where(CandidateRow.account_id == ACCOUNT, CandidateRow.key.in_(keys))
            found = {made.key: made for made in await rows_of(info, wanted, candidate)}
            return [found[key] for key in keys]

        return await _once(info, "people", batch).load(self.row.candidate_key)  # type: ignore[no-any-return]


@strawberry.type
class Team:
    key: str
    name: str

    @strawberry.field
    async def members(self, info: strawberry.Info) -> list[Member]:
        async def batch(keys: list[str]) -> list[Any]:
            wanted = select(MemberRow).where(MemberRow.account_id == ACCOUNT, MemberRow.team_key.in_(keys)).order_by(MemberRow.place)
            groups: dict[str, list[Member]] = defaultdict(list)
            for row in await rows_of(info, wanted, lambda row: row):
                groups[row.team_key].append(Member(match=row.match, row=row))
            return [groups[key] for key in keys]

        return await _once(info, "members", batch).load(self.key)  # type: ignore[no-any-return]


def _once(info: strawberry.Info, name: str, batch: Any) -> Any:
    if name not in info.context["loaders"]:
        info.context["loaders"][name] = DataLoader(batch)
    return info.context["loaders"][name]


@strawberry.type
class Query:
    @strawberry.field
    async def teams(self, info: strawberry.Info, first: int) -> list[Team]:
        wanted = select(TeamRow).where(TeamRow.account_id == ACCOUNT).order_by(TeamRow.key).limit(first)
        return await rows_of(info, wanted, lambda row: Team(key=row.key, name=row.name))

    @strawberry.field
    async def candidate(self, info: strawberry.Info, key: strawberry.ID) -> Candidate | None:
        found = await rows_of(info, select(CandidateRow).where(CandidateRow.account_id == ACCOUNT, CandidateRow.key == key), candidate)
        return found[0] if found else None

    @strawberry.field
    async def candidates(self, info: strawberry.Info, first: int) -> CandidateConnection:
        newest = select(CandidateRow).where(CandidateRow.account_id == ACCOUNT).order_by(CandidateRow.created_at.desc()).limit(first)
        return CandidateConnection(nodes=await rows_of(info, newest, candidate))

    @strawberry.field
    async def invites(self, info: strawberry.Info, first: int) -> InviteConnection:
        newest = select(InviteRow).where(InviteRow.account_id == ACCOUNT).order_by(InviteRow.created_at.desc()).limit(first)
        return InviteConnection(nodes=await rows_of(info, newest, invite))


def main() -> None:
    engine = create_async_engine(
        os.environ["DATABASE_URL"].replace("postgresql://", "postgresql+asyncpg://"), pool_size=int(os.environ["POOL"])
    )
    app = web.Application()
    app[SESSIONS] = async_sessionmaker(engine, class_=AsyncSession, expire_on_commit=False)
    schema = strawberry.Schema(Query, config=StrawberryConfig(scalar_map=SCALARS))
    app.router.add_route("*", "/graphql", View(schema=schema, graphql_ide=None))
    import uvloop

    web.run_app(app, host="127.0.0.1", port=int(os.environ["PORT"]), print=None, access_log=None, loop=uvloop.new_event_loop())


if __name__ == "__main__":
    main()
