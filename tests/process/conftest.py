"""The product in processes of its own, on an account that was there before."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import ClientSession

from domain.kernel.clock import Clock
from tests.process.installation import Installation
from tests.support.world import World


@pytest.fixture
async def installation(database_url: str, tmp_path: Path) -> AsyncIterator[Installation]:
    """An account on each database; its servers and workers are started by the test, and are gone at the end."""
    world = await World.open(database_url, tmp_path)
    world.clock.move_to(Clock().now())
    async with ClientSession() as session:
        made = Installation(world, session)
        yield made
        await made.close()
    await world.close()
