"""What the report of a team says."""

from collections.abc import Collection
from datetime import UTC, datetime
from typing import Any

import pytest

from domain.kernel.language import Language
from domain.reports import team, texts
from domain.reports.focus import TeamFocus
from domain.reports.team import Person, TeamMaterial
from gateway.adapters.typesetting import render
from tests.domain.reports.made import INSTRUMENT, Paper, material
from tests.domain.reports.test_texts import ENGLISH, GERMAN, WITHOUT_UMLAUT

NAMES = ("Anna Berg", "Jörg Weiß", "Łukasz Żółć", "#evil *x* $y$", "x" * 60, None)


def people(count: int, missing: Collection[str] = ()) -> list[Person]:
    made = [material(NAMES[number % len(NAMES)], seed=number, missing=missing) for number in range(count)]
    return [Person(one.name, "escprofile", "1.0", one.raw_tenths, one.c_tenths) for one in made]


def document(members: list[Person], focus: TeamFocus = TeamFocus.LEADERSHIP, language: Language = Language.EN) -> dict[str, Any]:
    return team.document(TeamMaterial("Vertrieb Süd", datetime(2026, 3, 2, tzinfo=UTC), members), focus, language)


def alike(mean: int, count: int = 3) -> list[Person]:
    return [Person(f"P{number}", "escprofile", "1.0", [500] * 23, [mean] * 23) for number in range(count)]


class TestTexts:
    def test_are_there_for_every_scale_side_and_focus_once_in_each_language(self) -> None:
        held = texts.read("team")
        assert list(held) == [scale.key for scale in INSTRUMENT.scales]
        said = [
            side[language] for parts in held.values() for sides in parts.values() for side in sides.values() for language in ("en", "de")
        ]
        assert len(said) == len(set(said)) == 23 * 3 * 2 * 2
        for parts in held.values():
            assert set(parts) == set(TeamFocus)
            for sides in parts.values():
                assert set(sides) == {"low", "high"}
                for side in sides.values():
                    assert not ENGLISH.search(side["de"]), side["de"]
                    assert not GERMAN.search(side["en"]), side["en"]
                    assert not WITHOUT_UMLAUT.search(side["de"]), side["de"]


class TestDocument:
    def test_tells_what_is_furthest_from_the_middle(self) -> None:
        assert document(alike(50))["alike"] == []
        assert document(alike(54))["alike"] == []
        high = document(alike(62))["alike"]
        assert len(high) == team.STAND_OUT
        assert high[0] == {
            "scale": "Goal orientation",
            "value": "6.2",
            "text": texts.read("team")["goal_orientation"]["leadership"]["high"]["en"],
        }
        low = document(alike(30), TeamFocus.SALES, Language.DE)["alike"]
        assert low[1]["text"] == texts.read("team")["problem_solving"]["sales"]["low"]["de"]

    def test_tells_where_people_differ(self) -> None:
        members = [Person(None, "escprofile", "1.0", [500] * 23, [50, value, *([50] * 21)]) for value in (20, 50, 80)]
        assert document(members)["differ"][0] == {"scale": "Problem solving", "value": "± 3.0"}

    def test_shows_each_person_by_name_to_those_who_lead(self) -> None:
        matrix = document(people(6))["matrix"]
        assert [row["name"].replace("\u200b", "") for row in matrix["rows"]][:3] == ["#evil *x* $y$", "Anna Berg", "Jörg Weiß"]
        assert matrix["rows"][-1]["name"] == "Anonymised person"
        assert all(len(row["cells"]) == 17 for row in matrix["rows"])
        assert document(people(41))["matrix"]["rows"] == []

    def test_shows_nobody_to_everybody(self) -> None:
        data = document(people(6), TeamFocus.EMPLOYEE)
        assert data["matrix"] is None
        assert "lowest to highest" not in data["overview"]["svg"]
        assert not any(str(name) in str(data) for name in NAMES[:3])


class TestPaper:
    @pytest.mark.parametrize(
        ("focus", "language", "count", "missing", "pages"),
        [
            (TeamFocus.LEADERSHIP, Language.DE, 12, (), 7),
            (TeamFocus.SALES, Language.EN, 40, ("detail",), 8),
            (TeamFocus.EMPLOYEE, Language.DE, 5, ("detail", "graves3_power"), 6),
            (TeamFocus.LEADERSHIP, Language.EN, 41, (), 7),
        ],
    )
    def test_is_set(self, focus: TeamFocus, language: Language, count: int, missing: Collection[str], pages: int) -> None:
        data = document(people(count, missing), focus, language)
        content = render(team.TEMPLATE, data)
        paper = Paper(content)
        assert paper.count == pages
        assert "Vertrieb Süd" in paper.page(1)
        for scale in INSTRUMENT.scales[:17]:
            assert scale.name.in_language(language) in paper.page(3)
        assert ("Jörg Weiß" in paper.text) == (focus is not TeamFocus.EMPLOYEE and count <= team.MOST_SHOWN)
        assert render(team.TEMPLATE, data) == content
        assert "<pdfaid:conformance>A</pdfaid:conformance>" in paper.metadata
