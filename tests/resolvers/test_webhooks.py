"""Webhooks in the graph: registered, listed, changed, tested, sent again; and the log of what they were told (Q-21)."""

from typing import Any

import pytest
from sqlalchemy import update
from standardwebhooks.webhooks import Webhook as Reference

from domain.billing import credits
from domain.kernel.permissions import EVERYTHING, Permission
from domain.webhooks.model import Delivery, Webhook
from resolvers import ids
from tests.domain.webhooks.hooks import send_due
from tests.resolvers.test_permissions import narrow_key
from tests.support.http import Http
from tests.support.receiver import Message, Receiver

CREATE = """mutation($i: CreateWebhookInput!) { createWebhook(input: $i) {
  __typename ... on NewWebhook { secret webhook { id key url events format active description } }
  ... on Problem { kind code message fields { path } details { ... on LimitReached { limit } } } } }"""
UPDATE = """mutation($i: UpdateWebhookInput!) { updateWebhook(input: $i) { __typename
  ... on Webhook { key url events active disabledReason description } ... on Problem { kind code fields { path } } } }"""
ROTATE = """mutation($i: RotateWebhookSecretInput!) { rotateWebhookSecret(input: $i) { __typename
  ... on NewWebhook { secret webhook { previousSecretUntil } } ... on Problem { kind code } } }"""
LOG = """query($f: DeliveryFilter) { deliveries(first: 50, orderBy: OLDEST, filter: $f) { totalCount nodes {
  id key status reason type sequence subject body tries attemptCount nextTryAt createdAt doneAt webhook { key }
  attempts(first: 20, orderBy: OLDEST) { nodes { number at latencyMs statusCode trouble } } } } }"""


async def create(http: Http, url: str, **options: Any) -> Any:
    made = (await http.graph(CREATE, i={"url": url, "events": ["INVITE_SENT", "INVITE_STARTED"], **options}))["createWebhook"]
    assert made["__typename"] == "NewWebhook", made
    return made


async def log(http: Http, **conditions: Any) -> list[Any]:
    nodes: list[Any] = (await http.graph(LOG, f=conditions))["deliveries"]["nodes"]
    return nodes


def signed(secret: str, message: Message) -> bool:
    """Whether a receiver with a secret takes a message for ours, whatever the time."""
    import base64

    at, body = message.headers["webhook-timestamp"], message.raw.decode()
    from datetime import UTC, datetime

    wanted = Reference(secret).sign(message.id, datetime.fromtimestamp(int(at), UTC), body)
    return wanted in message.headers["webhook-signature"].split(" ") and bool(base64.b64decode(wanted.partition(",")[2]))


class TestRegistering:
    async def test_answers_the_secret_once(self, http: Http, receiver: Receiver) -> None:
        made = await create(http, receiver.url, description="Ours")
        webhook = made["webhook"]
        assert webhook | {"id": "", "key": ""} == {
            "id": "",
            "key": "",
            "url": receiver.url,
            "events": ["INVITE_SENT", "INVITE_STARTED"],
            "format": "CENTIL",
            "active": True,
            "description": "Ours",
        }
        assert webhook["key"].startswith("wh_")
        assert made["secret"].startswith("whsec_")
        told = await http.graph("query($k: ID!) { webhook(key: $k) { key } webhooks { key } node(id: $k) { id } }", k=webhook["id"])
        assert told == {"webhook": {"key": webhook["key"]}, "webhooks": [{"key": webhook["key"]}], "node": {"id": webhook["id"]}}
        await http.world.invite()
        await http.world.run_jobs()
        assert signed(made["secret"], receiver.messages[0])

    @pytest.mark.parametrize(
        ("wrong", "field"),
        [
            ({"url": "http://example.com/"}, "url"),
            ({"events": []}, "events"),
            ({"events": ["WEBHOOK_TESTED"]}, "events"),
            ({"events": ["TEAM_CREATED"], "format": "ESC"}, "events"),
            ({"description": "x" * 201}, "description"),
        ],
    )
    async def test_is_refused_with_nothing_written(self, http: Http, wrong: dict[str, Any], field: str) -> None:
        before = await http.world.rows()
        refused = (await http.graph(CREATE, i={"url": "https://example.com/hook", **wrong}))["createWebhook"]
        assert (refused["kind"], refused["fields"]) == ("BAD_INPUT", [{"path": [field]}])
        assert await http.world.rows() == before

    async def test_has_an_end_that_holds_in_a_race(self, http: Http) -> None:
        """Q-7."""
        import asyncio

        made = await asyncio.gather(*(http.graph(CREATE, i={"url": "https://example.com/"}) for _ in range(24)))
        kinds = [one["createWebhook"]["__typename"] for one in made]
        assert (kinds.count("NewWebhook"), kinds.count("Problem")) == (20, 4)
        [refused] = {str(one["createWebhook"]) for one in made if one["createWebhook"]["__typename"] == "Problem"}
        assert "TOO_MANY_WEBHOOKS" in refused

    @pytest.mark.parametrize(
        ("lacking", "options"),
        [
            (Permission.EVENTS_READ, {}),
            (Permission.INVITES_READ, {"format": "ESC", "events": ["INVITE_STARTED"]}),
            (Permission.CANDIDATES_READ, {"format": "ESC"}),
            (Permission.BILLING_READ, {"format": "ESC", "events": ["ORDER_COMPLETED"]}),
            (Permission.WEBHOOKS_WRITE, {}),
        ],
    )
    async def test_needs_the_permission_to_read_what_is_told(self, http: Http, lacking: Permission, options: dict[str, Any]) -> None:
        key = await narrow_key(http.world, *EVERYTHING - {lacking})
        before = await http.world.rows()
        [error] = await http.graph_errors(CREATE, key=key, i={"url": "https://example.com/", **options})
        assert (error["extensions"]["code"], lacking.value in error["message"]) == ("FORBIDDEN", True)
        assert await http.world.rows() == before


