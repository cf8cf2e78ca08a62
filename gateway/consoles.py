"""GraphiQL and the API reference: built pages, committed packed, served with a strict content policy and no third party."""

import gzip
import html
import ipaddress
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from pathlib import PurePosixPath
from urllib.parse import urlsplit

import orjson
from aiohttp import web

from gateway.middleware import Handler
from gateway.settings import Settings
from gateway.stored import texts
from rest_compat.dialect import Dialect

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; connect-src 'self'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'; "
)
GRAPHIQL_POLICY = POLICY + "img-src 'self' data:; font-src 'self'; worker-src 'self'"
REFERENCE_POLICY = POLICY + "img-src 'self'; font-src data:"
FOREVER = "public, max-age=31536000, immutable"
TYPES = {
    ".css": "text/css",
    ".html": "text/html",
    ".js": "text/javascript",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".ttf": "font/ttf",
    ".woff": "font/woff",
    ".woff2": "font/woff2",
}


def packed(request: web.Request, folder: str, name: str, headers: dict[str, str]) -> web.Response:
    """A packed file of the package, unpacked for clients that cannot."""
    body = _read(folder, name)
    headers = {**headers, "Vary": "Accept-Encoding"}
    if "gzip" in request.headers.get("Accept-Encoding", ""):
        headers["Content-Encoding"] = "gzip"
    else:
        body = gzip.decompress(body)
    kind = TYPES.get(PurePosixPath(name).suffix, "application/octet-stream")
    charset = "utf-8" if kind.startswith("text/") else None
    return web.Response(body=body, headers=headers, content_type=kind, charset=charset)


@cache
def _names(folder: str) -> frozenset[str]:
    return frozenset(file.name.removesuffix(".gz") for file in (files("gateway") / folder).iterdir() if file.name.endswith(".gz"))


@cache
def _read(folder: str, name: str) -> bytes:
    if name not in _names(folder):
        raise web.HTTPNotFound
    return (files("gateway") / folder / f"{name}.gz").read_bytes()


def docs_path(dialect: Dialect) -> str:
    """Where the reference page of an API is."""
    return f"{dialect.base_path.rstrip('/')}/docs"


def home(settings: Settings, dialect: Dialect) -> Handler:
    """Lead whoever opens the bare address to something to look at: GraphiQL, or an API reference, which names all others."""
    page = "/graphiql" if settings.graphiql else docs_path(dialect)
    address = urlsplit(settings.address).path + page

    async def lead(_request: web.Request) -> web.Response:
        return web.Response(status=302, headers={"Location": address})

    return lead


class GraphiQL:
    """The console at /graphiql, opening with example operations."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings

    def mount(self, app: web.Application) -> None:
        app.router.add_get("/graphiql", self.page)
        app.router.add_get("/graphiql/config.json", self.config)
        app.router.add_get("/graphiql/assets/{name}", self.asset)

    async def page(self, request: web.Request) -> web.Response:
        return packed(request, "graphiql/dist", "index.html", {"Content-Security-Policy": GRAPHIQL_POLICY, "Cache-Control": "no-cache"})

    async def asset(self, request: web.Request) -> web.Response:
        return packed(request, "graphiql/dist/assets", request.match_info["name"], {"Cache-Control": FOREVER})

    async def config(self, request: web.Request) -> web.Response:
        """What the page begins with; the key of the demo only for a browser on this very machine (Q-4)."""
        key = self.settings.demo_key if _is_local(request) and _is_ours(urlsplit(self.settings.address).hostname) else None
        headers = orjson.dumps({"Authorization": f"Bearer {key or 'pk_live_…'}"}, option=orjson.OPT_INDENT_2).decode()
        tabs = [{"title": name.partition("_")[2].replace("_", " "), "query": text} for name, text in examples().items()]
        config = {"endpoint": "/graphql", "subscriptions": "/graphql", "headers": headers, "tabs": tabs, "notice": ""}
        if key is None:
            config["notice"] = "Put your API key into the headers below to run operations that need one."
        return web.Response(
            body=orjson.dumps(config), content_type="application/json", charset="utf-8", headers={"Cache-Control": "no-store"}
        )


@cache
def examples() -> dict[str, str]:
    """The example operations, in the order of the numbers that their file names begin with."""
    found = texts(files("gateway.graphiql") / "examples")
    return dict(sorted(found.items(), key=lambda item: int(item[0].partition("_")[0])))


def _is_local(request: web.Request) -> bool:
    """Whether the browser runs on this machine and asked for it by a name of this machine, so that no page can pretend."""
    host = request.host.rsplit(":", 1)[0].strip("[]")
    try:
        peer = ipaddress.ip_address(request.remote or "")
    except ValueError:
        return False
    forwarded = "X-Forwarded-For" in request.headers or "Forwarded" in request.headers
    return peer.is_loopback and not forwarded and _is_ours(host)


def _is_ours(host: str | None) -> bool:
    """Whether a name is one of this machine for itself; an installation that people reach by another gives its key to nobody."""
    return host in ("127.0.0.1", "localhost", "::1")


class Reference:
    """The reference pages of the REST APIs, each with links to the others."""

    def __init__(self, settings: Settings, dialects: Mapping[str, Dialect]) -> None:
        self._dialects = tuple(dialects.values())
        self._consoles = {docs_path(dialect): dialect.title for dialect in self._dialects}
        if settings.graphiql:
            self._consoles["/graphiql"] = "GraphiQL"

    def mount(self, app: web.Application) -> None:
        for dialect in self._dialects:
            app.router.add_get(docs_path(dialect), self.page(dialect))
        app.router.add_get("/reference/assets/{name}", self.asset)

    def page(self, dialect: Dialect) -> Handler:
        text = (files("gateway") / "reference" / "index.html").read_text("utf-8")
        filled = {"{{spec}}": f"{dialect.base_path.rstrip('/')}/openapi.json", "{{title}}": dialect.title}
        for mark, value in filled.items():
            text = text.replace(mark, html.escape(value, quote=True))
        text = text.replace("{{apis}}", self._links(docs_path(dialect)))

        async def page(_request: web.Request) -> web.Response:
            headers = {"Content-Security-Policy": REFERENCE_POLICY, "Cache-Control": "no-cache"}
            return web.Response(text=text, content_type="text/html", headers=headers)

        return page

    def _links(self, here: str) -> str:
        """To every console, as HTML; the one that is shown is marked."""
        current = {here: ' aria-current="page"'}
        links = (f'<a href="{html.escape(path)}"{current.get(path, "")}>{html.escape(title)}</a>' for path, title in self._consoles.items())
        return " ".join(links)

    async def asset(self, request: web.Request) -> web.Response:
        return packed(request, "reference/dist", request.match_info["name"], {"Cache-Control": FOREVER})
