"""The pay page and the desk over HTTP: what they show, where they lead, and what they refuse."""

import re
from typing import Any

import pytest
from aiohttp import ClientResponse

from gateway.stripe_fake import look
from tests.gateway.stripe_fake.conftest import Open, Shop


async def post(shop: Shop, path: str, **form: str) -> ClientResponse:
    async with shop.session.post(f"{shop.fake.address}{path}", data=form, allow_redirects=False) as response:
        await response.read()
    await shop.delivered()
    return response


async def page(shop: Shop, path: str, status: int = 200, language: str = "en") -> str:
    async with shop.session.get(f"{shop.fake.address}{path}", headers={"Accept-Language": language}) as response:
        assert response.status == status
        return await response.text()


class TestPaying:
    async def test_leads_back_to_the_shop_that_has_heard_of_it(self, shop: Shop) -> None:
        session = await shop.order()
        response = await post(shop, f"/pay/{session.id}", way="card")
        assert (response.status, response.headers["Location"]) == (303, f"https://shop.example/done?session={session.id}")
        assert "checkout.session.completed" in shop.receiver.types()

    async def test_a_second_click_pays_no_second_time(self, shop: Shop) -> None:
        session = await shop.order()
        for _ in range(2):
            assert (await post(shop, f"/pay/{session.id}", way="card")).status == 303
        assert len((await shop.client.v1.charges.list_async()).data) == 1
        assert "This order is paid" in await page(shop, f"/pay/{session.id}")

    async def test_waits_for_a_receiver_that_is_there_only(self, open_shop: Open) -> None:
        shop = await open_shop(webhook_url="http://127.0.0.1:1/webhooks/stripe")
        session = await shop.order()
        async with shop.session.post(f"{shop.fake.address}/pay/{session.id}", data={"way": "card"}, allow_redirects=False) as response:
            assert response.status == 303

    async def test_a_declined_card_is_told_and_another_way_is_open(self, shop: Shop) -> None:
        session = await shop.order(locale="en")
        response = await post(shop, f"/pay/{session.id}", way="declined")
        assert response.status == 303
        assert "Your card was declined" in await page(shop, response.headers["Location"])
        assert (await shop.again(session)).status == "open"

    async def test_who_pays_is_asked_when_the_shop_does_not_say(self, shop: Shop) -> None:
        session = await shop.order(customer_email=None, locale="en")
        assert (await post(shop, f"/pay/{session.id}", way="card", email="nobody")).status == 400
        assert (await shop.again(session)).status == "open"
        await post(shop, f"/pay/{session.id}", way="card", email="kim@example.com")
        paid = await shop.again(session)
        assert paid.customer_details is not None
        assert (paid.customer_details.email, paid.customer_email) == ("kim@example.com", None)

    async def test_offers_only_what_the_session_allows(self, shop: Shop) -> None:
        session = await shop.order(allowed_payment_method_types=["card"])
        assert re.findall('value="(.*?)"', await page(shop, f"/pay/{session.id}")) == ["card", "declined"]
        await shop.act(f"sessions/{session.id}/pay", 400, way="later")
        assert (await shop.again(session)).status == "open"

    @pytest.mark.parametrize(("way", "status"), [("cash", 200), ("", 200)])
    async def test_other_ways_do_nothing(self, shop: Shop, way: str, status: int) -> None:
        session = await shop.order()
        assert (await post(shop, f"/pay/{session.id}", way=way)).status == status
        assert (await shop.again(session)).status == "open"

    async def test_an_expired_session_leads_back(self, shop: Shop) -> None:
        session = await shop.order(locale="en")
        await shop.client.v1.checkout.sessions.expire_async(session.id)
        text = await page(shop, f"/pay/{session.id}")
        assert "This payment has expired" in text
        assert 'href="https://shop.example/canceled"' in text
        assert (await post(shop, f"/pay/{session.id}", way="card")).status == 200
        assert (await shop.again(session)).status == "expired"

    async def test_there_is_no_page_without_a_session(self, shop: Shop) -> None:
        assert "There is no such payment" in await page(shop, "/pay/cs_test_none", 404)


class TestLanguage:
    @pytest.mark.parametrize(
        ("locale", "accept", "query", "says"),
        [
            ("de", "en", "", "Testzahlung – es fließt kein Geld"),
            (None, "de-AT,de;q=0.9", "", "Testzahlung – es fließt kein Geld"),
            ("auto", "fr", "", "Test payment – no money moves"),
            ("de", "de", "?lang=en", "Test payment – no money moves"),
        ],
    )
    async def test_is_that_of_the_session_or_the_reader(self, shop: Shop, locale: Any, accept: str, query: str, says: str) -> None:
        session = await shop.order(locale=locale)
        assert says in await page(shop, f"/pay/{session.id}{query}", language=accept)

    def test_every_text_is_there_in_both_with_the_same_facts(self) -> None:
        for key, texts in look._catalogue().items():
            assert set(texts) == {"en", "de"}, key
            assert len({tuple(sorted(re.findall(r"{\w+}", text))) for text in texts.values()}) == 1, key


class TestSafety:
    async def test_names_are_escaped_and_the_policy_is_strict(self, shop: Shop) -> None:
        evil: Any = {"currency": "eur", "unit_amount": 500, "product_data": {"name": "<script>alert(1)</script>"}}
        session = await shop.order(line_items=[{"price_data": evil}])
        async with shop.session.get(f"{shop.fake.address}/pay/{session.id}") as response:
            assert "<script" not in await response.text()
            policy = response.headers["Content-Security-Policy"]
        assert policy.startswith("default-src 'none'; style-src 'self'; img-src 'self';")
        assert policy.endswith("form-action 'self' https://shop.example")
        assert "&lt;script&gt;" in await page(shop, "/_fake/")

    async def test_an_address_adds_nothing_to_the_policy(self, shop: Shop) -> None:
        session = await shop.order(success_url="https://shop.example;script-src/x", cancel_url="https://a,b/x")
        async with shop.session.get(f"{shop.fake.address}/pay/{session.id}") as response:
            assert "script-src" not in response.headers["Content-Security-Policy"]


class TestDesk:
    async def test_refunds_a_sum_and_then_the_rest(self, shop: Shop) -> None:
        session = await shop.paid()
        for sum, left in (("12.50", "€164.81"), ("4,81", "€160.00")):
            assert (await post(shop, f"/_fake/sessions/{session.id}/refund", sum=sum)).headers["Location"] == "/_fake/"
            assert left in await page(shop, "/_fake/")
        assert "partly refunded" in await page(shop, "/_fake/")
        await post(shop, f"/_fake/sessions/{session.id}/refund", sum="")
        assert ">refunded<" in await page(shop, "/_fake/")
        assert shop.receiver.types().count("charge.refunded") == 3

    @pytest.mark.parametrize("sum", ["0", "-1", "1.005", "1e9", "abc", "NaN", "1000"])
    async def test_says_why_a_refund_is_not_made(self, shop: Shop, sum: str) -> None:
        session = await shop.paid()
        assert (await post(shop, f"/_fake/sessions/{session.id}/refund", sum=sum)).status == 400
        assert (await shop.client.v1.refunds.list_async()).data == []

    async def test_shows_what_was_delivered(self, open_shop: Open) -> None:
        shop = await open_shop()
        session = await shop.paid()
        text = await page(shop, "/_fake/")
        assert text.count("<td>taken</td>") == 4
        await post(shop, f"/_fake/sessions/{session.id}/resend")
        assert (await page(shop, "/_fake/")).count("<td>taken</td>") == 8
        assert (await post(shop, "/_fake/sessions/cs_none/refund")).status == 400
