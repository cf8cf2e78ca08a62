"""Orders and the messages about their payments, as they are stored."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, Index, Integer, SmallInteger
from sqlalchemy.orm import Mapped, mapped_column

from domain.kernel.columns import Entity, Json, account_column, of_account, within_account
from domain.kernel.language import Text
from domain.kernel.personal import Content, Erasure, about_others, nothing, personal

_CLOSED = nothing("a closed list")
_PROVIDER = nothing("the payment provider's own number")


class PlacedOrder(Entity):
    """A product that an account buys, at the price and with the tax of the moment it was ordered. Money is in cents."""

    __tablename__ = "placed_order"
    __table_args__ = (
        of_account(),
        Index("ix_placed_order_created", "account_id", "created_at", "key"),
        CheckConstraint("status in ('pending_payment', 'completed', 'canceled')", name="status"),
        CheckConstraint(
            "payment_status in ('unpaid', 'processing', 'paid', 'failed', 'expired', 'canceled', 'mismatched', "
            "'partially_refunded', 'refunded')",
            name="payment_status",
        ),
        CheckConstraint("net_cents + vat_cents = gross_cents", name="sum"),
        CheckConstraint("refunded_cents between 0 and gross_cents", name="refunded"),
        about_others(
            title=Text("Orders", "Bestellungen"),
            purpose=Text("Selling credits to the customer", "Verkauf von Guthaben an den Kunden"),
            kept=Text("As long as the law asks for business records.", "Solange es das Gesetz für Geschäftsunterlagen verlangt."),
        ),
    )

    account_id: Mapped[int] = account_column()
    key: Mapped[str] = mapped_column(primary_key=True, info=nothing("random"))
    product: Mapped[str] = mapped_column(info=nothing("the key of a product"))
    credits: Mapped[int] = mapped_column(Integer)
    currency: Mapped[str] = mapped_column(info=_CLOSED)
    net_cents: Mapped[int] = mapped_column(BigInteger)
    tax_kind: Mapped[str] = mapped_column(info=_CLOSED)
    vat_rate: Mapped[int] = mapped_column(Integer)
    """In hundredths of a percent."""
    vat_cents: Mapped[int] = mapped_column(BigInteger)
    gross_cents: Mapped[int] = mapped_column(BigInteger)
    email: Mapped[str | None] = mapped_column(
        default=None, info=personal(Content.CUSTOMER, Erasure.KEEP, "whom the customer named to receive the receipt")
    )
    buyer: Mapped[dict[str, Any] | None] = mapped_column(
        Json, default=None, info=personal(Content.CUSTOMER, Erasure.KEEP, "whom the order was taxed for, until the invoice says it")
    )
    """The customer as of the order, as invoices name it; None for orders older than this."""
    status: Mapped[str] = mapped_column(default="pending_payment", info=_CLOSED)
    payment_status: Mapped[str] = mapped_column(default="unpaid", info=_CLOSED)
    session: Mapped[str | None] = mapped_column(default=None, info=_PROVIDER)
    checkout_url: Mapped[str | None] = mapped_column(default=None, info=nothing("where it is paid"))
    payment: Mapped[str | None] = mapped_column(default=None, info=_PROVIDER)
    tries: Mapped[int] = mapped_column(SmallInteger, default=1)
    """Which try to open the checkout this is; goes up only after the provider has clearly refused one."""
    opening_until: Mapped[datetime]
    refund_told_cents: Mapped[int] = mapped_column(BigInteger, default=0)
    """What was given back in all as far as was heard of, perhaps before the payment itself was."""
    refunded_cents: Mapped[int] = mapped_column(BigInteger, default=0)
    credits_taken_back: Mapped[int] = mapped_column(Integer, default=0)
    credits_not_recovered: Mapped[int] = mapped_column(Integer, default=0)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    completed_at: Mapped[datetime | None] = mapped_column(default=None)
    canceled_at: Mapped[datetime | None] = mapped_column(default=None)
    mailed_at: Mapped[datetime | None] = mapped_column(default=None)


class PaymentNotice(Entity):
    """A message of the payment provider that was taken in; each counts once, and rows are never changed or deleted (Q-22)."""

    __tablename__ = "payment_notice"
    __table_args__ = (of_account(), within_account("order_key", "placed_order"))

    account_id: Mapped[int] = account_column()
    key: Mapped[str] = mapped_column(primary_key=True, info=_PROVIDER)
    order_key: Mapped[str] = mapped_column(info=nothing("the key of an order"))
    kind: Mapped[str] = mapped_column(info=_CLOSED)
    amount_cents: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str] = mapped_column(info=nothing("an ISO currency code"))
    told_at: Mapped[datetime]
    received_at: Mapped[datetime]
