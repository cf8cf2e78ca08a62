"""The time, as something that can be handed over and moved."""

from datetime import UTC, datetime, timedelta


class Clock:
    """Tell the time in UTC, cut to milliseconds, which is what the graph shows."""

    def now(self) -> datetime:
        now = datetime.now(UTC)
        return now.replace(microsecond=now.microsecond // 1000 * 1000)


class MovableClock(Clock):
    """Stand still until moved: for tests, and for demo data spread over a year."""

    def __init__(self, at: datetime) -> None:
        self._at = at

    def now(self) -> datetime:
        return self._at

    def move_to(self, at: datetime) -> None:
        self._at = at

    def advance(self, by: timedelta) -> datetime:
        self._at += by
        return self._at
