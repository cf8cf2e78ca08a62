"""Putting jobs into the queue, inside the transaction that makes them necessary (Q-9)."""

import asyncio
import threading
from typing import TYPE_CHECKING, Any

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from domain.kernel.jobs import JOBS
from gateway.jobs import engine
from gateway.jobs.names import APART, APPLICATION, JOB, QUEUE, VERSION
from gateway.settings import Settings

if TYPE_CHECKING:
    from dbos import DBOSClient


class DurableQueue:
    """The queue of an installation; the engine is imported when it is first needed, for that takes most of a second."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._client: DBOSClient | None = None
        self._engine: Engine | None = None
        self._opening = threading.Lock()

    def enqueue(self, session: Session, name: str, account_id: int, keys: tuple[str, ...], after: float = 0.0) -> None:
        """Store a job; it exists if and only if the session's transaction commits."""
        queue = APART if JOBS[name].apart else QUEUE
        options: dict[str, Any] = {"workflow_name": JOB, "queue_name": queue, "app_version": VERSION}
        if after:
            options["delay_seconds"] = after
        self._open().enqueue_in_transaction(session, options, name, account_id, list(keys))  # type: ignore[arg-type]

    async def warm(self) -> None:
        """Import and open the engine off the event loop, so that the first job need not."""
        await asyncio.to_thread(self._open)

    def _open(self) -> "DBOSClient":
        with self._opening:
            if self._client is None:
                from dbos import DBOSClient

                self._engine = engine.sqlite_engine(self._settings)
                self._client = DBOSClient(
                    system_database_url=engine.url(self._settings),
                    system_database_engine=self._engine,
                    application_name=APPLICATION,
                    lazy=True,
                )
            return self._client

    def close(self) -> None:
        if self._client is not None:
            self._client.destroy()
            self._client = None
        if self._engine is not None:
            self._engine.dispose()  # the client leaves open what it was given
            self._engine = None
