"""Erasing a candidate: who they are goes, what was measured stays, once and for good (Q-11, R-ESC-50 to R-ESC-54)."""

import random
import sqlite3
from typing import Any

import pytest
from sqlalchemy import BigInteger, Column, String, Table, select

from domain.candidates import commands as candidates
from domain.candidates.errors import Anonymized
from domain.candidates.model import Candidate
from domain.invites import attempts, commands, entries
from domain.invites.errors import AlreadyCanceled, LinkNotValid
from domain.invites.model import Attempt, Entry, Invite
from domain.kernel import events
from domain.kernel.actor import Actor
from domain.kernel.columns import Entity
from domain.kernel.errors import NotFound
from domain.kernel.language import Text
from domain.kernel.personal import Content, Erasure, about_candidates, nothing, personal
from domain.privacy import commands as privacy
from domain.privacy import erase as rows
from domain.privacy.errors import Protected
from domain.privacy.registry import Undeclared, subjects
from domain.results.model import Result
from tests.domain.privacy.people import Person, candidate_of, erase, erasure_of, everything, found, live
from tests.support.world import World, some_answers

ANNA = "anna@example.com"


async def one(world: World, entity: type[Any], **by: Any) -> Any:
    async with world.work() as uow:
        mine = select(entity).where(entity.account_id == world.account_id).filter_by(**by)
        return (await uow.session.execute(mine)).scalar_one()


async def news(world: World, type_: str) -> list[Any]:
    found: list[Any] = []
    since = 0
    while rows := await events.after(world.database.read(), world.account_id, since):
        found += rows
        since = rows[-1].sequence
    return [row for row in found if row.type == type_]


