"""Finding people by parts of their name or mail, the same on both databases: folded text behind a trigram index."""

from collections.abc import Sequence
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
LOOKED_AT = "looked_at"
_OTHER = aliased(Candidate, name=LOOKED_AT)
_LOOKED_AT = {"name": _OTHER.sort_name, "email": _OTHER.search_email}
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
    """True for all rows of some candidates that a text of three characters or more is in, and maybe others; asks the index."""

    inherit_cache = False
    type = Boolean()

    def __init__(self, parameter: str, row: str, *columns: Any) -> None:
        pattern = bindparam(f"{parameter}_like", type_=String)
        self.patterns = or_(false(), *(column.like(pattern) for column in columns)).self_group()
        rows: Any = select(literal_column("candidate_text.rowid")).select_from(_INDEX)
        self.rows = literal_column(f"{row}.rowid").in_(
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


class among(ColumnElement[bool]):  # noqa: N801
    """True for the candidates that a SELECT of keys finds: it is run first, and what hangs on them is asked for by their keys.

    Otherwise a planner that takes them for many would go through the whole account in the order of the list.
    """

    inherit_cache = False
    type = Boolean()

    def __init__(self, keys: Any) -> None:
        self.keys = keys.scalar_subquery()

    def self_group(self, against: Any = None) -> "among":
        return self

    @property
    def _from_objects(self) -> Any:
        return []


@compiles(among, "postgresql")
def _among_postgresql(element: among, compiler: Any, **options: Any) -> str:
    return f"candidate.key = ANY(ARRAY{compiler.process(element.keys, **options)})"


@compiles(among)
def _among_sqlite(element: among, compiler: Any, **options: Any) -> str:
    return f"candidate.key IN {compiler.process(element.keys, **options)}"


class words(ColumnElement[str]):  # noqa: N801
    """The words of a candidate's name and mail, folded, each between spaces; the migrations index the same expression."""

    inherit_cache = False
    type = String()

    def __init__(self, row: str = "candidate") -> None:
        self.row = row

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
def _words_postgresql(element: words, _compiler: Any, **_options: Any) -> str:
    return words_sql("postgresql", element.row)


@compiles(words)
def _words_sqlite(element: words, _compiler: Any, **_options: Any) -> str:
    return words_sql("sqlite", element.row)


def matching(name: str, *fields: str) -> Filter:
    """A filter on candidates: the text is part of any of the fields, without regard to case and accents (R-ESC-43)."""
    walked = or_(*(holds(_COLUMNS[field], name) for field in fields))
    held = or_(*(holds(_LOOKED_AT[field], name) for field in fields))
    long_form = _found(indexed(name, LOOKED_AT, *(_LOOKED_AT[field] for field in fields)), held)
    short_form = _found(held)

    def build(text: str) -> Fragment:
        needle = folded(text.strip())
        if len(needle) < SHORTEST_INDEXED:
            return Fragment(f"{name} short", short_form, {name: needle}, walked)
        return Fragment(name, long_form, {name: needle, **_asked(name, needle, fields)}, walked)

    return build


def closeness(name: str, *fields: str) -> Filter:
    """A filter on candidates that a text is found in just so closely, as `(Closeness, text)`; all three together are `matching`."""
    walked = _closely(name, [_COLUMNS[field] for field in fields], words())
    held = _closely(name, [_LOOKED_AT[field] for field in fields], words(LOOKED_AT))
    parameters = {Closeness.WORD: f"{name}_word", Closeness.BEGINNING: f"{name}_begin", Closeness.PART: name}
    by_index = {
        Closeness.WORD: indexed(parameters[Closeness.WORD], LOOKED_AT, words(LOOKED_AT)),
        Closeness.BEGINNING: indexed(parameters[Closeness.BEGINNING], LOOKED_AT, words(LOOKED_AT)),
        Closeness.PART: indexed(name, LOOKED_AT, *(_LOOKED_AT[field] for field in fields)),
    }
    long_forms = {close: _found(by_index[close], held[close]) for close in Closeness}
    short_forms = {close: _found(held[close]) for close in Closeness}

    def build(value: tuple[Closeness, str]) -> Fragment:
        close, needle = value[0], folded(value[1].strip())
        plain = needle.translate(_AS_SPACES)  # as the words of a row are made, so that "Dr. Anna" has the same gap in both
        asked = {Closeness.WORD: f" {plain} ", Closeness.BEGINNING: f" {plain}", Closeness.PART: needle}
        given = {parameters[each]: asked[each] for each in Closeness}
        if len(asked[close]) < SHORTEST_INDEXED:
            return Fragment(f"{name} {close} short", short_forms[close], given, walked[close])
        given |= _asked(parameters[close], asked[close], fields if close is Closeness.PART else ("words",))
        return Fragment(f"{name} {close}", long_forms[close], given, walked[close])

    return build


def _closely(name: str, columns: Sequence[Any], among_words: words) -> dict[Closeness, ColumnElement[bool]]:
    """The condition for each closeness; asks no index."""
    found = or_(*(holds(column, name) for column in columns))
    whole, begins = holds(among_words, f"{name}_word"), holds(among_words, f"{name}_begin")
    return {
        Closeness.WORD: and_(found, whole),
        Closeness.BEGINNING: and_(found, begins, not_(whole)),
        Closeness.PART: and_(found, not_(begins)),
    }


def _found(*conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    """True for those candidates of the account that conditions on them find."""
    return among(select(_OTHER.key).where(_OTHER.account_id == ACCOUNT, *conditions))


def _asked(parameter: str, needle: str, columns: tuple[str, ...]) -> dict[str, str]:
    """What the index of each database is asked: all rows with the text, and maybe others."""
    quoted = needle.replace('"', '""')
    return {
        f"{parameter}_like": "%" + needle.translate(_ANY_CHARACTER) + "%",
        f"{parameter}_match": f'{{{" ".join(columns)}}} : "{quoted}"',
    }
