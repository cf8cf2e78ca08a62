"""Following events: every one, once, in order, as soon as it is there (Q-25)."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Collection
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.kernel import events
from domain.kernel.actor import Actor
from domain.kernel.clock import Clock
from domain.kernel.event_types import EventType
from domain.kernel.events import BATCH, Signals, follow
from domain.kernel.jobs import NoQueue
from domain.kernel.statements import row_type
from gateway.app import open_for
from tests.support import happenings
from tests.support.world import World

NEVER = 3600.0
"""A pause that no test waits for: what arrives was signalled."""
PATIENCE = 10
"""Seconds after which a test says that nothing came."""


async def note(world: World, *subjects: str, type: EventType = happenings.NOTED, actor: Actor | None = None) -> None:
    async with world.work(actor) as uow:
        for subject in subjects:
            uow.record(type, subject)


@contextlib.asynccontextmanager
async def following(world: World, *, since: int | None = None, types: Collection[str] = ("test.noted",)) -> AsyncIterator[Any]:
    """What a follower sees; it is let go at the end."""
    stream = follow(world.database.read, world.database.signals, world.account_id, types=types, since=since, pause=NEVER)
    async with asyncio.timeout(PATIENCE), contextlib.aclosing(stream):
        yield stream


async def next_of(stream: Any, count: int) -> list[str]:
    return [(await anext(stream)).subject for _ in range(count)]


class Heard(Signals):
    """Signals that say when somebody listens: a follower has read its beginning by then."""

    def __init__(self) -> None:
        super().__init__()
        self.someone = asyncio.Event()

    @contextlib.contextmanager
    def listening(self, account_id: int) -> Any:
        with super().listening(account_id) as waiting:
            self.someone.set()
            yield waiting


@pytest.fixture
def heard(world: World) -> Heard:
    made = world.database.signals = Heard()
    return made


async def upcoming(heard: Heard, stream: Any) -> "asyncio.Task[Any]":
    """What a follower hears first, from now on."""
    first = asyncio.ensure_future(anext(stream))
    await heard.someone.wait()
    return first


class TestFollow:
    async def test_gives_all_since_a_number_in_order(self, world: World) -> None:
        """More than a batch, with others between, and those that come while it is read."""
        numbers = [str(number) for number in range(2 * BATCH + 5)]
        start = await events.last(world.database.read(), world.account_id)
        await note(world, *numbers[:150])
        await note(world, "aside", type=happenings.OTHER)
        await note(world, *numbers[150:])
        async with following(world, since=start) as stream:
            assert await next_of(stream, len(numbers)) == numbers
            await note(world, "later")
            assert await next_of(stream, 1) == ["later"]

    async def test_goes_on_where_it_ended(self, world: World) -> None:
        await note(world, *"abcdef")
        async with following(world, since=0) as stream:
            rows = [await anext(stream) for _ in range(3)]
        async with following(world, since=rows[-1].sequence) as stream:
            assert [row.subject for row in rows] + await next_of(stream, 3) == list("abcdef")

    async def test_begins_now_unless_told(self, world: World, heard: Heard) -> None:
        await note(world, "before")
        async with following(world) as stream:
            first = await upcoming(heard, stream)
            await note(world, "after")
            assert (await first).subject == "after"

    async def test_gives_the_types_that_were_asked_for_alone(self, world: World) -> None:
        start = await events.last(world.database.read(), world.account_id)
        await note(world, "a")
        await note(world, "b", type=happenings.OTHER)
        await note(world, "c")
        async with following(world, since=start, types={"test.other"}) as stream:
            assert await next_of(stream, 1) == ["b"]

    async def test_hears_nothing_of_other_accounts(self, world: World, heard: Heard) -> None:
        """Q-1."""
        other, _key = await world.other_account()
        async with following(world) as stream:
            first = await upcoming(heard, stream)
            await note(world, "theirs", actor=other)
            await note(world, "own")
            assert (await first).subject == "own"

    async def test_many_at_once_each_see_everything(self, world: World) -> None:
        start = await events.last(world.database.read(), world.account_id)

        async def listen() -> list[str]:
            async with following(world, since=start) as stream:
                return await next_of(stream, 60)

        listeners = [asyncio.ensure_future(listen()) for _ in range(5)]
        await asyncio.gather(*(note(world, *(f"{work}.{part}" for part in range(6))) for work in range(10)))
        heard = await asyncio.gather(*listeners)
        assert sorted(heard[0]) == sorted(f"{work}.{part}" for work in range(10) for part in range(6))
        assert all(one == heard[0] for one in heard)
        assert not world.database.signals.awaited

    async def test_is_woken_by_another_process(self, world: World, heard: Heard) -> None:
        """By LISTEN on PostgreSQL, by the file's counter on SQLite."""
        elsewhere = await open_for(world.settings, NoQueue(), Clock())
        async with following(world) as stream:
            first = await upcoming(heard, stream)
            async with elsewhere.work(world.actor) as uow:
                uow.record(happenings.NOTED, "from elsewhere")
            assert (await first).subject == "from elsewhere"
        await elsewhere.close()


EVENT = row_type("Event", ["sequence", "type", "subject"])


class TestFollowAnyOrder:
    @given(st.lists(st.sampled_from(["see", "other"]), max_size=260), st.integers(0, 300), st.lists(st.integers(1, 40), max_size=20))
    def test_has_no_gap_and_no_repeat(self, types: list[str], since: int, arriving: list[int]) -> None:
        """However events arrive between two looks, and wherever it begins."""
        stored: list[Any] = []

        def arrive(count: int) -> None:
            stored.extend(EVENT((number + 1, types[number], "x")) for number in range(len(stored), min(len(stored) + count, len(types))))

        class Arriving:
            """Each look finds what arrived until then."""

            async def __call__(self, _statement: Any, *, account_id: int, after: int) -> list[Any]:
                arrive(arriving.pop() if arriving else len(types))
                signals.wake(account_id)
                return [row for row in stored if row.sequence > after][:BATCH]

        signals = Signals()
        expected = [number + 1 for number, kind in enumerate(types) if kind == "see" and number + 1 > since]

        async def listen() -> list[int]:
            stream = follow(Arriving, signals, 1, types={"see"}, since=since, pause=NEVER)  # type: ignore[arg-type]
            async with contextlib.aclosing(stream):
                return [(await anext(stream)).sequence for _ in expected]

        assert asyncio.run(listen()) == expected


class TestSignals:
    async def test_wake_one_account_or_all(self) -> None:
        signals = Signals()
        with signals.listening(1) as one, signals.listening(1) as twin, signals.listening(2) as other:
            signals.wake(1)
            assert (one.is_set(), twin.is_set(), other.is_set()) == (True, True, False)
            signals.wake()
            assert other.is_set()
            signals.wake(3)
        assert not signals.awaited
