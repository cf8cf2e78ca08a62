"""Reading invoices and credit notes."""

from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import bindparam, func, literal_column, select

from domain.invoices.model import Invoice, InvoiceDocument, InvoicePayment
from domain.kernel.columns import UtcDateTime
from domain.kernel.listing import Listing, Order, choice, one_of, where
from domain.kernel.paging import Page, Window
from domain.kernel.statements import ACCOUNT, Read, Row, any_of, by_key, group, row_type, statement

_SETTLED = func.coalesce(Invoice.paid_at, InvoicePayment.at)
_FROM = Invoice.__table__.outerjoin(
    InvoicePayment, (InvoicePayment.account_id == Invoice.account_id) & (InvoicePayment.invoice_key == Invoice.key)
)
COLUMNS = (
    Invoice.key,
    Invoice.kind,
    Invoice.number,
    Invoice.order_key,
    Invoice.corrects,
    Invoice.corrects_number,
    Invoice.corrects_on,
    Invoice.issued_at,
    Invoice.issued_on,
    Invoice.language,
    Invoice.test,
    Invoice.currency,
    Invoice.net_cents,
    Invoice.vat_cents,
    Invoice.gross_cents,
    Invoice.tax_kind,
    Invoice.tax_rate,
    Invoice.seller,
    Invoice.buyer,
    Invoice.lines,
    Invoice.product,
    Invoice.notes,
    Invoice.paid_at.label("paid_at_issue"),
    Invoice.payment_reference,
    func.coalesce(Invoice.paid_at, InvoicePayment.at, type_=UtcDateTime()).label("settled_at"),
)
_MINE = select(*COLUMNS).select_from(_FROM).where(Invoice.account_id == ACCOUNT)
_BY_KEY = statement(_MINE.where(any_of(Invoice.key)), "Invoice", keeps=("key",))
_BY_ORDER = statement(
    _MINE.where(
        any_of(Invoice.order_key), Invoice.kind == literal_column("'invoice'")
    ),  # a parameter would hide the index of invoices alone
    "Invoice",
    keeps=("order_key", "key"),
)
_CREDIT_NOTES = statement(
    _MINE.where(any_of(Invoice.corrects)).order_by(Invoice.corrects, Invoice.issued_at, Invoice.key), "Invoice", keeps=("corrects",)
)
_DOCUMENT = statement(
    select(InvoiceDocument.invoice_key, InvoiceDocument.digest).where(
        InvoiceDocument.account_id == ACCOUNT, any_of(InvoiceDocument.invoice_key)
    ),
    "InvoiceDocument",
)
INVOICES = Listing(
    _MINE,
    "Invoice",
    key=Invoice.key,
    filters={
        "status": choice("status", {"paid": _SETTLED.is_not(None), "unpaid": _SETTLED.is_(None)}),
        "kind": one_of("kind", Invoice.kind),
        "issued_from": where("issued_from", Invoice.issued_at >= bindparam("issued_from", type_=UtcDateTime())),
        "issued_until": where("issued_until", Invoice.issued_at < bindparam("issued_until", type_=UtcDateTime())),
    },
    orders={
        "newest": Order((Invoice.issued_at, Invoice.key), descending=True),
        "oldest": Order((Invoice.issued_at, Invoice.key)),
    },
)
_SUMMED = (Invoice.net_cents, Invoice.vat_cents, Invoice.gross_cents)
InvoiceSum = row_type("InvoiceSum", ("currency", "number", "net_cents", "vat_cents", "gross_cents"))


async def by_keys(read: Read, account_id: int, keys: Collection[str]) -> dict[str, Row]:
    """Invoices and credit notes by their keys."""
    return by_key(await read(_BY_KEY, account_id=account_id, keys=keys), "key")


async def by_order(read: Read, account_id: int, keys: Collection[str]) -> dict[str, Row]:
    """The invoice of each order."""
    return by_key(await read(_BY_ORDER, account_id=account_id, keys=keys), "order_key")


async def credit_notes(read: Read, account_id: int, keys: Collection[str]) -> dict[str, list[Row]]:
    """The credit notes of each invoice, oldest first: a hundred at most."""
    return group(await read(_CREDIT_NOTES, account_id=account_id, keys=keys), "corrects")


async def all_by_order(read: Read, account_id: int, keys: Collection[str]) -> dict[str, list[Row]]:
    """The invoice of each order and then its credit notes, oldest first; an invoice has a hundred at most."""
    invoices = await by_order(read, account_id, keys)
    notes = await credit_notes(read, account_id, [invoice.key for invoice in invoices.values()]) if invoices else {}
    return {order: [invoice, *notes.get(invoice.key, ())] for order, invoice in invoices.items()}


async def page(read: Read, account_id: int, window: Window, *, order: str, given: Mapping[str, Any]) -> Page:
    """The account's invoices and credit notes."""
    return await INVOICES.page(read, account_id, window, order=order, given=given)


async def sums(read: Read, account_id: int, given: Mapping[str, Any]) -> list[Row]:
    """The sums of all that pass the filters, for each currency; that with most of them first (R-ESC-18)."""
    rows = await INVOICES.sums(read, account_id, of=_SUMMED, by=Invoice.currency, given=given)
    return [InvoiceSum(row) for row in sorted(rows, key=lambda row: (-row.number, row.currency))]


async def digests(read: Read, account_id: int, keys: Collection[str]) -> dict[str, str]:
    """Which bytes the files of invoices have; those that were not made yet are missing."""
    return {row.invoice_key: row.digest for row in await read(_DOCUMENT, account_id=account_id, keys=keys)}
