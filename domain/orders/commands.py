"""What can be done with orders before they are paid. Each verb runs inside the caller's unit of work; none calls out."""

from sqlalchemy import select, update

from domain.access.commands import own_account
from domain.billing.vat import Amounts, Buyer, Tax, amounts, tax_for
from domain.invoices.commands import buyer_of
from domain.kernel import inputs
from domain.kernel.errors import BadInput
from domain.kernel.identifiers import new_key
from domain.kernel.ports import Checkout, OpenedCheckout
from domain.kernel.work import UnitOfWork
from domain.orders import events, links
from domain.orders.errors import PaymentsNotSetUp
from domain.orders.model import PlacedOrder
from domain.orders.status import LIFETIME, OPENING, REOPENED_WITHIN, OrderStatus
from domain.products import catalog
from domain.products.catalog import Product

SANDBOX = "sandbox"
"""What stands for the provider's number where no provider is asked."""


def product_of(key: str) -> Product:
    """A product by its key.

    Raises BadInput.
    """
    product = catalog.find(key)
    if product is None:
        known = ", ".join(one.key for one in catalog.catalog())
        raise BadInput.field("product", message=f"'product' must be one of {known}.")
    return product


async def place(uow: UnitOfWork, *, product: str, email: str | None, takes_payments: bool) -> str:
    """Order a product at its price of now and return the key of the order; its checkout is still to be opened.

    The same that was ordered within the hour and could not be paid, because no checkout opened, is gone on with. A sandbox
    is billed nothing: its order gets a checkout of our own. Raises BadInput, PaymentsNotSetUp.
    """
    bought, account = product_of(product), await own_account(uow)
    receiver = inputs.email_address(email) if email is not None else None
    if account.mode == "live" and not takes_payments:
        raise PaymentsNotSetUp
    tax = tax_for(uow.environment.seller, Buyer(account.country, account.vat_id))
    order = _order(uow, bought, tax, amounts([bought.price_cents], tax), receiver)
    order.buyer = buyer_of(account)
    if account.mode == "live" and (found := await _taken_up(uow, order)) is not None:
        return found
    if account.mode == "test":
        order.session, order.opening_until = SANDBOX, uow.now
        order.checkout_url = links.sandbox(uow.environment, uow.account_id, order.key, account.language)
    uow.add(order, uow.account_id, order.key)
    uow.record(events.ORDER_PLACED, order.key, product=bought.key, gross_cents=order.gross_cents, currency=order.currency)
    return order.key


def _order(uow: UnitOfWork, product: Product, tax: Tax, price: Amounts, email: str | None) -> PlacedOrder:
    return PlacedOrder(
        account_id=uow.account_id,
        key=new_key("ord"),
        product=product.key,
        credits=product.credits,
        currency=product.currency,
        net_cents=price.net,
        tax_kind=tax.kind,
        vat_rate=tax.rate,
        vat_cents=price.vat,
        gross_cents=price.gross,
        email=email,
        opening_until=uow.now + OPENING,
        created_at=uow.now,
        expires_at=uow.now + LIFETIME,
    )


async def _taken_up(uow: UnitOfWork, wanted: PlacedOrder) -> str | None:
    """The newest order of just the same whose checkout is not open and that nobody is busy with, taken up by us alone (Q-7)."""
    same = [getattr(PlacedOrder, name) == getattr(wanted, name) for name in ("product", "currency", "gross_cents", "tax_kind")]
    free = [
        PlacedOrder.account_id == uow.account_id,
        *same,
        PlacedOrder.email.is_not_distinct_from(wanted.email),
        PlacedOrder.status == OrderStatus.PENDING_PAYMENT,
        PlacedOrder.session.is_(None),
        PlacedOrder.opening_until <= uow.now,
        PlacedOrder.created_at > uow.now - REOPENED_WITHIN,
    ]
    newest = select(PlacedOrder.key).where(*free).order_by(PlacedOrder.created_at.desc()).limit(1)
    taken = update(PlacedOrder).where(*free, PlacedOrder.key == newest.scalar_subquery())
    found = await uow.changed(taken.values(opening_until=uow.now + OPENING).returning(PlacedOrder.key))
    return str(found[0]) if found else None


async def checkout(uow: UnitOfWork, key: str) -> Checkout | None:
    """What the payment provider is to be asked for; None when the checkout is open."""
    order = await uow.lock(PlacedOrder, uow.account_id, key)
    assert order is not None, "whoever asks has just placed it"
    if order.session is not None:
        return None
    account = await own_account(uow)
    return Checkout(
        order=key,
        account_id=uow.account_id,
        name=product_of(order.product).name.in_language(account.language),
        cents=order.gross_cents,
        currency=order.currency,
        email=order.email or account.email,
        language=account.language,
        paid_url=links.paid(uow.environment, account.language),
        canceled_url=links.canceled(uow.environment, account.language),
        expires_at=order.expires_at,
        once=f"{key}.{order.tries}",
    )


async def note_opened(uow: UnitOfWork, key: str, opened: OpenedCheckout) -> None:
    """Keep where an order is paid; whoever was first is right."""
    own = (PlacedOrder.account_id == uow.account_id, PlacedOrder.key == key, PlacedOrder.checkout_url.is_(None))
    await uow.change(update(PlacedOrder).where(*own).values(session=opened.session, checkout_url=opened.url))


async def note_not_opened(uow: UnitOfWork, key: str, *, refused: bool) -> None:
    """Let others go on with an order at once; after a refusal they ask for a checkout of its own."""
    own = (PlacedOrder.account_id == uow.account_id, PlacedOrder.key == key, PlacedOrder.session.is_(None))
    change = update(PlacedOrder).where(*own).values(opening_until=uow.now, tries=PlacedOrder.tries + int(refused))
    await uow.change(change)
