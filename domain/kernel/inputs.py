"""Checks of what people type: addresses, names, lengths; each says what to do instead."""

import re
import unicodedata
from collections.abc import Callable
from typing import TypeVar

from domain.kernel.errors import BadInput

LONGEST_NAME = 200
LONGEST_EMAIL = 254
T = TypeVar("T")
_PAGE = re.compile(r"https?://[^\s/]+", re.IGNORECASE)
_ADDRESS = re.compile(r"://|\bwww\.", re.IGNORECASE)


def email_address(value: str, *path: str) -> str:
    """The normal form of an email address: trimmed, domain in lower case ASCII, local part in lower case.

    The domain is not looked up, so that no network is needed. Raises BadInput.
    """
    from email_validator import EmailNotValidError, validate_email  # only when an address is checked

    try:
        checked = validate_email(value.strip()[: LONGEST_EMAIL + 1], check_deliverability=False, test_environment=True)
    except EmailNotValidError as error:
        raise BadInput.field(*(path or ("email",)), message=f"This is not an email address: {error}") from None
    return f"{checked.local_part.lower()}@{checked.ascii_domain or checked.domain}"


def line(value: str | None, *path: str, longest: int = LONGEST_NAME, required: bool = False, plain: bool = False) -> str | None:
    """One line of text: trimmed, inner white space single, no control characters; None when empty.

    `plain` is for what strangers write and others are mailed: no addresses of pages. Raises BadInput when it is too
    long, has control characters, or is required and empty.
    """
    if value is None or not (trimmed := " ".join(value.split())):
        if required:
            raise BadInput.field(*path, message=f"'{path[-1]}' must not be empty.")
        return None
    if plain and _ADDRESS.search(trimmed):
        raise BadInput.field(*path, message=f"'{path[-1]}' must not have the address of a page.")
    return _checked(trimmed, path, longest, allowed="")


def paragraph(value: str | None, *path: str, longest: int = 5_000) -> str | None:
    """Text of several lines; None when empty.

    Raises BadInput when it is too long or has control characters other than line breaks and tabs.
    """
    if value is None or not (trimmed := value.replace("\r\n", "\n").strip()):
        return None
    return _checked(trimmed, path, longest, allowed="\n\t")


def as_given(value: str | None, *path: str, longest: int) -> str | None:
    """Text that is given back exactly as it came, spaces and empty text included.

    Raises BadInput when it is too long or has control characters other than line breaks and tabs.
    """
    return None if value is None else _checked(value, path, longest, allowed="\r\n\t")


def _checked(value: str, path: tuple[str, ...], longest: int, allowed: str) -> str:
    if len(value) > longest:
        raise BadInput.field(*path, message=f"'{path[-1]}' must have at most {longest} characters.")
    if any(_control(character) and character not in allowed for character in value):
        raise BadInput.field(*path, message=f"'{path[-1]}' has control characters.")
    return value


def _control(character: str) -> bool:
    """Whether it is no text: control characters, halves of a pair, and the two that XML cannot have."""
    return character in "\ufffe\uffff" or unicodedata.category(character) in ("Cc", "Cs")


def given(value: T | None, check: Callable[[T], object], *path: str, message: str) -> T | None:
    """Pass a value that is absent or passes a check.

    Raises BadInput otherwise.
    """
    if value is not None and not check(value):
        raise BadInput.field(*path, message=message)
    return value


def spelled(name: str) -> str:
    """How callers spell the name of a field: `contactName` for `contact_name`."""
    head, *tail = name.split("_")
    return head + "".join(part.title() for part in tail)


def web_page(value: str | None, *path: str) -> str | None:
    """An address that people open in a browser: http or https; None when empty.

    Raises BadInput.
    """
    cleaned = line(value, *path)
    if cleaned is not None and not _PAGE.match(cleaned):
        raise BadInput.field(*path, message=f"'{path[-1]}' must begin with http:// or https://.")
    return cleaned


def folded(text: str) -> str:
    """How text is compared and sorted: without case and accents, ß as ss."""
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    return "".join(character for character in plain if not unicodedata.combining(character))
