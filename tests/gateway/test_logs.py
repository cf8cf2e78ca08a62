"""Logs are structured, with an allow-list of fields: no key, token, email address or name gets in (Q-23)."""

import io
import json
import logging
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError

from domain.kernel.statements import Statement
from gateway import logs
from gateway.logs import ALLOWED, Structured
from gateway.settings import Settings
from tests.support.http import Http
from tests.support.world import some_answers

ALWAYS = {"at", "level", "logger", "event"}
NAME, MAIL, PHONE = "Canarina Zwitscher", "canary.bird@example.com", "+49 canary 123"
SEND = "mutation($e: String!, $n: String) { sendInvite(input: {email: $e, name: $n}) { ... on Invite { key link } } }"


def record(message: str, *arguments: Any, name: str = "centil.x", error: BaseException | None = None, **fields: Any) -> logging.LogRecord:
    info = (type(error), error, error.__traceback__) if error else None
    made = logging.LogRecord(name, logging.INFO, "x.py", 1, message, arguments, info)
    vars(made).update(fields)
    return made


def raised() -> BaseException:
    try:
        try:
            raise ValueError(f"duplicate key: {MAIL}")
        except ValueError as cause:
            raise IntegrityError("insert", {"email": MAIL}, cause) from cause
    except IntegrityError as error:
        return error


class TestLines:
    def test_hold_what_is_allowed_and_nothing_else(self) -> None:
        line = json.loads(Structured(as_text=False).format(record("request", status=200, route="/a/{token}", token="t0k3n", email=MAIL)))
        assert line.keys() == ALWAYS | {"status", "route"}
        assert (line["event"], line["level"], line["logger"], line["status"]) == ("request", "info", "centil.x", 200)

    @pytest.mark.parametrize("as_text", [True, False])
    def test_name_the_kind_and_places_of_an_error_not_what_it_says(self, as_text: bool) -> None:
        line = Structured(as_text=as_text).format(record("unexpected error", error=raised()))
        assert "IntegrityError at gateway/test_logs.py:" in line
        assert MAIL not in line
        assert "\n" not in line

    def test_of_others_hold_their_pattern_not_what_they_fill_in(self) -> None:
        assert MAIL not in Structured(as_text=True).format(record("no such user: %s", MAIL, name="aiosmtplib"))
        assert "3 jobs" in Structured(as_text=True).format(record("%d jobs", 3))

    def test_name_their_request(self) -> None:
        token = logs.request_id.set("abc123")
        try:
            assert json.loads(Structured(as_text=False).format(record("x")))["request_id"] == "abc123"
            assert "request_id=abc123" in Structured(as_text=True).format(record("x"))
        finally:
            logs.request_id.reset(token)

    def test_fields_are_named_for_what_cannot_be_personal(self) -> None:
        assert {"email", "name", "key", "token", "path", "url", "body", "message", "query", "address"} & ALLOWED == set()


class TestConfigure:
    @pytest.fixture(autouse=True)
    def restored(self) -> Iterator[None]:
        root = logging.getLogger()
        kept = root.handlers[:], root.level
        yield
        root.handlers[:], _ = kept
        root.setLevel(kept[1])

    @pytest.mark.parametrize(("chosen", "is_json"), [("json", True), ("text", False), ("auto", True)])
    def test_writes_lines_to_standard_error(self, monkeypatch: pytest.MonkeyPatch, chosen: str, is_json: bool) -> None:
        written = io.StringIO()
        monkeypatch.setattr(sys, "stderr", written)
        logs.configure(Settings(log_level="warning", log_format=chosen))
        logging.getLogger("centil.x").info("not this")
        logging.getLogger("centil.x").warning("but this", extra={"code": "X"})
        [line] = written.getvalue().splitlines()
        assert line.startswith("{") is is_json
        assert "but this" in line


@pytest.fixture
def lines() -> Iterator[list[str]]:
    """Every line that anything logs, at every level, as the server would write it."""
    found: list[str] = []

    class Kept(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            found.extend(Structured(as_text=as_text).format(record) for as_text in (True, False))

    root, handler = logging.getLogger(), Kept()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield found
    root.removeHandler(handler)
    root.setLevel(level)


class TestStory:
    async def test_leaves_nothing_of_anybody_in_the_logs(self, http: Http, lines: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
        """From registering to the result, with all that can go wrong on the way."""
        secrets = [*await self.happens(http), *await self.goes_wrong(http, monkeypatch)]
        everything = "\n".join(lines).lower()
        assert "unexpected error" in everything
        assert "/a/{token}" in everything
        for word in (*NAME.split(), MAIL, PHONE, "canary", *secrets):
            assert word.lower() not in everything, word
        for line in lines[1::2]:
            assert json.loads(line).keys() <= ALWAYS | ALLOWED | {"request_id", "exception"}

    async def happens(self, http: Http) -> list[str]:
        registered = await http.esc(
            "POST", "/register", key=None, json={"email": MAIL, "company": NAME, "contact_name": NAME, "phone": PHONE, "country": "DE"}
        )
        assert registered.status == 201, registered.text
        sent = (await http.graph(SEND, e=MAIL, n=NAME))["sendInvite"]
        token = sent["link"].rpartition("/")[2]
        assert (await http.request("GET", f"/a/{token}", key=None)).status == 200
        attempt = await http.world.begin(sent["key"])
        await http.world.answer(sent["key"], attempt, some_answers(1))
        done = "mutation($k: ID!) { completeAttempt(input: {attempt: $k}) { __typename } }"
        assert (await http.graph(done, k=str(attempt)))["completeAttempt"]["__typename"] == "Attempt"
        await http.world.run_jobs()
        assert (await http.esc("GET", f"/search?q={NAME.split(maxsplit=1)[0]}")).status == 200
        assert (await http.esc("GET", f"/results/{sent['key']}")).status == 200
        return [http.world.key.secret, token, sent["key"], registered.json()["data"]["api_key"]["key"]]

    async def goes_wrong(self, http: Http, monkeypatch: pytest.MonkeyPatch) -> list[str]:
        await http.request("GET", "/graphql", key="pk_live_canary", params={"query": "{ x }"})
        await http.request("POST", "/graphql", data=b'{"query": "canary', headers={"Content-Type": "application/json"})
        await http.request("GET", f"/canary/{MAIL}?name=canary")
        await http.request("GET", "/a/canary.token", key=None)
        await http.esc("GET", "/invites/inv_canary")
        await http.esc("POST", "/invites", json={"email": f"{MAIL} canary", "name": NAME})
        await http.graph_errors('{ canary(email: "canary") { x } }')
        prepared = Statement.prepared

        def failing(statement: Statement, dialect: str) -> Any:
            if statement.graph_type == "Candidate":
                raise ValueError(f"duplicate key (email)=({MAIL})")
            return prepared(statement, dialect)

        monkeypatch.setattr(Statement, "prepared", failing)
        await http.graph_errors("{ candidates(first: 5) { nodes { name } } }")
        assert (await http.esc("GET", f"/search?q={MAIL}")).status == 500
        return ["pk_live_canary"]
