"""Invoices without a database: rows as the queries read them, for what is written from them."""

from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from domain.billing.vat import Tax, amounts, vat_on
from domain.invoices import words
from domain.invoices.queries import COLUMNS
from domain.kernel.language import Language
from domain.kernel.seller import EXAMPLE_SELLER, Seller
from domain.kernel.statements import Row, row_type

STANDARD, REVERSED, OUTSIDE = Tax("standard", 1900), Tax("reverse_charge", 0), Tax("outside_scope", 0)
BUYERS: dict[str, dict[str, Any]] = {
    "standard": {"company": "Müller & Söhne <GmbH>", "country": "DE", "vat_id": "DE136695976", "postal_code": "80331", "city": "München"},
    "reverse_charge": {"company": "Alpen Personal GmbH", "country": "AT", "vat_id": "ATU13585627", "postal_code": "1010", "city": "Wien"},
    "outside_scope": {"company": "Acme Inc.", "country": "US", "vat_id": None, "postal_code": "10001", "city": "New York"},
}
AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
LINES: list[tuple[str, str | None, int | None]] = [("Paket mit 10", "Zehn Profilanalysen, einlösbar nach Bedarf.", 79_000)]
InvoiceRow = row_type("Invoice", [column.key for column in COLUMNS])


def invoice(
    tax: Tax = STANDARD,
    *,
    language: Language = Language.DE,
    lines: list[tuple[str, str | None, int | None]] = LINES,
    paid: bool = True,
    credit: bool = False,
    seller: Seller = EXAMPLE_SELLER,
    test: bool = False,
    **buyer: Any,
) -> Row:
    """An invoice, or the credit note that takes it back."""
    sign = -1 if credit else 1
    net, vat, gross = amounts([sign * cents for *_, cents in lines if cents is not None], tax)
    told: dict[str, Any] = {
        "key": "inv_1",
        "kind": "credit_note" if credit else "invoice",
        "number": "2026/1001/2" if credit else "2026/1001/1",
        "order_key": "ord_01krx5d7p9q2w3e4r5t6y7z8ab",
        "corrects": "inv_0" if credit else None,
        "corrects_number": "2026/1001/1" if credit else None,
        "corrects_on": "2026-02-27" if credit else None,
        "issued_at": AT,
        "issued_on": "2026-03-02",
        "language": language,
        "test": test,
        "currency": "EUR",
        "net_cents": net,
        "vat_cents": vat,
        "gross_cents": gross,
        "tax_kind": tax.kind,
        "tax_rate": tax.rate,
        "seller": asdict(seller),
        "buyer": {
            "street": "Ringstraße 5",
            "email": "buchhaltung@kunde.example",
            "attention": "Jana Weiß",
            "number": 1001,
            **BUYERS[tax.kind],
            **buyer,
        },
        "lines": [
            {"description": text, "additional": more, "net": cents and sign * cents, "vat": cents and vat_on(sign * cents, tax)}
            for text, more, cents in lines
        ],
        "product": None,
        "notes": words.notes(tax, language, test=test, supplied=not credit),
        "paid_at_issue": AT if paid else None,
        "payment_reference": "pi_3Qx8ZT2eZvKYlo2C0abc" if paid else None,
        "settled_at": AT if paid else None,
    }
    return InvoiceRow([told[column] for column in InvoiceRow.columns])
