"""The store of files, on the folder that every installation has."""

from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

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
