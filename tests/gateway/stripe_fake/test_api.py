"""The API through the real stripe library: sessions, payments, refunds, lists, errors."""

from typing import Any

import pytest
import stripe
from stripe._api_version import _ApiVersion

from gateway.stripe_fake import objects
from tests.gateway.stripe_fake.conftest import SESSION, TOTAL, Shop

LINE = SESSION["line_items"][0]


def line(**price: Any) -> dict[str, Any]:
    return {"price_data": {**LINE["price_data"], **price}, "quantity": 1}


def fields_of(type: type) -> set[str]:
    """The properties that stripe's library declares for an object."""
    return {name for name in type.__annotations__ if not name.startswith("_") and name != "OBJECT_NAME"}


class TestShapes:
    def test_the_version_is_that_of_the_library(self) -> None:
        assert _ApiVersion.CURRENT == objects.API_VERSION

    async def test_every_object_has_only_what_stripe_has_and_what_it_must(self, shop: Shop) -> None:
        session = await shop.paid()
        intent = await shop.client.v1.payment_intents.retrieve_async(str(session.payment_intent), {"expand": ["latest_charge"]})
        charge: Any = intent.latest_charge
        refund = await shop.client.v1.refunds.create_async({"payment_intent": intent.id})
        [event, *_] = (await shop.client.v1.events.list_async()).data
        account, balance = await shop.client.v1.accounts.retrieve_current_async(), await shop.client.v1.balance.retrieve_async()
        for one in (session, intent, charge, refund, event, account, balance):
            declared = fields_of(type(one))
            assert set(one.to_dict()) <= declared, type(one)
            must = {name for name, hint in type(one).__annotations__.items() if name in declared and "Optional" not in str(hint)}
            assert {name for name in must if "NoneType" not in str(type(one).__annotations__[name])} <= set(one.to_dict()), type(one)


class TestSessions:
    async def test_a_new_one_is_open_and_knows_what_it_was_asked_for(self, shop: Shop) -> None:
        session = await shop.order(locale="de")
        assert isinstance(session, stripe.checkout.Session)
        assert (session.status, session.payment_status, session.amount_total, session.currency) == ("open", "unpaid", TOTAL, "eur")
        assert (session.client_reference_id, session.customer_email, session.locale) == ("ord_1", "payer@example.com", "de")
        assert session.metadata is not None
        assert session.metadata["order"] == "ord_1"
        assert session.url == f"{shop.fake.address}/pay/{session.id}"
        assert (session.payment_intent, session.livemode, session.expires_at - session.created) == (None, False, 86_400)
        assert await shop.again(session) == session

    async def test_line_items_are_told_when_asked_for(self, shop: Shop) -> None:
        session = await shop.order(expand=["line_items"])
        assert session.line_items is not None
        assert [(item.description, item.amount_total, item.quantity) for item in session.line_items.data] == [
            ("Profile package", 14_900, 1),
            ("VAT 19 %", 2_831, 1),
        ]
        listed = await shop.client.v1.checkout.sessions.line_items.list_async(session.id)
        assert listed.data == session.line_items.data
        assert "line_items" not in (await shop.again(session)).to_dict()

    async def test_expires_when_asked_to_and_only_while_open(self, shop: Shop) -> None:
        session = await shop.order()
        expired = await shop.client.v1.checkout.sessions.expire_async(session.id)
        assert (expired.status, expired.url) == ("expired", None)
        with pytest.raises(stripe.InvalidRequestError, match="status of `expired`"):
            await shop.client.v1.checkout.sessions.expire_async(session.id)
        await shop.delivered()
        assert shop.receiver.types() == ["checkout.session.expired"]

    @pytest.mark.parametrize(
        ("changes", "code", "param"),
        [
            ({"line_items": None}, "parameter_missing", "line_items"),
            ({"mode": None}, "parameter_missing", "mode"),
            ({"success_url": None}, "parameter_missing", "success_url"),
            ({"success_url": "/done"}, "url_invalid", "success_url"),
            ({"cancel_url": "javascript:alert(1)"}, "url_invalid", "cancel_url"),
            ({"customer_email": "nobody"}, "email_invalid", "customer_email"),
            ({"customer_email": ""}, "parameter_invalid_empty", "customer_email"),
            ({"colour": "red"}, "parameter_unknown", "colour"),
            ({"mode": "subscription"}, None, "mode"),
            ({"locale": "tlh"}, None, "locale"),
            ({"expires_at": 1}, None, "expires_at"),
            ({"expires_at": 2**40}, None, "expires_at"),
            ({"metadata": {f"k{number}": "v" for number in range(51)}}, None, "metadata"),
            ({"metadata": {"k": "v" * 501}}, None, "metadata[k]"),
            ({"metadata": {"k" * 41: "v"}}, None, "metadata"),
            ({"automatic_tax": {"enabled": True}}, None, "automatic_tax[enabled]"),
            ({"line_items": [line(unit_amount=10)]}, "amount_too_small", "line_items"),
            ({"line_items": [line(unit_amount=99_999_999), line(unit_amount=99_999_999)]}, "amount_too_large", "line_items"),
            ({"line_items": [line(unit_amount="14.9")]}, "parameter_invalid_integer", "line_items[0][price_data][unit_amount]"),
            ({"line_items": [line(unit_amount=-1)]}, "parameter_invalid_integer", "line_items[0][price_data][unit_amount]"),
            ({"line_items": [line(currency="xxx")]}, None, "line_items[0][price_data][currency]"),
            ({"line_items": [line(), line(currency="usd")]}, None, "line_items"),
            ({"line_items": [line(size=3)]}, "parameter_unknown", "line_items[0][price_data][size]"),
            ({"line_items": [{"quantity": 1}]}, "parameter_missing", "line_items[0][price_data]"),
            ({"line_items": [{**line(), "quantity": 0}]}, "parameter_invalid_integer", "line_items[0][quantity]"),
            ({"allowed_payment_method_types": ["twint"]}, None, "allowed_payment_method_types"),
            ({"payment_method_types": ["card"]}, "parameter_unknown", "payment_method_types"),
            ({"expand": ["secrets"]}, None, "expand"),
        ],
    )
    async def test_refuses_what_stripe_refuses(self, shop: Shop, changes: Any, code: str | None, param: str) -> None:
        with pytest.raises(stripe.InvalidRequestError) as refused:
            await shop.order(**changes)
        assert (refused.value.http_status, refused.value.code, refused.value.param) == (400, code, param)
        assert refused.value.user_message
        assert (refused.value.request_id or "").startswith("req_")
        if param != "expand":
            assert (await shop.client.v1.checkout.sessions.list_async()).data == []

    async def test_are_listed_page_by_page(self, shop: Shop) -> None:
        keys = [(await shop.order()).id for _ in range(5)][::-1]
        first = await shop.client.v1.checkout.sessions.list_async({"limit": 2})
        assert ([one.id for one in first.data], first.has_more) == (keys[:2], True)
        assert [one.id async for one in first.auto_paging_iter()] == keys
        back = await shop.client.v1.checkout.sessions.list_async({"ending_before": keys[4], "limit": 3})
        assert ([one.id for one in back.data], back.has_more) == (keys[1:4], True)


