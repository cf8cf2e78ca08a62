"""Work that outlives a request: jobs by name, enqueued in the transaction that makes them necessary (Q-9)."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy.orm import Mapped, Session, mapped_column

from domain.kernel.columns import Entity
from domain.kernel.personal import nothing

JOBS: dict[str, "Job"] = {}
"""Every job by its name; the runner looks it up when the job is due."""

Step = Callable[..., Awaitable[Any]]


@dataclass(frozen=True, slots=True)
class Job:
    """Something to be done after the commit.

    `run` is given the ports, the account and the keys that were enqueued. It may run again after a crash, so each run
    looks first whether there is anything left to do.
    """

    name: str
    run: Step
    every: str | None = None
    """A cron expression (seconds first) for work that comes by itself; it is then given the ports alone."""
    apart: bool = False
    """Whether it mostly waits for others, such as servers that do not answer: it has bounds of its own and takes no place of others."""


def job(name: str, *, every: str | None = None, apart: bool = False) -> Callable[[Step], Job]:
    """Declare a job under a name that stays, for it is stored in the queue."""

    def declare(run: Step) -> Job:
        JOBS[name] = declared = Job(name, run, every, apart)
        return declared

    return declare


class WorkerBeat(Entity):
    """When a worker last said that it lives, and who takes over its work when it does not say so any more."""

    __tablename__ = "worker_beat"

    name: Mapped[str] = mapped_column(primary_key=True, info=nothing("host, process and a random part"))
    at: Mapped[datetime]
    taken_by: Mapped[str | None] = mapped_column(default=None, info=nothing("the name of a worker"))


class JobQueue(Protocol):
    """Where jobs are put; the caller's transaction decides whether they were."""

    def enqueue(self, session: Session, name: str, account_id: int, keys: tuple[str, ...], after: float = 0.0) -> None:
        """Store a job that is due after so many seconds."""


class NoQueue:
    """Drop jobs: for work whose jobs are not wanted, such as filling a demo."""

    def enqueue(self, session: Session, name: str, account_id: int, keys: tuple[str, ...], after: float = 0.0) -> None:
        return None
