"""Who joins a team: what became of each entry, how many there can be, and what comes at the same time."""

from typing import Any

import pytest

from domain.invites import commands
from domain.invites.status import Origin
from domain.kernel.errors import BadInput, NotFound
from domain.teams import joining
from domain.teams.errors import InTooManyTeams, NobodyToAdd, TeamFull
from tests.domain.at_once import all_at_once, failures, held_up
from tests.domain.invites.acting import cancel, news
from tests.domain.teams.acting import add, create, delete, empty, kept, row, size, take_out
from tests.support.crowd import FIRST, anonymize, candidate_key, gather
from tests.support.world import World


class TestEntries:
    async def test_are_each_told_what_became_of_them(self, world: World) -> None:
        """R-ESC-61."""
        team = await create(world)
        one, two = await gather(world, 2)
        invite, three = await world.complete()
        pending = await world.invite("pending@example.com")
        begun = await world.begin(await world.invite("begun@example.com"))
        canceled = await world.invite("canceled@example.com")
        await cancel(world, canceled)
        assert await add(world, team, one) == ["added"]
        attempts = (one, two, two, begun, 999, -1)
        told = await add(world, team, *attempts, invites=[invite, invite, pending, canceled, "inv_unknown"])
        assert told == [
            "already_member",
            "added",
            "already_member",
            "not_completed",
            "not_found",
            "not_found",
            *("added", "already_member", "not_completed", "not_found", "not_found"),
        ]
        assert await size(world, team) == 3
        facts = [event.facts for event in await news(world) if event.type == "team.members_added"]
        assert facts == [{"attempts": [one]}, {"attempts": [two, three]}]

    async def test_name_attempts_also_by_their_invites(self, world: World) -> None:
        team = await create(world)
        invite, attempt = await world.complete()
        async with world.work() as uow:
            told = await joining.add_members(uow, team, attempts=[attempt, 5], invites=[invite, "inv_5"])
        assert [(entry.attempt_id, entry.status.value) for entry in told] == [
            (attempt, "added"),
            (None, "not_found"),
            (attempt, "already_member"),
            (None, "not_found"),
        ]

    async def test_of_people_who_were_anonymised_are_not_found(self, world: World) -> None:
        """R-ESC-55."""
        team, (one, two) = await create(world), await gather(world, 2)
        await anonymize(world, one)
        assert await add(world, team, one, two, invites=[f"inv_{one}"]) == ["not_found", "added", "not_found"]

    async def test_of_another_door_are_not_found_when_doors_are_named(self, world: World) -> None:
        team = await create(world)
        async with world.work() as uow:
            entered = await commands.issue(uow, Origin.OPEN_LINK, email="open@example.com", name="")
        async with world.work() as uow:
            with pytest.raises(NobodyToAdd):
                await joining.add_members(uow, team, invites=[entered], origins=[Origin.DIRECT])

    async def test_of_another_account_are_not_found(self, world: World) -> None:
        """Q-2."""
        people = await gather(world, 2)
        stranger, _ = await world.other_account()
        team = await create(world, actor=stranger)
        before = await world.rows()
        with pytest.raises(NobodyToAdd):
            await add(world, team, *people, invites=[f"inv_{people[0]}"], actor=stranger)
        assert await world.rows() == before


class TestNobody:
    async def test_valid_is_refused_and_nothing_happens(self, world: World) -> None:
        """R-ESC-62."""
        team = await create(world)
        begun = await world.begin(await world.invite())
        before, since = await world.rows(), len(await news(world))
        for attempts, invites in (((), ()), ((999,), ()), ((begun,), ("inv_unknown",))):
            with pytest.raises(NobodyToAdd) as refused:
                await add(world, team, *attempts, invites=invites)
            assert isinstance(refused.value, BadInput)
        assert (await world.rows(), len(await news(world))) == (before, since)

    async def test_new_is_no_refusal(self, world: World) -> None:
        team, (one,) = await create(world), await gather(world, 1)
        await add(world, team, one)
        since = len(await news(world))
        assert await add(world, team, one, 999) == ["already_member", "not_found"]
        assert len(await news(world)) == since