class TestChanging:
    @pytest.mark.parametrize(
        ("lacking", "options"),
        [
            (Permission.EVENTS_READ, {}),
            (Permission.CANDIDATES_READ, {"format": "ESC", "events": ["INVITE_COMPLETED"]}),
            (Permission.BILLING_READ, {"format": "ESC", "events": ["ORDER_COMPLETED"]}),
        ],
    )
    @pytest.mark.parametrize("change", [{"url": "https://elsewhere.example.com/"}, {"active": True}])
    async def test_where_it_leads_needs_the_permission_to_read_what_is_told(
        self, http: Http, lacking: Permission, options: dict[str, Any], change: dict[str, Any]
    ) -> None:
        """Or whoever may change webhooks alone would have another's messages, with people's names in them, sent to themselves."""
        made = (await create(http, "https://example.com/", **options))["webhook"]["key"]
        if "active" in change:
            await http.graph(UPDATE, i={"key": made, "active": False})
        before = (await http.graph("query($k: ID!) { webhook(key: $k) { url active updatedAt } }", k=made))["webhook"]
        key = await narrow_key(http.world, *EVERYTHING - {lacking})
        [error] = await http.graph_errors(UPDATE, key=key, i={"key": made, **change})
        assert (error["extensions"]["code"], lacking.value in error["message"]) == ("FORBIDDEN", True)
        assert (await http.graph("query($k: ID!) { webhook(key: $k) { url active updatedAt } }", k=made))["webhook"] == before
        for harmless in ({"description": "Mine"}, {"active": False}):
            assert (await http.graph(UPDATE, key=key, i={"key": made, **harmless}))["updateWebhook"]["key"] == made

    async def test_what_is_given(self, http: Http, receiver: Receiver) -> None:
        key = (await create(http, receiver.url))["webhook"]["key"]
        changed = (await http.graph(UPDATE, i={"key": key, "events": ["TEAM_CREATED"], "description": "New"}))["updateWebhook"]
        assert (changed["events"], changed["description"], changed["url"]) == (["TEAM_CREATED"], "New", receiver.url)
        assert (await http.graph(UPDATE, i={"key": key, "url": "http://10.0.0.1/"}))["updateWebhook"]["fields"] == [{"path": ["url"]}]

    async def test_off_and_on_again(self, http: Http, receiver: Receiver) -> None:
        key = (await create(http, receiver.url))["webhook"]["key"]
        await http.world.invite()
        off = (await http.graph(UPDATE, i={"key": key, "active": False}))["updateWebhook"]
        assert (off["active"], off["disabledReason"]) == (False, "BY_ACCOUNT")
        await http.world.run_jobs()
        [delivery] = await log(http)
        assert (delivery["status"], delivery["reason"], receiver.messages) == ("CANCELED", "WEBHOOK_DISABLED", [])
        text = "mutation($k: ID!) { replayDelivery(input: {key: $k}) { ... on Problem { code } ... on Delivery { status } } }"
        assert (await http.graph(text, k=delivery["key"]))["replayDelivery"] == {"code": "WEBHOOK_DISABLED"}
        assert (await http.graph(UPDATE, i={"key": key, "active": True}))["updateWebhook"]["active"]
        assert (await http.graph(text, k=delivery["key"]))["replayDelivery"] == {"status": "PENDING"}
        await http.world.run_jobs()
        assert receiver.ids == [delivery["key"]]

    async def test_of_what_is_not_there_is_a_problem(self, http: Http) -> None:
        """Q-2: of another account as of nobody."""
        key = (await create(http, "https://example.com/"))["webhook"]["key"]
        _actor, other = await http.world.other_account()
        before = await http.world.rows()
        for name in ("updateWebhook", "deleteWebhook", "rotateWebhookSecret", "testWebhook", "replayDelivery"):
            text = f"mutation($k: ID!) {{ {name}(input: {{key: $k}}) {{ ... on Problem {{ kind code message }} }} }}"
            foreign, unknown = [(await http.graph(text, key=other.secret, k=one))[name] for one in (key, "wh_nothing")]
            assert foreign == unknown
            assert foreign["kind"] == "NOT_FOUND"
        text = "mutation($k: ID!) { replayDeliveries(input: {webhook: $k}) { ... on Problem { kind } } }"
        assert (await http.graph(text, key=other.secret, k=key))["replayDeliveries"] == {"kind": "NOT_FOUND"}
        assert (await http.graph("query($k: ID!) { webhook(key: $k) { key } }", key=other.secret, k=key))["webhook"] is None
        assert await http.world.rows() == before


