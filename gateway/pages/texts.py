"""The words of the pages, in the language of whoever reads them."""

import tomllib
from functools import cache
from importlib import resources
from typing import Any

from domain.kernel.language import Language
from gateway import moments


@cache
def catalogue() -> dict[str, dict[str, str]]:
    """Every text by its key, such as `welcome.title`, in every language."""
    sections = tomllib.loads((resources.files("gateway.pages") / "texts.toml").read_text("utf-8"))
    return {f"{section}.{name}": text for section, texts in sections.items() for name, text in texts.items()}


class Texts:
    """The words in one language; plain text, which the templates escape."""

    def __init__(self, language: Language) -> None:
        self.language = language

    def __call__(self, key: str, **facts: Any) -> str:
        return catalogue()[key][self.language.value].format_map(facts)

    def has(self, key: str) -> bool:
        return key in catalogue()

    def count(self, key: str, count: int, **facts: Any) -> str:
        """The text for one, or for many."""
        return self(f"{key}_{'one' if count == 1 else 'many'}", count=count, **facts)

    def moment(self, at: str) -> str:
        """A moment of ISO 8601, as people read it."""
        return moments.told(at, self.language.value)


def language_of(text: str | None) -> Language | None:
    """The language that a tag such as `de` or `de-AT` names, when it is one of ours."""
    tag = (text or "").strip().lower().partition("-")[0]
    return next((language for language in Language if language.value == tag), None)


def preferred(accept: str) -> Language:
    """The language of ours that a browser likes best, by its Accept-Language header; English when it likes neither."""
    liked: list[tuple[float, Language]] = []
    for part in accept.split(",")[:20]:
        tag, _, weight = part.partition(";q=")
        if language := language_of(tag):
            liked.append((_weight(weight), language))
    return max(liked, key=lambda one: one[0])[1] if liked else Language.EN


def _weight(text: str) -> float:
    try:
        return float(text or 1)
    except ValueError:
        return 0.0
