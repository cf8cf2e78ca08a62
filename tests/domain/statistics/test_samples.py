"""Gathering the results that statistics are about: a few at a time."""

import asyncio
from typing import Any

import pytest

from domain.instruments import bank
from domain.statistics import queries, samples


class Counter:
    """A database that tells how many read it at once, and lets go when told to."""

    def __init__(self) -> None:
        self.now = self.most = 0
        self.full = asyncio.Event()
        self.go = asyncio.Event()

    async def count(self, *_: Any) -> int:
        self.now += 1
        self.most = max(self.most, self.now)
        if self.now == samples.GATHERING_AT_ONCE:
            self.full.set()
        await self.go.wait()
        return 0

    async def batch(self, *_: Any) -> list[Any]:
        self.now -= 1
        return []


class TestGather:
    async def gather(self) -> samples.Sample:
        return await samples.gather(None, 1, bank.current(bank.PROFILE), {})  # type: ignore[arg-type]

    async def test_two_at_once_and_the_others_after_them(self, monkeypatch: pytest.MonkeyPatch) -> None:
        database = Counter()
        monkeypatch.setattr(queries, "count", database.count)
        monkeypatch.setattr(queries, "batch", database.batch)
        asked = [asyncio.create_task(self.gather()) for _ in range(6)]
        await database.full.wait()
        database.go.set()
        assert [len(sample) for sample in await asyncio.gather(*asked)] == [0] * 6
        assert database.most == samples.GATHERING_AT_ONCE == 2

    async def test_who_stops_waiting_or_reading_leaves_the_place_to_others(self, monkeypatch: pytest.MonkeyPatch) -> None:
        database = Counter()
        monkeypatch.setattr(queries, "count", database.count)
        monkeypatch.setattr(queries, "batch", database.batch)
        asked = [asyncio.create_task(self.gather()) for _ in range(3)]
        await database.full.wait()
        for task in asked:
            task.cancel()
        await asyncio.gather(*asked, return_exceptions=True)
        database.go.set()
        assert len(await self.gather()) == 0
