"""What is held about somebody, whole and in their language; and the record of what is held about anybody (Art. 15, 20, 30)."""

import io
from typing import Any

import orjson
import pytest
from pypdf import PdfReader

from domain.instruments import bank
from domain.kernel import events
from domain.kernel.columns import Entity
from domain.kernel.downloads import DOWNLOADS, File
from domain.kernel.errors import NotFound
from domain.kernel.personal import OUTSIDE, Content, held_in, places
from domain.privacy import documents, dossier, record
from domain.privacy.registry import subjects
from domain.privacy.words import _words, word
from gateway.adapters.files import store
from tests.domain.privacy.people import Person, candidate_of, erase, found, live
from tests.support.world import World, some_answers

ANNA = Person(1)
LANGUAGES = ("en", "de")


async def content(file: File) -> bytes:
    return b"".join([piece async for piece in file.chunks()])


async def of(world: World, key: str, format: str = "json", language: str = "en", by: str = "key:key_1") -> File:
    return await DOWNLOADS[dossier.KIND](world.ports(), world.account_id, candidate=key, format=format, language=language, by=by)


async def data_of(world: World, key: str, language: str = "en") -> Any:
    return orjson.loads(await content(await of(world, key, language=language)))


def places_of(data: Any) -> dict[str, Any]:
    return {held["place"]: held["rows"] for held in data["held"]}


def pages(pdf: bytes) -> str:
    """The text of a PDF without the breaks of lines and long words."""
    return " ".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages).replace("\u200b", "")


class TestDossier:
    async def test_has_every_table_and_every_word_about_a_person(self, world: World) -> None:
        """The same registry as erasure: what one knows, so does the other."""
        key = await live(world, ANNA, 3)
        await live(world, Person(2), 4)
        held = places_of(await data_of(world, key))
        assert list(held) == [subject.name for subject in reversed(subjects())]
        text = str(held)
        assert found(text, ANNA) >= {ANNA.given, ANNA.family, f"zzcanary{ANNA.number}qx", f"Labelcanary{ANNA.number}"}
        assert found(text, Person(2)) == set()
        for subject in subjects():
            columns = {column.name for column in subject.table.columns} - {"account_id"}
            for row in held[subject.name]:
                told = {"attempt": {"answers"}, "result": {"raw_tenths", "c_tenths", "wir_tenths"}}.get(subject.name, set())
                assert columns - told <= set(row)

    @pytest.mark.parametrize("language", LANGUAGES)
    async def test_says_numbers_in_words(self, sqlite_world: World, language: str) -> None:
        world = sqlite_world
        await world.complete()
        held = places_of(await data_of(world, await candidate_of(world, "anna@example.com"), language))
        instrument = bank.current(bank.PROFILE)
        assert instrument is not None
        answers, first = some_answers(1), instrument.asked[0]
        words = instrument.answers_de if language == "de" else instrument.answers_en
        [attempt], [result] = held["attempt"], held["result"]
        assert attempt["answers"][0] == {"item": first.text.in_language(language), "answer": words[answers[first.key] - 1]}
        assert len(attempt["answers"]) == len(instrument.items)
        assert [scale["scale"] for scale in result["scales"]] == [scale.name.in_language(language) for scale in instrument.scales]
        assert all(0 <= scale["c_value"] <= 10 and 0 <= scale["raw_percent"] <= 100 for scale in result["scales"])

    async def test_has_what_happened_and_which_files_there_are(self, world: World) -> None:
        invited = await world.invite(send_email=True)
        await world.run_jobs()
        await world.begin(invited)
        key = await candidate_of(world, "anna@example.com")
        await store(world.settings).put(f"reports/{world.account_id}/{key}/1.pdf", b"x")
        await store(world.settings).put(f"exports/{world.account_id}/1.csv", b"of many people")
        data = await data_of(world, key)
        happened = [event["type"] for event in places_of(data)["event"]]
        assert happened == ["candidate.added", "invite.sent", "invite.mailed", "invite.started"]
        assert data["files"] == sorted([f"reports/{world.account_id}/{key}/1.pdf", invited])

    @pytest.mark.parametrize("language", LANGUAGES)
    async def test_reads_well_as_pdf(self, sqlite_world: World, language: str) -> None:
        """Searchable, tagged, in their language; whatever they are called."""
        world = sqlite_world
        await world.complete(name="Äda Größe-Ñandú <b>#raw[x]</b> *")
        key = await candidate_of(world, "anna@example.com")
        file = await of(world, key, "pdf", language)
        assert (file.name, file.media_type) == ("Äda Größe-Ñandú <b>#raw[x]</b> * - Dossier.pdf", "application/pdf")
        pdf = await content(file)
        text = pages(pdf)
        for expected in ("Äda Größe-Ñandú <b>#raw[x]</b> *", "anna@example.com", key, word("dossier", "title", language), "Owner Ltd"):
            assert expected in text
        assert PdfReader(io.BytesIO(pdf)).trailer["/Root"]["/Lang"] == language  # type: ignore[index]
        document = dossier.as_document(await dossier.collect(world.ports(), world.account_id, key), language)
        typesetter = world.ports().typesetter
        assert await typesetter.pdf("dossier", document) == await typesetter.pdf("dossier", document)

    async def test_is_noted_with_who_asked(self, world: World) -> None:
        """A dossier tells all there is of a person: the audit log says who had it, when it was made."""
        await world.complete()
        key = await candidate_of(world, "anna@example.com")
        await of(world, key, "json", by="key:key_9")
        rows = await events.after(world.database.read(), world.account_id, 0)
        [noted] = [row for row in rows if row.type == "candidate.disclosed"]
        assert (noted.subject, noted.actor, noted.facts) == (key, "key:key_9", {"format": "json"})

    async def test_of_somebody_erased_shows_what_is_left(self, world: World) -> None:
        key = await live(world, ANNA, 3)
        await erase(world, key)
        await world.run_jobs()
        data = await data_of(world, key)
        assert found(str(data), ANNA) == set()
        assert [row["candidate_key"] for row in places_of(data)["erasure"]] == [key]
        assert data["files"] == []

    async def test_of_nobody_or_of_others_is_not_found(self, world: World) -> None:
        """Q-2."""
        await world.invite()
        key = await candidate_of(world, "anna@example.com")
        for account_id, candidate in ((world.account_id, "cand_no"), (world.sandbox_id, key), (1, key)):
            with pytest.raises(NotFound):
                await DOWNLOADS[dossier.KIND](world.ports(), account_id, candidate=candidate, format="json", language="en", by="system")

    async def test_takes_as_many_statements_for_much_as_for_little(self, world: World) -> None:
        """Q-26."""
        await world.invite()
        key = await candidate_of(world, "anna@example.com")
        counts = []
        for _ in range(2):
            read = world.database.read()
            for subject in subjects():
                await dossier._rows(read, subject, world.account_id, key)
            counts.append(read.statements)  # type: ignore[attr-defined]
            await world.complete()
        assert counts == [sum(len(subject.held.ways) for subject in subjects())] * 2


