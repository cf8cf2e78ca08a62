"""What invoices say in each language."""

from datetime import date

from domain.billing.vat import Tax
from domain.kernel.language import Language, Text

GERMAN = ("DE", "AT", "CH", "LI")
"""Where invoices are written in German."""
TAX_NOTES = {
    "reverse_charge": Text(
        "VAT reverse charge: the recipient of the service owes the VAT (Article 196 of Directive 2006/112/EC).",
        "Steuerschuldnerschaft des Leistungsempfängers (Reverse Charge, Art. 196 der Richtlinie 2006/112/EG).",
    ),
    "outside_scope": Text(
        "Not subject to the seller's VAT: the place of supply is where the recipient is established, or no VAT is charged there.",
        "Nicht steuerbar: Der Leistungsort liegt am Sitz des Leistungsempfängers, oder dort wird keine Umsatzsteuer erhoben.",
    ),
}
SAME_DAY = Text("The date of supply is the date of the invoice.", "Das Leistungsdatum entspricht dem Rechnungsdatum.")
SAMPLE = Text("Sample from a sandbox: nothing was sold, nothing is owed.", "Muster aus einer Testumgebung: Es wurde nichts verkauft.")
CANCELATION = Text("Cancelation of invoice {number} of {day}", "Storno der Rechnung {number} vom {day}")
PARTIAL = Text("Partial refund of invoice {number} of {day}", "Teilerstattung der Rechnung {number} vom {day}")
REASONS = {
    "requested_by_customer": Text("At the customer's request", "Auf Wunsch des Kunden"),
    "duplicate": Text("Charged twice", "Doppelt berechnet"),
    "fraudulent": Text("The payment was reported as not authorised", "Die Zahlung wurde als nicht autorisiert gemeldet"),
    "disputed": Text("The payment was disputed", "Die Zahlung wurde angefochten"),
}
"""The payment provider's codes of reasons for a refund."""
OFFSET = Text("Set off against invoice {number}.", "Verrechnet mit der Rechnung {number}.")
WORDS = {
    "invoice": Text("Invoice", "Rechnung"),
    "credit_note": Text("Credit note", "Rechnungskorrektur"),
    "sample": Text("Sample – not an invoice", "Muster – keine Rechnung"),
    "number": Text("Number", "Nummer"),
    "date": Text("Date", "Datum"),
    "supply": Text("Date of supply", "Leistungsdatum"),
    "corrects": Text("For invoice", "Zur Rechnung"),
    "customer": Text("Customer number", "Kundennummer"),
    "order": Text("Order", "Bestellung"),
    "vat_id": Text("Your VAT number", "Ihre USt-IdNr."),
    "attention": Text("Attn.", "z. Hd."),
    "description": Text("Description", "Beschreibung"),
    "amount": Text("Net amount", "Nettobetrag"),
    "net": Text("Net", "Summe netto"),
    "vat": Text("VAT {rate}", "Umsatzsteuer {rate}"),
    "gross": Text("Total", "Gesamtbetrag"),
    "payment": Text("Payment", "Zahlung"),
    "paid": Text("Paid by card on {day}. Thank you.", "Per Karte bezahlt am {day}. Vielen Dank."),
    "reference": Text(" Reference: {reference}.", " Referenz: {reference}."),
    "due": Text("Please pay by {day}", "Bitte zahlen Sie bis zum {day}"),
    "transfer": Text(
        " by transfer to {iban}, with the number of this invoice.", " per Überweisung auf {iban} unter Angabe der Rechnungsnummer."
    ),
    "refunded": Text(
        "The amount is paid back to the means of payment that invoice {number} was paid with.",
        "Der Betrag wird auf das Zahlungsmittel erstattet, mit dem die Rechnung {number} bezahlt wurde.",
    ),
    "notes": Text("Notes", "Hinweise"),
    "bank": Text("Bank", "Bank"),
    "seller_vat_id": Text("VAT number", "USt-IdNr."),
    "page": Text("Page", "Seite"),
    "of": Text("of", "von"),
    "attached": Text(
        "This file carries the invoice as data (factur-x.xml, EN 16931).",
        "Diese Datei enthält die Rechnung als Datensatz (factur-x.xml, EN 16931).",
    ),
}
"""The labels of an invoice."""
LOCALES = {Language.EN: "en_GB", Language.DE: "de"}


def language_in(country: str) -> Language:
    """In which language an invoice to this country is written."""
    return Language.DE if country in GERMAN else Language.EN


def notes(tax: Tax, language: str, *, test: bool, supplied: bool) -> str | None:
    """The sentences that the law wants below an invoice, or, when nothing is `supplied`, below a credit note."""
    said = [SAMPLE] * test + [SAME_DAY] * supplied + [TAX_NOTES[kind] for kind in (tax.kind,) if kind in TAX_NOTES]
    return " ".join(text.in_language(language) for text in said) or None


def reason(given: str, language: str) -> str | None:
    """Why something was refunded: a code in words, or what was said."""
    known = REASONS.get(given)
    return known.in_language(language) if known else given.strip() or None


def long_day(iso: str, language: str) -> str:
    """`2026-03-02` as `2 March 2026` or `2. März 2026`."""
    from babel.dates import format_date  # only when an invoice is written: it would slow every start

    return str(format_date(date.fromisoformat(iso), "long", locale=LOCALES[Language(language)]))


def country(code: str, language: str) -> str:
    """`DE` as `Germany` or `Deutschland`; a code that is no country stays as it is."""
    from babel import Locale

    return str(Locale.parse(LOCALES[Language(language)]).territories.get(code, code))


def money(cents: int, currency: str, language: str) -> str:
    """`1,234.50 EUR` or `1.234,50 EUR`, with a true minus."""
    text = f"{abs(cents) // 100:,}.{abs(cents) % 100:02d}"
    if language == Language.DE:
        text = text.translate(str.maketrans(",.", ".,"))
    return f"{'−' if cents < 0 else ''}{text} {currency}"


def percent(hundredths: int, language: str) -> str:
    """`19 %`, `8.1 %` or `8,1 %`."""
    text = f"{hundredths / 100:.2f}".rstrip("0").rstrip(".")
    return f"{text.replace('.', ',') if language == Language.DE else text} %"
