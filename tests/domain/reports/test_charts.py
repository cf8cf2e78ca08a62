"""Pictures: well-formed, harmless, nothing beside the canvas, each value where it belongs."""

import math
import re
from itertools import pairwise
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.reports import assessment, charts
from domain.reports.charts import Shown, Spread
from tests.domain.reports.made import GROUP, INSTRUMENT, OPERATIVE

NS = "{http://www.w3.org/2000/svg}"
HARMLESS = {"svg", "title", "desc", "path", "line", "rect", "circle", "text"}
EVIL = "<script>alert(1)</script> & \" ' ]]> \x00 \ud800 ü"
values = st.none() | st.integers(0, 100)
names = st.text(max_size=40)
languages = st.sampled_from(["en", "de"])


def scales(c_tenths: list[int | None], name: str = "Scale") -> list[Shown]:
    return [Shown(f"{name} {index}", f"Group {index // 3}", value, 0.9) for index, value in enumerate(c_tenths)]


def parsed(svg: str) -> ElementTree.Element:
    root = ElementTree.fromstring(svg)
    assert {element.tag.removeprefix(NS) for element in root.iter()} <= HARMLESS
    for element in root.iter():
        assert not any(name.startswith("on") or "href" in name or name == "style" for name in element.attrib)
        assert not any("url(" in value for value in element.attrib.values())
    assert root.get("role") == "img"
    assert [child.tag for child in root[:2]] == [f"{NS}title", f"{NS}desc"]
    return root


def texts_in(root: ElementTree.Element) -> list[str]:
    return [element.text or "" for element in root.iter(f"{NS}text")]


def on_canvas(root: ElementTree.Element) -> None:
    """Nothing is drawn beside the canvas; a letter is taken as wide as the widest ones usually are on average."""
    _, _, width, height = map(float, (root.get("viewBox") or "").split())
    for element in root.iter(f"{NS}text"):
        x, y, size = (float(element.get(name, "0")) for name in ("x", "y", "font-size"))
        wide = len(element.text or "") * size * 0.6
        left = x - wide * {"start": 0, "middle": 0.5, "end": 1}[element.get("text-anchor", "start")]
        assert left >= -1, (element.text, left)
        assert left + wide <= width + 1, (element.text, left + wide)
        assert size <= y + 1 <= height + 1, element.text
    for element in root.iter(f"{NS}circle"):
        assert 0 <= float(element.get("cx", "")) <= width
        assert 0 <= float(element.get("cy", "")) <= height
    for element in root.iter(f"{NS}rect"):
        assert float(element.get("x", "")) + float(element.get("width", "")) <= width + 0.01


class TestRadar:
    @pytest.mark.parametrize("language", ["en", "de"])
    @pytest.mark.parametrize("value", [0, 50, 100, None])
    def test_shows_every_scale_within_its_canvas(self, language: str, value: int | None) -> None:
        shown = [Shown(scale.name.in_language(language), "", value) for scale in OPERATIVE]
        root = parsed(charts.radar(shown, language))
        on_canvas(root)
        assert {scale.name for scale in shown} <= set(texts_in(root))
        assert len(list(root.iter(f"{NS}circle"))) == (0 if value is None else 17)

    def test_each_value_lies_on_its_axis(self) -> None:
        root = parsed(charts.radar(scales([0, 25, 50, 100]), "en"))
        places = [(float(dot.get("cx", "")), float(dot.get("cy", ""))) for dot in root.iter(f"{NS}circle")]
        middle = places[0]
        outside = math.dist(middle, places[3])
        assert [round(math.dist(middle, place) / outside, 2) for place in places] == [0, 0.25, 0.5, 1]
        assert places[1][0] > middle[0] + 1
        assert places[1][1] == middle[1]
        assert places[2][1] > middle[1]
        assert places[3][0] < middle[0]

    def test_a_missing_value_leaves_a_gap_and_says_so(self) -> None:
        whole, gap = (charts.radar(scales(given), "en") for given in ([50] * 5, [50, 50, None, 50, 50]))
        assert "fill-opacity" in whole
        assert "fill-opacity" not in gap
        assert texts_in(parsed(gap)).count("Not enough answers") == 1
        assert "Scale 2: Not enough answers" in gap

    def test_is_as_wide_as_wanted(self) -> None:
        root = parsed(charts.radar(scales([50] * 17), "en", 315))
        assert (root.get("width"), root.get("height")) == ("315", "238")
        assert root.get("viewBox") == "0 0 630 476"


