"""What stands on an invoice: the same facts as its data, in the words of its language."""

from datetime import date
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from domain.invoices import words
from domain.invoices.numbers import DUE
from domain.invoices.words import WORDS
from domain.kernel.statements import Row

TEMPLATE = "invoice"


def document(row: Row) -> dict[str, Any]:
    """The data of the template: amounts, days and rates as they are read, credit notes above zero."""
    language = row.language
    said = {name: text.in_language(language) for name, text in WORDS.items()}
    sign = 1 if row.kind == "invoice" else -1
    money = partial(words.money, currency=row.currency, language=language)
    amounts = {name: money(sign * cents) for name, cents in _sums(row).items()}
    return {
        "date": row.issued_at.isoformat(),
        "language": language,
        "words": said,
        "title": f"{said[row.kind]} {row.number}",
        "heading": said[row.kind],
        "sample": said["sample"] if row.test else None,
        "order": row.order_key,
        "facts": _facts(row, said),
        "seller": {**row.seller, "iban": _in_fours(row.seller["iban"]), "country": words.country(row.seller["country"], language)},
        "buyer": {**row.buyer, "country": _abroad(row)},
        "lines": [_line(line, partial(_signed, money, sign)) for line in row.lines],
        "vat": said["vat"].format(rate=words.percent(row.tax_rate, language)),
        "amounts": amounts,
        "payment": _payment(row, said),
        "notes": row.notes,
    }


def _signed(money: Any, sign: int, cents: int) -> str:
    return str(money(sign * cents))


def _sums(row: Row) -> dict[str, int]:
    return {"net": row.net_cents, "vat": row.vat_cents, "gross": row.gross_cents}


def _facts(row: Row, said: dict[str, str]) -> list[tuple[str, str]]:
    """The head of the invoice: label and value."""
    day = partial(words.long_day, language=row.language)
    found = [(said["number"], row.number), (said["date"], day(row.issued_on))]
    found.append((said["corrects"], row.corrects_number) if row.corrects_number else (said["supply"], day(row.issued_on)))
    found.append((said["customer"], str(row.buyer["number"])))
    if row.buyer["vat_id"]:
        found.append((said["vat_id"], row.buyer["vat_id"]))
    return found


def _line(line: dict[str, Any], money: Any) -> dict[str, Any]:
    amount = None if line["net"] is None else money(line["net"])
    return {"description": line["description"], "additional": line["additional"], "amount": amount}


def _payment(row: Row, said: dict[str, str]) -> str:
    """How it was paid, or where to and until when it is."""
    if row.kind == "credit_note":
        text = said["refunded"] if row.paid_at_issue else words.OFFSET.in_language(row.language)
        return text.format(number=row.corrects_number)
    if row.paid_at_issue:
        paid_on = row.paid_at_issue.astimezone(ZoneInfo(row.seller["time_zone"])).date()
        reference = said["reference"].format(reference=row.payment_reference) if row.payment_reference else ""
        return said["paid"].format(day=words.long_day(paid_on.isoformat(), row.language)) + reference
    until = words.long_day((date.fromisoformat(row.issued_on) + DUE).isoformat(), row.language)
    where = said["transfer"].format(iban=_in_fours(row.seller["iban"])) if row.seller["iban"] else ""
    return said["due"].format(day=until) + where


def _in_fours(iban: str) -> str:
    return " ".join(iban[at : at + 4] for at in range(0, len(iban), 4))


def _abroad(row: Row) -> str | None:
    """The buyer's country, where it is not the seller's."""
    return None if row.buyer["country"] == row.seller["country"] else words.country(row.buyer["country"], row.language)
