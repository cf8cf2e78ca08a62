"""/orders: buy credits and see whether they are paid (R-ESC-10, R-ESC-13, R-ESC-14)."""

import hashlib
import hmac
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from standardwebhooks.webhooks import Webhook as Reference

from domain.orders.model import PlacedOrder
from domain.webhooks.types import ESC, TEST
from rest_compat.esc.messages import EVENTS, MESSAGES, CompletedOrder
from tests.rest_compat.answers import Answers
from tests.rest_compat.esc.conftest import ON_ONE_DATABASE, Esc
from tests.rest_compat.esc.test_register import ASKED, account_of
from tests.support.http import Http
from tests.support.receiver import Receiver
from tests.support.till import Bought, bought
from tests.support.world import World

PAGE = "/checkout/"


@asynccontextmanager
async def serving(url: str, folder: Path) -> AsyncIterator[Any]:
    made: list[Any] = []

    async def serve(**settings: Any) -> Http:
        world = await World.open(url, folder, **settings)
        http = await Http.open(world)
        made.extend((http, world))
        return http

    yield serve
    for one in made:
        await one.close()


@pytest.fixture
async def shop(database_url: str, tmp_path: Path) -> AsyncIterator[Bought]:
    async with serving(database_url, tmp_path) as serve, bought(serve) as made:
        yield made


@pytest.fixture
def paying(shop: Bought, answers: Answers) -> Esc:
    """The API of an installation that takes payments."""
    return Esc(shop.http, answers)


class TestCreate:
    async def test_answers_a_checkout(self, paying: Esc, shop: Bought) -> None:
        """R-ESC-13: to the letter; the amount is what is charged."""
        data = await paying.data("POST", "/orders", status=201, json={"product_id": "pa-pack-10", "email": "bills@example.com"})
        session = shop.session_of(data["order_id"])
        assert data == {
            "order_id": data["order_id"],
            "status": "pending_payment",
            "product": {"id": "pa-pack-10", "name": "Package of 10", "credits": 10},
            "payment": {"amount": 790.0, "currency": "EUR", "checkout_url": f"{shop.fake.address}/pay/{session}"},
        }
        assert data["order_id"].startswith("ord_")

    @pytest.mark.parametrize(
        ("body", "word"),
        [
            ({}, "'product_id' is required."),
            ({"product_id": None}, "'product_id'"),
            ({"product_id": "pa-pack-11"}, "'product_id' must be one of pa-single, pa-pack-10, pa-pack-50."),
            ({"product_id": 5}, "'product_id'"),
            ({"product_id": "pa-single", "email": "nobody"}, "email address"),
            ([], "JSON object"),
        ],
    )
    async def test_of_what_is_not_valid_is_refused(self, paying: Esc, shop: Bought, body: Any, word: str) -> None:
        status, code, message = await paying.told("POST", "/orders", json=body)
        assert (status, code) == (400, "BAD_REQUEST")
        assert word in message
        assert await shop.http.world.count(PlacedOrder) == 0

    @ON_ONE_DATABASE
    async def test_needs_a_key(self, paying: Esc) -> None:
        assert await paying.refusal("POST", "/orders", key=None, json={"product_id": "pa-single"}) == (401, "UNAUTHORIZED")

    async def test_when_stripe_is_down_is_gone_on_with_later(self, paying: Esc, shop: Bought) -> None:
        await shop.act_held("faults", answer="reset", next=2)
        reply = await paying.call("POST", "/orders", json={"product_id": "pa-single"})
        assert (reply.status, reply.json()["error"]["code"], reply.headers["Retry-After"]) == (503, "UNAVAILABLE", "1")
        data = await paying.data("POST", "/orders", status=201, json={"product_id": "pa-single"})
        assert data["payment"]["checkout_url"]
        assert await shop.http.world.count(PlacedOrder) == 1

    async def test_without_a_provider_is_refused(self, esc: Esc, world: World) -> None:
        status, code, message = await esc.told("POST", "/orders", json={"product_id": "pa-single"})
        assert (status, code) == (503, "UNAVAILABLE")
        assert message == "This installation takes no payments yet. Its operator can set up Stripe, or grant credits."
        assert await world.count(PlacedOrder) == 0


class TestStatus:
    async def test_follows_the_payment(self, paying: Esc, shop: Bought) -> None:
        """R-ESC-14."""
        key = (await paying.data("POST", "/orders", status=201, json={"product_id": "pa-single"}))["order_id"]
        assert await paying.data("GET", f"/orders/{key}") == {"order_id": key, "status": "pending_payment", "payment_status": "unpaid"}
        session = shop.session_of(key)
        await shop.act(f"sessions/{session}/pay")
        assert await paying.data("GET", f"/orders/{key}") == {"order_id": key, "status": "completed", "payment_status": "paid"}
        balance = await paying.data("GET", "/balance")
        assert balance["balance"]["credits_available"] == 101
        bought, given = balance["packages"]
        assert (bought["credits"], bought["order_id"], bought["product_id"], bought["name"]) == (1, key, "pa-single", "Single assessment")
        assert not {"order_id", "product_id", "name"} & given.keys()
        await shop.act(f"sessions/{session}/refund")
        assert await paying.data("GET", f"/orders/{key}") == {"order_id": key, "status": "completed", "payment_status": "refunded"}

    async def test_is_cancelled_when_its_time_is_over(self, paying: Esc, shop: Bought) -> None:
        """Whether or not the provider has said so."""
        key = (await paying.data("POST", "/orders", status=201, json={"product_id": "pa-single"}))["order_id"]
        shop.http.world.advance(hours=23)
        assert await paying.data("GET", f"/orders/{key}") == {"order_id": key, "status": "cancelled", "payment_status": "expired"}

    async def test_of_what_is_not_there_is_404(self, paying: Esc, shop: Bought) -> None:
        """Q-2: another account's order is none."""
        key = (await paying.data("POST", "/orders", status=201, json={"product_id": "pa-single"}))["order_id"]
        _, other = await shop.http.world.other_account()
        for place, secret in ((key, other.secret), ("ord_unknown", ""), ("inv_1", ""), ("%00", "")):
            reply = await paying.call("GET", f"/orders/{place}", key=secret)
            assert reply.status == (400 if place == "%00" else 404), place


