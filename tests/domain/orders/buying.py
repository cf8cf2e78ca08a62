"""A payment provider that does as it is told, and what it tells of orders."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import select

from domain.kernel.actor import Actor
from domain.kernel.ports import Checkout, CheckoutRefused, OpenedCheckout
from domain.orders import payments, placing, queries
from domain.orders.model import PlacedOrder
from domain.orders.payments import Notice, NoticeKind, Taken
from domain.orders.placing import Till
from tests.support.world import World


class Killed(BaseException):
    """The process ends right there."""


@dataclass
class Provider:
    """Opens checkouts, the same again for the same `once`, as Stripe does."""

    ready: bool = True
    asked: list[Checkout] = field(default_factory=list)
    opened: dict[str, OpenedCheckout] = field(default_factory=dict)
    fails: list[type[BaseException]] = field(default_factory=list)
    """What it does next instead: the failure is raised after the checkout was opened, unless it is a refusal."""
    meanwhile: Callable[[], Any] | None = None

    async def open(self, checkout: Checkout) -> OpenedCheckout:
        self.asked.append(checkout)
        if self.meanwhile is not None:
            await self.meanwhile()
        failure = self.fails.pop(0) if self.fails else None
        if failure is CheckoutRefused:
            raise CheckoutRefused
        number = f"cs_{len(self.opened)}"
        opened = self.opened.setdefault(checkout.once, OpenedCheckout(number, f"https://pay.example/{number}"))
        if failure is not None:
            raise failure
        return opened


def till(world: World, provider: Provider, actor: Actor | None = None) -> Till:
    return Till(world.database, provider, actor or world.actor, "test")


async def buy(world: World, product: str = "pa-pack-10", provider: Provider | None = None, **options: Any) -> str:
    """Place an order whose checkout is open."""
    return await placing.place(till(world, provider or Provider()), product=product, **options)


async def order_of(world: World, key: str, account_id: int | None = None) -> Any:
    return (await queries.by_keys(world.database.read(), account_id or world.account_id, [key]))[key]


async def entity_of(world: World, key: str) -> PlacedOrder:
    async with world.work() as uow:
        found = select(PlacedOrder).where(PlacedOrder.account_id == world.account_id, PlacedOrder.key == key)
        order: PlacedOrder = (await uow.session.execute(found)).scalar_one()
        return order


async def told(world: World, order: str, kind: NoticeKind, key: str, cents: int | None = None, **other: Any) -> Notice:
    """A message about an order, as it would be told of what was ordered."""
    row = await order_of(world, order)
    gross = row.gross_cents
    notice = Notice(
        key, kind, world.account_id, order, gross if cents is None else cents, gross, row.currency, world.clock.now(), "cs_0", "pi_0"
    )
    return replace(notice, **other)


async def take_in(world: World, notice: Notice) -> Taken:
    async with world.database.work(Actor.system(notice.account_id), request_id="test") as uow:
        return await payments.take_in(uow, notice)


async def tell(world: World, order: str, kind: NoticeKind, key: str, cents: int | None = None, **other: Any) -> Taken:
    return await take_in(world, await told(world, order, kind, key, cents, **other))
