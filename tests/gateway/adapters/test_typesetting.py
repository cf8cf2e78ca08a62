"""PDFs as they come out: readable, archivable, accessible, the same bytes for the same input, data never markup."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from domain.kernel.language import Language
from domain.reports import assessment, texts
from domain.reports.focus import ReportFocus
from gateway.adapters import typesetting
from gateway.adapters.typesetting import FONTS, coverage, render
from tests.domain.reports.made import INSTRUMENT, Paper, material

EVIL = '#sys.inputs *bold* $x$ <b> \\ `raw` @ref #read("theme.typ") _a_ = // /* {{7*7}}'
LONG = ("Donaudampfschifffahrtsgesellschaftskapitänswitwe" * 5)[:200]
PAGES = 9


def paper(language: Language = Language.DE, focus: ReportFocus = ReportFocus.STANDARD, **options: Any) -> Paper:
    return Paper(render(assessment.TEMPLATE, assessment.document(material(**options), focus, language)))


@pytest.fixture(scope="module")
def german() -> Paper:
    return paper(focus=ReportFocus.LEADERSHIP)


@pytest.fixture(scope="module")
def english() -> Paper:
    return paper(Language.EN, ReportFocus.SALES, name="Tom O'Neil")


class TestContent:
    def test_says_everything_in_german(self, german: Paper) -> None:
        assert german.count == PAGES
        assert "Jörg Müller-Großkopf" in german.page(1)
        assert "Entworfen, nicht empirisch" in german.page(1)
        assert "2. März 2026" in german.page(1)
        for scale in INSTRUMENT.scales:
            assert german.text.count(scale.name.de) >= 3, scale.name.de  # in a picture, in words, in the table
        for part in (
            "So lesen Sie diesen Bericht",
            "Überdurchschnittlich",
            "Fragen für das Gespräch",
            "Methode und Grenzen",
            "Seite 2 von 9",
        ):
            assert part in german.text, part

    def test_says_everything_in_english(self, english: Paper) -> None:
        assert english.count == PAGES
        for scale in INSTRUMENT.scales:
            assert english.text.count(scale.name.en) >= 3, scale.name.en
        for part in ("How to read this report", "2 March 2026", "Profile report · Sales", "Method and limits", "Page 9 of 9"):
            assert part in english.text, part

    def test_has_the_text_of_each_scale_and_of_its_focus(self, english: Paper) -> None:
        given = material(name="Tom O'Neil")
        for scale, value in zip(INSTRUMENT.scales, given.c_tenths, strict=True):
            assert value is not None
            for focus in (ReportFocus.STANDARD, ReportFocus.SALES):
                assert texts.of_scale(focus, scale.key, texts.level_of(value)).en in english.text

    def test_keeps_the_text_of_pictures(self, german: Paper) -> None:
        assert "Misserfolgstoleranz" in german.page(3)
        assert "Vertrauensbereich (95 %)" in german.page(4)

    @pytest.mark.parametrize("focus", list(ReportFocus))
    @pytest.mark.parametrize("everywhere", [0, 100])
    def test_fits_whatever_the_values(self, focus: ReportFocus, everywhere: int) -> None:
        assert paper(Language.DE, focus, everywhere=everywhere).count == PAGES

    def test_says_where_there_are_too_few_answers(self) -> None:
        some = paper(missing=("detail", "graves4_order"))
        assert some.count == PAGES
        assert some.text.count("Zu wenige Antworten") == 7  # in pictures, words and table
        assert "Das Verhältnis kann nicht angegeben werden" in some.text
        none = paper(Language.EN, missing=[scale.key for scale in INSTRUMENT.scales])
        assert "No scale has enough answers" in none.page(8)

    def test_names_nobody_who_was_anonymised(self) -> None:
        assert "Anonymisierte Person" in paper(name=None).page(1)
        assert "Anonymised person" in paper(Language.EN, name=None).reader.metadata.title


class TestForm:
    def test_is_archivable_and_accessible(self, german: Paper) -> None:
        assert bool(german.root["/MarkInfo"]["/Marked"])
        assert "/StructTreeRoot" in german.root
        assert german.root["/Lang"] == "de"
        assert "<pdfaid:part>2</pdfaid:part>" in german.metadata
        assert "<pdfaid:conformance>A</pdfaid:conformance>" in german.metadata

    def test_says_what_it_is(self, german: Paper, english: Paper) -> None:
        assert german.reader.metadata.title == "Profilbericht – Jörg Müller-Großkopf"
        assert english.root["/Lang"] == "en"
        assert str(german.reader.metadata.creation_date) == "2026-03-02 09:00:00+00:00"

    def test_carries_its_fonts(self, german: Paper) -> None:
        fonts = german.fonts()
        assert len(fonts) > 3
        for font in fonts:
            assert "Inter" in font["/FontName"]
            assert "/FontFile2" in font or "/FontFile3" in font

    def test_can_be_gone_through_by_its_headings(self, german: Paper) -> None:
        assert "Fragen für das Gespräch" in str(german.reader.outline)

    def test_asks_for_nothing_and_runs_nothing(self, german: Paper) -> None:
        raw = str(german.reader.trailer["/Root"])
        assert "/JavaScript" not in raw
        assert "/OpenAction" not in raw

    async def test_is_the_same_for_the_same_input(self) -> None:
        data = assessment.document(material(seed=5), ReportFocus.SALES, Language.EN)
        first, second = await asyncio.gather(*(typesetting.Typst().pdf(assessment.TEMPLATE, data) for _ in range(2)))
        assert first == second
        assert first != render(assessment.TEMPLATE, {**data, "name": "Another"})


class TestNames:
    def test_are_never_markup(self) -> None:
        made = paper(name=EVIL)
        assert EVIL in made.page(1)
        assert "bold" in made.reader.metadata.title

    def test_may_be_long(self) -> None:
        made = paper(name=LONG)
        assert made.count == PAGES
        assert LONG in made.page(1).replace("\u200b", "").replace(" ", "")

    @pytest.mark.parametrize("name", ["Łukasz Żółć", "Ελένη Παπαδοπούλου", "Ђорђе Щукин", "Nguyễn Thị Ánh", "I\u0307brahim"])
    def test_of_europe_are_shown(self, name: str) -> None:
        shown = coverage.showable(name, FONTS)
        assert coverage.BOX not in shown
        assert paper(name=name).reader.metadata.title.endswith(shown)

    @pytest.mark.parametrize(
        ("name", "shown"), [("王小明 Li", "□□□ Li"), ("😀", "□"), ("עמר", "□□□"), ("a\u202eb", "ab"), ("\ue000", "□"), ("e\u0301", "é")]
    )
    def test_without_shapes_are_boxes(self, name: str, shown: str) -> None:
        """An archivable file refuses them otherwise."""
        assert coverage.showable({"name": [name]}, FONTS) == {"name": [shown]}
        assert "1001" in paper(name=name).page(1)


class TestVersion:
    def test_changes_with_what_decides_how_a_template_looks(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        setter = typesetting.Typst()
        before = setter.version(assessment.TEMPLATE)
        assert before == setter.version(assessment.TEMPLATE)
        for file in ("assessment.typ", "theme.typ"):
            (tmp_path / file).write_bytes((typesetting.FOLDER / file).read_bytes())
        (tmp_path / "theme.typ").write_text("changed")
        monkeypatch.setattr(typesetting, "FOLDER", tmp_path)
        typesetting._version.cache_clear()
        assert setter.version(assessment.TEMPLATE) != before
        monkeypatch.undo()
        typesetting._version.cache_clear()


class TestFonts:
    def test_have_the_same_letters_in_all_weights(self) -> None:
        files = sorted(FONTS.glob("*.ttf"))
        assert [file.stem for file in files] == ["Inter-Medium", "Inter-Regular", "Inter-SemiBold"]
        known = coverage.characters(FONTS)
        assert all(coverage._mapped(file.read_bytes()) == known for file in files)
        assert {ord(letter) for letter in "AZazäöüÄÖÜß€„“–…·×√−±Ωжё"} <= known
        assert not {ord(letter) for letter in "王ع"} & known
        assert (FONTS / "LICENSE.txt").read_text().count("SIL OPEN FONT LICENSE") >= 1
