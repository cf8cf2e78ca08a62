"""The report of one person as a file: made when somebody comes for it, kept by its content."""

import asyncio
import hashlib
from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

import orjson

from domain.candidates import queries as candidates
from domain.instruments import bank
from domain.kernel.downloads import Download, File, download, offer
from domain.kernel.environment import Environment
from domain.kernel.errors import NotFound
from domain.kernel.language import Language
from domain.kernel.ports import Ports
from domain.kernel.statements import Read
from domain.reports import assessment, texts
from domain.reports.assessment import Material
from domain.reports.focus import ReportFocus
from domain.results import queries as results

KIND = "report"
PDF = "application/pdf"
GONE = "This report is not there any more."


@dataclass(frozen=True, slots=True)
class Report:
    """A report that can be downloaded."""

    graph_type: ClassVar[str] = "Report"
    focus: ReportFocus
    language: Language
    download: Download


def report(environment: Environment, now: datetime, account_id: int, attempt_id: int, focus: ReportFocus, language: Language) -> Report:
    """Offer the report of a result; nothing is made before somebody follows the link."""
    facts = {"attempt": str(attempt_id), "focus": focus.value, "language": language.value}
    return Report(focus, language, offer(environment, now, account_id, KIND, media_type=PDF, **facts))


def folder(account_id: int, candidate_key: str) -> str:
    """Where the reports of a person lie; erasure deletes it as a whole."""
    return f"reports/{account_id}/{candidate_key}"


@download(KIND)
async def produce(ports: Ports, account_id: int, *, attempt: str, focus: str, language: str) -> File:
    """The report of an attempt.

    Raises NotFound.
    """
    wanted = Wanted(account_id, int(attempt), ReportFocus(focus), Language(language))
    made = await wanted.now(ports)
    return File(made.file_name, PDF, lambda: wanted.content(ports, made), made.digest)


@dataclass(frozen=True, slots=True)
class Made:
    """What a report says at this moment."""

    candidate_key: str
    data: Mapping[str, Any]
    digest: str
    """Of the data and of how the template looks: another digest, another file."""
    file_name: str


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which report."""

    account_id: int
    attempt_id: int
    focus: ReportFocus
    language: Language

    async def now(self, ports: Ports) -> Made:
        """Read what the report is made of.

        Raises NotFound when there is no result.
        """
        found = await material(ports.database.read(), self.account_id, self.attempt_id)
        if found is None:
            raise NotFound(GONE)
        candidate_key, content = found
        data = await asyncio.to_thread(assessment.document, content, self.focus, self.language)  # some milliseconds
        digest = digest_of(ports.typesetter.version(assessment.TEMPLATE), data)
        name = assessment.shortened(assessment.person(content.name, self.language))
        title, side = texts.words(self.language)["file"], texts.chosen("focus", self.focus, self.language)
        return Made(candidate_key, data, digest, f"{name} - {title} {side}.pdf")

    async def content(self, ports: Ports, made: Made) -> AsyncGenerator[bytes, None]:
        """The PDF, from the files or set now."""
        name = self._name(made)
        kept = await ports.files.get(name)
        if kept is None:
            kept = await ports.typesetter.pdf(assessment.TEMPLATE, made.data)
            await self._keep(ports, made, name, kept)
        yield kept

    def _name(self, made: Made) -> str:
        return f"{folder(self.account_id, made.candidate_key)}/{self._beginning}{made.digest}.pdf"

    @property
    def _beginning(self) -> str:
        return f"{self.attempt_id}-{self.focus}-{self.language}-"

    async def _keep(self, ports: Ports, made: Made, name: str, content: bytes) -> None:
        """Keep the file in place of older ones, unless the person was renamed or erased while it was made.

        Erasure deletes the folder after its commit: whoever puts a file here looks once more, so that one of both sees it.
        """
        await ports.files.put(name, content)
        latest = await self.now(ports)
        for other in await ports.files.names(folder(self.account_id, made.candidate_key)):
            if other.rsplit("/", 1)[-1].startswith(self._beginning) and not other.endswith(f"-{latest.digest}.pdf"):
                await ports.files.delete(other)


def digest_of(version: str, data: Mapping[str, Any]) -> str:
    """What tells the bytes of a document before they are made."""
    return hashlib.sha256(version.encode() + orjson.dumps(data, option=orjson.OPT_SORT_KEYS)).hexdigest()[:32]


async def material(read: Read, account_id: int, attempt_id: int) -> tuple[str, Material] | None:
    """Whose result it is, and what its report is made from; None when there is no result."""
    result = (await results.by_attempt(read, account_id, [attempt_id])).get(attempt_id)
    if result is None:
        return None
    pinned = (result.norm_group, result.norm_version)
    person = (await candidates.by_keys(read, account_id, [result.candidate_key]))[result.candidate_key]
    group = (await results.norm_groups_by_version(read, account_id, [pinned]))[pinned]
    return result.candidate_key, Material(
        name=None if person.anonymized_at else person.name or person.email or "",
        attempt_id=attempt_id,
        completed_at=result.completed_at,
        instrument=bank.instrument(result.instrument, result.instrument_version),
        norm_group=group,
        raw_tenths=result.raw_tenths,
        c_tenths=result.c_tenths,
        wir_tenths=result.wir_tenths,
        tendency=result.tendency,
    )
