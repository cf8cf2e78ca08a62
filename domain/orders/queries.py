"""Reading orders."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import and_, bindparam, not_, select

from domain.kernel.columns import UtcDateTime
from domain.kernel.listing import Listing, Order, choice, one_of, where
from domain.kernel.paging import Page, Window
from domain.kernel.statements import ACCOUNT, Read, Row, any_of, by_key, statement
from domain.orders.model import PlacedOrder
from domain.orders.status import OrderStatus, PaymentStatus

COLUMNS = (
    PlacedOrder.key,
    PlacedOrder.product,
    PlacedOrder.credits,
    PlacedOrder.currency,
    PlacedOrder.net_cents,
    PlacedOrder.tax_kind,
    PlacedOrder.vat_rate,
    PlacedOrder.vat_cents,
    PlacedOrder.gross_cents,
    PlacedOrder.email,
    PlacedOrder.status.label("stored_status"),
    PlacedOrder.payment_status.label("stored_payment_status"),
    PlacedOrder.checkout_url.label("stored_checkout_url"),
    PlacedOrder.refunded_cents,
    PlacedOrder.credits_taken_back,
    PlacedOrder.credits_not_recovered,
    PlacedOrder.created_at,
    PlacedOrder.expires_at,
    PlacedOrder.completed_at,
    PlacedOrder.mailed_at,
)
_OWN = PlacedOrder.account_id == ACCOUNT
_PENDING = PlacedOrder.status == OrderStatus.PENDING_PAYMENT
_OVER = and_(_PENDING, PlacedOrder.payment_status == PaymentStatus.UNPAID, PlacedOrder.expires_at <= bindparam("now", type_=UtcDateTime()))
_BY_KEY = statement(select(*COLUMNS).where(_OWN, any_of(PlacedOrder.key)), "Order")
ORDERS = Listing(
    select(*COLUMNS).where(_OWN),
    "Order",
    key=PlacedOrder.key,
    filters={
        "status": choice(
            "status",
            {
                OrderStatus.PENDING_PAYMENT: and_(_PENDING, not_(_OVER)),
                OrderStatus.COMPLETED: PlacedOrder.status == OrderStatus.COMPLETED,
                OrderStatus.CANCELED: (PlacedOrder.status == OrderStatus.CANCELED) | _OVER,
            },
        ),
        "product": one_of("product", PlacedOrder.product),
        "created_from": where("created_from", PlacedOrder.created_at >= bindparam("created_from", type_=UtcDateTime())),
        "created_until": where("created_until", PlacedOrder.created_at < bindparam("created_until", type_=UtcDateTime())),
    },
    orders={
        "newest": Order((PlacedOrder.created_at, PlacedOrder.key), descending=True),
        "oldest": Order((PlacedOrder.created_at, PlacedOrder.key)),
    },
    always=("now",),
)


async def by_keys(read: Read, account_id: int, keys: Collection[str]) -> dict[str, Row]:
    """Orders by their keys."""
    return by_key(await read(_BY_KEY, account_id=account_id, keys=keys), "key")


async def page(read: Read, account_id: int, window: Window, *, order: str, given: Mapping[str, Any], now: datetime) -> Page:
    """The account's orders."""
    return await ORDERS.page(read, account_id, window, order=order, given=given, now=now)
