"""One person known twice: merged, everything is one candidate's; unmerged, every row is as it was (R-ESC-69)."""

import asyncio
import random
from typing import Any

import pytest
from sqlalchemy import select

from domain.candidates import commands as candidates
from domain.candidates import queries, references
from domain.candidates.errors import Anonymized, Merged, TooManyReferences
from domain.candidates.model import Candidate
from domain.flows import commands as flows
from domain.flows.steps import Step
from domain.kernel.columns import Entity
from domain.kernel.errors import BadInput, DomainError, NotFound
from domain.kernel.paging import Window
from domain.kernel.personal import SUBJECT_COLUMN, Content
from domain.matching.ranking.cache import matrices
from domain.merging import moving
from domain.merging import queries as merges
from domain.merging.errors import AlreadyUndone, MergedFurther, ProtectedApart, SamePerson
from domain.privacy import commands as privacy
from domain.privacy import dossier
from domain.privacy import queries as erasures
from domain.privacy.finishing import Logged
from domain.questionnaires import commands as questionnaires
from domain.teams import people as measuring
from tests.domain.flows.walking import EASY, put, take
from tests.domain.invites.acting import news, now_at
from tests.domain.kernel.population import fill
from tests.domain.merging.scene import ANJA, ANNA, merge, snapshot, two_people, unmerge, whose
from tests.domain.privacy.people import candidate_of, erasure_of
from tests.support.world import World

ABOUT = [table.name for table in Entity.metadata.sorted_tables if SUBJECT_COLUMN in table.columns]
INVITE = [column.name for column in Entity.metadata.tables["invite"].columns]
UNIQUE_ON_PURPOSE = {"erasure"}
"""Tables with one row for a candidate at most whose rows never move."""


class TestTables:
    def test_every_table_of_candidates_moves_or_says_why_not(self) -> None:
        moving_tables = {table.name for table in moving.tables()}
        assert moving_tables == {*ABOUT, "candidate"} - set(moving.NEVER)
        assert all(moving.NEVER.values())

    def test_rows_that_move_have_keys_that_name_nobody_and_meet_no_other(self) -> None:
        """Q-11: a merge writes keys down; and no index allows just one row of a person."""
        for table in moving.tables():
            column = moving.column_of(table)
            unique = [index.name for index in table.indexes if index.unique and column in [each.name for each in index.columns]]
            assert unique == [], table.name
            assert column not in table.primary_key.columns, table.name
            held = [each.info["holding"].content for each in table.primary_key.columns if "holding" in each.info]
            assert set(held) <= {Content.NONE}, table.name
            assert not [each for each in table.constraints if column in getattr(each, "columns", ()) and "Unique" in type(each).__name__]


