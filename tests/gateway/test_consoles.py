"""GraphiQL and the API reference: a strict content policy, nothing from third parties, and the demo's key for this machine only."""

import gzip
import re
from importlib.resources import files

import pytest
from graphql import parse

from gateway.apis import DIALECTS
from gateway.consoles import TYPES
from tests.gateway.conftest import Serve
from tests.support.http import Http, Reply

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

PAGES = ("/graphiql", *(f"{dialect.base_path}/docs" for dialect in DIALECTS.values()))
KEY = "pk_live_of_the_demo"


async def bare(http: Http, path: str, accept: str | None = None) -> Reply:
    """A request as a client sends it that unpacks nothing by itself."""
    headers = {} if accept is None else {"Accept-Encoding": accept}
    skip = ["Accept-Encoding"] if accept is None else []
    async with http.session.get(http.base + path, headers=headers, skip_auto_headers=skip, auto_decompress=False) as response:
        return Reply(response.status, response.headers, await response.read())


class TestPages:
    async def test_have_a_strict_content_policy(self, http: Http) -> None:
        """Q-5's base: nothing is allowed but what is named, and nobody may frame it."""
        for path in PAGES:
            reply = await http.request("GET", path, key=None)
            assert (reply.status, reply.headers["Content-Type"]) == (200, "text/html; charset=utf-8")
            policy = dict(part.strip().partition(" ")[::2] for part in reply.headers["Content-Security-Policy"].split(";"))
            assert (policy["default-src"], policy["script-src"], policy["frame-ancestors"]) == ("'none'", "'self'", "'none'")
            assert (policy["connect-src"], policy["base-uri"], policy["form-action"]) == ("'self'", "'none'", "'none'")
            assert not [source for sources in policy.values() for source in sources.split() if "*" in source or "http" in source]
            assert reply.headers["Cache-Control"] == "no-cache"

    async def test_load_nothing_that_the_policy_forbids(self, http: Http) -> None:
        for path in PAGES:
            page = (await http.request("GET", path, key=None)).text
            assert "://" not in page
            assert re.findall(r"<script(?![^>]*\ssrc=)|\son\w+=|javascript:", page) == []

    async def test_find_everything_they_name(self, http: Http) -> None:
        for path in PAGES:
            page = (await http.request("GET", path, key=None)).text
            named = re.findall(r'(?:src|href)="(/[^"]+)"', page)
            assert len(named) >= 4
            for name in named:
                reply = await http.request("GET", name, key=None)
                assert reply.status == 200, name
                assert reply.headers.get("Cache-Control", "").endswith("immutable") is ("/assets/" in name)

    async def test_the_reference_shows_the_document_of_its_api(self, http: Http) -> None:
        page = (await http.request("GET", "/api/v1/docs", key=None)).text
        assert 'data-spec="/api/v1/openapi.json"' in page
        assert (await http.request("GET", "/api/v1/openapi.json", key=None)).json()["openapi"].startswith("3.")

    async def test_each_reference_leads_to_all_consoles(self, http: Http) -> None:
        for dialect in DIALECTS.values():
            page = (await http.request("GET", f"{dialect.base_path}/docs", key=None)).text
            assert set(PAGES) == set(re.findall(r'<a href="(/[^"]+(?:docs|graphiql)|/graphiql)"', page))
            assert re.findall(r'aria-current="page">([^<]+)<', page) == [dialect.title]


class TestAssets:
    async def test_are_packed_for_those_who_can_unpack(self, http: Http) -> None:
        for path in ("/graphiql", "/reference/assets/favicon-1809b082.svg"):
            packed = await bare(http, path, "gzip, br")
            for accept in (None, "identity", "br"):
                plain = await bare(http, path, accept)
                assert "Content-Encoding" not in plain.headers
                assert plain.headers["Vary"] == packed.headers["Vary"] == "Accept-Encoding"
                assert gzip.decompress(packed.body) == plain.body
            assert packed.headers["Content-Encoding"] == "gzip"

    async def test_have_their_types(self, http: Http) -> None:
        for folder, place in (("graphiql/dist/assets", "/graphiql/assets"), ("reference/dist", "/reference/assets")):
            names = [file.name.removesuffix(".gz") for file in (files("gateway") / folder).iterdir() if file.name.endswith(".gz")]
            assert names
            kinds = {name[name.rindex(".") :]: name for name in names}
            for suffix, name in kinds.items():
                reply = await http.request("GET", f"{place}/{name}", key=None)
                assert (reply.status, reply.headers["Content-Type"].partition(";")[0]) == (200, TYPES[suffix])

    async def test_that_are_not_known_are_404(self, http: Http) -> None:
        for name in (
            "nothing.js",
            "index.html",
            "..%2findex.html",
            "..%2F..%2f..%2Fapp.py",
            "%2e%2e/index.html",
            "favicon-1809b082.svg.gz",
            "%00",
            ".",
        ):
            for place in ("/graphiql/assets/", "/reference/assets/"):
                assert (await http.request("GET", place + name, key=None)).status == 404, place + name