class TestPayments:
    async def test_a_paid_session_has_a_payment_with_a_charge(self, shop: Shop) -> None:
        session = await shop.paid()
        assert (session.status, session.payment_status, session.url) == ("complete", "paid", None)
        assert session.customer_details is not None
        assert session.customer_details.email == "payer@example.com"
        intent = await shop.client.v1.payment_intents.retrieve_async(str(session.payment_intent))
        assert (intent.status, intent.amount_received, intent.metadata["order"]) == ("succeeded", TOTAL, "ord_1")
        charge = await shop.client.v1.charges.retrieve_async(str(intent.latest_charge))
        assert (charge.paid, charge.status, charge.amount_captured, charge.payment_intent) == (True, "succeeded", TOTAL, intent.id)
        assert sorted(shop.receiver.types()) == [
            "charge.succeeded",
            "checkout.session.completed",
            "payment_intent.created",
            "payment_intent.succeeded",
        ]

    async def test_a_declined_card_leaves_it_open(self, shop: Shop) -> None:
        session = await shop.order()
        answer = await shop.act(f"sessions/{session.id}/pay", 402, way="declined")
        assert (answer["error"]["type"], answer["error"]["code"]) == ("card_error", "card_declined")
        assert (await shop.again(session)).status == "open"
        assert set(shop.receiver.types()) == {"payment_intent.created", "charge.failed", "payment_intent.payment_failed"}
        await shop.act(f"sessions/{session.id}/pay", way="card")
        assert (await shop.again(session)).payment_status == "paid"

    @pytest.mark.parametrize(("succeeds", "status"), [(True, "paid"), (False, "unpaid")])
    async def test_money_that_comes_later(self, shop: Shop, succeeds: bool, status: str) -> None:
        session = await shop.order()
        await shop.act(f"sessions/{session.id}/pay", way="later")
        waiting = await shop.again(session)
        assert (waiting.status, waiting.payment_status) == ("complete", "unpaid")
        await shop.act(f"sessions/{session.id}/settle", succeeds=succeeds)
        settled = await shop.again(session)
        assert (settled.status, settled.payment_status) == ("complete", status)
        [*_, last] = [event for event in shop.receiver.events if event.type.startswith("checkout")]
        assert last.type == f"checkout.session.async_payment_{'succeeded' if succeeds else 'failed'}"
        assert (last.data.object.id, last.data.object.payment_status) == (session.id, status)
        await shop.act(f"sessions/{session.id}/settle", 400)

    async def test_a_session_is_paid_once(self, shop: Shop) -> None:
        session = await shop.paid()
        await shop.act(f"sessions/{session.id}/pay", 400)
        assert len((await shop.client.v1.charges.list_async()).data) == 1


