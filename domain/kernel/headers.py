"""Headers of messages that customers send somewhere: which of them are theirs to choose (Q-20)."""

from collections.abc import Mapping

REFUSED = frozenset(
    {
        "connection",
        "content-length",
        "cookie",
        "expect",
        "forwarded",
        "host",
        "keep-alive",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
        "via",
    }
)
_REFUSED_BEGINNINGS = ("proxy-", "sec-", "x-forwarded-")
_OURS = frozenset({"accept-encoding", "content-encoding", "content-type", "user-agent"})
_OUR_BEGINNINGS = ("webhook-", "x-webhook-")


class DangerousHeader(ValueError):
    """A header that would change where a message goes, or where it ends."""


def check(headers: Mapping[str, str]) -> None:
    """Refuse headers that change where a message goes, where it ends, or who is said to have sent it.

    Raises DangerousHeader.
    """
    for name, value in headers.items():
        if name.lower() in REFUSED or name.lower().startswith(_REFUSED_BEGINNINGS):
            raise DangerousHeader(name)
        if not _is_token(name) or any(ord(character) < 32 or ord(character) == 127 for character in value):
            raise DangerousHeader(repr(name))


def may_be_chosen(name: str) -> bool:
    """Say whether a customer may name a header of their messages so."""
    plain = name.lower()
    try:
        check({name: ""})
    except DangerousHeader:
        return False
    return plain not in _OURS and not plain.startswith(_OUR_BEGINNINGS)


def _is_token(name: str) -> bool:
    return bool(name) and name.isascii() and all(character.isalnum() or character in "!#$%&'*+-.^_`|~" for character in name)
