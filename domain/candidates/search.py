"""Finding people by parts of their name or mail, the same on both databases: folded text behind a trigram index."""

from typing import Any

from sqlalchemy import Boolean, ColumnElement, String, bindparam, func, literal_column, or_, select, table
from sqlalchemy import column as named
from sqlalchemy.ext.compiler import compiles

from domain.candidates.model import Candidate
from domain.kernel.inputs import folded
from domain.kernel.listing import Filter, Fragment

SHORTEST_INDEXED = 3
"""Fewer characters than a trigram are looked for in the account's own rows."""
_ANY_CHARACTER = str.maketrans("%\\", "__")
"""What LIKE would take for more than itself becomes any one character; the exact comparison decides."""
_COLUMNS = {"name": Candidate.sort_name, "email": Candidate.search_email}
_INDEX = table("candidate_text", named("name"), named("email"))
"""The trigram index of SQLite, kept by triggers; PostgreSQL indexes the columns themselves."""


class contains(ColumnElement[bool]):  # noqa: N801  reads as an operator
    """True for candidates whose folded name or mail contains a folded text of three characters or more."""

    inherit_cache = False
    type = Boolean()

    def __init__(self, field: str, parameter: str) -> None:
        self.exact = func.instr(_COLUMNS[field], bindparam(parameter, type_=String)) > 0
        self.pattern = _COLUMNS[field].like(bindparam(f"{parameter}_like", type_=String))
        rows: Any = (
            select(literal_column("candidate_text.rowid"))
            .select_from(_INDEX)
            .where(_INDEX.c[field].like(bindparam(f"{parameter}_like", type_=String)))
        )
        self.indexed = literal_column("+candidate.rowid").in_(rows)

    def self_group(self, against: Any = None) -> "contains":
        return self

    @property
    def _from_objects(self) -> Any:
        return []


@compiles(contains, "postgresql")
def _contains_postgresql(element: contains, compiler: Any, **options: Any) -> str:
    exact = compiler.process(element.exact, **options).replace("instr(", "strpos(")
    return f"({compiler.process(element.pattern, **options)} AND {exact})"


@compiles(contains)
def _contains_sqlite(element: contains, compiler: Any, **options: Any) -> str:
    return f"({compiler.process(element.indexed, **options)} AND {compiler.process(element.exact, **options)})"


class short(contains):  # noqa: N801
    """The same for a text too short for the index."""

    inherit_cache = False


@compiles(short, "postgresql")
def _short_postgresql(element: short, compiler: Any, **options: Any) -> str:
    return str(compiler.process(element.exact, **options).replace("instr(", "strpos("))


@compiles(short)
def _short_sqlite(element: short, compiler: Any, **options: Any) -> str:
    return str(compiler.process(element.exact, **options))


def matching(name: str, *fields: str) -> Filter:
    """A filter on candidates: the text is part of any of the fields, without regard to case and accents (R-ESC-43)."""
    long_form = or_(*(contains(field, name) for field in fields)) if len(fields) > 1 else contains(fields[0], name)
    short_form = or_(*(short(field, name) for field in fields)) if len(fields) > 1 else short(fields[0], name)

    def build(text: str) -> Fragment:
        needle = folded(text.strip())
        if len(needle) < SHORTEST_INDEXED:
            return Fragment(f"{name} short", short_form, {name: needle})
        pattern = "%" + needle.translate(_ANY_CHARACTER) + "%"
        return Fragment(name, long_form, {name: needle, f"{name}_like": pattern})

    return build
