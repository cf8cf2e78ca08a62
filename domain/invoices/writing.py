"""Writing invoices and credit notes down: numbered, dated, told, and made into a file after the commit."""

from typing import Any

from sqlalchemy import bindparam, func, insert, select

from domain.access.model import Account
from domain.billing.vat import Tax
from domain.invoices import events, files, words
from domain.invoices.model import Invoice
from domain.invoices.numbers import day, number
from domain.kernel.columns import table_of
from domain.kernel.identifiers import new_key
from domain.kernel.statements import ACCOUNT
from domain.kernel.work import UnitOfWork

_TABLE = table_of(Invoice)
_ADD = insert(_TABLE)
_LAST = select(func.coalesce(func.max(_TABLE.c.running), 0)).where(_TABLE.c.account_id == ACCOUNT, _TABLE.c.year == bindparam("year"))


async def write(uow: UnitOfWork, account: Account, *, tax: Tax, net_cents: int, vat_cents: int, corrects: Any = None, **said: Any) -> str:
    """Write a document down under the lock of its account, and return its key.

    `corrects` is the invoice that a credit note takes back, `said` the other columns that have to be told.
    """
    key, test = new_key("inv"), account.mode == "test"
    row = {
        "account_id": uow.account_id,
        "key": key,
        **await _numbered(uow),
        **_corrected(corrects),
        **said,
        "test": test,
        "net_cents": net_cents,
        "vat_cents": vat_cents,
        "gross_cents": net_cents + vat_cents,
        "tax_kind": tax.kind,
        "tax_rate": tax.rate,
        "notes": words.notes(tax, said["language"], test=test, supplied=corrects is None),
    }
    await uow.session.execute(_ADD, row)
    _tell(uow, row)
    await uow.enqueue(files.make, key)
    return key


async def _numbered(uow: UnitOfWork) -> dict[str, Any]:
    """The next number of the account's year, and the day in the seller's books."""
    issued_on = day(uow.environment.seller, uow.now)
    last = (await uow.session.execute(_LAST, {"account_id": uow.account_id, "year": issued_on.year})).scalar_one()
    running = int(last) + 1
    return {
        "year": issued_on.year,
        "running": running,
        "number": number(issued_on.year, uow.account_id, running),
        "issued_at": uow.now,
        "issued_on": issued_on.isoformat(),
    }


def _corrected(invoice: Any) -> dict[str, Any]:
    if invoice is None:
        return {"corrects": None, "corrects_number": None, "corrects_on": None}
    return {"corrects": invoice.key, "corrects_number": invoice.number, "corrects_on": invoice.issued_on}


def _tell(uow: UnitOfWork, row: dict[str, Any]) -> None:
    facts = {name: row[name] for name in ("number", "net_cents", "gross_cents", "currency")} | {"order": row["order_key"]}
    if row["corrects"] is None:
        uow.record(events.INVOICE_ISSUED, row["key"], **facts, paid=row["paid_at"] is not None)
    else:
        uow.record(events.INVOICE_CREDITED, row["key"], **facts, invoice=row["corrects"])
