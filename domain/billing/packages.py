"""What is left of each purchase and grant: credits are used in the order in which they were added."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

OF_ORDER, OF_REFUND = "order:", "refund:"
"""How the references of movements begin: `order:ord_…` of a purchase, `refund:ord_…:…` of what was taken back of it."""


@dataclass(frozen=True, slots=True)
class Package:
    """Credits that were added at once; credits = used + refunded + remaining."""

    graph_type: ClassVar[str] = "CreditPackage"
    key: str
    kind: str
    credits: int
    used: int
    refunded: int
    remaining: int
    order_key: str | None
    added_at: datetime


def divided(rows: Sequence[Any]) -> list[Package]:
    """Divide what was used among the packages, the oldest first; rows and packages are newest first.

    Rows are movements with what was taken back of each, and the sums of the account in every one. What is older than the rows
    was used before them; what was taken back of nothing in particular counts as used, so that what remains is what is available.
    """
    if not rows:
        return []
    kept = [max(row.amount - row.back, 0) for row in rows]
    added = rows[0].granted + rows[0].bought - rows[0].refunded
    older = added - sum(kept)
    used = rows[0].used - older
    made: list[Package] = []
    for row, size in zip(reversed(rows), reversed(kept), strict=True):
        taken = min(max(used, 0), size)
        used -= taken
        made.append(Package(row.key, row.kind, row.amount, taken, row.amount - size, size - taken, order_of(row.reference), row.at))
    return made[::-1]


def order_of(reference: str) -> str | None:
    """The key of the order that a movement belongs to: its purchase, or what was taken back of it."""
    kind, colon, order = reference.partition(":")
    return order.partition(":")[0] if kind + colon in (OF_ORDER, OF_REFUND) else None