class TestRefunds:
    async def test_in_parts_until_all_is_refunded(self, shop: Shop) -> None:
        session = await shop.paid()
        intent = str(session.payment_intent)
        part = await shop.client.v1.refunds.create_async({"payment_intent": intent, "amount": 1_000, "reason": "requested_by_customer"})
        assert (part.amount, part.status, part.payment_intent) == (1_000, "succeeded", intent)
        charge = await shop.client.v1.charges.retrieve_async(str(part.charge), {"expand": ["refunds"]})
        assert (charge.amount_refunded, charge.refunded) == (1_000, False)
        assert charge.refunds is not None
        assert [one.id for one in charge.refunds.data] == [part.id]
        with pytest.raises(stripe.InvalidRequestError, match="greater than unrefunded amount"):
            await shop.client.v1.refunds.create_async({"charge": charge.id, "amount": TOTAL})
        rest = await shop.client.v1.refunds.create_async({"charge": charge.id})
        assert rest.amount == TOTAL - 1_000
        with pytest.raises(stripe.InvalidRequestError) as refused:
            await shop.client.v1.refunds.create_async({"charge": charge.id})
        assert refused.value.code == "charge_already_refunded"
        await shop.delivered()
        told = [event.data.object.amount_refunded for event in shop.receiver.events if event.type == "charge.refunded"]
        assert sorted(told) == [1_000, TOTAL]
        [balance] = (await shop.client.v1.balance.retrieve_async()).available
        assert balance.amount == 0

    @pytest.mark.parametrize(
        ("asked", "code"),
        [
            ({}, "parameter_missing"),
            ({"charge": "ch_none"}, "resource_missing"),
            ({"payment_intent": "pi_none"}, "resource_missing"),
            ({"charge": "ch_none", "amount": 0}, "parameter_invalid_integer"),
        ],
    )
    async def test_refuses_what_cannot_be_refunded(self, shop: Shop, asked: Any, code: str) -> None:
        with pytest.raises(stripe.InvalidRequestError) as refused:
            await shop.client.v1.refunds.create_async(asked)
        assert (refused.value.http_status, refused.value.code) == (400, code)


class TestDoor:
    @pytest.mark.parametrize("key", ["sk_live_x", "sk_test_", "pk_test_x"])
    async def test_takes_test_keys_only(self, shop: Shop, key: str) -> None:
        client = shop.other_client(key)
        with pytest.raises(stripe.AuthenticationError) as refused:
            await client.v1.balance.retrieve_async()
        assert refused.value.http_status == 401

    async def test_asks_for_a_key(self, shop: Shop) -> None:
        async with shop.session.get(f"{shop.fake.address}/v1/balance") as response:
            assert (response.status, (await response.json())["error"]["type"]) == (401, "invalid_request_error")

    async def test_what_is_not_there_is_404_in_stripes_words(self, shop: Shop) -> None:
        with pytest.raises(stripe.InvalidRequestError, match=r"No such checkout\.session: 'cs_test_none'") as refused:
            await shop.client.v1.checkout.sessions.retrieve_async("cs_test_none")
        assert (refused.value.http_status, refused.value.code) == (404, "resource_missing")
        with pytest.raises(stripe.InvalidRequestError, match="Unrecognized request URL") as refused:
            await shop.client.v1.customers.list_async()
        assert refused.value.http_status == 404

    @pytest.mark.parametrize("path", ["/v1/balance", "/_fake/", "/pay/x"])
    async def test_is_for_this_machine_only(self, shop: Shop, path: str) -> None:
        headers = {"Host": "shop.example", "Authorization": "Bearer sk_test_x"}
        async with shop.session.get(f"{shop.fake.address}{path}", headers=headers) as response:
            assert response.status == 421

    @pytest.mark.parametrize("headers", [{"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"}, {"Origin": "null"}])
    async def test_no_page_of_another_site_pays_or_refunds(self, shop: Shop, headers: dict[str, str]) -> None:
        session = await shop.order()
        for path in (f"/pay/{session.id}", f"/_fake/sessions/{session.id}/pay"):
            async with shop.session.post(f"{shop.fake.address}{path}", data={"way": "card"}, headers=headers) as response:
                assert response.status == 403
        assert (await shop.again(session)).status == "open"
