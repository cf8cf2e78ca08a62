"""What a process keeps in memory that may name somebody: dropped when anybody is erased, wherever that was done (Q-11)."""

import asyncio
import logging

from domain.candidates.events import CANDIDATE_ANONYMIZED
from domain.privacy import queries
from gateway.front import Front

log = logging.getLogger("centil.forgetting")
EVERY = 3.0
"""Seconds between two looks whether another process erased somebody."""


class Forgetting:
    """Empties the caches of texts: callers may have written names into operations instead of variables."""

    def __init__(self, front: Front) -> None:
        self._front = front
        self._seen: str | None = None
        front.database.after_commit.append(self._heard)

    def _heard(self, recorded: set[str]) -> None:
        if CANDIDATE_ANONYMIZED.name in recorded:
            self.forget()

    def forget(self) -> None:
        """Drop the texts of operations and the values of compiled statements."""
        self._front.executor.documents.clear()
        self._front.persisted.forget()
        self._front.database.forget()

    async def watch(self) -> None:
        """Hear of erasures that other processes did, until canceled."""
        while True:
            await asyncio.sleep(EVERY)
            await self.look()

    async def look(self) -> None:
        """Forget if somebody was erased since the last look."""
        try:
            newest = await queries.newest(self._front.database.read())
        except Exception:  # whatever it was: the next look may succeed, and texts that are kept too long are dropped then
            log.exception("erasures not seen")
            return
        if newest != self._seen:
            self._seen = newest
            self.forget()
