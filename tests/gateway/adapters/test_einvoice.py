"""PDFs with their data inside: archivable, complete, the same bytes for the same invoice (R-ESC-20)."""

import html
import io
import re
from typing import Any

import facturx
import pytest
from pypdf import PdfReader

from domain.invoices import einvoice as data
from domain.invoices import layout
from domain.kernel.language import Language
from domain.kernel.statements import Row
from gateway.adapters.typesetting import Typst, einvoice, render
from tests.domain.invoices.made import OUTSIDE, REVERSED, STANDARD, invoice
from tests.domain.reports.made import Paper

EVIL = '#sys.inputs *bold* $x$ <b> \\ `raw` @ref #read("theme.typ") _a_ = // /*'


async def made(row: Row) -> bytes:
    return await Typst().e_invoice(layout.TEMPLATE, layout.document(row), data.xml(row))


def shown(pdf: bytes) -> str:
    return Paper(pdf).text.replace("\xa0", " ").replace("\u200b", "")


class TestForm:
    async def test_is_archivable_with_its_data_attached(self) -> None:
        row = invoice()
        pdf = await made(row)
        paper = Paper(pdf)
        assert "<pdfaid:part>3</pdfaid:part>" in paper.metadata
        assert "<pdfaid:conformance>A</pdfaid:conformance>" in paper.metadata
        assert bool(paper.root["/MarkInfo"]["/Marked"])
        for name, value in einvoice.VALUES.items():
            assert f"<fx:{name}>{value}</fx:{name}>" in paper.metadata
            assert f"<pdfaProperty:name>{name}</pdfaProperty:name>" in paper.metadata
        assert paper.metadata.count("<pdfaExtension:schemas>") == 1
        [attached] = paper.root["/AF"]
        told: Any = attached.get_object()
        assert (told["/AFRelationship"], told["/UF"]) == ("/Alternative", "factur-x.xml")
        assert told["/EF"]["/F"].get_object()["/Subtype"] == "/text/xml"
        assert told["/EF"]["/F"].get_object().get_data() == data.xml(row)

    @pytest.mark.parametrize("tax", [STANDARD, REVERSED, OUTSIDE], ids=lambda tax: tax.kind)
    async def test_sums_and_keys_are_copied_as_they_are_read(self, tax: Any) -> None:
        """Nothing unseen is between their characters, where a long word may break."""
        row = invoice(tax)
        text = Paper(await made(row)).text
        assert "\u200b" not in text
        for part in (row.number, row.order_key, row.payment_reference, "790,00", "DE89"):
            assert part in text, part

    async def test_a_word_too_long_for_a_line_breaks(self) -> None:
        row = invoice(lines=[("Q" * 300, None, 79_000)])
        pieces = re.findall("QQ+", shown(await made(row)))
        assert len(pieces) > 4
        assert sum(map(len, pieces)) == 300

    async def test_is_read_by_others(self) -> None:
        row = invoice()
        name, xml = facturx.get_facturx_xml_from_pdf(io.BytesIO(await made(row)), check_xsd=True)
        assert (name, xml) == ("factur-x.xml", data.xml(row))

    async def test_is_the_engines_file_with_an_update_at_its_end(self) -> None:
        row = invoice()
        before = render(layout.TEMPLATE, layout.document(row), data.xml(row))
        pdf = await made(row)
        assert pdf.startswith(before)
        reader: Any = PdfReader(io.BytesIO(pdf), strict=True)
        assert reader.trailer["/ID"] == PdfReader(io.BytesIO(before)).trailer["/ID"]
        assert reader.metadata.title == "Rechnung 2026/1001/1"
        assert reader.metadata.author == "Centil GmbH (example)"
        for end in (b" obj\n", b"\nendobj\n", b"\nendstream\n"):
            assert end in pdf[len(before) :], "PDF/A-3, 6.1.9"

    async def test_has_the_same_bytes_for_the_same_invoice(self) -> None:
        assert await made(invoice()) == await made(invoice())
        assert await made(invoice()) != await made(invoice(city="Hamburg"))

    def test_refuses_metadata_that_it_does_not_know(self) -> None:
        with pytest.raises(einvoice.NoMetadata):
            einvoice.extended("<rdf:RDF></rdf:RDF>")


class TestContent:
    @pytest.mark.parametrize(
        ("row", "parts"),
        [
            (
                invoice(),
                ("Rechnung 2026/1001/1", "2. März 2026", "z. Hd. Jana Weiß", "80331 München", "790,00 EUR", "Umsatzsteuer 19 %",
                 "150,10 EUR", "940,10 EUR",
                 "Per Karte bezahlt am 2. März 2026", "pi_3Qx8ZT2eZvKYlo2C0abc", "IBAN DE89 3704", "USt-IdNr. DE123456788"),
            ),
            (
                invoice(REVERSED, language=Language.EN),
                ("Invoice 2026/1001/1", "AUSTRIA", "Your VAT number ATU13585627", "VAT 0 %", "VAT reverse charge"),
            ),
            (invoice(REVERSED), ("Steuerschuldnerschaft des Leistungsempfängers", "ÖSTERREICH")),
            (invoice(OUTSIDE, language=Language.EN, paid=False), ("UNITED STATES", "Please pay by 16 March 2026", "DE89 3704 0044")),
            (
                invoice(credit=True),
                ("Rechnungskorrektur 2026/1001/2", "Zur Rechnung 2026/1001/1", "940,10 EUR", "auf das Zahlungsmittel erstattet"),
            ),
            (invoice(credit=True, paid=False, language=Language.EN), ("Credit note 2026/1001/2", "Set off against invoice 2026/1001/1")),
            (invoice(test=True), ("Muster – keine Rechnung",)),
        ],
    )  # fmt: skip
    async def test_says_everything(self, row: Row, parts: tuple[str, ...]) -> None:
        told = shown(await made(row))
        for part in parts:
            assert part in told, part

    async def test_goes_on_over_pages(self) -> None:
        lines: list[tuple[str, str | None, int | None]] = [(f"Position {number}", "mehr", 100 + number) for number in range(60)]
        told = shown(await made(invoice(lines=lines)))
        for number in range(60):
            assert f"Position {number}" in told
        assert "Seite 2 von" in told

    @pytest.mark.parametrize("tax", [STANDARD, OUTSIDE])
    async def test_takes_no_word_for_markup(self, tax: Any) -> None:
        """Q-19."""
        row = invoice(tax, company=EVIL, lines=[(EVIL, EVIL, 100)])
        pdf = await made(row)
        assert shown(pdf).count(EVIL) == 3
        assert html.escape(EVIL, quote=False).encode() in data.xml(row)

    async def test_survives_letters_without_shape(self) -> None:
        assert "□□" in shown(await made(invoice(company="王小明 Ltd", street="x" * 300)))
