"""Invoices over REST: R-ESC-17 to R-ESC-20, I-ESC-9."""

import io
from typing import Any

import facturx
import pytest

from domain.access import commands as access
from domain.billing.vat import Tax
from domain.invoices.commands import Line
from domain.kernel.language import Text
from domain.kernel.permissions import EVERYTHING, Permission
from tests.domain.invoices.selling import REVERSED, credited, issued
from tests.domain.reports.made import Paper
from tests.rest_compat.esc.conftest import Esc
from tests.support.world import World


async def book(world: World) -> list[str]:
    """A paid invoice, one still to be paid, and a credit note for the first."""
    keys = []
    for order, told in (("ord_1", {}), ("ord_2", {"paid_at": None, "payment_reference": None})):
        keys.append(await issued(world, order, **told))
        world.advance(hours=1)
    note = await credited(world, gross_cents=11_900)
    assert note is not None
    return [*keys, note]


class TestList:
    async def test_is_as_documented(self, esc: Esc, world: World) -> None:
        paid, unpaid, note = await book(world)
        data = await esc.data("GET", "/invoices")
        base = f"{world.settings.address}/api/v1/invoices"
        assert data["invoices"] == [
            summary(note, 3, -100.0, -119.0, "paid", base),
            summary(unpaid, 2, 790.0, 940.1, "unpaid", base),
            summary(paid, 1, 790.0, 940.1, "paid", base),
        ]
        assert data["summary"] == {"total_net": 1480.0, "total_gross": 1761.2, "currency": "EUR"}
        assert data["pagination"] == {"total": 3, "limit": 50, "offset": 0, "has_more": False}

    async def test_filters_by_status(self, esc: Esc, world: World) -> None:
        """R-ESC-17."""
        paid, unpaid, note = await book(world)
        for status, keys, net in (("paid", [note, paid], 690.0), ("unpaid", [unpaid], 790.0), ("all", [note, unpaid, paid], 1480.0)):
            data = await esc.data("GET", f"/invoices?status={status}")
            assert [invoice["id"] for invoice in data["invoices"]] == keys
            assert data["summary"]["total_net"] == net
        assert await esc.refusal("GET", "/invoices?status=open") == (400, "BAD_REQUEST")

    async def test_sums_cover_what_fits_the_filter_not_the_page(self, esc: Esc, world: World) -> None:
        """R-ESC-18."""
        paid, *_ = await book(world)
        data = await esc.data("GET", "/invoices?limit=1&offset=2")
        assert [invoice["id"] for invoice in data["invoices"]] == [paid]
        assert data["summary"]["total_gross"] == 1761.2
        assert data["pagination"] == {"total": 3, "limit": 1, "offset": 2, "has_more": False}
        assert (await esc.data("GET", "/invoices?limit=2"))["pagination"]["has_more"] is True
        assert (await esc.data("GET", "/invoices?limit=1000"))["pagination"]["limit"] == 100

    async def test_of_several_currencies_sums_that_of_most(self, esc: Esc, world: World) -> None:
        for order, currency in (("ord_1", "EUR"), ("ord_2", "CHF"), ("ord_3", "CHF")):
            await issued(world, order, currency=currency)
        assert (await esc.data("GET", "/invoices"))["summary"] == {"total_net": 1580.0, "total_gross": 1880.2, "currency": "CHF"}

    async def test_may_be_empty(self, esc: Esc) -> None:
        data = await esc.data("GET", "/invoices")
        assert data["invoices"] == []
        assert data["summary"] == {"total_net": 0.0, "total_gross": 0.0, "currency": "EUR"}


def summary(key: str, running: int, net: float, gross: float, status: str, base: str) -> dict[str, Any]:
    return {
        "id": key,
        "invoice_number": f"2026/1001/{running}",
        "date": "2026-03-02",
        "amount_net": net,
        "amount_gross": gross,
        "currency": "EUR",
        "status": status,
        "pdf_url": f"{base}/{key}/pdf",
    }


