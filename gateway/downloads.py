"""Files on their way out: by a signed link, or as the answer of a REST operation."""

import asyncio
from collections.abc import Mapping

from aiohttp import web

from domain.kernel.database import DEADLINE
from domain.kernel.downloads import DOWNLOADS, File, Grant, granted
from domain.kernel.errors import DomainError, NotFound
from domain.kernel.ports import Ports
from gateway.front import Front
from gateway.limits import RateLimitExceeded
from gateway.middleware import plain
from gateway.sending import disposition, send

OVER = "This link is not valid any more. Ask for a new one."


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
            grant = self._granted(request.match_info["token"])
            with self._front.in_flight.one(grant.account_id):
                return await self._send(request, grant, caller.allowed.headers())
        except DomainError as error:
            return _refused(request, error)

    async def send(self, request: web.Request, link: str, headers: Mapping[str, str]) -> web.StreamResponse:
        """Send the file behind a link, or 304 to those who have it.

        Raises NotFound when the link is over or the file is gone.
        """
        return await self._send(request, self._granted(link.rsplit("/", 1)[-1]), headers)

    def _granted(self, token: str) -> Grant:
        database = self._ports.database
        grant = granted(database.environment, database.clock.now(), token)
        if grant is None:
            raise NotFound(OVER)
        return grant

    async def _send(self, request: web.Request, grant: Grant, headers: Mapping[str, str]) -> web.StreamResponse:
        async with asyncio.timeout(DEADLINE):
            file = await DOWNLOADS[grant.kind](self._ports, grant.account_id, **grant.facts)
        if file.etag and any(known.value in (file.etag, "*") for known in request.if_none_match or ()):
            return web.Response(status=304, headers={**headers, "ETag": f'"{file.etag}"', "Cache-Control": "private, no-cache"})
        return await send(request, file.chunks(), {**headers, **_described(file)})


def _described(file: File) -> dict[str, str]:
    headers = {
        "Content-Type": file.media_type,
        "Content-Disposition": disposition(file.name),
        "Cache-Control": "private, no-cache" if file.etag else "private, no-store",
    }
    return headers | ({"ETag": f'"{file.etag}"'} if file.etag else {})


def _refused(request: web.Request, error: DomainError) -> web.Response:
    if isinstance(error, RateLimitExceeded):
        response = plain(request, 429, error.message)
        response.headers.update(error.allowance.headers())
        return response
    response = plain(request, 404 if isinstance(error, NotFound) else 503, error.message)
    if error.retry_after is not None:
        response.headers["Retry-After"] = str(error.retry_after)
    return response
