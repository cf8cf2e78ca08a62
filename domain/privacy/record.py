"""The record of processing activities (Art. 30 GDPR), from the registry; what only the controller knows is marked as such."""

from typing import Any

from domain.access import queries as access
from domain.kernel.columns import Entity
from domain.kernel.downloads import File, download, whole
from domain.kernel.errors import NotFound
from domain.kernel.personal import OUTSIDE, Content, Erasure, Held, Holding, Place, columns, held_in
from domain.kernel.ports import Ports
from domain.privacy import documents
from domain.privacy.documents import Section
from domain.privacy.words import label, word

KIND = "processing-record"
MEDIA_TYPES = {"json": "application/json", "md": "text/markdown; charset=utf-8", "pdf": "application/pdf"}
Values = dict[str, Any]


def entries(language: str) -> list[Values]:
    """What each place holds about people: for what, for how long, and what erasure does to it."""
    tables = [(table.name, held, list(columns(table))) for table in Entity.metadata.sorted_tables if (held := held_in(table))]
    outside = [(place.name, place.held, [place]) for place in OUTSIDE if place.held]
    return [_entry(name, held, places, language) for name, held, places in (*tables, *outside)]


def _entry(name: str, held: Held, places: list[Place], language: str) -> Values:
    return {
        "place": name,
        "title": held.title.in_language(language),
        "people": word("record", "customers" if _is_of_others(places) else "candidates", language),
        "purpose": held.purpose.in_language(language),
        "kept": held.kept.in_language(language),
        "basis": word("record", "blank", language),
        "contents": [_content(place, held, language) for place in places if _counts(place.holding)],
    }


def _is_of_others(places: list[Place]) -> bool:
    return any(place.holding.content is Content.CUSTOMER for place in places)


def _counts(holding: Holding) -> bool:
    """Whether a column belongs into the record: keys, codes and versions say nothing of their own."""
    return holding.content is not Content.NONE


def _content(place: Place, held: Held, language: str) -> Values:
    erasure = Erasure.DELETE if held.rows is Erasure.DELETE else place.holding.erasure
    column = place.name.partition(".")[2]
    return {
        "column": label(column, language) if column else held.title.in_language(language),
        "content": word("content", place.holding.content.name, language),
        "on_erasure": word("erasure", erasure.name, language),
    }


def as_document(account: Any, language: str, at: Any) -> Values:
    """The record as people read it, for the typesetter or as Markdown."""
    blank = word("record", "blank", language)
    contact = ", ".join(filter(None, (account.company, account.street, account.postal_code, account.city, account.country, account.email)))
    named = {"controller": contact, **dict.fromkeys(("officer", "basis", "recipients", "transfers"), blank)}
    texts = {name: word("record", f"{name}_text", language) for name in ("mail", "backups", "measures")}
    frame = Section(account.company, pairs=[(word("record", name, language), text) for name, text in (named | texts).items()])
    return documents.printed(
        title=word("record", "title", language),
        subtitle=f"{account.company}, cus_{account.account_id}",
        intro=[word("record", "intro", language, blank=blank)],
        sections=[frame, *(_section(entry, language) for entry in entries(language))],
        language=language,
        at=at,
    )


def _section(entry: Values, language: str) -> Section:
    words = {"people": "record", "purpose": "dossier", "kept": "dossier", "basis": "record"}
    pairs = [(word("record", "place", language), entry["place"])]
    pairs += [(word(section, name, language), entry[name]) for name, section in words.items()]
    tables = [documents.table(entry["contents"], language)] if entry["contents"] else []
    return Section(entry["title"], pairs=pairs, tables=tables)


def as_data(account: Any, language: str, at: Any) -> Values:
    """The record as a document for programs."""
    return {
        "madeAt": at,
        "controller": {"account": f"cus_{account.account_id}", "company": account.company, "email": account.email},
        "toBeFilledIn": ["officer", "basis", "recipients", "transfers", "mail", "backups", "measures"],
        "processing": entries(language),
    }


@download(KIND)
async def produce(ports: Ports, account_id: int, *, format: str, language: str) -> File:
    """Make the record when somebody comes for it."""
    account = await access.by_id(ports.database.read(), account_id)
    if account is None:
        raise NotFound("There is no such account.")
    at = ports.database.clock.now()
    if format == "json":
        content = documents.json(as_data(account, language, at))
    elif format == "md":
        content = documents.markdown(as_document(account, language, at)).encode()
    else:
        content = await ports.typesetter.pdf("dossier", as_document(account, language, at))
    return File(f"{word('record', 'title', language)}.{format}", MEDIA_TYPES[format], lambda: whole(content))
