"""Who sells: the company that invoices come from."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Seller:
    """The seller as invoices name it; texts that do not apply are empty."""

    company: str
    street: str
    postal_code: str
    city: str
    country: str
    """ISO code of two letters."""
    vat_id: str
    """VAT number in the EU; elsewhere the number that the seller is taxed under."""
    email: str
    iban: str
    bic: str
    bank: str
    rate: int
    """Rate of VAT at home, in hundredths of a percent: 1900 is 19 %."""
    register: str = ""
    """Commercial register and whoever must be named, for the foot of an invoice."""
    time_zone: str = "Europe/Berlin"
    """Whose calendar dates invoices, as an IANA name."""


EXAMPLE_SELLER = Seller(
    company="Centil GmbH (example)",
    street="Musterstraße 1",
    postal_code="10115",
    city="Berlin",
    country="DE",
    vat_id="DE123456788",
    email="invoices@centil.example",
    iban="DE89370400440532013000",
    bic="COBADEFF",
    bank="Commerzbank",
    rate=1900,
    register="Amtsgericht Berlin HRB 0 (example)",
)
"""Who sells as long as nobody is named: nobody, and it says so."""
