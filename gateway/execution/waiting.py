"""Wait for many resolvers at once without a task for each: they are stepped in turn by the one that waits."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Sequence
from itertools import chain
from typing import Any

from graphql.pyutils import is_iterable

from gateway.execution.shapes import Shape, Types, are_lists
from gateway.execution.writers import Column, awaitables, may_wait

DRAINING = "the operation was canceled"


class _Waiting:
    """Awaitables that are stepped until each has a value or a failure."""

    def __init__(self, awaitables: Sequence[Awaitable[Any]]) -> None:
        self.outcomes: list[Any] = [None] * len(awaitables)
        self._steps = [awaitable if hasattr(awaitable, "send") else awaitable.__await__() for awaitable in awaitables]
        self._ready = deque(range(len(awaitables)))
        self._awaited: dict[int, asyncio.Future[Any]] = {}
        self._left = len(awaitables)
        self._loop = asyncio.get_running_loop()
        self._woken: asyncio.Future[None] | None = None

    async def all(self) -> None:
        """Step them until none is left; when canceled, cancel what each waits for and let them clean up first."""
        canceled: asyncio.CancelledError | None = None
        while self._left:
            while self._ready:
                self._step(self._ready.popleft())
            if self._left and not self._ready:
                self._woken = self._loop.create_future()
                try:
                    await self._woken
                except asyncio.CancelledError as error:
                    canceled = error
                    for future in list(self._awaited.values()):
                        future.cancel(DRAINING)
        if canceled is not None:
            raise canceled

    def _step(self, index: int) -> None:
        try:
            awaited = self._steps[index].send(None)
        except StopIteration as done:
            self._end(index, done.value)
        except (Exception, asyncio.CancelledError) as error:
            self._end(index, error)
        else:
            self._wait(index, awaited)

    def _wait(self, index: int, awaited: Any) -> None:
        if awaited is None:  # a bare yield, as of sleep(0)
            self._loop.call_soon(self._wake, index)
            return
        awaited._asyncio_future_blocking = False
        self._awaited[index] = awaited
        awaited.add_done_callback(lambda _future: self._wake(index))

    def _wake(self, index: int) -> None:
        self._awaited.pop(index, None)
        self._ready.append(index)
        if self._woken is not None and not self._woken.done():
            self._woken.set_result(None)

    def _end(self, index: int, outcome: Any) -> None:
        self.outcomes[index] = outcome
        self._left -= 1


async def settle(awaitables: Sequence[Awaitable[Any]]) -> list[Any]:
    """The value of each awaitable, or the exception that it raised.

    All run in the task that waits, so what they do with that task itself, such as `asyncio.timeout`, meets all of them.
    """
    waiting = _Waiting(awaitables)
    await waiting.all()
    for outcome in waiting.outcomes:
        if isinstance(outcome, asyncio.CancelledError):
            raise outcome
    return waiting.outcomes


async def settle_within(column: list[Any], shape: Shape) -> None:
    """Put what awaitables give in their place, also where they stand in lists."""
    types = frozenset(map(type, column))
    if may_wait(types):
        places = awaitables(column)
        for number, outcome in zip(places, await _outcomes([column[number] for number in places]), strict=True):
            column[number] = outcome
        types = frozenset(map(type, column))
    if shape.item is not None and (shape.item.item is not None or not are_lists(types) or may_wait(_item_types(column))):
        for number, value in enumerate(column):
            if is_iterable(value) and not isinstance(value, Exception):
                try:
                    column[number] = items = list(value)
                except Exception as error:
                    column[number] = error
                else:
                    await settle_within(items, shape.item)


async def _outcomes(awaitables: Sequence[Awaitable[Any]]) -> list[Any]:
    """What awaitables give, or the exceptions that they raise; one alone is just awaited."""
    if len(awaitables) != 1:
        return await settle(awaitables)
    try:
        return [await awaitables[0]]
    except Exception as error:
        return [error]


def _item_types(lists: Sequence[Sequence[Any]]) -> Types:
    return frozenset(map(type, chain.from_iterable(value for value in lists if value is not None)))


def waits_within(column: Column, item: Shape) -> bool:
    """Whether some item of lists has to be waited for; those of tables are values that are there."""
    lists = [value for value in column if isinstance(value, (list, tuple))]
    items = list(chain.from_iterable(lists))
    return may_wait(frozenset(map(type, items))) or (item.item is not None and waits_within(items, item.item))
