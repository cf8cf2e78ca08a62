"""Invoices and credit notes: what was charged, as it was on the day, and as a file."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

import strawberry

from domain.invoices import files, queries
from domain.invoices.model import InvoiceKind
from domain.kernel.language import Language
from domain.kernel.paging import Window
from domain.kernel.permissions import Permission
from domain.orders import queries as orders
from resolvers import ids
from resolvers.context import Context
from resolvers.declared import Guarded, root_field
from resolvers.downloads import Download
from resolvers.enums import ListOrder, graph_enum
from resolvers.fields import Connection, arg, attribute, batched, computed, edge, graph_type, query, unfold
from resolvers.inputs import defaulted
from resolvers.nodes import Node, findable
from resolvers.paging import Pages, filters, page_arguments

if TYPE_CHECKING:
    from resolvers.orders import Order

READ = Permission.BILLING_READ


class InvoiceStatus(Enum):
    PAID = "paid"
    UNPAID = "unpaid"


class TaxKind(Enum):
    STANDARD = "standard"
    REVERSE_CHARGE = "reverse_charge"
    OUTSIDE_SCOPE = "outside_scope"


graph_enum(
    InvoiceKind,
    name="InvoiceKind",
    description="What a document is.",
    values={
        InvoiceKind.INVOICE: "What was bought, and what it costs.",
        InvoiceKind.CREDIT_NOTE: "Takes an invoice back, or some of it; its amounts are below zero.",
    },
)
graph_enum(
    InvoiceStatus,
    name="InvoiceStatus",
    description="Whether anything is still to be paid.",
    values={
        InvoiceStatus.PAID: "Paid, paid back, or set off against each other.",
        InvoiceStatus.UNPAID: "Still to be paid.",
    },
)
graph_enum(
    TaxKind,
    name="TaxKind",
    description="How a sale is taxed.",
    values={
        TaxKind.STANDARD: "The seller charges VAT.",
        TaxKind.REVERSE_CHARGE: "The buyer, a company of another member state of the EU, owes the VAT.",
        TaxKind.OUTSIDE_SCOPE: "No VAT of the seller's country applies.",
    },
)


def _whole(cents: int) -> Decimal:
    """Cents in whole units of the currency."""
    return Decimal(cents).scaleb(-2)


@dataclass(frozen=True, slots=True)
class Line:
    graph_type: ClassVar[str] = "InvoiceLine"
    description: str
    additional_text: str | None
    net: Decimal | None
    vat: Decimal | None


@dataclass(frozen=True, slots=True)
class Address:
    graph_type: ClassVar[str] = "InvoiceAddress"
    company: str
    attention: str | None
    street: str | None
    postal_code: str | None
    city: str | None
    country: str
    vat_id: str | None
    email: str


@dataclass(frozen=True, slots=True)
class Invoiced:
    graph_type: ClassVar[str] = "InvoicedProduct"
    key: str
    number: int
    name: str
    price: Decimal


@graph_type(requires=READ, description="A line of an invoice.")
class InvoiceLine:
    description: str = attribute("What it is for, in the invoice's language.")
    additional_text: str | None = attribute("More about it.")
    net: Decimal | None = attribute("Its net amount in whole units of the currency; null for a line that is text only.")
    vat: Decimal | None = attribute("Its VAT, rounded to a cent; null for a line that is text only.")


@graph_type(requires=READ, description="Where an invoice was addressed to.")
class InvoiceAddress:
    company: str = attribute("The company.")
    attention: str | None = attribute("Who in it the invoice is for.")
    street: str | None = attribute("Street and number.")
    postal_code: str | None = attribute("Postal code.")
    city: str | None = attribute("City.")
    country: str = attribute("Country, as an ISO code of two letters.")
    vat_id: str | None = attribute("VAT number.")
    email: str = attribute("Where mails about it go.")


@graph_type(requires=READ, description="A product as it was when it was invoiced.")
class InvoicedProduct:
    key: str = attribute("Its key, such as `pa-pack-10`.")
    number: int = attribute("Its number, for interfaces that know products by numbers.")
    name: str = attribute("What it was called, in the invoice's language.")
    price: Decimal = attribute("Its net price then, in whole units of the currency.")


@graph_type(requires=READ, description="What all invoices and credit notes that pass a filter come to in one currency.")
class InvoiceSum:
    currency: str = attribute("The currency by its ISO code.")
    count: int = computed(int, columns=("number",), description="How many documents there are.")
    net: Decimal = computed(_whole, columns=("net_cents",), description="Their net amounts together.")
    vat: Decimal = computed(_whole, columns=("vat_cents",), description="Their VAT together.")
    gross: Decimal = computed(_whole, columns=("gross_cents",), description="Their gross amounts together.")


def _status(settled_at: datetime | None) -> InvoiceStatus:
    return InvoiceStatus.PAID if settled_at else InvoiceStatus.UNPAID


def _lines(lines: list[dict[str, Any]]) -> list[Line]:
    def cents(amount: int | None) -> Decimal | None:
        return None if amount is None else _whole(amount)

    return [Line(line["description"], line["additional"], cents(line["net"]), cents(line["vat"])) for line in lines]


def _address(buyer: dict[str, Any]) -> Address:
    return Address(**{name: buyer[name] for name in Address.__dataclass_fields__ if name != "graph_type"})


def _product(product: dict[str, Any] | None) -> Invoiced | None:
    return Invoiced(product["key"], product["number"], product["name"], _whole(product["net"])) if product else None


def _pdf(context: Context, key: str) -> Any:
    return files.link(context.environment, context.now, context.account_id, key)


@graph_type(
    requires=READ,
    description="An invoice, or a credit note that takes one back. It says what was so on the day it was issued, and is never changed.",
)
class Invoice(Node):
    id: strawberry.ID = computed(ids.encoder("Invoice"), columns=("key",), description="Opaque id.")
    key: str = attribute("Its key: `inv_…`. Keys of invites begin alike, and neither is found under the other's.")
    number: str = attribute("Year, the account's number and a running number of both without a gap: `2026/1001/1`.")
    kind: InvoiceKind = attribute("Whether it is an invoice or a credit note.")
    status: InvoiceStatus = computed(_status, columns=("settled_at",), description="Whether anything is still to be paid.")
    issued_at: datetime = attribute("When it was issued.")
    issued_on: date = computed(date.fromisoformat, columns=("issued_on",), description="Its date, by the seller's calendar.")
    paid_at: datetime | None = computed(
        lambda moment: moment, columns=("settled_at",), description="When it was paid; for a credit note, paid back or set off."
    )
    order_key: str = attribute("The key of the order it is for.")
    order: Annotated["Order", strawberry.lazy("resolvers.orders")] | None = edge(
        orders.by_keys, key="order_key", description="The order it is for."
    )
    language: Language = attribute("In which language it is written.")
    currency: str = attribute("The currency by its ISO code.")
    net: Decimal = computed(_whole, columns=("net_cents",), description="Net amount in whole units; below zero for a credit note.")
    vat: Decimal = computed(_whole, columns=("vat_cents",), description="VAT, the sum of that of its lines; below zero for a credit note.")
    gross: Decimal = computed(_whole, columns=("gross_cents",), description="Gross amount; below zero for a credit note.")
    tax_kind: TaxKind = attribute("How it is taxed.")
    vat_rate: Decimal = computed(_whole, columns=("tax_rate",), description="The rate of VAT in percent; 0 unless the seller charges it.")
    billing_address: InvoiceAddress = computed(_address, columns=("buyer",), description="Whom it was addressed to, as of that day.")
    lines: list[InvoiceLine] = unfold(_lines, columns=("lines",), description="What it is for; a handful.")
    product: InvoicedProduct | None = computed(_product, columns=("product",), description="What was bought, when it was a product.")
    notes: str | None = attribute("What the law wants to be said, such as why no VAT is charged.")
    test: bool = attribute("Whether it is a sample from a sandbox, where nothing is sold.")
    corrects: Annotated["Invoice", strawberry.lazy("resolvers.invoices")] | None = edge(
        queries.by_keys, key="corrects", description="For a credit note: the invoice it takes back."
    )
    credit_notes: list[Annotated["Invoice", strawberry.lazy("resolvers.invoices")]] = edge(
        queries.credit_notes, key="key", otherwise=(), description="The credit notes that took it back, oldest first; at most 100."
    )
    pdf: Download = computed(
        _pdf,
        columns=("key",),
        context=True,
        description="A link to it as PDF/A-3 with its data inside (Factur-X, ZUGFeRD: EN 16931). The file is the same for good.",
    )


@strawberry.type(description="A page of invoices, and what all of them come to.")
class InvoiceConnection(Connection[Invoice]):
    __requires__: ClassVar[Any] = READ

    @batched("The sums of all that pass the filter, not of the page: one for each currency, that with most documents first; a handful.")
    async def sums(parents: Sequence[Any], context: Context) -> list[list[InvoiceSum]]:
        found: Any = [await queries.sums(context.read, context.account_id, parent.given) for parent in parents]
        return found  # type: ignore[no-any-return]


@strawberry.input(description="Which invoices and credit notes.")
class InvoiceFilter:
    status: list[InvoiceStatus] | None = defaulted("Those that stand so.", None)
    kind: list[InvoiceKind] | None = defaulted("Only invoices, or only credit notes.", None)
    issued_from: datetime | None = defaulted("Issued at this moment or later.", None)
    issued_until: datetime | None = defaulted("Issued before this moment.", None)


class Book(Pages):
    """A page of invoices that remembers its filter, for the sums."""

    __slots__ = ("given",)
    graph_type: ClassVar[str] = "InvoiceConnection"

    def __init__(self, page: Any, given: dict[str, Any]) -> None:
        super().__init__(page)
        self.given = given


async def _found(context: Context, *, order_by: Any, filter: Any = None, **window: Any) -> Book:
    given = filters(filter)
    return Book(await queries.page(context.read, context.account_id, Window(**window), order=order_by.value, given=given), given)


@strawberry.type
class InvoiceQuery:
    @query(requires=READ, description="One invoice or credit note; null when there is no such key.")
    async def invoice(context: Context, *, key: Annotated[strawberry.ID, arg("Its key (`inv_…`) or id.")]) -> Invoice | None:
        wanted = ids.key_of("Invoice", key)
        return (await queries.by_keys(context.read, context.account_id, [wanted])).get(wanted)  # type: ignore[return-value]

    invoices: InvoiceConnection = root_field(
        _found,
        page_arguments(ListOrder, ListOrder.NEWEST, InvoiceFilter, offset=True),
        InvoiceConnection,
        Guarded(READ),
        "The account's invoices and credit notes.",
        takes_reads=True,
    )


findable("Invoice", READ, queries.by_keys)
