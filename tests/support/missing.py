"""What a machine may lack: such tests are left out by name, but never where nothing may be left out."""

import os
import shutil
from pathlib import Path

import pytest

from tests.support import postgres

COMPLETE = "CENTIL_TEST_COMPLETE"
CHROMIUM = ("/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome")


def _need(found: object, what: str) -> None:
    if found:
        return
    if os.environ.get(COMPLETE):
        pytest.fail(f"{what} is missing, and {COMPLETE} says that nothing may be left out")
    pytest.skip(f"{what} is not installed")


def need_postgresql() -> None:
    _need(postgres.binaries(), "PostgreSQL")


def need_chromium() -> None:
    _need(chromium(), "Chromium")


def need_node() -> None:
    _need(shutil.which("node") and shutil.which("npm"), "Node.js with npm")


def chromium() -> str | None:
    """Where Chromium is."""
    return next((path for path in CHROMIUM if Path(path).exists()), None)


def names() -> list[str]:
    """What this machine lacks."""
    looked = {"PostgreSQL": postgres.binaries(), "Chromium": chromium(), "Node.js": shutil.which("node") and shutil.which("npm")}
    return [name for name, found in looked.items() if not found]
