"""Jobs on the real queue; a worker that has nothing to finish stops at once."""

from collections.abc import AsyncIterator

import pytest

from gateway.jobs import worker, workflows
from tests.gateway.jobs.durable import Durable
from tests.support.world import World


@pytest.fixture
async def durable(world: World) -> AsyncIterator[Durable]:
    """The account of the world, its jobs in the real queue."""
    async with Durable.open(world) as made:
        yield made


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """No long waits between two tries, between two heartbeats, or before a worker ends."""
    monkeypatch.setitem(workflows.RETRIES, "interval_seconds", 0.01)
    monkeypatch.setattr(worker, "BEAT_SECONDS", 0.2)
    monkeypatch.setattr(worker, "DRAIN_SECONDS", 0)
