"""The database of a process: reads for queries, units of work for commands, the same on SQLite and PostgreSQL."""

import asyncio
import contextlib
import sqlite3
import time
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Callable, Collection, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any

from sqlalchemy import event, exc, text
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine

from domain.kernel.actor import Actor
from domain.kernel.clock import Clock
from domain.kernel.environment import Environment
from domain.kernel.errors import BadInput, DeadlineExceeded, Unavailable
from domain.kernel.events import Signals
from domain.kernel.jobs import JobQueue
from domain.kernel.one_hop import driver
from domain.kernel.purging import rid_of_what_was, vacuum
from domain.kernel.sqlite import PRAGMAS, SqliteRead, SqliteReads
from domain.kernel.statements import Read
from domain.kernel.work import Follower, UnitOfWork, confine

DEADLINE = 10.0
"""Seconds an operation may take unless it is told otherwise (Q-15)."""
PURGE_SECONDS = 8.0
"""For readers to let go of the log of SQLite before a job tries again later (Q-11)."""
_CANCELED, _SERIALIZATION, _DEADLOCK, _LOCKED, _NO_CHARACTER = "57014", "40001", "40P01", "55P03", "22021"


@dataclass(frozen=True, slots=True)
class Means:
    """What a database hands on to commands: the time, where jobs go, and the installation."""

    clock: Clock
    jobs: JobQueue
    environment: Environment
    followers: Sequence[Follower] = ()


class Database(ABC):
    """Everything a process asks the database with; made by `open_database`."""

    def __init__(self, dialect: str, engine: AsyncEngine, means: Means) -> None:
        self.dialect = dialect
        self.engine = engine
        self.clock = means.clock
        self.jobs = means.jobs
        self.environment = means.environment
        self.followers = means.followers
        self.signals = Signals()
        self.purging = asyncio.Lock()
        """Held by whoever purges, so that one purge does for all who wait for one."""
        self.after_commit: list[Callable[[set[str]], None]] = []
        """Called in this process after every commit, with the types of the events that it recorded."""

    @abstractmethod
    def read(self, deadline: float = DEADLINE) -> Read:
        """Begin the reads of one operation; `deadline` in seconds from now."""

    @asynccontextmanager
    async def work(self, actor: Actor, *, request_id: str = "") -> AsyncIterator[UnitOfWork]:
        """Open a transaction for commands: committed when the block ends, rolled back when it raises.

        Raises Unavailable when the database is too busy.
        """
        with translated():
            async with self.alone(), AsyncSession(self.engine, expire_on_commit=False, autoflush=False) as session:
                if actor.account is not None:
                    await confine(session, self.dialect, actor.account)
                work = UnitOfWork(session, actor, self.clock.now(), request_id, self.jobs, self.environment, self.dialect, self.followers)
                yield work
                await work.flush()
                await self._announce(session, work.touched)
                await _shielded(self._commit(session, work))

    async def _commit(self, session: AsyncSession, work: UnitOfWork) -> None:
        """Commit and let this process know."""
        await session.commit()
        for account_id in work.touched:
            self.signals.wake(account_id)
        for tell in self.after_commit:
            tell(work.recorded)

    @abstractmethod
    async def purge(self, tables: Collection[str]) -> None:
        """Leave nothing in the database's own files of rows of these tables that were changed or deleted.

        Not inside a unit of work. Raises Unavailable when readers stand in the way for too long.
        """

    def forget(self) -> None:
        """Drop compiled statements: each keeps the values of its first run."""
        self.engine.sync_engine.clear_compiled_cache()

    def alone(self) -> contextlib.AbstractAsyncContextManager[Any]:
        """Let no other work of this process be open meanwhile, where there is one writer only."""
        return contextlib.nullcontext()

    async def _announce(self, session: AsyncSession, accounts: set[int]) -> None:  # noqa: B027  SQLite has nobody to tell
        """Tell other processes, with the commit, that accounts have news."""

    async def close(self) -> None:
        await self.engine.dispose()


class SqliteDatabase(Database):
    """One file, one writer at a time behind a lock, reads beside it."""

    def __init__(self, path: str, means: Means) -> None:
        super().__init__("sqlite", sqlite_engine(path), means)
        self.path = path
        self._reads = SqliteReads(path)
        self._writing = asyncio.Lock()
        self._watch = asyncio.create_task(self._watch_other_processes())

    def read(self, deadline: float = DEADLINE) -> SqliteRead:
        return SqliteRead(self._reads, time.monotonic() + deadline)

    @asynccontextmanager
    async def alone(self) -> AsyncIterator[None]:
        try:
            async with asyncio.timeout(5):  # wait_for would swallow a cancelation that comes with the lock
                await self._writing.acquire()
        except TimeoutError as error:
            raise Unavailable from error
        try:
            yield
        finally:
            self._writing.release()

    async def purge(self, tables: Collection[str]) -> None:
        """Whatever the tables: there is one search index and one log."""
        await asyncio.to_thread(rid_of_what_was, self.path, time.monotonic() + PURGE_SECONDS)

    async def _watch_other_processes(self) -> None:
        """Wake listeners when another process commits, such as the command line beside the server."""
        seen = self._reads.changes()
        while True:
            await asyncio.sleep(0.5)
            if self.signals.awaited and (now := self._reads.changes()) != seen:
                seen = now
                self.signals.wake()

    async def close(self) -> None:
        self._watch.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._watch
        await self._reads.close()
        await super().close()


