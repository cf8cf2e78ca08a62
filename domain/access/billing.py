"""Where invoices of an account go: its billing address, or its contact where none is given; and whether its VAT number looks right."""

from typing import Any, NamedTuple

_ADDRESS = ("street", "postal_code", "city")
COLUMNS = (
    "email",
    "company",
    "country",
    "vat_id",
    "billing_email",
    "billing_company",
    "billing_attention",
    *_ADDRESS,
    *(f"billing_{name}" for name in _ADDRESS),
)
"""What of an account's row it takes."""


class BillingAddress(NamedTuple):
    """Who is invoiced."""

    email: str
    company: str
    attention: str | None
    street: str | None
    postal_code: str | None
    city: str | None
    country: str
    vat_id: str | None


def address_of(account: Any) -> BillingAddress:
    """The billing address of an account's row; street and city go together and are never mixed with those of the contact."""
    own = any(getattr(account, f"billing_{name}") for name in _ADDRESS)
    street, postal_code, city = (getattr(account, f"billing_{name}" if own else name) for name in _ADDRESS)
    return BillingAddress(
        account.billing_email or account.email,
        account.billing_company or account.company,
        account.billing_attention,
        street,
        postal_code,
        city,
        account.country,
        account.vat_id,
    )


def vat_warning(vat_id: str | None, country: str) -> str | None:
    """What looks wrong with a VAT number of the European Union, by its form and check digits; None for others and when nothing does.

    It is no refusal: numbers of other countries have forms of their own, and only the tax office knows which exist.
    """
    from stdnum.eu import vat  # its rules for each country are read when they are needed
    from stdnum.exceptions import ValidationError

    prefix = (vat_id or "").strip()[:2].upper()
    if vat_id is None or not (_of_union(prefix) or _of_union(country)):
        return None
    try:
        vat.validate(vat_id)
    except ValidationError as error:
        return f"This does not look like a VAT number of the European Union: {error}"
    return None


def _of_union(country: str) -> bool:
    from stdnum.eu import vat

    return country.lower() in vat.MEMBER_STATES or country == "EL"
