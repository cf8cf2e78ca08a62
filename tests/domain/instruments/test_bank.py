"""The item bank: what the scoring, the pages and a psychologist may rely on."""

import hashlib
import re
import tomllib
from importlib.resources import files
from typing import Any

import pytest

from domain import instruments
from domain.instruments import bank
from domain.instruments.bank import Instrument

MOTIVATION_TO_INFORMATION = [
    *("goal_orientation", "problem_solving", "proactive", "reflective", "internal"),
    *("external", "sameness", "difference", "global", "detail"),
]
RESILIENCE_TO_ORIENTATION = ["failure_tolerance", "stability", "procedural", "options", "practical", "people", "process"]
OPERATIVE = MOTIVATION_TO_INFORMATION + RESILIENCE_TO_ORIENTATION
GRAVES = ["graves2_security", "graves3_power", "graves4_order", "graves5_success", "graves6_community", "graves7_growth"]
GROUPS = {
    "motivation": 2,
    "work_style": 2,
    "decision_making": 2,
    "perception": 2,
    "information": 2,
    "resilience": 2,
    "approach": 2,
    "orientation": 3,
    "values": 6,
}
NEGATIONS = {
    "en": "not no never none nor neither nothing nobody without cannot hardly barely unable lack",
    "de": "nicht nichts nie niemals niemand weder noch ohne kaum kein keine keinen keinem keiner keines nirgends",
}
ABSOLUTES = {
    "en": "always every all everyone everything completely totally absolutely entirely constantly",
    "de": "immer stets alle alles jeder jede jedes völlig absolut ständig vollkommen gänzlich",
}
GENDERED = {"en": "he she him her his hers man men woman women", "de": "er mann männer frau frauen"}
FROZEN = {("escprofile", "1.0"): "9ea4156842669171"}
"""Digests of what was published: another one means that a published version was edited instead of copied."""


@pytest.fixture(scope="module")
def profile() -> Instrument:
    found = bank.current(bank.PROFILE)
    assert found is not None
    return found


def data(file: str) -> dict[str, Any]:
    return tomllib.loads((files(instruments) / "data" / file).read_text("utf-8"))


def words(text: str) -> list[str]:
    return re.findall(r"[a-zäöüß]+(?:'[a-z]+)?", text.lower())


class TestScales:
    def test_stand_in_their_published_order(self, profile: Instrument) -> None:
        """I-ESC-1, I-ESC-4: 17 operative dimensions, then six Graves values."""
        assert [scale.key for scale in profile.scales] == OPERATIVE + GRAVES
        assert [scale.position for scale in profile.scales] == list(range(23))
        assert [scale.kind for scale in profile.scales] == ["operative"] * 17 + ["graves"] * 6

    def test_are_in_groups_that_hang_together(self, profile: Instrument) -> None:
        groups = [scale.group for scale in profile.scales]
        assert groups == [group for group, count in GROUPS.items() for _ in range(count)]
        assert len({(scale.group, scale.group_name) for scale in profile.scales}) == len(GROUPS)

    def test_have_names_and_descriptions_of_their_own_in_both_languages(self, profile: Instrument) -> None:
        """R-ESC-31, R-ESC-34."""
        for language in ("en", "de"):
            names = [scale.name.in_language(language) for scale in profile.scales]
            descriptions = [scale.description.in_language(language) for scale in profile.scales]
            assert len(set(names)) == len(set(descriptions)) == 23
            assert all(3 <= len(name) <= 30 for name in names)
            assert all(100 <= len(text) <= 300 and text.endswith(".") for text in descriptions)


