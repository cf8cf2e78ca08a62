"""How money comes and goes: from an order with the registration to an invoice and a credit note, through a real server and browser."""

import io
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import facturx
import pytest
from aiohttp import ClientSession
from lxml import etree
from playwright.async_api import Browser, expect

from tests.browser.conftest import Tab
from tests.browser.people import EMAIL, ITEMS, NAME, Client, link_of, tab_of, take_part
from tests.domain.reports.made import Paper
from tests.support.databases import Databases
from tests.support.served import Served

TEST_PAYMENTS = re.compile(r"test payments at (http://127\.0\.0\.1:[0-9]+)/_fake/ ")
COMPANY = {"email": "hr@example.com", "company": "Nordlicht GmbH", "product_id": "pa-pack-10", "mode": "live"}
BERLIN = {"address": "Lindenallee 7", "zip": "10115", "city": "Berlin", "country": "DE", "billing_contact": "Öznur Groß"}
EVERYTHING = """{
  balance { available bought refunded used packages { key credits used refunded remaining orderKey } }
  creditEntries(first: 50) { nodes { key kind amount reference at } }
  orders(first: 10) { nodes { key status paymentStatus refunded creditsTakenBack creditsNotRecovered completedAt } }
  invoices(first: 10) { sums { count net vat gross } nodes { key number kind status net gross issuedAt paidAt corrects { key } } }
  events(first: 100) { nodes { sequence name at subjectKey facts } } }"""
"""All that money leaves traces in."""


class House:
    """The product as `serve --prepare` runs it, and the test payments beside it."""

    def __init__(self, served: Served, payments: str) -> None:
        self.served = served
        self.base = served.base
        self.payments = payments

    async def tab(self, chromium: Browser, locale: str) -> Tab:
        return await tab_of(chromium, self.base, self.payments, locale=locale)


@asynccontextmanager
async def prepared(folder: Path, database_url: str) -> AsyncIterator[House]:
    """A server that was prepared for trying the product, but without the demo's two hundred candidates."""
    served = Served(folder, database_url, {"PUBLIC_RATE_LIMIT": "1000"})  # nobody answers as fast as a test
    try:
        await served.command("demo")
        found = TEST_PAYMENTS.search(await served.start("--prepare"))
        assert found
        yield House(served, found[1])
    finally:
        if served.process:
            await served.stop()


@pytest.fixture(params=["sqlite", "postgresql"])
async def house(request: pytest.FixtureRequest, databases: Databases, tmp_path: Path) -> AsyncIterator[House]:
    """One on each database."""
    with databases.copy(request.param, tmp_path) as url:
        async with prepared(tmp_path, url) as running:
            yield running


@pytest.fixture
async def client(house: House) -> AsyncIterator[Client]:
    async with ClientSession() as session:
        yield Client(session, house.base)


class Desk:
    """What is done behind the scenes of the test payments."""

    def __init__(self, client: Client, payments: str) -> None:
        self._session = client.session
        self._base = f"{payments}/_fake"

    async def act(self, action: str, **asked: Any) -> Any:
        async with self._session.post(f"{self._base}/{action}", json=asked) as response:
            assert response.status == 200, await response.text()
            return await response.json()

    async def delivered(self) -> None:
        async with self._session.get(f"{self._base}/idle?seconds=60") as response:
            assert await response.json() == {"idle": True}

    async def taken(self) -> int:
        """How many messages the product acknowledged; all that were sent, or something is wrong."""
        async with self._session.get(f"{self._base}/deliveries") as response:
            sent = (await response.json())["data"]
        assert {one["status"] for one in sent} == {"taken"}, sent
        return len(sent)

    async def tell_again(self, session: str) -> None:
        """Tell everything about a payment five times more, the last first, and see that all of it arrives."""
        before = await self.taken()
        await self.act("hold")
        again = (await self.act(f"sessions/{session}/resend", copies=5))["deliveries"]
        assert len(again) >= 10, "a payment has an event of its own and its session's"
        await self.act("release", order="reversed")
        await self.delivered()
        assert await self.taken() == before + len(again)


