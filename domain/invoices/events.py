"""What happens to invoices."""

from domain.kernel.event_types import Fact, Thing, amount, happening, reference, shaped, yes_or_no

INVOICE = Thing("Invoice", "inv_")
_ORDER = Thing("Order", "ord_")
_NUMBER = shaped("Its number.", r"[0-9]{4}/[0-9]+/[0-9]+", "2026/1001/1")
_SUMS: dict[str, Fact] = {
    "net_cents": amount("Without VAT, in cents."),
    "gross_cents": amount("With VAT, in cents."),
    "currency": shaped("The currency, as an ISO code.", "[A-Z]{3}", "EUR"),
}

INVOICE_ISSUED = happening(
    "invoice.issued",
    INVOICE,
    "An invoice was written for an order.",
    number=_NUMBER,
    order=reference("The order.", _ORDER),
    **_SUMS,
    paid=yes_or_no("Whether it is paid already."),
)
INVOICE_CREDITED = happening(
    "invoice.credited",
    INVOICE,
    "A credit note was written, which takes an invoice back, or some of it; its sums are below zero.",
    number=_NUMBER,
    order=reference("The order.", _ORDER),
    **_SUMS,
    invoice=reference("The invoice that it takes back.", INVOICE),
)
INVOICE_PAID = happening("invoice.paid", INVOICE, "An invoice was paid by transfer.", number=_NUMBER, order=reference("Its order.", _ORDER))
