"""SQLite finds rows by their keys, whatever columns are asked for, also where it has never counted any rows."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from domain.kernel.columns import Entity
from domain.kernel.statements import STATEMENTS, Statement, with_columns
from gateway import planner, storage
from gateway.settings import Settings
from tests.domain.modules import MODULES
from tests.support.databases import SECRET, Databases

INDEXES = "SELECT name, tbl_name FROM sqlite_schema WHERE type = 'index'"
BY_KEY = [statement for statement in STATEMENTS if statement._keeps]


@pytest.fixture
def file(databases: Databases, tmp_path: Path) -> Iterator[sqlite3.Connection]:
    with databases.copy("sqlite", tmp_path) as url:
        connection = sqlite3.connect(url.removeprefix("sqlite:///"))
        yield connection
        connection.close()


def plan(file: sqlite3.Connection, statement: Statement) -> list[str]:
    made = statement.prepared("sqlite")
    return [row[3] for row in file.execute(f"EXPLAIN QUERY PLAN {made.text}", [None] * made.text.count("?"))]


class TestPlans:
    @pytest.mark.parametrize("number", range(len(BY_KEY)), ids=lambda number: f"{BY_KEY[number].graph_type}{number}")
    def test_read_no_account_as_a_whole(self, file: sqlite3.Connection, number: int) -> None:
        """An index with all the columns asked for is no reason to walk through it."""
        assert MODULES
        whole = BY_KEY[number]
        assert whole._keeps
        columns = {column.key for column in whole._build("sqlite").selected_columns}
        for name in sorted(columns):
            narrow = Statement(lambda dialect, names=whole._keeps | {name}: with_columns(whole._build(dialect), names), "Row", None)
            assert [line for line in plan(file, narrow) if line.endswith("(account_id=?)")] == [], name


class TestTold:
    def test_has_a_line_for_every_index(self, file: sqlite3.Connection) -> None:
        indexes = {name for name, table in file.execute(INDEXES) if table in Entity.metadata.tables}
        told = dict(file.execute("SELECT idx, stat FROM sqlite_stat1"))
        assert set(told) == indexes
        assert told["uq_candidate_email"] == f"{planner.ROWS} {planner.OF_ACCOUNT} 1"
        assert told["ix_invite_status"] == f"{planner.ROWS} {planner.OF_ACCOUNT} {planner.OF_ACCOUNT // planner.FEW_VALUES} 1 1"

    def test_the_same_again(self, tmp_path: Path) -> None:
        settings = Settings(var=tmp_path, secret=SECRET)
        found = []
        for _ in range(2):
            storage.migrate(settings)
            with sqlite3.connect(str(settings.database.database)) as file:
                found.append(sorted(file.execute("SELECT * FROM sqlite_stat1")))
        assert found[0] == found[1] != []
