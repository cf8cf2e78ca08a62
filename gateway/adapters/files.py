"""Where files lie: a folder of this machine or S3, by one library (obstore)."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

from gateway.settings import Settings

PIECE = 256 * 1024
"""Bytes read at a time."""


class Store:
    """A store of obstore; it replaces files whole, so that nobody reads half of one."""

    def __init__(self, store: Any) -> None:
        self._store = store

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

    async def names(self, folder: str) -> list[str]:
        return [file["path"] async for batch in self._store.list(folder) for file in batch]

    async def delete(self, folder: str) -> int:
        names = await self.names(folder)
        if not names and await self.get(folder) is not None:
            names = [folder]
        if names:
            await self._store.delete_async(names)
        return len(names)


def store(settings: Settings) -> Store:
    """Open the store that the settings name; imported here, for most commands need none."""
    from obstore.store import LocalStore, from_url

    if settings.files_url:
        return Store(from_url(settings.files_url))
    folder = Path(settings.var) / "files"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return Store(LocalStore(folder, automatic_cleanup=True))
