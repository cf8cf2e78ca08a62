"""Texts that exist in every language."""

from collections.abc import Sequence
from typing import Annotated

from domain.kernel.language import Language, Text
from domain.kernel.permissions import Access
from resolvers import enums as _enums  # noqa: F401  the enums are declared before types use them
from resolvers.context import Context
from resolvers.fields import arg, attribute, batched, graph_type

InLanguage = Annotated[Language, arg("Which language.")]


@graph_type(requires=Access.PUBLIC, description="A text in every language.")
class LocalizedText:
    en: str = attribute("In English.")
    de: str = attribute("In German.")

    @batched("In the language asked for.")
    async def text(parents: Sequence[Text], context: Context, *, language: InLanguage = Language.EN) -> list[str]:  # noqa: N805  parents in, values out
        return [parent.in_language(language) for parent in parents]
