"""The schema: from nothing to this release, safely again, and a sentence for whoever brings another one (Q-12)."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

import gateway.migrations
from domain.kernel.columns import Entity
from domain.kernel.permissions import EVERYTHING
from domain.kernel.personal import unclassed
from gateway import storage
from gateway.migrations import HEAD
from gateway.migrations.versions import s0002_talent
from gateway.settings import Settings
from gateway.storage import WrongSchema
from tests.support import missing
from tests.support.databases import SECRET, Databases


def settings_for(url: str, folder: Path) -> Settings:
    return Settings(var=folder, database_url=url, secret=SECRET)


@pytest.fixture(params=["sqlite", "postgresql"])
def empty(request: pytest.FixtureRequest, databases: Databases, tmp_path: Path) -> Iterator[Settings]:
    """Settings that name a database nothing was done with."""
    if request.param == "postgresql":
        missing.need_postgresql()
    with databases.empty(request.param, tmp_path) as url:
        yield settings_for(url, tmp_path)


@pytest.fixture
def migrated(database_url: str, tmp_path: Path) -> Settings:
    return settings_for(database_url, tmp_path)


def run(settings: Settings, text: str) -> Any:
    """Run a statement as the owner and give its rows."""
    engine = sa.create_engine(storage.sync_url(settings))
    with engine.begin() as connection:
        result = connection.execute(sa.text(text))
        rows = [tuple(row) for row in result] if result.returns_rows else []
    engine.dispose()
    return rows


@contextmanager
def as_owner(settings: Settings, *tables: str) -> Iterator[None]:
    """Reach rows past row level security, as a step of a migration does."""
    for force in ("NO FORCE", "FORCE"):
        if not settings.on_sqlite:
            for table in tables:
                run(settings, f"ALTER TABLE {table} {force} ROW LEVEL SECURITY")
        if force == "NO FORCE":
            yield


def tables(settings: Settings) -> set[str]:
    engine = sa.create_engine(storage.sync_url(settings))
    found = set(sa.inspect(engine).get_table_names())
    engine.dispose()
    return found


class TestMigrate:
    def test_makes_everything_from_nothing_and_nothing_twice(self, empty: Settings) -> None:
        assert storage.revision(empty) is None
        assert storage.migrate(empty) is None
        assert storage.revision(empty) == HEAD
        made = tables(empty)
        assert set(Entity.metadata.tables) <= made
        assert storage.migrate(empty) == HEAD
        assert tables(empty) == made
        storage.check(empty)

    def test_again_keeps_the_data(self, migrated: Settings) -> None:
        columns = "(name, at) VALUES ('w1', '2026-01-01T00:00:00.000000+00:00')"
        run(migrated, f"INSERT INTO worker_beat {columns}")
        assert storage.migrate(migrated) == HEAD
        assert run(migrated, "SELECT name FROM worker_beat") == [("w1",)]

    def test_makes_the_folder_of_the_file(self, tmp_path: Path) -> None:
        settings = Settings(var=tmp_path / "a" / "b", secret=SECRET)
        storage.migrate(settings)
        assert (tmp_path / "a" / "b" / "centil.sqlite3").exists()


class TestFromTheRelease:
    def test_before_keys_that_could_do_everything_still_can(self, empty: Settings) -> None:
        """Q-12: the steps to 0002 and 0008, on a database with rows of the release before."""
        storage.migrate(empty, to="0001")
        moment = "'2026-01-01T00:00:00.000000+00:00'"
        account = "account_id, twin, mode, company, slug, type, status, email, country, language, created_at"
        key = "account_id, key, digest, prefix, last_four, name, mode, permissions, rate_limit, created_at"
        everything = [*s0002_talent.EVERYTHING_BEFORE]
        with as_owner(empty, "account", "api_key"):
            run(empty, f"INSERT INTO account ({account}) VALUES (1, 2, 'live', 'A', 'a', 's', 'a', 'a@example.com', 'DE', 'de', {moment})")
            for name, permissions in (("all", everything), ("some", everything[:3])):
                kept = json.dumps(permissions) if empty.on_sqlite else "{" + ",".join(permissions) + "}"
                run(empty, f"INSERT INTO api_key ({key}) VALUES (1, '{name}', '{name}', 'p', 'l', 'n', 'live', '{kept}', 100, {moment})")
        assert storage.migrate(empty) == "0001"
        with as_owner(empty, "api_key"):
            found = dict(run(empty, "SELECT key, permissions FROM api_key"))
        found = {name: json.loads(kept) if empty.on_sqlite else kept for name, kept in found.items()}
        assert found["some"] == everything[:3]
        assert sorted(found["all"]) == sorted(EVERYTHING)
        storage.check(empty)

    def test_before_webhooks_and_their_log_stay_as_they_were(self, empty: Settings) -> None:
        """Q-12: the step to 0017, which on SQLite makes the table of webhooks anew, with rows in it and rows that refer to them."""
        storage.migrate(empty, to="0016")
        moment = "'2026-01-01T00:00:00.000000+00:00'"
        events = json.dumps(["invite.completed"]) if empty.on_sqlite else "{invite.completed}"
        rows = {
            "account": (
                "account_id, twin, mode, company, slug, type, status, email, country, language, created_at",
                f"1, 2, 'live', 'A', 'a', 's', 'active', 'a@example.com', 'DE', 'de', {moment}",
            ),
            "webhook": (
                "account_id, key, url, description, events, format, secret, failing_since, wake_at, created_at, updated_at",
                f"1, 'wh_1', 'https://example.com', 'Ours', '{events}', 'esc', 'locked', {moment}, {moment}, {moment}, {moment}",
            ),
            "delivery": (
                "account_id, key, webhook_key, sequence, type, subject, body, status, tries, attempts, next_at, created_at",
                f"1, 'msg_1', 'wh_1', 7, 'invite.completed', 'inv_1', '{{}}', 'pending', 1, 1, {moment}, {moment}",
            ),
            "delivery_attempt": (
                "account_id, delivery_key, number, at, latency_ms, status_code",
                f"1, 'msg_1', 1, {moment}, 20, 500",
            ),
        }
        log = ("webhook", "delivery", "delivery_attempt")
        with as_owner(empty, *rows):
            for table, (columns, values) in rows.items():
                run(empty, f"INSERT INTO {table} ({columns}) VALUES ({values})")
            before = {table: run(empty, f"SELECT {rows[table][0]} FROM {table}") for table in log}
        assert storage.migrate(empty) == "0016"
        with as_owner(empty, *rows):
            assert {table: run(empty, f"SELECT {rows[table][0]} FROM {table}") for table in log} == before
            assert run(empty, "SELECT questionnaire_key, retried, signed, credential FROM webhook") == [(None, True, True, None)]
            refused = ["UPDATE webhook SET format = 'other'"]
            if empty.on_sqlite:
                assert run(empty, "PRAGMA foreign_key_check") == []
                assert "_before" not in str(run(empty, "SELECT sql FROM sqlite_master"))
                assert {parent for _id, _seq, parent, *_ in run(empty, "PRAGMA foreign_key_list(delivery)")} == {"webhook"}
                assert {parent for _id, _seq, parent, *_ in run(empty, "PRAGMA foreign_key_list(webhook)")} == {"account", "questionnaire"}
            else:
                refused += ["DELETE FROM webhook", "UPDATE webhook SET questionnaire_key = 'of nobody'"]
            for text in refused:
                with pytest.raises(sa.exc.IntegrityError):
                    run(empty, text)
        storage.check(empty)


class TestCheck:
    def test_an_empty_database_is_refused(self, empty: Settings) -> None:
        with pytest.raises(WrongSchema, match=r"^The database is empty\. Run: centil migrate$"):
            storage.check(empty)

    def test_looking_makes_no_file(self, tmp_path: Path) -> None:
        settings = Settings(var=tmp_path / "nothing", secret=SECRET)
        assert storage.revision(settings) is None
        assert not (tmp_path / "nothing").exists()

    def test_a_newer_schema_is_refused_and_left_alone(self, migrated: Settings) -> None:
        run(migrated, "UPDATE alembic_version SET version_num = '9999'")
        before = tables(migrated)
        for action in (storage.check, storage.migrate):
            with pytest.raises(
                WrongSchema, match=f"at step 9999, this release knows up to {HEAD}. Run the newer release, or restore a backup"
            ):
                action(migrated)
        assert tables(migrated) == before
        assert storage.revision(migrated) == "9999"

    def test_an_older_schema_says_what_to_run(self, migrated: Settings) -> None:
        run(migrated, "UPDATE alembic_version SET version_num = '0000'")
        with pytest.raises(WrongSchema, match=f"at step 0000, this release needs {HEAD}. Run: centil migrate"):
            storage.check(migrated)


class TestSteps:
    def scripts(self) -> ScriptDirectory:
        config = Config()
        config.set_main_option("script_location", str(Path(gateway.migrations.__file__).parent))
        return ScriptDirectory.from_config(config)

    def test_the_head_is_the_newest_file(self) -> None:
        newest = max((Path(gateway.migrations.__file__).parent / "versions").glob("s*.py"))
        assert [HEAD] == self.scripts().get_heads() == [newest.stem[1:5]]

    def test_lead_from_one_to_the_next(self) -> None:
        steps = list(self.scripts().walk_revisions())
        assert [step.revision for step in steps] == sorted((step.revision for step in steps), reverse=True)
        assert [step.down_revision for step in steps] == [*(step.revision for step in steps[1:]), None]


class TestModels:
    def test_are_what_the_steps_make(self, migrated: Settings) -> None:
        """Columns, types, nullability, indexes and unique constraints, on both databases."""

        def is_ours(name: str | None, kind: str, _parents: Any) -> bool:
            return kind != "table" or name in Entity.metadata.tables

        def is_declared(_item: Any, name: str | None, kind: str, reflected: bool, _other: Any) -> bool:
            return not (kind == "index" and reflected and str(name).endswith("_parts"))  # of the search, made by migrations/rules.py

        options = {"compare_type": True, "include_name": is_ours, "include_object": is_declared, "target_metadata": Entity.metadata}
        engine = sa.create_engine(storage.sync_url(migrated))
        with engine.connect() as connection:
            found = compare_metadata(MigrationContext.configure(connection, opts=options), Entity.metadata)
        engine.dispose()
        assert found == []

    def test_class_every_column_that_could_hold_words(self) -> None:
        """Q-11."""
        assert unclassed(Entity.metadata) == []


class TestPostgresql:
    @pytest.fixture
    def database_url(self, databases: Databases, tmp_path: Path) -> Iterator[str]:
        missing.need_postgresql()
        with databases.copy("postgresql", tmp_path) as url:
            yield url

    def test_every_table_of_accounts_is_behind_row_level_security(self, migrated: Settings) -> None:
        """Q-1: enabled, forced upon the owner as well, with a policy for each role."""
        owned = {name for name, table in Entity.metadata.tables.items() if "account_id" in table.c}
        secured = run(migrated, "SELECT relname FROM pg_class WHERE relrowsecurity AND relforcerowsecurity")
        assert {name for (name,) in secured} >= owned
        policies = run(migrated, "SELECT tablename, policyname FROM pg_policies")
        assert {(table, policy) for table in owned for policy in ("own_account", "reading")} <= set(policies)

    def test_the_roles_of_connections_can_do_no_more_than_they_must(self, migrated: Settings) -> None:
        roles = "SELECT rolname, rolsuper, rolbypassrls, rolcreaterole, rolcreatedb, rolcanlogin FROM pg_roles WHERE rolname LIKE 'centil%'"
        assert sorted(run(migrated, roles)) == [("centil_app", *[False] * 5), ("centil_reader", *[False] * 5)]
        grants = run(migrated, "SELECT DISTINCT privilege_type FROM information_schema.table_privileges WHERE grantee = 'centil_reader'")
        assert grants == [("SELECT",)]

    def test_a_user_who_may_not_make_roles_is_told_what_to_ask_for(self, databases: Databases, tmp_path: Path) -> None:
        with databases.empty("postgresql", tmp_path) as url:
            owner = settings_for(url, tmp_path)
            name = owner.database.database
            run(owner, "CREATE ROLE plain LOGIN")
            try:
                run(owner, f'ALTER DATABASE "{name}" OWNER TO plain')
                plain = settings_for(url.replace("owner@", "plain@"), tmp_path)
                with pytest.raises(WrongSchema, match=r"may not create roles\. Let an administrator .* GRANT centil_app, centil_reader TO"):
                    storage.migrate(plain)
                run(owner, "GRANT centil_app, centil_reader TO plain")
                assert storage.migrate(plain) is None
                storage.check(plain)
            finally:
                run(owner, f'ALTER DATABASE "{name}" OWNER TO owner')
                run(owner, "REASSIGN OWNED BY plain TO owner")
                run(owner, "DROP OWNED BY plain")
                run(owner, "DROP ROLE plain")
