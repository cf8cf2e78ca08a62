"""Where a webhook may lie: an address on the public web, behind TLS (Q-20). What its name leads to is checked at each delivery."""

import ipaddress
import re
from urllib.parse import SplitResult, urlsplit

from domain.kernel.addresses import is_loopback, is_public
from domain.kernel.errors import BadInput

LONGEST = 2_000
_PLAIN = re.compile(r"[!-~]+")
_HOST = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)(\.(?!-)[a-z0-9-]{1,63}(?<!-))+", re.IGNORECASE)
_LOCAL_NAMES = ("localhost",)
_NUMERIC = re.compile(r"(0x[0-9a-f]*|[0-9]+)", re.IGNORECASE)
_TOP_LEVELS_OF_NOBODY = ("local", "localhost", "internal", "intranet", "lan", "home", "corp", "test", "invalid", "onion")


def checked(url: str, *, to_loopback: bool, field: str = "url") -> str:
    """An address that messages may be sent to; with `to_loopback`, also one on this machine.

    Raises BadInput.
    """
    trimmed = url.strip()
    if not trimmed:
        raise _wrong(field, "is required.")
    if len(trimmed) > LONGEST:
        raise _wrong(field, f"must have at most {LONGEST} characters.")
    parts = _parts(trimmed)
    if parts is None:
        raise _wrong(field, "must be an address such as https://example.com/hook, in ASCII.")
    if parts.username is not None or parts.password is not None:
        raise _wrong(field, "must not have a name or password in it; messages are signed instead.")
    host = (parts.hostname or "").rstrip(".")
    if to_loopback and _is_here(host):
        return trimmed
    if parts.scheme != "https":
        raise _wrong(field, "must begin with https://.")
    if not _is_elsewhere(host):
        raise _wrong(field, "must lead to the public internet.")
    if parts.port is not None and parts.port != 443 and parts.port < 1024:
        raise _wrong(field, "must use port 443, or one from 1024 on.")
    return trimmed


def is_here(url: str) -> bool:
    """Say whether an address is written as one of this machine."""
    parts = _parts(url)
    return parts is not None and _is_here((parts.hostname or "").rstrip("."))


def _parts(url: str) -> SplitResult | None:
    if not _PLAIN.fullmatch(url) or "\\" in url or "#" in url:
        return None
    try:
        parts = urlsplit(url)
        return parts if parts.scheme in ("http", "https") and parts.hostname and parts.port != 0 else None
    except ValueError:
        return None


def _is_here(host: str) -> bool:
    try:
        return is_loopback(host)
    except ValueError:
        return host in _LOCAL_NAMES


def _is_elsewhere(host: str) -> bool:
    try:
        return is_public(ipaddress.ip_address(host))
    except ValueError:
        last = host.rpartition(".")[2]  # a number there is an address in another spelling, such as 127.1
        return bool(_HOST.fullmatch(host)) and not _NUMERIC.fullmatch(last) and last not in _TOP_LEVELS_OF_NOBODY


def _wrong(field: str, message: str) -> BadInput:
    return BadInput.field(field, message=f"'{field}' {message}")
