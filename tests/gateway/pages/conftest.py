"""A server with the candidate pages, and an account."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
from aiohttp.test_utils import TestClient, TestServer

from gateway.app import make_server
from tests.gateway.pages.house import COMPANY, House
from tests.support.world import World


@pytest.fixture
async def make_house(database_url: str, tmp_path: Path) -> AsyncIterator[Callable[..., Any]]:
    """Make a server with an account; the test says how it differs from the usual one."""
    closing: list[Any] = []

    async def make(company: str = COMPANY, funds: int = 3, **options: Any) -> House:
        options = {"public_rate_limit": 10_000, **options}
        world = await World.open(database_url, tmp_path, company=company, country="DE", funds=funds, **options)
        server = make_server(world.settings, world.database)
        client = TestClient(TestServer(server.app))
        await client.start_server()
        closing.extend((client, world))
        return House(world, server, client)

    yield make
    for one in closing:
        await one.close()


@pytest.fixture
async def house(make_house: Callable[..., Any]) -> House:
    made: House = await make_house()
    return made
