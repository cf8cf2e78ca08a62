"""A worker: runs jobs in this process, says that it lives, and takes over the work of workers that died, fenced."""

import asyncio
import contextlib
import logging
import os
import socket
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

from sqlalchemy import delete, insert, select, update

from domain.kernel.actor import Actor
from domain.kernel.database import Database
from domain.kernel.errors import DomainError
from domain.kernel.jobs import WorkerBeat
from domain.kernel.ports import Ports
from gateway.front import new_request_id
from gateway.jobs import engine
from gateway.jobs.names import APPLICATION, VERSION
from gateway.settings import Settings

log = logging.getLogger("centil.jobs")
BEAT_SECONDS = 3.0
DEAD_AFTER = timedelta(seconds=15)
DRAIN_SECONDS = 10


class Fenced(Exception):
    """This worker was taken for dead and its work was given to others: it must not go on with it."""


class Worker:
    """The jobs of one process."""

    def __init__(self, settings: Settings, ports: Ports) -> None:
        self._settings = settings
        self._ports = ports
        self.name = f"{socket.gethostname()}-{os.getpid()}-{new_request_id()}"
        self._beating: asyncio.Task[None] | None = None
        self._ending = asyncio.Event()
        self.fenced = asyncio.Event()

    @property
    def _database(self) -> Database:
        return self._ports.database

    async def start(self) -> None:
        """Begin to run jobs; imports the engine off the event loop first."""
        workflows = await asyncio.to_thread(_import)
        workflows.use(self._ports)
        await self._announce()
        async with self._database.alone():
            self._launch()  # on the event loop, and it writes: a work that is open on SQLite would wait for it and it for that
        self._beating = asyncio.create_task(self._beat())

    def _launch(self) -> None:
        from dbos import DBOS

        config: Any = {
            "name": APPLICATION,
            "system_database_url": engine.url(self._settings),
            "system_database_engine": engine.sqlite_engine(self._settings),
            "application_version": VERSION,
            "executor_id": self.name,
            "run_migrations": False,
            "log_level": "ERROR",
            "notification_listener_polling_interval_sec": 0.25,
            "scheduler_polling_interval_sec": 5.0,
        }
        DBOS(config=config)
        logging.getLogger("dbos").handlers.clear()  # of its own, which would write what drivers say as it is
        DBOS.launch()  # inside the running loop, where asynchronous jobs then run

    async def stop(self) -> None:
        """Finish what is being done, for a while, leave the rest to others, and stop."""
        self._ending.set()
        if self._beating:
            await self._beating
        from dbos import DBOS

        await asyncio.to_thread(DBOS.destroy, workflow_completion_timeout_sec=0 if self.fenced.is_set() else DRAIN_SECONDS)
        # the engine made its own executor the loop's, and has shut it down
        asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(thread_name_prefix="centil"))
        await _import().abandon()
        with contextlib.suppress(DomainError):
            async with self._database.work(Actor.system()) as uow:
                late = uow.now - 2 * DEAD_AFTER  # a job that waits for its next try is taken over at once
                await uow.change(update(WorkerBeat).where(WorkerBeat.name == self.name, WorkerBeat.taken_by.is_(None)).values(at=late))

    async def _announce(self) -> None:
        async with self._database.work(Actor.system()) as uow:
            await uow.session.execute(insert(WorkerBeat).values(name=self.name, at=uow.now))

    async def _beat(self) -> None:
        """Say every few seconds that this worker lives, and look after the others; end when others took it for dead."""
        while not self._ending.is_set():
            try:
                await self._say_alive()
                await self._take_over()
            except Fenced:
                log.error("taken for dead: jobs stop here", extra={"code": "WORKER_FENCED"})
                self.fenced.set()
                return
            except Exception:  # whatever it was: a worker that goes on must go on saying so
                log.exception("heartbeat late")
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._ending.wait(), BEAT_SECONDS)

    async def _say_alive(self) -> None:
        async with self._database.work(Actor.system()) as uow:
            mine = update(WorkerBeat).where(WorkerBeat.name == self.name, WorkerBeat.taken_by.is_(None))
            if not await uow.change(mine.values(at=uow.now)):
                raise Fenced

    async def _take_over(self) -> None:
        """Resume the work of workers that have not said for a while that they live.

        A dead worker's row is claimed first, in a transaction of its own: one worker claims it, and a worker that finds
        its own row claimed stops (`Fenced`). A claim whose maker dies is claimed again.
        """
        async with self._database.work(Actor.system()) as uow:
            late = select(WorkerBeat.name).where(WorkerBeat.at < uow.now - DEAD_AFTER, WorkerBeat.name != self.name)
            names = (await uow.session.execute(late)).scalars().all()
            claim = update(WorkerBeat).where(WorkerBeat.at < uow.now - DEAD_AFTER).values(taken_by=self.name, at=uow.now)
            claimed = [name for name in names if await uow.change(claim.where(WorkerBeat.name == name))]
        for name in claimed:
            await self._resume(name)
            async with self._database.work(Actor.system()) as uow:
                await uow.session.execute(delete(WorkerBeat).where(WorkerBeat.name == name, WorkerBeat.taken_by == self.name))

    async def _resume(self, dead: str) -> None:
        """Put the unfinished work of a dead worker back into the queue; doing it twice does it once."""
        from dbos import DBOS

        unfinished = await DBOS.list_workflows_async(status="PENDING", executor_id=dead)
        if unfinished:
            await DBOS.resume_workflows_async([workflow.workflow_id for workflow in unfinished])
            log.warning("unfinished work of another worker taken over", extra={"count": len(unfinished)})


def _import() -> Any:
    from gateway.jobs import workflows

    return workflows
