"""Finding people by parts of their name or mail, the same on both databases: folded text behind a trigram index."""

from enum import StrEnum
from typing import Any

from sqlalchemy import Boolean, ColumnElement, String, and_, bindparam, false, func, literal_column, not_, or_, select, table
from sqlalchemy import column as named
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import aliased

from domain.candidates.model import Candidate
from domain.kernel.inputs import folded
from domain.kernel.listing import Filter, Fragment
from domain.kernel.statements import ACCOUNT

SHORTEST_INDEXED = 3
"""Fewer characters than a trigram are looked for in the account's own rows."""
BETWEEN_WORDS = "@._-+',/()"
"""What ends a word beside white space."""
_AS_SPACES = str.maketrans(BETWEEN_WORDS, " " * len(BETWEEN_WORDS))
_ANY_CHARACTER = str.maketrans("%\\", "__")
"""What LIKE would take for more than itself becomes any one character; the exact comparison decides."""
_COLUMNS = {"name": Candidate.sort_name, "email": Candidate.search_email}
_INDEX = table("candidate_text", named("candidate_text"))
"""The trigram index of SQLite, kept by triggers; PostgreSQL indexes the columns themselves."""


class Closeness(StrEnum):
    """How a text lies in the name or address of somebody, the closest first."""

    WORD = "word"
    BEGINNING = "beginning"
    PART = "part"


class holds(ColumnElement[bool]):  # noqa: N801  reads as an operator
    """True for candidates whose folded name or mail holds a folded text; asks no index."""

    inherit_cache = False
    type = Boolean()

    def __init__(self, column: Any, parameter: str) -> None:
        self.exact = func.instr(column, bindparam(parameter, type_=String)) > 0

    def self_group(self, against: Any = None) -> "holds":
        return self

    @property
    def _from_objects(self) -> Any:
        return []


@compiles(holds, "postgresql")
def _holds_postgresql(element: holds, compiler: Any, **options: Any) -> str:
    return str(compiler.process(element.exact, **options).replace("instr(", "strpos("))


@compiles(holds)
def _holds_sqlite(element: holds, compiler: Any, **options: Any) -> str:
    return str(compiler.process(element.exact, **options))


class indexed(ColumnElement[bool]):  # noqa: N801
    """True for all candidates that a condition on a text of three characters or more holds for, and few others; asks the index."""

    inherit_cache = False
    type = Boolean()

    def __init__(self, fields: tuple[str, ...], parameter: str) -> None:
        pattern = bindparam(f"{parameter}_like", type_=String)
        self.patterns = or_(false(), *(_COLUMNS[field].like(pattern) for field in fields)).self_group()
        rows: Any = select(literal_column("candidate_text.rowid")).select_from(_INDEX)
        self.rows = literal_column("candidate.rowid").in_(
            rows.where(literal_column("candidate_text").op("MATCH")(bindparam(f"{parameter}_match", type_=String)))
        )

    def self_group(self, against: Any = None) -> "indexed":
        return self

    @property
    def _from_objects(self) -> Any:
        return []


@compiles(indexed, "postgresql")
def _indexed_postgresql(element: indexed, compiler: Any, **options: Any) -> str:
    return str(compiler.process(element.patterns, **options))


@compiles(indexed)
def _indexed_sqlite(element: indexed, compiler: Any, **options: Any) -> str:
    return str(compiler.process(element.rows, **options))


class words(ColumnElement[str]):  # noqa: N801
    """The words of a candidate's name and mail, folded, each between spaces; the migrations index the same expression."""

    inherit_cache = False
    type = String()

    @property
    def _from_objects(self) -> Any:
        return []


def words_sql(dialect: str, row: str) -> str:
    """The expression for the words of a row, by the name of its table or the alias of a trigger."""
    both = f"{row}.sort_name || '  ' || {row}.search_email"
    quoted = BETWEEN_WORDS.replace("'", "''")
    if dialect == "postgresql":
        return f"(' ' || translate({both}, '{quoted}', '{' ' * len(BETWEEN_WORDS)}') || ' ')"
    for sign in BETWEEN_WORDS:
        both = f"replace({both}, '{sign.replace(chr(39), chr(39) * 2)}', ' ')"
    return f"(' ' || {both} || ' ')"


