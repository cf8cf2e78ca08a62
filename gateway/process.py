"""The life of a process: start, serve until told to stop, finish what was begun."""

import asyncio
import contextlib
import gc
import logging
import os
import sys
from collections.abc import Coroutine
from typing import Any

from aiohttp import web

from gateway import logs
from gateway.apis import DIALECTS
from gateway.app import Server, make_server, open_for, ports_for
from gateway.connection import Allowances, Runner
from gateway.consoles import docs_path
from gateway.jobs.queue import DurableQueue
from gateway.jobs.worker import Worker
from gateway.settings import Settings, WrongSettings
from gateway.stopping import told_to_stop
from gateway.stripe_fake import beside

log = logging.getLogger("centil.process")
DRAIN_SECONDS = 15
NOTICE_SECONDS = 1.0
"""How long a server that ends still listens, so that balancers see that it is not ready and send nothing more."""
CLOSE_SECONDS = 5
"""What is left after draining, such as a page that is being sent, has so long."""


def serve(settings: Settings, *, test_payments: bool = False) -> None:
    """Serve until SIGTERM or SIGINT; with test payments, if that is allowed and nothing else takes payments.

    Raises WrongSettings.
    """
    _run(_serve(settings, test_payments=test_payments))


def work(settings: Settings) -> None:
    """Run jobs until SIGTERM or SIGINT.

    Raises WrongSettings.
    """
    _run(_work(settings))


def _run(main: Coroutine[Any, Any, None]) -> None:
    if sys.platform == "win32":
        asyncio.run(main)
    else:
        import uvloop

        uvloop.run(main)


YOUNG_OBJECTS = 20_000
"""A large answer is some thousand objects, none of them in a cycle; looking for cycles in each took a fifth of its time."""


def _settled() -> None:
    """What was made at start stays; collect garbage from here on."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG_OBJECTS, *gc.get_threshold()[1:])
    gc.enable()


async def _serve(settings: Settings, *, test_payments: bool) -> None:
    logs.configure(settings)
    stop = told_to_stop()
    payments = beside.prepared(settings) if test_payments else None
    settings = payments.settings if payments else settings
    queue = DurableQueue(settings)
    database = await open_for(settings, queue)
    server = make_server(settings, database)
    jobs = _Jobs(settings, server, queue)
    allowances = Allowances(settings.connections)
    runner = Runner(server.app, allowances=allowances, handle_signals=False, access_log=None, shutdown_timeout=CLOSE_SECONDS)
    await runner.setup()
    site = web.TCPSite(runner, settings.host, settings.port, backlog=1024)
    try:
        await site.start()
    except OSError as error:
        reason = os.strerror(error.errno).lower() if error.errno and error.errno > 0 else str(error)
        raise WrongSettings(f"Cannot listen at {settings.host}:{settings.port}: {reason}. Set CENTIL_PORT or CENTIL_HOST.") from error
    _greet(settings, runner, payments)
    if payments:
        await payments.start(runner.addresses[0][:2])
    _settled()
    await jobs.start()
    await jobs.until(stop)
    await _drain(server, site)
    if payments:
        await payments.stop()
    await runner.cleanup()
    await jobs.stop()
    await database.close()
    queue.close()


async def _drain(server: Server, site: web.TCPSite) -> None:
    """Take nothing new and let what was begun finish, within limits."""
    server.readiness.ready = False
    await _be_seen()
    await site.stop()
    server.end_streams()
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(server.front.in_flight.idle.wait(), DRAIN_SECONDS)


async def _be_seen() -> None:
    await asyncio.sleep(NOTICE_SECONDS)


class _Jobs:
    """The worker of a serving process, made again when it was taken for dead; nothing when jobs run elsewhere."""

    def __init__(self, settings: Settings, server: Server, queue: DurableQueue) -> None:
        self._settings = settings
        self._ports = server.ports
        self._queue = queue
        self._worker: Worker | None = None

    async def start(self) -> None:
        await self._queue.warm()
        if self._settings.worker:
            self._worker = Worker(self._settings, self._ports)
            await self._worker.start()

    async def until(self, stop: asyncio.Event) -> None:
        """Wait for the end, and begin anew with jobs when this worker was fenced."""
        while not stop.is_set():
            waits = [asyncio.create_task(stop.wait())]
            if self._worker:
                waits.append(asyncio.create_task(self._worker.fenced.wait()))
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
            for wait in waits:
                wait.cancel()
            if self._worker and self._worker.fenced.is_set() and not stop.is_set():
                await self.stop()
                await self.start()

    async def stop(self) -> None:
        if self._worker:
            await self._worker.stop()
            self._worker = None


async def _work(settings: Settings) -> None:
    logs.configure(settings)
    stop = told_to_stop()
    queue = DurableQueue(settings)
    database = await open_for(settings, queue)
    worker = Worker(settings, ports_for(settings, database))
    await worker.start()
    _settled()
    log.info("working")
    fenced = asyncio.create_task(worker.fenced.wait())
    stopped = asyncio.create_task(stop.wait())
    await asyncio.wait([fenced, stopped], return_when=asyncio.FIRST_COMPLETED)
    fenced.cancel()
    stopped.cancel()
    await worker.stop()
    await database.close()
    queue.close()
    if worker.fenced.is_set():
        raise SystemExit(75)  # a supervisor starts it again under a new name


def _greet(settings: Settings, runner: Runner, payments: beside.Beside | None) -> None:
    """Say where everything is, with a line to paste."""
    port = next((address[1] for address in runner.addresses), settings.port)
    base = settings.base_url or f"http://{'127.0.0.1' if settings.host in ('0.0.0.0', '::') else settings.host}:{port}"  # noqa: S104
    key = settings.demo_key
    lines = [f"Centil serves at {base}", ""]
    if settings.graphiql:
        lines.append(f"  GraphiQL         {base}/graphiql")
    lines.append(f"  GraphQL          {base}/graphql")
    lines += [f"  API reference    {base}{docs_path(dialect)}  ({dialect.title})" for dialect in DIALECTS.values()]
    if payments:
        lines.append(f"  Payments         test payments at {payments.address}/_fake/ (no CENTIL_STRIPE_KEY is set)")
    if not settings.mail_url:
        lines.append(f"  Mails            {settings.var / 'mail'}/*.eml (no mail server is set)")
    if key:
        lines += [f"  Demo API key     {key}", "", "Try:", f"  curl -s {base}/api/v1/balance -H 'Authorization: Bearer {key}'"]
    print("\n".join(lines), flush=True)  # noqa: T201  this is for the one who started it
