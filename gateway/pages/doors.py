"""The way into a page: who may enter by which address, and what is shown instead when something fails."""

import logging
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

import orjson
from aiohttp import web

from domain.invites import links
from domain.kernel.actor import Actor
from domain.kernel.errors import DomainError, Kind
from gateway.front import REQUEST_ID, Caller
from gateway.pages.failures import OVER, Internal, NotFound, Refused
from gateway.pages.site import Site
from gateway.pages.visit import HEADERS, Visit

Page = Callable[[Visit], Awaitable[web.Response]]
TOKEN = "{token:[0-9A-Za-z_.-]+}"
"""What tokens are made of; anything else is not found before it is looked at."""
log = logging.getLogger("centil.pages")


@dataclass(frozen=True, slots=True)
class Route:
    """A path and what answers each method at it."""

    path: str
    pages: Mapping[str, Page]
    speaks_json: bool = False
    """Whether failures are told to a script, not to a person."""


class Door(ABC):
    """Admits callers to pages."""

    def __init__(self, site: Site) -> None:
        self.site = site

    @abstractmethod
    async def admit(self, request: web.Request) -> Caller:
        """Find who asks and count the request.

        Raises Refused, RateLimitExceeded.
        """

    def handler(self, route: Route) -> Callable[[web.Request], Awaitable[web.Response]]:
        """Answer a route, also when something fails."""

        async def handle(request: web.Request) -> web.Response:
            visit = self._visit(request)
            try:
                return await self._enter(visit, route)
            except Refused as refused:
                return refusal(visit, refused, route)
            except DomainError as error:
                return refusal(visit, Refused.by(error), route)
            except Exception:
                log.exception("unexpected error")
                return refusal(visit, Internal(), route)

        return handle

    async def _enter(self, visit: Visit, route: Route) -> web.Response:
        visit.caller = await self.admit(visit.request)
        if not route.pages:
            raise NotFound
        page = route.pages.get("GET" if visit.request.method == "HEAD" else visit.request.method)
        if page is None:
            raise Refused(Kind.BAD_INPUT, "METHOD_NOT_ALLOWED", status=405)
        with self.site.front.working(visit.caller):
            return await page(visit)

    def _visit(self, request: web.Request) -> Visit:
        path = request.rel_url.raw_path
        home = "/".join(path.split("/")[:3])
        return Visit(self.site, request, home, here=path[len(home) :] if request.method in ("GET", "HEAD") else "")


class LinkDoor(Door):
    """Admits candidates by the signed link of their invite."""

    async def admit(self, request: web.Request) -> Caller:
        front = self.site.front
        target = links.invite_of(front.database.environment, request.match_info["token"])
        if target is None:
            await front.caller(None, front.address(request))  # guessing is limited like any public request
            raise NotFound
        return await front.candidate(Actor.candidate(*target), front.address(request))


class PublicDoor(Door):
    """Admits anybody."""

    async def admit(self, request: web.Request) -> Caller:
        return await self.site.front.caller(None, self.site.front.address(request))


def refusal(visit: Visit, refused: Refused, route: Route) -> web.Response:
    """Say that something was not done, to whoever asked for it."""
    headers = {"Retry-After": str(refused.retry_after)} if refused.retry_after is not None else {}
    if refused.status == 405:
        headers["Allow"] = ", ".join(route.pages).replace("GET", "GET, HEAD")
    if route.speaks_json:
        body = orjson.dumps({"error": {"code": refused.code, "requestId": visit.request[REQUEST_ID]}})
        response = web.Response(body=body, status=refused.status, content_type="application/json", headers=HEADERS)
    elif refused.code in OVER:
        return visit.go()
    else:
        again = (visit.text("again.action"), visit.link(visit.here)) if refused.status in (429, 500, 503) else None
        told = {"seconds": refused.retry_after or 60, "reference": visit.request[REQUEST_ID]}
        response = visit.notice(refused.section, refused.status, action=again, **told)
    response.headers.update(headers)
    return response
