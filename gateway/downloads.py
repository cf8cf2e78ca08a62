"""Files on their way out: by a signed link, or as the answer of a REST operation."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncGenerator, Mapping
from urllib.parse import quote

from aiohttp import web

from domain.kernel.database import DEADLINE
from domain.kernel.downloads import DOWNLOADS, File, granted
from domain.kernel.errors import DomainError, NotFound
from domain.kernel.ports import Ports
from gateway.front import Front
from gateway.limits import RateLimitExceeded
from gateway.middleware import plain

log = logging.getLogger("centil.downloads")
OVER = "This link is not valid any more. Ask for a new one."
_AS_THEY_ARE = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 -_.()")


class Downloads:
    """Everything that can be downloaded."""

    def __init__(self, front: Front, ports: Ports) -> None:
        self._front = front
        self._ports = ports

    def mount(self, app: web.Application) -> None:
        app.router.add_get("/downloads/{token}", self.handle)

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Send the file that a link names."""
        try:
            caller = await self._front.caller(None, self._front.address(request))
            with self._front.working(caller):
                return await self.send(request, request.match_info["token"], caller.allowed.headers())
        except DomainError as error:
            return _refused(request, error)

    async def send(self, request: web.Request, link: str, headers: Mapping[str, str]) -> web.StreamResponse:
        """Send the file behind a link, or 304 to those who have it.

        Raises NotFound when the link is over or the file is gone.
        """
        database = self._ports.database
        grant = granted(database.environment, database.clock.now(), link.rsplit("/", 1)[-1])
        if grant is None:
            raise NotFound(OVER)
        async with asyncio.timeout(DEADLINE):
            file = await DOWNLOADS[grant.kind](self._ports, grant.account_id, **grant.facts)
        if file.etag and any(known.value in (file.etag, "*") for known in request.if_none_match or ()):
            return web.Response(status=304, headers={**headers, "ETag": f'"{file.etag}"', "Cache-Control": "private, no-cache"})
        return await _stream(request, file, {**headers, **_described(file)})


def _described(file: File) -> dict[str, str]:
    headers = {
        "Content-Type": file.media_type,
        "Content-Disposition": disposition(file.name),
        "Cache-Control": "private, no-cache" if file.etag else "private, no-store",
    }
    return headers | ({"ETag": f'"{file.etag}"'} if file.etag else {})


def disposition(name: str) -> str:
    """How a browser saves a file: its name for old ones in plain letters, for all others as it is (RFC 6266; Q-19)."""
    safe = "".join(character if character in _AS_THEY_ARE else "_" for character in name)
    return f"attachment; filename=\"{safe}\"; filename*=UTF-8''{quote(name, safe='')}"


async def _stream(request: web.Request, file: File, headers: Mapping[str, str]) -> web.StreamResponse:
    """Send a file piece by piece; the first is there before the headers go, so that what fails at once is told."""
    async with contextlib.aclosing(_pieces(file)) as pieces:
        first = await anext(pieces, b"")
        second = await anext(pieces, None)
        if second is None:
            return web.Response(body=first, headers=headers)
        response = web.StreamResponse(headers=headers)
        await response.prepare(request)
        try:
            await response.write(first)
            await response.write(second)
            async for piece in pieces:
                await response.write(piece)
        except Exception:
            log.exception("a file broke off")
            if request.transport is not None:
                request.transport.abort()  # whoever reads must not take a part for the whole
            return response
        await response.write_eof()
        return response


async def _pieces(file: File) -> AsyncGenerator[bytes, None]:
    """The pieces of a file, each within the deadline (Q-15)."""
    async with contextlib.aclosing(file.chunks()) as chunks:
        while True:
            async with asyncio.timeout(DEADLINE):
                piece = await anext(chunks, None)
            if piece is None:
                return
            yield piece


def _refused(request: web.Request, error: DomainError) -> web.Response:
    if isinstance(error, RateLimitExceeded):
        response = plain(request, 429, error.message)
        response.headers.update(error.allowance.headers())
        return response
    response = plain(request, 404 if isinstance(error, NotFound) else 503, error.message)
    if error.retry_after is not None:
        response.headers["Retry-After"] = str(error.retry_after)
    return response
