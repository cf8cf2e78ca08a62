"""Finding people by parts of their name or mail, the same on both databases (R-ESC-43)."""

import contextlib
import sqlite3

import asyncpg
import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.candidates import commands, queries
from domain.candidates.model import Candidate
from domain.candidates.queries import CANDIDATES
from domain.candidates.search import words_sql
from domain.kernel.inputs import folded
from domain.kernel.paging import Window
from tests.domain.kernel.test_listing_indexes import Recording
from tests.support.world import World

PEOPLE = {
    "anna.berg@example.com": "Anna Berg",
    "joerg@example.com": "Jörg Weiß",
    "mueller@example.com": "Ünal MÜLLER",
    "percent@example.com": "100 % Sicher",
    "under_score@example.com": "a_b",
    "slash@example.com": "back\\slash",
    "quote@example.com": 'O\'Neil "Doc" (x) AND OR NOT *',
    "li@xn--fiq228c.example": "李 雷",
    "smile@example.com": "🙂🙃🙂",
    "nobody@example.com": "",
}


@pytest.fixture
async def peopled(world: World) -> World:
    async with world.work() as uow:
        for email, name in PEOPLE.items():
            await commands.find_or_add(uow, email=email, name=name)
    other, _key = await world.other_account()
    async with world.work(other) as uow:
        await commands.find_or_add(uow, email="anna.berg@example.com", name="Anna Berg")
    return world


async def found(world: World, text: str) -> set[str]:
    page = await queries.page(world.database.read(), world.account_id, Window(first=100), order="newest", given={"text": text})
    return {row.email for row in page.rows}


class TestText:
    async def test_finds_parts_without_regard_to_case_and_accents(self, peopled: World) -> None:
        for text, email in {
            "BERG": "anna.berg",
            "na be": "anna.berg",
            "jorg": "joerg",
            "WEISS": "joerg",
            "weiß": "joerg",
            "eiß": "joerg",
            "müller": "mueller",
            "muller": "mueller",
            "Mu\u0308ller": "mueller",
            "ünal": "mueller",
            "o'neil": "quote",
            "and or not *": "quote",
            '"doc"': "quote",
            "\\": "slash",
            "k\\s": "slash",
            "back\\slash": "slash",
            "🙂🙃": "smile",
        }.items():
            assert await found(peopled, text) == {f"{email}@example.com"}, text

    async def test_takes_wildcards_as_they_are(self, peopled: World) -> None:
        for text, emails in {
            "%": {"percent"},
            "00 %": {"percent"},
            "0 % s": {"percent"},
            "_": {"under_score"},
            "a_b": {"under_score"},
            "r_s": {"under_score"},
            "an%a": set(),
            "ann_": set(),
            "b_ck": set(),
            "\\%": set(),
            "%%%": set(),
            "___": set(),
        }.items():
            assert await found(peopled, text) == {f"{email}@example.com" for email in emails}, text

    async def test_may_be_short_or_nothing(self, peopled: World) -> None:
        """Fewer characters than a trigram has."""
        assert await found(peopled, "ß") == {"joerg@example.com"}  # two letters when folded
        assert await found(peopled, "李") == {"li@xn--fiq228c.example"}
        assert await found(peopled, "li") == {"li@xn--fiq228c.example"}
        assert await found(peopled, " ") == set(PEOPLE)
        assert await found(peopled, "") == set(PEOPLE)
        assert await found(peopled, "zz") == set()

    @settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(person=st.sampled_from(sorted(PEOPLE)), data=st.data())
    async def test_any_part_finds_its_person(self, peopled: World, person: str, data: st.DataObject) -> None:
        whole = data.draw(st.sampled_from([PEOPLE[person] or person, person]))
        begin = data.draw(st.integers(0, len(whole) - 1))
        part = whole[begin : data.draw(st.integers(begin + 1, len(whole)))]
        expected = {email for email, name in PEOPLE.items() if folded(part.strip()) in folded(name) or folded(part.strip()) in email}
        assert person in expected
        assert await found(peopled, part) == expected

    @settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(text=st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=6))
    async def test_of_any_kind_is_only_looked_for(self, peopled: World, text: str) -> None:
        """Q-17: no text is a query."""
        needle = folded(text.strip())
        assert await found(peopled, text) == {email for email, name in PEOPLE.items() if needle in folded(name) or needle in folded(email)}


_WITHOUT_OTHERS = """
DO $$ DECLARE other text; BEGIN
    ALTER TABLE candidate DROP CONSTRAINT pk_candidate CASCADE;
    FOR other IN SELECT indexname FROM pg_indexes WHERE tablename = 'candidate' AND indexname NOT LIKE '%_parts' LOOP
        EXECUTE 'DROP INDEX ' || other;
    END LOOP;
END $$
"""


class TestIndex:
    async def test_follows_every_change(self, peopled: World) -> None:
        async with peopled.work() as uow:
            key = await commands.find_or_add(uow, email="anna.berg@example.com", name="Anna Talheim")
        assert await found(peopled, "talheim") == {"anna.berg@example.com"}
        assert await found(peopled, "a berg") == set()
        async with peopled.work() as uow:
            row = await uow.lock(Candidate, peopled.account_id, key)
            assert row is not None
            row.sort_name, row.search_email = "anonym", ""
        assert await found(peopled, "talheim") == await found(peopled, "anna.berg") == set()

    async def test_by_trigrams_serves_it(self, peopled: World) -> None:
        if peopled.settings.on_sqlite:
            read = Recording()
            await CANDIDATES.page(read, peopled.account_id, Window(first=5), order="newest", given={"text": "anna"})
            _walk, (statement, parameters) = read.asked
            prepared = statement.prepared("sqlite")
            values = prepared.bind(parameters | {"account_id": peopled.account_id})
            with contextlib.closing(sqlite3.connect(str(peopled.settings.database.database))) as file:
                plan = {row[3] for row in file.execute(f"EXPLAIN QUERY PLAN {prepared.text}", values)}
            assert any(line.startswith("SCAN candidate_text VIRTUAL TABLE INDEX 0:M") for line in plan), plan
            return
        server = await asyncpg.connect(peopled.settings.database.render_as_string(hide_password=False))
        transaction = server.transaction()
        await transaction.start()
        await server.execute(_WITHOUT_OTHERS)  # on few rows the planner takes any index, by figures of the moment
        await server.execute("SET LOCAL enable_seqscan = off; SET LOCAL role centil_reader")
        indexes = {"sort_name": "sort_name", "search_email": "search_email", words_sql("postgresql", "candidate"): "words"}
        for column, index in indexes.items():
            [plan] = orjson.loads(await server.fetchval(f"EXPLAIN (FORMAT JSON) SELECT FROM candidate WHERE {column} LIKE '%anna%'"))
            assert f"ix_candidate_{index}_parts" in str(plan)
        await transaction.rollback()
        await server.close()
