"""Copying a database while it is used, putting the copy back, and refusing what cannot be done (Q-12)."""

import shutil
import sqlite3
import stat
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from domain.invites import queries
from domain.kernel.paging import Window
from gateway import backups, storage
from gateway.app import open_for
from gateway.backups import NotPossible, backup, restore
from gateway.settings import Settings
from tests.support import missing
from tests.support.databases import SECRET, Databases
from tests.support.http import Http
from tests.support.world import CommittedJobs, World

ONE_KIND = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
Advance = Callable[[int], None]


def told(percents: list[int]) -> Advance:
    return percents.append


def names(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


@pytest.fixture
def target(databases: Databases, database_url: str, tmp_path: Path) -> Iterator[Settings]:
    """An empty database of the same kind, to restore to."""
    kind = database_url.partition(":")[0]
    if kind == "postgresql":
        missing.need_postgresql()
    (tmp_path / "target").mkdir()
    with databases.empty(kind, tmp_path / "target") as url:
        yield Settings(var=tmp_path / "target", database_url=url, secret=SECRET)


class TestBackup:
    async def test_of_a_used_database_is_restored_and_serves(self, world: World, target: Settings, tmp_path: Path) -> None:
        """The key, the invite, the result and the balance are those that were backed up."""
        invite, _attempt = await world.complete()
        percents: list[int] = []
        backup(world.settings, tmp_path / "copy" / "backup", told(percents))
        assert sum(percents) == 100
        late = await world.invite("late@example.com")
        restore(target, tmp_path / "copy" / "backup", force=False)

        database = await open_for(target, CommittedJobs(), world.clock)
        restored = World(target, database, world.clock, CommittedJobs(), world.outbox, world.account_id, world.sandbox_id, world.key)
        http = await Http.open(restored)
        try:
            seen = await http.graph("{ invites(first: 9) { nodes { key } } balance { available used } results(first: 5) { totalCount } }")
            assert [one["key"] for one in seen["invites"]["nodes"]] == [invite]
            assert seen["balance"] == {"available": 99, "used": 1}
            assert seen["results"] == {"totalCount": 1}
            assert await restored.invite("new@example.com") != late
        finally:
            await http.close()
            await database.close()

    async def test_is_for_this_user_alone(self, world: World, tmp_path: Path) -> None:
        file = tmp_path / "backup"
        backup(world.settings, file, told([]))
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        assert "backup.partial" not in names(tmp_path)

    async def test_never_writes_over_a_file(self, world: World, tmp_path: Path) -> None:
        (tmp_path / "backup").write_text("precious")
        with pytest.raises(NotPossible, match="exists already"):
            backup(world.settings, tmp_path / "backup", told([]))
        assert (tmp_path / "backup").read_text() == "precious"

    def test_of_nothing_is_refused(self, target: Settings, tmp_path: Path) -> None:
        with pytest.raises(NotPossible, match="empty: there is nothing to back up"):
            backup(target, tmp_path / "backup", told([]))
        assert not (tmp_path / "backup").exists()

    @ONE_KIND
    async def test_goes_on_while_others_write(self, world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """Forced: a transaction of two rows commits between two parts of the copy, three times; the copy has both or none."""
        monkeypatch.setattr(backups, "PAGES_AT_ONCE", 20)
        source = str(world.settings.database.database)
        writes = iter(range(3))

        def write(_by: int) -> None:
            number = next(writes, None)
            if number is not None:
                with closing(sqlite3.connect(source, isolation_level=None)) as other:
                    other.execute("begin immediate")
                    for half in ("a", "b"):
                        other.execute("insert into worker_beat (name, at) values (?, '2026')", (f"{number}{half}",))
                    other.execute("commit")

        backup(world.settings, tmp_path / "backup", write)
        assert next(writes, None) is None
        with closing(sqlite3.connect(tmp_path / "backup")) as copy:
            assert copy.execute("pragma integrity_check").fetchone() == ("ok",)
            names = {name for (name,) in copy.execute("select name from worker_beat")}
        assert names in [{f"{number}{half}" for number in range(count) for half in "ab"} for count in range(4)]

    @ONE_KIND
    async def test_that_fails_leaves_nothing_behind(self, world: World, tmp_path: Path) -> None:
        def fails(_by: int) -> None:
            raise OSError("no space left")

        with pytest.raises(OSError, match="no space left"):
            backup(world.settings, tmp_path / "backup", fails)
        assert [name for name in names(tmp_path) if "backup" in name] == []


class TestRestore:
    async def test_over_data_needs_force(self, world: World, tmp_path: Path) -> None:
        backup(world.settings, tmp_path / "backup", told([]))
        await world.invite()
        before = await world.rows()
        with pytest.raises(NotPossible, match="Stop servers and workers, and give --force"):
            restore(world.settings, tmp_path / "backup", force=False)
        assert await world.rows() == before

    async def test_by_force_goes_back_to_the_backup(self, world: World, tmp_path: Path) -> None:
        kept = await world.invite("kept@example.com")
        backup(world.settings, tmp_path / "backup", told([]))
        await world.invite("lost@example.com")
        await world.database.close()
        restore(world.settings, tmp_path / "backup", force=True)
        world.database = await open_for(world.settings, CommittedJobs(), world.clock)
        read = world.database.read()
        page = await queries.page(read, world.account_id, Window(first=5), now=world.clock.now(), order="newest", given={})
        assert [row.key for row in page.rows] == [kept]

    async def test_of_what_is_no_backup_changes_nothing(self, world: World, target: Settings, tmp_path: Path) -> None:
        before = await world.rows()
        for name, content in (("text", b"hello"), ("nothing", b""), ("half", None)):
            file = tmp_path / name
            if content is None:
                backup(world.settings, tmp_path / "whole", told([]))
                content = (tmp_path / "whole").read_bytes()[:2000]
            file.write_bytes(content)
            with pytest.raises(NotPossible) as refusal:
                restore(world.settings, file, force=True)
            assert "not a backup" in str(refusal.value) or "damaged" in str(refusal.value) or "failed" in str(refusal.value)
        assert await world.rows() == before
        assert storage.revision(target) is None

    @ONE_KIND
    async def test_of_another_sqlite_file_changes_nothing(self, world: World, tmp_path: Path) -> None:
        before = await world.rows()
        with closing(sqlite3.connect(tmp_path / "other")) as other:
            other.execute("create table t (x)")
        with pytest.raises(NotPossible, match="not a backup that `centil backup` made"):
            restore(world.settings, tmp_path / "other", force=True)
        assert await world.rows() == before

    @ONE_KIND
    async def test_of_a_newer_release_is_refused(self, world: World, target: Settings, tmp_path: Path) -> None:
        backup(world.settings, tmp_path / "backup", told([]))
        with closing(sqlite3.connect(tmp_path / "backup")) as copy:
            copy.execute("update alembic_version set version_num = '9999'")
            copy.commit()
        with pytest.raises(NotPossible, match=r"at step 9999, .* Use the newer release"):
            restore(target, tmp_path / "backup", force=False)
        assert storage.revision(target) is None


class TestTools:
    """PostgreSQL's own tools do its work."""

    @pytest.fixture
    def postgres(self, databases: Databases, tmp_path: Path) -> Iterator[Settings]:
        missing.need_postgresql()
        with databases.copy("postgresql", tmp_path) as url:
            yield Settings(var=tmp_path, database_url=url.replace("owner@", "owner:p%40ss@"), secret=SECRET)

    def test_that_are_missing_are_named(self, postgres: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("PATH", str(tmp_path))
        with pytest.raises(NotPossible, match="pg_dump is not installed: install the PostgreSQL client"):
            backup(postgres, tmp_path / "backup", told([]))
        assert not (tmp_path / "backup").exists()

    def test_get_the_password_by_their_environment(self, postgres: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """Never by the list of processes, which anybody on the machine can read."""
        called: list[Any] = []
        run = backups.subprocess.run

        def noted(command: list[str], **options: Any) -> Any:
            called.append((command, options["env"]["PGPASSWORD"]))
            return run(command, **options)

        monkeypatch.setattr(backups.subprocess, "run", noted)
        backup(postgres, tmp_path / "backup", told([]))
        [(command, password)] = called
        assert password == "p@ss"
        assert "p@ss" not in str(command)
        assert "p%40ss" not in str(command)
        assert shutil.which("pg_dump") == command[0]
