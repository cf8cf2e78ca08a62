"""What a payment provider tells about orders: each message and each order once, whatever the copies and order of arrival (Q-22)."""

import logging
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from domain.access.commands import own_account
from domain.billing import credits
from domain.billing.vat import Tax
from domain.invoices import commands as invoices
from domain.invoices.commands import Line, Sale
from domain.invoices.errors import TooManyCreditNotes
from domain.kernel.columns import inserts, table_of
from domain.kernel.errors import NotFound
from domain.kernel.language import Text
from domain.kernel.work import UnitOfWork
from domain.orders import events, mails
from domain.orders.commands import SANDBOX
from domain.orders.errors import AlreadySettled
from domain.orders.model import PaymentNotice, PlacedOrder
from domain.orders.status import OrderStatus, PaymentStatus, is_over
from domain.products import catalog

log = logging.getLogger("centil.orders")
_NOTICES = table_of(PaymentNotice)
_ONCE = {
    name: insert.on_conflict_do_nothing(index_elements=["account_id", "key"]).returning(_NOTICES.c.key)
    for name, insert in inserts(PaymentNotice).items()
}


class NoticeKind(StrEnum):
    PAID = "paid"
    PROCESSING = "processing"
    FAILED = "failed"
    EXPIRED = "expired"
    CANCELED = "canceled"
    REFUNDED = "refunded"


class Taken(StrEnum):
    """What came of a message."""

    DONE = "done"
    REPEATED = "repeated"
    UNKNOWN_ORDER = "unknown_order"


@dataclass(frozen=True, slots=True)
class Notice:
    """One message: its own number, what it says, and about which order."""

    key: str
    kind: NoticeKind
    account_id: int
    order: str
    cents: int
    """What was paid; of a refund, what was given back in all so far."""
    charged: int
    """What the payment was made over; the same unless it is a refund."""
    currency: str
    told_at: datetime
    session: str | None = None
    payment: str | None = None


async def take_in(uow: UnitOfWork, notice: Notice) -> Taken:
    """Let an order follow what was said of its payment; the unit of work is that of the notice's account."""
    order = await uow.lock(PlacedOrder, uow.account_id, notice.order)
    if order is None:
        return Taken.UNKNOWN_ORDER
    if not await _first(uow, notice):
        return Taken.REPEATED
    if notice.kind in (NoticeKind.PAID, NoticeKind.REFUNDED) and not _as_ordered(order, notice):
        _note_mismatch(uow, order, notice)
    elif notice.kind is NoticeKind.PAID:
        await _paid(uow, order, notice)
    elif notice.kind is NoticeKind.REFUNDED:
        order.refund_told_cents = max(order.refund_told_cents, notice.cents)
        await _refund(uow, order)
    else:
        _not_paid(uow, order, notice)
    return Taken.DONE


async def settle_in_sandbox(uow: UnitOfWork, key: str, *, paid: bool) -> None:
    """Pay an order of a sandbox without money, or leave its checkout.

    Raises NotFound, also for an order of a live account, and AlreadySettled.
    """
    order = await uow.lock(PlacedOrder, uow.account_id, key)
    if order is None or order.session != SANDBOX or (await own_account(uow)).mode != "test":
        raise NotFound("There is no such order.")
    if order.status != OrderStatus.PENDING_PAYMENT or is_over(order.status, order.payment_status, order.expires_at, uow.now):
        raise AlreadySettled
    kind = NoticeKind.PAID if paid else NoticeKind.CANCELED
    gross = order.gross_cents
    await take_in(uow, Notice(f"{SANDBOX}.{key}.{kind}", kind, uow.account_id, key, gross, gross, order.currency, uow.now, SANDBOX))


async def _first(uow: UnitOfWork, notice: Notice) -> bool:
    """Write a message down, unless it came before."""
    row = {
        "account_id": uow.account_id,
        "key": notice.key,
        "order_key": notice.order,
        "kind": notice.kind,
        "amount_cents": notice.cents,
        "currency": notice.currency,
        "told_at": notice.told_at,
        "received_at": uow.now,
    }
    return (await uow.session.execute(_ONCE[uow.dialect], row)).scalar_one_or_none() is not None


def _as_ordered(order: PlacedOrder, notice: Notice) -> bool:
    """Whether money came as it was asked for; of a refund, whether it is of that payment, and not of a second one."""
    if notice.kind is NoticeKind.REFUNDED and _another(order.payment, notice.payment):
        return False
    return notice.charged == order.gross_cents and notice.currency == order.currency and 0 <= notice.cents <= order.gross_cents


