"""Counting in this process is counting as the library does it, without looking at everybody each time."""

import asyncio
from collections.abc import Sequence

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from limits.aio.storage import MemoryStorage

from gateway.counting import Counters
from tests.support.minute import Minute

LIMIT, WINDOW = 3, 60
STEPS = st.lists(st.tuples(st.sampled_from("ab"), st.floats(0, 100).map(lambda seconds: round(seconds, 2))), max_size=20)


async def told(storage: MemoryStorage, minute: Minute, steps: Sequence[tuple[str, float]]) -> list[object]:
    """Whether each step was granted, and the counts after it."""
    found: list[object] = []
    begun = minute.now
    for key, later in steps:
        minute.now += later
        granted = await storage.acquire_sliding_window_entry(key, LIMIT, WINDOW)
        before, before_left, current, left = await storage.get_sliding_window(key, WINDOW)
        found.append((granted, before, round(before_left, 3), current, round(left, 3)))
    minute.now = begun
    return found


class TestCounters:
    @settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(steps=STEPS)
    def test_count_like_the_library(self, minute: Minute, steps: list[tuple[str, float]]) -> None:
        assert asyncio.run(told(Counters(), minute, steps)) == asyncio.run(told(MemoryStorage(), minute, steps))

    async def test_count_each_alone(self, minute: Minute) -> None:
        counters = Counters()
        assert [await counters.acquire_sliding_window_entry(key, 1, WINDOW) for key in "aab"] == [True, False, True]

    async def test_forget_whoever_is_gone(self, minute: Minute) -> None:
        counters = Counters()
        for number in range(5):
            await counters.acquire_sliding_window_entry(f"key {number}", LIMIT, WINDOW)
            minute.now += WINDOW
        assert list(counters._windows) == ["key 3", "key 4"]

    @pytest.mark.parametrize("amount", [LIMIT + 1, 100])
    async def test_never_grant_more_than_there_is(self, minute: Minute, amount: int) -> None:
        counters = Counters()
        assert not await counters.acquire_sliding_window_entry("a", LIMIT, WINDOW, amount)
        assert (await counters.get_sliding_window("a", WINDOW))[2] == 0
