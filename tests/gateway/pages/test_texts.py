"""The words: in every language, with the same facts, in the language of the reader."""

import re
from importlib import resources

import pytest

from domain.kernel.language import Language
from gateway.pages.texts import Texts, catalogue, language_of, preferred


def test_every_text_exists_in_every_language_with_the_same_facts():
    for key, text in catalogue().items():
        assert set(text) == {language.value for language in Language}, key
        facts = {language: set(re.findall(r"{(\w+)}", words)) for language, words in text.items()}
        assert facts["en"] == facts["de"], key


def test_the_templates_name_texts_that_exist():
    folder = resources.files("gateway.pages") / "templates"
    for template in folder.iterdir():
        for key in re.findall(r'\bt\("([a-z]+\.[a-z_]+)"[,)]', template.read_text("utf-8")):
            assert key in catalogue(), (template.name, key)


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("", "en"),
        ("de", "de"),
        ("de-AT,de;q=0.9,en;q=0.8", "de"),
        ("fr,en;q=0.4,de;q=0.6", "de"),
        ("fr, it", "en"),
        ("en;q=nonsense,de;q=0.1", "de"),
        (",;,q=;q=", "en"),
    ],
)
def test_the_browser_is_asked_which_language(header, language):
    assert preferred(header).value == language


@pytest.mark.parametrize(("tag", "language"), [("de", "de"), ("DE", "de"), ("de-CH", "de"), ("fr", None), ("", None), (None, None)])
def test_only_our_languages_are_known(tag, language):
    assert language_of(tag) == language


@pytest.mark.parametrize(
    ("at", "told"),
    [("2026-04-01T09:30:00Z", "1. April 2026, 09:30 Uhr (UTC)"), ("2026-04-01T01:30:00+02:00", "31. März 2026, 23:30 Uhr (UTC)")],
)
def test_moments_are_told_with_their_zone(at, told):
    assert Texts(Language.DE).moment(at) == told
