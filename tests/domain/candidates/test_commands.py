"""What is known about candidates, and from whom."""

import asyncio
from typing import Any

import pytest

from domain.candidates import commands, queries
from domain.candidates.errors import Anonymized
from domain.candidates.model import Candidate
from domain.invites import attempts
from domain.kernel import events
from domain.kernel.actor import Actor
from domain.kernel.errors import BadInput, NotFound
from domain.kernel.paging import Window
from domain.kernel.statements import Row
from tests.domain.at_once import all_at_once, failures, held_up
from tests.support.world import World, some_answers


async def find_or_add(world: World, email: str = "anna@example.com", **details: Any) -> str:
    async with world.work() as uow:
        return await commands.find_or_add(uow, email=email, **details)


async def update(world: World, key: str, changes: dict[str, Any], actor: Actor | None = None) -> Row:
    async with world.work(actor) as uow:
        await commands.update(uow, key, changes)
    return await person(world, key)


async def person(world: World, key: str) -> Row:
    return (await queries.by_keys(world.database.read(), world.account_id, [key]))[key]


async def anonymize(world: World, key: str) -> None:
    """As erasure will leave them."""
    async with world.work() as uow:
        row = await uow.lock(Candidate, world.account_id, key)
        assert row is not None
        row.email, row.name, row.anonymized_at = None, "Anonym", uow.now


class TestFindOrAdd:
    async def test_finds_the_person_again(self, world: World) -> None:
        key = await find_or_add(world, name="Anna Berg")
        assert await find_or_add(world) == key
        assert await find_or_add(world, "bert@example.com") != key
        assert [row.type for row in await events.after(world.database.read(), world.account_id, 0)].count("candidate.added") == 2

    async def test_newest_name_that_is_not_empty_wins(self, world: World) -> None:
        """ARCHITECTURE section 2."""
        key = await find_or_add(world, name="Anna Berg")
        seen = []
        for name in ("", "Anna Maria Berg", "", "Anna Talheim"):
            world.advance(hours=1)
            await find_or_add(world, name=name)
            seen.append(((row := await person(world, key)).name, row.sort_name, row.updated_at == world.clock.now()))
        assert seen == [
            ("Anna Berg", "anna berg", False),
            ("Anna Maria Berg", "anna maria berg", True),
            ("Anna Maria Berg", "anna maria berg", False),
            ("Anna Talheim", "anna talheim", True),
        ]

    async def test_the_language_told_last_is_kept(self, world: World) -> None:
        key = await find_or_add(world)
        assert (await person(world, key)).language is None
        await find_or_add(world, language="de")
        await find_or_add(world, language="en")
        await find_or_add(world)
        row = await person(world, key)
        assert (row.language, row.language_source) == ("en", "account")

    async def test_adds_one_person_when_many_come_at_once(self, world: World) -> None:
        """Q-7."""
        keys = await all_at_once(find_or_add(world, name=f"Anna {number}") for number in range(10))
        assert failures(keys) == []
        assert len(set(keys)) == 1
        assert await world.count(Candidate) == 1

    async def test_waits_for_one_that_is_being_added(self, world: World) -> None:
        """The second saw nobody, and still adds nobody."""
        async with world.work() as uow:
            first = await commands.find_or_add(uow, email="anna@example.com", name="Anna Berg")
            second = await held_up(world, find_or_add(world, name="Anna Talheim"))
        assert await second == first
        assert (await person(world, first)).name == "Anna Talheim"

    async def test_one_who_is_just_being_erased_is_added_anew(self, world: World) -> None:
        erased = await find_or_add(world)
        async with world.work() as uow:
            row = await uow.lock(Candidate, world.account_id, erased)
            assert row is not None
            row.email, row.anonymized_at = None, uow.now
            await uow.flush()
            again = await held_up(world, find_or_add(world, name="Anna Berg"))
        assert await again != erased
        assert await world.count(Candidate) == 2

    async def test_who_was_just_added_is_not_read_again(self, world: World) -> None:
        """Adding, and telling about them in the same work, is one INSERT and one UPDATE."""
        with world.watched() as said:
            async with world.work() as uow:
                key = await commands.find_or_add(uow, email="anna@example.com", name="Anna Berg")
                await commands.update(uow, key, {"birth_year": 1990})
        assert [sql.split()[0] for sql in said if " candidate " in sql] == ["INSERT", "UPDATE"]
        row = await person(world, key)
        assert (row.name, row.birth_year, row.protected) == ("Anna Berg", 1990, False)

    async def test_knows_nobody_of_another_account(self, world: World) -> None:
        """Q-1."""
        key = await find_or_add(world)
        other, _key = await world.other_account()
        async with world.work(other) as uow:
            assert await commands.find_or_add(uow, email="anna@example.com") != key
        assert await queries.by_keys(world.database.read(), other.account_id, [key]) == {}


