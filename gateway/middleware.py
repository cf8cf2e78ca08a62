"""Around every request: an id, a line in the log, figures, security headers, and no traceback for anybody."""

import logging
import time
from collections.abc import Awaitable, Callable

import orjson
from aiohttp import web

from gateway import logs
from gateway.front import REQUEST_ID, new_request_id
from gateway.metrics import Metrics

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
log = logging.getLogger("centil.access")
ALWAYS = {"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer", "Cross-Origin-Resource-Policy": "cross-origin"}
LEFT = 499
"""Noted as the status when a client left before it had its answer."""


def route_of(request: web.Request) -> str:
    """The pattern that a request's path fits, so that keys of links and rows stay out of logs and figures."""
    resource = request.match_info.route.resource
    return resource.canonical if resource is not None else "unknown"


def around(metrics: Metrics) -> Callable[..., Awaitable[web.StreamResponse]]:
    """Make the outermost middleware."""

    @web.middleware
    async def middleware(request: web.Request, handler: Handler) -> web.StreamResponse:
        begun = time.perf_counter()
        request[REQUEST_ID] = request_id = new_request_id()
        token = logs.request_id.set(request_id)
        metrics.in_flight.inc()
        status = LEFT
        try:
            response = await _answered(request, handler)
            status = response.status
            return response
        finally:
            _note(request, status, time.perf_counter() - begun)
            metrics.in_flight.dec()
            logs.request_id.reset(token)

    def _note(request: web.Request, status: int, took: float) -> None:
        route = route_of(request)
        metrics.note(request.method, route, status, took)
        if log.isEnabledFor(logging.INFO):
            fields = {"method": request.method, "route": route, "status": status, "duration_ms": round(took * 1000, 1)}
            log.info("request", extra=fields)

    return middleware


async def set_headers(request: web.Request, response: web.StreamResponse) -> None:
    """Give every answer, also a stream, its request id and what keeps browsers safe."""
    for name, value in {**ALWAYS, "X-Request-Id": request[REQUEST_ID]}.items():
        response.headers.setdefault(name, value)


async def _answered(request: web.Request, handler: Handler) -> web.StreamResponse:
    try:
        response = await handler(request)
    except web.HTTPException as error:
        response = plain(request, error.status, error.reason)
        response.headers.extend({name: value for name, value in error.headers.items() if name in ("Allow", "Location")})
    except Exception as error:
        if isinstance(error, ConnectionResetError) and _has_left(request):
            return plain(request, LEFT, "You left before the answer.")
        log.exception("unexpected error")
        response = plain(request, 500, "Something failed that should not have. Quote the request id when you report it.")
    return response


def _has_left(request: web.Request) -> bool:
    return request.transport is None or request.transport.is_closing()


def plain(request: web.Request, status: int, message: str) -> web.Response:
    """An answer of no surface in particular."""
    body = {"error": {"message": message, "requestId": request[REQUEST_ID]}}
    return web.Response(body=orjson.dumps(body), status=status, content_type="application/json", charset="utf-8")