class TestErase:
    async def test_leaves_no_name_and_no_address(self, world: World) -> None:
        """R-ESC-51: placeholders where there must be something."""
        invite, _ = await world.complete(label="Anna again")
        key = await candidate_of(world, ANNA)
        async with world.work() as uow:
            await candidates.update(uow, key, {"given_name": "Anna", "family_name": "Berg", "gender": "female", "birth_year": 1980})
        at = world.advance(hours=1)
        told = await erase(world, key)
        assert (told.name, told.email) == ("Anna Berg", ANNA)
        who = await one(world, Candidate, key=key)
        assert (who.name, who.email, who.sort_name, who.search_email) == ("Anonym", None, "anonym", "")
        gone = ("given_name", "family_name", "gender", "birth_year", "language")
        assert [getattr(who, name) for name in (*gone, *(f"{name}_source" for name in gone))] == [None] * 10
        assert who.anonymized_at == who.updated_at == at
        sent = await one(world, Invite, key=invite)
        assert (sent.name, sent.email, sent.label) == ("Anonym", "dsgvo", None)

    async def test_keeps_answers_and_scores(self, world: World) -> None:
        """R-ESC-52."""
        _, attempt = await world.complete()
        before = [await one(world, entity, attempt_id=attempt) for entity in (Attempt, Result)]
        await erase(world, await candidate_of(world, ANNA))
        after = [await one(world, entity, attempt_id=attempt) for entity in (Attempt, Result)]
        for one_before, one_after in zip(before, after, strict=True):
            assert {column.key: getattr(one_before, column.key) for column in one_before.__table__.columns} == {
                column.key: getattr(one_after, column.key) for column in one_after.__table__.columns
            }

    async def test_ends_what_was_open(self, world: World) -> None:
        """Their links stop working, whatever door they came through."""
        pending, begun = await world.invite(), await world.invite()
        attempt = await world.begin(begun)
        done, _ = await world.complete()
        async with world.work() as uow:
            asked = await entries.request(uow, email=ANNA, name="Anna", language="en")
        world.advance(minutes=11)
        async with world.work() as uow:
            confirmed = await entries.request(uow, email=ANNA, name="Anna", language="en")
            entered = await entries.confirm(uow, confirmed)
        other = await world.invite("bert@example.com", "Bert")
        key = await candidate_of(world, ANNA)
        await erase(world, key)
        assert await world.count(Entry) == 0
        statuses = {invite: (await one(world, Invite, key=invite)).status for invite in (pending, begun, done, entered, other)}
        assert statuses == {pending: "canceled", begun: "canceled", done: "completed", entered: "canceled", other: "pending"}
        assert {row.subject for row in await news(world, "invite.canceled")} == {pending, begun, entered}
        for refused, work in (
            (AlreadyCanceled, lambda uow: attempts.start(uow, pending)),
            (AlreadyCanceled, lambda uow: attempts.save(uow, attempt, some_answers(1))),
            (AlreadyCanceled, lambda uow: attempts.complete(uow, attempt)),
            (LinkNotValid, lambda uow: entries.confirm(uow, asked)),
            (Anonymized, lambda uow: candidates.update(uow, key, {"name": "Anna"})),
        ):
            with pytest.raises(refused):
                async with world.work() as uow:
                    await work(uow)

    async def test_is_in_the_log_by_keys_alone(self, world: World) -> None:
        """R-ESC-54."""
        await world.complete()
        await world.complete(seed=2)
        key = await candidate_of(world, ANNA)
        told = await erase(world, key)
        row = await erasure_of(world, key)
        assert (row.key, row.candidate_key, row.attempts) == (told.key, key, 2)
        assert row.tables == ["candidate", "invite"]
        assert row.actor == f"key:{world.key.key}"
        assert (row.requested_at, row.finished_at) == (world.clock.now(), None)
        [event] = await news(world, "candidate.anonymized")
        assert (event.subject, event.facts) == (key, {"erasure": told.key, "attempts": 2, "canceled": 0})

    async def test_by_an_attempt_is_of_the_person(self, world: World) -> None:
        """R-ESC-68."""
        await world.complete()
        _, second = await world.complete(seed=2)
        key = await candidate_of(world, ANNA)
        async with world.work() as uow:
            await privacy.erase_by_attempt(uow, second)
        assert (await erasure_of(world, key)).attempts == 2

    async def test_leaves_room_for_somebody_of_that_address(self, world: World) -> None:
        await world.invite()
        gone = await candidate_of(world, ANNA)
        await erase(world, gone)
        await world.invite()
        assert await candidate_of(world, ANNA) != gone
        assert (await one(world, Candidate, key=gone)).email is None

    async def test_touches_nobody_else(self, world: World) -> None:
        actor, _ = await world.other_account()
        async with world.work(actor) as uow:
            await commands.send(uow, email=ANNA, name="Anna Fremd", send_email=False)
        await world.invite()
        await world.invite("anna@example.com.example", "Anna Zwei")
        await erase(world, await candidate_of(world, ANNA))
        text = everything(world)
        assert "Anna Fremd" in text
        assert "Anna Zwei" in text
        assert "Anna Berg" not in text


class TestRefused:
    async def test_while_protected(self, world: World) -> None:
        """R-ESC-50."""
        await world.complete()
        key = await candidate_of(world, ANNA)
        async with world.work() as uow:
            await candidates.protect(uow, key, protected=True)
        await self.nothing_happens(world, key, Protected)
        async with world.work() as uow:
            await candidates.protect(uow, key, protected=False)
        await erase(world, key)

    async def test_the_second_time(self, world: World) -> None:
        """R-ESC-50."""
        await world.complete()
        key = await candidate_of(world, ANNA)
        await erase(world, key)
        await self.nothing_happens(world, key, Anonymized)

    async def test_of_nobody_and_of_others(self, world: World) -> None:
        """Q-2."""
        actor, _ = await world.other_account()
        async with world.work(actor) as uow:
            await commands.send(uow, email=ANNA, name="Anna Fremd", send_email=False)
            foreign = (await uow.session.execute(select(Candidate.key).where(Candidate.account_id == actor.account_id))).scalar_one()
        for key in (foreign, "cand_nobody"):
            await self.nothing_happens(world, key, NotFound)
        with pytest.raises(NotFound):
            async with world.work() as uow:
                await privacy.erase_by_attempt(uow, 999_999)
        assert "Anna Fremd" in everything(world)

    async def nothing_happens(self, world: World, key: str, refusal: type[Exception]) -> None:
        before, jobs = everything(world), list(world.jobs.due)
        with pytest.raises(refusal):
            await erase(world, key)
        assert everything(world) == before
        assert world.jobs.due == jobs


