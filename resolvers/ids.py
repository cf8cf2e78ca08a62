"""Global ids: opaque and typed, so that a row of one type is never found under another's id."""

import base64
import binascii
from collections.abc import Callable, Mapping
from typing import Any


def encode(type_name: str, key: object) -> str:
    """The id of a row: base64 of its type and key."""
    return base64.b64encode(f"{type_name}:{key}".encode()).decode()


def encoder(type_name: str) -> Callable[[object], str]:
    """A function from a key of one type to its id."""
    return lambda key: encode(type_name, key)


def decode(text: str) -> tuple[str, str] | None:
    """The type and key of an id, or None."""
    try:
        type_name, found, key = base64.b64decode(text, validate=True).decode().partition(":")
    except (binascii.Error, ValueError):
        return None
    return (type_name, key) if found and type_name.isidentifier() and "\0" not in key else None


def key_of(type_name: str, text: str) -> str:
    """The key that an argument means: it may be given as the key itself or as the id of that type.

    An id of another type is no key of this one, so it finds nothing.
    """
    decoded = decode(text)
    return decoded[1] if decoded and decoded[0] == type_name else text


def uuid_of(type_name: str, text: str) -> str:
    """The same for keys that are UUIDs, which are written in lower case."""
    return key_of(type_name, text).lower()


def number_of(type_name: str, text: str) -> int:
    """The same for keys that are numbers; -1, which no row has, for anything else."""
    key = key_of(type_name, text)
    return int(key) if key.isascii() and key.isdigit() and len(key) < 19 else -1


def about(given: Mapping[str, Any]) -> Mapping[str, Any]:
    """Conditions with their `subject` as the kind and key that an id names, or as a key of any kind."""
    subject = given.get("subject")
    return given if subject is None else {**given, "subject": decode(subject) or ("", subject)}
