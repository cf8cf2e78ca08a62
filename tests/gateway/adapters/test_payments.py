"""Checkouts at Stripe through its own library, against test payments that fail on demand."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from aiohttp import ClientSession, web

from domain.kernel.ports import Checkout, CheckoutRefused, CheckoutUnanswered, NoPayments
from gateway.adapters import payments
from gateway.adapters.payments import Stripe
from gateway.paying import PaymentSettings
from gateway.stripe_fake.listening import listen
from gateway.stripe_fake.server import StripeFake


def checkout(**changes: Any) -> Checkout:
    asked: dict[str, Any] = {
        "order": "ord_1",
        "account_id": 9_000_001,
        "name": "Paket mit 10",
        "cents": 94_010,
        "currency": "EUR",
        "email": "bills@example.com",
        "language": "de",
        "paid_url": "https://centil.example/checkout/paid?lang=de",
        "canceled_url": "https://centil.example/checkout/canceled?lang=de",
        "expires_at": datetime.now(UTC).replace(microsecond=0) + timedelta(hours=23),
        "once": "ord_1.1",
    }
    return Checkout(**{**asked, **changes})


class Till:
    """The adapter, test payments, and a way to order failures."""

    def __init__(self, stripe: Stripe, fake: StripeFake, session: ClientSession) -> None:
        self.stripe = stripe
        self.fake = fake
        self._session = session

    async def fail(self, answer: str, times: int = 1) -> None:
        async with self._session.post(f"{self.fake.address}/_fake/faults", json={"answer": answer, "next": times}) as response:
            assert response.status == 200, await response.text()

    @property
    def sessions(self) -> list[Any]:
        return [record.shown for record in self.fake.store.all("checkout.session")]


def settings(url: str) -> PaymentSettings:
    return PaymentSettings(stripe_key="sk_test_of_the_tests", stripe_url=url)


@pytest.fixture
async def till() -> AsyncIterator[Till]:
    fake = StripeFake()
    await fake.start(listen(0))
    stripe = Stripe(settings(fake.address))
    async with ClientSession() as session:
        yield Till(stripe, fake, session)
    await stripe.close()
    await fake.stop()


class TestOpen:
    async def test_asks_for_what_is_to_be_paid(self, till: Till) -> None:
        asked = checkout()
        opened = await till.stripe.open(asked)
        [session] = till.sessions
        assert opened.session == session["id"]
        assert opened.url == session["url"]
        assert (session["amount_total"], session["currency"], session["mode"]) == (94_010, "eur", "payment")
        assert (session["customer_email"], session["locale"], session["client_reference_id"]) == ("bills@example.com", "de", "ord_1")
        assert (session["success_url"], session["cancel_url"]) == (asked.paid_url, asked.canceled_url)
        assert session["expires_at"] == int(asked.expires_at.timestamp())
        assert session["metadata"] == {"order": "ord_1", "account": "9000001"}

    async def test_gives_the_same_again_for_the_same(self, till: Till) -> None:
        asked = checkout()
        assert await till.stripe.open(asked) == await till.stripe.open(asked)
        assert len(till.sessions) == 1

    @pytest.mark.parametrize("answer", ["500", "502", "503", "429", "409", "reset", "lost"])
    async def test_tries_once_more_at_once(self, till: Till, answer: str) -> None:
        """With the same key, so that one checkout comes of it; what Stripe answers for good to a key is another matter."""
        await till.fail(answer)
        try:
            await till.stripe.open(checkout())
        except (CheckoutRefused, CheckoutUnanswered):
            await till.stripe.open(checkout(once="ord_1.2"))
        assert len([session for session in till.sessions if session["status"] == "open"]) == 1


class TestFailure:
    @pytest.mark.parametrize("answer", ["400", "401", "402", "403", "404"])
    async def test_a_refusal_is_one(self, till: Till, answer: str) -> None:
        await till.fail(answer)
        with pytest.raises(CheckoutRefused):
            await till.stripe.open(checkout())
        assert till.sessions == []

    @pytest.mark.parametrize(("answer", "failure"), [("500", CheckoutRefused), ("reset", CheckoutUnanswered), ("429", CheckoutUnanswered)])
    async def test_that_stays_is_told(self, till: Till, answer: str, failure: type[Exception]) -> None:
        await till.fail(answer, times=2)
        with pytest.raises(failure):
            await till.stripe.open(checkout())

    async def test_an_answer_that_is_lost_comes_again(self, till: Till) -> None:
        """The checkout was opened, and nobody heard of it."""
        asked = checkout()
        await till.fail("lost", times=2)
        with pytest.raises(CheckoutUnanswered):
            await till.stripe.open(asked)
        [lost] = till.sessions
        assert (await till.stripe.open(asked)).session == lost["id"]

    async def test_nobody_there_is_no_answer(self, unused_tcp_port: int) -> None:
        stripe = Stripe(settings(f"http://127.0.0.1:{unused_tcp_port}"))
        with pytest.raises(CheckoutUnanswered):
            await stripe.open(checkout())
        await stripe.close()

    async def test_a_slow_one_is_not_waited_for(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Neither before the headers nor within the body."""
        monkeypatch.setattr(payments, "PATIENCE", 0.3)
        for begins in (False, True):
            async with slow(begins=begins) as url:
                stripe = Stripe(settings(url))
                with pytest.raises(CheckoutUnanswered):
                    await stripe.open(checkout())
                await stripe.close()

    async def test_garbage_is_no_checkout(self, till: Till) -> None:
        await till.fail("garbage", times=2)
        with pytest.raises(CheckoutRefused):
            await till.stripe.open(checkout())


@asynccontextmanager
async def slow(*, begins: bool) -> AsyncIterator[str]:
    """A server that never ends its answer."""
    over = asyncio.Event()

    async def answer(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        if begins:
            await response.prepare(request)
            await response.write(b'{"id":')
        await over.wait()
        return response

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", answer)
    runner = web.AppRunner(app, shutdown_timeout=1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    over.set()
    await runner.cleanup()


class TestSettings:
    def test_without_a_key_no_money_is_taken(self) -> None:
        assert isinstance(payments.payments(PaymentSettings()), NoPayments)
        assert not payments.payments(PaymentSettings()).ready

    async def test_nothing_is_opened_without_one(self) -> None:
        with pytest.raises(CheckoutRefused):
            await NoPayments().open(checkout())

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("stripe_key", "pk_live_1"),
            ("stripe_key", "sk_live"),
            ("stripe_webhook_secret", "secret"),
            ("stripe_url", "ftp://x"),
            ("stripe_url", "https://api.stripe.com/v1"),
        ],
    )
    def test_that_are_wrong_are_refused(self, name: str, value: str) -> None:
        with pytest.raises(ValueError, match="must be"):
            PaymentSettings.model_validate({name: value})

    @pytest.mark.parametrize(("key", "real"), [("sk_live_1", True), ("rk_live_1", True), ("sk_test_1", False), ("", False)])
    def test_tell_play_money_from_real(self, key: str, real: bool) -> None:
        assert PaymentSettings(stripe_key=key).takes_real_money is real