class TestEveryHistory:
    @pytest.mark.parametrize("seed", range(3))
    async def test_leaves_nothing_of_those_erased_and_all_of_the_others(self, world: World, seed: int) -> None:
        """Whatever happened before: no row of any table says a word of them, whichever context wrote it."""
        dice = random.Random(seed)
        people = [Person(number) for number in range(6)]
        keys = {person.number: await live(world, person, seed * 100 + person.number) for person in people}
        text = everything(world)
        told = {person.number: found(text, person) for person in people}
        assert all(len(words) >= 4 for words in told.values())
        erased = dice.sample(people, 3)
        for person in erased:
            await erase(world, keys[person.number])
        await world.run_jobs()
        text = everything(world)
        for person in people:
            assert found(text, person) == (set() if person in erased else told[person.number])

    async def test_again_changes_nothing_more(self, world: World) -> None:
        key = await live(world, Person(1), 5)
        await erase(world, key)
        before = everything(world)
        async with world.work(Actor.system(world.account_id)) as uow:
            assert await rows.apply(uow, key) == {}
        assert everything(world) == before


TITLE = Text("Something", "Etwas")


class TestTablesToCome:
    """A context that adds a table declares it, and erasure knows it without a line of its own."""

    @pytest.fixture
    def added(self, monkeypatch: pytest.MonkeyPatch) -> dict[str, Table]:
        metadata = type(Entity.metadata)()
        for table in Entity.metadata.sorted_tables:
            table.to_metadata(metadata)
        key, account = nothing("a key"), ("account_id", BigInteger)
        tables = {
            "saved_match": Table(
                "saved_match",
                metadata,
                Column(*account),
                Column("candidate_key", String, info=key),
                **about_candidates("candidate_key", title=TITLE, purpose=TITLE, rows=Erasure.DELETE),
            ),
            "note": Table(
                "note",
                metadata,
                Column(*account),
                Column("match", String, info=key),
                Column("candidate_key", String, info=key),
                Column("said", String, info=personal(Content.WORDS, Erasure.REPLACE, placeholder="-")),
                **about_candidates("candidate_key", title=TITLE, purpose=TITLE),
            ),
        }
        monkeypatch.setattr(rows, "subjects", lambda: subjects(metadata))
        return tables

    async def test_are_erased_as_they_say(self, sqlite_world: World, added: dict[str, Table]) -> None:
        world = sqlite_world
        await world.invite()
        await world.invite("bert@example.com", "Bert")
        anna, bert = await candidate_of(world, ANNA), await candidate_of(world, "bert@example.com")
        with sqlite3.connect(str(world.settings.database.database)) as file:
            file.execute("CREATE TABLE saved_match (account_id int, candidate_key text)")
            file.execute("CREATE TABLE note (account_id int, match text, candidate_key text, said text)")
            for key in (anna, bert):
                file.execute("INSERT INTO saved_match VALUES (?, ?)", (world.account_id, key))
                file.execute("INSERT INTO note VALUES (?, 'm', ?, 'words')", (world.account_id, key))
        await erase(world, anna)
        assert (await erasure_of(world, anna)).tables == ["candidate", "invite", "note", "saved_match"]
        with sqlite3.connect(str(world.settings.database.database)) as file:
            assert file.execute("SELECT candidate_key FROM saved_match").fetchall() == [(bert,)]
            assert sorted(file.execute("SELECT candidate_key, said FROM note").fetchall()) == sorted([(anna, "-"), (bert, "words")])

    def test_stop_erasure_until_they_say(self) -> None:
        metadata = type(Entity.metadata)()
        Table("saved_match", metadata, Column("account_id", BigInteger), Column("candidate_key", String, info=nothing("a key")))
        with pytest.raises(Undeclared, match="saved_match"):
            subjects(metadata)
