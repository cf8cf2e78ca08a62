"""backup and restore as an operator runs them: everything comes back, and nothing is lost by a mistake (Q-12)."""

import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from domain.kernel.columns import Entity
from gateway import storage
from gateway.migrations import HEAD
from gateway.settings import Settings
from tests.gateway.cli.conftest import Cli
from tests.gateway.jobs.durable import Durable
from tests.support import missing
from tests.support.databases import SECRET, Databases
from tests.support.world import World


@pytest.fixture
def target(databases: Databases, database_url: str, tmp_path: Path) -> Iterator[Settings]:
    """An empty database of the same kind."""
    kind = database_url.partition(":")[0]
    if kind == "postgresql":
        missing.need_postgresql()
    folder = tmp_path / "target"
    folder.mkdir()
    with databases.empty(kind, folder) as url:
        yield Settings(var=folder, database_url=url, secret=SECRET)


def everything(settings: Settings) -> dict[str, list[Any]]:
    """Every row of our tables and of the engine's jobs, as the owner sees them."""
    engine = sa.create_engine(storage.sync_url(settings), poolclass=sa.NullPool)
    with engine.connect() as connection:
        schema = "" if settings.on_sqlite else "dbos."
        tables = ["alembic_version", *Entity.metadata.tables, *(f"{schema}{name}" for name in ("workflow_status", "workflow_input"))]
        return {table: sorted(map(repr, connection.execute(sa.text(f"SELECT * FROM {table}")))) for table in tables}


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def damage(settings: Settings) -> None:
    """What is left of a file after its disk failed."""
    Path(str(settings.database.database)).write_bytes(b"nothing that could be read " * 10)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


class TestBackupAndRestore:
    async def test_bring_every_row_back(self, cli: Cli, world: World, target: Settings, tmp_path: Path) -> None:
        """Accounts, keys, answers, results, the ledger, the log of events, and a job that is still to be done."""
        await world.complete()
        async with Durable.open(world) as durable:
            await durable.world.invite("later@example.com", send_email=True)
            assert durable.statuses() == ["ENQUEUED"]
        before, file = everything(world.settings), tmp_path / "copies" / "today"

        said = await cli("backup", str(file))
        assert said.answer.endswith(f"Backed up to {file}. Keep it as safe as the database itself, with the secret ({tmp_path}/secret).")
        assert "100/100" in said.out
        assert mode(file) == 0o600
        assert everything(world.settings) == before

        cli.set(VAR=str(target.var), DATABASE_URL=target.database_url)
        assert (await cli("restore", str(file))).answer == "Restored."
        assert everything(target) == before
        assert (await cli("migrate")).answer == f"The database is at step {HEAD}."
        assert (await cli("credits", "grant", "1", "--account", "owner@example.com")).answer == "100 credits are available."

    async def test_over_data_needs_force(self, cli: Cli, world: World, tmp_path: Path) -> None:
        file = str(tmp_path / "backup")
        await cli("backup", file)
        await cli("credits", "grant", "7", "--account", "owner@example.com")
        before = everything(world.settings)
        says = "The database is not empty. Stop servers and workers, and give --force to replace it."
        assert (await cli("restore", file)).refusal == says
        assert everything(world.settings) == before
        await world.close()
        assert (await cli("restore", file, "--force")).answer == "Restored."
        assert (await cli("credits", "grant", "1", "--account", "owner@example.com")).answer == "101 credits are available."


class TestRefusals:
    async def test_of_a_backup_are_one_sentence(self, cli: Cli, world: World, tmp_path: Path) -> None:
        taken, file = tmp_path / "taken", tmp_path / "file"
        taken.write_text("precious")
        file.touch()
        assert (await cli("backup", str(taken))).refusal == f"{taken} exists already. Choose another name."
        assert taken.read_text() == "precious"
        said = (await cli("backup", str(file / "below" / "backup"))).refusal
        assert said.endswith(": Not a directory. Choose another place, or make room there.")
        assert str(file) in said
        assert names(tmp_path) - {"taken", "file", "secret"} <= {"centil.sqlite3", "centil.sqlite3-wal", "centil.sqlite3-shm"}

    async def test_of_a_restore_are_one_sentence_and_change_nothing(self, cli: Cli, world: World, target: Settings, tmp_path: Path) -> None:
        before = everything(world.settings)
        await cli("backup", str(tmp_path / "whole"))
        whole = (tmp_path / "whole").read_bytes()
        broken = {"text": b"not a backup", "nothing": b"", "head": whole[:2000], "half": whole[: len(whole) // 2]}
        for name, content in broken.items():
            (tmp_path / name).write_bytes(content)
            said = (await cli("restore", str(tmp_path / name), "--force")).refusal
            assert any(word in said for word in ("not a backup", "damaged", "failed:")), said
            assert everything(world.settings) == before
        cli.set(VAR=str(target.var), DATABASE_URL=target.database_url)
        for name in broken:
            assert (await cli("restore", str(tmp_path / name))).code == 1
            assert storage.revision(target) is None

    async def test_of_a_newer_release_changes_nothing(self, cli: Cli, world: World, target: Settings, tmp_path: Path) -> None:
        engine = sa.create_engine(storage.sync_url(world.settings), poolclass=sa.NullPool)
        with engine.begin() as connection:
            connection.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
        await cli("backup", str(tmp_path / "newer"))
        cli.set(VAR=str(target.var), DATABASE_URL=target.database_url)
        says = f"The backup is at step 9999, this release knows up to {HEAD}. Use the newer release."
        assert (await cli("restore", str(tmp_path / "newer"))).refusal == says
        assert (await cli("restore", str(tmp_path / "newer"), "--force")).refusal == says
        assert storage.revision(target) is None

    async def test_of_the_other_kind_of_database_change_nothing(self, cli: Cli, world: World, tmp_path: Path) -> None:
        """A dump of PostgreSQL is no file of SQLite, and the other way round."""
        before = everything(world.settings)
        other = tmp_path / "other"
        other.write_bytes(b"PGDMP\x01\x0e\x00" + bytes(500) if world.settings.on_sqlite else b"SQLite format 3\x00" + bytes(500))
        said = (await cli("restore", str(other), "--force")).refusal
        assert any(word in said for word in ("not a backup", "failed:")), said
        assert everything(world.settings) == before

    @pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
    async def test_of_arguments_that_are_none_name_them(self, cli: Cli, tmp_path: Path) -> None:
        assert "does not exist" in (await cli("restore", str(tmp_path / "nothing"))).misuse
        assert "is a directory" in (await cli("restore", str(tmp_path))).misuse
        assert "Missing argument 'file'" in (await cli("backup")).misuse

    @pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
    async def test_force_replaces_a_file_that_is_damaged(self, cli: Cli, world: World, tmp_path: Path) -> None:
        """The day a backup is for."""
        before = everything(world.settings)
        await cli("backup", str(tmp_path / "backup"))
        await world.close()
        damage(world.settings)
        assert (await cli("restore", str(tmp_path / "backup"), "--force")).answer == "Restored."
        assert everything(world.settings) == before
