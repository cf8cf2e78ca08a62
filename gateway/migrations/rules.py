"""What tables get beyond their columns: row level security, append-only, the search index, number series."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

import sqlalchemy as sa
from alembic import op

from domain.candidates.search import words_sql
from domain.kernel.columns import Strings

WRITER, READER = "centil_app", "centil_reader"


def on_postgresql() -> bool:
    return op.get_bind().dialect.name == "postgresql"


def account_owned(*tables: str) -> None:
    """Put tables behind row level security (Q-1): the writer sees the rows of the account that its transaction names.

    The reader may read every row, for reads are held to the account by their statements; an owner sees nothing.
    """
    if not on_postgresql():
        return
    mine = "account_id = nullif(current_setting('centil.account', true), '')::bigint"
    for table in tables:
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY own_account ON {table} TO {WRITER} USING ({mine}) WITH CHECK ({mine})")
        op.execute(f"CREATE POLICY reading ON {table} FOR SELECT TO {READER} USING (true)")
        op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO {WRITER}")
        op.execute(f"GRANT SELECT ON {table} TO {READER}")


@contextmanager
def as_owner(table: str) -> Iterator[None]:
    """Let a step read and change the rows of all accounts, which even the owner may not otherwise."""
    if on_postgresql():
        op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
    yield
    if on_postgresql():
        op.execute("SET CONSTRAINTS ALL IMMEDIATE")  # a row that two steps changed waits for its foreign keys, and a table for that
        op.execute("SET CONSTRAINTS ALL DEFERRED")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")


def shared(*tables: str) -> None:
    """Let the application use tables that belong to no account."""
    if on_postgresql():
        for table in tables:
            op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO {WRITER}")
            op.execute(f"GRANT SELECT ON {table} TO {READER}")


def append_only(*tables: str) -> None:
    """Refuse to change or delete rows that were written, whoever asks."""
    if on_postgresql():
        op.execute(
            "CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION 'rows of % are never changed', TG_TABLE_NAME; END $$"
        )
    for table in tables:
        if on_postgresql():
            op.execute(f"REVOKE UPDATE, DELETE ON {table} FROM {WRITER}")
            op.execute(
                f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION refuse_change()"
            )
            continue
        for verb in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, 'rows of {table} are never changed'); END"
            )


def search_index() -> None:
    """Index parts of folded names and addresses by trigrams: pg_trgm, or FTS5 kept by triggers."""
    if on_postgresql():
        op.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
        for column in ("sort_name", "search_email"):
            op.execute(f"CREATE INDEX ix_candidate_{column}_parts ON candidate USING gin ({column} gin_trgm_ops)")
        return
    op.execute("CREATE VIRTUAL TABLE candidate_text USING fts5(name, email, tokenize='trigram')")
    added = "INSERT INTO candidate_text(rowid, name, email) VALUES (new.rowid, new.sort_name, new.search_email)"
    changed = "UPDATE candidate_text SET name = new.sort_name, email = new.search_email WHERE rowid = new.rowid"
    gone = "DELETE FROM candidate_text WHERE rowid = old.rowid"
    op.execute(f"CREATE TRIGGER candidate_text_added AFTER INSERT ON candidate BEGIN {added}; END")
    op.execute(f"CREATE TRIGGER candidate_text_changed AFTER UPDATE OF sort_name, search_email ON candidate BEGIN {changed}; END")
    op.execute(f"CREATE TRIGGER candidate_text_gone AFTER DELETE ON candidate BEGIN {gone}; END")


def search_words() -> None:
    """Index the words of names and addresses, too, each between spaces: so whole words and beginnings of words are found by trigrams."""
    words = words_sql("postgresql" if on_postgresql() else "sqlite", "candidate" if on_postgresql() else "new")
    if on_postgresql():
        op.execute(f"CREATE INDEX ix_candidate_words_parts ON candidate USING gin ({words} gin_trgm_ops)")
        return
    for trigger in ("added", "changed", "gone"):
        op.execute(f"DROP TRIGGER candidate_text_{trigger}")
    op.execute("DROP TABLE candidate_text")
    op.execute("CREATE VIRTUAL TABLE candidate_text USING fts5(name, email, words, tokenize='trigram')")
    columns, values = "name, email, words", f"new.sort_name, new.search_email, {words}"
    op.execute(
        f"INSERT INTO candidate_text(rowid, {columns}) "
        f"SELECT rowid, sort_name, search_email, {words_sql('sqlite', 'candidate')} FROM candidate"
    )
    added = f"INSERT INTO candidate_text(rowid, {columns}) VALUES (new.rowid, {values})"
    changed = f"UPDATE candidate_text SET ({columns}) = ({values}) WHERE rowid = new.rowid"
    gone = "DELETE FROM candidate_text WHERE rowid = old.rowid"
    op.execute(f"CREATE TRIGGER candidate_text_added AFTER INSERT ON candidate BEGIN {added}; END")
    op.execute(f"CREATE TRIGGER candidate_text_changed AFTER UPDATE OF sort_name, search_email ON candidate BEGIN {changed}; END")
    op.execute(f"CREATE TRIGGER candidate_text_gone AFTER DELETE ON candidate BEGIN {gone}; END")


def grant_to_unlimited_keys(before: Sequence[str], new: Sequence[str]) -> None:
    """Let keys that might do everything do what is new, too: integrators must not notice that there is more."""
    key = sa.table("api_key", sa.column("account_id"), sa.column("key"), sa.column("permissions", Strings()))
    connection = op.get_bind()
    with as_owner("api_key"):
        for row in connection.execute(sa.text("SELECT account_id, key, permissions FROM api_key").columns(*key.c)).all():
            if set(before) <= set(row.permissions):
                mine = (key.c.account_id == row.account_id) & (key.c.key == row.key)
                connection.execute(key.update().where(mine).values(permissions=[*row.permissions, *new]))


def number_series(series: Mapping[str, int]) -> None:
    """Make number series that begin after the given numbers: sequences, or rows."""
    if on_postgresql():
        for name, last in series.items():
            op.execute(f"CREATE SEQUENCE {name}_number AS bigint START {last + 1}")
            op.execute(f"GRANT USAGE ON SEQUENCE {name}_number TO {WRITER}")
        return
    table = sa.table("number_series", sa.column("name"), sa.column("last"))
    op.bulk_insert(table, [{"name": name, "last": last} for name, last in series.items()])
