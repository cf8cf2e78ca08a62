"""What reports say: our own texts by scale, level and focus, in both languages."""

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any

from domain.kernel.language import Text
from domain.results.scoring import LABELS, class_of, label_of

LEVELS = ("low", "below", "average", "above", "high")
_LEVEL_OF_CLASS = (0, 0, 0, 1, 2, 2, 2, 3, 4, 4, 4)
LABEL_KEYS = {label: label.lower().replace(" ", "_") for label in LABELS}


@cache
def read(name: str) -> dict[str, Any]:
    """One of our files of texts."""
    return tomllib.loads((files(__package__) / "data" / f"{name}.toml").read_text("utf-8"))


def level_of(c_tenths: int) -> str:
    """One of five levels of a C-value: classes 0-2, 3, 4-6, 7 and 8-10."""
    return LEVELS[_LEVEL_OF_CLASS[class_of(c_tenths)]]


def of_scale(focus: str, scale: str, level: str) -> Text:
    """What a scale says at a level: by itself for `standard`, the sentence beside it for another focus."""
    return Text.of(read(focus)[scale][level])


def question(focus: str, scale: str, c_tenths: int) -> Text:
    """What to ask about a scale that stands out, by the side it stands out to."""
    return Text.of(read("questions")[scale][focus]["low" if c_tenths < 50 else "high"])


def label(c_tenths: int, language: str) -> str:
    """The word for a C-value."""
    return chosen("labels", LABEL_KEYS[label_of(c_tenths)], language)


def chosen(table: str, key: str, language: str) -> str:
    """A word of a table of words."""
    return Text.of(read("words")[table][key]).in_language(language)


@cache
def words(language: str) -> dict[str, str]:
    """All words around the texts."""
    return {key: Text.of(both).in_language(language) for key, both in read("words")["words"].items()}


def paragraphs(table: str, language: str) -> list[dict[str, str]]:
    """Paragraphs with titles."""
    return [{name: Text.of(part[name]).in_language(language) for name in ("title", "text")} for part in read("words")[table]]
