"""Hold every statement to its account (Q-1): refused unless each account-owned table in it is filtered on an account."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Delete, Insert, Select, Update
from sqlalchemy.sql import operators
from sqlalchemy.sql.elements import BinaryExpression, BindParameter, BooleanClauseList
from sqlalchemy.sql.selectable import Alias, CompoundSelect, Join, Lateral, SelectBase, TableClause

COLUMN = "account_id"


class CrossesAccounts(Exception):
    """A statement reads or writes an account-owned table without saying whose."""


@dataclass(frozen=True)
class _Scope:
    """What a nested SELECT may lean on: the tables around it, and which of them are held."""

    tables: tuple[Any, ...] = ()
    held: frozenset[str] = field(default_factory=frozenset)


def check(statement: Any) -> None:
    """Refuse a statement in which an account-owned table is not held to an account.

    A table is held when a condition that must be true (joined by AND, or the condition of a join) compares its account
    with a parameter, or with the account of a table that is held. What stands under OR or NOT holds nothing.

    Raises CrossesAccounts.
    """
    if isinstance(statement, (Update, Delete)):
        _check_scope(statement, [statement.table], list(_flatten(statement.whereclause)), _Scope())
    elif isinstance(statement, SelectBase):
        _check_select(statement, _Scope())
    elif isinstance(statement, Insert) and isinstance(statement.select, SelectBase):
        _check_select(statement.select, _Scope())


def _check_select(select: Any, outer: _Scope) -> None:
    if isinstance(select, CompoundSelect):
        for part in select.selects:
            _check_select(part, outer)
    elif isinstance(select, Select):
        sources, conditions = _sources(select.get_final_froms())
        _check_scope(select, sources, [*_flatten(select.whereclause), *conditions], outer)
    elif hasattr(select, "element"):
        _check_select(select.element, outer)


def _check_scope(statement: Any, sources: list[Any], conditions: list[Any], outer: _Scope) -> None:
    tables = [source for source in sources if _is_table(source)]
    local = [table for table in tables if not any(table is around for around in outer.tables)]
    held = _held(conditions, outer.held - {_name(table) for table in local})
    if free := sorted(_name(table) for table in local if COLUMN in table.c and _name(table) not in held):
        raise CrossesAccounts(f"{', '.join(free)} not held to an account in:\n{statement}")
    scope = _Scope((*outer.tables, *tables), frozenset(held))
    for source in sources:
        if not _is_table(source) and isinstance(element := getattr(source, "element", None), SelectBase):
            _check_select(element, scope if isinstance(source, Lateral) else _Scope())
    for nested in _nested(statement, conditions):
        _check_select(nested, scope)


def _sources(froms: Iterable[Any]) -> tuple[list[Any], list[Any]]:
    """The tables and subqueries of a FROM clause, and the conditions of its joins."""
    sources: list[Any] = []
    conditions: list[Any] = []
    todo = list(froms)
    while todo:
        source = todo.pop()
        if isinstance(source, Join):
            todo += [source.left, source.right]
            conditions += _flatten(source.onclause)
        else:
            sources.append(source)
    return sources, conditions


def _nested(statement: Any, conditions: list[Any]) -> Iterator[SelectBase]:
    """The SELECTs inside the expressions of a statement, without those inside them."""
    todo: list[Any] = list(conditions)
    if isinstance(statement, Select):
        todo += [*statement._raw_columns, *statement._order_by_clauses, *statement._having_criteria, *statement._group_by_clauses]
        todo += [clause for clause in (statement.whereclause, statement._limit_clause) if clause is not None]
    elif isinstance(statement, Update):
        todo += [value for value in (statement._values or {}).values() if hasattr(value, "get_children")]
    seen: set[int] = set()
    while todo:
        node = todo.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        if isinstance(node, SelectBase):
            yield node
        elif not isinstance(node, (TableClause, Alias)):
            todo += node.get_children()


def _flatten(clause: Any) -> Iterator[Any]:
    if clause is None:
        return
    if isinstance(clause, BooleanClauseList) and clause.operator is operators.and_:
        for part in clause.clauses:
            yield from _flatten(part)
    else:
        yield clause


def _held(conditions: list[Any], base: frozenset[str] | set[str]) -> set[str]:
    held = set(base)
    links: list[tuple[str, str]] = []
    for condition in conditions:
        if not isinstance(condition, BinaryExpression) or condition.operator is not operators.eq:
            continue
        names = [name for name in (_account_of(condition.left), _account_of(condition.right)) if name]
        if len(names) == 2:
            links.append((names[0], names[1]))
        elif names and any(isinstance(side, BindParameter) for side in (condition.left, condition.right)):
            held.add(names[0])
    while grown := {b for a, b in links if a in held and b not in held} | {a for a, b in links if b in held and a not in held}:
        held |= grown
    return held


def _account_of(side: Any) -> str | None:
    """The name of the table whose account column this is."""
    if getattr(side, "key", None) == COLUMN and getattr(side, "table", None) is not None:
        return _name(side.table)
    return None


def _is_table(source: Any) -> bool:
    """A table or its alias; a subquery is judged by its own SELECT, and a table function has no owner."""
    return isinstance(source, TableClause) or (isinstance(source, Alias) and isinstance(source.element, TableClause))


def _name(source: Any) -> str:
    return str(source.name)
