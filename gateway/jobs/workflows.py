"""What the job engine runs: our jobs by their names, each a step that is tried again when it fails."""

import asyncio
import contextlib
import logging
from datetime import datetime
from typing import Any

from dbos import DBOS

from domain.kernel.ports import Ports
from gateway.jobs.declared import JOBS
from gateway.jobs.names import JOB, SCHEDULED

log = logging.getLogger("centil.jobs")
RETRIES: Any = {"retries_allowed": True, "max_attempts": 34, "interval_seconds": 5.0, "backoff_rate": 2.0}
"""A step that fails is tried again after 5, 10, 20 … seconds, then every hour, for about a day."""
AT_ONCE = 8
"""Jobs that do something at the same time; those that wait, for their next try or for others, take no place."""
_ports: Ports | None = None
_places = asyncio.Semaphore(AT_ONCE)
_running: set["asyncio.Task[Any]"] = set()


class JobFailed(Exception):
    """A job did not succeed this time. The engine keeps failures, so this one does not say why: the log does (Q-11)."""


def use(ports: Ports | None) -> None:
    """Say what jobs are given to work with; the engine is one for a process, so this is too."""
    global _ports, _places
    _ports, _places = ports, asyncio.Semaphore(AT_ONCE)


async def abandon() -> None:
    """End what is still running, such as a job that waits for its next try; another worker will go on with it."""
    running = [*_running]
    for task in running:
        task.cancel()
    await asyncio.gather(*running, return_exceptions=True)


@DBOS.workflow(name=JOB)
async def run_job(name: str, account_id: int, keys: list[str]) -> None:
    """Run one job of an account."""
    await _tried(name, account_id, *keys)


@DBOS.workflow(name=SCHEDULED)
async def run_scheduled(_due: datetime, name: str) -> None:
    """Run a job that comes by itself."""
    await _tried(name)


async def _tried(name: str, *arguments: Any) -> None:
    """Run a job as a step, until it succeeds or was tried often enough."""
    task = asyncio.current_task()
    assert task is not None
    _running.add(task)
    task.add_done_callback(_running.discard)
    options: Any = {**RETRIES, "name": name}
    await DBOS.run_step_async(options, _run, name, *arguments)


async def _run(name: str, *arguments: Any) -> None:
    assert _ports is not None, "a worker says first what jobs work with"
    try:
        async with contextlib.nullcontext() if JOBS[name].apart else _places:
            await JOBS[name].run(_ports, *arguments)
    except Exception as error:
        log.exception("job failed", extra={"job": name})
        raise JobFailed(f"{name}: {type(error).__name__}") from None
    log.info("job done", extra={"job": name})
