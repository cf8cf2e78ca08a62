"""The languages candidates are served in, and texts that exist in each."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, ClassVar


class Language(StrEnum):
    EN = "en"
    DE = "de"


@dataclass(frozen=True, slots=True)
class Text:
    """A text in every language."""

    graph_type: ClassVar[str] = "LocalizedText"
    en: str
    de: str

    def in_language(self, language: str) -> str:
        return self.de if language == Language.DE else self.en

    @classmethod
    def of(cls, both: dict[str, Any]) -> "Text":
        return cls(en=str(both["en"]), de=str(both["de"]))