class TestSecrets:
    async def test_are_two_for_a_while(self, http: Http, receiver: Receiver) -> None:
        made = await create(http, receiver.url)
        rotated = (await http.graph(ROTATE, i={"key": made["webhook"]["key"], "overlapSeconds": 3600}))["rotateWebhookSecret"]
        assert rotated["webhook"]["previousSecretUntil"] == "2026-03-02T10:00:00.000Z"
        await http.world.invite("a@example.com")
        await http.world.run_jobs()
        http.world.advance(seconds=3600)
        await http.world.invite("b@example.com")
        await http.world.run_jobs()
        both, one = receiver.messages
        assert (signed(made["secret"], both), signed(rotated["secret"], both)) == (True, True)
        assert (signed(made["secret"], one), signed(rotated["secret"], one)) == (False, True)

    async def test_are_nowhere_in_the_open(self, http: Http, receiver: Receiver) -> None:
        made = await create(http, receiver.url)
        from sqlalchemy import select

        from domain.webhooks.model import Webhook

        async with http.world.work() as uow:
            stored = (await uow.session.execute(select(Webhook.secret).where(Webhook.account_id == http.world.account_id))).scalar_one()
        assert made["secret"] not in stored
        assert made["secret"].removeprefix("whsec_") not in stored

    @pytest.mark.parametrize("seconds", [-1, 604_801])
    async def test_overlap_for_a_week_at_most(self, http: Http, seconds: int) -> None:
        made = await create(http, "https://example.com/")
        refused = await http.graph(ROTATE, i={"key": made["webhook"]["key"], "overlapSeconds": seconds})
        assert refused["rotateWebhookSecret"]["code"] == "BAD_REQUEST"


