"""The registry's words for people, in their language."""

import tomllib
from functools import cache
from importlib.resources import files

from domain.kernel.language import Text


@cache
def _words() -> dict[str, dict[str, Text]]:
    raw = tomllib.loads((files(__package__) / "data" / "words.toml").read_text("utf-8"))
    return {section: {name: Text(*both) for name, both in texts.items()} for section, texts in raw.items()}


def word(section: str, name: str, language: str, **filled: str) -> str:
    """A text of a section, with its gaps filled."""
    text = _words()[section][name].in_language(language)
    return text.format(**filled) if filled else text


def label(column: str, language: str) -> str:
    """How a column is called; one that nobody has named by its own name."""
    known = _words()["columns"].get(column)
    return known.in_language(language) if known else column.replace("_", " ")
