"""What ends servers and workers in the middle of work, and a caller with leave to work a lot."""

import asyncio
import signal
from collections import Counter

from domain.access import commands
from domain.billing import credits
from tests.process.installation import Installation, Peer, ended

TAKEN = 120
"""Seconds until every event of a payment is taken and every job is done."""
IN_HAND = 8
"""How many jobs a worker has in hand when it is killed, at most."""


class Killer:
    """Ends a server and a worker with kill -9, one or both of them, and starts them again."""

    def __init__(self, installation: Installation, peer: Peer, worker: asyncio.subprocess.Process) -> None:
        self.kills: Counter[str] = Counter()
        self._installation = installation
        self._peer = peer
        self._worker = worker

    async def kill(self, *whom: str) -> None:
        for process in [self._peer.process] * ("server" in whom) + [self._worker] * ("worker" in whom):
            assert process.returncode is None, "it was alive"
            process.send_signal(signal.SIGKILL)
        if "worker" in whom:
            assert await ended(self._worker, signal.SIGKILL) == -signal.SIGKILL
            await self._installation.workers_are_late()
            self._worker = await self._installation.work()
        if "server" in whom:
            assert await ended(self._peer.process, signal.SIGKILL) == -signal.SIGKILL
            await self._installation.again(self._peer)
        self.kills.update(whom)


async def prepared(installation: Installation) -> str:
    """A key without limits, and enough credits."""
    async with installation.world.work() as uow:
        await credits.grant(uow, 10_000, reference="for all who are killed")
        return (await commands.create_key(uow, name="Callers", rate_limit=1_000_000)).secret
