"""Databases that tests hand on to each other are as the template was left."""

import psycopg
import pytest

from tests.support import missing
from tests.support.copies import Copies
from tests.support.databases import Databases

ROWS = "INSERT INTO number_series (name, last) VALUES ('x', 1)"


@pytest.fixture
def copies(databases: Databases) -> Copies:
    missing.need_postgresql()
    return databases.copies()


def run(databases: Databases, name: str, text: str) -> list[tuple[object, ...]]:
    with psycopg.connect(databases.postgres().url(name), autocommit=True) as connection:
        cursor = connection.execute(text.encode())
        return cursor.fetchall() if cursor.description else []


def test_rows_and_numbers_are_gone(databases: Databases, copies: Copies) -> None:
    name = copies.take()
    first = run(databases, name, "SELECT nextval('attempt_number')")
    run(databases, name, ROWS)
    copies.give_back(name)
    assert copies.take() == name
    assert run(databases, name, "SELECT * FROM number_series") == []
    assert run(databases, name, "SELECT nextval('attempt_number')") == first
    copies.give_back(name)


def test_a_connection_that_was_left_open_writes_no_more(databases: Databases, copies: Copies) -> None:
    name = copies.take()
    with psycopg.connect(databases.postgres().url(name)) as left:
        left.execute(ROWS)
        copies.give_back(name)
        with pytest.raises(psycopg.OperationalError):
            left.commit()
    assert copies.take() == name
    assert run(databases, name, "SELECT * FROM number_series") == []
    copies.give_back(name)


@pytest.mark.parametrize(
    "change",
    [
        "ALTER TABLE invite DISABLE ROW LEVEL SECURITY",
        "ALTER TABLE invite ADD COLUMN more int",
        "ALTER TABLE invite DISABLE TRIGGER ALL",
        "DROP POLICY own_account ON invite",
        "CREATE TABLE one_more (x int)",
        "CREATE INDEX one_more ON invite (created_at)",
        "GRANT SELECT ON invite TO public",
        "UPDATE alembic_version SET version_num = '9999'",
    ],
)
def test_one_that_was_changed_is_not_handed_on(databases: Databases, copies: Copies, change: str) -> None:
    name = copies.take()
    run(databases, name, change)
    copies.give_back(name)
    another = copies.take()
    assert another != name
    copies.give_back(another)


def test_one_that_has_grown_is_as_small_as_before(databases: Databases, copies: Copies) -> None:
    name = copies.take()
    size = "SELECT pg_total_relation_size('number_series')"
    [before] = run(databases, name, size)
    run(databases, name, "INSERT INTO number_series SELECT 'x' || n, n FROM generate_series(1, 10000) n")
    copies.give_back(name)
    assert copies.take() == name
    assert run(databases, name, size) == [before]
    assert run(databases, name, "SELECT reltuples FROM pg_class WHERE relname = 'number_series'") == [(-1.0,)]
    copies.give_back(name)
