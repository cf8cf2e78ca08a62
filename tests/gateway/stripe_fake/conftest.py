"""Test payments, asked through the real stripe library, and a receiver that holds their events to its rules."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest
import stripe
from aiohttp import ClientSession, web

from gateway.stripe_fake.listening import listen
from gateway.stripe_fake.server import StripeFake

SECRET = "whsec_of_the_tests"
SESSION: dict[str, Any] = {
    "mode": "payment",
    "line_items": [
        {
            "price_data": {
                "currency": "eur",
                "unit_amount": 14_900,
                "product_data": {"name": "Profile package", "description": "10 credits"},
            },
            "quantity": 1,
        },
        {"price_data": {"currency": "eur", "unit_amount": 2_831, "product_data": {"name": "VAT 19 %"}}, "quantity": 1},
    ],
    "success_url": "https://shop.example/done?session={CHECKOUT_SESSION_ID}",
    "cancel_url": "https://shop.example/canceled",
    "client_reference_id": "ord_1",
    "customer_email": "payer@example.com",
    "metadata": {"order": "ord_1"},
    "payment_intent_data": {"metadata": {"order": "ord_1"}},
}
TOTAL = 17_731


class Receiver:
    """Takes events as stripe's library understands them, and answers what a test says."""

    def __init__(self) -> None:
        self.events: list[Any] = []
        """Events with a good signature, in the order they came."""
        self.refused = 0
        """Deliveries whose signature was none of ours."""
        self.answers: list[int] = []
        """What the next deliveries are answered; 200 when there is nothing."""
        self.url = ""
        self.refused_one = asyncio.Event()

    async def take(self, request: web.Request) -> web.Response:
        try:
            event = stripe.Webhook.construct_event(await request.read(), request.headers["Stripe-Signature"], SECRET)
        except stripe.SignatureVerificationError:
            self.refused += 1
            return web.Response(status=400)
        status = self.answers.pop(0) if self.answers else 200
        if status == 200:
            self.events.append(event)
        else:
            self.refused_one.set()
        return web.Response(status=status)

    def types(self) -> list[str]:
        return [event.type for event in self.events]


class Shop:
    """A running server, a client of it, and where its events go."""

    def __init__(self, fake: StripeFake, receiver: Receiver, session: ClientSession) -> None:
        self.fake = fake
        self.receiver = receiver
        self.session = session
        self.closed = False
        self._clients: list[stripe.AIOHTTPClient] = []
        self.client = self.other_client()

    def other_client(self, key: str = "sk_test_fake", retries: int = 0) -> stripe.StripeClient:
        """Another client of stripe's, which the shop closes."""
        self._clients.append(stripe.AIOHTTPClient())
        return stripe.StripeClient(
            key, base_addresses={"api": self.fake.address}, http_client=self._clients[-1], max_network_retries=retries
        )

    async def close(self) -> None:
        if not self.closed:
            self.closed = True
            for client in self._clients:
                await client.close_async()  # type: ignore[no-untyped-call]
            await self.fake.stop()

    async def order(self, **changes: Any) -> stripe.checkout.Session:
        params: Any = {**SESSION, **changes}
        asked: Any = {name: value for name, value in params.items() if value is not None}
        return await self.client.v1.checkout.sessions.create_async(asked)

    async def paid(self, **changes: Any) -> stripe.checkout.Session:
        """A session that was paid by card, with its events delivered."""
        session = await self.order(**changes)
        await self.act(f"sessions/{session.id}/pay")
        return await self.again(session)

    async def again(self, session: stripe.checkout.Session) -> stripe.checkout.Session:
        return await self.client.v1.checkout.sessions.retrieve_async(session.id)

    async def act(self, action: str, status: int = 200, **asked: Any) -> Any:
        """Ask something of the desk, and wait until its events are delivered."""
        async with self.session.post(f"{self.fake.address}/_fake/{action}", json=asked) as response:
            answer = await response.json()
        assert response.status == status, answer
        await self.delivered()
        return answer

    async def delivered(self) -> None:
        async with self.session.get(f"{self.fake.address}/_fake/idle?seconds=30") as response:
            assert await response.json() == {"idle": True}


Open = Callable[..., Awaitable[Shop]]


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    made = Receiver()
    app = web.Application()
    app.router.add_post("/webhooks/stripe", made.take)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    made.url = f"http://127.0.0.1:{runner.addresses[0][1]}/webhooks/stripe"
    yield made
    await runner.cleanup()


@pytest.fixture
async def open_shop(receiver: Receiver) -> AsyncIterator[Open]:
    """Start a server with some options."""
    async with AsyncExitStack() as stack:
        session = await stack.enter_async_context(ClientSession())

        async def make(path: Path | None = None, **options: Any) -> Shop:
            fake = StripeFake(path, **{"webhook_url": receiver.url, "secret": SECRET, **options})
            await fake.start(listen(0))
            shop = Shop(fake, receiver, session)
            stack.push_async_callback(shop.close)
            return shop

        yield make


@pytest.fixture
async def shop(open_shop: Open) -> Shop:
    return await open_shop()
