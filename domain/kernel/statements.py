"""Reads as prepared statements: built at import, compiled once per database, answered as rows with named columns."""

from collections import OrderedDict, defaultdict
from collections.abc import Callable, Collection, Hashable, Iterable, Mapping, Sequence
from operator import attrgetter, itemgetter
from typing import Any, ClassVar, Protocol, TypeVar, cast

import orjson
import sqlalchemy as sa
from sqlalchemy import Dialect
from sqlalchemy.dialects import sqlite
from sqlalchemy.dialects.postgresql import ARRAY, asyncpg
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql import coercions, roles
from sqlalchemy.sql.elements import BindParameter
from sqlalchemy.types import TypeDecorator, TypeEngine

from domain.kernel import tenancy
from domain.kernel.columns import Converter, Json, Portable

K = TypeVar("K", bound=Hashable)
ACCOUNT: BindParameter[int] = sa.bindparam("account_id", type_=sa.BigInteger)
"""The account a read is held to; every account-owned table in a statement is compared with it."""
OWNER: BindParameter[int] = sa.bindparam("owner", type_=sa.BigInteger)
"""The same for an UPDATE, whose parameters may not be named like a column."""

DIALECTS: dict[str, Dialect] = {
    "sqlite": sqlite.dialect(paramstyle="qmark"),
    "postgresql": asyncpg.dialect(),  # type: ignore[no-untyped-call]
}
NARROWED_KEPT = 32
"""Selections of columns that are kept of a statement."""
OFTEN = 3
"""So many times columns have to be asked for before a statement of their own is made: that takes some milliseconds."""
STATEMENTS: list["Statement"] = []
"""Every statement built at import, so that a test can compile them all."""


class Row(tuple[Any, ...]):
    """A tuple with named columns that knows which graph type it feeds; that tag tells the members of a union apart."""

    __slots__ = ()
    graph_type: ClassVar[str] = "Row"
    columns: ClassVar[tuple[str, ...]] = ()

    def __getattr__(self, name: str) -> Any:  # only for the type checker: real columns are properties
        raise AttributeError(f"{type(self).__name__} has no column {name!r}, only {', '.join(self.columns)}")


def row_type(graph_type: str, columns: Sequence[str]) -> type[Row]:
    """Make the row type of a statement: its columns by name, in the order of the SELECT."""
    body: dict[str, Any] = {"__slots__": (), "graph_type": graph_type, "columns": tuple(columns)}
    body |= {name: property(itemgetter(index)) for index, name in enumerate(columns)}
    return type(f"{graph_type}Row", (Row,), body)


class Keys(TypeDecorator[Any]):
    """All keys of a batch as one parameter: a native array, or JSON text."""

    impl = sa.String
    cache_ok = True

    def __init__(self, item: TypeEngine[Any]) -> None:
        super().__init__()
        self.item = item

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(ARRAY(self.item) if dialect.name == "postgresql" else sa.String())

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:
        return list(value) if dialect.name == "postgresql" else orjson.dumps(list(value)).decode()


class any_of(sa.ColumnElement[bool]):  # noqa: N801  reads as an operator: any_of(Invite.key)
    """True for the rows whose column is among the keys; one array parameter, so one text for any number of keys."""

    inherit_cache = False
    type = sa.Boolean()

    def __init__(self, column: Any, name: str = "keys") -> None:
        self.column: Any = coercions.expect(roles.ExpressionElementRole, column)
        self.keys: BindParameter[Any] = sa.bindparam(name, type_=Keys(self.column.type))

    def self_group(self, against: Any = None) -> "any_of":
        return self  # otherwise SQLite is given "IN (…) = 1" and reads the whole table

    @property
    def _from_objects(self) -> Any:
        return self.column._from_objects


@compiles(any_of, "postgresql")
def _any_of_postgresql(element: any_of, compiler: Any, **options: Any) -> str:
    return f"{compiler.process(element.column, **options)} = ANY({compiler.process(element.keys, **options)})"


@compiles(any_of)
def _any_of_json(element: any_of, compiler: Any, **options: Any) -> str:
    keys = compiler.process(element.keys, **options)
    return f"{compiler.process(element.column, **options)} IN (SELECT value FROM json_each({keys}))"


class Prepared:
    """A statement as one driver takes it: text, the order of its parameters, a converter per column."""

    __slots__ = ("_binds", "_converters", "_fixed", "row", "text")

    def __init__(self, select: Any, dialect: Dialect, row: type[Row]) -> None:
        compiled = select.compile(dialect=dialect, compile_kwargs={"render_postcompile": True})
        self.row = row
        self.text = str(compiled)
        self._fixed = {name: bind.value for name, bind in compiled.binds.items() if bind.value is not None}
        self._binds = [(name, compiled.binds[name].type.dialect_impl(dialect).bind_processor(dialect)) for name in compiled.positiontup]
        self._converters = [
            (index, convert) for index, column in enumerate(select.selected_columns) if (convert := _converter(column.type, dialect))
        ]

    def bind(self, parameters: dict[str, Any]) -> list[Any]:
        """Put parameters in the driver's order and form; a missing one is a KeyError."""
        fixed = self._fixed
        return [
            process(value) if process and value is not None else value
            for name, process in self._binds
            for value in (parameters[name] if name in parameters else fixed[name],)
        ]

    def rows(self, raw: Sequence[Sequence[Any]]) -> list[Row]:
        """Give raw driver rows their names and convert what needs it, column by column."""
        if not self._converters or not raw:
            return list(map(self.row, raw))
        columns: list[Any] = list(zip(*raw, strict=True))
        for index, convert in self._converters:
            columns[index] = [value if value is None else convert(value) for value in columns[index]]
        return list(map(self.row, zip(*columns, strict=True)))


