"""Bodies of requests: read within their size and time, never compressed (Q-16)."""

import hashlib

from aiohttp import web

from domain.kernel.errors import DomainError, Kind
from gateway import strict_json

LARGEST = 1024 * 1024
IDEMPOTENCY_KEY = "Idempotency-Key"
BODY_HASH = web.RequestKey("body_hash", bytes)
"""The SHA-256 of the body of a request with that header, once it is read."""


class BodyRefused(DomainError):
    """A body that is not taken; `status` is the one HTTP has for the reason."""

    kind = Kind.BAD_INPUT
    code = "BAD_REQUEST"
    text = "The body of the request is not accepted."

    def __init__(self, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.status = status


async def read(request: web.Request) -> bytes:
    """The whole body of a request.

    Raises BodyRefused when it is compressed (415), too large (413) or late (408).
    """
    if request.headers.get("Content-Encoding", "identity").lower() != "identity":
        raise BodyRefused("Compressed bodies are not accepted: send it without Content-Encoding.", 415)
    try:
        return await (_hashed(request) if IDEMPOTENCY_KEY in request.headers else request.read())
    except web.HTTPRequestEntityTooLarge:
        raise BodyRefused(f"The body is larger than {LARGEST // 1024} kB.", 413) from None
    except web.HTTPRequestTimeout:
        raise BodyRefused("The body did not come within the time for it.", 408) from None


async def _hashed(request: web.Request) -> bytes:
    """The body, hashed while it is read (Q-10)."""
    found, body = hashlib.sha256(), bytearray()
    async for piece in request.content.iter_any():
        found.update(piece)
        body += piece
        if len(body) > request.client_max_size:
            raise web.HTTPRequestEntityTooLarge(request.client_max_size)
    request[BODY_HASH] = found.digest()
    return bytes(body)


def json(body: bytes) -> object:
    """A body as strict JSON.

    Raises BodyRefused.
    """
    try:
        return strict_json.loads(body)
    except strict_json.BadJson as error:
        raise BodyRefused(str(error)) from None
