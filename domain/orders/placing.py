"""Placing an order: the one thing that calls out, between two short units of work (no transaction is open meanwhile)."""

import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from functools import partial
from typing import Any, NamedTuple

from domain.billing import registration
from domain.billing.registration import Registered
from domain.idempotency.first_work import FirstWork
from domain.kernel.actor import Actor
from domain.kernel.database import Database
from domain.kernel.ports import Checkout, CheckoutRefused, CheckoutUnanswered, Payments
from domain.kernel.work import UnitOfWork
from domain.orders import commands
from domain.orders.errors import PaymentsNotSetUp, PaymentsUnavailable


@dataclass(frozen=True, slots=True)
class Till:
    """What an order is placed with: transactions of whoever asks, and the payment provider."""

    database: Database
    payments: Payments
    actor: Actor
    request_id: str = ""
    first: FirstWork = field(default_factory=FirstWork)
    """What is done once for a caller who sends it again (Q-10)."""

    @contextlib.asynccontextmanager
    async def work(self, account_id: int | None = None) -> AsyncIterator[UnitOfWork]:
        """A transaction, inside an account when one is named."""
        async with self.database.work(self.actor, request_id=self.request_id) as uow:
            if account_id is not None:
                await uow.enter(account_id)
            yield uow


class Bought(NamedTuple):
    """What a registration made, and the order that came with it."""

    registered: Registered
    order: str | None


async def place(till: Till, *, product: str, email: str | None = None) -> str:
    """Order a product, open its checkout, and return the key of the order.

    Raises BadInput, PaymentsNotSetUp; and PaymentsUnavailable, when the order is kept and the same again goes on with it.
    """
    async with till.work() as uow:
        placing = partial(commands.place, uow, product=product, email=email, takes_payments=till.payments.ready)
        key = await till.first.once(uow, placing)
        checkout = await commands.checkout(uow, key)
    if checkout is not None:
        await _open(till, checkout)
    return key


async def register(till: Till, *, product: str | None = None, **details: Any) -> Bought:
    """Open an account, and order a product for it when one is named.

    The account and its key are kept whatever becomes of the checkout. Raises EmailTaken, BadInput, PaymentsNotSetUp.
    """
    async with till.work() as uow:
        bought = await till.first.once(uow, partial(_register, uow, till, product, details))
        if bought.order is None:
            return bought
        await uow.enter(bought.registered.account_id)
        checkout = await commands.checkout(uow, bought.order)
    if checkout is not None:
        with contextlib.suppress(PaymentsUnavailable):  # the key is shown once: the order can be paid later
            await _open(till, checkout)
    return bought


async def _register(uow: UnitOfWork, till: Till, product: str | None, details: dict[str, Any]) -> Bought:
    if product is None:
        return Bought(await registration.register(uow, **details), None)
    commands.product_of(product)
    if details["mode"] == "live" and not till.payments.ready:
        raise PaymentsNotSetUp
    made = await registration.register(uow, **details)
    return Bought(made, await commands.place(uow, product=product, email=None, takes_payments=till.payments.ready))


async def _open(till: Till, checkout: Checkout) -> None:
    """Ask the provider for a checkout and keep what it says.

    Raises PaymentsUnavailable.
    """
    try:
        opened = await till.payments.open(checkout)
    except (CheckoutUnanswered, CheckoutRefused) as error:
        async with till.work(checkout.account_id) as uow:
            await commands.note_not_opened(uow, checkout.order, refused=isinstance(error, CheckoutRefused))
        raise PaymentsUnavailable from error
    async with till.work(checkout.account_id) as uow:
        await commands.note_opened(uow, checkout.order, opened)
