"""Texts that exist in every language."""

from typing import Annotated

from domain.kernel.language import Language, Text
from domain.kernel.permissions import Access
from resolvers import enums as _enums  # noqa: F401  the enums are declared before types use them
from resolvers.fields import arg, attribute, computed, graph_type

InLanguage = Annotated[Language, arg("Which language.")]


def _in_language(en: str, de: str, *, language: InLanguage = Language.EN) -> str:
    return Text(en, de).in_language(language)


@graph_type(requires=Access.PUBLIC, description="A text in every language.")
class LocalizedText:
    en: str = attribute("In English.")
    de: str = attribute("In German.")

    text: str = computed(_in_language, columns=("en", "de"), description="In the language asked for.")