class TestItems:
    def test_are_five_a_scale_some_but_not_all_reversed(self, profile: Instrument) -> None:
        for scale in profile.scales:
            assert [item.key for item in scale.items] == [f"{scale.key}_{number}" for number in range(1, 6)]
            assert {item.scale for item in scale.items} == {scale.key}
            assert 1 <= sum(item.reverse for item in scale.items) <= 2

    def test_have_ids_and_places_of_their_own(self, profile: Instrument) -> None:
        assert [item.position for item in profile.items] == list(range(115))
        assert len({item.key for item in profile.items}) == 115
        assert [profile.by_key[item.key] for item in profile.items] == list(profile.items)

    def test_are_asked_one_of_each_scale_in_turn(self, profile: Instrument) -> None:
        assert sorted(item.position for item in profile.asked) == list(range(115))
        for first in range(0, 115, 23):
            assert [item.scale for item in profile.asked[first : first + 23]] == OPERATIVE + GRAVES

    def test_have_one_key_and_one_direction_for_both_languages(self) -> None:
        """Nothing that is scored is said for a language."""
        for file in bank.FILES.values():
            for scale in data(file)["scales"]:
                for item in scale["items"]:
                    assert set(item) == {"key", "reverse", "en", "de"}
                    assert isinstance(item["reverse"], bool)


class TestTexts:
    @pytest.mark.parametrize("language", ["en", "de"])
    def test_are_short_sentences_and_no_two_alike(self, profile: Instrument, language: str) -> None:
        texts = [item.text.in_language(language) for item in profile.items]
        assert len({tuple(words(text)) for text in texts}) == 115
        for text in texts:
            assert 25 <= len(text) <= 100, text
            assert len(words(text)) <= 16, text
            assert text[0].isupper(), text
            assert re.fullmatch(r"[^.!?;:]+\.", text), text
            assert text == " ".join(text.split()), text

    @pytest.mark.parametrize("language", ["en", "de"])
    @pytest.mark.parametrize("banned", [NEGATIONS, ABSOLUTES, GENDERED], ids=["negation", "absolute word", "gender"])
    def test_have_no(self, profile: Instrument, language: str, banned: dict[str, str]) -> None:
        """Without a negation there is no double one, neither in an item nor with a reversed key."""
        listed = set(banned[language].split())
        found = {item.key: listed & set(words(item.text.in_language(language))) for item in profile.items}
        assert {key: some for key, some in found.items() if some} == {}
        assert not [item.key for item in profile.items if "n't" in item.text.en]

    def test_speak_of_the_person_who_answers(self, profile: Instrument) -> None:
        own = {"en": {"i", "me", "my", "myself"}, "de": {"ich", "mich", "mir"}}
        for language, speaks in own.items():
            for item in profile.items:
                said = words(item.text.in_language(language))
                assert any(word in speaks or word.startswith("mein") for word in said), item.key

    def test_are_translated(self, profile: Instrument) -> None:
        for item in profile.items:
            assert set(words(item.text.en)) - set(words(item.text.de)), item.key
            assert item.text.in_language("en") == item.text.en
            assert item.text.in_language("de") == item.text.de

    def test_of_answers_are_five_in_both_languages(self, profile: Instrument) -> None:
        assert len(set(profile.answers_en)) == len(set(profile.answers_de)) == bank.POINTS == 5


class TestVersions:
    def test_of_every_file_are_known_by_what_it_says(self) -> None:
        """Results stay readable by the version they were taken with."""
        assert sorted(bank.FILES.values()) == sorted(path.name for path in (files(instruments) / "data").iterdir())
        for (key, version), file in bank.FILES.items():
            head = data(file)["instrument"]
            assert (head["key"], head["version"]) == (key, version)
            found = bank.find(key, version)
            assert found is not None
            assert (found.key, found.version) == (key, version)

    def test_that_are_current_were_published(self) -> None:
        for key, version in bank.CURRENT.items():
            assert bank.current(key) is bank.find(key, version) is bank.instrument(key, version)

    @pytest.mark.parametrize(("key", "version"), [("escprofile", "0.9"), ("escprofile", ""), ("", "1.0"), ("other", "1.0")])
    def test_that_there_are_not_are_not_found(self, key: str, version: str) -> None:
        assert bank.find(key, version) is None
        assert bank.current("other") is None

    def test_that_were_published_are_frozen(self) -> None:
        """Comments may change; keys, directions, texts and answers are a new version."""
        assert {known: digest(bank.instrument(*known)) for known in bank.FILES} == FROZEN


def digest(published: Instrument) -> str:
    answers = [*published.answers_en, *published.answers_de]
    items = [f"{item.key} {item.scale} {item.reverse} {item.text.en} {item.text.de}" for item in published.items]
    return hashlib.sha256("\n".join([*answers, *items]).encode()).hexdigest()[:16]
