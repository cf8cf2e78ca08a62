"""Copies of a PostgreSQL database, used again when only rows are left behind: emptying one takes a tenth of making one."""

from typing import Any

import psycopg
from psycopg.sql import SQL, Identifier, Literal

from tests.support.postgres import Postgres

_OURS = "where {}::regnamespace::text !~ '^(pg_|information_schema)'"
_LOOKS = (
    "select string_agg(concat_ws('|', oid, relname, relowner, relrowsecurity, relforcerowsecurity, relacl), ',' order by oid)"
    f" from pg_class {_OURS.format('relnamespace')}",
    "select string_agg(concat_ws('|', attrelid, attname, atttypid, attnotnull, attacl), ',' order by attrelid, attnum)"
    f" from pg_attribute join pg_class on pg_class.oid = attrelid {_OURS.format('relnamespace')}",
    f"select string_agg(concat_ws('|', oid, prosrc, proacl), ',' order by oid) from pg_proc {_OURS.format('pronamespace')}",
    "select string_agg(policy::text, ',' order by oid) from pg_policy policy",
    "select string_agg(concat_ws('|', oid, tgenabled), ',' order by oid) from pg_trigger",
    "select concat_ws('|', datdba, datacl, datconnlimit) from pg_database where datname = current_database()",
)
"""What a database is beside its rows; whatever a test changes of it, that copy is not used again."""
_GROWN = "select 1 from pg_class where oid = any({}::regclass[]) and pg_total_relation_size(oid) > {} limit 1"
_SMALL = 20 * 8192
"""Bytes of a table with its indexes. Up to here deleted rows may lie about: the planner takes no table for smaller than that."""
_ALONE = "select pg_terminate_backend(pid, 5000) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()"


class Copies:
    """Hands out databases that are as the template was left."""

    def __init__(self, server: Postgres, template: str) -> None:
        self._server, self._template = server, template
        self._free: list[str] = []
        self._made: dict[str, Any] = {}
        with psycopg.connect(server.url(template), autocommit=True) as connection:
            seeded, empty = _tables(connection)
        parts = [SQL(part) for part in _LOOKS] + [
            SQL("select string_agg(row::text, ',' order by row::text) from {} row").format(table) for table in seeded
        ]
        self._looks = SQL("select md5(concat({}))").format(SQL(", ").join(SQL("({})").format(part) for part in parts))
        self._grown = SQL(_GROWN).format(Literal([table.as_string() for table in empty]), Literal(_SMALL))
        self._truncating = SQL("truncate {}").format(SQL(", ").join(empty))
        # rows go in any order then
        self._deleting = SQL("; ").join(
            [SQL("set session_replication_role = replica"), *(SQL("delete from {}").format(table) for table in empty)]
        )

    def take(self) -> str:
        """The name of a copy, made when none is free."""
        if self._free:
            return self._free.pop()
        name = f"test_{len(self._made) + 1}"
        self._server.create(name, self._template)
        with psycopg.connect(self._server.url(name), autocommit=True) as connection:
            self._made[name] = connection.execute(self._looks).fetchone()
        return name

    def give_back(self, name: str) -> None:
        """Empty a copy for the next, or drop it when it is no longer like the template."""
        with psycopg.connect(self._server.url(name), autocommit=True) as connection:
            connection.execute(_ALONE)
            like_before = connection.execute(self._looks).fetchone() == self._made[name]
            if like_before:
                grown = connection.execute(self._grown).fetchone()
                connection.execute(self._truncating if grown else self._deleting)
                connection.execute("select setval(seqrelid, seqstart, false) from pg_sequence")
        if like_before:
            self._free.append(name)
        else:
            self._server.drop(name)


def _tables(connection: "psycopg.Connection[tuple[str, ...]]") -> tuple[list[Identifier], list[Identifier]]:
    """The tables that have rows, and those that have none."""
    listed = connection.execute(SQL("select schemaname, tablename from pg_tables " + _OURS.format("schemaname"))).fetchall()
    seeded: list[Identifier] = []
    empty: list[Identifier] = []
    for place in listed:
        table = Identifier(*place)
        has_rows = connection.execute(SQL("select 1 from {} limit 1").format(table)).fetchone()
        (seeded if has_rows else empty).append(table)
    return seeded, empty
