"""The registry of personal data (Q-11): what each text, file and cache holds about a person, and what erasure does to it.

Erasure, dossiers and the record of processing walk it; they know no table by name. So a table says here how the rows
about one candidate are found, and each of its columns what becomes of it.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, ColumnElement, LargeBinary, MetaData, String, Table
from sqlalchemy.types import TypeDecorator

from domain.kernel.language import Text

SUBJECT = "candidate"
"""The table of the people whom everything else is about."""
SUBJECT_COLUMN = "candidate_key"
"""A table with this column is about candidates, and has to say what becomes of its rows."""
NAME_PLACEHOLDER, EMAIL_PLACEHOLDER = "Anonym", "dsgvo"
"""What stands in the place of names and addresses afterwards (R-ESC-51)."""


class Content(StrEnum):
    """What a place holds about a candidate, or of whom else it speaks."""

    NONE = "nothing about a person"
    NAME = "name"
    EMAIL = "email address"
    PHONE = "phone number"
    DEMOGRAPHIC = "gender, birth year, language"
    ANSWERS = "answers to a questionnaire"
    SCORES = "scores"
    WORDS = "the account's own words, which may name a person"
    MESSAGE = "a message to a person"
    DOCUMENT = "a document about people"
    CUSTOMER = "contact or billing details of the account's own people"


class Erasure(StrEnum):
    """What happens to it when a candidate is erased."""

    KEEP = "kept"
    REPLACE = "replaced by a placeholder"
    CLEAR = "set to null"
    DELETE = "the row or file is deleted"


@dataclass(frozen=True, slots=True)
class Holding:
    """How one place is classed."""

    content: Content
    erasure: Erasure
    why: str
    placeholder: Any = None
    """What stands there afterwards, when it is replaced."""


@dataclass(frozen=True, slots=True)
class Via:
    """A step on the way to the candidate: a column that holds a column of another table that is about them."""

    column: str
    table: str
    target: str = "key"
    when: Callable[[Table], ColumnElement[bool]] | None = None
    """The rows of which it holds, where the column holds keys of several kinds that may be the same."""


@dataclass(frozen=True, slots=True)
class Held:
    """What a table holds about people, how the rows about one candidate are found, and what becomes of them."""

    title: Text
    purpose: Text
    kept: Text
    """For how long."""
    ways: tuple["str | Via", ...] = ()
    """Columns that hold the candidate's key, or lead to it; none when it is not about candidates."""
    rows: Erasure = Erasure.KEEP
    """DELETE, or KEEP when the columns say what becomes of each of them."""
    names_mails: bool = False
    """Whether mails are named by the keys of its rows."""


@dataclass(frozen=True, slots=True)
class Place:
    """A column, file or cache, and how it is classed."""

    name: str
    holding: Holding
    held: Held | None = None
    folder: str = ""
    """What erasure deletes of the store, by `{account}` and `{candidate}`, when there is nothing in it that is not made again."""


UNTIL_ERASED = Text("Until the candidate is erased.", "Bis der Kandidat gelöscht wird.")
FOR_GOOD = Text("Without limit: it names nobody once the candidate is erased.", "Unbegrenzt: Nach der Löschung nennt es niemanden mehr.")


def nothing(why: str, erasure: Erasure = Erasure.KEEP) -> dict[str, Any]:
    """Class a text column that says nothing about a candidate: a code, a key, a closed list, an operator's own words."""
    return {"holding": Holding(Content.NONE, erasure, why)}


def personal(content: Content, erasure: Erasure, why: str = "", *, placeholder: Any = None) -> dict[str, Any]:
    """Class a column that holds something about a person."""
    return {"holding": Holding(content, erasure, why, placeholder)}


def about_candidates(
    *ways: str | Via,
    title: Text,
    purpose: Text,
    kept: Text = UNTIL_ERASED,
    rows: Erasure = Erasure.KEEP,
    names_mails: bool = False,
) -> dict[str, Any]:
    """Say at the end of `__table_args__` that a table is about candidates, and how: by `candidate_key`, or by a way to it."""
    return {"info": {"held": Held(title, purpose, kept, ways, rows, names_mails)}}


def about_others(*, title: Text, purpose: Text, kept: Text) -> dict[str, Any]:
    """Say at the end of `__table_args__` that a table is about people who are no candidates."""
    return {"info": {"held": Held(title, purpose, kept)}}


