"""Around every request: an id, security headers, plain answers, figures, health."""

import re
from types import SimpleNamespace
from typing import Any

import pytest
from aiohttp import web
from multidict import CIMultiDict

from gateway import consoles
from gateway.metrics import Metrics
from tests.gateway.conftest import Serve
from tests.support.http import Http

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

ALWAYS = {"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer"}


class TestHeaders:
    async def test_of_security_and_a_request_id_are_on_every_answer(self, http: Http) -> None:
        paths = ("/graphql?query={__typename}", "/health/live", "/graphiql", "/graphiql/config.json", "/api/v1/docs", "/api/v1/balance",
                 "/api/v1/nowhere", "/nowhere", "/a/nowhere", "/metrics")  # fmt: skip
        ids = set()
        for path in paths:
            reply = await http.request("GET", path)
            assert {name: reply.headers.get(name) for name in ALWAYS} == ALWAYS, path
            assert reply.headers["Cross-Origin-Resource-Policy"] == ("same-origin" if path.startswith("/a/") else "cross-origin")
            assert "Set-Cookie" not in reply.headers
            ids.add(reply.headers["X-Request-Id"])
        assert len(ids) == len(paths)


class TestPlainAnswers:
    async def test_to_an_unknown_path(self, http: Http) -> None:
        reply = await http.request("GET", "/nowhere/<script>")
        assert (reply.status, reply.headers["Content-Type"]) == (404, "application/json; charset=utf-8")
        assert reply.json() == {"error": {"message": "Not Found", "requestId": reply.headers["X-Request-Id"]}}

    async def test_to_a_wrong_method(self, http: Http) -> None:
        reply = await http.request("POST", "/health/live")
        assert (reply.status, set(reply.headers["Allow"].split(","))) == (405, {"GET", "HEAD"})
        assert reply.json()["error"]["message"] == "Method Not Allowed"

    async def test_to_a_failure_that_nobody_expected(
        self, http: Http, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        """Q-14: no traceback for anybody, and an id to quote."""

        def broken() -> None:
            raise RuntimeError("/root/secret path")

        monkeypatch.setattr(consoles, "examples", broken)
        reply = await http.request("GET", "/graphiql/config.json")
        assert reply.status == 500
        assert "secret" not in reply.text
        assert reply.json()["error"]["requestId"] == reply.headers["X-Request-Id"]
        assert [record.getMessage() for record in caplog.records if record.exc_info] == ["unexpected error"]


class TestHealth:
    async def test_of_a_server_that_serves(self, http: Http) -> None:
        for path, status in (("/health/live", "alive"), ("/health/ready", "ready")):
            reply = await http.request("GET", path, key=None)
            assert (reply.status, reply.json()) == (200, {"status": status})

    async def test_of_one_that_takes_no_more(self, http: Http) -> None:
        """Q-24: a balancer sends nothing new, while the process is not to be killed yet."""
        http.server.readiness.ready = False
        assert (await http.request("GET", "/health/ready")).status == 503
        assert (await http.request("GET", "/health/live")).status == 200
        assert (await http.esc("GET", "/balance")).status == 200


class TestMetrics:
    async def test_count_by_pattern_not_by_path(self, http: Http) -> None:
        for path in ("/api/v1/invites/inv_canary", "/a/canary.token", "/canary"):
            await http.request("GET", path)
        shown = (await http.request("GET", "/metrics", key=None)).text
        assert 'centil_requests_total{method="GET",route="/api/v1/invites/{inviteId}",status="404"} 1.0' in shown
        assert 'route="unknown",status="404"} 1.0' in shown
        assert "canary" not in shown
        for name in ("centil_request_seconds_bucket", "centil_event_loop_lag_seconds", "centil_requests_in_flight 1.0"):
            assert name in shown

    async def test_count_what_the_engine_does_not_cover(self, http: Http) -> None:
        counted = []
        for text in ("{ __schema { queryType { name } } }", "{ instruments { key } }"):
            await http.request("POST", "/graphql", json={"query": text})
            shown = (await http.request("GET", "/metrics", key=None)).text
            counted.append(float(re.search(r'centil_operations_by_reference_total\{reason="introspection"\} (\S+)', shown)[1]))  # type: ignore[index]
        assert counted[0] == counted[1] >= 1

    @pytest.mark.parametrize(
        ("remote", "headers"),
        [
            ("10.0.0.1", {}),
            ("2001:db8::1", {}),
            (None, {}),
            ("127.0.0.1", {"X-Forwarded-For": "127.0.0.1"}),
            ("::1", {"Forwarded": "for=127.0.0.1"}),
        ],
    )
    async def test_are_for_this_machine_only(self, database_url: str, remote: str | None, headers: dict[str, str]) -> None:
        request: Any = SimpleNamespace(remote=remote, headers=CIMultiDict(headers))
        with pytest.raises(web.HTTPNotFound):
            await Metrics({}).answer(request)

    async def test_can_be_switched_off_like_the_console(self, serve: Serve) -> None:
        http = await serve(metrics=False, graphiql=False)
        for path in ("/metrics", "/graphiql", "/graphiql/config.json"):
            assert (await http.request("GET", path)).status == 404
