"""The texts of reports are whole, in both languages, each said once, in words that fit."""

import re
from collections import Counter
from itertools import product

import pytest

from domain.kernel.language import Language, Text
from domain.reports import texts
from domain.reports.focus import ReportFocus
from tests.domain.reports.made import INSTRUMENT

KEYS = [scale.key for scale in INSTRUMENT.scales]
ENGLISH = re.compile(r"\b(the|and|of|with|this|that|is|are|to|for|when|where|what|you|your|by|from|which|at|be)\b", re.IGNORECASE)
GERMAN = re.compile(r"\b(und|der|die|das|ist|nicht|mit|wird|werden|eine|wo|wenn|Sie)\b")
WITHOUT_UMLAUT = re.compile(
    r"fuer|ueber|fuehr|koenn|moegl|moech|waehl|waehr|groess|loes|haelt|laess|naech|spaet|wuerd|muess|verlaess", re.IGNORECASE
)
ADDRESS = re.compile(r"\b(Sie|Ihnen|Ihr|Ihre|Ihrem|Ihren|Ihrer|Ihres)\b")
VERDICTS = re.compile(r"unsuitable|unfit|disorder|symptom|patholog|diagnos|ungeeignet|krank|Störung|neuroti", re.IGNORECASE)


def every_text() -> list[tuple[str, Text]]:
    """Where each text stands, and the text."""
    found = [
        (f"{focus} {scale} {level}", texts.of_scale(focus, scale, level))
        for focus, scale, level in product(ReportFocus, KEYS, texts.LEVELS)
    ]
    found += [
        (f"question {focus} {scale} {c_tenths}", texts.question(focus, scale, c_tenths))
        for focus, scale, c_tenths in product(ReportFocus, KEYS, (10, 90))
    ]
    return found


class TestTexts:
    def test_there_is_one_for_every_scale_level_and_focus(self) -> None:
        assert len(every_text()) == 3 * 23 * 5 + 3 * 23 * 2
        for place, text in every_text():
            for words in (text.en, text.de):
                assert len(words) >= 20, place
                assert words == words.strip(), place
                assert words[-1] in ".?", place
                assert "  " not in words, place

    @pytest.mark.parametrize("name", ["standard", "leadership", "sales", "questions"])
    def test_there_are_none_for_anything_else(self, name: str) -> None:
        held = texts.read(name)
        assert list(held) == KEYS
        inside = {tuple(parts) for parts in held.values()}
        assert inside == {tuple(ReportFocus) if name == "questions" else texts.LEVELS}

    def test_none_is_said_twice(self) -> None:
        said = Counter(words for _, text in every_text() for words in (text.en, text.de))
        assert [words for words, times in said.items() if times > 1] == []

    def test_each_language_is_kept_to_itself(self) -> None:
        around = [Text.of(both) for table in ("labels", "focus", "purpose", "tendency") for both in texts.read("words")[table].values()]
        for place, text in [*every_text(), *(("words", text) for text in around)]:
            assert not ENGLISH.search(text.de), (place, text.de)
            assert not GERMAN.search(text.en), (place, text.en)
            assert not WITHOUT_UMLAUT.search(text.de), (place, text.de)

    def test_people_are_addressed_politely(self) -> None:
        for place, text in every_text():
            if place.startswith("question"):
                assert ADDRESS.search(text.de), (place, text.de)
            assert not re.search(r"\b(du|dein\w*|dir|dich|euch|euer)\b", text.de), place

    def test_nobody_is_judged(self) -> None:
        for place, text in every_text():
            assert not VERDICTS.search(text.en + text.de), place

    def test_the_two_languages_say_about_as_much(self) -> None:
        for place, text in every_text():
            assert 0.6 < len(text.de) / len(text.en) < 1.8, (place, text)


class TestLevels:
    @pytest.mark.parametrize(
        ("c_tenths", "level"),
        [
            (0, "low"),
            (24, "low"),
            (25, "below"),
            (34, "below"),
            (35, "average"),
            (64, "average"),
            (65, "above"),
            (74, "above"),
            (75, "high"),
            (100, "high"),
        ],
    )
    def test_follow_the_classes(self, c_tenths: int, level: str) -> None:
        assert texts.level_of(c_tenths) == level

    def test_a_question_is_about_the_side_that_stands_out(self) -> None:
        low, high = (texts.question(ReportFocus.STANDARD, "people", value) for value in (49, 50))
        assert low != high
        assert high == Text.of(texts.read("questions")["people"]["standard"]["high"])


class TestWords:
    def test_there_are_as_many_in_each_language(self) -> None:
        assert texts.words(Language.EN).keys() == texts.words(Language.DE).keys()
        for table in ("reading", "method"):
            both = [texts.paragraphs(table, language) for language in Language]
            assert len({len(parts) for parts in both}) == 1
            assert all(part["title"] and part["text"] for parts in both for part in parts)

    def test_every_label_has_one(self) -> None:
        assert [texts.label(value * 10, "de") for value in (0, 2, 3, 5, 7, 8, 10)] == [
            "Sehr niedrig",
            "Niedrig",
            "Unterdurchschnittlich",
            "Durchschnittlich",
            "Überdurchschnittlich",
            "Hoch",
            "Sehr hoch",
        ]