def sqlite_engine(path: str) -> AsyncEngine:
    """The one writer connection; every transaction takes the write lock when it begins."""
    engine = create_async_engine(
        f"sqlite+aiosqlite:///{path}", module=driver(), pool_size=1, max_overflow=0, pool_timeout=5, pool_reset_on_return=None
    )

    @event.listens_for(engine.sync_engine, "connect")
    def prepare(connection: Any, _record: Any) -> None:
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in PRAGMAS:
            cursor.execute(pragma)
        cursor.close()

    @event.listens_for(engine.sync_engine, "begin")
    def begin(connection: Any) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    @event.listens_for(engine.sync_engine, "reset")
    def end(connection: Any, _record: Any, state: Any) -> None:
        if state.asyncio_safe:
            connection.rollback()  # SQLite keeps a transaction open whose COMMIT failed; SQLAlchemy takes it for ended

    return engine


class PostgresDatabase(Database):
    """Pools in two roles: a writer behind row level security and a reader that can only read."""

    def __init__(self, dsn: str, engine: AsyncEngine, connections: Any, begin: Callable[[], Read], means: Means) -> None:
        super().__init__("postgresql", engine, means)
        self._dsn = dsn
        self._connections = connections
        self._begin = begin
        self._listener: Any = None

    def read(self, deadline: float = DEADLINE) -> Read:
        return self._begin()

    async def _announce(self, session: AsyncSession, accounts: set[int]) -> None:
        for account_id in accounts:
            await session.execute(text("select pg_notify('centil_events', :account)"), {"account": str(account_id)})

    async def purge(self, tables: Collection[str]) -> None:
        """The write-ahead log and backups leave by their own retention."""
        await vacuum(self._dsn, tables)

    async def listen(self, dsn: str) -> None:
        """Hear of events that other processes committed; a lost connection is made again, and then everybody is woken."""
        import asyncpg

        self._listener = asyncio.create_task(self._hear(asyncpg, dsn))

    async def _hear(self, asyncpg: Any, dsn: str) -> None:
        while True:
            with contextlib.suppress(OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
                connection = await asyncpg.connect(dsn, server_settings={"application_name": "centil-events"})
                try:
                    lost = asyncio.Event()
                    connection.add_termination_listener(partial(_tell, lost))
                    await connection.add_listener("centil_events", lambda _c, _p, _n, account: self.signals.wake(int(account)))
                    self.signals.wake()
                    await lost.wait()
                finally:
                    await connection.close()
            await asyncio.sleep(1)

    async def close(self) -> None:
        if self._listener:
            self._listener.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._listener
        await self._connections.close()
        await super().close()


async def open_database(url: str, means: Means, *, pool_size: int = 10, reads_behind_rls: bool = False) -> Database:
    """Open the database of a URL: `sqlite:///path` or `postgresql://…`."""
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        return SqliteDatabase(str(parsed.database), means)
    from domain.kernel.postgres import WRITER, PostgresRead, open_connections

    dsn = parsed.set(drivername="postgresql").render_as_string(hide_password=False)
    settings = {"role": WRITER, "statement_timeout": str(int(DEADLINE * 1000)), "jit": "off", "application_name": "centil"}
    engine = create_async_engine(
        parsed.set(drivername="postgresql+asyncpg"),
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=1,
        pool_reset_on_return=None,
        connect_args={"server_settings": settings, "prepared_statement_cache_size": 1024},
    )
    connections = await open_connections(dsn, size=pool_size, statement_timeout=DEADLINE)
    database = PostgresDatabase(dsn, engine, connections, partial(PostgresRead, connections, behind_rls=reads_behind_rls), means)
    await database.listen(dsn)
    return database


def _tell(lost: asyncio.Event, _connection: Any) -> None:
    lost.set()


async def _shielded(commit: Any) -> None:
    """Let a commit end even when the request is canceled: its outcome must be known."""
    task = asyncio.ensure_future(commit)
    try:
        await asyncio.shield(task)
    except asyncio.CancelledError:
        await task
        raise


@contextlib.contextmanager
def translated() -> Any:
    """Say 'try again' for what a busy database raises; anything else goes through (Q-6)."""
    try:
        yield
    except exc.TimeoutError as error:
        raise Unavailable from error
    except exc.DBAPIError as error:
        state = getattr(error.orig, "sqlstate", None)
        if state == _CANCELED:
            raise DeadlineExceeded from error
        if state == _NO_CHARACTER:
            raise BadInput("The input has a character that no text can have, such as NUL.") from error
        if state in (_SERIALIZATION, _DEADLOCK, _LOCKED) or error.connection_invalidated or _is_busy(error.orig):
            raise Unavailable from error
        raise


def _is_busy(error: BaseException | None) -> bool:
    return isinstance(error, sqlite3.OperationalError) and any(word in str(error) for word in ("locked", "busy"))
