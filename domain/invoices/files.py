"""The file of an invoice: made by a job after it was issued, or by whoever comes first; the same bytes ever after."""

import asyncio
import hashlib
from datetime import datetime

from domain.invoices import einvoice, layout, queries
from domain.invoices.model import InvoiceDocument
from domain.kernel.actor import Actor
from domain.kernel.columns import inserts
from domain.kernel.downloads import Download, File, download, offer, whole
from domain.kernel.environment import Environment
from domain.kernel.errors import NotFound
from domain.kernel.jobs import job
from domain.kernel.ports import Ports
from domain.kernel.statements import Row
from domain.kernel.work import UnitOfWork

KIND = "invoice"
PDF = "application/pdf"
GONE = "There is no such invoice."
_NOTE = {name: add.on_conflict_do_nothing(index_elements=["account_id", "invoice_key"]) for name, add in inserts(InvoiceDocument).items()}


def link(environment: Environment, now: datetime, account_id: int, key: str) -> Download:
    """A link to the PDF of an invoice."""
    return offer(environment, now, account_id, KIND, media_type=PDF, invoice=key)


@job("invoices.make")
async def make(ports: Ports, account_id: int, key: str) -> None:
    """Make the file of an invoice, if it is not there."""
    row = (await queries.by_keys(ports.database.read(), account_id, [key])).get(key)
    if row is not None:
        await content(ports, account_id, row)


@download(KIND)
async def produce(ports: Ports, account_id: int, *, invoice: str) -> File:
    """The PDF of an invoice.

    Raises NotFound.
    """
    row = (await queries.by_keys(ports.database.read(), account_id, [invoice])).get(invoice)
    if row is None:
        raise NotFound(GONE)
    digest, made = await content(ports, account_id, row)
    return File(f"{row.number.replace('/', '-')}.pdf", PDF, lambda: whole(made), digest)


async def content(ports: Ports, account_id: int, row: Row) -> tuple[str, bytes]:
    """The bytes of an invoice, with their digest: those that were made first, whoever makes them at the same time."""
    kept = await _kept(ports, account_id, row.key)
    if kept is not None:
        return kept
    data, xml = await asyncio.to_thread(lambda: (layout.document(row), einvoice.xml(row)))
    made = await ports.typesetter.e_invoice(layout.TEMPLATE, data, xml)
    digest = hashlib.sha256(made).hexdigest()
    await ports.files.put(_name(account_id, row.key, digest), made)
    async with ports.database.work(Actor.system(account_id)) as uow:
        await _first(uow, row.key, digest)
    return await _kept(ports, account_id, row.key) or (digest, made)


async def _kept(ports: Ports, account_id: int, key: str) -> tuple[str, bytes] | None:
    """The file that was made first; None when there is none, or it was lost."""
    digest = (await queries.digests(ports.database.read(), account_id, [key])).get(key)
    made = await ports.files.get(_name(account_id, key, digest)) if digest else None
    return (digest, made) if digest and made is not None else None


async def _first(uow: UnitOfWork, key: str, digest: str) -> None:
    """Note whose bytes are kept, unless others were first."""
    row = {"account_id": uow.account_id, "invoice_key": key, "digest": digest, "made_at": uow.now}
    await uow.session.execute(_NOTE[uow.dialect], row)


def _name(account_id: int, key: str, digest: str) -> str:
    return f"invoices/{account_id}/{key}-{digest[:32]}.pdf"