class TestMerge:
    async def test_makes_one_person_of_two_and_two_of_one_again(self, world: World) -> None:
        anna, anja, _team = await two_people(world)
        before = await snapshot(world)
        since = await now_at(world)
        key = await merge(world, anna, anja)
        merged = await snapshot(world)
        for table in sorted({*ABOUT} - {"erasure"}):
            assert set(whose(merged, table)) == {anna}, table
            assert set(whose(before, table)) == {anna, anja}, table
        assert (await queries.count(world.database.read(), world.account_id)) == 1
        assert (await queries.by_keys(world.database.read(), world.account_id, [anja]))[anja].merged_into == anna
        [row] = (await merges.by_keys(world.database.read(), world.account_id, [key])).values()
        assert "anja" not in repr(row.moved)  # keys alone
        world.advance(hours=1)
        later = await world.invite(ANJA, "Anja Berg")
        await unmerge(world, key)
        told = [(event.type, event.subject, event.facts) for event in await news(world, since) if "merged" in event.type]
        assert told == [
            ("candidate.merged", anna, {"absorbed": anja, "merge": key}),
            ("candidate.unmerged", anna, {"absorbed": anja, "merge": key}),
        ]
        after = await snapshot(world)
        [new] = [row for row in after["invite"] if row not in before["invite"]]
        assert {later, anna} <= set(new)  # what came since stays with the one kept
        after["invite"].remove(new)
        person = [row for row in after["candidate"] if row not in before["candidate"]]
        assert [anna in row for row in person] == [True]  # the newer name, told with the newer invite
        del after["candidate"], before["candidate"]
        assert after == before

    async def test_undone_takes_back_what_has_become_of_things_since(self, world: World) -> None:
        """An invite and its attempt are never of two people, nor the steps of one flow."""
        async with world.work() as uow:
            questionnaire = await questionnaires.create(uow, {"name": "Talk"})
            steps = [Step("escprofile", EASY), Step(questionnaire, 50.0), Step("escprofile", EASY)]
            flow = await flows.create(uow, name="Screen", steps=steps)
        await world.invite(ANNA)
        pending = await world.invite(ANJA)
        walking = await put(world, flow, ANJA)
        anna, anja = [await candidate_of(world, email) for email in (ANNA, ANJA)]
        key = await merge(world, anna, anja)
        await world.begin(pending)
        await take(world, walking)
        await world.run_jobs()
        later = await world.invite(ANJA)
        await unmerge(world, key)
        after = await snapshot(world)
        assert whose(after, "flow_attempt") == [anja] * 2
        assert whose(after, "attempt") == [anja] * 2
        assert set(whose(after, "result")) == {anja}
        assert whose(after, "participant") == [anja]
        invites = dict(sorted((row[INVITE.index("key")], row[INVITE.index("candidate_key")]) for row in after["invite"]))
        assert (invites[pending], invites[later]) == (anja, anna)

    @pytest.mark.parametrize("seed", range(3))
    async def test_leaves_every_row_as_it_was(self, world: World, seed: int) -> None:
        """Any order of merges, undone from the last to the first or one after another where they are of one person."""
        await fill(world)
        dice = random.Random(seed)
        async with world.work() as uow:
            free = select(Candidate.key).where(
                Candidate.account_id == world.account_id,
                Candidate.anonymized_at.is_(None),
                Candidate.protected.is_(False),
                Candidate.merged_into.is_(None),
            )
            people = sorted((await uow.session.execute(free)).scalars())
        before = await snapshot(world)
        done: list[str] = []
        while len(people) > 3:
            absorbed = people.pop(dice.randrange(len(people)))
            done.append(await merge(world, dice.choice(people), absorbed))
            if dice.random() < 0.2:
                held = await snapshot(world)
                await unmerge(world, await merge(world, people[0], people[1]))
                assert await snapshot(world) == held
        assert await snapshot(world) != before
        for key in reversed(done):
            await unmerge(world, key)
        assert await snapshot(world) == before

    async def test_of_somebody_who_was_merged_already(self, world: World) -> None:
        """Chains: everybody leads to the one at the end, and is undone from there."""
        anna, anja, _team = await two_people(world)
        third = await candidate_of(world, ANNA.replace("anna", "third")) if await world.complete("third@example.com") else ""
        first = await merge(world, anna, anja)
        for keep, absorb in ((anja, third), (third, anja)):
            with pytest.raises(Merged):
                await merge(world, keep, absorb)
        second = await merge(world, third, anna)
        async with world.work() as uow:
            assert {await candidates.find_or_add(uow, email=email) for email in (ANNA, ANJA, "third@example.com")} == {third}
        held = await snapshot(world)
        with pytest.raises(MergedFurther):
            await unmerge(world, first)
        assert await snapshot(world) == held
        await unmerge(world, second)
        async with world.work() as uow:
            assert [await candidates.find_or_add(uow, email=email) for email in (ANJA, "third@example.com")] == [anna, third]
        await unmerge(world, first)
        with pytest.raises(AlreadyUndone):
            await unmerge(world, first)

    async def test_is_refused(self, world: World) -> None:
        anna, anja, _team = await two_people(world)
        other, _key = await world.other_account()
        async with world.work(other) as uow:
            stranger = await candidates.find_or_add(uow, email="stranger@example.com")
        erased = await candidate_of(world, "gone@example.com") if await world.invite("gone@example.com") else ""
        async with world.work() as uow:
            await privacy.erase(uow, erased)
            await candidates.protect(uow, anja, protected=True)
        held = await snapshot(world)
        cases: list[tuple[str, str, str, type[DomainError]]] = [
            (anna, anna, "x", SamePerson),
            (anna, stranger, "x", NotFound),
            (stranger, anna, "x", NotFound),
            (anna, erased, "x", Anonymized),
            (erased, anna, "x", Anonymized),
            (anna, anja, "x", ProtectedApart),
            (anja, anna, "x", ProtectedApart),
            (anna, anja, " ", BadInput),
        ]
        for keep, absorb, reason, refusal in cases:
            with pytest.raises(refusal):
                await merge(world, keep, absorb, reason)
        with pytest.raises(NotFound):
            await unmerge(world, "mrg_none")
        assert await snapshot(world) == held

    async def test_keeps_lists_without_pages_short(self, world: World, monkeypatch: Any) -> None:
        anna, anja, _team = await two_people(world)
        held = await snapshot(world)
        monkeypatch.setattr(references, "MOST", 1)
        with pytest.raises(TooManyReferences):
            await merge(world, anna, anja)
        assert await snapshot(world) == held

    async def test_says_so_when_the_hidden_one_is_named(self, world: World) -> None:
        anna, anja, _team = await two_people(world)
        await merge(world, anna, anja)
        held = await snapshot(world)
        async with world.work() as uow:
            with pytest.raises(Merged, match=anna):
                await candidates.update(uow, anja, {"gender": "female"})
            with pytest.raises(Merged, match=anna):
                await references.add(uow, anja, "JOB_CANDIDATE", 9)
            with pytest.raises(Merged, match=anna):
                await privacy.erase(uow, anja)
        assert await snapshot(world) == held