class TestLimits:
    async def test_hold_for_one_call(self, world: World) -> None:
        team = await create(world)
        with pytest.raises(BadInput, match="At most 1000 entries"):
            await add(world, team, *range(joining.MOST_AT_ONCE), invites=["inv_1"])

    async def test_hold_for_a_team(self, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
        """Q-7: all or nobody; also when many fill the last places at once."""
        monkeypatch.setattr(joining, "MOST_MEMBERS", 5)
        team, people = await create(world), await gather(world, 12)
        await add(world, team, *people[:3])
        with pytest.raises(TeamFull) as refused:
            await add(world, team, *people[3:6])
        assert refused.value.details == {"limit": 5}
        assert await size(world, team) == 3
        outcomes = await all_at_once(add(world, team, person) for person in people[3:])
        assert failures(outcomes) == ["TeamFull"] * 7
        assert await size(world, team) == 5

    async def test_hold_for_a_person(self, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
        """Q-7: teams of a person are a list without pages; several attempts of one in a team are one."""
        monkeypatch.setattr(joining, "MOST_TEAMS", 3)
        people, teams = await gather(world, 2), [await create(world, f"Team {number}") for number in range(8)]
        outcomes = await all_at_once(add(world, team, *people) for team in teams)
        assert failures(outcomes) == ["InTooManyTeams"] * 5
        full = [team for team in teams if await size(world, team)]
        assert len(full) == 3
        with pytest.raises(InTooManyTeams) as refused:
            await add(world, next(team for team in teams if team not in full), people[0])
        assert refused.value.details == {"limit": 3}
        assert candidate_key(FIRST) in refused.value.message
        assert await take_out(world, full[0], people[0])
        assert await add(world, full[0], people[0]) == ["added"]


class TestAtOnce:
    async def test_twenty_times_the_same_is_one_member(self, world: World) -> None:
        team, (one,) = await create(world), await gather(world, 1)
        outcomes: list[Any] = await all_at_once(add(world, team, one) for _ in range(20))
        assert sorted(outcomes) == [["added"], *[["already_member"]] * 19]
        assert await kept(world) == 1

    async def test_twenty_removals_of_one_remove_it_once(self, world: World) -> None:
        team, (one,) = await create(world), await gather(world, 1)
        await add(world, team, one)
        outcomes = await all_at_once(take_out(world, team, one) for _ in range(20))
        assert failures(outcomes) == ["NotFound"] * 19
        outcomes = await all_at_once(empty(world, team) for _ in range(5))
        assert outcomes == [0] * 5

    async def test_adding_and_deleting_leave_no_member_without_a_team(self, world: World) -> None:
        people = await gather(world, 4)
        for _ in range(3):
            team = await create(world)
            outcomes = await all_at_once([*(add(world, team, person) for person in people), delete(world, team)])
            deleted = outcomes.pop()
            added = [outcome for outcome in outcomes if outcome == ["added"]]
            assert deleted == len(added)
            assert all(outcome == ["added"] or isinstance(outcome, NotFound) for outcome in outcomes)
            assert (await kept(world), await row(world, team)) == (0, None)

    async def test_who_comes_while_a_team_is_deleted_waits_for_the_end(self, world: World) -> None:
        from domain.teams import commands as teams

        team, (one,) = await create(world), await gather(world, 1)
        async with world.work() as uow:
            await teams.remove(uow, team)
            await uow.flush()
            waiting = await held_up(world, add(world, team, one))
        [outcome] = await all_at_once([waiting])  # type: ignore[list-item]
        assert isinstance(outcome, NotFound)
        assert await kept(world) == 0

    async def test_teams_with_the_same_people_are_filled_together(self, world: World) -> None:
        """People are locked in one order, so that nobody waits in a circle."""
        people = await gather(world, 30)
        teams = [await create(world, f"Team {number}") for number in range(6)]
        outcomes = await all_at_once(add(world, team, *(people if number % 2 else reversed(people))) for number, team in enumerate(teams))
        assert failures(outcomes) == []
        assert [await size(world, team) for team in teams] == [30] * 6
