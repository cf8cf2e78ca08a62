"""What the demo account bought: a package when it was opened, so that there is an order with its invoice."""

from domain.kernel.work import UnitOfWork
from domain.orders import commands, payments
from domain.orders.model import PlacedOrder
from domain.orders.payments import Notice, NoticeKind

PRODUCT = "pa-pack-50"
DEMO = "demo"
"""How the numbers begin that a payment provider would give; nobody was asked for money."""


async def buy(uow: UnitOfWork) -> None:
    """Order a package for the account that the work is in, and have it paid."""
    key = await commands.place(uow, product=PRODUCT, email=None, takes_payments=True)
    await uow.flush()
    order = await uow.lock(PlacedOrder, uow.account_id, key)
    assert order is not None, "it was just placed"
    gross, number = order.gross_cents, f"{DEMO}.{key}"
    paid = Notice(number, NoticeKind.PAID, uow.account_id, key, gross, gross, order.currency, uow.now, session=number)
    await payments.take_in(uow, paid)
