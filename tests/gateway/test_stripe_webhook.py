"""POST /webhooks/stripe: signed, each message once, 2xx only after the commit (Q-22)."""

import asyncio
import itertools
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
import stripe
from stripe import WebhookSignature

from domain.invoices.model import Invoice
from domain.kernel.errors import Unavailable
from domain.orders import payments
from domain.orders.model import PaymentNotice
from gateway.stripe_webhook import _SESSIONS, TOLERANCE, notice_of, verify
from tests.gateway.conftest import Serve
from tests.support.http import Http, Reply
from tests.support.till import SECRET, Bought, bought

FULL = {"status": "COMPLETED", "paymentStatus": "REFUNDED", "refunded": "790.00", "creditsTakenBack": 10, "creditsNotRecovered": 0}


@pytest.fixture
async def shop(serve: Serve) -> AsyncIterator[Bought]:
    async with bought(serve) as made:
        yield made


def signed(http: Http, body: str, *, secret: str = SECRET, ago: float = 0) -> str:
    at = int(http.world.clock.now().timestamp() - ago)
    return str(WebhookSignature.generate_signature_header(body, secret, at))


async def send(http: Http, event: Any, header: str | None = None, **options: Any) -> Reply:
    """Deliver an event as Stripe does; the signature is made by its own library."""
    body = event if isinstance(event, str) else json.dumps(event)
    headers = {"Content-Type": "application/json", "Stripe-Signature": header if header is not None else signed(http, body, **options)}
    return await http.request("POST", "/webhooks/stripe", key=None, data=body.encode(), headers=headers)


async def copies(http: Http, events: list[Any]) -> list[int]:
    return [reply.status for reply in await asyncio.gather(*(send(http, event) for event in events))]


class TestStory:
    async def test_of_an_order_that_is_paid_and_given_back(self, shop: Bought) -> None:
        """R-ESC-14: from the checkout to the credits, and back."""
        order = await shop.place()
        assert (order["status"], order["paymentStatus"], order["gross"]) == ("PENDING_PAYMENT", "UNPAID", "790.00")
        session = shop.session_of(order["key"])
        await shop.act(f"sessions/{session}/pay")
        found = await shop.standing(order["key"])
        assert (found["status"], found["paymentStatus"], found["checkoutUrl"]) == ("COMPLETED", "PAID", None)
        assert (await shop.http.world.balance()).bought == 10
        await shop.act(f"sessions/{session}/refund", amount=39500)
        found = await shop.standing(order["key"])
        assert (found["paymentStatus"], found["creditsTakenBack"]) == ("PARTIALLY_REFUNDED", 5)
        await shop.act(f"sessions/{session}/refund")
        assert {**(await shop.standing(order["key"])), **FULL} == {**FULL, "checkoutUrl": None}
        assert await shop.http.world.count(Invoice) == 3

    @pytest.mark.parametrize(("succeeds", "status", "payment"), [(True, "COMPLETED", "PAID"), (False, "CANCELED", "FAILED")])
    async def test_of_a_debit_that_takes_days(self, shop: Bought, succeeds: bool, status: str, payment: str) -> None:
        order = await shop.place()
        session = shop.session_of(order["key"])
        await shop.act(f"sessions/{session}/pay", way="later")
        shop.http.world.advance(days=2)
        found = await shop.standing(order["key"])
        assert (found["status"], found["paymentStatus"]) == ("PENDING_PAYMENT", "PROCESSING"), "it is not over, money is on its way"
        await shop.act(f"sessions/{session}/settle", succeeds=succeeds)
        found = await shop.standing(order["key"])
        assert (found["status"], found["paymentStatus"]) == (status, payment)

    async def test_of_a_checkout_that_expires(self, shop: Bought) -> None:
        order = await shop.place()
        await shop.act(f"sessions/{shop.session_of(order['key'])}/expire")
        found = await shop.standing(order["key"])
        assert (found["status"], found["paymentStatus"], found["checkoutUrl"]) == ("CANCELED", "EXPIRED", None)

    async def test_in_disorder_and_in_copies(self, shop: Bought) -> None:
        """All that was told of an order at once, shuffled, five times each."""
        order = await shop.place()
        session = shop.session_of(order["key"])
        await shop.act("hold")
        await shop.act_held(f"sessions/{session}/pay")
        await shop.act_held(f"sessions/{session}/refund")
        await shop.act("release", order="shuffled", copies=5, seed=7)
        assert {**(await shop.standing(order["key"])), **FULL} == {**FULL, "checkoutUrl": None}
        balance = await shop.http.world.balance()
        assert (balance.bought, balance.refunded, balance.available) == (10, 10, 100)

    async def test_of_all_orders_of_arrival_ends_the_same(self, shop: Bought) -> None:
        """Every message that one purchase makes, in every order."""
        order = await shop.place()
        session = shop.session_of(order["key"])
        await shop.act("hold")
        await shop.act_held(f"sessions/{session}/pay")
        await shop.act_held(f"sessions/{session}/refund", amount=20000)
        await shop.act_held(f"sessions/{session}/refund")
        [completed], refunds = shop.events("checkout.session.completed"), shop.events("charge.refunded")
        assert len(refunds) == 2
        for number, events in enumerate(itertools.permutations([completed, *refunds])):
            another = (await shop.place(email=f"p{number}@example.com"))["key"]
            for step, event in enumerate(events):
                about = {**event["data"]["object"], "metadata": {**event["data"]["object"]["metadata"], "order": another}}
                told = {**event, "id": f"evt_{number}_{step}", "data": {**event["data"], "object": about}}
                assert (await send(shop.http, told)).status == 200
            assert {**(await shop.standing(another)), **FULL} == {**FULL, "checkoutUrl": None}


