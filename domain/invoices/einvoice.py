"""An invoice as data: EN 16931 in the syntax of UN/CEFACT (ZUGFeRD and Factur-X, profile EN 16931)."""

from datetime import UTC, datetime, time
from decimal import Decimal
from typing import Any

from domain.billing.vat import state
from domain.invoices import words
from domain.invoices.numbers import DUE
from domain.kernel.statements import Row

PROFILE = "urn:cen.eu:en16931:2017"
SCHEMA = "FACTUR-X_EN16931"
TYPE_CODES = {"invoice": "380", "credit_note": "381"}
CATEGORIES = {"standard": "S", "reverse_charge": "AE", "outside_scope": "O"}
EXEMPTIONS = {"reverse_charge": "VATEX-EU-AE", "outside_scope": "VATEX-EU-O"}
ONE = "C62"
"""The unit of what is counted in pieces."""
ONLINE, SEPA, TRANSFER = "68", "58", "30"
"""Means of payment: by a payment service, by SEPA, by another transfer."""


def xml(row: Row) -> bytes:
    """Write an invoice or credit note down; amounts of a credit note are above zero here, its type says what they mean."""
    from drafthorse.models.document import Document  # only when an invoice is written

    document: Any = Document()
    document.context.guideline_parameter.id = PROFILE
    document.header.id = row.number
    document.header.type_code = TYPE_CODES[row.kind]
    document.header.issue_date_time = _day(row.issued_on)
    for content, subject in _notes(row):
        _note(document.header.notes, content, subject)
    _parties(document.trade.agreement, row)
    document.trade.agreement.seller_order.issuer_assigned_id = row.order_key
    document.trade.delivery.event.occurrence = _day(row.corrects_on or row.issued_on)
    for position, line in enumerate((line for line in row.lines if line["net"] is not None), 1):
        document.trade.items.add(_item(row, position, line))
    _settlement(document.trade.settlement, row)
    return bytes(document.serialize(schema=SCHEMA))


def _notes(row: Row) -> list[tuple[str, str | None]]:
    """What is said beside the amounts, with what it is about where there is a code for that."""
    said: list[tuple[str, str | None]] = [(row.notes, None)] if row.notes else []
    said += [(line["description"], None) for line in row.lines if line["net"] is None]  # a line here has an amount
    return said + ([(row.seller["register"], "REG")] if row.seller["register"] else [])


def _note(notes: Any, content: str, subject: str | None) -> None:
    from drafthorse.models.note import IncludedNote

    note: Any = IncludedNote()
    note.content = content
    if subject:
        note.subject_code = subject
    notes.add(note)


def _parties(agreement: Any, row: Row) -> None:
    seller, buyer = agreement.seller, agreement.buyer
    for party, told in ((seller, row.seller), (buyer, row.buyer)):
        _party(party, told)
    if row.tax_kind != "outside_scope":
        _taxed(seller, row.seller, otherwise="FC")
        _taxed(buyer, row.buyer, otherwise=None)
    buyer.id = str(row.buyer["number"])
    if row.buyer["attention"]:
        buyer.contact.person_name = row.buyer["attention"]
    seller.contact.person_name = row.seller["company"]
    seller.contact.email.address = row.seller["email"]
    if row.tax_kind == "outside_scope":  # which names no VAT number, so that something else has to tell the seller
        seller.id = row.seller["vat_id"] or row.seller["email"]


def _party(party: Any, told: dict[str, Any]) -> None:
    party.name = told["company"]
    party.address.country_id = told["country"]
    for name, value in (("postcode", "postal_code"), ("line_one", "street"), ("city_name", "city")):
        if told[value]:
            setattr(party.address, name, told[value])
    party.electronic_address.uri_ID = ("EM", told["email"])


def _taxed(party: Any, told: dict[str, Any], *, otherwise: str | None) -> None:
    """Name the VAT number of somebody; a number of another kind is told as such where there is a code for that, or not at all."""
    from drafthorse.models.party import TaxRegistration

    number = (told["vat_id"] or "").upper()
    scheme = "VA" if state(number[:2]) == state(told["country"]) else otherwise
    if number and scheme:
        registration: Any = TaxRegistration()
        registration.id = (scheme, number)
        party.tax_registrations.add(registration)


