"""What tests of the domain share beside the world on each database: a world on one of them."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.support import missing
from tests.support.databases import Databases
from tests.support.world import World


@pytest.fixture
async def sqlite_world(databases: Databases, tmp_path: Path) -> AsyncIterator[World]:
    """For what only SQLite has: the lane, one writer."""
    with databases.copy("sqlite", tmp_path) as url:
        made = await World.open(url, tmp_path)
        yield made
        await made.close()


@pytest.fixture
async def postgres_world(databases: Databases, tmp_path: Path) -> AsyncIterator[World]:
    """For what only PostgreSQL has: roles, row level security, several writers."""
    missing.need_postgresql()
    with databases.copy("postgresql", tmp_path) as url:
        made = await World.open(url, tmp_path)
        yield made
        await made.close()