class TestDetails:
    async def test_are_as_documented(self, esc: Esc, world: World) -> None:
        """R-ESC-19."""
        text = Line(Text("Valid for a year", "Ein Jahr gültig"), None)
        pack = Line(Text("Package of 10", "Paket mit 10"), 79_000)
        key = await issued(world, "ord_1", pack, text, tax=REVERSED)
        data = await esc.data("GET", f"/invoices/{key}")
        assert data == {
            "id": key,
            "invoice_number": "2026/1001/1",
            "date": "2026-03-02",
            "billing_address": {"company": "Owner Ltd", "attention": "", "street": "", "city": "", "vat_id": ""},
            "line_items": [
                {"description": "Package of 10", "additional_text": None, "amount_net": 790.0},
                {"description": "Valid for a year", "additional_text": None, "amount_net": None},
            ],
            "product": {"id": 2, "name": "Package of 10", "price_net": 790.0},
            "amounts": {"net": 790.0, "vat_rate": 0.0, "vat_amount": 0.0, "gross": 790.0, "currency": "EUR", "reverse_charge": True},
            "status": "paid",
            "notes": data["notes"],
            "pdf_url": f"{world.settings.address}/api/v1/invoices/{key}/pdf",
        }
        assert "VAT reverse charge" in data["notes"]

    @pytest.mark.parametrize(("tax", "rate", "reverse"), [(Tax("standard", 810), 8.1, False), (REVERSED, 0.0, True)])
    async def test_tell_the_rate(self, esc: Esc, world: World, tax: Tax, rate: float, reverse: bool) -> None:
        amounts = (await esc.data("GET", f"/invoices/{await issued(world, tax=tax)}"))["amounts"]
        assert (amounts["vat_rate"], amounts["reverse_charge"]) == (rate, reverse)

    async def test_of_a_credit_note_name_no_product(self, esc: Esc, world: World) -> None:
        *_, note = await book(world)
        data = await esc.data("GET", f"/invoices/{note}")
        assert data["product"] is None
        assert data["amounts"]["gross"] == -119.0
        assert data["line_items"][0]["description"] == "Partial refund of invoice 2026/1001/1 of 2 March 2026"


class TestPdf:
    async def test_is_an_electronic_invoice(self, esc: Esc, world: World) -> None:
        """R-ESC-20."""
        key = await issued(world)
        reply = await esc.call("GET", f"/invoices/{key}/pdf")
        assert (reply.status, reply.headers["Content-Type"]) == (200, "application/pdf")
        assert 'filename="2026-1001-1.pdf"' in reply.headers["Content-Disposition"]
        shown = Paper(reply.body).page(1)
        parts = ("Centil GmbH (example)", "Owner Ltd", "Invoice 2026/1001/1", "2 March 2026", "Package of 10", "790.00 EUR", "VAT 19 %")
        for part in (*parts, "150.10 EUR", "940.10 EUR", "Paid by card on 2 March 2026", "IBAN"):
            assert part in shown.replace("\xa0", " "), part
        name, xml = facturx.get_facturx_xml_from_pdf(io.BytesIO(reply.body), check_xsd=True)
        assert name == "factur-x.xml"
        assert b"2026/1001/1" in xml

    async def test_is_the_same_for_good(self, esc: Esc, world: World) -> None:
        key = await issued(world)
        first = await esc.call("GET", f"/invoices/{key}/pdf")
        tag = first.headers["ETag"]
        await world.run_jobs()
        world.advance(days=400)
        again = await esc.call("GET", f"/invoices/{key}/pdf")
        assert (again.body, again.headers["ETag"]) == (first.body, tag)
        reply = await esc.call("GET", f"/invoices/{key}/pdf", headers={"If-None-Match": tag})
        assert (reply.status, reply.body) == (304, b"")


class TestRefusals:
    async def test_nothing_is_told_of_what_is_not_ones_own(self, esc: Esc, world: World) -> None:
        """I-ESC-9, Q-2: neither other accounts' invoices, nor an invite under an invoice's path, nor an invoice under an invite's."""
        other, _ = await world.other_account()
        foreign, own, invite = await issued(world, actor=other), await issued(world), await world.invite()
        for path in ("", "/pdf"):
            told = {await esc.told("GET", f"/invoices/{key}{path}") for key in (foreign, invite, "inv_12345", "12345")}
            assert len(told) == 1
            [(status, code, _message)] = told
            assert (status, code) == (404, "NOT_FOUND")
        assert await esc.refusal("GET", f"/invites/{own}") == (404, "NOT_FOUND")

    async def test_needs_the_permission(self, esc: Esc, world: World) -> None:
        key = await issued(world)
        async with world.work() as uow:
            narrow = await access.create_key(uow, name="narrow", permissions=EVERYTHING - {Permission.BILLING_READ})
        for path in ("", f"/{key}", f"/{key}/pdf"):
            assert (await esc.refusal("GET", f"/invoices{path}", key=narrow.secret))[0] == 403
            assert (await esc.call("GET", f"/invoices{path}", key=None)).status == 401