def _another(known: str | None, told: str | None) -> bool:
    """Whether something else is told of than what is known; who knows or says nothing means the same."""
    return known is not None and told is not None and known != told


def _note_mismatch(uow: UnitOfWork, order: PlacedOrder, notice: Notice) -> None:
    """Credit nothing for money that is not what was asked for; people have to look."""
    if order.status != OrderStatus.COMPLETED:
        order.payment_status = PaymentStatus.MISMATCHED
    uow.record(events.ORDER_PAYMENT_MISMATCHED, order.key, cents=notice.charged, currency=notice.currency, kind=notice.kind)
    log.error("a payment is not what was ordered: nothing was credited", extra={"code": "PAYMENT_MISMATCHED", "account": uow.account_id})


async def _paid(uow: UnitOfWork, order: PlacedOrder, notice: Notice) -> None:
    """Complete an order: its credits, its invoice, its event and its mail, all in this transaction.

    One that was canceled as well: the money was taken.
    """
    if order.status == OrderStatus.COMPLETED:
        if _another(order.payment, notice.payment):
            log.error("an order was paid twice: give the second payment back", extra={"code": "PAID_TWICE", "account": uow.account_id})
        return
    order.status, order.payment_status = OrderStatus.COMPLETED, PaymentStatus.PAID
    order.completed_at, order.canceled_at = uow.now, None
    order.session, order.payment = order.session or notice.session, notice.payment
    await credits.purchase(uow, order.credits, reference=f"order:{order.key}")
    uow.record(
        events.ORDER_COMPLETED,
        order.key,
        product=order.product,
        credits=order.credits,
        gross_cents=order.gross_cents,
        currency=order.currency,
    )
    if order.session != SANDBOX:
        await invoices.issue(uow, sale=_sale(order, notice))
        await uow.enqueue(mails.send_receipt, order.key)
    await _refund(uow, order)


def _sale(order: PlacedOrder, notice: Notice) -> Sale:
    """What was sold, at the tax it was charged with."""
    product = catalog.find(order.product)
    name = product.name if product else Text(order.product, order.product)
    return Sale(
        order_key=order.key,
        product_key=order.product,
        currency=order.currency,
        lines=[Line(name, order.net_cents)],
        tax=Tax(order.tax_kind, order.vat_rate),  # type: ignore[arg-type]
        paid_at=notice.told_at,
        payment_reference=order.payment,
    )


async def _refund(uow: UnitOfWork, order: PlacedOrder) -> None:
    """Take back what the money given back was paid for, as far as it was not before; a payment not heard of yet comes first."""
    told, done = order.refund_told_cents, order.refunded_cents
    if order.status != OrderStatus.COMPLETED or told <= done:
        return
    wanted = order.credits * told // order.gross_cents - order.credits_taken_back - order.credits_not_recovered
    taken = await credits.take_back(uow, wanted, reference=f"refund:{order.key}:{told}")
    await _credit(uow, order, told)
    order.refunded_cents = told
    order.credits_taken_back += taken
    order.credits_not_recovered += wanted - taken
    order.payment_status = PaymentStatus.REFUNDED if told == order.gross_cents else PaymentStatus.PARTIALLY_REFUNDED
    uow.record(
        events.ORDER_REFUNDED,
        order.key,
        refunded_cents=told,
        currency=order.currency,
        credits_taken_back=order.credits_taken_back,
        credits_not_recovered=order.credits_not_recovered,
    )


async def _credit(uow: UnitOfWork, order: PlacedOrder, told: int) -> None:
    """Write the credit note for what was given back since the last one, to the cent."""
    if order.session == SANDBOX:
        return
    try:
        await invoices.credit(uow, order_key=order.key, gross_cents=told - order.refunded_cents, reason="")
    except TooManyCreditNotes:
        log.error("a refund has no credit note: there are too many", extra={"code": "NO_CREDIT_NOTE", "account": uow.account_id})


def _not_paid(uow: UnitOfWork, order: PlacedOrder, notice: Notice) -> None:
    """Follow a payment that did not come, or not yet; what is settled stays, and so does what can still be paid elsewhere."""
    if order.status != OrderStatus.PENDING_PAYMENT or _another(order.session, notice.session):
        return
    kind = notice.kind
    order.payment_status = PaymentStatus(kind.value)
    if kind is not NoticeKind.PROCESSING:
        order.status, order.canceled_at = OrderStatus.CANCELED, uow.now
        uow.record(events.ORDER_CANCELED, order.key, reason=kind.value)
