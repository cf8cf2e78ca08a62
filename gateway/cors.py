"""Which pages of other origins may call: those of the settings, with credentials in headers and never cookies.

A middleware of our own, for aiohttp-cors works route by route and knows nothing of answers to unknown paths.
"""

from collections.abc import Sequence

from aiohttp import web

from gateway.middleware import Handler

ALLOWED_HEADERS = "Authorization, Content-Type, Idempotency-Key, Last-Event-ID, X-Centil-Cost, X-Centil-Explain"
EXPOSED_HEADERS = "Idempotent-Replayed, RateLimit-Limit, RateLimit-Remaining, RateLimit-Reset, Retry-After, X-Request-Id"
METHODS = "GET, POST, PUT, PATCH, DELETE"


def allow_origins(app: web.Application, origins: Sequence[str]) -> None:
    """Let pages of these origins call the application."""
    allowed = frozenset(origins)

    @web.middleware
    async def answer_preflight(request: web.Request, handler: Handler) -> web.StreamResponse:
        asked = request.method == "OPTIONS" and "Access-Control-Request-Method" in request.headers
        return web.Response(status=204) if asked and request.headers.get("Origin") in allowed else await handler(request)

    async def expose(request: web.Request, response: web.StreamResponse) -> None:
        origin = request.headers.get("Origin")
        if origin is None or origin not in allowed:
            return
        response.headers["Access-Control-Allow-Origin"] = origin
        response.headers["Access-Control-Expose-Headers"] = EXPOSED_HEADERS
        response.headers.add("Vary", "Origin")
        if request.method == "OPTIONS":
            response.headers["Access-Control-Allow-Methods"] = METHODS
            response.headers["Access-Control-Allow-Headers"] = ALLOWED_HEADERS
            response.headers["Access-Control-Max-Age"] = "600"

    app.middlewares.append(answer_preflight)
    app.on_response_prepare.append(expose)
