"""Readers of parameters: each takes what a form says and gives a value, or refuses it in Stripe's words."""

import re
from collections.abc import Callable
from typing import Any, TypeAlias
from urllib.parse import urlsplit

from gateway.stripe_fake.forms import Tree
from gateway.stripe_fake.refusals import Refusal

Reader: TypeAlias = Callable[[str | Tree, str], Any]
_CURRENCIES = "aud bgn brl cad chf czk dkk eur gbp hkd huf inr isk jpy krw mxn myr nok nzd pln ron sek sgd thb try twd usd zar"
CURRENCIES = frozenset(_CURRENCIES.split())
WITHOUT_CENTS = frozenset({"jpy", "krw"})
MOST_PAIRS, LONGEST_NAME, LONGEST_VALUE = 50, 40, 500
"""Bounds of metadata."""
_WHOLE = re.compile(r"[+-]?[0-9]{1,18}")
_ADDRESS = re.compile(r"[^\s@]+@[^\s@.]+(\.[^\s@.]+)+")


def text(most: int = 5000) -> Reader:
    """A text that is not empty."""

    def read(value: str | Tree, name: str) -> str:
        if isinstance(value, dict):
            raise Refusal(f"Invalid string: {_shown(value)}", param=name)
        if not value:
            raise Refusal(
                f"You passed an empty string for '{name}'. We assume empty values are an attempt to unset a parameter; however '{name}' "
                f"cannot be unset. You should remove '{name}' from your request or supply a non-empty value.",
                code="parameter_invalid_empty",
                param=name,
            )
        if len(value) > most:
            raise Refusal(f"Invalid string: {value[:20]}...{value[-5:]}; must be at most {most} characters", param=name)
        return value

    return read


def whole(least: int = 0, most: int = 99_999_999) -> Reader:
    """A whole number."""

    def read(value: str | Tree, name: str) -> int:
        if isinstance(value, dict) or not _WHOLE.fullmatch(value):
            raise Refusal(f"Invalid integer: {_shown(value)}", code="parameter_invalid_integer", param=name)
        number = int(value)
        if number < least:
            raise Refusal(f"This value must be greater than or equal to {least}.", code="parameter_invalid_integer", param=name)
        if number > most:
            raise Refusal(f"Invalid integer: must be at most {most}.", code="parameter_invalid_integer", param=name)
        return number

    return read


def flag(value: str | Tree, name: str) -> bool:
    """True or false."""
    if value not in ("true", "false"):
        raise Refusal(f"Invalid boolean: {_shown(value)}", param=name)
    return value == "true"


def one_of(*choices: str) -> Reader:
    """One of some words."""
    *most, last = choices
    said = f"{', '.join(most)}, or {last}" if most else last

    def read(value: str | Tree, name: str) -> str:
        if isinstance(value, dict) or value not in choices:
            raise Refusal(f"Invalid {name}: must be {'one of ' if most else ''}{said}", param=name)
        return value

    return read


def currency(value: str | Tree, name: str) -> str:
    """A currency, in small letters."""
    found = text()(value, name).lower()
    if found not in CURRENCIES:
        raise Refusal(f"Invalid currency: {found}. Stripe currently supports these currencies: {', '.join(sorted(CURRENCIES))}", param=name)
    return str(found)


def address(value: str | Tree, name: str) -> str:
    """A web address."""
    found = str(text(5000)(value, name))
    try:
        parts = urlsplit(found)
        good = parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:  # a port that is none
        good = False
    if not good or any(letter.isspace() for letter in found):
        raise Refusal("Not a valid URL", code="url_invalid", param=name)
    return found


def email(value: str | Tree, name: str) -> str:
    """A mail address."""
    found = str(text(800)(value, name))
    if not _ADDRESS.fullmatch(found):
        raise Refusal(f"Invalid email address: {found}", code="email_invalid", param=name)
    return found


def metadata(value: str | Tree, name: str) -> dict[str, str]:
    """Names and values of the caller's own; an empty value leaves its name out."""
    if value == "":
        return {}
    if not isinstance(value, dict):
        raise Refusal(f"Invalid hash: {_shown(value)}", param=name)
    if len(value) > MOST_PAIRS:
        raise Refusal(f"You can set at most {MOST_PAIRS} metadata keys; you have {len(value)}.", param=name)
    found: dict[str, str] = {}
    for key, one in value.items():
        if isinstance(one, dict):
            raise Refusal(f"Metadata values must be strings, but for key {key} you passed a hash.", param=f"{name}[{key}]")
        if len(key) > LONGEST_NAME:
            raise Refusal(f"Metadata keys can be at most {LONGEST_NAME} characters: {key[:LONGEST_NAME]}…", param=name)
        if len(one) > LONGEST_VALUE:
            raise Refusal(f"Metadata values can have up to {LONGEST_VALUE} characters, but {key} has {len(one)}.", param=f"{name}[{key}]")
        if one:
            found[key] = one
    return found


def many(reader: Reader, most: int = 100) -> Reader:
    """A list: indexed, or with empty brackets."""

    def read(value: str | Tree, name: str) -> list[Any]:
        if not isinstance(value, dict) or not all(index.isdecimal() for index in value):
            raise Refusal("Invalid array", param=name)
        if len(value) > most:
            raise Refusal(f"Array {name} exceeded maximum {most} allowed elements.", param=name)
        return [reader(one, f"{name}[{index}]") for index, one in sorted(value.items(), key=lambda item: int(item[0]))]

    return read


def group(required: tuple[str, ...] = (), **readers: Reader) -> Reader:
    """A hash of known parameters, some of which must be there."""

    def read(value: str | Tree, name: str) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise Refusal(f"Invalid {name or 'object'}", param=name or None)
        inside = f"{name}[{{}}]" if name else "{}"
        unknown = [inside.format(key) for key in value if key not in readers]
        if unknown:
            raise Refusal(
                f"Received unknown parameter{'s' if len(unknown) > 1 else ''}: {', '.join(unknown)}",
                code="parameter_unknown",
                param=unknown[0],
            )
        for key in required:
            if key not in value:
                raise Refusal(f"Missing required param: {inside.format(key)}.", code="parameter_missing", param=inside.format(key))
        return {key: readers[key](one, inside.format(key)) for key, one in value.items()}

    return read


def _shown(value: str | Tree) -> str:
    return "{}" if isinstance(value, dict) else value[:100]
