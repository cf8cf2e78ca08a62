"""A restore brings back people who were erased since the backup; it erases them again before anybody is served (Q-11)."""

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from domain.candidates import commands as candidates
from domain.candidates import queries
from gateway import backups, erasures, storage
from gateway.app import open_for
from gateway.backups import backup, restore
from gateway.settings import Settings
from tests.domain.privacy.people import candidate_of, erase, erasure_of, everything
from tests.support import missing
from tests.support.databases import SECRET, Databases
from tests.support.world import CommittedJobs, World

ANNA = "anna@example.com"


def nothing(_by: int) -> None:
    """Nobody watches."""


def naming(folder: Path, words: bytes) -> list[str]:
    """The files with some words in them; what is half restored is gone."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert not [path for path in files if "restoring" in path.name]
    return [path.name for path in files if words in path.read_bytes()]


def damage(world: World) -> None:
    Path(str(world.settings.database.database)).write_bytes(b"no database" * 1000)


async def reopened(world: World, settings: Settings | None = None) -> World:
    """The world on the database as it was restored."""
    settings = settings or world.settings
    return replace(world, settings=settings, database=await open_for(settings, CommittedJobs(), world.clock))


async def backed_up(world: World, file: Path) -> tuple[str, str]:
    """Two people in a backup; their keys."""
    await world.complete()
    await world.complete("bert@example.com", "Bert Tal", seed=2)
    backup(world.settings, file, nothing)
    return await candidate_of(world, ANNA), await candidate_of(world, "bert@example.com")


async def standing(world: World, key: str) -> Any:
    return (await queries.by_keys(world.database.read(), world.account_id, [key]))[key]


class TestRestore:
    @pytest.mark.parametrize("finished", [True, False])
    async def test_erases_again_who_was_erased_since(self, world: World, tmp_path: Path, finished: bool) -> None:
        """Also when the erasure was a moment ago, so that its job has not run: the database that is replaced knows of it."""
        anna, bert = await backed_up(world, tmp_path / "backup")
        at = world.advance(hours=3)
        told = await erase(world, anna)
        if finished:
            await world.run_jobs()
        assert (world.settings.var / "files" / "erasures").exists() is finished
        await world.database.close()
        world.advance(hours=1)
        assert restore(world.settings, tmp_path / "backup", force=True) == 1
        restored = await reopened(world)
        assert (await standing(restored, anna)).name == "Anonym"
        assert (await standing(restored, anna)).anonymized_at == at
        assert (await standing(restored, bert)).name == "Bert Tal"
        row = await erasure_of(restored, anna)
        assert (row.key, row.requested_at, row.actor) == (told.key, at, f"key:{world.key.key}")
        assert row.finished_at is not None
        text = everything(restored)
        assert "Anna Berg" not in text
        assert ANNA not in text
        if world.settings.on_sqlite:
            assert naming(tmp_path, b"Anna Berg") == ["backup"]
        assert (world.settings.var / "files" / "erasures").exists()
        await restored.close()

    async def test_does_so_every_time(self, world: World, tmp_path: Path) -> None:
        """The log is told anew by whoever restores: the same backup twice."""
        anna, _ = await backed_up(world, tmp_path / "backup")
        await erase(world, anna)
        await world.database.close()
        for _ in range(2):
            assert restore(world.settings, tmp_path / "backup", force=True) == 1
        restored = await reopened(world)
        assert (await standing(restored, anna)).name == "Anonym"
        await restored.close()

    async def test_does_so_whoever_was_protected_then(self, world: World, tmp_path: Path) -> None:
        await world.complete()
        anna = await candidate_of(world, ANNA)
        await protect(world, anna, protected=True)
        backup(world.settings, tmp_path / "backup", nothing)
        await protect(world, anna, protected=False)
        await erase(world, anna)
        await world.database.close()
        assert restore(world.settings, tmp_path / "backup", force=True) == 1
        restored = await reopened(world)
        assert (await standing(restored, anna)).name == "Anonym"
        await restored.close()

    async def test_leaves_everybody_else(self, world: World, tmp_path: Path) -> None:
        """Somebody erased before the backup stays so; one who came and went after it is not in it."""
        await world.complete()
        anna = await candidate_of(world, ANNA)
        await erase(world, anna)
        await world.invite()  # the same address, as somebody new
        again = await candidate_of(world, ANNA)
        backup(world.settings, tmp_path / "backup", nothing)
        await world.invite("late@example.com", "Late")
        await erase(world, await candidate_of(world, "late@example.com"))
        await world.run_jobs()
        await world.database.close()
        assert restore(world.settings, tmp_path / "backup", force=True) == 0
        restored = await reopened(world)
        assert [(await standing(restored, key)).name for key in (anna, again)] == ["Anonym", "Anna Berg"]
        await restored.close()

    async def test_on_another_machine_needs_the_files_alone(self, world: World, elsewhere: Settings, tmp_path: Path) -> None:
        anna, _ = await backed_up(world, tmp_path / "backup")
        await erase(world, anna)
        await world.run_jobs()
        shutil.copytree(tmp_path / "files" / "erasures", elsewhere.var / "files" / "erasures")
        assert restore(elsewhere, tmp_path / "backup", force=False) == 1
        restored = await reopened(world, elsewhere)
        assert (await standing(restored, anna)).name == "Anonym"
        await restored.close()

    @pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
    async def test_replaces_what_is_damaged(self, world: World, tmp_path: Path) -> None:
        """A database that tells nothing any more does not stand in the way; the files beside it tell of erasures."""
        anna, _ = await backed_up(world, tmp_path / "backup")
        await erase(world, anna)
        await world.run_jobs()
        await world.database.close()
        damage(world)
        assert restore(world.settings, tmp_path / "backup", force=True) == 1
        storage.check(world.settings)
        restored = await reopened(world)
        assert (await standing(restored, anna)).name == "Anonym"
        await restored.close()

    @pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
    async def test_that_was_killed_lets_nobody_be_served(self, world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """The backup is in, who was erased is back, and only the database that was replaced knew of it."""
        anna, _ = await backed_up(world, tmp_path / "backup")
        await erase(world, anna)
        await world.database.close()

        def killed(*_: Any) -> None:
            raise KeyboardInterrupt

        with monkeypatch.context() as patch:
            patch.setattr(erasures, "repeat", killed)
            with pytest.raises(KeyboardInterrupt):
                restore(world.settings, tmp_path / "backup", force=True)
        restored = await reopened(world)
        assert (await standing(restored, anna)).name == "Anna Berg"
        await restored.close()
        with pytest.raises(storage.WrongSchema, match="A restore has not ended"):
            erasures.check(world.settings)
        assert restore(world.settings, tmp_path / "backup", force=True) == 1
        erasures.check(world.settings)
        restored = await reopened(world)
        assert (await standing(restored, anna)).name == "Anonym"
        await restored.close()

    @pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
    async def test_that_changed_nothing_stands_in_nobody_s_way(self, world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        backup(world.settings, tmp_path / "backup", nothing)
        run = backups._run

        def refused(program: str, settings: Settings, *arguments: str) -> str:
            if "--clean" in arguments:
                raise backups.NotPossible("pg_restore failed")
            return run(program, settings, *arguments)

        monkeypatch.setattr(backups, "_run", refused)
        with pytest.raises(backups.NotPossible):
            restore(world.settings, tmp_path / "backup", force=True)
        erasures.check(world.settings)

    @pytest.fixture
    def elsewhere(self, databases: Databases, database_url: str, tmp_path: Path) -> Iterator[Settings]:
        kind = database_url.partition(":")[0]
        if kind == "postgresql":
            missing.need_postgresql()
        (tmp_path / "elsewhere").mkdir()
        with databases.empty(kind, tmp_path / "elsewhere") as url:
            yield Settings(var=tmp_path / "elsewhere", database_url=url, secret=SECRET)


async def protect(world: World, key: str, *, protected: bool) -> None:
    async with world.work() as uow:
        await candidates.protect(uow, key, protected=protected)