class TestWhatCounts:
    async def test_rankings_and_teams_count_one_person_once(self, world: World) -> None:
        anna, anja, team = await two_people(world)

        async def ranked() -> int:
            async with matrices(world.database).fresh(world.account_id) as matrix:
                return matrix.size

        async def composed() -> int:
            return len((await measuring.measured(world.database.read(), world.account_id, [team]))[team])

        assert (await ranked(), await composed()) == (2, 2)
        key = await merge(world, anna, anja)
        assert (await ranked(), await composed()) == (1, 1)
        await unmerge(world, key)
        assert (await ranked(), await composed()) == (2, 2)


class TestErasure:
    async def test_takes_both(self, world: World) -> None:
        """Q-11: also the reason, and the address that led to them."""
        anna, anja, _team = await two_people(world)
        key = await merge(world, anna, anja, "Anja Berg is Anna Berg")
        shown = await dossier.collect(world.ports(), world.account_id, anja)
        assert shown.candidate.key == anna
        assert {row["key"] for row in shown.rows["candidate"]} == {anna, anja}
        assert {row["email"] for row in shown.rows["invite"]} == {ANNA, ANJA}
        assert [row["reason"] for row in shown.rows["candidate_merge"]] == ["Anja Berg is Anna Berg"]
        async with world.work() as uow:
            await privacy.erase(uow, anna)
        await world.run_jobs()
        left = repr(await snapshot(world)) + repr((await merges.by_keys(world.database.read(), world.account_id, [key]))[key])
        assert not [word for word in ("Anja", "Anna", ANNA, ANJA, "anja") if word in left]
        assert [(await erasure_of(world, each)).finished_at is not None for each in (anna, anja)] == [True, True]
        with pytest.raises(Anonymized):
            await unmerge(world, key)
        async with world.work() as uow:
            assert await candidates.find_or_add(uow, email=ANJA) not in (anna, anja)

    async def test_takes_both_when_they_were_protected_before_the_merge(self, world: World) -> None:
        """Q-11: the one who is hidden is logged, too, or a backup from before the merge would keep them."""
        anna, anja, _team = await two_people(world)
        for each in (anna, anja):
            async with world.work() as uow:
                await candidates.protect(uow, each, protected=True)
        await merge(world, anna, anja)
        async with world.work() as uow:
            await candidates.protect(uow, anna, protected=False)
        async with world.work() as uow:
            await privacy.erase(uow, anna)
        await world.run_jobs()
        rows = await queries.by_keys(world.database.read(), world.account_id, [anna, anja])
        assert [rows[each].anonymized_at is not None for each in (anna, anja)] == [True, True]
        assert [(await erasure_of(world, each)).finished_at is not None for each in (anna, anja)] == [True, True]

    async def test_shows_attempts_of_both_once(self, world: World) -> None:
        """R-ESC-69."""
        anna, anja, _team = await two_people(world)
        await merge(world, anna, anja)
        async with world.work() as uow:
            await privacy.erase(uow, anna)
        page = await erasures.erased_attempts(world.database.read(), world.account_id, Window(first=9), given={})
        assert len({row.attempt_id for row in page.rows}) == len(page.rows) == 2

    async def test_is_done_again_where_a_backup_still_has_them_merged(self, world: World) -> None:
        anna, anja, _team = await two_people(world)
        third = await candidate_of(world, "third@example.com") if await world.complete("third@example.com") else ""
        await merge(world, anna, anja)
        await merge(world, third, anna)
        log = Logged(world.account_id, "era_before", anja, world.clock.now(), "system")
        async with world.work() as uow:
            assert await privacy.erase_again(uow, log)
        async with world.work() as uow:
            assert not await privacy.erase_again(uow, log)
        rows = await queries.by_keys(world.database.read(), world.account_id, [anna, anja, third])
        assert [(rows[key].anonymized_at is not None, rows[key].email) for key in (anna, anja)] == [(False, ANNA), (True, None)]
        assert ANJA not in repr(await snapshot(world))


