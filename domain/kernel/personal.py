"""The registry of personal data (Q-11): what each text, file and cache holds about a person, and what erasure does to it."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, LargeBinary, MetaData, String, Table
from sqlalchemy.types import TypeDecorator


class Content(StrEnum):
    """What a place holds about a candidate, or of whom else it speaks."""

    NONE = "nothing about a person"
    NAME = "name"
    EMAIL = "email address"
    DEMOGRAPHIC = "gender, birth year, language"
    ANSWERS = "answers to a questionnaire"
    MESSAGE = "a message to a person"
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


@dataclass(frozen=True, slots=True)
class Place:
    """A column, file or cache, and how it is classed."""

    name: str
    holding: Holding


def nothing(why: str) -> dict[str, Any]:
    """Class a text column that says nothing about a candidate: a code, a key, a closed list, an operator's own words."""
    return {"holding": Holding(Content.NONE, Erasure.KEEP, why)}


def personal(content: Content, erasure: Erasure, why: str = "") -> dict[str, Any]:
    """Class a column that holds something about a person."""
    return {"holding": Holding(content, erasure, why)}


OUTSIDE: list[Place] = [
    Place("candidate_text", Holding(Content.NAME, Erasure.REPLACE, "the search index of SQLite: triggers keep it equal to the candidates")),
    Place("var/mail/*.eml", Holding(Content.MESSAGE, Erasure.DELETE, "mails of an installation without a mail server")),
    Place("reports/{account}/{candidate}/", Holding(Content.NAME, Erasure.DELETE, "PDFs about one person, in the store of files")),
    Place("team-reports/{account}/", Holding(Content.NAME, Erasure.DELETE, "PDFs about teams, with the names of their members")),
    Place(
        "exports/{account}/*",
        Holding(Content.NAME, Erasure.DELETE, "files of exported results, kept for a day; erasing a person deletes all"),
    ),
    Place("job queue", Holding(Content.NONE, Erasure.KEEP, "arguments of jobs are keys; a job reads the rest when it runs")),
    Place("logs", Holding(Content.NONE, Erasure.KEEP, "an allow-list of fields keeps names, addresses and secrets out")),
    Place("operation cache", Holding(Content.NONE, Erasure.KEEP, "texts of operations without their variables")),
]
"""Places outside the tables; a context that adds a file or a cache adds it here."""


def may_hold_text(column_type: Any) -> bool:
    """Say whether a column could hold words: text, JSON, bytes and arrays can."""
    kind = column_type.impl_instance if isinstance(column_type, TypeDecorator) else column_type
    return bool(getattr(column_type, "holds_text", isinstance(kind, (String, JSON, LargeBinary))))


def places(metadata: MetaData) -> Iterator[Place]:
    """Every classed place of the product: columns by `table.column`, then files, queues and caches."""
    for table in metadata.sorted_tables:
        yield from _columns(table)
    yield from OUTSIDE


def _columns(table: Table) -> Iterator[Place]:
    for column in table.columns:
        if holding := column.info.get("holding"):
            yield Place(f"{table.name}.{column.name}", holding)


def unclassed(metadata: MetaData) -> list[str]:
    """The columns that could hold words and that nobody has classed."""
    return [
        f"{table.name}.{column.name}"
        for table in metadata.sorted_tables
        for column in table.columns
        if may_hold_text(column.type) and "holding" not in column.info
    ]