class TestUpdate:
    async def test_keeps_with_each_detail_who_gave_it(self, world: World) -> None:
        key = await find_or_add(world, name="Anna")
        candidate = Actor.candidate(world.account_id, "inv_1")
        await update(world, key, {"gender": "female", "birth_year": 1990, "language": "de"})
        row = await update(world, key, {"birth_year": 1991, "given_name": " Anna  Maria ", "family_name": "Berg"}, candidate)
        assert (row.gender, row.birth_year, row.language) == ("female", 1991, "de")
        assert (row.gender_source, row.birth_year_source, row.language_source) == ("account", "candidate", "account")
        assert (row.given_name, row.family_name) == ("Anna Maria", "Berg")
        assert row.given_name_source == row.family_name_source == "candidate"

    async def test_parts_of_a_name_make_the_name(self, world: World) -> None:
        key = await find_or_add(world, name="A. Berg")
        row = await update(world, key, {"given_name": "Anna", "family_name": "Öberg"})
        assert (row.name, row.sort_name) == ("Anna Öberg", "oberg anna anna oberg")
        row = await update(world, key, {"family_name": None})
        assert (row.name, row.sort_name) == ("Anna", "anna")
        row = await update(world, key, {"name": "Anna Talheim", "family_name": "Talheim"})
        assert (row.name, row.sort_name) == ("Anna Talheim", "talheim anna talheim")

    async def test_one_part_leaves_the_other_as_it_was_guessed(self, world: World) -> None:
        key = await find_or_add(world, name="Anna Berg")
        row = await update(world, key, {"given_name": "Anne"})
        assert (row.name, row.given_name, row.family_name) == ("Anne Berg", "Anne", None)
        row = await update(world, key, {"given_name": None})
        assert (row.name, row.given_name) == ("Berg", None)

    @pytest.mark.parametrize("taken", [{"given_name": None, "family_name": None}, {"given_name": "", "family_name": ""}])
    async def test_a_name_can_be_taken_away(self, world: World, taken: dict[str, Any]) -> None:
        key = await find_or_add(world, name="Anna Berg")
        row = await update(world, key, taken)
        assert (row.name, row.given_name, row.family_name, row.sort_name) == ("", None, None, "")

    async def test_the_name_told_last_replaces_older_parts(self, world: World) -> None:
        """Whoever told it."""
        key = await find_or_add(world, name="Anna Berg")
        await update(world, key, {"given_name": "Anne", "family_name": "Berg"})
        row = await update(world, key, {"name": "Maria Lopez"})
        assert (row.name, row.given_name, row.family_name, row.family_name_source) == ("Maria Lopez", None, None, None)
        await update(world, key, {"given_name": "M.", "family_name": "Lopez"})
        await find_or_add(world, name="Maria Gomez")
        row = await person(world, key)
        assert (row.name, row.given_name, row.family_name) == ("Maria Gomez", None, None)
        row = await update(world, key, {"name": None})
        assert (row.name, row.sort_name) == ("", "")

    async def test_null_takes_a_detail_and_its_source_away(self, world: World) -> None:
        key = await find_or_add(world)
        await update(world, key, {"gender": "female", "birth_year": 1990})
        row = await update(world, key, {"gender": None, "birth_year": None})
        assert (row.gender, row.gender_source, row.birth_year, row.birth_year_source) == (None, None, None, None)

    async def test_refuses_what_cannot_be_and_whom_there_is_not(self, world: World) -> None:
        key = await find_or_add(world, name="Anna")
        other, _key = await world.other_account()
        before = (await person(world, key), await world.rows())
        for wrong in ({"birth_year": 1899}, {"birth_year": 2027}, {"birth_year": -1}, {"name": "a\x00"}, {"given_name": "a" * 201}):
            with pytest.raises(BadInput):
                await update(world, key, {"gender": "female", **wrong})
        with pytest.raises(NotFound):
            await update(world, "cand_unknown", {"gender": "female"})
        with pytest.raises(NotFound):
            await update(world, key, {"gender": "female"}, other)
        assert (await person(world, key), await world.rows()) == before
        assert (await update(world, key, {"birth_year": 1900})).birth_year == 1900
        assert (await update(world, key, {"birth_year": 2026})).birth_year == 2026


class TestProtect:
    async def test_is_noted_when_it_changes_something(self, world: World) -> None:
        key = await find_or_add(world)
        for protected in (True, True, False, False):
            async with world.work() as uow:
                assert await commands.protect(uow, key, protected=protected) == key
            assert (await person(world, key)).protected is protected
        noted = [row.type for row in await events.after(world.database.read(), world.account_id, 0)]
        assert noted[-2:] == ["candidate.protected", "candidate.unprotected"]
        assert noted.count("candidate.protected") == 1


class TestAnonymized:
    async def test_cannot_be_changed_or_found_by_their_old_address(self, world: World) -> None:
        key = await find_or_add(world, name="Anna")
        await anonymize(world, key)
        before = (await person(world, key), await world.rows())
        with pytest.raises(Anonymized):
            await update(world, key, {"name": "Anna"})
        with pytest.raises(Anonymized):
            await self.protect(world, key)
        assert (await person(world, key), await world.rows()) == before
        assert await find_or_add(world, name="Anna") != key

    async def protect(self, world: World, key: str) -> None:
        async with world.work() as uow:
            await commands.protect(uow, key, protected=True)


class TestOthersAtTheSameTime:
    async def test_what_refers_to_a_candidate_does_not_wait_for_a_change_of_them(self, postgres_world: World) -> None:
        """Deferred foreign keys look at the candidate when they commit, and hold the account's event sequence by then."""
        world = postgres_world
        invite = await world.invite()
        attempt = await world.begin(invite)
        await world.answer(invite, attempt, some_answers(1))
        [candidate] = (await queries.page(world.database.read(), world.account_id, Window(first=1), order="newest", given={})).rows
        async with world.work() as uow:
            await commands.update(uow, candidate.key, {"birth_year": 1990})
            async with asyncio.timeout(30), world.work() as other:
                await attempts.complete(other, attempt)
        assert (await person(world, candidate.key)).birth_year == 1990
        assert (await world.balance()).used == 1
