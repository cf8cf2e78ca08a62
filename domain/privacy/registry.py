"""The tables about candidates, as the registry declares them: how their rows are found, and what erasure writes."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

from sqlalchemy import ColumnElement, MetaData, String, Table, and_, bindparam, cast, or_, select

from domain.kernel.columns import Entity
from domain.kernel.personal import SUBJECT, Erasure, Held, Via, held_in, undeclared
from domain.kernel.statements import ACCOUNT, OWNER

WHOM = bindparam("whom", type_=String)
"""The candidate whom a statement is about."""


class Undeclared(Exception):
    """Tables hold something about candidates that nobody could find; the message names them."""


@dataclass(frozen=True)
class Subject:
    """A table about candidates."""

    table: Table
    held: Held

    @property
    def name(self) -> str:
        return self.table.name

    def whose(self, account: Any = ACCOUNT) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
        """The conditions on rows about one candidate of an account."""
        return self.table.c.account_id == account, or_(*(self._leads(way, account) for way in self.held.ways))

    def each_way(self) -> list[tuple[ColumnElement[bool], ColumnElement[bool]]]:
        """The same, way by way: each is found by an index, while either of two is looked for in every row of the account."""
        return [(self.table.c.account_id == ACCOUNT, self._leads(way, ACCOUNT)) for way in self.held.ways]

    def _leads(self, way: str | Via, account: Any) -> ColumnElement[bool]:
        if isinstance(way, str):
            return self.table.c[way] == WHOM
        near, column = _subject(self.table.metadata.tables[way.table]), self.table.c[way.column]
        target = near.table.c[way.target]
        same = target if isinstance(target.type, String) == isinstance(column.type, String) else cast(target, String)
        found = column.in_(select(same).where(*near.whose(account)).correlate(None))
        return found if way.when is None else and_(way.when(self.table), found)

    @cached_property
    def distance(self) -> int:
        """How many tables lie between this one and the candidate: 0 for the candidates themselves."""
        steps = [way for way in self.held.ways if isinstance(way, Via)]
        nearest = 0 if self.name == SUBJECT else 1
        return max([nearest, *(1 + _subject(self.table.metadata.tables[way.table]).distance for way in steps)])

    @cached_property
    def replaced(self) -> dict[str, Any]:
        """What erasure writes into columns."""
        holdings = {column.name: column.info["holding"] for column in self.table.columns if "holding" in column.info}
        return {
            name: holding.placeholder if holding.erasure is Erasure.REPLACE else None
            for name, holding in holdings.items()
            if holding.erasure in (Erasure.REPLACE, Erasure.CLEAR)
        }

    @cached_property
    def erasing(self) -> Any:
        """The statement that erases, with the parameters `owner` and `whom`; None where everything stays.

        Rows that are erased already are left alone, so that its count is that of rows it did something about.
        """
        if self.held.rows is Erasure.DELETE:
            return self.table.delete().where(*self.whose(OWNER))
        if not self.replaced:
            return None
        left = or_(*(self.table.c[name].is_distinct_from(value) for name, value in self.replaced.items()))
        return self.table.update().where(*self.whose(OWNER), left).values(self.replaced)


def _subject(table: Table) -> Subject:
    held = held_in(table)
    assert held is not None, f"{table.name} leads to no candidate"
    return Subject(table, held)


def subjects(metadata: MetaData = Entity.metadata) -> Sequence[Subject]:
    """Every table about candidates, those farthest from them first, so that what leads to them stands until it is not needed.

    Raises Undeclared.
    """
    return _declared(metadata, len(metadata.tables))


@lru_cache(4)
def _declared(metadata: MetaData, _tables: int) -> Sequence[Subject]:
    if missing := undeclared(metadata):
        raise Undeclared(f"Say by about_candidates(…) how the rows about a candidate are found in: {', '.join(missing)}.")
    found = [_subject(table) for table in metadata.sorted_tables if (held := held_in(table)) is not None and held.ways]
    return tuple(sorted(found, key=lambda subject: -subject.distance))
