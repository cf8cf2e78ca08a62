"""The product with test payments beside it, as people who buy meet it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from gateway.stripe_fake.listening import address_of, listen
from gateway.stripe_fake.server import StripeFake
from tests.support.http import Http

NEVER = 1e9
"""Seconds: what takes its time is settled by the tests alone."""
SECRET = "whsec_of_the_tests"
PLACE = """mutation($input: PlaceOrderInput!) { placeOrder(input: $input) { __typename
  ... on Order { key status paymentStatus checkoutUrl gross credits }
  ... on Problem { kind code message retryAfter fields { path message } } } }"""
ORDER = "query($order: ID!) { order(key: $order) { status paymentStatus refunded creditsTakenBack creditsNotRecovered checkoutUrl } }"


class Bought:
    """A server that takes test payments, on the clock of its world."""

    def __init__(self, http: Http, fake: StripeFake) -> None:
        self.http = http
        self.fake = fake

    async def place(self, product: str = "pa-pack-10", **options: Any) -> Any:
        return (await self.http.graph(PLACE, input={"product": product, **options}))["placeOrder"]

    async def standing(self, key: str) -> Any:
        return (await self.http.graph(ORDER, order=key))["order"]

    async def act(self, action: str, **asked: Any) -> None:
        """Ask something of test payments, and wait until its events are delivered."""
        await self.act_held(action, **asked)
        async with self.http.session.get(f"{self.fake.address}/_fake/idle?seconds=30") as idle:
            assert await idle.json() == {"idle": True}

    async def act_held(self, action: str, **asked: Any) -> None:
        """The same while events are held back."""
        async with self.http.session.post(f"{self.fake.address}/_fake/{action}", json=asked) as response:
            assert response.status == 200, await response.text()

    def session_of(self, order: str) -> str:
        """The session of an order at the provider."""
        [found] = [one.key for one in self.fake.store.all("checkout.session") if one.shown["client_reference_id"] == order]
        return found

    def events(self, type: str) -> list[Any]:
        return [one.shown for one in self.fake.store.all("event") if one.shown["type"] == type]


@asynccontextmanager
async def bought(serve: Any, **settings: Any) -> AsyncIterator[Bought]:
    """Serve with test payments; each knows the other."""
    listening = listen(0)
    told = {"stripe_key": "sk_test_of_the_tests", "stripe_webhook_secret": SECRET, "stripe_url": address_of(listening)}
    http = await serve(**{**told, **settings})
    fake = StripeFake(webhook_url=f"{http.base}/webhooks/stripe", secret=SECRET, clock=http.world.clock, settles_after=NEVER)
    await fake.start(listening)
    try:
        yield Bought(http, fake)
    finally:
        await fake.stop()