@compiles(words, "postgresql")
def _words_postgresql(_element: words, _compiler: Any, **_options: Any) -> str:
    return words_sql("postgresql", "candidate")


@compiles(words)
def _words_sqlite(_element: words, _compiler: Any, **_options: Any) -> str:
    return words_sql("sqlite", "candidate")


class among_words(holds):  # noqa: N801
    """True for candidates among whose words a text stands; asks no index."""

    inherit_cache = False

    def __init__(self, parameter: str) -> None:
        super().__init__(words(), parameter)


class indexed_words(indexed):  # noqa: N801
    """The same by the index, and so true for few others."""

    inherit_cache = False

    def __init__(self, parameter: str) -> None:
        super().__init__((), parameter)
        self.patterns = words().like(bindparam(f"{parameter}_like", type_=String))


def matching(name: str, *fields: str) -> Filter:
    """A filter on candidates: the text is part of any of the fields, without regard to case and accents (R-ESC-43)."""
    walked = or_(*(holds(_COLUMNS[field], name) for field in fields))
    long_form, short_form = and_(indexed(fields, name), walked), _among_all(name, fields)

    def build(text: str) -> Fragment:
        needle = folded(text.strip())
        if len(needle) < SHORTEST_INDEXED:
            return Fragment(f"{name} short", short_form, {name: needle}, walked)
        return Fragment(name, long_form, {name: needle, **_asked(name, needle, fields)}, walked)

    return build


def closeness(name: str, *fields: str) -> Filter:
    """A filter on candidates that a text is found in just so closely, as `(Closeness, text)`; all three together are `matching`."""
    found = or_(*(holds(_COLUMNS[field], name) for field in fields))
    whole, begins = among_words(f"{name}_word"), among_words(f"{name}_begin")
    walked = {
        Closeness.WORD: and_(found, whole),
        Closeness.BEGINNING: and_(found, begins, not_(whole)),
        Closeness.PART: and_(found, not_(begins)),
    }
    by_index = {
        Closeness.WORD: indexed_words(f"{name}_word"),
        Closeness.BEGINNING: indexed_words(f"{name}_begin"),
        Closeness.PART: indexed(fields, name),
    }

    def build(value: tuple[Closeness, str]) -> Fragment:
        close, needle = value[0], folded(value[1].strip())
        plain = " ".join(needle.translate(_AS_SPACES).split())
        asked = {Closeness.WORD: f" {plain} ", Closeness.BEGINNING: f" {plain}", Closeness.PART: needle}
        given = {name: needle, f"{name}_word": asked[Closeness.WORD], f"{name}_begin": asked[Closeness.BEGINNING]}
        if len(asked[close]) < SHORTEST_INDEXED:
            return Fragment(f"{name} {close} short", and_(_among_all(name, fields), walked[close]), given, walked[close])
        parameter = {Closeness.WORD: f"{name}_word", Closeness.BEGINNING: f"{name}_begin", Closeness.PART: name}[close]
        columns = fields if close is Closeness.PART else ("words",)
        given |= _asked(parameter, asked[close], columns)
        return Fragment(f"{name} {close}", and_(by_index[close], walked[close]), given, walked[close])

    return build


def _among_all(name: str, fields: tuple[str, ...]) -> ColumnElement[bool]:
    """The same for a text too short for the index: all candidates of the account are looked at, before anything hangs on them."""
    other = aliased(Candidate, name="looked_at")
    held = or_(*(holds(getattr(other, _COLUMNS[field].key), name) for field in fields))
    return Candidate.key.in_(select(other.key).where(other.account_id == ACCOUNT, held))


def _asked(parameter: str, needle: str, columns: tuple[str, ...]) -> dict[str, str]:
    """What the index of each database is asked: all rows with the text, and maybe others."""
    quoted = needle.replace('"', '""')
    return {
        f"{parameter}_like": "%" + needle.translate(_ANY_CHARACTER) + "%",
        f"{parameter}_match": f'{{{" ".join(columns)}}} : "{quoted}"',
    }
