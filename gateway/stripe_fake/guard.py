"""Who may come: programs and browsers of this machine, and no page of another origin."""

from collections.abc import Awaitable, Callable

from aiohttp import web
from yarl import URL

OWN_NAMES = ("127.0.0.1", "localhost", "::1")
_OWN_SITES = ("same-origin", "none")
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; base-uri 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",  # none at all would make the origin of our own forms `null`
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}


@web.middleware
async def keep_out_strangers(request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]) -> web.StreamResponse:
    """Refuse names that were bent to this machine, and forms of other sites: whoever opens a page must not pay by that."""
    if _named(request) not in OWN_NAMES:
        raise web.HTTPMisdirectedRequest(text="Test payments are for this machine only.", headers=HEADERS)
    if request.method not in ("GET", "HEAD") and _is_strange(request):
        raise web.HTTPForbidden(text="Another site may not do this.", headers=HEADERS)
    response = await handler(request)
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    return response


def _named(request: web.Request) -> str | None:
    try:
        return URL(f"http://{request.host}").host
    except ValueError:
        return None


def _is_strange(request: web.Request) -> bool:
    """Whether a browser says that a page of another site sends this; programs say nothing."""
    if site := request.headers.get("Sec-Fetch-Site"):
        return site not in _OWN_SITES
    origin = request.headers.get("Origin")
    return origin is not None and origin != f"http://{request.host}"