class TestAtOnce:
    async def test_invites_and_merges(self, world: World) -> None:
        """Whatever the order, each invite is of the one who was kept."""
        anna, anja, _team = await two_people(world)

        async def invite(number: int) -> None:
            await world.invite(ANJA if number % 2 else ANNA)

        async def add(number: int) -> None:
            async with world.work() as uow:
                await candidates.find_or_add(uow, email=ANJA if number % 2 else ANNA, name=f"N{number}")

        await asyncio.gather(*map(invite, range(4)), merge(world, anna, anja), *map(add, range(4)), *map(invite, range(4)))
        assert set(whose(await snapshot(world), "invite")) == {anna}

    async def test_erasures_and_merges(self, world: World) -> None:
        """Either both are erased, or the merge is refused; nobody is merged into somebody who is no more."""
        anna, anja, _team = await two_people(world)

        async def erase() -> bool:
            async with world.work() as uow:
                await privacy.erase(uow, anna)
            return True

        async def join() -> bool:
            try:
                await merge(world, anna, anja)
            except Anonymized:
                return False
            return True

        _erased, joined = await asyncio.gather(erase(), join())
        rows = await queries.by_keys(world.database.read(), world.account_id, [anna, anja])
        assert rows[anna].anonymized_at is not None
        assert (rows[anja].anonymized_at is not None, rows[anja].merged_into) == ((True, anna) if joined else (False, None))

    async def test_two_merges_the_other_way_round(self, world: World) -> None:
        anna, anja, _team = await two_people(world)

        async def join(keep: str, absorb: str) -> str:
            try:
                return await merge(world, keep, absorb)
            except Merged:
                return ""

        done = await asyncio.gather(join(anna, anja), join(anja, anna))
        assert len(list(filter(None, done))) == 1
