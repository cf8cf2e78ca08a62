"""PDFs that carry their own data: what ZUGFeRD and Factur-X ask of the metadata beside the attached file."""

import io
import re
import struct
from typing import Any

FILE = "factur-x.xml"
NAMESPACE = "urn:factur-x:pdfa:CrossIndustryDocument:invoice:1p0#"
PROPERTIES = {
    "DocumentFileName": "name of the embedded XML invoice file",
    "DocumentType": "INVOICE",
    "Version": "The actual version of the Factur-X XML schema",
    "ConformanceLevel": "The conformance level of the embedded Factur-X data",
}
VALUES = {"DocumentFileName": FILE, "DocumentType": "INVOICE", "Version": "1.0", "ConformanceLevel": "EN 16931"}
_LAST_TABLE = re.compile(rb"startxref\s+(\d+)\s+%%EOF\s*\Z")
_SCHEMAS_END = re.compile(r"</rdf:Bag>\s*</pdfaExtension:schemas>")
_PROPERTY = (
    '<rdf:li rdf:parseType="Resource"><pdfaProperty:name>{name}</pdfaProperty:name><pdfaProperty:valueType>Text</pdfaProperty:valueType>'
    "<pdfaProperty:category>external</pdfaProperty:category><pdfaProperty:description>{says}</pdfaProperty:description></rdf:li>"
)
_SCHEMA = (
    '<rdf:li rdf:parseType="Resource"><pdfaSchema:schema>Factur-X PDFA Extension Schema</pdfaSchema:schema>'
    f"<pdfaSchema:namespaceURI>{NAMESPACE}</pdfaSchema:namespaceURI><pdfaSchema:prefix>fx</pdfaSchema:prefix>"
    "<pdfaSchema:property><rdf:Seq>"
    + "".join(_PROPERTY.format(name=name, says=says) for name, says in PROPERTIES.items())
    + "</rdf:Seq></pdfaSchema:property></rdf:li>"
)
_DESCRIPTION = (
    f'<rdf:Description rdf:about="" xmlns:fx="{NAMESPACE}">'
    + "".join(f"<fx:{name}>{value}</fx:{name}>" for name, value in VALUES.items())
    + "</rdf:Description>"
)


class NoMetadata(Exception):
    """The engine writes metadata otherwise than it did; what it makes is no electronic invoice."""


def declared(pdf: bytes) -> bytes:
    """The same file, with metadata that say that an invoice is attached; appended, so that all else stays byte by byte.

    Written by hand, as PDF/A asks for line ends that libraries leave out. Raises NoMetadata.
    """
    from pypdf import PdfReader  # only when an invoice is made

    reader = PdfReader(io.BytesIO(pdf))
    previous = _LAST_TABLE.search(pdf)
    trailer: Any = reader.trailer
    root = trailer["/Root"]
    if previous is None or "/Metadata" not in root:
        raise NoMetadata
    told = extended(root["/Metadata"].get_data().decode()).encode()
    number, table = root.raw_get("/Metadata").idnum, int(trailer["/Size"])
    names = {name: trailer.raw_get(f"/{name}").idnum for name in ("Root", "Info")}
    identity = " ".join(f"<{_bytes(part).hex()}>" for part in trailer["/ID"])
    metadata = b"%d 0 obj\n<<\n/Type /Metadata\n/Subtype /XML\n/Length %d\n>>\nstream\n%b\nendstream\nendobj\n"
    update = metadata % (number, len(told), told)
    at = len(pdf) + len(update)
    entries = struct.pack(">BIBBIB", 1, len(pdf), 0, 1, at, 0)
    head = (
        f"{table} 0 obj\n<<\n/Type /XRef\n/Size {table + 1}\n/Root {names['Root']} 0 R\n/Info {names['Info']} 0 R\n/ID [{identity}]\n"
        f"/Prev {previous[1].decode()}\n/W [1 4 1]\n/Index [{number} 1 {table} 1]\n/Length {len(entries)}\n>>\nstream\n"
    )
    return b"".join((pdf, update, head.encode(), entries, f"\nendstream\nendobj\nstartxref\n{at}\n%%EOF\n".encode()))


def _bytes(identity: Any) -> bytes:
    return bytes(getattr(identity, "original_bytes", identity))


def extended(xmp: str) -> str:
    """Metadata with the schema of Factur-X, and its values.

    Raises NoMetadata.
    """
    with_schema, schemas = _SCHEMAS_END.subn(lambda end: _SCHEMA + end[0], xmp, count=1)
    whole, places = re.subn(r"</rdf:RDF>", lambda end: _DESCRIPTION + end[0], with_schema, count=1)
    if (schemas, places) != (1, 1):
        raise NoMetadata
    return whole
