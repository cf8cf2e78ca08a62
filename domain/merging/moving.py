"""Rows that go from one candidate to another: every table that has the candidate's key, found by its columns."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import String, Table, bindparam, select, tuple_

from domain.kernel.personal import SUBJECT, SUBJECT_COLUMN
from domain.kernel.statements import OWNER
from domain.kernel.work import UnitOfWork
from domain.privacy.registry import subjects

Moved = dict[str, list[list[str | int]]]
"""The keys of rows by the names of tables, each without its account."""
AT_ONCE = 500
"""Rows named by one statement."""
BESIDE = {SUBJECT: "merged_into"}
"""Tables that lead to the candidate by another column."""
NEVER = {"erasure": "nobody who was erased is merged"}
"""Tables whose rows stay, and why."""
PARTS: Mapping[str, tuple[str, str, str]] = {
    "flow_attempt": ("assignment_id", "flow_assignment", "assignment_id"),
    "invite": ("key", "flow_attempt", "taking"),
    "participant": ("key", "flow_attempt", "taking"),
    "attempt": ("invite_key", "invite", "key"),
    "result": ("attempt_id", "attempt", "attempt_id"),
    "saved_match": ("attempt_id", "attempt", "attempt_id"),
    "team_member": ("attempt_id", "attempt", "attempt_id"),
}
"""Tables whose rows are part of, or came of, a row of another, always of the same candidate: column, other table, its column. Those
they came of are first."""
_FROM, _TO = (bindparam(name, type_=String) for name in ("giver", "taker"))


def column_of(table: Table) -> str:
    """The column by which rows of a table belong to a candidate."""
    return BESIDE.get(table.name, SUBJECT_COLUMN)


@lru_cache(1)
def tables() -> Sequence[Table]:
    """The tables whose rows move, in the order in which erasure locks them; candidates last."""
    found = [subject.table for subject in subjects()]
    return [table for table in found if column_of(table) in table.columns and table.name not in NEVER]


async def move(uow: UnitOfWork, giver: str, taker: str) -> Moved:
    """Give everything that one candidate has to another; return which rows they were."""
    parameters = {"owner": uow.account_id, "giver": giver, "taker": taker}
    await uow.flush()
    moved = {}
    for table in tables():
        done = await uow.session.execute(_moving(table.name), parameters)
        if rows := sorted([list(row) for row in done]):
            moved[str(table.name)] = rows
    uow.session.expire_all()
    return moved


async def move_back(uow: UnitOfWork, moved: Mapping[str, Sequence[Sequence[Any]]], giver: str, taker: str) -> None:
    """Give just these rows back, those of them that still belong to the giver, and what has become of them since."""
    await uow.flush()
    for table in tables():
        rows = moved.get(table.name, ())
        for start in range(0, len(rows), AT_ONCE):
            named = tuple_(*_keys(table)).in_([tuple(row) for row in rows[start : start + AT_ONCE]])
            statement = _changing(table).where(named)
            await uow.session.execute(statement, {"owner": uow.account_id, "giver": giver, "taker": taker})
    for name in PARTS:
        await uow.session.execute(_following(name), {"owner": uow.account_id, "giver": giver, "taker": taker})
    uow.session.expire_all()


def together(first: Moved, second: Moved) -> Moved:
    """What was moved in two goes."""
    return {name: sorted([*first.get(name, []), *second.get(name, [])]) for name in sorted({*first, *second})}


@lru_cache(100)
def _moving(name: str) -> Any:
    [table] = [table for table in tables() if table.name == name]
    return _changing(table).returning(*_keys(table))


def _changing(table: Table) -> Any:
    column = table.c[column_of(table)]
    return table.update().where(table.c.account_id == OWNER, column == _FROM).values({column: _TO})


@lru_cache(100)
def _following(name: str) -> Any:
    """Give the taker whatever came of a row that is theirs."""
    known = {table.name: table for table in tables()}
    column, whole, target = PARTS[name]
    theirs = known[whole]
    mine = select(theirs.c[target]).where(theirs.c.account_id == OWNER, theirs.c[column_of(theirs)] == _TO)
    return _changing(known[name]).where(known[name].c[column].in_(mine.correlate(None)))


def _keys(table: Table) -> list[Any]:
    return [column for column in table.primary_key.columns if column.name != "account_id"]
