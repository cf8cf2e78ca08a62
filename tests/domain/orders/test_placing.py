"""Placing orders: priced at once, opened at the provider between two transactions, and never lost (R-ESC-13)."""

import contextlib
from dataclasses import replace
from typing import Any

import pytest

from domain.access import commands as access
from domain.access import queries as accounts
from domain.kernel import events
from domain.kernel.actor import Actor
from domain.kernel.errors import BadInput
from domain.kernel.ports import CheckoutRefused, CheckoutUnanswered
from domain.kernel.seller import EXAMPLE_SELLER
from domain.orders import placing
from domain.orders.errors import PaymentsNotSetUp, PaymentsUnavailable
from domain.orders.model import PlacedOrder
from domain.orders.placing import Bought
from tests.domain.at_once import all_at_once, failures
from tests.domain.orders.buying import Killed, Provider, buy, entity_of, order_of, till
from tests.support.world import World

DETAILS: dict[str, Any] = {"mode": "live", "email": "new@example.com", "company": "New Ltd"}
TAXES = [
    ("DE", None, "standard", 1900, 15010, 94010),
    ("AT", "ATU13585627", "reverse_charge", 0, 0, 79000),
    ("AT", None, "standard", 1900, 15010, 94010),
    ("US", "US12", "outside_scope", 0, 0, 79000),
]


async def change(world: World, **changes: Any) -> None:
    async with world.work() as uow:
        await access.change_account(uow, changes)


async def register(world: World, provider: Provider, product: str | None = "pa-pack-10", **details: Any) -> Bought:
    return await placing.register(till(world, provider, Actor.anonymous()), product=product, **{**DETAILS, **details})


class TestPlace:
    @pytest.mark.parametrize(("country", "vat_id", "kind", "rate", "vat", "gross"), TAXES)
    async def test_fixes_price_and_tax(
        self, sqlite_world: World, country: str, vat_id: str | None, kind: str, rate: int, vat: int, gross: int
    ) -> None:
        """By the country and the VAT number of the moment; what is charged is the price with VAT."""
        await change(sqlite_world, country=country, vat_id=vat_id)
        provider = Provider()
        key = await buy(sqlite_world, provider=provider)
        await change(sqlite_world, country="FR", vat_id=None)
        order = await order_of(sqlite_world, key)
        assert (order.net_cents, order.tax_kind, order.vat_rate, order.vat_cents, order.gross_cents) == (79000, kind, rate, vat, gross)
        assert (provider.asked[0].cents, provider.asked[0].currency) == (gross, "EUR")

    async def test_asks_the_provider_and_keeps_where_it_is_paid(self, world: World) -> None:
        provider = Provider()
        key = await buy(world, provider=provider, email="Bills@Example.com")
        order = await order_of(world, key)
        assert (order.stored_status, order.stored_payment_status, order.credits) == ("pending_payment", "unpaid", 10)
        assert order.stored_checkout_url == "https://pay.example/cs_0"
        [asked] = provider.asked
        assert (asked.order, asked.account_id, asked.once) == (key, world.account_id, f"{key}.1")
        assert (asked.name, asked.email, asked.language) == ("Package of 10", "bills@example.com", "en")
        assert asked.paid_url == f"{world.settings.address}/checkout/paid?lang=en"
        noted = (await events.after(world.database.read(), world.account_id, 0))[-1]
        assert (noted.type, noted.subject) == ("order.placed", key)
        assert noted.facts == {"product": "pa-pack-10", "gross_cents": 79000, "currency": "EUR"}

    async def test_has_no_transaction_open_meanwhile(self, world: World) -> None:
        """Another one, of the same account, goes through while the provider is asked."""
        provider = Provider()

        async def work() -> None:
            async with world.work() as uow:
                assert await uow.lock(PlacedOrder, world.account_id, provider.asked[0].order)

        provider.meanwhile = work
        assert await buy(world, provider=provider)

    @pytest.mark.parametrize("wrong", [{"product": "pa-pack-11"}, {"product": ""}, {"email": "nobody"}, {"email": "a@b\nc.example"}])
    async def test_of_what_is_not_valid_is_refused(self, world: World, wrong: dict[str, Any]) -> None:
        provider, before = Provider(), await world.rows()
        with pytest.raises(BadInput):
            await buy(world, **{"provider": provider, **wrong})
        assert (await world.rows(), provider.asked) == (before, [])

    async def test_needs_a_provider(self, world: World) -> None:
        before = await world.rows()
        with pytest.raises(PaymentsNotSetUp):
            await buy(world, provider=Provider(ready=False))
        assert await world.rows() == before

    async def test_in_the_sandbox_asks_no_provider(self, world: World) -> None:
        """Nothing a sandbox does is billed."""
        provider, actor = Provider(ready=False), replace(world.actor, account=world.sandbox_id)
        key = await placing.place(till(world, provider, actor), product="pa-single")
        order = await order_of(world, key, world.sandbox_id)
        assert order.stored_checkout_url.startswith(f"{world.settings.address}/checkout/")
        assert provider.asked == []

    async def test_uses_the_seller_of_the_installation(self) -> None:
        assert (EXAMPLE_SELLER.country, EXAMPLE_SELLER.rate) == ("DE", 1900), "the table above is about this one"


