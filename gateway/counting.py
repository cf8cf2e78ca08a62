"""Requests counted in this process: a sliding window of two counters a key."""

import time
from math import floor

from limits.aio.storage import MemoryStorage


class Counters(MemoryStorage):
    """The library's storage in memory with windows of our own: its own looks at every key with each request."""

    STORAGE_SCHEME = ["async+counters"]

    def __init__(self) -> None:
        super().__init__(wrap_exceptions=True)
        self._windows: dict[str, tuple[int, int, int]] = {}
        """For each key the number of the last window in which it was counted, its count there, and that of the window before."""
        self._swept = 0

    async def acquire_sliding_window_entry(self, key: str, limit: int, expiry: int, amount: int = 1) -> bool:
        """Count, unless it is over the limit then; `expiry` is the length of the window in seconds."""
        now = time.time()
        number, current, previous = self._window(key, expiry, now)
        if floor(previous * _left(expiry, now) / expiry + current) + amount > limit:
            return False
        self._windows[key] = number, current + amount, previous
        self._sweep(number)
        return True

    async def get_sliding_window(self, key: str, expiry: int) -> tuple[int, float, int, float]:
        """Counts of the window before and of this one, each with the seconds for which it still counts."""
        now = time.time()
        _, current, previous = self._window(key, expiry, now)
        left = _left(expiry, now)
        return previous, left if previous else 0.0, current, left + expiry

    async def clear_sliding_window(self, key: str, expiry: int) -> None:
        """Forget a key."""
        self._windows.pop(key, None)

    async def reset(self) -> int | None:
        """Forget all."""
        forgotten = len(self._windows)
        self._windows.clear()
        return forgotten

    def _window(self, key: str, expiry: int, now: float) -> tuple[int, int, int]:
        number = int(now // expiry)
        last, current, previous = self._windows.get(key, (number, 0, 0))
        if last == number:
            return number, current, previous
        return number, 0, current if last == number - 1 else 0

    def _sweep(self, number: int) -> None:
        """Forget, once a window, whoever was not counted in this one or the one before."""
        if number != self._swept:
            self._swept = number
            self._windows = {key: window for key, window in self._windows.items() if window[0] >= number - 1}


def _left(expiry: int, now: float) -> float:
    """Seconds until the window ends; so much of the one before counts still."""
    return expiry - now % expiry
