"""The command line as an operator types it, in this process: what it says, and how it ends."""

import asyncio
import os
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from domain.kernel.clock import Clock
from gateway import __main__ as centil
from tests.support.databases import SECRET
from tests.support.world import World

ACCOUNT = ("--account", "owner@example.com")
"""The account of the world, for commands that would take the demo account."""


@dataclass(frozen=True)
class Said:
    """How a command ended, and what it said."""

    code: int
    out: str
    error: str

    @property
    def answer(self) -> str:
        """What a command that went well says on standard output."""
        assert self.code == 0, self.error
        return self.out.rstrip("\n")

    @property
    def refusal(self) -> str:
        """The one line in which a command that was refused says why: no traceback, nothing else."""
        assert self.code == 1, (self.code, self.out, self.error)
        [line] = self.error.strip().splitlines()
        return line

    @property
    def misuse(self) -> str:
        """What is said of arguments that are none."""
        assert self.code == 2, (self.code, self.out, self.error)
        assert "Traceback" not in self.error
        return self.error


class Cli:
    """Runs commands with settings of their own, each in a thread, for each has an event loop."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], **settings: str) -> None:
        self._monkeypatch = monkeypatch
        self._capsys = capsys
        for name in [name for name in os.environ if name.startswith("CENTIL_")]:
            monkeypatch.delenv(name)
        self.set(**{"DATABASE_POOL": "2", **settings})

    def set(self, **settings: str) -> None:
        for name, value in settings.items():
            self._monkeypatch.setenv(f"CENTIL_{name}", value)

    async def __call__(self, *arguments: str) -> Said:
        self._monkeypatch.setattr("sys.argv", ["centil", *arguments])
        self._capsys.readouterr()
        code = await asyncio.to_thread(_ended, centil.main)
        said = self._capsys.readouterr()
        return Said(code, said.out, said.err)


def _ended(command: Callable[[], None]) -> int:
    """The exit code; what is raised otherwise would be a traceback, and fails the test."""
    try:
        command()
    except SystemExit as end:
        return int(end.code or 0)
    return 0


@pytest.fixture
def cli(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], database_url: str, tmp_path: Path) -> Cli:
    """The command line on a migrated database of each kind."""
    return Cli(monkeypatch, capsys, VAR=str(tmp_path), DATABASE_URL=database_url, SECRET=SECRET)


@pytest.fixture
async def world(database_url: str, tmp_path: Path) -> AsyncIterator[World]:
    """An account that lives now: commands have the real clock."""
    made = await World.open(database_url, tmp_path)
    made.clock.move_to(Clock().now())
    yield made
    await made.close()
