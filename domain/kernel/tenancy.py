"""Hold every statement to its account (Q-1): refused unless each account-owned table in it is filtered on an account."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Delete, Insert, Select, Update
from sqlalchemy.sql import operators
from sqlalchemy.sql.elements import BinaryExpression, BindParameter, BooleanClauseList, TextClause
from sqlalchemy.sql.selectable import (
    AliasedReturnsRows,
    CompoundSelect,
    FromClause,
    Join,
    Lateral,
    ScalarSelect,
    SelectBase,
    SelectState,
    SelectStatementGrouping,
    TableClause,
)

COLUMN = "account_id"


class CrossesAccounts(Exception):
    """A statement reads or writes an account-owned table without saying whose."""


@dataclass(frozen=True)
class _Condition:
    """What rows must meet, and which tables it can hold: any, or for an outer join those whose rows it leaves out."""

    clause: Any
    tables: frozenset[str] | None = None

    def holds(self, table: str) -> bool:
        return self.tables is None or table in self.tables


@dataclass(frozen=True)
class _Scope:
    """What a nested SELECT may lean on: what it can be correlated with, and which of those tables are held."""

    around: frozenset[Any] = frozenset()
    near: frozenset[Any] = frozenset()
    """Of these the FROM clause right around it, with which it is correlated without being told."""
    held: frozenset[str] = field(default_factory=frozenset)


def check(statement: Any) -> None:
    """Refuse a statement in which an account-owned table is not held to an account.

    A table is held when a condition that must be true (joined by AND, or the condition of a join) compares its account
    with a parameter, or with the account of a table that is held. What stands under OR or NOT holds nothing, and the
    condition of an outer join only the tables it joins. A FROM clause in text cannot be judged, so it is refused.

    Raises CrossesAccounts.
    """
    if isinstance(statement, (Update, Delete)):
        others = {source for criterion in statement._where_criteria for source in criterion._from_objects}
        sources, conditions = _sources({statement.table, *others})
        _check_scope(statement, sources, [*map(_Condition, _flatten(statement.whereclause)), *conditions], _Scope())
    elif isinstance(statement, Insert):
        _check_scope(statement, [], [], _Scope())
        if statement.select is not None:
            _check_select(statement.select, _Scope())
    else:
        _check_select(statement, _Scope())


def _check_select(select: Any, outer: _Scope) -> None:
    if isinstance(select, CompoundSelect):
        for part in select.selects:
            _check_select(part, outer)
    elif isinstance(select, Select):
        sources, conditions = _sources(_own_froms(select, outer))
        _check_scope(select, sources, [*map(_Condition, _flatten(select.whereclause)), *conditions], outer)
    elif isinstance(select, (SelectStatementGrouping, ScalarSelect)):
        _check_select(select.element, outer)
    else:
        raise CrossesAccounts(f"Text cannot be judged:\n{select}")


def _own_froms(select: Any, outer: _Scope) -> list[FromClause]:
    """The FROM clause as SQLAlchemy will write it: without what is correlated with the statements around."""
    how = (select._correlate, select._correlate_except, select._auto_correlate)
    return SelectState._correlate_froms(list(select.get_final_froms()), select, *how, outer.around, outer.near)  # type: ignore[arg-type]


def _check_scope(statement: Any, sources: list[Any], conditions: list[_Condition], outer: _Scope) -> None:
    tables = [source for source in sources if _is_table(source)]
    held = _held(conditions, outer.held - {_name(table) for table in tables})
    if free := sorted(_name(table) for table in tables if COLUMN in table.c and _name(table) not in held):
        raise CrossesAccounts(f"{', '.join(free)} not held to an account in:\n{statement}")
    near = frozenset(part for source in sources for part in source._from_objects)
    scope = _Scope(outer.around | near, near, frozenset(held))
    functions = []
    for source in sources:
        element = _innermost(source)
        if isinstance(element, (SelectBase, TextClause)):
            _check_select(element, scope if isinstance(source, Lateral) else _Scope())
        elif not _is_table(source):
            functions.append(element)
    for nested in _nested(statement, [*functions, *(condition.clause for condition in conditions)]):
        _check_select(nested, scope)


def _sources(froms: Iterable[Any]) -> tuple[list[Any], list[_Condition]]:
    """The tables and subqueries of a FROM clause, and the conditions of its joins."""
    sources: list[Any] = []
    conditions: list[_Condition] = []
    todo = list(froms)
    while todo:
        source = todo.pop()
        if isinstance(source, Join):
            todo += [source.left, source.right]
            conditions += [_Condition(clause, _held_by(source)) for clause in _flatten(source.onclause)]
        else:
            sources.append(source)
    return sources, conditions


def _held_by(join: Join) -> frozenset[str] | None:
    """The tables that the condition of a join can hold: an outer join keeps the rows of its left side all the same."""
    if join.full:
        return frozenset()
    return frozenset(map(_name, filter(_is_table, _sources([join.right])[0]))) if join.isouter else None


def _nested(statement: Any, clauses: list[Any]) -> Iterator[SelectBase]:
    """The SELECTs inside the expressions of a statement, without those inside them."""
    todo = list(clauses)
    if isinstance(statement, Select):
        todo += [*statement._raw_columns, *statement._order_by_clauses, *statement._having_criteria, *statement._group_by_clauses]
        todo += [*statement._distinct_on, statement._limit_clause, statement._offset_clause, statement._fetch_clause]
    else:
        todo += [*(getattr(statement, "_values", None) or {}).values(), *statement._returning]
    seen: set[int] = set()
    while todo:
        node = todo.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        if isinstance(node, SelectBase):
            yield node
        elif not isinstance(node, (TableClause, AliasedReturnsRows)) and hasattr(node, "get_children"):
            todo += node.get_children()


def _flatten(clause: Any) -> Iterator[Any]:
    if clause is None:
        return
    if isinstance(clause, BooleanClauseList) and clause.operator is operators.and_:
        for part in clause.clauses:
            yield from _flatten(part)
    else:
        yield clause


def _held(conditions: list[_Condition], base: frozenset[str]) -> set[str]:
    held = set(base)
    links: list[tuple[str, str]] = []
    for condition in conditions:
        clause = condition.clause
        if not isinstance(clause, BinaryExpression) or clause.operator is not operators.eq:
            continue
        names = [name for name in (_account_of(clause.left), _account_of(clause.right)) if name]
        if len(names) == 2:
            links += [(a, b) for a, b in (names, reversed(names)) if condition.holds(b)]
        elif names and any(isinstance(side, BindParameter) for side in (clause.left, clause.right)):
            held |= {name for name in names if condition.holds(name)}
    while grown := {b for a, b in links if a in held and b not in held}:
        held |= grown
    return held


def _account_of(side: Any) -> str | None:
    """The name of the table whose account column this is."""
    if getattr(side, "key", None) == COLUMN and getattr(side, "table", None) is not None:
        return _name(side.table)
    return None


def _is_table(source: Any) -> bool:
    """A table or its alias; a subquery is judged by its own SELECT, and a table function has no owner."""
    return isinstance(_innermost(source), TableClause)


def _innermost(source: Any) -> Any:
    """What a FROM element is made of, under all its aliases."""
    while isinstance(source, AliasedReturnsRows):
        source = source.element
    return source


def _name(source: Any) -> str:
    return str(source.name)
