"""Sales as tests make them."""

from typing import Any

from domain.billing.vat import Tax
from domain.invoices import commands
from domain.invoices.commands import Line, Sale
from domain.invoices.model import Invoice
from domain.kernel.actor import Actor
from domain.kernel.language import Text
from tests.support.world import START, World

PACK = Line(Text("Package of 10", "Paket mit 10"), 79_000, Text("Ten profile assessments.", "Zehn Profilanalysen."))
STANDARD, REVERSED, OUTSIDE = Tax("standard", 1900), Tax("reverse_charge", 0), Tax("outside_scope", 0)


def sale(order: str = "ord_1", *lines: Line, **told: Any) -> Sale:
    """A package of ten, paid, unless something else is told."""
    given = {"product_key": "pa-pack-10", "currency": "EUR", "tax": STANDARD, "paid_at": START, "payment_reference": "pi_1"}
    return Sale(order_key=order, lines=lines or (PACK,), **{**given, **told})


async def issued(world: World, order: str = "ord_1", *lines: Line, actor: Actor | None = None, **told: Any) -> str:
    """The key of a new invoice."""
    async with world.work(actor) as uow:
        return await commands.issue(uow, sale=sale(order, *lines, **told))


async def credited(world: World, order: str = "ord_1", gross_cents: int | None = None, reason: str = "") -> str | None:
    async with world.work() as uow:
        return await commands.credit(uow, order_key=order, gross_cents=gross_cents, reason=reason)


async def documents(world: World) -> int:
    """How many invoices and credit notes there are."""
    return await world.count(Invoice)
