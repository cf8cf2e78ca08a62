"""VAT on what an account buys: which kind, which rate, how much. Nothing is asked of anyone; numbers are checked by their digits."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

from domain.kernel.seller import Seller

Kind = Literal["standard", "reverse_charge", "outside_scope"]

EU = frozenset("AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK".split())  # noqa: SIM905  one line
"""Member states by their ISO code. Northern Ireland is one for goods only, so a number that begins with XI buys as a British one."""
TAXED_AS = {"EL": "GR", "MC": "FR", "IM": "GB"}
"""Countries that VAT counts as another: what Greece calls itself there, Monaco as France, the Isle of Man as Great Britain."""
WHOLE = 10_000
"""A hundred percent in hundredths of a percent."""


@dataclass(frozen=True, slots=True)
class Buyer:
    """Who buys, as far as VAT cares; only companies do."""

    country: str
    vat_id: str | None = None


class Tax(NamedTuple):
    """How something is taxed; the rate in hundredths of a percent, 0 unless the seller charges VAT."""

    kind: Kind
    rate: int


class Amounts(NamedTuple):
    """Sums in cents."""

    net: int
    vat: int
    gross: int


OUTSIDE, REVERSED = Tax("outside_scope", 0), Tax("reverse_charge", 0)


def tax_for(seller: Seller, buyer: Buyer) -> Tax:
    """How a service is taxed that this seller provides to this company (Articles 44, 45 and 196 of Directive 2006/112/EC)."""
    home, there = state(seller.country), state(buyer.country)
    if there == home:
        return _at_home(seller)
    if there not in EU:
        return OUTSIDE
    if seller.vat_id and vat_number(buyer.country, buyer.vat_id):
        return REVERSED
    return _at_home(seller) if home in EU else OUTSIDE


def vat_number(country: str, given: str | None) -> str | None:
    """A VAT number of this member state as it is written; None for one of another state, one that cannot be, or none."""
    own = state(country)
    if not given or own not in EU:
        return None
    from stdnum import exceptions  # only when a number is looked at
    from stdnum.eu import vat

    try:
        number = vat.validate(given)
    except exceptions.ValidationError:
        return None
    if state(number[:2]) != own:
        return None
    return f"{'EL' if own == 'GR' else own}{number[2:]}"


def amounts(lines_net_cents: Sequence[int], tax: Tax) -> Amounts:
    """Net, VAT and gross of lines in cents; the VAT of each line is rounded, half a cent away from zero."""
    net, vat = sum(lines_net_cents), sum(vat_on(line, tax) for line in lines_net_cents)
    return Amounts(net, vat, net + vat)


def vat_on(net_cents: int, tax: Tax) -> int:
    """The VAT on one line, in cents."""
    return share(net_cents, tax.rate, WHOLE)


def share(cents: int, part: int, whole: int) -> int:
    """So many cents times part over whole, rounded half away from zero; `whole` is above 0."""
    size = (2 * abs(cents * part) + whole) // (2 * whole)
    return size if cents * part >= 0 else -size


def _at_home(seller: Seller) -> Tax:
    return Tax("standard", seller.rate) if seller.rate else OUTSIDE


def state(country: str) -> str:
    """The country that VAT counts this one as."""
    code = country.upper()
    return TAXED_AS.get(code, code)
