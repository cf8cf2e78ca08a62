"""Invoices over the graph: R-ESC-17, R-ESC-18, I-ESC-9."""

from typing import Any

import pytest

from domain.access import commands as access
from domain.kernel.permissions import EVERYTHING, Permission
from resolvers import ids
from tests.domain.invoices.selling import OUTSIDE, credited, issued
from tests.support.http import Http

BOOK = """query B($f: InvoiceFilter, $o: ListOrder! = NEWEST) { invoices(first: 50, filter: $f, orderBy: $o) {
  totalCount nodes { number } sums { currency count net vat gross } } }"""
ALL = """query A($k: ID!) { invoice(key: $k) {
  id key number kind status issuedAt issuedOn paidAt orderKey language currency net vat gross taxKind vatRate notes test
  billingAddress { company attention street postalCode city country vatId email }
  lines { description additionalText net vat } product { key number name price }
  corrects { number } creditNotes { number kind gross corrects { key } } pdf { url mediaType } } }"""


async def book(http: Http) -> list[str]:
    keys = [await issued(http.world, "ord_1"), await issued(http.world, "ord_2", paid_at=None, payment_reference=None)]
    http.world.advance(days=1)
    keys.append(await issued(http.world, "ord_3", tax=OUTSIDE, currency="CHF"))
    note = await credited(http.world, gross_cents=11_900)
    assert note is not None
    return [*keys, note]


class TestInvoice:
    async def test_tells_everything(self, http: Http) -> None:
        key, *_ = await book(http)
        told = (await http.graph(ALL, k=key))["invoice"]
        link = told.pop("pdf")
        assert link["mediaType"] == "application/pdf"
        assert told == {
            "id": ids.encode("Invoice", key),
            "key": key,
            "number": "2026/1001/1",
            "kind": "INVOICE",
            "status": "PAID",
            "issuedAt": "2026-03-02T09:00:00.000Z",
            "issuedOn": "2026-03-02",
            "paidAt": "2026-03-02T09:00:00.000Z",
            "orderKey": "ord_1",
            "language": "EN",
            "currency": "EUR",
            "net": "790.00",
            "vat": "150.10",
            "gross": "940.10",
            "taxKind": "STANDARD",
            "vatRate": "19.00",
            "notes": "The date of supply is the date of the invoice.",
            "test": False,
            "billingAddress": {
                **dict.fromkeys(("attention", "street", "postalCode", "city", "vatId")),
                "company": "Owner Ltd",
                "country": "GB",
                "email": "owner@example.com",
            },
            "lines": [{"description": "Package of 10", "additionalText": "Ten profile assessments.", "net": "790.00", "vat": "150.10"}],
            "product": {"key": "pa-pack-10", "number": 2, "name": "Package of 10", "price": "790.00"},
            "corrects": None,
            "creditNotes": [{"number": "2026/1001/4", "kind": "CREDIT_NOTE", "gross": "-119.00", "corrects": {"key": key}}],
        }
        reply = await http.request("GET", link["url"].removeprefix(http.world.settings.address), key=None)
        assert (reply.status, reply.body[:5]) == (200, b"%PDF-")

    async def test_is_found_by_its_id_too(self, http: Http) -> None:
        key = await issued(http.world)
        found = await http.graph(
            "query($id: ID!) { node(id: $id) { ... on Invoice { key } } invoice(key: $id) { key } }", id=ids.encode("Invoice", key)
        )
        assert found == {"node": {"key": key}, "invoice": {"key": key}}

    async def test_and_an_invite_are_never_taken_for_each_other(self, http: Http) -> None:
        """I-ESC-9."""
        invoice, invite = await issued(http.world), await http.world.invite()
        text = "query($a: ID!, $b: ID!) { invoice(key: $a) { key } invite(key: $b) { key } node(id: $a) { id } }"
        nothing = {"invoice": None, "invite": None, "node": None}
        assert await http.graph(text, a=invite, b=invoice) == nothing
        swapped = {"a": ids.encode("Invoice", invite), "b": ids.encode("Invite", invoice)}
        assert await http.graph(text, **swapped) == nothing
        assert await http.graph(text, a=ids.encode("Invite", invoice), b=ids.encode("Invoice", invite)) == nothing

    async def test_is_the_accounts_own(self, http: Http) -> None:
        _, key = await http.world.other_account()
        mine = await issued(http.world)
        assert await http.graph("query($k: ID!) { invoice(key: $k) { key } }", key=key.secret, k=mine) == {"invoice": None}
        empty = await http.graph(BOOK, key=key.secret)
        assert empty == {"invoices": {"totalCount": 0, "nodes": [], "sums": []}}


class TestBook:
    async def test_sums_by_currency_what_passes_the_filter(self, http: Http) -> None:
        await book(http)
        euros = {"currency": "EUR", "count": 3, "net": "1480.00", "vat": "281.20", "gross": "1761.20"}
        one = {"currency": "EUR", "count": 1, "net": "790.00", "vat": "150.10", "gross": "940.10"}
        francs = {"currency": "CHF", "count": 1, "net": "790.00", "vat": "0.00", "gross": "790.00"}
        for filter, numbers, sums in [
            ({}, [4, 3, 2, 1], [euros, francs]),
            ({"status": ["UNPAID"]}, [2], [one]),
            ({"status": ["UNPAID", "PAID"]}, [4, 3, 2, 1], [euros, francs]),
            ({"kind": ["CREDIT_NOTE"]}, [4], [{"currency": "EUR", "count": 1, "net": "-100.00", "vat": "-19.00", "gross": "-119.00"}]),
            ({"issuedFrom": "2026-03-03T00:00:00Z", "kind": ["INVOICE"]}, [3], [francs]),
            ({"issuedUntil": "2026-03-03T00:00:00Z", "status": ["PAID"]}, [1], [one]),
            ({"status": []}, [], []),
        ]:  # fmt: skip
            found = (await http.graph(BOOK, f=filter))["invoices"]
            assert [node["number"] for node in found["nodes"]] == [f"2026/1001/{running}" for running in numbers], filter
            assert found["sums"] == sums, filter
            assert found["totalCount"] == len(numbers)
        oldest = (await http.graph(BOOK, o="OLDEST"))["invoices"]["nodes"]
        assert [node["number"][-1] for node in oldest] == ["1", "2", "3", "4"]

    async def test_goes_on_page_by_page(self, http: Http) -> None:
        await book(http)
        text = "query($a: String) { invoices(first: 3, after: $a) { nodes { number } pageInfo { hasNextPage endCursor } sums { count } } }"
        first = (await http.graph(text))["invoices"]
        second = (await http.graph(text, a=first["pageInfo"]["endCursor"]))["invoices"]
        assert [node["number"][-1] for node in first["nodes"] + second["nodes"]] == ["4", "3", "2", "1"]
        assert first["sums"] == second["sums"] == [{"count": 3}, {"count": 1}]


@pytest.mark.parametrize("text", ["{ invoices(first: 1) { totalCount } }", '{ invoice(key: "inv_1") { key } }'])
async def test_needs_the_permission(http: Http, text: str) -> None:
    async with http.world.work() as uow:
        narrow: Any = await access.create_key(uow, name="narrow", permissions=EVERYTHING - {Permission.BILLING_READ})
    [error] = await http.graph_errors(text, key=narrow.secret)
    assert error["extensions"]["kind"] == "FORBIDDEN"
