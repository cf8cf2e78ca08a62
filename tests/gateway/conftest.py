"""Servers with settings of their own."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest

from gateway.connection import Allowances
from tests.support.http import Http
from tests.support.world import World

Serve = Callable[..., Awaitable[Http]]


@pytest.fixture
async def serve(database_url: str, tmp_path: Path) -> AsyncIterator[Serve]:
    """Make a server with some settings, on a database with an account; once a test."""
    async with AsyncExitStack() as stack:

        async def make(allowances: Allowances | None = None, **settings: Any) -> Http:
            world = await World.open(database_url, tmp_path, **settings)
            stack.push_async_callback(world.close)
            http = await Http.open(world, allowances)
            stack.push_async_callback(http.close)
            return http

        yield make
