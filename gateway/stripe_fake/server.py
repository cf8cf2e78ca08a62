"""The server: its parts, wired, and the address that it listens at, on this machine only."""

import asyncio
import contextlib
import logging
import socket
from pathlib import Path

from aiohttp import web

from domain.kernel.clock import Clock
from gateway.stripe_fake.admin import Admin
from gateway.stripe_fake.api import Api
from gateway.stripe_fake.bank import Bank
from gateway.stripe_fake.faults import Faults
from gateway.stripe_fake.guard import keep_out_strangers
from gateway.stripe_fake.listening import address_of
from gateway.stripe_fake.pages import Pages
from gateway.stripe_fake.refusals import Refusal
from gateway.stripe_fake.sending import Disorder, Sender
from gateway.stripe_fake.store import Record, Store

log = logging.getLogger("centil.stripe_fake")
LOOKS_EVERY = 1.0
"""Seconds between two looks at what has expired or is due."""


class StripeFake:
    """Test payments: the API, the page that people pay on, the events, and the desk to look behind."""

    def __init__(
        self,
        path: Path | None = None,
        *,
        webhook_url: str = "",
        secret: str = "",
        clock: Clock | None = None,
        disorder: Disorder = Disorder(),  # noqa: B008  frozen
        settles_after: float = 5.0,
    ) -> None:
        clock = clock or Clock()
        self.store = Store(path)
        self.faults = Faults()
        self.sender = Sender(self.store, clock, self.faults, webhook_url, secret, disorder)
        self.bank = Bank(self.store, clock, self._tell, settles_after=settles_after)
        self.api = Api(self.bank, self.faults)
        self.app = web.Application(middlewares=[keep_out_strangers], client_max_size=1_000_000)
        self.api.mount(self.app)
        Pages(self.bank, self.sender).mount(self.app)
        Admin(self.bank, self.sender, self.faults, self.api).mount(self.app)
        self._runner: web.AppRunner | None = None
        self._watching: asyncio.Task[None] | None = None

    @property
    def address(self) -> str:
        """Where it listens, without a slash at the end."""
        return self.bank.base

    def _tell(self, event: Record) -> None:
        self.sender.send(event)

    async def start(self, listening: socket.socket) -> None:
        """Listen on a socket that is bound, and go on with what a restart cut off."""
        self.bank.base = address_of(listening)
        self._runner = web.AppRunner(self.app, handle_signals=False, access_log=None, shutdown_timeout=1)
        await self._runner.setup()
        await web.SockSite(self._runner, listening).start()
        self.sender.start()
        self._watching = asyncio.create_task(self._watch())

    async def stop(self) -> None:
        """End, with everything written."""
        if self._watching:
            self._watching.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._watching
        self.api.release()
        if self._runner:
            await self._runner.cleanup()
        await self.sender.stop()
        await self.store.close()

    async def look(self) -> None:
        """Do what is due by now."""
        self.bank.do_what_is_due()
        await self.store.keep()

    async def _watch(self) -> None:
        while True:
            try:
                await self.look()
            except (Refusal, OSError, ValueError):
                log.exception("test payments could not look at what is due")
            await asyncio.sleep(LOOKS_EVERY)