class TestCopies:
    async def test_at_once_count_once(self, shop: Bought) -> None:
        order = await shop.place()
        await shop.act("hold")
        await shop.act_held(f"sessions/{shop.session_of(order['key'])}/pay")
        [event] = shop.events("checkout.session.completed")
        again = {**event, "id": "evt_another"}
        assert set(await copies(shop.http, [event, again] * 6)) == {200}
        assert (await shop.http.world.balance()).bought == 10
        assert await shop.http.world.count(PaymentNotice) == 2
        assert await shop.http.world.count(Invoice) == 1


class TestSignature:
    @pytest.mark.parametrize(
        ("options", "header"),
        [
            ({"secret": "whsec_of_others"}, None),
            ({"ago": TOLERANCE + 1}, None),
            ({"ago": -TOLERANCE - 1}, None),
            ({}, ""),
            ({}, "t=1"),
            ({}, "v1=00"),
            ({}, "t=x,v1=00"),
            ({}, "t=1,t=2,v1=00"),
            ({}, "nothing"),
        ],
    )
    async def test_that_is_not_stripes_is_refused(self, shop: Bought, options: dict[str, Any], header: str | None) -> None:
        before = await shop.http.world.rows()
        assert (await send(shop.http, {"type": "x"}, header, **options)).status == 400
        assert await shop.http.world.rows() == before

    async def test_is_of_just_these_bytes(self, shop: Bought) -> None:
        body = '{"type": "ping"}'
        header = signed(shop.http, body)
        assert (await send(shop.http, body, header)).status == 200
        assert (await send(shop.http, '{"type":"ping"}', header)).status == 400

    async def test_is_good_for_a_while(self, shop: Bought) -> None:
        assert (await send(shop.http, {"type": "ping"}, ago=TOLERANCE)).status == 200

    def test_may_be_one_of_two_while_secrets_change(self, monkeypatch: pytest.MonkeyPatch) -> None:
        now, body = datetime(2026, 3, 2, tzinfo=UTC), "{}"
        old, new = (WebhookSignature.generate_signature_header(body, secret, int(now.timestamp())) for secret in ("whsec_o", SECRET))
        verify(body.encode(), f"{old},v1={new.partition('v1=')[2]}", SECRET, now)

    async def test_guessing_is_limited(self, serve: Serve) -> None:
        async with bought(serve, public_rate_limit=3) as shop:
            statuses = [(await send(shop.http, {}, "t=1,v1=00")).status for _ in range(5)]
            assert statuses == [400, 400, 400, 429, 429]
            assert (await send(shop.http, {"type": "ping"})).status == 200, "Stripe itself is let in"