class TestAgain:
    """What happens when nobody knows whether a checkout was opened."""

    async def fail(self, world: World, provider: Provider, failure: type[BaseException]) -> str:
        provider.fails = [failure]
        with contextlib.suppress(PaymentsUnavailable, Killed):
            await buy(world, provider=provider)
            raise AssertionError("it should have failed")
        return provider.asked[-1].order

    @pytest.mark.parametrize(("failure", "once"), [(CheckoutUnanswered, 1), (CheckoutRefused, 2)])
    async def test_goes_on_with_the_order(self, world: World, failure: type[BaseException], once: int) -> None:
        """Unanswered: the same checkout comes again. Refused: a provider repeats its answers, so it is asked for another."""
        provider = Provider()
        first = await self.fail(world, provider, failure)
        assert (await order_of(world, first)).stored_checkout_url is None
        assert await buy(world, provider=provider) == first
        assert [asked.once for asked in provider.asked] == [f"{first}.1", f"{first}.{once}"]
        assert len(provider.opened) == 1
        assert await world.count(PlacedOrder) == 1

    async def test_after_a_kill_the_same_checkout_comes_again(self, world: World) -> None:
        """Between the call and the second transaction: as soon as nobody can be busy with it any more."""
        provider = Provider()
        first = await self.fail(world, provider, Killed)
        another = await buy(world, provider=provider)
        assert another != first, "somebody may still be busy with the first"
        world.advance(seconds=21)
        assert await buy(world, provider=provider) == first
        assert [asked.once for asked in provider.asked] == [f"{first}.1", f"{another}.1", f"{first}.1"]
        assert (await order_of(world, first)).stored_checkout_url == "https://pay.example/cs_0"

    async def test_of_something_else_is_an_order_of_its_own(self, world: World) -> None:
        provider = Provider()
        first = await self.fail(world, provider, CheckoutUnanswered)
        assert await buy(world, "pa-single", provider=provider) != first
        assert await buy(world, provider=provider, email="bills@example.com") != first
        await change(world, country="DE")
        assert await buy(world, provider=provider) != first, "it has another price now"

    async def test_much_later_is_an_order_of_its_own(self, world: World) -> None:
        provider = Provider()
        first = await self.fail(world, provider, CheckoutUnanswered)
        world.advance(hours=1)
        assert await buy(world, provider=provider) != first

    async def test_is_not_taken_up_by_two(self, world: World) -> None:
        """Q-7."""
        provider = Provider()
        first = await self.fail(world, provider, CheckoutUnanswered)
        keys = await all_at_once(buy(world, provider=provider) for _ in range(6))
        assert failures(keys) == []
        assert len(set(map(str, keys))) == 6
        assert first in keys

    async def test_of_another_account_is_not_found(self, world: World) -> None:
        """Q-2."""
        provider = Provider()
        first = await self.fail(world, provider, CheckoutUnanswered)
        other, _ = await world.other_account()
        async with world.work(other) as uow:
            await access.change_account(uow, {"country": "GB"})
        assert await placing.place(till(world, provider, other), product="pa-pack-10") != first


class TestRegister:
    async def test_comes_with_an_order(self, world: World) -> None:
        """R-ESC-10."""
        provider = Provider()
        made, key = await register(world, provider)
        assert key is not None
        order = await order_of(world, key, made.account_id)
        assert order.stored_checkout_url == "https://pay.example/cs_0"
        assert provider.asked[0].email == "new@example.com"

    @pytest.mark.parametrize("failure", [CheckoutUnanswered, CheckoutRefused])
    async def test_keeps_account_and_key_when_the_provider_fails(self, world: World, failure: type[BaseException]) -> None:
        provider = Provider(fails=[failure])
        made, key = await register(world, provider)
        assert key is not None
        assert made.key.secret.startswith("pk_live_")
        assert (await order_of(world, key, made.account_id)).stored_checkout_url is None
        actor = replace(world.actor, account=made.account_id)
        assert await placing.place(till(world, provider, actor), product="pa-pack-10") == key

    async def test_of_what_cannot_be_ordered_makes_nothing(self, world: World) -> None:
        for provider, product in ((Provider(), "pa-pack-11"), (Provider(ready=False), "pa-single")):
            with pytest.raises((BadInput, PaymentsNotSetUp)):
                await register(world, provider, product)
        assert await accounts.by_email(world.database.read(), "new@example.com") is None

    async def test_without_a_product_asks_nobody(self, world: World) -> None:
        provider = Provider(ready=False)
        assert (await register(world, provider, None)).order is None
        assert provider.asked == []

    async def test_in_the_sandbox_orders_there(self, world: World) -> None:
        provider = Provider(ready=False)
        made, key = await register(world, provider, mode="test")
        assert key is not None
        assert made.account_id == made.live_account_id + 1
        assert (await order_of(world, key, made.account_id)).stored_checkout_url


class TestOrder:
    async def test_keeps_its_sum(self, world: World) -> None:
        order = await entity_of(world, await buy(world))
        assert order.net_cents + order.vat_cents == order.gross_cents
