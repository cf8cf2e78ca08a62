"""Teams as files: every member with what was measured, as CSV or JSON, made while it is sent."""

from collections.abc import AsyncGenerator, AsyncIterator, Iterator, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any

import orjson

from domain.instruments import bank
from domain.kernel import names
from domain.kernel.database import Database
from domain.kernel.downloads import Download, File, download, offer
from domain.kernel.environment import Environment
from domain.kernel.errors import NotFound
from domain.kernel.ports import Ports
from domain.kernel.spreadsheets import BOM, MEDIA_TYPE, Delimiter, lines
from domain.kernel.statements import Row
from domain.teams import queries
from domain.teams.composition import profile_scales

KIND = "team.export"
_ABOUT = ("attempt", "name", "given_name", "family_name", "email", "added_at", "completed_at", "instrument", "norm_group")
_MEASURES = ("raw", "c")


class Format(StrEnum):
    """As what kind of file."""

    CSV = "csv"
    JSON = "json"


_MEDIA_TYPES = {Format.CSV: MEDIA_TYPE, Format.JSON: "application/json; charset=utf-8"}


def link(
    environment: Environment, now: datetime, account_id: int, team_id: int, *, format: Format, delimiter: Delimiter = Delimiter.COMMA
) -> Download:
    """A link to a team's members as a file."""
    facts = {"team": str(team_id), "format": format.value, "delimiter": delimiter.value}
    return offer(environment, now, account_id, KIND, media_type=_MEDIA_TYPES[format], **facts)


@download(KIND)
async def produce(ports: Ports, account_id: int, *, team: str, format: str, delimiter: str) -> File:
    """The members of a team that are there when somebody comes for the file.

    Raises NotFound.
    """
    row = (await queries.by_id(ports.database.read(), account_id, [int(team)])).get(int(team))
    if row is None:
        raise NotFound("There is no such team any more.")
    chosen = Format(format)
    if chosen is Format.CSV:
        return File(f"{row.title}.csv", MEDIA_TYPE, lambda: _csv(ports.database, account_id, row, Delimiter(delimiter)))
    return File(f"{row.title}.json", _MEDIA_TYPES[chosen], lambda: _json(ports.database, account_id, row))


async def _batches(database: Database, account_id: int, team_id: int) -> AsyncIterator[list[Row]]:
    """All members, some at a time, each batch a read of its own: no file is too long for the deadline."""
    after = 0
    while rows := await queries.exported(database.read(), account_id, team_id, after=after):
        yield rows
        after = rows[-1].attempt_id


async def _csv(database: Database, account_id: int, team: Row, delimiter: Delimiter) -> AsyncGenerator[bytes, None]:
    scales = [scale.key for scale in profile_scales()]
    yield BOM + lines([(*_ABOUT, *(f"{scale}_{measure}" for scale in scales for measure in _MEASURES))], delimiter)
    async for rows in _batches(database, account_id, team.team_id):
        yield lines((_cells(row, scales) for row in rows), delimiter)


def _cells(row: Row, scales: Sequence[str]) -> list[Any]:
    measured = {scale: values for scale, *values in _measured(row)}
    moments = map(_moment, (row.added_at, row.completed_at))
    about = [row.attempt_id, row.name, *_parts(row), row.email, *moments, _instrument(row), _norm_group(row)]
    return [*about, *(value for scale in scales for value in measured.get(scale, (None, None)))]


async def _json(database: Database, account_id: int, team: Row) -> AsyncGenerator[bytes, None]:
    """One object whose last property is the list of members."""
    head = {"key": team.team_id, "title": team.title, "subtitle": team.subtitle, "exportedAt": _moment(database.clock.now())}
    yield orjson.dumps(head)[:-1] + b',"members":['
    between = b""
    async for rows in _batches(database, account_id, team.team_id):
        yield between + b",".join(orjson.dumps(_member(row)) for row in rows)
        between = b","
    yield b"]}"


def _member(row: Row) -> dict[str, Any]:
    given_name, family_name = _parts(row)
    return {
        "attempt": row.attempt_id,
        "name": row.name,
        "givenName": given_name,
        "familyName": family_name,
        "email": row.email,
        "addedAt": _moment(row.added_at),
        "completedAt": _moment(row.completed_at),
        "instrument": _instrument(row),
        "normGroup": _norm_group(row),
        "scales": {scale: {"rawPercent": raw, "cValue": c} for scale, raw, c in _measured(row)},
    }


def _measured(row: Row) -> Iterator[tuple[str, float | None, float | None]]:
    scales = bank.instrument(row.instrument, row.instrument_version).scales
    for scale, raw, c in zip(scales, row.raw_tenths, row.c_tenths, strict=True):
        yield scale.key, None if raw is None else raw / 10, None if c is None else c / 10


def _parts(row: Row) -> tuple[str, str]:
    """Given and family name as told, else guessed from the name."""
    given_name, family_name = names.split(row.name)
    return row.given_name or given_name, row.family_name or family_name


def _instrument(row: Row) -> str:
    return f"{row.instrument}@{row.instrument_version}"


def _norm_group(row: Row) -> str:
    return f"{row.norm_group}@{row.norm_version}"


def _moment(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