class TestLog:
    async def test_has_every_try(self, http: Http, receiver: Receiver) -> None:
        made = await create(http, receiver.url)
        receiver.answers = [500]
        invite = await http.world.invite()
        await http.world.run_jobs()
        http.world.advance(seconds=6)
        await http.world.run_jobs()
        [delivery] = await log(http)
        tries = delivery.pop("attempts")["nodes"]
        assert all(one.pop("latencyMs") >= 0 for one in tries)
        assert tries == [
            {"number": 1, "at": "2026-03-02T09:00:00.000Z", "statusCode": 500, "trouble": None},
            {"number": 2, "at": "2026-03-02T09:00:06.000Z", "statusCode": 204, "trouble": None},
        ]
        assert (delivery["key"], delivery["subject"], delivery["body"]) == (receiver.ids[0], invite, receiver.messages[0].raw.decode())
        assert (delivery["status"], delivery["nextTryAt"], delivery["doneAt"]) == ("SUCCEEDED", None, "2026-03-02T09:00:06.000Z")
        assert delivery["webhook"] == {"key": made["webhook"]["key"]}

    async def test_is_filtered(self, http: Http, receiver: Receiver) -> None:
        made = await create(http, receiver.url)
        first = await http.world.invite("a@example.com")
        http.world.advance(hours=1)
        await http.world.begin(first)
        await http.world.run_jobs()
        await http.world.invite("b@example.com")
        conditions: list[tuple[dict[str, Any], int]] = [
            ({"status": ["PENDING"]}, 1),
            ({"type": ["INVITE_STARTED"]}, 1),
            ({"subject": first}, 2),
            ({"subject": ids.encode("Invite", first)}, 2),
            ({"subject": ids.encode("Candidate", first)}, 0),
            ({"webhook": made["webhook"]["id"]}, 3),
            ({"webhook": "wh_other"}, 0),
            ({"createdFrom": "2026-03-02T10:00:00Z"}, 2),
            ({"createdUntil": "2026-03-02T10:00:00Z"}, 1),
        ]
        for condition, count in conditions:
            assert len(await log(http, **condition)) == count, condition
        text = (
            "query($k: ID!) { webhook(key: $k) { deliveries(first: 1, filter: {status: [SUCCEEDED]}) { totalCount nodes { name type } } } }"
        )
        found = (await http.graph(text, k=made["webhook"]["key"]))["webhook"]["deliveries"]
        assert found == {"totalCount": 2, "nodes": [{"name": "invite.started", "type": "INVITE_STARTED"}]}

    async def test_shows_bodies_to_those_who_may_read_what_is_in_them(self, http: Http, receiver: Receiver) -> None:
        await create(http, receiver.url)
        await http.world.invite()
        key = await narrow_key(http.world, Permission.WEBHOOKS_READ)
        assert (await http.graph("{ deliveries(first: 1) { nodes { type } } }", key=key))["deliveries"]["nodes"]
        [error] = await http.graph_errors("{ deliveries(first: 1) { nodes { body } } }", key=key)
        assert error["extensions"]["code"] == "FORBIDDEN"

    async def test_shows_bodies_about_money_to_those_who_may_read_of_it(self, http: Http, receiver: Receiver) -> None:
        await create(http, receiver.url, events=["CREDITS_ADDED"])
        async with http.world.work() as uow:
            await credits.grant(uow, 1, reference="more")
        await http.world.run_jobs()
        text = "{ deliveries(first: 1) { nodes { body } } }"
        assert (await http.graph(text))["deliveries"]["nodes"][0]["body"]
        key = await narrow_key(http.world, *EVERYTHING - {Permission.BILLING_READ})
        [error] = await http.graph_errors(text, key=key)
        assert error["extensions"]["code"] == "FORBIDDEN"


class TestOtherReleases:
    async def test_what_only_they_know_stays_and_breaks_nothing(self, http: Http, receiver: Receiver) -> None:
        """A release before or after this one may have stored types that this one does not know."""
        key = (await create(http, receiver.url))["webhook"]["key"]
        await http.world.invite()
        async with http.world.work() as uow:
            webhook = await uow.lock(Webhook, uow.account_id, key)
            assert webhook is not None
            webhook.events = ["flow.finished", "invite.sent"]
            await uow.change(update(Delivery).where(Delivery.account_id == uow.account_id).values(type="flow.finished"))
        assert (await http.graph("{ webhooks { events } }"))["webhooks"] == [{"events": ["INVITE_SENT"]}]
        [delivery] = (await http.graph("{ deliveries(first: 5) { nodes { name type } } }"))["deliveries"]["nodes"]
        assert delivery == {"name": "flow.finished", "type": None}
        listed = await http.esc("GET", "/webhooks")
        assert (listed.status, listed.json()["data"]["webhooks"]) == (200, [])
        await http.graph(UPDATE, i={"key": key, "description": "Only this"})
        async with http.world.work() as uow:
            kept = await uow.lock(Webhook, uow.account_id, key)
            assert kept is not None
            assert kept.events == ["flow.finished", "invite.sent"]

    async def test_nobody_asks_for_what_there_is_not(self, http: Http) -> None:
        [error] = await http.graph_errors(CREATE, i={"url": "https://example.com/", "events": ["FLOW_FINISHED"]})
        assert "FLOW_FINISHED" in error["message"]
        assert (await http.graph("{ webhooks { key } }"))["webhooks"] == []


