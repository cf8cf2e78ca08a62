"""Headers of mails, written so that readers get back what was meant and nothing can be slipped in.

The standard library's EmailMessage is not used for them: when it folds long headers it drops spaces between encoded
words, and the quotes around names with commas, which turns one recipient into several (seen with Python 3.11).
"""

import re
import unicodedata
from collections.abc import Mapping
from email.header import Header
from email.utils import formataddr

_ADDRESS = re.compile(r"[^\s<>()\[\]\\,;:\"@]+@[^\s<>()\\,;:\"@]+")


def one_line(text: str) -> str:
    """Text without line breaks and other control characters."""
    plain = "".join(" " if unicodedata.category(character) in ("Cc", "Cs", "Zl", "Zp") else character for character in text)
    return " ".join(plain.split())


def block(headers: Mapping[str, str]) -> bytes:
    """Headers as they go over the wire; their values must be written by the functions below, or be plain."""
    return "".join(f"{name}: {value}\r\n" for name, value in headers.items()).encode()


def words(text: str, name: str) -> str:
    """Free text as the value of a header."""
    text = one_line(text)
    return Header(text, None if _plain(text) else "utf-8", header_name=name).encode(linesep="\r\n")


def mailbox(name: str, address: str) -> str:
    """A name with an address.

    Raises ValueError for what is not an address.
    """
    if not _ADDRESS.fullmatch(address):
        raise ValueError("not an email address")
    name = one_line(name)
    if _plain(name):
        return formataddr((name, address)) if name else address
    return f"{words(name, 'To')} <{address}>"


def token(text: str) -> str:
    """Text as a part of an id: letters, digits, and little else."""
    return re.sub(r"[^A-Za-z0-9_.-]", "_", text)


def _plain(text: str) -> bool:
    return text.isascii() and "=?" not in text