class TestRefusal:
    async def test_without_a_secret_stripe_is_to_come_again(self, serve: Serve) -> None:
        http = await serve()
        assert (await send(http, {"type": "ping"})).status == 503

    @pytest.mark.parametrize(("body", "status"), [("[]", 200), ("{", 400), ('{"a": 1, "a": 2}', 400), ("{}", 200), ('"x"', 200)])
    async def test_of_bodies(self, shop: Bought, body: str, status: int) -> None:
        assert (await send(shop.http, body)).status == status

    async def test_of_bodies_that_are_too_large(self, shop: Bought) -> None:
        assert (await send(shop.http, '"' + "x" * 1_100_000 + '"')).status == 413

    async def test_of_other_methods(self, shop: Bought) -> None:
        assert (await shop.http.request("GET", "/webhooks/stripe", key=None)).status == 405

    async def test_unknown_types_and_orders_are_acknowledged(self, shop: Bought) -> None:
        before = await shop.http.world.rows()
        for event in (
            {"type": "customer.created", "data": {"object": {}}},
            {"type": "charge.refunded", "data": {}},
            about("ord_unknown", "9000001"),
            about("ord_unknown", "1"),
            about("ord_'; --", "9000001"),
            about("ord_1", "x"),
            about("ord_1", "9" * 30),
        ):
            assert (await send(shop.http, event)).status == 200, event
        assert await shop.http.world.rows() == before

    async def test_a_failure_is_told_so_that_stripe_comes_again(self, shop: Bought, monkeypatch: pytest.MonkeyPatch) -> None:
        """2xx only after the commit."""
        order = await shop.place()
        await shop.act("hold")
        await shop.act_held(f"sessions/{shop.session_of(order['key'])}/pay")
        [event] = shop.events("checkout.session.completed")
        before = await shop.http.world.rows()
        real = payments.take_in
        for failure, status in ((Unavailable(), 503), (RuntimeError("lost"), 500)):

            async def fail(uow: Any, notice: Any, failure: Exception = failure) -> Any:
                await real(uow, notice)
                raise failure

            monkeypatch.setattr(payments, "take_in", fail)
            assert (await send(shop.http, event)).status == status
            assert await shop.http.world.rows() == before
        monkeypatch.setattr(payments, "take_in", real)
        assert (await send(shop.http, event)).status == 200
        assert (await shop.standing(order["key"]))["status"] == "COMPLETED"

    async def test_another_amount_is_acknowledged_and_credits_nothing(self, shop: Bought) -> None:
        """Telling it again would not make it right."""
        order = await shop.place()
        assert (await send(shop.http, about(order["key"], str(shop.http.world.account_id), cents=1))).status == 200
        found = await shop.standing(order["key"])
        assert (found["status"], found["paymentStatus"]) == ("PENDING_PAYMENT", "MISMATCHED")
        assert (await shop.http.world.balance()).bought == 0


def about(order: str, account: str, cents: int = 79000) -> dict[str, Any]:
    """A message that a checkout was paid."""
    session = {"id": "cs_1", "payment_status": "paid", "amount_total": cents, "currency": "eur", "payment_intent": "pi_1"}
    session |= {"metadata": {"order": order, "account": account}}
    return {"id": "evt_1", "type": "checkout.session.completed", "created": 1_772_442_000, "data": {"object": session}}


class TestNotice:
    def test_reads_a_payment_that_is_spelled_out(self) -> None:
        event = about("ord_1", "9000001")
        plain = notice_of(event)
        event["data"]["object"]["payment_intent"] = {"id": "pi_1"}
        assert plain is not None
        assert notice_of(event) == replace(plain, payment="pi_1")

    @pytest.mark.parametrize("metadata", [None, {}, {"order": "ord_1"}, {"account": "9000001"}, {"order": 1, "account": 2}, [], "x", 7])
    def test_of_others_is_none(self, metadata: Any) -> None:
        event = about("ord_1", "9000001")
        event["data"]["object"]["metadata"] = metadata
        assert notice_of(event) is None

    def test_understands_what_stripe_documents(self) -> None:
        """The types that we listen to are Stripe's."""
        known = str(stripe.params.WebhookEndpointCreateParams.__annotations__["enabled_events"])
        assert all(name in known for name in (*_SESSIONS, "charge.refunded"))