async def test_from_the_first_euro_to_the_last(house: House, client: Client, chromium: Browser) -> None:
    """R-ESC-10, R-ESC-13 to R-ESC-20, Q-8, Q-22: a company in Germany buys, uses one, and gets its money back."""
    desk, tab = Desk(client, house.payments), await house.tab(chromium, "de-DE")
    order = await register(client, **BERLIN)
    await pay(tab, order["checkout_url"], button="940,10\xa0€ mit Karte bezahlen", thanks="Vielen Dank")
    assert await client.data("GET", f"/orders/{order['order_id']}") == standing(order, "completed", "paid")
    assert await credits(client) == (10, 0)
    receipt = (await house.served.mail("receipt")).read_text()
    assert "hr@example.com" in receipt

    await client.data("POST", "/invites", json={"email": EMAIL, "name": NAME})
    given = await take_part(link_of(await house.served.mail("invitation")), chromium, house.base)
    assert set(given) == set(ITEMS.values())
    assert await credits(client) == (9, 1)

    await the_invoice_is_right(client)
    session = order["checkout_url"].rpartition("/")[2]
    await nothing_changes_when_it_is_told_again(client, desk, session)

    await refund(tab, house.payments, "188,02")  # two tenths
    await desk.delivered()
    assert await credits(client) == (7, 1)
    await refund(tab, house.payments, "")  # the rest: of the last credits one is used, and cannot be taken back
    await desk.delivered()
    assert await credits(client) == (0, 1)
    assert await client.data("GET", f"/orders/{order['order_id']}") == standing(order, "completed", "refunded")
    await the_credit_notes_are_right(client)
    await nothing_changes_when_it_is_told_again(client, desk, session)
    assert tab.wrong == []


async def test_all_is_well_when_the_end_is_told_before_the_beginning(house: House, client: Client, chromium: Browser) -> None:
    """Q-22: paid and paid back while no message comes through; then they come five times each, the last first."""
    desk, tab = Desk(client, house.payments), await house.tab(chromium, "de-DE")
    order = await register(client, **BERLIN)
    await desk.act("hold")
    await pay(tab, order["checkout_url"], button="940,10\xa0€ mit Karte bezahlen", thanks="Vielen Dank")
    await refund(tab, house.payments, "")
    assert await client.data("GET", f"/orders/{order['order_id']}") == standing(order, "pending_payment", "unpaid")
    assert await credits(client) == (0, 0)

    await desk.act("release", order="reversed", copies=5)
    await desk.delivered()

    assert await client.data("GET", f"/orders/{order['order_id']}") == standing(order, "completed", "refunded")
    told = await client.graph(EVERYTHING)
    assert [(entry["kind"], entry["amount"]) for entry in told["creditEntries"]["nodes"]] == [("REFUND", -10), ("PURCHASE", 10)]
    assert [(one["kind"], one["gross"]) for one in told["invoices"]["nodes"]] == [("CREDIT_NOTE", "-940.10"), ("INVOICE", "940.10")]
    assert await credits(client) == (0, 0)
    await nothing_changes_when_it_is_told_again(client, desk, order["checkout_url"].rpartition("/")[2])


@pytest.mark.parametrize("house", ["sqlite"], indirect=True)
async def test_companies_elsewhere_are_charged_what_the_law_says(house: House, client: Client, chromium: Browser) -> None:
    """R-ESC-19, R-ESC-20: outside the EU no VAT applies, inside it a company with a number owes it itself; both read English."""
    tab = await house.tab(chromium, "en-US")
    for country, vat_id, category, reverse in (("US", None, "O", False), ("IE", "IE6388047V", "AE", True)):
        client.key = ""
        order = await register(client, email=f"hr@{country.lower()}.example.com", country=country, **({"vat_id": vat_id} if vat_id else {}))
        await pay(tab, order["checkout_url"], button="Pay €790.00 by card", thanks="Thank you")
        [summary] = (await client.data("GET", "/invoices"))["invoices"]
        amounts = (await client.data("GET", f"/invoices/{summary['id']}"))["amounts"]
        expected = {"net": 790.0, "vat_rate": 0.0, "vat_amount": 0.0, "gross": 790.0, "currency": "EUR", "reverse_charge": reverse}
        assert amounts == expected
        shown, data = await document(client, summary["id"])
        assert f"Invoice {summary['invoice_number']}" in shown
        assert ("reverse charge" in shown) is reverse
        assert said(data, "ApplicableHeaderTradeSettlement/{*}ApplicableTradeTax/{*}CategoryCode") == [category]
        assert said(data, "GrandTotalAmount") == ["790.00"]
    assert tab.wrong == []


async def register(client: Client, **details: str) -> Any:
    """Open an account, take its key, and return the order that came along."""
    registered = await client.data("POST", "/register", json={**COMPANY, **details})
    client.key = registered["api_key"]["key"]
    return registered["order"]


