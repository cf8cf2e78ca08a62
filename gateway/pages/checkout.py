"""The pages around paying: thanks, nothing was paid, and the checkout of the sandbox, at which nothing is charged."""

from typing import Any

from aiohttp import web

from domain.kernel.actor import Actor
from domain.orders import links, payments, queries
from domain.orders.errors import AlreadySettled
from domain.orders.links import Target
from domain.orders.mails import amount
from domain.orders.status import OrderStatus, order_status
from domain.products import catalog
from gateway.bodies import BodyRefused
from gateway.front import REQUEST_ID
from gateway.pages import forms
from gateway.pages.doors import TOKEN, Route
from gateway.pages.failures import NotFound
from gateway.pages.visit import Visit

CHOICES = ("pay", "cancel")


async def paid(visit: Visit) -> web.Response:
    """Thank; whether the money has come is told by the order."""
    return visit.notice("paid", 200)


async def canceled(visit: Visit) -> web.Response:
    """Say that nothing was paid."""
    return visit.notice("not_paid", 200)


async def ask(visit: Visit) -> web.Response:
    """Show what would be paid in the sandbox, with two buttons."""
    target, order = await _order(visit)
    now = visit.site.front.database.clock.now()
    status = order_status(order.stored_status, order.stored_payment_status, order.expires_at, now)
    if status is not OrderStatus.PENDING_PAYMENT:
        return visit.notice("paid" if status is OrderStatus.COMPLETED else "not_paid", 200)
    product = catalog.find(order.product)
    name = product.name.in_language(visit.language) if product else order.product
    return visit.page("checkout.html", name=name, amount=amount(order.gross_cents, order.currency, visit.language), order=target.key)


async def settle(visit: Visit) -> web.Response:
    """Pay without money, or leave."""
    target, _ = await _order(visit)
    form = await forms.read(visit.request)
    if form.keys() != {"choice"} or form["choice"] not in CHOICES:
        raise BodyRefused("The form has fields or choices that the page does not have.")
    pays = form["choice"] == "pay"
    actor = Actor.system(target.account_id)
    try:
        async with visit.site.front.database.work(actor, request_id=visit.request[REQUEST_ID]) as uow:
            await payments.settle_in_sandbox(uow, target.key, paid=pays)
    except AlreadySettled:
        return visit.go()
    environment = visit.site.front.database.environment
    return visit.away((links.paid if pays else links.canceled)(environment, visit.language))


async def _order(visit: Visit) -> tuple[Target, Any]:
    """The order of a link of the sandbox.

    Raises NotFound.
    """
    database = visit.site.front.database
    target = links.order_of(database.environment, visit.request.match_info["token"])
    order = (await queries.by_keys(database.read(), target.account_id, [target.key])).get(target.key) if target else None
    if target is None or order is None:
        raise NotFound
    return target, order


ROUTES: tuple[Route, ...] = (
    Route("/checkout/paid", {"GET": paid}),
    Route("/checkout/canceled", {"GET": canceled}),
    Route(f"/checkout/{TOKEN}", {"GET": ask, "POST": settle}),
)
