"""Taking part by the account's open link: ask, confirm, begin."""

from typing import Any

import pytest

from domain.candidates import commands as candidates
from domain.candidates import queries as people
from domain.candidates.model import Candidate
from domain.invites import attempts, entries, queries
from domain.invites.errors import LinkClosed, LinkNotValid, TooManyEntries
from domain.invites.model import Entry, Invite
from domain.kernel.actor import Actor
from domain.kernel.errors import BadInput
from domain.kernel.jobs import JOBS
from tests.domain.at_once import all_at_once, failures
from tests.domain.invites.acting import ask, confirm, drain, invite_row, news, now_at, standing
from tests.support.world import World, some_answers


class TestRequest:
    async def test_changes_nothing_about_a_known_person(self, world: World) -> None:
        """Anybody can type anybody's address."""
        async with world.work() as uow:
            key = await candidates.find_or_add(uow, email="anna@example.com", name="Anna Berg")
        since = await now_at(world)
        entry = await ask(world, " ANNA@example.com", "Mallory")
        assert (await people.by_keys(world.database.read(), world.account_id, [key]))[key].name == "Anna Berg"
        assert (await world.count(Candidate), await world.count(Invite), await world.count(Entry)) == (1, 0, 1)
        assert [(row.type, row.subject, row.actor) for row in await news(world, since)] == [("entry.requested", entry, "system")]
        assert world.jobs.due == [("invites.send_entry", world.account_id, (entry,))]

    async def test_is_refused_without_a_name_and_an_address_or_credits(self, world: World) -> None:
        """An account that anybody can register is no way to send mail to strangers."""
        before = await standing(world)
        names = ["", " \t", "a\x00", "a" * 201, "win at www.example.com"]
        for wrong in ({"email": "nope"}, *({"name": name} for name in names)):
            with pytest.raises(BadInput):
                await ask(world, **wrong)
        assert await standing(world) == before
        await drain(world, left=0)
        before = await standing(world)
        with pytest.raises(LinkClosed) as refused:
            await ask(world)
        assert refused.value.details == {}
        assert await standing(world) == before

    async def test_mails_an_address_once_in_ten_minutes_however_many_ask_at_once(self, world: World) -> None:
        """Q-7: nobody's inbox is filled by others."""
        outcomes = await all_at_once(ask(world, name=f"Anna {number}") for number in range(10))
        assert failures(outcomes) == ["TooManyEntries"] * 9
        assert await ask(world, "somebody.else@example.com")
        world.advance(minutes=9, seconds=59.999)
        before = await standing(world)
        with pytest.raises(TooManyEntries) as refused:
            await ask(world, "anna@EXAMPLE.com")
        assert refused.value.retry_after == 1
        assert await standing(world) == before
        world.advance(seconds=0.001)
        assert await ask(world)
        assert len(world.jobs.due) == await world.count(Entry) == 3

    async def test_mails_so_many_strangers_a_day_however_many_ask_at_once(self, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
        """Q-7; those who confirmed are none."""
        monkeypatch.setattr(entries, "MOST_UNCONFIRMED", 5)
        outcomes = await all_at_once(ask(world, f"p{number}@example.com") for number in range(12))
        assert failures(outcomes) == ["TooManyUnconfirmed"] * 7
        await confirm(world, next(outcome for outcome in outcomes if isinstance(outcome, str)))
        outcomes = await all_at_once(ask(world, f"q{number}@example.com") for number in range(2))
        assert failures(outcomes) == ["TooManyUnconfirmed"]
        world.advance(hours=24)
        assert await ask(world, "r@example.com")


class TestConfirm:
    async def test_makes_an_invite_by_the_open_link(self, world: World) -> None:
        """R-ESC-69: without a credit and beside the ten."""
        entry = await ask(world, language="de")
        await drain(world, left=0)
        world.advance(hours=23)
        key = await confirm(world, entry)
        row = await invite_row(world, key)
        assert (row.origin, row.stored_status, row.language) == ("open_link", "pending", "de")
        assert (row.email, row.name) == ("anna@example.com", "Anna Berg")
        assert (row.send_email, row.created_at, (row.expires_at - row.created_at).days) == (False, world.clock.now(), 30)
        assert await queries.pending(world.database.read(), world.account_id, now=world.clock.now()) == 0
        [confirmed] = [row for row in await news(world) if row.type == "entry.confirmed"]
        assert (confirmed.subject, confirmed.facts) == (entry, {"invite": key})

    async def test_again_or_at_once_gives_the_same_invite(self, world: World) -> None:
        """Double-click safe; also when the day is over, for the mail is the only way to the invite."""
        entry = await ask(world)
        keys = await all_at_once(confirm(world, entry) for _ in range(10))
        assert failures(keys) == []
        assert len(set(keys)) == await world.count(Invite) == await world.count(Candidate) == 1
        world.advance(days=29)
        await JOBS["invites.expire"].run(world.ports())
        before = await standing(world)
        assert await confirm(world, entry) == keys[0]
        assert await standing(world) == before

    async def test_of_two_entries_makes_two_invites_of_one_person(self, world: World) -> None:
        first = await ask(world, name="Anna Berg")
        world.advance(minutes=10)
        second = await ask(world, name="Anna Talheim")
        keys = [await confirm(world, entry) for entry in (second, first)]
        rows = [await invite_row(world, key) for key in keys]
        assert [row.name for row in rows] == ["Anna Talheim", "Anna Berg"]
        assert len({row.candidate_key for row in rows}) == 1

    async def test_is_refused_when_its_day_is_over_and_to_others_like_for_an_unknown_one(self, world: World) -> None:
        """Q-1, Q-2."""
        other, _key = await world.other_account()
        entry = await ask(world)
        before = await standing(world)
        told = [await self.refusal(world, entry, other), await self.refusal(world, "ent_unknown")]
        world.advance(hours=24)
        told.append(await self.refusal(world, entry))
        assert told[0] == told[1] == told[2]
        assert await standing(world) == before
        assert await queries.entries_by_key(world.database.read(), other.account_id, [entry]) == {}

    async def refusal(self, world: World, entry: str, actor: Actor | None = None) -> Any:
        with pytest.raises(LinkNotValid) as refused:
            await self.confirm_as(world, entry, actor)
        return refused.value.code, refused.value.message, refused.value.details

    async def confirm_as(self, world: World, entry: str, actor: Actor | None) -> None:
        async with world.work(actor) as uow:
            await entries.confirm(uow, entry)

    async def test_leads_to_a_manual_attempt_that_ends_like_any_other(self, world: World) -> None:
        """R-ESC-65, R-ESC-23."""
        key = await confirm(world, await ask(world))
        attempt = await world.begin(key)
        await world.answer(key, attempt, some_answers(3))
        async with world.work(Actor.candidate(world.account_id, key)) as uow:
            await attempts.complete(uow, attempt)
        row = (await queries.attempts_by_id(world.database.read(), world.account_id, [attempt]))[attempt]
        assert (row.source, row.status, (await world.balance()).used) == ("manual", "completed", 1)