OUTSIDE: list[Place] = [
    Place(
        "candidate_text",
        Holding(Content.NAME, Erasure.REPLACE, "the search index of SQLite: triggers keep it equal to the candidates", ""),
        Held(
            Text("Search index", "Suchindex"),
            Text("Finding people by parts of their name", "Menschen nach Teilen des Namens finden"),
            UNTIL_ERASED,
        ),
    ),
    Place(
        "var/mail/*.eml",
        Holding(Content.MESSAGE, Erasure.DELETE, "mails of an installation without a mail server"),
        Held(Text("Mails in files", "Mails in Dateien"), Text("Trying out without a mail server", "Betrieb ohne Mailserver"), UNTIL_ERASED),
    ),
    Place(
        "reports",
        Holding(Content.DOCUMENT, Erasure.DELETE, "reports about one candidate"),
        Held(Text("Reports", "Berichte"), Text("Handing out results", "Ergebnisse aushändigen"), UNTIL_ERASED),
        "reports/{account}/{candidate}",
    ),
    Place(
        "team-reports",
        Holding(Content.DOCUMENT, Erasure.DELETE, "reports that show several people: all of the account go, they can be made again"),
        Held(
            Text("Team reports", "Teamberichte"),
            Text("Showing how a team is composed", "Die Zusammensetzung eines Teams zeigen"),
            Text("Until any candidate of the account is erased.", "Bis irgendein Kandidat des Kontos gelöscht wird."),
        ),
        "team-reports/{account}",
    ),
    Place(
        "exports",
        Holding(Content.DOCUMENT, Erasure.DELETE, "files of results that show many people: exports withdraw all that were begun by then"),
        Held(
            Text("Exports", "Exporte"),
            Text("Handing out results as files", "Ergebnisse als Dateien aushändigen"),
            Text("Until any candidate of the account is erased.", "Bis irgendein Kandidat des Kontos gelöscht wird."),
        ),
    ),
    Place(
        "invoices",
        Holding(Content.CUSTOMER, Erasure.KEEP, "invoices as files, kept as long as the law asks for; they name customers, no candidates"),
        Held(
            Text("Invoices as files", "Rechnungen als Dateien"),
            Text("Charging for what was bought, and keeping books", "Abrechnung von Käufen und Buchführung"),
            Text("As long as the law asks for: ten years in Germany.", "So lange das Gesetz es verlangt: in Deutschland zehn Jahre."),
        ),
    ),
    Place(
        "idempotent answers",
        Holding(Content.DOCUMENT, Erasure.DELETE, "encrypted with keys of callers; any may tell of somebody: all are emptied"),
        Held(
            Text("Answers to repeated requests", "Antworten auf wiederholte Anfragen"),
            Text("Doing once what is asked twice", "Einmal tun, was zweimal verlangt wird"),
            Text(
                "24 hours, or until any candidate of the account is erased.",
                "24 Stunden, oder bis jemand aus dem Konto gelöscht wird.",
            ),
        ),
    ),
    Place(
        "erasures", Holding(Content.NONE, Erasure.KEEP, "the log of erasures as files, by keys: a restored backup is erased again by it")
    ),
    Place("job queue", Holding(Content.NONE, Erasure.KEEP, "arguments of jobs are keys; a job reads the rest when it runs")),
    Place("logs", Holding(Content.NONE, Erasure.KEEP, "an allow-list of fields keeps names, addresses and secrets out")),
    Place(
        "operation cache",
        Holding(Content.WORDS, Erasure.DELETE, "texts of operations, in memory, in which a caller may have written a name"),
    ),
]
"""Places outside the tables; a context that adds a file or a cache adds it here."""


def may_hold_text(column_type: Any) -> bool:
    """Say whether a column could hold words: text, JSON, bytes and arrays can."""
    kind = column_type.impl_instance if isinstance(column_type, TypeDecorator) else column_type
    return bool(getattr(column_type, "holds_text", isinstance(kind, (String, JSON, LargeBinary))))


def places(metadata: MetaData) -> Iterator[Place]:
    """Every classed place of the product: columns by `table.column`, then files, queues and caches."""
    for table in metadata.sorted_tables:
        yield from columns(table)
    yield from OUTSIDE


def columns(table: Table) -> Iterator[Place]:
    """The classed columns of a table."""
    for column in table.columns:
        if holding := column.info.get("holding"):
            yield Place(f"{table.name}.{column.name}", holding, held_in(table))


def held_in(table: Table) -> Held | None:
    """What a table says of itself."""
    return table.info.get("held")


def undeclared(metadata: MetaData) -> list[str]:
    """The tables that hold something about candidates and do not say how the rows about one of them are found."""
    return [table.name for table in metadata.sorted_tables if _is_about_candidates(table) and not _leads_to_them(table)]


def _is_about_candidates(table: Table) -> bool:
    aside = (Content.NONE, Content.CUSTOMER)
    return SUBJECT_COLUMN in table.columns or any(place.holding.content not in aside for place in columns(table))


def _leads_to_them(table: Table) -> bool:
    held = held_in(table)
    return held is not None and bool(held.ways)


def unclassed(metadata: MetaData) -> list[str]:
    """The columns that could hold words and that nobody has classed."""
    return [
        f"{table.name}.{column.name}"
        for table in metadata.sorted_tables
        for column in table.columns
        if may_hold_text(column.type) and "holding" not in column.info
    ]
