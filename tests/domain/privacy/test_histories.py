"""The history of one thing: found by it, not among everything that ever happened in the account."""

import re
from typing import Any

import asyncpg
import orjson
from sqlalchemy import insert

from domain.kernel.columns import table_of
from domain.kernel.events import Event
from domain.privacy import dossier
from domain.teams import commands as teams
from tests.domain.kernel.test_listing_indexes import _lines
from tests.domain.privacy.people import Person, live
from tests.domain.privacy.test_dossier import data_of, places_of
from tests.support.world import World

OTHERS = 20_000
"""Events of the same account that are about other things."""


async def crowd(world: World) -> None:
    """Make the account's history long."""
    common = {"account_id": world.account_id, "actor": "system", "request_id": "", "at": world.clock.now(), "facts": {}}
    rows = [{**common, "sequence": 10**6 + number, "type": "invite.expired", "subject": f"inv_o{number}"} for number in range(OTHERS)]
    async with world.work() as uow:
        await uow.session.execute(insert(table_of(Event)), rows)


async def plans(world: World, server: Any, candidate: str) -> list[list[str]]:
    """How the database would find the events about a candidate, statement by statement."""
    found = []
    for statement in dossier._statements("event", len(Event.metadata.tables)):
        made = statement.prepared(world.database.dialect)
        values = made.bind({"account_id": world.account_id, "whom": candidate})
        if server is None:
            async with world.work() as uow:
                connection = await uow.session.connection()
                raw: Any = (await connection.get_raw_connection()).driver_connection
                cursor = await raw.execute(f"EXPLAIN QUERY PLAN {made.text}", values)
                found.append([row[3] for row in await cursor.fetchall()])
        else:
            plan = orjson.loads(await server.fetchval(f"EXPLAIN (FORMAT JSON) {made.text}", *values))
            found.append(list(_lines(plan[0]["Plan"])))
    return found


class TestDossier:
    async def test_reads_the_events_by_what_they_happened_to(self, world: World) -> None:
        """Each way by the index on the subject, as the planner chooses it for a long history."""
        candidate = await live(world, Person(1), 3)
        await crowd(world)
        server = None
        if not world.settings.on_sqlite:
            server = await asyncpg.connect(world.settings.database.render_as_string(hide_password=False))
            await server.execute("ANALYZE")
            await server.execute("SET role centil_reader")
        found = await plans(world, server, candidate)
        if server is not None:
            await server.close()
        assert len(found) == 8
        for plan in found:
            own = [line for line in plan if re.search(r"\bevent\b|ix_event", line)]
            assert own, plan
            assert all("ix_event_subject" in line and "subject" in line for line in own), plan

    async def test_does_not_take_a_team_for_an_attempt_with_the_same_number(self, world: World) -> None:
        """Teams and attempts count from the same number."""
        candidate = await live(world, Person(1), 3)
        async with world.work() as uow:
            team = await teams.create(uow, title="Aside")
        events = places_of(await data_of(world, candidate))["event"]
        assert {row["subject"] for row in events if row["type"].startswith(("attempt.", "result."))} == {str(team)}
        assert not [row for row in events if row["type"].startswith("team.")]

    async def test_has_what_happened_to_the_person_alone(self, world: World) -> None:
        await live(world, Person(2), 4)
        candidate = await live(world, Person(1), 3)
        events = places_of(await data_of(world, candidate))["event"]
        told = [row["type"] for row in events]
        assert [told.count(name) for name in ("candidate.added", "invite.completed", "result.recorded")] == [1, 1, 1]
        assert told == [row["type"] for row in sorted(events, key=lambda row: row["sequence"])]
