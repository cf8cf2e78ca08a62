"""What can be done with invoices. Each verb runs inside the caller's unit of work, and locks the account's row first."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import bindparam, func, literal_column, select

from domain.access.billing import address_of
from domain.access.model import Account
from domain.billing.vat import Tax, share, vat_number, vat_on
from domain.invoices import events, words
from domain.invoices.errors import AlreadyPaid, TooManyCreditNotes
from domain.invoices.model import Invoice, InvoiceKind, InvoicePayment
from domain.invoices.numbers import customer_number
from domain.invoices.writing import write
from domain.kernel.columns import inserts, table_of
from domain.kernel.errors import BadInput, NotFound
from domain.kernel.language import Text
from domain.kernel.statements import ACCOUNT
from domain.kernel.work import UnitOfWork
from domain.products import catalog

MOST_CREDIT_NOTES = 100
_TABLE, _PAYMENT = table_of(Invoice), table_of(InvoicePayment)
_OWN = _TABLE.c.account_id == ACCOUNT
_OF_ORDER = select(_TABLE).where(_OWN, _TABLE.c.order_key == bindparam("order_key"), _TABLE.c.kind == literal_column("'invoice'"))
_BY_KEY = select(_TABLE).where(_OWN, _TABLE.c.key == bindparam("key"))
_TAKEN_BACK = select(func.coalesce(func.sum(_TABLE.c.net_cents), 0), func.coalesce(func.sum(_TABLE.c.vat_cents), 0), func.count()).where(
    _OWN, _TABLE.c.corrects == bindparam("key")
)
_PAID = select(_PAYMENT.c.invoice_key).where(_PAYMENT.c.account_id == ACCOUNT, _PAYMENT.c.invoice_key == bindparam("key"))
_PAY = {name: add.on_conflict_do_nothing(index_elements=["account_id", "invoice_key"]) for name, add in inserts(InvoicePayment).items()}


class Line(NamedTuple):
    """A line of a sale; net in cents, None for a line that is text only (R-ESC-19)."""

    description: Text
    net_cents: int | None
    additional: Text | None = None


@dataclass(frozen=True, slots=True)
class Sale:
    """What was sold, as it was charged."""

    order_key: str
    product_key: str | None
    currency: str
    lines: Sequence[Line]
    tax: Tax
    paid_at: datetime | None = None
    """When it was paid; None for what is still to be paid."""
    payment_reference: str | None = None


async def issue(uow: UnitOfWork, *, sale: Sale) -> str:
    """Issue the invoice of an order and return its key; an order has one, so the same comes back when it is asked for again.

    Waits for other invoices of the account, so that numbers have no gap: one is taken when the transaction commits, or not at all.
    """
    account = await _locked(uow)
    known = await _one(uow, _OF_ORDER, order_key=sale.order_key)
    if known is not None:
        return str(known.key)
    language = words.language_in(account.country)
    lines = [_line(Line(*line), sale.tax, language) for line in sale.lines]
    return await write(
        uow,
        account,
        kind=InvoiceKind.INVOICE,
        order_key=sale.order_key,
        language=language,
        currency=sale.currency,
        tax=sale.tax,
        lines=lines,
        net_cents=sum(line["net"] or 0 for line in lines),
        vat_cents=sum(line["vat"] or 0 for line in lines),
        seller=asdict(uow.environment.seller),
        buyer=_buyer(account),
        product=_product(sale.product_key, language),
        paid_at=sale.paid_at,
        payment_reference=sale.payment_reference,
    )


async def credit(uow: UnitOfWork, *, order_key: str, gross_cents: int | None, reason: str) -> str | None:
    """Take back so much of the invoice of an order, or all of it, and return the key of the credit note.

    What was taken back before is gone: never more than the invoice is taken back, and None comes back when nothing is left,
    or there is no invoice. It is of just the money that went back; VAT is its part of that, so that all credit notes of an
    invoice together have all of it. Raises BadInput for an amount that is not positive, TooManyCreditNotes.
    """
    if gross_cents is not None and gross_cents <= 0:
        raise BadInput.field("grossCents", message="A credit note takes back more than nothing.")
    account = await _locked(uow)
    invoice = await _one(uow, _OF_ORDER, order_key=order_key)
    if invoice is None:
        return None
    taken = await _taken_back(uow, invoice)
    left = invoice.gross_cents - taken.net - taken.vat
    gross = left if gross_cents is None else min(gross_cents, left)
    if gross <= 0:
        return None
    if taken.notes >= MOST_CREDIT_NOTES - (gross < left):  # the last one is for all that is left
        raise TooManyCreditNotes
    vat = share(invoice.vat_cents, taken.net + taken.vat + gross, invoice.gross_cents) - taken.vat
    net = gross - vat
    paid = await _is_paid(uow, invoice)
    key = await write(uow, account, corrects=invoice, **_against(invoice, net, vat, reason), **_payment(uow, invoice, paid=paid))
    if not paid:
        for settled in (key, invoice.key) if gross == left else (key,):
            await _pay(uow, settled, method="offset", reference=None)
    return key


async def settle(uow: UnitOfWork, key: str, *, at: datetime | None = None, reference: str | None = None) -> str:
    """Note that an invoice was paid by transfer and return its key.

    Raises NotFound, AlreadyPaid.
    """
    await _locked(uow)
    invoice = await _one(uow, _BY_KEY, key=key)
    if invoice is None:
        raise NotFound("There is no such invoice.")
    if invoice.paid_at is not None or not await _pay(uow, key, method="transfer", reference=reference, at=at):
        raise AlreadyPaid
    uow.record(events.INVOICE_PAID, key, number=invoice.number, order=invoice.order_key)
    return key


class _Taken(NamedTuple):
    """What credit notes have taken of an invoice, in cents above zero, and how many there are."""

    net: int
    vat: int
    notes: int


async def _taken_back(uow: UnitOfWork, invoice: Any) -> _Taken:
    net, vat, notes = (await uow.session.execute(_TAKEN_BACK, {"account_id": uow.account_id, "key": invoice.key})).one()
    return _Taken(-int(net), -int(vat), int(notes))


async def _locked(uow: UnitOfWork) -> Account:
    """The account as it is now; nobody else numbers its invoices before this work ends."""
    account = await uow.lock(Account, uow.account_id)
    if account is None:
        raise NotFound("There is no such account.")
    return account


async def _one(uow: UnitOfWork, query: Any, **parameters: Any) -> Any:
    return (await uow.session.execute(query, {"account_id": uow.account_id, **parameters})).one_or_none()


async def _is_paid(uow: UnitOfWork, invoice: Any) -> bool:
    return invoice.paid_at is not None or await _one(uow, _PAID, key=invoice.key) is not None


async def _pay(uow: UnitOfWork, key: str, *, method: str, reference: str | None, at: datetime | None = None) -> bool:
    payment = {"account_id": uow.account_id, "invoice_key": key, "at": at or uow.now, "method": method, "reference": reference}
    return bool((await uow.session.execute(_PAY[uow.dialect], payment)).rowcount)  # type: ignore[attr-defined]


def _against(invoice: Any, net: int, vat: int, reason: str) -> dict[str, Any]:
    """What a credit note says that takes so many cents of an invoice back: all else is as it was."""
    text = words.CANCELATION if net + vat == invoice.gross_cents else words.PARTIAL
    said = text.in_language(invoice.language).format(number=invoice.number, day=words.long_day(invoice.issued_on, invoice.language))
    return {
        "kind": InvoiceKind.CREDIT_NOTE,
        "order_key": invoice.order_key,
        "language": invoice.language,
        "currency": invoice.currency,
        "tax": Tax(invoice.tax_kind, invoice.tax_rate),
        "lines": [{"description": said, "additional": words.reason(reason, invoice.language), "net": -net, "vat": -vat}],
        "net_cents": -net,
        "vat_cents": -vat,
        "seller": invoice.seller,
        "buyer": invoice.buyer,
        "product": None,
    }


def _payment(uow: UnitOfWork, invoice: Any, *, paid: bool) -> dict[str, Any]:
    """That what was paid is paid back the same way."""
    return {"paid_at": uow.now if paid else None, "payment_reference": invoice.payment_reference if paid else None}


def _line(line: Line, tax: Tax, language: str) -> dict[str, Any]:
    """A line as it is written, in the invoice's language."""
    return {
        "description": line.description.in_language(language),
        "additional": line.additional.in_language(language) if line.additional else None,
        "net": line.net_cents,
        "vat": None if line.net_cents is None else vat_on(line.net_cents, tax),
    }


def _buyer(account: Account) -> dict[str, Any]:
    """Whom an invoice goes to, as of now."""
    return {
        **address_of(account)._asdict(),
        "vat_id": vat_number(account.country, account.vat_id) or account.vat_id,
        "number": customer_number(account.account_id),
    }


def _product(key: str | None, language: str) -> dict[str, Any] | None:
    product = catalog.find(key) if key else None
    if product is None:
        return None
    return {"key": product.key, "number": product.number, "name": product.name.in_language(language), "net": product.price_cents}
