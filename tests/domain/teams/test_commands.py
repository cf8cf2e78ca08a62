"""Making, changing, emptying and deleting teams."""

from typing import Any

import pytest

from domain.access import commands as access
from domain.candidates.model import Candidate
from domain.kernel.actor import Actor, ActorKind
from domain.kernel.errors import BadInput, NotFound
from domain.kernel.permissions import EVERYTHING
from tests.domain.invites.acting import news, now_at
from tests.domain.teams.acting import add, change, create, delete, empty, kept, row, size, take_out
from tests.support.crowd import anonymize, gather
from tests.support.world import World


class TestCreate:
    async def test_keeps_what_is_told_and_by_whom(self, world: World) -> None:
        """R-ESC-59."""
        team = await create(world, "  Sales  Team ", subtitle=" Süd ", description="One\r\nTwo ")
        made = await row(world, team)
        assert (made.title, made.sort_title, made.subtitle, made.description) == ("Sales Team", "sales team", "Süd", "One\nTwo")
        assert (made.active, made.created_at, made.updated_at) == (True, world.clock.now(), world.clock.now())
        assert team > 1_000
        [event] = [event for event in await news(world) if event.type.startswith("team.")]
        assert (event.type, event.subject, event.facts) == ("team.created", str(team), {})

    async def test_names_the_key(self, world: World) -> None:
        """People read who made it: the name of the key, whoever used it, also by a token."""
        async with world.work() as uow:
            key = await access.create_key(uow, name="CRM of Sales", permissions=EVERYTHING)
        for kind in (ActorKind.KEY, ActorKind.TOKEN):
            team = await create(world, actor=Actor(kind, world.account_id, EVERYTHING, key.key))
            assert (await row(world, team)).created_by == "CRM of Sales"
        team = await create(world, actor=Actor.system(world.account_id))
        assert (await row(world, team)).created_by == "Centil"

    @pytest.mark.parametrize(
        ("details", "field"),
        [
            ({"title": " "}, "title"),
            ({"title": "x" * 201}, "title"),
            ({"title": "a\x07b"}, "title"),
            ({"subtitle": "x" * 201}, "subtitle"),
            ({"description": "x" * 2001}, "description"),
        ],
    )
    async def test_refuses_what_is_no_text(self, world: World, details: dict[str, Any], field: str) -> None:
        before = await world.rows()
        with pytest.raises(BadInput) as refused:
            await create(world, **{"title": "Sales", **details})
        assert refused.value.fields[0].path == (field,)
        assert await world.rows() == before


class TestUpdate:
    async def test_changes_what_is_given_and_nothing_else(self, world: World) -> None:
        team = await create(world, subtitle="South", description="Old")
        since = await now_at(world)
        world.advance(hours=1)
        await change(world, team, title="Ärzte", subtitle=None, active=False)
        changed = await row(world, team)
        assert (changed.title, changed.sort_title, changed.subtitle, changed.description) == ("Ärzte", "arzte", None, "Old")
        assert (changed.active, changed.updated_at > changed.created_at) == (False, True)
        [event] = await news(world, since)
        assert (event.type, event.facts) == ("team.changed", {"fields": ["active", "subtitle", "title"]})

    async def test_that_changes_nothing_is_no_news(self, world: World) -> None:
        team = await create(world)
        since = await now_at(world)
        world.advance(hours=1)
        assert await change(world, team, title="Sales", active=True) == await change(world, team) == team
        assert await news(world, since) == []
        assert (await row(world, team)).updated_at < world.clock.now()

    @pytest.mark.parametrize("changes", [{"title": None}, {"title": ""}, {"active": None}, {"subtitle": "x" * 201}])
    async def test_refuses_what_a_team_cannot_be(self, world: World, changes: dict[str, Any]) -> None:
        team = await create(world)
        before = await row(world, team)
        with pytest.raises(BadInput):
            await change(world, team, **changes)
        assert await row(world, team) == before


class TestMembers:
    async def test_leave_one_by_one(self, world: World) -> None:
        team, (one, two) = await create(world), await gather(world, 2)
        await add(world, team, one, two)
        assert await take_out(world, team, one) == team
        with pytest.raises(NotFound):
            await take_out(world, team, one)
        assert await size(world, team) == 1

    async def test_leave_all_at_once_and_the_team_stays(self, world: World) -> None:
        """R-ESC-63."""
        team, another = await create(world), await create(world)
        people = await gather(world, 3)
        await add(world, team, *people)
        await add(world, another, *people)
        assert [await empty(world, team), await empty(world, team)] == [3, 0]
        assert await row(world, team) is not None
        assert await size(world, another) == 3
        assert [event.type for event in await news(world)].count("team.members_removed") == 1

    async def test_who_were_anonymised_are_not_counted(self, world: World) -> None:
        """R-ESC-55: they were seen by nobody; what is left of them goes all the same."""
        people = await gather(world, 3)
        teams = [await create(world), await create(world)]
        for team in teams:
            await add(world, team, *people)
        await anonymize(world, people[0])
        with pytest.raises(NotFound):
            await take_out(world, teams[0], people[0])
        assert [await size(world, team) for team in teams] == [2, 2]
        assert [await empty(world, teams[0]), await delete(world, teams[1])] == [2, 2]
        assert await kept(world) == 0


class TestDelete:
    async def test_leaves_the_people(self, world: World) -> None:
        """R-ESC-60."""
        team, another = await create(world), await create(world)
        people = await gather(world, 2)
        for one in (team, another):
            await add(world, one, *people)
        assert await delete(world, team) == 2
        assert await row(world, team) is None
        assert (await kept(world), await world.count(Candidate)) == (2, 2)
        deleted = (await news(world))[-1]
        assert (deleted.type, deleted.facts) == ("team.deleted", {"members": 2})


class TestUnknown:
    async def test_and_foreign_teams_are_not_found(self, world: World) -> None:
        """Q-2."""
        stranger, _ = await world.other_account()
        foreign = await create(world, actor=stranger)
        [person] = await gather(world, 1)
        before = await world.rows()
        for team in (foreign, 999, -1):
            for verb in (change(world, team, title="x"), delete(world, team), empty(world, team), take_out(world, team, person)):
                with pytest.raises(NotFound):
                    await verb
            with pytest.raises(NotFound):
                await add(world, team, person)
        assert await world.rows() == before
