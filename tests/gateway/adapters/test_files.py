"""The store of files, on the folder that every installation has."""

import os
from collections.abc import AsyncGenerator
from datetime import timedelta
from pathlib import Path

import pytest
from obstore.exceptions import GenericError

from gateway.adapters.files import Store, store
from gateway.settings import Settings
from tests.support.databases import SECRET


@pytest.fixture
def files(tmp_path: Path) -> Store:
    return store(Settings(var=tmp_path, secret=SECRET))


async def pieces(*, fails: bool = False) -> AsyncGenerator[bytes, None]:
    yield b"one "
    if fails:
        raise ValueError("no more")
    yield b"two"


class TestStore:
    async def test_gives_back_what_it_was_given(self, files: Store) -> None:
        await files.put("a/b/c.txt", b"content")
        assert await files.get("a/b/c.txt") == b"content"
        await files.put("a/b/c.txt", pieces())
        assert [piece async for piece in files.stream("a/b/c.txt")] == [b"one two"]

    async def test_has_nothing_of_what_broke_off(self, files: Store) -> None:
        with pytest.raises(ValueError, match="no more"):
            await files.put("a/broken", pieces(fails=True))
        assert await files.names("a") == []

    async def test_knows_what_it_has_not(self, files: Store) -> None:
        assert await files.get("nothing") is None
        with pytest.raises(FileNotFoundError):
            [piece async for piece in files.stream("nothing")]
        assert await files.names("nothing") == []
        assert await files.delete("nothing") == 0

    async def test_deletes_a_folder_and_nothing_beside_it(self, files: Store, tmp_path: Path) -> None:
        for name in ("a/x/1", "a/x/2", "a/xy/3", "b/4"):
            await files.put(name, b"content")
        assert await files.delete("a/x") == 2
        assert await files.names("a") == ["a/xy/3"]
        assert await files.delete("a/xy/3") == 1
        assert not (tmp_path / "files" / "a").exists()
        assert await files.get("b/4") == b"content"


def left(folder: Path, *names: str, old: bool = False) -> None:
    """What a killed process leaves of files, under the names by which obstore writes them."""
    for name in names:
        path = folder / "files" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"half of a na")
        if old:
            os.utime(path, (0, 0))


def on_disk(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder / "files").as_posix() for path in (folder / "files").rglob("*") if path.is_file())


class TestUnfinished:
    async def test_is_how_obstore_writes(self, files: Store, tmp_path: Path) -> None:
        """Should it ever name them another way, this fails first."""
        seen: list[list[str]] = []

        async def watched() -> AsyncGenerator[bytes, None]:
            yield b"x" * 20_000_000
            yield b"y"
            seen.append(on_disk(tmp_path))

        await files.put("a/b.csv", watched())
        assert seen == [["a/b.csv#1"]]
        assert on_disk(tmp_path) == ["a/b.csv"]

    async def test_goes_with_its_folder_and_with_its_name(self, files: Store, tmp_path: Path) -> None:
        left(tmp_path, "a/x/1#1", "a/x/deep/2#13", "a/xy/3#1", "b/4.csv#1", "b/4.csv#2", "b/44.csv#1", "b/5#1")
        await files.put("a/x/1", b"content")
        await files.put("b/4.csv", b"content")
        assert await files.names("a") == ["a/x/1"]
        assert sorted(await files.names("b", unfinished=True)) == ["b/4.csv", "b/4.csv#1", "b/4.csv#2", "b/44.csv#1", "b/5#1"]
        assert await files.delete("a/x") == 3
        assert await files.delete("b/4.csv") == 3
        assert await files.delete("b/5#1") == 1
        assert on_disk(tmp_path) == ["a/xy/3#1", "b/44.csv#1"]
        assert await files.delete("nothing#1") == 0

    async def test_goes_from_a_folder_that_the_settings_name(self, tmp_path: Path) -> None:
        left(tmp_path, "a/x#1")
        named = store(Settings(var=tmp_path / "elsewhere", files_url=(tmp_path / "files").as_uri(), secret=SECRET))
        assert await named.delete("a") == 1
        assert on_disk(tmp_path) == []

    async def test_who_writes_into_a_folder_that_is_deleted_writes_again(self, files: Store, tmp_path: Path) -> None:
        async def meanwhile() -> AsyncGenerator[bytes, None]:
            yield b"x" * 20_000_000
            await files.delete("a")
            yield b"y"

        with pytest.raises(GenericError):
            await files.put("a/b.csv", meanwhile())
        assert on_disk(tmp_path) == []
        await files.put("a/b.csv", pieces())
        assert await files.get("a/b.csv") == b"one two"

    async def test_is_cleaned_away_when_it_is_old(self, files: Store, tmp_path: Path) -> None:
        left(tmp_path, "a/old#1", "old#2", "a/no#leftover", old=True)
        left(tmp_path, "a/young#1")
        assert await files.clean(timedelta(hours=1)) == 2
        assert on_disk(tmp_path) == ["a/no#leftover", "a/young#1"]