class TestBars:
    @pytest.mark.parametrize("language", ["en", "de"])
    @pytest.mark.parametrize("value", [0, 50, 100, None])
    def test_show_every_scale_within_their_canvas(self, language: str, value: int | None) -> None:
        shown = assessment.shown(INSTRUMENT, GROUP, [value] * 23, language)
        root = parsed(charts.bars(shown, language))
        on_canvas(root)
        assert {scale.name for scale in shown} | {scale.group for scale in shown} <= set(texts_in(root))

    def test_bands_are_cut_to_the_scale(self) -> None:
        assert charts.band(50, 1.0) == (pytest.approx(3.04), pytest.approx(6.96))
        assert charts.band(5, 1.0) == (0.0, pytest.approx(2.46))
        assert charts.band(100, 1.0) == (pytest.approx(8.04), 10.0)

    def test_rows_do_not_touch(self) -> None:
        root = parsed(charts.bars(scales([50] * 23), "en"))
        heights = sorted(
            float(element.get("y", "")) for element in root.iter(f"{NS}text") if (element.text or "").startswith(("Scale", "Group"))
        )
        assert min(after - before for before, after in pairwise(heights)) > 14


class TestTeam:
    def test_shows_mean_spread_and_range(self) -> None:
        rows = [Spread("Ä", "G", 5.0, 1.5, 2.0, 8.0), Spread("B", "G", 0.0, 4.0, 0.0, 10.0), Spread("C", "H", 7.25), Spread("D", "H", None)]
        root = parsed(charts.team_chart(rows, "de"))
        on_canvas(root)
        assert {"5,0", "± 1,5", "0,0", "± 4,0", "7,2", "Zu wenige Antworten"} <= set(texts_in(root))
        assert len([dot for dot in root.iter(f"{NS}circle") if dot.get("r") == "4.6"]) == 3

    @given(means=st.lists(st.none() | st.floats(0, 10), max_size=23), deviation=st.floats(0, 5))
    @settings(max_examples=30, deadline=None)
    def test_stays_on_its_canvas(self, means: list[float | None], deviation: float) -> None:
        on_canvas(parsed(charts.team_chart([Spread("Scale", "", mean, deviation, 0, 10) for mean in means], "en")))


class TestAll:
    @given(c_tenths=st.lists(values, min_size=3, max_size=23), name=names, language=languages)
    @settings(max_examples=60, deadline=None)
    def test_are_well_formed_whatever_is_in_them(self, c_tenths: list[int | None], name: str, language: str) -> None:
        shown = scales(c_tenths, name)
        for draw in (charts.radar, charts.bars):
            svg = draw(shown, language)
            parsed(svg)
            assert svg == draw(shown, language)
            assert not re.search(r"nan|inf\b|-0\b|e-\d", re.sub(r">[^<]*<", "><", svg))

    @pytest.mark.parametrize("language", ["en", "de"])
    def test_escape_what_is_written_in_them(self, language: str) -> None:
        for svg in (charts.radar(scales([50] * 5, EVIL), language), charts.team_chart([Spread(EVIL, EVIL, 5.0)], language)):
            parsed(svg)
            assert "<script" not in svg

    @pytest.mark.parametrize("language", ["en", "de"])
    def test_small_ones_fit_too(self, language: str) -> None:
        for svg in (charts.classes(language), charts.wir_ich(0, language), charts.wir_ich(500, language), charts.wir_ich(1000, language)):
            on_canvas(parsed(svg))
