"""Mails about orders, as jobs: each looks first whether it is still to be sent."""

import contextlib

from sqlalchemy import update

from domain.access import queries as access
from domain.kernel.actor import Actor
from domain.kernel.jobs import job
from domain.kernel.language import Language
from domain.kernel.ports import Mail, Ports, Undeliverable
from domain.orders import queries
from domain.orders.model import PlacedOrder
from domain.orders.status import OrderStatus
from domain.products import catalog


@job("orders.send_receipt")
async def send_receipt(ports: Ports, account_id: int, key: str) -> None:
    """Tell whoever ordered that the credits are there, once."""
    read = ports.database.read()
    order = (await queries.by_keys(read, account_id, [key])).get(key)
    account = await access.by_id(read, account_id)
    if order is None or account is None or account.mode == "test" or order.mailed_at or order.stored_status != OrderStatus.COMPLETED:
        return
    product = catalog.find(order.product)
    facts = {
        "company": account.company,
        "name": account.contact_name or "",
        "link": ports.database.environment.base_url,
        "product": product.name.in_language(account.language) if product else order.product,
        "credits": str(order.credits),
        "amount": amount(order.gross_cents, order.currency, account.language),
        "order": key,
    }
    with contextlib.suppress(Undeliverable):  # the order itself says the same
        await ports.mailer.send(Mail("receipt", account.language, order.email or account.email, account.contact_name or "", key, facts))
    async with ports.database.work(Actor.system(account_id)) as uow:
        await uow.change(update(PlacedOrder).where(PlacedOrder.account_id == account_id, PlacedOrder.key == key).values(mailed_at=uow.now))


def amount(cents: int, currency: str, language: str) -> str:
    """An amount of money as people write it: 1,234.50 EUR, in German 1.234,50 EUR."""
    text = f"{cents / 100:,.2f}"
    if language == Language.DE:
        text = text.translate(str.maketrans(",.", ".,"))
    return f"{text} {currency}"
