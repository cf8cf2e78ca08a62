"""The documented REST APIs on their paths: HTTP in, the dialect's answer out; unknown paths and methods in its envelope."""

import hashlib
import logging
from collections.abc import Awaitable, Callable, Mapping
from functools import cached_property, partial
from importlib.resources import files
from typing import Any

import orjson
from aiohttp import web

from domain.idempotency.claims import Claim
from domain.kernel.actor import ActorKind
from domain.kernel.errors import DomainError, Unauthenticated
from gateway import apis, bodies, graph, strict_json
from gateway.bodies import BodyRefused
from gateway.downloads import Downloads
from gateway.execution.errors import MASKED
from gateway.front import REQUEST_ID, Caller, Front, UnknownCredential
from gateway.idempotency import claim_headers
from gateway.limits import RateLimitExceeded
from gateway.sending import disposition, send
from gateway.stored import StoredOperations, texts
from resolvers.context import Context
from rest_compat.dialect import Dialect
from rest_compat.openapi import document
from rest_compat.problem import Problem
from rest_compat.route import Parameters, Route
from rest_compat.serve import Answer, Call, answer, refuse
from rest_compat.serve import read as parameters_of
from rest_compat.stream import Broken

log = logging.getLogger("centil.rest")
PAYLOAD_CODES = {408: "REQUEST_TIMEOUT", 413: "PAYLOAD_TOO_LARGE", 415: "UNSUPPORTED_MEDIA_TYPE"}
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class RestApi:
    """One API, mounted under its base path."""

    def __init__(self, front: Front, dialect: Dialect, downloads: Downloads) -> None:
        self.front = front
        self.downloads = downloads
        self.dialect = dialect
        self.folder = files(f"rest_compat.{dialect.name}") / "operations"
        self.operations = StoredOperations(front.executor, self.folder)
        self.public = apis.public(self.operations)
        self.base = front.settings.address + dialect.base_path

    def mount(self, app: web.Application) -> None:
        """Add every documented path, and answers for the others below the base path."""
        root = self.dialect.base_path.rstrip("/")
        by_path: dict[str, dict[str, Handler]] = {}
        some_route = {root + route.path: route for route in self.dialect.routes}
        for route in self.dialect.routes:
            by_path.setdefault(root + route.path, {})[route.method] = partial(self.handle, route)
        by_path[f"{root}/openapi.json"] = {"GET": self.openapi}
        for path, methods in by_path.items():
            for place in {path, path.rstrip("/") or "/"}:
                app.router.add_route("*", place, partial(self.dispatch, methods, some_route.get(path)))
        app.router.add_route("*", f"{root}/{{tail:.*}}", self.unknown_path)

    async def dispatch(self, methods: Mapping[str, Handler], route: Route | None, request: web.Request) -> web.StreamResponse:
        """Answer by the method, or say which there are."""
        handler = methods.get(request.method)
        if handler is not None:
            return await handler(request)
        problem = Problem("BAD_INPUT", "METHOD_NOT_ALLOWED", f"The method {request.method[:10]} is not allowed here.")
        response = self._response(refuse(self.dialect, problem, route))
        response.headers["Allow"] = ", ".join(sorted(methods))
        return response

    async def unknown_path(self, request: web.Request) -> web.StreamResponse:
        """Say that a path below ours is not documented, in the words of those that begin like it."""
        [start, *_] = request.match_info["tail"].split("/")
        alike = next((route for route in self.dialect.routes if route.path.split("/")[1] == start), None)
        problem = Problem("NOT_FOUND", "NO_SUCH_PATH", "There is no such path. See the reference.")
        return self._response(refuse(self.dialect, problem, alike))

    async def handle(self, route: Route, request: web.Request) -> web.StreamResponse:
        """Answer a call of a documented operation."""
        headers: dict[str, str] = {}
        try:
            caller = await self.front.caller(self._credential(route, request), self.front.address(request), counted=self.dialect.counted)
            headers = caller.allowed.headers()
            with self.front.working(caller):
                return await self._answer(route, request, caller)
        except Broken as broken:
            return self._response(refuse(self.dialect, broken.problem, route), headers)
        except DomainError as error:
            if isinstance(error, RateLimitExceeded):
                headers = error.allowance.headers()
            return self._response(refuse(self.dialect, problem_of(error), route), headers)
        except Exception:
            log.exception("unexpected error")
            return self._response(refuse(self.dialect, Problem("INTERNAL", "INTERNAL", MASKED), route), headers)

    def _credential(self, route: Route, request: web.Request) -> str | None:
        """What a caller shows; public operations do not look, so that an old key does not keep anybody from a new one."""
        return None if route.operation in self.public else self.dialect.credential(request.headers)

    async def _answer(self, route: Route, request: web.Request, caller: Caller) -> web.StreamResponse:
        context = self.front.context(caller, request[REQUEST_ID])
        if not self.dialect.reads_first:
            self._authorize(route, context)
        elif context.actor.kind is ActorKind.ANONYMOUS and route.operation not in self.public:
            raise Unauthenticated
        route, parameters = await self._read(route, request)
        if isinstance(parameters, Problem):
            return self._response(refuse(self.dialect, parameters, route), caller.allowed.headers())
        self._authorize(route, context)
        claim = self._claim(route, request, caller)

        async def run(name: str, variables: Mapping[str, Any]) -> tuple[Any, Any]:
            again = self.front.context(caller, request[REQUEST_ID])  # each page of a long answer has a deadline of its own
            again.claim = claim
            result = await self.operations.run(name, variables, again)
            return result.data, result.errors

        headers = caller.allowed.headers()
        if claim is None:
            return await self._sent(request, await answer(self.dialect, route, parameters, run, self.base), headers)
        with self.front.idempotency.running(claim):
            answered = await answer(self.dialect, route, parameters, run, self.base)
            if answered.link is not None or answered.pieces is not None:
                return await self._sent(request, answered, headers | claim_headers(claim))  # streamed answers are not stored
            response = self._response(answered, headers)
            return await self.front.idempotency.settled(claim, response, whole=answered.status < 400)

    def _authorize(self, route: Route, context: Context) -> None:
        graph.authorize_operation(context, self.operations[route.operation])

    async def _read(self, route: Route, request: web.Request) -> tuple[Route, Parameters | Problem]:
        """The parameters of a request, or what is wrong with them, and the route that is meant by them."""
        try:
            call = await read(route, request)
        except BodyRefused as refused:
            return route, self.dialect.unreadable(route, problem_of(refused))
        if isinstance(call.body, dict):
            route = route.meant(call.body)
        return route, parameters_of(self.dialect, route, call)

    def _claim(self, route: Route, request: web.Request, caller: Caller) -> Claim | None:
        """The wish to have a POST carried out once; the other methods may be repeated anyway."""
        return self.front.idempotency.claim(request, caller.actor) if route.method == "POST" else None

    async def _sent(self, request: web.Request, answered: Answer, headers: Mapping[str, str]) -> web.StreamResponse:
        """Send an answer, which may be a file, or long."""
        if answered.link is not None:
            return await self.downloads.send(request, answered.link, headers)
        if answered.pieces is not None:
            return await send(request, answered.pieces, self._headers(answered, headers), answered.status)
        return self._response(answered, headers)

    def _response(self, answered: Answer, headers: Mapping[str, str] | None = None) -> web.Response:
        return web.Response(body=answered.body, status=answered.status, headers=self._headers(answered, headers or {}))

    def _headers(self, answered: Answer, headers: Mapping[str, str]) -> dict[str, str]:
        described = {"Content-Type": f"{answered.media_type}; charset=utf-8"} if answered.body or answered.pieces else {}
        if answered.file_name is not None:
            described["Content-Disposition"] = disposition(answered.file_name)
        return {**headers, **described, **answered.headers}

    async def openapi(self, request: web.Request) -> web.StreamResponse:
        """Serve the API's own description, unless the client has it already."""
        body, tag = self._described
        if any(known.value == tag for known in request.if_none_match or ()):
            response = web.Response(status=304)
        else:
            response = web.Response(body=body, content_type="application/json", charset="utf-8")
        response.etag = tag
        response.headers["Cache-Control"] = "no-cache"
        return response

    @cached_property
    def _described(self) -> tuple[bytes, str]:
        """The OpenAPI document of this API at this address, with its hash; made at the first request, for it takes a while."""
        body = orjson.dumps(document(self.dialect, texts(self.folder), self.public, self.front.settings.address))
        return body, hashlib.sha256(body).hexdigest()[:16]


async def read(route: Route, request: web.Request) -> Call:
    """Read what a route takes from HTTP.

    Raises BodyRefused.
    """
    try:
        path = {name: strict_json.check_text(value) for name, value in request.match_info.items()}
        query = strict_json.once(request.query.items())
    except strict_json.BadJson as error:
        raise BodyRefused(str(error)) from None
    if not route.has_body:
        return Call(path, query)
    raw = await bodies.read(request)
    if raw and request.content_type != "application/json":
        raise BodyRefused("Send JSON: Content-Type: application/json.", 415)
    return Call(path, query, bodies.json(raw) if raw else None)


def problem_of(error: DomainError) -> Problem:
    """A failure outside of the graph as the dialects know them."""
    if isinstance(error, UnknownCredential):
        return Problem(error.kind.value, "UNKNOWN_CREDENTIAL", error.message)
    code = PAYLOAD_CODES.get(error.status, error.code) if isinstance(error, BodyRefused) else error.code
    return Problem(error.kind.value, code, error.message, error.retry_after)
