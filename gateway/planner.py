"""What SQLite is told of the sizes of things, so that its plans are the same on every database and right for large ones.

Without statistics it takes every index to find ten rows by its first column, and reads a whole account by an index that
has all the columns asked for rather than a few rows by their keys. It documents this table as the place to tell it better.
"""

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from domain.kernel.columns import Entity

ROWS, OF_ACCOUNT = 1_000_000, 100_000
"""Rows of a large table, and those of one account in it."""
FEW_VALUES = 5
"""How many different values a closed list has."""
OF_PERSON = 3
"""Rows that belong to one person."""
CLOSED = {"status", "source", "origin", "kind", "format", "active", "settled"}
PEOPLE = {"candidate_key", "email", "invite_key"}


def tell(connection: Connection) -> None:
    """Write what SQLite is to believe; for every index there is, so safe to run again."""
    if connection.dialect.name != "sqlite":
        return
    connection.execute(sa.text("ANALYZE sqlite_schema"))  # makes the table, and reads no rows
    connection.execute(sa.text("DELETE FROM sqlite_stat1"))
    row = sa.text("INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES (:table, :index, :stat)")
    for table, index, stat in _believed(connection):
        connection.execute(row, {"table": table, "index": index, "stat": stat})


def _believed(connection: Connection) -> Iterator[tuple[str, str, str]]:
    inspected = "SELECT m.name, l.name, l.\"unique\" FROM sqlite_schema m, pragma_index_list(m.name) l WHERE m.type = 'table'"
    for table, index, unique in connection.execute(sa.text(inspected)).all():
        if table not in Entity.metadata.tables:  # the job engine knows its own tables best
            continue
        names = connection.execute(sa.text("SELECT name FROM pragma_index_info(:index) ORDER BY seqno"), {"index": index}).scalars().all()
        yield table, index, " ".join(map(str, _sizes(list(names), unique=bool(unique))))


def _sizes(columns: list[Any], *, unique: bool) -> Iterator[int]:
    """Rows in all, then how many have the same first column, the same first two and so on."""
    yield ROWS
    left = ROWS
    for column in columns[: -1 if unique else None]:
        if column == "account_id":
            left = OF_ACCOUNT
        elif column in CLOSED:
            left = max(1, left // FEW_VALUES)
        else:
            left = min(left, OF_PERSON if column in PEOPLE else 1)
        yield left
    if unique:
        yield 1
