"""How much may be asked: requests a minute by key or address, and requests in flight (Q-16)."""

import asyncio
import math
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any

from limits import RateLimitItem, RateLimitItemPerMinute
from limits.aio.strategies import SlidingWindowCounterRateLimiter
from limits.errors import ConfigurationError, StorageError
from limits.storage import storage_from_string

from domain.kernel.actor import Actor, ActorKind
from domain.kernel.errors import DomainError, Kind, Unavailable
from gateway.counting import Counters
from gateway.settings import WrongSettings


class RateLimitExceeded(DomainError):
    kind = Kind.TOO_MANY
    code = "RATE_LIMIT_EXCEEDED"

    def __init__(self, allowance: "Allowed") -> None:
        super().__init__(
            f"More than {allowance.limit} requests in a minute. Try again in {allowance.reset} seconds.", retry_after=allowance.reset
        )
        self.allowance = allowance


@dataclass(frozen=True, slots=True)
class Allowed:
    """What is left of a limit: requests, and seconds until it is whole again."""

    limit: int
    left: int
    reset: int

    def headers(self) -> dict[str, str]:
        """The `RateLimit-*` headers; none where requests are not counted."""
        return (
            {}
            if self is UNCOUNTED
            else {"RateLimit-Limit": str(self.limit), "RateLimit-Remaining": str(self.left), "RateLimit-Reset": str(self.reset)}
        )


UNCOUNTED = Allowed(0, 0, 0)
"""Where only the bound on requests in flight holds (Q-16)."""


class RateLimits:
    """Counts requests in a sliding minute, in memory or where all servers see them.

    Raises WrongSettings when nothing can be counted there.
    """

    def __init__(self, storage_url: str, public_limit: int) -> None:
        self._limiter = SlidingWindowCounterRateLimiter(_storage(storage_url))
        self._public_limit = public_limit

    async def take(self, actor: Actor, address: str) -> Allowed:
        """Count a request of a key, a candidate's link, or an address.

        Raises RateLimitExceeded.
        """
        if actor.kind in (ActorKind.KEY, ActorKind.TOKEN):
            return await self.take_for("key", actor.credential, actor.rate_limit)
        if actor.kind is ActorKind.CANDIDATE:
            return await self.take_for("link", actor.credential, self._public_limit)
        return await self.take_for("address", address, self._public_limit)

    async def take_for(self, what: str, who: str, limit: int) -> Allowed:
        item = _per_minute(limit)
        try:
            granted = await self._limiter.hit(item, what, who)
            reset, left = await self._limiter.get_window_stats(item, what, who)
        except StorageError as error:
            raise Unavailable from error
        allowed = Allowed(limit, max(left, 0), max(math.ceil(reset - time.time()), 1))
        if not granted:
            raise RateLimitExceeded(allowed)
        return allowed


def _storage(url: str) -> Any:
    if url.startswith("memory:"):
        return Counters()
    on_redis = url.startswith("redis")
    options: dict[str, Any] = {"implementation": "redispy"} if on_redis else {}  # or limits looks for another client, coredis
    try:
        return storage_from_string(f"async+{url}", wrap_exceptions=True, **options)
    except ConfigurationError as error:
        wanted = "needs the package redis: pip install 'redis>=5.2'" if on_redis else "must look like redis://host:6379 or memory://"
        raise WrongSettings(f"CENTIL_RATE_LIMIT_URL: {wanted}") from error


@cache
def _per_minute(limit: int) -> RateLimitItem:
    return RateLimitItemPerMinute(limit)


class InFlight:
    """Counts what is being worked on, in all and by account."""

    def __init__(self, most: int, most_per_account: int) -> None:
        self._most = most
        self._most_per_account = most_per_account
        self._by_account: Counter[int] = Counter()
        self._count = 0
        self.idle = asyncio.Event()
        """Set while nothing is being worked on."""
        self.idle.set()

    @contextmanager
    def one(self, account_id: int | None) -> Iterator[None]:
        """Work on one request.

        Raises Unavailable when there are too many already.
        """
        if self._count >= self._most or (account_id is not None and self._by_account[account_id] >= self._most_per_account):
            raise Unavailable
        self._count += 1
        self.idle.clear()
        if account_id is not None:
            self._by_account[account_id] += 1
        try:
            yield
        finally:
            self._count -= 1
            if not self._count:
                self.idle.set()
            if account_id is not None:
                self._by_account[account_id] -= 1
                if not self._by_account[account_id]:
                    del self._by_account[account_id]


class Places:
    """Counts what each has open at a time."""

    def __init__(self) -> None:
        self._open: Counter[str] = Counter()

    @contextmanager
    def one(self, who: str, most: int, refusal: type[DomainError]) -> Iterator[None]:
        """Take a place, or raise the refusal when there are so many already."""
        if self._open[who] >= most:
            raise refusal
        self._open[who] += 1
        try:
            yield
        finally:
            self._open[who] -= 1
            if not self._open[who]:
                del self._open[who]
