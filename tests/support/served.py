"""The product as an operator runs it: `centil serve` in a process of its own, and the other commands beside it."""

import asyncio
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.support.databases import SECRET

PATIENCE = 60.0
"""Seconds until something that must happen has happened; a loaded machine is slow."""
CENTIL = (sys.executable, "-m", "gateway")


@dataclass
class Served:
    """A running server and what it is told by its environment."""

    folder: Path
    database_url: str
    settings: dict[str, str] = field(default_factory=dict)
    port: int = 0
    process: asyncio.subprocess.Process | None = None

    def __post_init__(self) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = self.port or probe.getsockname()[1]

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def log(self) -> Path:
        """What it writes while it runs."""
        return self.folder / "log"

    @property
    def environment(self) -> dict[str, str]:
        own = {name: value for name, value in os.environ.items() if not name.startswith("CENTIL_")}
        told = {"VAR": str(self.folder), "DATABASE_URL": self.database_url, "SECRET": SECRET, "PORT": str(self.port), **self.settings}
        return own | {f"CENTIL_{name}": value for name, value in told.items()}

    async def start(self, *arguments: str) -> str:
        """Start it, and return what it greets with."""
        with self.log.open("ab") as log:
            self.process = await asyncio.create_subprocess_exec(
                *CENTIL, "serve", *arguments, env=self.environment, stdout=asyncio.subprocess.PIPE, stderr=log
            )
        async with self._patience():
            return await self._greeting()

    @asynccontextmanager
    async def _patience(self) -> AsyncIterator[None]:
        """Wait long enough; what never happens is explained by the log."""
        try:
            async with asyncio.timeout(PATIENCE):
                yield
        except TimeoutError:
            raise AssertionError(self.log.read_text()) from None

    async def _greeting(self) -> str:
        assert self.process is not None
        assert self.process.stdout is not None
        lines: list[str] = []
        while line := (await self.process.stdout.readline()).decode():
            lines.append(line)
            if "*.eml" in line or "Demo API key" in line:
                return "".join(lines)
        raise AssertionError(f"It ended with {await self.process.wait()}: {''.join(lines)}")

    async def stop(self, number: int = signal.SIGTERM) -> int:
        """End it, and return how it ended."""
        assert self.process is not None
        if self.process.returncode is None:
            self.process.send_signal(number)
        return await asyncio.wait_for(self.process.wait(), PATIENCE)

    async def command(self, *arguments: str) -> str:
        """Run another command of the product on the same database, and return what it says."""
        process = await asyncio.create_subprocess_exec(
            *CENTIL, *arguments, env=self.environment, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
        )
        said, complained = await asyncio.wait_for(process.communicate(), PATIENCE)
        assert process.returncode == 0, complained.decode()
        return said.decode()

    async def mail(self, template: str) -> Path:
        """The only mail of a kind, as soon as it was sent."""
        async with self._patience():
            while not (found := sorted((self.folder / "mail").glob(f"*-{template}-*.eml"))):  # noqa: ASYNC110  another process writes it
                await asyncio.sleep(0.05)
        assert len(found) == 1
        return found[0]


@asynccontextmanager
async def serving(folder: Path, database_url: str, *arguments: str, **settings: Any) -> AsyncIterator[Served]:
    """A server that is stopped at the end, whatever happens."""
    served = Served(folder, database_url, settings)
    await served.start(*arguments)
    try:
        yield served
    finally:
        await served.stop()