class TestHome:
    async def test_leads_to_the_console_or_else_to_the_reference(self, serve: Serve) -> None:
        http = await serve(base_url="https://centil.example.com/below")
        reply = await http.request("GET", "/", key=None)
        assert (reply.status, reply.headers["Location"]) == (302, "/below/graphiql")

    async def test_without_a_console(self, serve: Serve) -> None:
        http = await serve(graphiql=False)
        reply = await http.request("GET", "/", key=None)
        assert (reply.status, reply.headers["Location"]) == (302, "/api/v1/docs")
        page = await http.request("GET", reply.headers["Location"], key=None)
        assert page.status == 200
        assert all(f'href="{dialect.base_path}/docs"' in page.text for dialect in DIALECTS.values())
        assert "/graphiql" not in page.text


class TestConfig:
    async def headers_of(self, http: Http, **sent: str) -> str:
        reply = await http.request(
            "GET", "/graphiql/config.json", key=None, headers={name.replace("_", "-"): value for name, value in sent.items()}
        )
        assert reply.headers["Cache-Control"] == "no-store"
        return str(reply.json()["headers"])

    async def test_holds_the_key_of_the_demo_for_a_browser_on_this_machine(self, http: Http) -> None:
        """Q-4."""
        assert KEY not in await self.headers_of(http)
        (http.world.settings.var / "demo-key").write_text(KEY)
        for host in ("127.0.0.1:8000", "localhost:8000", "localhost", "[::1]:8000"):
            assert KEY in await self.headers_of(http, Host=host), host

    async def test_and_for_nobody_else(self, http: Http) -> None:
        """Not for a page that points a name of its own at this machine, and not through a proxy."""
        (http.world.settings.var / "demo-key").write_text(KEY)
        for host in ("evil.example.com", "evil.example.com:8000", "localhost.evil.example.com", "127.0.0.1.evil.com", "0.0.0.0", ""):
            assert KEY not in await self.headers_of(http, Host=host), host
        for name, value in (("X_Forwarded_For", "127.0.0.1"), ("Forwarded", "for=127.0.0.1")):
            assert KEY not in await self.headers_of(http, Host="localhost", **{name: value})

    async def test_nor_where_people_reach_the_server_by_another_name(self, serve: Serve) -> None:
        """A proxy on the same machine that tells nothing of whom it asks for looks like a browser here."""
        http = await serve(base_url="https://centil.example.com")
        (http.world.settings.var / "demo-key").write_text(KEY)
        assert KEY not in await self.headers_of(http, Host="localhost")

    async def test_opens_with_the_examples(self, http: Http) -> None:
        config = (await http.request("GET", "/graphiql/config.json", key=None)).json()
        titles = [tab["title"] for tab in config["tabs"]]
        assert titles == [
            "Candidates",
            "Result",
            "Invite",
            "Listen",
            "Search",
            "Account",
            "Instrument",
            "Match",
            "Team",
            "Report",
            "Erasure",
            "Statistics",
            "Export",
            "Ranking",
            "Flow",
            "Questionnaire",
        ]
        for tab in config["tabs"]:
            assert parse(tab["query"])
        assert config["endpoint"] == config["subscriptions"] == "/graphql"
        assert "API key" in config["notice"]

    async def test_examples_run(self, http: Http) -> None:
        await http.world.complete()
        for tab in (await http.request("GET", "/graphiql/config.json", key=None)).json()["tabs"]:
            if "subscription" not in tab["query"]:
                assert await http.graph(tab["query"])
