"""What happens to orders."""

from domain.kernel.event_types import Thing, amount, code, happening, number, shaped
from domain.orders.status import PaymentStatus

ORDER = Thing("Order", "ord_")
_CURRENCY = shaped("The currency, as an ISO code.", "[A-Z]{3}", "EUR")
_PRODUCT = shaped("What was ordered: the key of a product, which may have left the catalogue since.", "[a-z0-9-]+", "pa-pack-10")
_ENDED = (PaymentStatus.EXPIRED, PaymentStatus.FAILED, PaymentStatus.CANCELED)

ORDER_PLACED = happening(
    "order.placed",
    ORDER,
    "Something was ordered, and waits to be paid.",
    product=_PRODUCT,
    gross_cents=amount("What is to be paid, in cents."),
    currency=_CURRENCY,
)
ORDER_COMPLETED = happening(
    "order.completed",
    ORDER,
    "It was paid, and its credits are there.",
    product=_PRODUCT,
    credits=number("How many credits it brought.", least=1),
    gross_cents=amount("What was paid, in cents."),
    currency=_CURRENCY,
)
ORDER_CANCELED = happening(
    "order.canceled", ORDER, "It was not paid in time, or the payment failed.", reason=code("Why.", (status.value for status in _ENDED))
)
ORDER_REFUNDED = happening(
    "order.refunded",
    ORDER,
    "Money was given back, with as many of its credits as were left.",
    refunded_cents=amount("What was given back until now, in cents."),
    currency=_CURRENCY,
    credits_taken_back=number("How many credits were taken back until now."),
    credits_not_recovered=number("How many were used already, and stay so."),
)
ORDER_PAYMENT_MISMATCHED = happening(
    "order.payment_mismatched",
    ORDER,
    "Money came or went that is not what was asked for: nothing was credited, and people have to look.",
    cents=amount("What was charged, in cents."),
    currency=_CURRENCY,
    kind=code("What was told of the payment.", ("paid", "processing", "failed", "expired", "canceled", "refunded")),
)
