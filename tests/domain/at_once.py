"""Works at the same time: all that come at once, or one that is made to wait for another."""

import asyncio
from collections.abc import Coroutine, Iterable
from typing import Any

import asyncpg

from tests.support.world import World


async def all_at_once(works: Iterable[Coroutine[Any, Any, Any]]) -> list[Any]:
    """Start them all together; what each gave or raised, in order."""
    return await asyncio.gather(*works, return_exceptions=True)


def failures(outcomes: list[Any]) -> list[str]:
    """The failures among them, by the name of the fact."""
    return [type(outcome).__name__ for outcome in outcomes if isinstance(outcome, BaseException)]


async def held_up(world: World, work: Coroutine[Any, Any, Any]) -> "asyncio.Task[Any]":
    """Start a work and come back when it waits for the one that is open: for its turn, or for a lock."""
    task = asyncio.ensure_future(work)
    if world.settings.on_sqlite:
        for _ in range(10):
            await asyncio.sleep(0)
        assert not task.done()
        return task
    watcher = await asyncpg.connect(world.settings.database.render_as_string(hide_password=False))
    waiting = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    while not await watcher.fetchval(waiting):
        assert not task.done(), "it did not wait"
    await watcher.close()
    return task