def _converter(column_type: TypeEngine[Any], dialect: Dialect) -> Converter | None:
    if isinstance(column_type, Portable):
        as_text = dialect.name == "sqlite" or isinstance(column_type, Json)  # asyncpg answers JSON as text
        return column_type.read if as_text else None
    if isinstance(column_type, sa.Boolean):
        return bool if dialect.name == "sqlite" else None
    return None


class Often:
    """Tells what comes again and again from what comes once; of the rest only the latest are remembered."""

    def __init__(self, kept: int = 256) -> None:
        self._kept = kept
        self._times: OrderedDict[Hashable, int] = OrderedDict()

    def __call__(self, what: Hashable) -> bool:
        """Count; say whether it has come often by now."""
        self._times[what] = times = self._times.pop(what, 0) + 1
        if len(self._times) > self._kept:
            self._times.popitem(last=False)
        return times >= OFTEN


class Statement:
    """A read, the same for both databases or built for each; checked against crossing accounts when it is built."""

    __slots__ = ("_build", "_keeps", "_narrowed", "_often", "_prepared", "graph_type", "unscoped")

    def __init__(self, build: Callable[[str], Any], graph_type: str, unscoped: str | None, keeps: frozenset[str] | None = None) -> None:
        self._build = build
        self._prepared: dict[str, Prepared] = {}
        self._keeps = keeps
        self._narrowed: OrderedDict[frozenset[str], Statement] = OrderedDict()
        self._often = Often()
        self.graph_type = graph_type
        self.unscoped = unscoped
        if unscoped is None:
            for select in {id(select): select for select in map(build, DIALECTS)}.values():  # most are the same for both
                tenancy.check(select)

    def prepared(self, dialect: str) -> Prepared:
        """The statement for one database; compiled when first asked for, which costs about a millisecond."""
        if dialect not in self._prepared:
            select = self._build(dialect)
            names = [column.key for column in select.selected_columns]
            self._prepared[dialect] = Prepared(select, DIALECTS[dialect], row_type(self.graph_type, names))
        return self._prepared[dialect]

    def narrowed(self, reads: Mapping[str, frozenset[str]]) -> "Statement":
        """The same read with the columns that are read of its rows, if it says which others it needs."""
        wanted = reads.get(self.graph_type)
        if wanted is None or self._keeps is None:
            return self
        if (known := self._narrowed.get(wanted)) is not None:
            self._narrowed.move_to_end(wanted)
            return known
        if not self._often(wanted):
            return self
        names = wanted | self._keeps
        made = Statement(lambda dialect: with_columns(self._build(dialect), names), self.graph_type, self.unscoped)
        self._narrowed[wanted] = made
        if len(self._narrowed) > NARROWED_KEPT:
            self._narrowed.popitem(last=False)
        return made


def with_columns(select: Any, names: Collection[str]) -> Any:
    """A SELECT with those of its columns that are named."""
    return select.with_only_columns(*(column for column in select.selected_columns if column.key in names), maintain_column_froms=True)


def statement(select: Any, graph_type: str = "Row", *, unscoped: str | None = None, keeps: Sequence[str] | None = None) -> Statement:
    """Declare a read at import.

    `select` is a Core SELECT, or a function from the database's name to one. `unscoped` is the reason why a statement
    may cross accounts; a test lists those. `keeps` names the columns that its query needs itself, such as that by which
    it indexes the rows; then others are read only when somebody wants them (`Narrowed`).
    """
    build = select if callable(select) else lambda _dialect: select
    declared = Statement(cast(Callable[[str], Any], build), graph_type, unscoped, None if keeps is None else frozenset(keeps))
    STATEMENTS.append(declared)
    return declared


class Read(Protocol):
    """What batch queries are given to ask the database with; they await nothing else."""

    async def __call__(self, statement: Statement, **parameters: Any) -> list[Row]: ...

    async def all(self, *reads: Any) -> list[Any]: ...


class Narrowed:
    """Reads whose rows have the columns that are read of them: `reads` names those by the type of row."""

    __slots__ = ("_read", "_reads")

    def __init__(self, read: Read, reads: Mapping[str, frozenset[str]]) -> None:
        self._read = read
        self._reads = reads

    async def __call__(self, statement: Statement, **parameters: Any) -> list[Row]:
        return await self._read(statement.narrowed(self._reads), **parameters)

    async def all(self, *reads: Any) -> list[Any]:
        return await self._read.all(*reads)


def by_key(rows: Iterable[Row], column: str) -> dict[Any, Row]:
    """Index rows by a column that is unique among them."""
    return {getattr(row, column): row for row in rows}


def group(rows: Iterable[Row], column: str) -> dict[Any, list[Row]]:
    """Gather rows by a column, keeping their order."""
    groups: dict[Any, list[Row]] = defaultdict(list)
    value_of = attrgetter(column)
    for row in rows:
        groups[value_of(row)].append(row)
    return groups
