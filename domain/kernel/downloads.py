"""Files that people download: named by signed links, made when somebody comes for them."""

from collections.abc import AsyncGenerator, Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar

import orjson

from domain.kernel.environment import Environment

PURPOSE = "download-link"
LIFETIME = timedelta(minutes=15)
"""How long a link works: long enough to click it, too short to pass it on."""
LONGEST_TOKEN = 2_000
DOWNLOADS: dict[str, "Producer"] = {}
"""How each kind of file is made, by its name."""


@dataclass(frozen=True, slots=True)
class File:
    """A file about to be sent."""

    name: str
    """How people save it: `Lena Berg - Standard.pdf`."""
    media_type: str
    chunks: Callable[[], AsyncGenerator[bytes, None]]
    """Its content piece by piece; nothing is made before somebody asks for it."""
    etag: str | None = None
    """Tells versions apart; the same for the same bytes."""


Producer = Callable[..., Awaitable[File]]


@dataclass(frozen=True, slots=True)
class Download:
    """A link to a file, for whoever may have it."""

    graph_type: ClassVar[str] = "Download"
    url: str
    media_type: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Grant:
    """What a link stands for: a kind of file of an account, and what it is made from."""

    account_id: int
    kind: str
    facts: dict[str, str]


def download(kind: str) -> Callable[[Producer], Producer]:
    """Declare how a kind of file is made: `async def f(ports, account_id, **facts) -> File`, raising NotFound when it is gone."""

    def declare(produce: Producer) -> Producer:
        DOWNLOADS[kind] = produce
        return produce

    return declare


def offer(environment: Environment, now: datetime, account_id: int, kind: str, *, media_type: str, **facts: str) -> Download:
    """Make a link to a file; facts are keys, numbers and codes, never personal, for they stand in the link."""
    expires_at = now + LIFETIME
    payload = orjson.dumps([account_id, kind, facts, int(expires_at.timestamp())]).decode()
    return Download(f"{environment.base_url}/downloads/{environment.signer.seal(PURPOSE, payload)}", media_type, expires_at)


def granted(environment: Environment, now: datetime, token: str) -> Grant | None:
    """What a link, given by its last part, stands for; None when it is not ours or over."""
    payload = environment.signer.open(PURPOSE, token) if len(token) <= LONGEST_TOKEN else None
    if payload is None:
        return None
    account_id, kind, facts, expires = orjson.loads(payload)
    return Grant(account_id, kind, facts) if now.timestamp() < expires and kind in DOWNLOADS else None


async def whole(content: bytes) -> AsyncGenerator[bytes, None]:
    """Content that is there already, as the one piece of a file."""
    yield content
