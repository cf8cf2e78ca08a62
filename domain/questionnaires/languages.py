"""Languages by the names that people give them: in English, in German, in the language itself, or as a code."""

import tomllib
from functools import cache
from importlib import resources

from domain.kernel.inputs import folded


def code_of(given: str) -> str | None:
    """The code of a language that is named, such as `pt_BR` for `Brazilian Portuguese`; None for one that nobody knows."""
    wanted = folded(" ".join(given.split()))
    return _names().get(wanted) or _own_names().get(wanted) or _parsed(given.strip())


def own_name(code: str) -> str:
    """What a language is called in itself, or in English where that is not known."""
    from babel import Locale, UnknownLocaleError

    try:
        return Locale.parse(code).get_display_name() or code
    except UnknownLocaleError:
        return str(Locale("en").languages.get(code, code))


def tag(code: str) -> str:
    """A code as pages and mails write it: `pt-BR`."""
    return code.replace("_", "-")


@cache
def _names() -> dict[str, str]:
    """Codes by the names in the languages of our pages; English wins where both use a name."""
    from babel import Locale  # its tables take a while

    return {folded(name): code for language in ("de", "en") for code, name in Locale(language).languages.items()}


@cache
def _own_names() -> dict[str, str]:
    """Codes by what languages are called in themselves; written down, as reading them from babel takes seconds."""
    return tomllib.loads((resources.files("domain.questionnaires") / "data" / "own_names.toml").read_text("utf-8"))


def _parsed(given: str) -> str | None:
    """A code such as `de`, `de-AT` or `zh_Hant`, as babel writes it."""
    from babel import Locale, UnknownLocaleError

    try:
        return str(Locale.parse(given.replace("-", "_")))
    except (ValueError, UnknownLocaleError):
        return None