class TestTests:
    TEXT = """mutation($k: ID!) { testWebhook(input: {key: $k}) { ... on Delivery { key type status } ... on Problem { code } } }"""

    async def test_are_sent_to_one_webhook_once(self, http: Http, receiver: Receiver) -> None:
        key = (await create(http, receiver.url))["webhook"]["key"]
        await create(http, receiver.url)
        receiver.otherwise = 500
        made = (await http.graph(self.TEXT, k=key))["testWebhook"]
        assert (made["type"], made["status"]) == ("WEBHOOK_TESTED", "PENDING")
        await http.world.run_jobs()
        http.world.advance(days=1)
        await send_due(http.world)
        assert receiver.ids == [made["key"]]
        assert receiver.bodies[0]["data"] == {"subject": key}
        [delivery] = await log(http)
        assert delivery["status"] == "FAILED"
        found = await http.graph("query($k: ID!) { webhook(key: $k) { failingSince active } }", k=key)
        assert found["webhook"] == {"failingSince": None, "active": True}

    async def test_are_sent_to_one_that_is_switched_off_and_in_the_words_of_its_api(self, http: Http, receiver: Receiver) -> None:
        key = (await create(http, receiver.url, format="ESC", events=None))["webhook"]["key"]
        await http.graph(UPDATE, i={"key": key, "active": False})
        await http.graph(self.TEXT, k=key)
        await http.world.run_jobs()
        [body] = receiver.bodies
        assert (body["event"], body["data"]) == ("webhook.tested", {"webhook_id": key, "url": receiver.url})


class TestReplays:
    ALL = """mutation($i: ReplayDeliveriesInput!) { replayDeliveries(input: $i) {
      ... on ReplayedDeliveries { count more webhook { key } } ... on Problem { code } } }"""

    async def test_send_the_same_again_by_filter_and_time(self, http: Http, receiver: Receiver) -> None:
        key = (await create(http, receiver.url))["webhook"]["key"]
        invites = []
        for number in range(3):
            invites.append(await http.world.invite(f"p{number}@example.com"))
            http.world.advance(hours=1)
        await http.world.run_jobs()
        before = {message.id: message.raw for message in receiver.messages}
        receiver.messages.clear()
        nothing = (await http.graph(self.ALL, i={"webhook": key}))["replayDeliveries"]
        assert nothing == {"count": 0, "more": False, "webhook": {"key": key}}
        about = {"webhook": key, "status": ["SUCCEEDED"], "subject": ids.encode("Invite", "inv_nobody")}
        assert (await http.graph(self.ALL, i=about))["replayDeliveries"]["count"] == 0
        since = {"webhook": key, "status": ["SUCCEEDED"], "createdFrom": "2026-03-02T10:00:00Z"}
        assert (await http.graph(self.ALL, i=since))["replayDeliveries"]["count"] == 2
        assert (await http.graph(self.ALL, i=since))["replayDeliveries"]["count"] == 0, "those that are pending are left alone"
        await http.world.run_jobs()
        assert sorted(body["data"]["subject"] for body in receiver.bodies) == sorted(invites[1:])
        assert all(before[message.id] == message.raw for message in receiver.messages)
        [delivery] = await log(http, subject=invites[1])
        assert (delivery["tries"], delivery["attemptCount"]) == (1, 2)

    async def test_of_one_that_is_pending_are_refused(self, http: Http, receiver: Receiver) -> None:
        await create(http, receiver.url)
        await http.world.invite()
        [delivery] = await log(http)
        text = "mutation($k: ID!) { replayDelivery(input: {key: $k}) { ... on Problem { code } } }"
        assert (await http.graph(text, k=delivery["id"]))["replayDelivery"] == {"code": "STILL_PENDING"}

    async def test_are_a_thousand_at_a_time(self, http: Http, monkeypatch: pytest.MonkeyPatch) -> None:
        from domain.webhooks import commands

        monkeypatch.setattr(commands, "REPLAYED_AT_ONCE", 2)
        key = (await create(http, "http://127.0.0.1:1/"))["webhook"]["key"]
        for number in range(3):
            await http.world.invite(f"p{number}@example.com")
        await http.graph(UPDATE, i={"key": key, "active": False})
        await http.world.run_jobs()
        await http.graph(UPDATE, i={"key": key, "active": True})
        told = [(await http.graph(self.ALL, i={"webhook": key}))["replayDeliveries"] for _ in range(2)]
        assert [(one["count"], one["more"]) for one in told] == [(2, True), (1, False)]
