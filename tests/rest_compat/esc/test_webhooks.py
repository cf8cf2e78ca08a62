"""/webhooks of the esc Profile API."""

import hashlib
import hmac
import json
import re
import subprocess
from typing import Any

import pytest

from domain.kernel.permissions import EVERYTHING, Permission
from domain.webhooks import signing
from tests.resolvers.test_permissions import narrow_key
from tests.structure.places import ROOT
from tests.support import missing
from tests.support.http import Http
from tests.support.receiver import Receiver

ALL = ["analysis.completed", "analysis.started", "order.completed"]


class TestRegister:
    async def test_answers_to_the_contract(self, http: Http) -> None:
        """R-ESC-56, R-ESC-57."""
        reply = await http.esc("POST", "/webhooks", json={"url": "https://example.com/hook"})
        assert reply.status == 201
        answer = reply.json()
        assert set(answer) == {"success", "data"}
        data = answer["data"]
        assert set(data) == {"webhook_id", "url", "secret", "events"}
        assert (data["url"], data["events"]) == ("https://example.com/hook", ALL)
        assert data["webhook_id"].startswith("wh_")

    async def test_takes_the_events_that_are_wanted(self, http: Http) -> None:
        reply = await http.esc("POST", "/webhooks", json={"url": "https://example.com/", "events": ["order.completed", "analysis.started"]})
        assert reply.json()["data"]["events"] == ["analysis.started", "order.completed"]

    @pytest.mark.parametrize(
        ("body", "word"),
        [
            ({}, "url"),
            ({"url": ""}, "url"),
            ({"url": None}, "url"),
            ({"url": 7}, "url"),
            ({"url": "http://example.com/"}, "https"),
            ({"url": "https://10.0.0.1/"}, "public"),
            ({"url": "https://example.com/", "events": []}, "events"),
            ({"url": "https://example.com/", "events": ["invite.completed"]}, "events"),
            ({"url": "https://example.com/", "events": "analysis.started"}, "events"),
            ([], "object"),
        ],
    )
    async def test_refuses_what_is_wrong(self, http: Http, body: Any, word: str) -> None:
        """I-ESC-10."""
        before = await http.world.rows()
        reply = await http.esc("POST", "/webhooks", json=body)
        assert reply.status == 400
        error = reply.json()
        assert error["success"] is False
        assert word in error["error"]["message"]
        assert await http.world.rows() == before

    async def test_needs_a_key_that_may(self, http: Http) -> None:
        for key, status in ((None, 401), (await narrow_key(http.world, *EVERYTHING - {Permission.WEBHOOKS_WRITE}), 403)):
            assert (await http.esc("POST", "/webhooks", key=key, json={"url": "https://example.com/"})).status == status


class TestList:
    async def test_shows_those_of_this_api_without_secrets(self, http: Http) -> None:
        """R-ESC-57, I-ESC-20: and no paging."""
        made = (await http.esc("POST", "/webhooks", json={"url": "https://example.com/hook"})).json()["data"]
        await http.graph('mutation { createWebhook(input: {url: "https://example.com/graph"}) { __typename } }')
        reply = await http.esc("GET", "/webhooks")
        assert reply.status == 200
        assert reply.json() == {
            "success": True,
            "data": {
                "webhooks": [
                    {
                        "webhook_id": made["webhook_id"],
                        "url": "https://example.com/hook",
                        "events": ALL,
                        "active": True,
                        "created_at": "2026-03-02T09:00:00.000Z",
                    }
                ]
            },
        }
        assert made["secret"] not in reply.text

    async def test_shows_nothing_of_others(self, http: Http) -> None:
        """Q-2."""
        await http.esc("POST", "/webhooks", json={"url": "https://example.com/hook"})
        _actor, other = await http.world.other_account()
        assert (await http.esc("GET", "/webhooks", key=other.secret)).json()["data"] == {"webhooks": []}


async def test_messages_are_signed_as_documented(http: Http) -> None:
    """I-ESC-22: with the text of the secret, over the raw body."""
    async with Receiver.open() as receiver:
        made = (await http.esc("POST", "/webhooks", json={"url": receiver.url, "events": ["analysis.completed"]})).json()["data"]
        await http.world.complete()
        await http.world.run_jobs()
        [message] = receiver.messages
    wanted = hmac.new(made["secret"].encode(), message.raw, hashlib.sha256).hexdigest()
    assert message.headers["X-Webhook-Signature"] == f"sha256={wanted}"
    assert message.body["event"] == "analysis.completed"


class TestDocumentation:
    """The code that docs/webhooks.md gives to integrators takes our messages, and no others."""

    TEXT = (ROOT / "docs" / "webhooks.md").read_text()

    @pytest.fixture
    def takes(self) -> Any:
        names: dict[str, Any] = {}
        exec(self.code("python"), names)
        return names["is_ours"]

    def code(self, language: str) -> str:
        [found] = re.findall(rf"```{language}\n(.*?)```", self.TEXT, re.DOTALL)
        return str(found)

    def test_in_python_works(self, takes: Any) -> None:
        old, new, raw = signing.new_secret(), signing.new_secret(), b'{"event":"order.completed"}'
        for secret in (old, new):
            assert takes(secret, signing.esc_headers([new, old], raw), raw)
        assert not takes(old, signing.esc_headers([new], raw), raw)
        assert not takes(new, signing.esc_headers([new], raw), raw + b" ")
        assert not takes(new, {}, raw)

    def test_in_javascript_works(self) -> None:
        missing.need_node()
        old, new, raw = signing.new_secret(), signing.new_secret(), '{"event":"order.completed"}'
        headers = {name.lower(): value for name, value in signing.esc_headers([new, old], raw.encode()).items()}
        calls = [(new, headers, raw), (old, headers, raw), (new, headers, raw + " "), (new, {}, raw), (signing.new_secret(), headers, raw)]
        script = self.code("js") + "\n" + f"console.log(JSON.stringify({json.dumps(calls)}.map((one) => isOurs(...one))));"
        done = subprocess.run(["node", "-e", script], capture_output=True, text=True, check=True)
        assert json.loads(done.stdout) == [True, True, False, False, False]

    async def test_names_the_events_there_are(self) -> None:
        assert all(f"`{name}`" in self.TEXT for name in ALL)
