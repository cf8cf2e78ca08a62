"""Where files lie: a folder of this machine or S3, by one library (obstore)."""

import asyncio
import os
import re
import time
from collections.abc import AsyncIterator, Iterable
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from gateway.settings import Settings

PIECE = 256 * 1024
"""Bytes read at a time."""
_UNFINISHED = re.compile(r"#[0-9]+$")
"""How obstore names a file in a folder while it is written; it neither lists nor deletes what was left of one."""


class Store:
    """A store of obstore; it replaces files whole, so that nobody reads half of one.

    A bucket lets go of unfinished uploads by a rule of its own; in a folder of this machine, `root`, this does.
    """

    def __init__(self, store: Any, root: Path | None = None) -> None:
        self._store = store
        self._root = root

    async def put(self, name: str, content: bytes | AsyncIterator[bytes]) -> None:
        await self._store.put_async(name, content)

    async def get(self, name: str) -> bytes | None:
        try:
            found = await self._store.get_async(name)
        except FileNotFoundError:
            return None
        return bytes(await found.bytes_async())

    async def stream(self, name: str) -> AsyncIterator[bytes]:
        found = await self._store.get_async(name)
        async for piece in found.stream(min_chunk_size=PIECE):
            yield bytes(piece)

    async def names(self, folder: str, *, unfinished: bool = False) -> list[str]:
        names = [file["path"] async for batch in self._store.list(folder) for file in batch]
        return names + (await asyncio.to_thread(self._unfinished, folder) if unfinished else [])

    async def delete(self, folder: str) -> int:
        gone = await asyncio.to_thread(self._drop, await asyncio.to_thread(self._unfinished, folder))
        names = await self.names(folder)
        if not names and not _UNFINISHED.search(folder) and await self._has(folder):
            names = [folder]
        if names:
            await self._store.delete_async(names)
        return len(names) + gone

    async def _has(self, name: str) -> bool:
        try:
            await self._store.head_async(name)
        except FileNotFoundError:
            return False
        return True

    async def clean(self, older: timedelta) -> int:
        return await asyncio.to_thread(self._clean, time.time() - older.total_seconds())

    def _clean(self, before: float) -> int:
        return self._drop(name for name in self._unfinished("") if self._written(name) < before)

    def _unfinished(self, folder: str) -> list[str]:
        """What is being written below a folder or as the file of that name, or was left by whoever was killed meanwhile."""
        if self._root is None:
            return []
        place = self._root / folder
        near = place.parent.iterdir() if folder and place.parent.is_dir() else ()
        beside = [path for path in near if path.is_file() and place.name in (path.name, _UNFINISHED.sub("", path.name))]
        below = [Path(where, name) for where, _, names in os.walk(place) for name in names]
        return [path.relative_to(self._root).as_posix() for path in (*beside, *below) if _UNFINISHED.search(path.name)]

    def _drop(self, names: Iterable[str]) -> int:
        gone = 0
        for name in names:
            assert self._root is not None
            try:
                (self._root / name).unlink()
            except FileNotFoundError:  # whoever wrote it has finished
                continue
            gone += 1
        return gone

    def _written(self, name: str) -> float:
        """When a file was last written to, in seconds; never, when it is gone."""
        assert self._root is not None
        try:
            return (self._root / name).stat().st_mtime
        except FileNotFoundError:
            return float("inf")


def store(settings: Settings) -> Store:
    """Open the store that the settings name; imported here, for most commands need none."""
    from obstore.store import LocalStore, from_url

    if settings.files_url:
        found = urlsplit(settings.files_url)
        return Store(from_url(settings.files_url), Path(unquote(found.path)) if found.scheme == "file" else None)
    folder = Path(settings.var) / "files"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return Store(LocalStore(folder, automatic_cleanup=True), folder)
