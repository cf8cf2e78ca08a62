"""Where an order and its payment stand."""

from datetime import datetime, timedelta
from enum import StrEnum

LIFETIME = timedelta(hours=23)
"""How long a checkout can be paid; the provider allows a day at most, counted from when it opens it."""
REOPENED_WITHIN = timedelta(hours=1)
"""How long the next order of the same goes on with one whose checkout could not be opened."""
OPENING = timedelta(seconds=20)
"""How long somebody may be busy opening a checkout before others take them for dead."""


class OrderStatus(StrEnum):
    PENDING_PAYMENT = "pending_payment"
    COMPLETED = "completed"
    CANCELED = "canceled"


class PaymentStatus(StrEnum):
    UNPAID = "unpaid"
    PROCESSING = "processing"
    PAID = "paid"
    FAILED = "failed"
    EXPIRED = "expired"
    CANCELED = "canceled"
    MISMATCHED = "mismatched"
    PARTIALLY_REFUNDED = "partially_refunded"
    REFUNDED = "refunded"


def is_over(stored: str, payment: str, expires_at: datetime, now: datetime) -> bool:
    """Whether nobody can pay an order any more, whether or not its provider said so yet."""
    return stored == OrderStatus.PENDING_PAYMENT and payment == PaymentStatus.UNPAID and now >= expires_at


def order_status(stored: str, payment: str, expires_at: datetime, now: datetime) -> OrderStatus:
    """Where an order stands now."""
    return OrderStatus.CANCELED if is_over(stored, payment, expires_at, now) else OrderStatus(stored)


def payment_status(stored: str, payment: str, expires_at: datetime, now: datetime) -> PaymentStatus:
    """Where its payment stands now."""
    return PaymentStatus.EXPIRED if is_over(stored, payment, expires_at, now) else PaymentStatus(payment)