async def pay(tab: Tab, checkout_url: str, *, button: str, thanks: str) -> None:
    """Pay as people do, and come back to the product."""
    await tab.page.goto(checkout_url)
    await tab.page.get_by_role("button", name=button).click()
    await expect(tab.page.get_by_role("heading", level=1)).to_have_text(thanks)
    assert "/checkout/paid" in tab.page.url


async def refund(tab: Tab, payments: str, sum: str) -> None:
    """Give some back at the desk, or all that is left."""
    await tab.page.goto(f"{payments}/_fake/")
    await tab.page.get_by_label("Amount in EUR").fill(sum)
    await tab.page.get_by_role("button", name="Refund").click()
    await expect(tab.page.get_by_text("partly refunded" if sum else "refunded", exact=True)).to_be_visible()


def standing(order: Any, status: str, payment: str) -> dict[str, str]:
    return {"order_id": order["order_id"], "status": status, "payment_status": payment}


async def credits(client: Client) -> tuple[int, int]:
    """Those that are left, and those that were used."""
    balance = (await client.data("GET", "/balance"))["balance"]
    return balance["credits_available"], balance["credits_used"]


async def document(client: Client, key: str) -> tuple[str, etree._Element]:
    """The text of an invoice's PDF, and the data inside it, which is valid by its schema."""
    made = await client.fetch("GET", f"/api/v1/invoices/{key}/pdf")
    name, xml = facturx.get_facturx_xml_from_pdf(io.BytesIO(made), check_xsd=True)
    assert name == "factur-x.xml"
    return Paper(made).text.replace("\xa0", " "), etree.fromstring(xml)


def said(data: etree._Element, path: str) -> list[str]:
    return [str(found.text) for found in data.iterfind(f".//{{*}}{path}")]


async def the_invoice_is_right(client: Client) -> None:
    """By REST, on paper and in the data: the same number and the same sums, in German."""
    listed = await client.data("GET", "/invoices")
    [summary] = listed["invoices"]
    assert listed["summary"] == {"total_net": 790.0, "total_gross": 940.1, "currency": "EUR"}
    details = await client.data("GET", f"/invoices/{summary['id']}")
    assert details["amounts"] == {
        "net": 790.0,
        "vat_rate": 19.0,
        "vat_amount": 150.1,
        "gross": 940.1,
        "currency": "EUR",
        "reverse_charge": False,
    }
    shown, data = await document(client, summary["id"])
    for part in (
        f"Rechnung {summary['invoice_number']}",
        "Nordlicht GmbH",
        "Öznur Groß",
        "Paket mit 10",
        "790,00 EUR",
        "150,10 EUR",
        "940,10 EUR",
    ):
        assert part in shown, part
    assert said(data, "ExchangedDocument/{*}ID") == [summary["invoice_number"]] == [details["invoice_number"]]
    assert said(data, "ExchangedDocument/{*}TypeCode") == ["380"]
    assert said(data, "ExchangedDocument/{*}IssueDateTime/{*}DateTimeString") == [summary["date"].replace("-", "")]
    assert said(data, "BuyerTradeParty/{*}Name") == ["Nordlicht GmbH"]
    assert said(data, "TaxBasisTotalAmount") == ["790.00"]
    assert said(data, "TaxTotalAmount") == ["150.10"]
    assert said(data, "GrandTotalAmount") == ["940.10"]
    assert said(data, "DuePayableAmount") == ["0.00"]
    assert set(said(data, "RateApplicablePercent")) == {"19.00"}


async def the_credit_notes_are_right(client: Client) -> None:
    """They take back what was given back, each by its share, and name the invoice."""
    listed = await client.data("GET", "/invoices")
    assert listed["summary"] == {"total_net": 0.0, "total_gross": 0.0, "currency": "EUR"}
    last, first, invoice = listed["invoices"]
    assert (first["amount_net"], first["amount_gross"], last["amount_net"], last["amount_gross"]) == (-158.0, -188.02, -632.0, -752.08)
    assert len({one["invoice_number"] for one in listed["invoices"]}) == 3
    shown, data = await document(client, last["id"])
    assert invoice["invoice_number"] in shown
    assert said(data, "ExchangedDocument/{*}TypeCode") == ["381"]
    assert said(data, "InvoiceReferencedDocument/{*}IssuerAssignedID") == [invoice["invoice_number"]]
    assert said(data, "GrandTotalAmount") == ["752.08"]


async def nothing_changes_when_it_is_told_again(client: Client, desk: Desk, session: str) -> None:
    """Ledger, orders, invoices and events stay what they are, to the letter."""
    before = await client.graph(EVERYTHING)
    await desk.tell_again(session)
    assert await client.graph(EVERYTHING) == before