def _item(row: Row, position: int, line: dict[str, Any]) -> Any:
    from drafthorse.models.tradelines import LineItem

    item: Any = LineItem()
    cents = _above_zero(row, line["net"])
    item.document.line_id = str(position)
    item.product.name = line["description"]
    if line["additional"]:
        item.product.description = line["additional"]
    item.agreement.net.amount = _amount(abs(cents))
    item.delivery.billed_quantity = (Decimal(1 if cents >= 0 else -1), ONE)  # a price is never below zero
    item.settlement.trade_tax.type_code = "VAT"
    item.settlement.trade_tax.category_code = CATEGORIES[row.tax_kind]
    if row.tax_kind != "outside_scope":
        item.settlement.trade_tax.rate_applicable_percent = _rate(row)
    item.settlement.monetary_summation.total_amount = _amount(cents)
    return item


def _settlement(settlement: Any, row: Row) -> None:
    from drafthorse.models.accounting import ApplicableTradeTax

    net, vat, gross = (_above_zero(row, cents) for cents in (row.net_cents, row.vat_cents, row.gross_cents))
    settlement.currency_code = row.currency
    settlement.payment_reference = row.number
    _payment(settlement, row)
    tax: Any = ApplicableTradeTax()
    tax.type_code, tax.category_code = "VAT", CATEGORIES[row.tax_kind]
    tax.basis_amount, tax.calculated_amount = _amount(net), _amount(vat)
    if row.tax_kind != "outside_scope":
        tax.rate_applicable_percent = _rate(row)
    if row.tax_kind in EXEMPTIONS:
        tax.exemption_reason = words.TAX_NOTES[row.tax_kind].in_language(row.language)
        tax.exemption_reason_code = EXEMPTIONS[row.tax_kind]
    settlement.trade_tax.add(tax)
    if row.corrects_number:
        settlement.invoice_referenced_document.issuer_assigned_id = row.corrects_number
        settlement.invoice_referenced_document.issue_date_time = _day(row.corrects_on)
    paid = gross if row.paid_at_issue else 0
    sums = settlement.monetary_summation
    sums.line_total, sums.charge_total, sums.allowance_total = _amount(net), _amount(0), _amount(0)
    sums.tax_basis_total, sums.grand_total = _amount(net), _amount(gross)
    sums.tax_total = (_amount(vat), row.currency)
    sums.prepaid_total, sums.due_amount = _amount(paid), _amount(gross - paid)


def _payment(settlement: Any, row: Row) -> None:
    """How it was paid, or where to and until when it is."""
    from drafthorse.models.payment import PaymentMeans, PaymentTerms

    means: Any = PaymentMeans()
    if row.paid_at_issue:
        means.type_code = ONLINE
        settlement.payment_means.add(means)
        return
    if row.kind == "invoice" and row.seller["iban"]:
        means.type_code = SEPA if row.currency == "EUR" else TRANSFER
        means.payee_account.iban = row.seller["iban"]
        means.payee_account.account_name = row.seller["company"]
        if row.seller["bic"]:
            means.payee_institution.bic = row.seller["bic"]
        settlement.payment_means.add(means)
    terms: Any = PaymentTerms()
    if row.kind == "invoice":
        terms.due = _day(row.issued_on) + DUE
    else:
        terms.description = words.OFFSET.in_language(row.language).format(number=row.corrects_number)
    settlement.terms.add(terms)


def _above_zero(row: Row, cents: int) -> int:
    return cents if row.kind == "invoice" else -cents


def _amount(cents: int) -> Decimal:
    return Decimal(cents).scaleb(-2)


def _rate(row: Row) -> Decimal:
    return Decimal(row.tax_rate).scaleb(-2)


def _day(iso: str) -> datetime:
    return datetime.combine(datetime.fromisoformat(iso), time(), UTC)