class TestMessage:
    """R-ESC-14, R-ESC-56, I-ESC-22."""

    async def test_tells_of_a_paid_order_once(self, paying: Esc, shop: Bought) -> None:
        async with Receiver.open() as receiver:
            made = await paying.data("POST", "/webhooks", status=201, json={"url": receiver.url, "events": ["order.completed"]})
            key = (await paying.data("POST", "/orders", status=201, json={"product_id": "pa-pack-10"}))["order_id"]
            await shop.http.world.run_jobs()
            assert receiver.messages == [], "it is not paid yet"
            session = shop.session_of(key)
            await shop.act(f"sessions/{session}/pay")
            await shop.http.world.run_jobs()
            [message] = receiver.messages
        [happened] = (await shop.http.graph("{ events(last: 9, filter: {type: [ORDER_COMPLETED]}) { nodes { at } } }"))["events"]["nodes"]
        assert message.body == {
            "event": "order.completed",
            "timestamp": happened["at"],
            "data": {
                "order_id": key,
                "status": "completed",
                "payment_status": "paid",
                "product": {"id": "pa-pack-10", "name": "Package of 10", "credits": 10},
                "payment": {"amount": 790.0, "currency": "EUR"},
            },
        }
        wanted = hmac.new(made["secret"].encode(), message.raw, hashlib.sha256).hexdigest()
        assert message.headers["X-Webhook-Signature"] == f"sha256={wanted}"
        at = datetime.fromtimestamp(int(message.headers["webhook-timestamp"]), UTC)
        assert message.headers["webhook-signature"] == Reference(made["secret"]).sign(message.id, at, message.raw.decode())

    async def test_of_a_product_that_is_sold_no_more_lacks_it(self) -> None:
        order = {"key": "ord_1", "status": "COMPLETED", "paymentStatus": "PAID", "product": None, "gross": "9.00", "currency": "EUR"}
        assert CompletedOrder.model_validate(order).model_dump() == {
            "order_id": "ord_1",
            "status": "completed",
            "payment_status": "paid",
            "payment": {"amount": 9.0, "currency": "EUR"},
        }

    def test_there_is_one_for_whatever_can_be_asked_for(self) -> None:
        assert {message.event for message in MESSAGES} == {*EVENTS.values(), TEST}
        assert set(EVENTS.values()) == set(ESC)


class TestSandbox:
    async def test_orders_at_a_checkout_of_ours(self, esc: Esc, world: World) -> None:
        """Nothing is charged, and no provider is needed."""
        made = await esc.data("POST", "/register", status=201, key=None, json={**ASKED, "mode": "test"})
        key = made["api_key"]["key"]
        data = await esc.data("POST", "/orders", status=201, key=key, json={"product_id": "pa-pack-10"})
        url = data["payment"]["checkout_url"]
        assert url.startswith(f"{world.settings.address}{PAGE}")
        paid = await esc.http.request("POST", url.removeprefix(world.settings.address), key=None, data={"choice": "pay"})
        assert paid.status == 303
        order = await esc.data("GET", f"/orders/{data['order_id']}", key=key)
        assert (order["status"], order["payment_status"]) == ("completed", "paid")
        assert (await esc.data("GET", "/balance", key=key))["balance"]["credits_available"] == 110


class TestRegister:
    async def test_with_a_product_answers_its_order(self, paying: Esc, shop: Bought) -> None:
        """R-ESC-10."""
        data = await paying.data("POST", "/register", status=201, key=None, json={**ASKED, "product_id": "pa-pack-50"})
        order = data["order"]
        assert order["checkout_url"] == f"{shop.fake.address}/pay/{shop.session_of(order['order_id'])}"
        shown = await paying.data("GET", f"/orders/{order['order_id']}", key=data["api_key"]["key"])
        assert shown["status"] == "pending_payment"

    async def test_keeps_the_key_when_stripe_is_down(self, paying: Esc, shop: Bought) -> None:
        """It is shown once: the order comes without its address, and the same order goes on with it."""
        await shop.act_held("faults", answer="reset", next=2)
        data = await paying.data("POST", "/register", status=201, key=None, json={**ASKED, "product_id": "pa-single"})
        assert set(data["order"]) == {"order_id"}
        key = data["api_key"]["key"]
        again = await paying.data("POST", "/orders", status=201, key=key, json={"product_id": "pa-single"})
        assert again["order_id"] == data["order"]["order_id"]
        assert again["payment"]["checkout_url"]

    async def test_of_a_sandbox_orders_there(self, esc: Esc, world: World) -> None:
        data = await esc.data("POST", "/register", status=201, key=None, json={**ASKED, "mode": "test", "product_id": "pa-single"})
        assert data["order"]["checkout_url"].startswith(f"{world.settings.address}{PAGE}")

    async def test_without_a_provider_makes_nothing(self, esc: Esc, world: World) -> None:
        for product in ("pa-single", "pa-pack-10", "pa-pack-50"):
            status, code, _ = await esc.told("POST", "/register", key=None, json={**ASKED, "product_id": product})
            assert (status, code) == (503, "UNAVAILABLE")
        assert await account_of(world) is None
