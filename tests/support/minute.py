"""The clock that rate limits are counted by, standing still, so that no test depends on the turn of a real minute."""

import pytest
from limits.aio import strategies
from limits.aio.storage import memory

from gateway import counting, limits


class Minute:
    """What the limiter takes for the module `time`."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = 1_800_000_000.5  # at the beginning of a minute
        for module in (memory, strategies, limits, counting):
            monkeypatch.setattr(module, "time", self)

    def time(self) -> float:
        return self.now
