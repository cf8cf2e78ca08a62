"""Many resolvers waited for at once by one task."""

import asyncio
from typing import Any

import pytest

from gateway.execution.waiting import settle


async def gives(value: Any, *, turns: int = 0) -> Any:
    for _ in range(turns):
        await asyncio.sleep(0)
    return value


async def fails(error: BaseException, *, turns: int = 0) -> Any:
    await gives(None, turns=turns)
    raise error


class TestOutcomes:
    async def test_stand_in_the_order_of_what_was_asked(self) -> None:
        error = ValueError("no")
        asked = [gives(1, turns=3), gives(2), fails(error, turns=2), fails(error), gives(None)]
        assert await settle(asked) == [1, 2, error, error, None]
        assert await settle([]) == []

    async def test_of_futures_and_tasks_and_whatever_can_be_awaited(self) -> None:
        class Own:
            def __await__(self) -> Any:
                yield from asyncio.sleep(0).__await__()
                return "own"

        future = asyncio.get_running_loop().create_future()
        asyncio.get_running_loop().call_later(0.001, future.set_result, "future")
        assert await settle([Own(), future, asyncio.create_task(gives("task", turns=2))]) == ["own", "future", "task"]

    async def test_of_many_that_wait_for_one_another(self) -> None:
        """As those of a data loader do: none is ready before all have begun."""
        begun, all_begun = [0], asyncio.Event()

        async def one(number: int) -> int:
            begun[0] += 1
            if begun[0] == 1000:
                all_begun.set()
            await all_begun.wait()
            return number

        before = asyncio.all_tasks()
        assert await settle([one(number) for number in range(1000)]) == list(range(1000))
        assert asyncio.all_tasks() == before

    async def test_of_one_that_was_canceled_by_somebody_else_is_no_answer(self) -> None:
        future = asyncio.get_running_loop().create_future()
        asyncio.get_running_loop().call_soon(future.cancel)
        with pytest.raises(asyncio.CancelledError):
            await settle([future, gives(1)])


class TestCancelation:
    async def test_reaches_all_and_lets_them_clean_up(self) -> None:
        cleaned, never = [], asyncio.Event()

        async def one(number: int) -> None:
            try:
                await never.wait()
            finally:
                await asyncio.sleep(0)
                cleaned.append(number)

        task = asyncio.create_task(settle([one(number) for number in range(5)]))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert sorted(cleaned) == list(range(5))

    async def test_that_one_does_not_heed_still_ends_the_rest(self) -> None:
        async def stubborn() -> str:
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                await asyncio.sleep(0)
            return "well"

        task = asyncio.create_task(settle([stubborn(), stubborn()]))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
