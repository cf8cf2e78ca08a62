"""/invoices of the esc Profile API: what was charged, and as a PDF."""

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from rest_compat.body import SAME, Address, Body, Day, Text, at, link, lower
from rest_compat.esc.paging import Limit, Offset, Pagination
from rest_compat.problem import NOT_FOUND
from rest_compat.route import FileAnswer, Parameters, Route

STATUSES = {"paid": ["PAID"], "unpaid": ["UNPAID"], "all": None}
CURRENCY = "EUR"
"""What sums are in that have nothing to sum."""
Status = Annotated[Literal["paid", "unpaid"], BeforeValidator(lower)]
Amount = Annotated[float, BeforeValidator(float)]
"""Whole units of the currency, as a number; the graph writes decimals as text."""


class ListInvoices(Parameters):
    status: Literal["paid", "unpaid", "all"] = Field("all", description="Only invoices that stand so, or all.")
    limit: Limit = 50
    offset: Offset = 0

    def variables(self) -> dict[str, Any]:
        return {"limit": self.limit, "offset": self.offset, "status": STATUSES[self.status]}


class OneInvoice(Parameters):
    key: str = Field(alias="invoiceId", description="The invoice's id, such as inv_12345.")


PdfUrl = Annotated[Address, link("/invoices/{key}/pdf"), SAME]


class InvoiceSummary(Body):
    id: str = at("key")
    invoice_number: str = at("number")
    date: Day = at("issuedOn")
    amount_net: Amount = at("net")
    amount_gross: Amount = at("gross")
    currency: str = at("currency")
    status: Status = at("status")
    pdf_url: PdfUrl


def _first_sum(sums: Any) -> Any:
    """The sums in the currency with most invoices: amounts of several cannot be added, and the contract has room for one."""
    return sums[0] if sums else {"net": 0, "gross": 0, "currency": CURRENCY}


class Sums(Body):
    total_net: Amount = at("net")
    total_gross: Amount = at("gross")
    currency: str = at("currency")


class InvoiceList(Body):
    invoices: list[InvoiceSummary] = at("nodes")
    summary: Annotated[Sums, BeforeValidator(_first_sum)] = at("sums")
    pagination: Annotated[Pagination, SAME]


def _city(address: Any) -> str:
    return " ".join(filter(None, (address["postalCode"], address["city"])))


class BillingAddress(Body):
    company: str = at("company")
    attention: Text = at("attention")
    street: Text = at("street")
    city: Annotated[str, BeforeValidator(_city), SAME]
    vat_id: Text = at("vatId")


class LineItem(Body):
    description: str = at("description")
    additional_text: str | None = at("additionalText")
    amount_net: Amount | None = at("net")


class InvoicedProduct(Body):
    id: int = at("number")
    name: str = at("name")
    price_net: Amount = at("price")


class Amounts(Body):
    net: Amount = at("net")
    vat_rate: Amount = at("vatRate")
    vat_amount: Amount = at("vat")
    gross: Amount = at("gross")
    currency: str = at("currency")
    reverse_charge: Annotated[bool, BeforeValidator("REVERSE_CHARGE".__eq__)] = at("taxKind")


class InvoiceDetails(Body):
    id: str = at("key")
    invoice_number: str = at("number")
    date: Day = at("issuedOn")
    billing_address: BillingAddress = at("billingAddress")
    line_items: list[LineItem] = at("lines")
    product: InvoicedProduct | None = at("product")
    amounts: Annotated[Amounts, SAME]
    status: Status = at("status")
    notes: str | None = at("notes")
    pdf_url: PdfUrl


MISSING: dict[str, Any] = {"absent": {"invoice": NOT_FOUND}, "refusals": (404,)}
ROUTES = (
    Route(
        "GET",
        "/invoices",
        "ListInvoices",
        ListInvoices,
        InvoiceList,
        "List invoices",
        "Invoices",
        operation_id="listInvoices",
        description=(
            "Invoices and credit notes, newest first; amounts of credit notes are below zero. The sums cover all that fit the filter, "
            "not the page."
        ),
    ),
    Route(
        "GET",
        "/invoices/{invoiceId}",
        "GetInvoice",
        OneInvoice,
        InvoiceDetails,
        "Get invoice details",
        "Invoices",
        **MISSING,
        operation_id="getInvoice",
    ),
    Route(
        "GET",
        "/invoices/{invoiceId}/pdf",
        "GetInvoicePdf",
        OneInvoice,
        FileAnswer("pdf.url", ("application/pdf",)),
        "Download invoice PDF",
        "Invoices",
        **MISSING,
        operation_id="downloadInvoicePdf",
        description="The invoice as PDF/A-3 with its data inside (Factur-X, ZUGFeRD). It never changes, and neither does its `ETag`.",
    ),
)
