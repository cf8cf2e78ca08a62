"""The second wall on PostgreSQL (Q-1): what no statement of ours can do, because the database does not let it."""

from pathlib import Path
from typing import Any

import asyncpg
import pytest
from sqlalchemy import exc, select, text

from domain.candidates import commands as candidates
from domain.invites import entries
from domain.invites.model import Invite
from domain.kernel.actor import Actor
from domain.kernel.columns import Entity
from domain.kernel.postgres import READER, WRITER, open_connections
from domain.kernel.statements import Statement
from domain.kernel.work import UnitOfWork
from tests.support.databases import Databases
from tests.support.world import World

OWNED = sorted(table.name for table in Entity.metadata.sorted_tables if "account_id" in table.c)
EVERY_INVITE = Statement(lambda _dialect: select(Invite.account_id), "Invite", "to see what the database holds back")
REFUSED = r"permission denied|must be owner|would be affected by row-level security"


@pytest.fixture
async def peopled(postgres_world: World) -> World:
    """Two accounts with rows of their own."""
    other, _key = await postgres_world.other_account()
    await postgres_world.complete()
    async with postgres_world.work(other) as uow:
        await candidates.find_or_add(uow, email="bert@example.com", name="Bert")
        await entries.request(uow, email="bert@example.com", name="Bert", language="en")
    return postgres_world


async def accounts_in(uow: UnitOfWork, table: str) -> set[int]:
    return {row[0] for row in await uow.session.execute(text(f"SELECT DISTINCT account_id FROM {table}"))}


async def run(world: World, *statements: str) -> list[int]:
    """Run SQL that nobody looked at, as a command could; how many rows each touched."""
    async with world.work() as uow:
        done: list[Any] = [await uow.session.execute(text(statement)) for statement in statements]
    return [one.rowcount for one in done]


class TestEveryTable:
    async def test_of_an_account_is_behind_it(self, postgres_world: World) -> None:
        server = await asyncpg.connect(postgres_world.settings.database.render_as_string(hide_password=False))
        forced = await server.fetch("SELECT relname FROM pg_class WHERE relrowsecurity AND relforcerowsecurity")
        roles = await server.fetch("SELECT rolname, rolsuper OR rolbypassrls AS above FROM pg_roles WHERE rolname LIKE 'centil%'")
        owners = await server.fetch("SELECT DISTINCT tableowner FROM pg_tables WHERE schemaname = 'public'")
        await server.close()
        assert sorted(row["relname"] for row in forced) == OWNED
        assert {row["rolname"]: row["above"] for row in roles} == {WRITER: False, READER: False}
        assert not {row["tableowner"] for row in owners} & {WRITER, READER}


class TestWork:
    async def test_sees_its_own_rows_alone(self, peopled: World) -> None:
        async with peopled.work() as uow:
            for table in OWNED:
                assert await accounts_in(uow, table) <= {peopled.account_id}, table
            assert await accounts_in(uow, "candidate") == {peopled.account_id}

    async def test_of_nobody_sees_nothing(self, peopled: World) -> None:
        async with peopled.database.work(Actor.anonymous()) as uow:
            for table in OWNED:
                assert await accounts_in(uow, table) == set(), table

    async def test_leaves_nothing_set_for_the_next(self, peopled: World) -> None:
        """Works one after another share a connection."""
        assert peopled.database.engine.pool.checkedin() == 1  # type: ignore[attr-defined]
        async with peopled.database.work(Actor.anonymous()) as uow:
            assert await accounts_in(uow, "invite") == set()

    async def test_does_not_touch_rows_of_others(self, peopled: World) -> None:
        changes = (
            "UPDATE candidate SET name = 'x'",
            "DELETE FROM candidate WHERE name = 'Bert'",
            "DELETE FROM entry",
            "UPDATE account SET type = 'x'",
        )
        assert await run(peopled, *changes) == [1, 0, 0, 1]

    async def test_cannot_write_rows_of_others(self, peopled: World) -> None:
        other = peopled.account_id + 2
        for change in (
            f"INSERT INTO event_sequence (account_id, last) VALUES ({other + 100}, 1)",
            f"UPDATE candidate SET account_id = {other}",
            f"INSERT INTO credit_entry (account_id, key, kind, amount, reference, at) VALUES ({other}, 'k', 'grant', 1, 'r', now())",
        ):
            with pytest.raises(exc.DBAPIError, match="violates row-level security policy"):
                await run(peopled, change)

    async def test_cannot_leave_the_wall(self, peopled: World) -> None:
        for change in (
            "SET LOCAL row_security = off",
            "ALTER TABLE invite DISABLE ROW LEVEL SECURITY",
            "DROP POLICY own_account ON invite",
            "TRUNCATE event",
        ):
            with pytest.raises(exc.DBAPIError, match=REFUSED):
                await run(peopled, change, "SELECT 1 FROM invite")


class TestReads:
    async def test_cannot_write(self, postgres_world: World) -> None:
        dsn = postgres_world.settings.database.render_as_string(hide_password=False)
        connections = await open_connections(dsn, size=1, statement_timeout=5)
        connection = await connections.take()
        for change in (
            "UPDATE invite SET name = 'x'",
            "DELETE FROM entry",
            "INSERT INTO event_sequence VALUES (1, 1)",
            "SELECT nextval('attempt_number')",
        ):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await connection.execute(change)
        connections.give(connection)
        await connections.close()

    async def test_are_held_by_their_statements_alone(self, peopled: World) -> None:
        assert [row.account_id for row in await peopled.database.read()(EVERY_INVITE)] == [peopled.account_id]

    async def test_stand_behind_the_wall_too_when_asked(self, databases: Databases, tmp_path: Path) -> None:
        """`CENTIL_RLS=all`."""
        with databases.copy("postgresql", tmp_path) as url:
            world = await World.open(url, tmp_path, rls="all")
            other, _key = await world.other_account()
            await world.invite()
            forgetful = Statement(lambda _dialect: select(Invite.account_id), "Row", "does not ask for an account")
            assert len(await world.database.read()(forgetful, account_id=other.account_id)) == 1, "a statement that may cross accounts"
            forgetful.unscoped = None
            assert len(await world.database.read()(forgetful, account_id=world.account_id)) == 1
            assert await world.database.read()(forgetful, account_id=other.account_id) == []
            await world.close()
