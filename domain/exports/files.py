"""Where the files of exports lie, and how they are downloaded."""

from collections.abc import AsyncGenerator
from datetime import datetime

from domain.exports import queries
from domain.exports.status import ExportStatus, Format, derived
from domain.kernel.downloads import Download, File, download, offer
from domain.kernel.environment import Environment
from domain.kernel.errors import NotFound
from domain.kernel.ports import Ports
from domain.kernel.spreadsheets import MEDIA_TYPE
from domain.kernel.statements import Row

KIND = "export"
MEDIA_TYPES = {Format.CSV: MEDIA_TYPE, Format.JSON_LINES: "application/jsonl; charset=utf-8"}
ENDINGS = {Format.CSV: "csv", Format.JSON_LINES: "jsonl"}
_GONE = "This export is not there any more. Ask for a new one."


def folder(account_id: int) -> str:
    """Where all exports of an account lie."""
    return f"exports/{account_id}"


def name(account_id: int, key: str, format: str) -> str:
    """Where the file of an export lies."""
    return f"{folder(account_id)}/{key}.{ENDINGS[Format(format)]}"


def key_of(name: str) -> str:
    """Whose file it is that lies under a name, also while it is written."""
    return name.rpartition("/")[2].partition(".")[0]


def link(environment: Environment, now: datetime, account_id: int, key: str, format: str) -> Download:
    """A link to the file of an export that is ready."""
    return offer(environment, now, account_id, KIND, media_type=MEDIA_TYPES[Format(format)], key=key)


@download(KIND)
async def produce(ports: Ports, account_id: int, *, key: str) -> File:
    """The file of an export.

    Raises NotFound when its day is over, or it was deleted, or somebody in it was erased.
    """
    row = (await queries.by_keys(ports.database.read(), account_id, [key])).get(key)
    if row is None or derived(row.stored_status, row.expires_at, ports.database.clock.now()) is not ExportStatus.READY:
        raise NotFound(_GONE)
    place = name(account_id, key, row.format)
    if place not in await ports.files.names(folder(account_id)):
        raise NotFound(_GONE)
    return File(_title(row), MEDIA_TYPES[Format(row.format)], lambda: _pieces(ports, place), etag=key)


async def _pieces(ports: Ports, place: str) -> AsyncGenerator[bytes, None]:
    async for piece in ports.files.stream(place):
        yield piece


def _title(row: Row) -> str:
    return f"Centil {row.created_at:%Y-%m-%d %H-%M}.{ENDINGS[Format(row.format)]}"