class TestWords:
    def test_every_column_of_the_registry_has_a_name_in_both_languages(self) -> None:
        tables = [table for table in Entity.metadata.sorted_tables if held_in(table)]
        known = _words()["columns"]
        assert {column.name for table in tables for column in table.columns} <= known.keys()

    def test_every_kind_of_content_has_one(self) -> None:
        assert {content.name for content in Content} == _words()["content"].keys()

    def test_a_name_is_given_once(self) -> None:
        for language in LANGUAGES:
            for table in Entity.metadata.sorted_tables:
                if held_in(table):
                    names = [documents.label(column.name, language) for column in table.columns]
                    assert len(set(names)) == len(names), (table.name, language)


class TestRecord:
    @pytest.mark.parametrize("language", LANGUAGES)
    async def test_has_every_place_with_everything_personal_in_it(self, sqlite_world: World, language: str) -> None:
        listed = {entry["place"]: entry for entry in record.entries(language)}
        for place in places(Entity.metadata):
            if place.holding.content is not Content.NONE and place.name != "operation cache":
                table, _, column = place.name.partition(".")
                entry = listed[table if place not in OUTSIDE else place.name]
                assert documents.label(column, language) in {found["column"] for found in entry["contents"]} or not column
        for entry in listed.values():
            assert all(entry[name] for name in ("title", "people", "purpose", "kept", "basis"))

    async def test_leaves_to_the_controller_what_the_product_cannot_know(self, sqlite_world: World) -> None:
        world = sqlite_world
        made: dict[str, bytes] = {}
        for format in record.MEDIA_TYPES:
            file = await DOWNLOADS[record.KIND](world.ports(), world.account_id, format=format, language="en")
            made[format] = await content(file)
            assert file.media_type == record.MEDIA_TYPES[format]
        text, blank = made["md"].decode(), "[to be filled in by the controller]"
        assert text.startswith("# Record of processing activities\n")
        for name in ("Data protection officer", "Legal basis", "Categories of recipients", "Transfers to third countries"):
            assert f"- {name}: {blank}" in text
        assert "- Controller: Owner Ltd, GB, owner@example.com" in text
        assert "Legal basis" in pages(made["pdf"])
        assert orjson.loads(made["json"])["processing"] == record.entries("en")

    def test_is_the_same_for_every_holder(self) -> None:
        """An entry says what erasure does: rows that are deleted as a whole are so by column."""
        [entry] = [entry for entry in record.entries("en") if entry["place"] == "entry"]
        assert {found["on_erasure"] for found in entry["contents"]} == {"deleted"}


class TestMarkdown:
    def test_means_what_is_written(self) -> None:
        """Q-19: whatever people are called."""
        section = documents.Section("*A*", ["<b>"], [("x|y", "`z`")], [documents.Table(["h|1"], [["a\nb"]])])
        printed = documents.printed(title="_T_", subtitle="s", intro=[], sections=[section], language="en", at=world_time())
        text = documents.markdown(printed)
        assert "# \\_T\\_" in text
        assert "## \\*A\\*" in text
        assert "\\<b\\>" in text
        assert "- x|y: \\`z\\`" in text
        assert "| h\\|1 |" in text
        assert "| a b |" in text


def world_time() -> Any:
    from tests.support.world import START

    return START
