"""Everything held about a candidate across all contexts, from the registry: as data, and as people read it (Art. 15, 20)."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache, partial
from typing import Any

from sqlalchemy import select

from domain.access import queries as access
from domain.candidates import events
from domain.candidates import queries as candidates
from domain.instruments import bank
from domain.kernel.actor import Actor, ActorKind
from domain.kernel.columns import Entity
from domain.kernel.downloads import File, download, whole
from domain.kernel.errors import NotFound
from domain.kernel.personal import OUTSIDE, SUBJECT
from domain.kernel.ports import Ports
from domain.kernel.statements import Read, Statement
from domain.privacy import documents
from domain.privacy.documents import Section
from domain.privacy.registry import WHOM, Subject, subjects
from domain.privacy.words import word
from domain.results import scoring

KIND = "dossier"
Values = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Dossier:
    """What is held about a candidate: the rows of each table, and the names of files."""

    account: Any
    candidate: Any
    rows: Mapping[str, Sequence[Values]]
    files: Sequence[str]
    at: datetime


async def collect(ports: Ports, account_id: int, candidate_key: str) -> Dossier:
    """Read everything about a candidate; who was merged into another has what is held in that one's dossier.

    Raises NotFound.
    """
    read = ports.database.read()
    account = await access.by_id(read, account_id)
    candidate = (await candidates.by_keys(read, account_id, [candidate_key])).get(candidate_key)
    if account is None or candidate is None:
        raise NotFound("There is no such candidate.")
    if candidate.merged_into is not None:
        return await collect(ports, account_id, candidate.merged_into)
    rows = {subject.name: await _rows(read, subject, account_id, candidate_key) for subject in reversed(subjects())}
    mails = [row["key"] for subject in subjects() if subject.held.names_mails for row in rows[subject.name]]
    people = [row["key"] for row in rows[SUBJECT]]
    own = [place.folder for place in OUTSIDE if "{candidate}" in place.folder]
    folders = [folder.format(account=account_id, candidate=key) for folder in own for key in people]
    files = [name for folder in folders for name in await ports.files.names(folder)]
    return Dossier(account, candidate, rows, sorted([*files, *await ports.mailer.kept(mails)]), ports.database.clock.now())


async def _rows(read: Read, subject: Subject, account_id: int, candidate_key: str) -> list[Values]:
    keys = [column.name for column in subject.table.primary_key.columns if column.name != "account_id"]
    rows = {}
    for statement in _statements(subject.name, len(Entity.metadata.tables)):
        for row in await read(statement, account_id=account_id, **{str(WHOM.key): candidate_key}):
            values = dict(zip(row.columns, row, strict=True))
            rows[tuple(values[name] for name in keys)] = values
    return [rows[place] for place in sorted(rows)]  # SQLite would read the account in that order instead


@lru_cache(100)
def _statements(name: str, _tables: int) -> list[Statement]:
    """Every column of the rows of a table about a candidate, but the account's, which is the same for all; one for each way to them."""
    [subject] = [subject for subject in subjects() if subject.name == name]
    columns = [column for column in subject.table.columns if column.name != "account_id"]
    readings = [select(*columns).where(*conditions) for conditions in subject.each_way()]
    return [Statement(partial(_same, reading), "Row", None) for reading in readings]


def _same(reading: Any, _dialect: str) -> Any:
    return reading


def _in_words(table: str, row: Values, language: str) -> Values:
    """A row with what only numbers would say in words: scales by their names, answers by their items."""
    told = dict(row)
    if table in WORDED and row.get("instrument"):
        told |= WORDED[table](bank.instrument(row["instrument"], row["instrument_version"]), told, language)
    return told


def _answers(instrument: bank.Instrument, row: Values, language: str) -> Values:
    words = instrument.answers_de if language == "de" else instrument.answers_en
    given = row.pop("answers")
    answers = [
        {"item": item.text.in_language(language), "answer": None if given[item.position] is None else words[given[item.position] - 1]}
        for item in instrument.asked
    ]
    return {"answers": answers}


def _scales(instrument: bank.Instrument, row: Values, language: str) -> Values:
    raws, values, wir = row.pop("raw_tenths"), row.pop("c_tenths"), row.pop("wir_tenths")
    scales = [
        {
            "scale": scale.name.in_language(language),
            "raw_percent": None if raw is None else raw / 10,
            "c_value": None if value is None else value / 10,
            "class": None if value is None else scoring.class_of(value),
        }
        for scale, raw, value in zip(instrument.scales, raws, values, strict=True)
    ]
    return {"wir_percent": None if wir is None else wir / 10, "scales": scales}


WORDED: Mapping[str, Callable[[bank.Instrument, Values, str], Values]] = {"attempt": _answers, "result": _scales}
"""Tables whose numbers only an instrument explains; all others speak for themselves."""
BRIEF = {"event": ("at", "type", "subject", "actor")}
"""Tables of which a readable document shows so much; the data has all of it."""


def as_data(dossier: Dossier, language: str) -> Values:
    """The whole as a document for programs."""
    held = []
    for subject in reversed(subjects()):
        told = [_in_words(subject.name, row, language) for row in dossier.rows[subject.name]]
        texts = {name: getattr(subject.held, name).in_language(language) for name in ("title", "purpose", "kept")}
        held.append({"place": subject.name, **texts, "rows": told})
    account = dossier.account
    return {
        "candidate": dossier.candidate.key,
        "madeAt": dossier.at,
        "controller": {"account": f"cus_{account.account_id}", "company": account.company, "email": account.email},
        "held": held,
        "files": list(dossier.files),
    }


def as_document(dossier: Dossier, language: str) -> Values:
    """The whole as people read it, for the typesetter."""
    account = dossier.account
    sections = [_section(held, language) for held in as_data(dossier, language)["held"] if held["rows"]]
    if dossier.files:
        sections.append(Section(word("dossier", "files", language), pairs=[("", name) for name in dossier.files]))
    return documents.printed(
        title=word("dossier", "title", language),
        subtitle=dossier.candidate.name or dossier.candidate.key,
        intro=[
            word("dossier", "intro", language, company=account.company),
            word("dossier", "rights", language, email=account.email),
        ],
        sections=sections,
        language=language,
        at=dossier.at,
    )


def _section(held: Values, language: str) -> Section:
    notes = [f"{word('dossier', name, language)}: {held[name]}" for name in ("purpose", "kept")]
    brief = BRIEF.get(held["place"])
    if brief:
        rows = [{name: row[name] for name in brief} for row in held["rows"]]
        return Section(held["title"], notes, tables=[documents.table(rows, language)])
    parts = [documents.row_section(row, language) for row in held["rows"]]
    return Section(held["title"], notes, parts=parts)


@download(KIND)
async def produce(ports: Ports, account_id: int, *, candidate: str, format: str, language: str, by: str) -> File:
    """Make a dossier when somebody comes for it, and note that they did: who asked for the link is in it by their key."""
    dossier = await collect(ports, account_id, candidate)
    name = f"{dossier.candidate.name or candidate} - Dossier.{format}"
    if format == "json":
        content, media_type = documents.json(as_data(dossier, language)), "application/json"
    else:
        content, media_type = await ports.typesetter.pdf("dossier", as_document(dossier, language)), "application/pdf"
    kind, _, credential = by.partition(":")
    async with ports.database.work(Actor(ActorKind(kind), account_id, frozenset(), credential)) as uow:
        uow.record(events.CANDIDATE_DISCLOSED, dossier.candidate.key, format=format)
    return File(name, media_type, lambda: whole(content))
