"""Pages of other origins: those of the settings may call, with credentials in headers and never cookies (Q-14)."""

import pytest

from tests.gateway.conftest import Serve
from tests.support.http import Http, Reply

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

OURS, THEIRS = "https://app.example.com", "https://evil.example.com"
PATHS = ("/graphql", "/api/v1/balance", "/api/v1/nowhere", "/nowhere", "/health/live")


@pytest.fixture
async def http(serve: Serve) -> Http:
    return await serve(cors_origins=f"{OURS}, https://other.example.com:8443")


async def preflight(http: Http, path: str, origin: str) -> Reply:
    asked = {"Origin": origin, "Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization"}
    return await http.request("OPTIONS", path, key=None, headers=asked)


class TestAllowed:
    async def test_is_told_on_every_path_and_status(self, http: Http) -> None:
        """Also on failures: a page must be able to read why."""
        for path in PATHS:
            for key in ("", None):
                reply = await http.request("GET", path, key=key, headers={"Origin": OURS})
                assert reply.headers["Access-Control-Allow-Origin"] == OURS, path
                assert "Origin" in reply.headers["Vary"]
                exposed = reply.headers["Access-Control-Expose-Headers"].split(", ")
                assert {"RateLimit-Remaining", "Idempotent-Replayed"} <= set(exposed)

    async def test_preflights_are_answered(self, http: Http) -> None:
        for path in PATHS:
            reply = await preflight(http, path, OURS)
            assert (reply.status, reply.body) == (204, b"")
            assert reply.headers["Access-Control-Allow-Origin"] == OURS
            assert "POST" in reply.headers["Access-Control-Allow-Methods"]
            assert {"Authorization", "Content-Type", "Idempotency-Key", "Last-Event-ID"} <= set(
                reply.headers["Access-Control-Allow-Headers"].split(", ")
            )

    async def test_cookies_are_never_asked_for_or_set(self, http: Http) -> None:
        for reply in (await preflight(http, "/graphql", OURS), await http.request("GET", "/graphql", headers={"Origin": OURS})):
            assert "Access-Control-Allow-Credentials" not in reply.headers
            assert "Set-Cookie" not in reply.headers

    async def test_streams_too(self, http: Http) -> None:
        headers = {"Origin": OURS, "Accept": "text/event-stream"}
        reply = await http.request("POST", "/graphql", headers=headers, json={"query": "{ __typename }"})
        assert reply.headers["Content-Type"].startswith("text/event-stream")
        assert reply.headers["Access-Control-Allow-Origin"] == OURS


class TestOthers:
    @pytest.mark.parametrize("origin", [
        THEIRS, "null", "https://app.example.com.evil.com", "http://app.example.com", "https://app.example.com:444", "HTTPS://APP.EXAMPLE.COM",
        "https://other.example.com", "*",
    ])  # fmt: skip
    async def test_are_told_nothing(self, http: Http, origin: str) -> None:
        for reply in (await preflight(http, "/graphql", origin), await http.request("GET", "/api/v1/balance", headers={"Origin": origin})):
            assert [name for name in reply.headers if name.startswith("Access-Control")] == []
        assert (await preflight(http, "/graphql", origin)).status == 405

    async def test_nobody_is_allowed_by_default(self, serve: Serve) -> None:
        reply = await (await serve()).request("GET", "/api/v1/balance", headers={"Origin": OURS})
        assert [name for name in reply.headers if name.startswith("Access-Control")] == []
