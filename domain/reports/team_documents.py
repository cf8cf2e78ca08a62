"""The report of a team as a file: made by a job, made again when it was deleted with somebody who was erased."""

import asyncio
import hashlib
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import update

from domain.candidates import queries as candidates
from domain.kernel.actor import Actor
from domain.kernel.downloads import Download, File, download, offer, whole
from domain.kernel.environment import Environment
from domain.kernel.errors import NotFound
from domain.kernel.jobs import job
from domain.kernel.language import Language
from domain.kernel.ports import Ports
from domain.kernel.statements import Row
from domain.reports import events, queries, team, texts
from domain.reports.assessment import shortened
from domain.reports.documents import GONE, PDF, digest_of
from domain.reports.focus import TeamFocus
from domain.reports.model import TeamReport
from domain.reports.team import FEWEST, MOST_SHOWN, Person, TeamMaterial
from domain.teams import queries as teams
from domain.teams.people import measured

KIND = "team_report"
FOLDER = "team-reports"
READY = "ready"
log = logging.getLogger("centil.reports")


@dataclass(frozen=True, slots=True)
class Made:
    """What the report of a team says at this moment."""

    data: Mapping[str, Any]
    digest: str


def link(environment: Environment, now: datetime, account_id: int, key: str, status: str) -> Download | None:
    """A link to the file; None until it is there."""
    return offer(environment, now, account_id, KIND, media_type=PDF, report=key) if status == READY else None


def name_of(account_id: int, report: Row) -> str:
    """Where the file lies; erasure deletes all files of the account's teams."""
    return f"{FOLDER}/{account_id}/{report.team_id}/{report.focus}-{report.language}.pdf"


@job("team_report.make")
async def make(ports: Ports, account_id: int, key: str) -> None:
    """Make a report that was asked for; it fails when too few people are left in the team, or when it cannot be set."""
    report = (await queries.by_keys(ports.database.read(), account_id, [key])).get(key)
    if report is None or report.status != "pending":
        return
    made = await _kept(ports, account_id, report) is not None
    status, happened = (READY, events.TEAM_REPORT_READY) if made else ("failed", events.TEAM_REPORT_FAILED)
    async with ports.database.work(Actor.system(account_id)) as uow:
        asked = (TeamReport.account_id == account_id, TeamReport.key == key, TeamReport.asked_at == report.asked_at)
        if await uow.change(update(TeamReport).where(*asked).values(status=status, finished_at=uow.now)):
            uow.record(happened, key, team=report.team_id)


@job("team_report.sweep", every="0 23 * * * *")
async def sweep(ports: Ports) -> int:
    """Delete files whose report went with its team; return how many."""
    deleted = 0
    by_account: dict[int, list[str]] = {}
    for name in await ports.files.names(FOLDER):
        by_account.setdefault(int(name.split("/")[1]), []).append(name)
    for account_id, names in by_account.items():
        found = await queries.by_team(ports.database.read(), account_id, sorted({int(name.split("/")[2]) for name in names}))
        known = {name_of(account_id, report) for reports in found.values() for report in reports}
        deleted += sum([await ports.files.delete(name) for name in names if name not in known])
    return deleted


@download(KIND)
async def produce(ports: Ports, account_id: int, *, report: str) -> File:
    """The report of a team.

    Raises NotFound.
    """
    read = ports.database.read()
    row = (await queries.by_keys(read, account_id, [report])).get(report)
    found = (await teams.by_id(read, account_id, [row.team_id])).get(row.team_id) if row and row.status == READY else None
    if row is None or found is None:
        raise NotFound(GONE)
    content = await ports.files.get(name_of(account_id, row)) or await _kept(ports, account_id, row)
    if content is None:
        raise NotFound(GONE)
    side = texts.chosen("team_focus", row.focus, row.language)
    title = f"{shortened(found.title)} - {texts.chosen('team', 'report', row.language)} {side}.pdf"
    return File(title, PDF, lambda: whole(content), hashlib.sha256(content).hexdigest()[:32])


async def _kept(ports: Ports, account_id: int, report: Row) -> bytes | None:
    """Make the file and keep it, unless somebody in it was renamed or erased meanwhile; None when it cannot be made."""
    made = await _now(ports, account_id, report)
    if made is None:
        return None
    try:
        content = await ports.typesetter.pdf(team.TEMPLATE, made.data)
    except Exception:
        log.exception("a report could not be set", extra={"account": account_id})
        return None
    name = name_of(account_id, report)
    await ports.files.put(name, content)
    latest = await _now(ports, account_id, report)
    if latest is None or latest.digest != made.digest:
        await ports.files.delete(name)
    return content


async def _now(ports: Ports, account_id: int, report: Row) -> Made | None:
    """What the report says now; None when the team is gone or has too few people."""
    read = ports.database.read()
    found = (await teams.by_id(read, account_id, [report.team_id])).get(report.team_id)
    people = (await measured(read, account_id, [report.team_id], raw=True)).get(report.team_id, [])
    focus, language = TeamFocus(report.focus), Language(report.language)
    if found is None or len(people) < FEWEST[focus]:
        return None
    shown = [row.candidate_key for row in people] if len(people) <= MOST_SHOWN else []
    known = await candidates.by_keys(read, account_id, shown) if shown else {}
    material = TeamMaterial(found.title, report.asked_at, [_person(row, known.get(row.candidate_key)) for row in people])
    data = await asyncio.to_thread(team.document, material, focus, language)
    return Made(data, digest_of(ports.typesetter.version(team.TEMPLATE), data))


def _person(row: Row, candidate: Row | None) -> Person:
    name = None if candidate is None or candidate.anonymized_at else candidate.name or candidate.email or ""
    return Person(name, row.instrument, row.instrument_version, row.raw_tenths, row.c_tenths)
