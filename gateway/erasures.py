"""Erasures around a restore: known from the database that is replaced and from the files beside it, done again in the backup."""

import asyncio
from collections.abc import Coroutine, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

import sqlalchemy as sa

from domain.kernel.columns import table_of
from domain.kernel.jobs import NoQueue
from domain.kernel.ports import Files
from domain.privacy.finishing import Logged, keep
from domain.privacy.model import Erasure
from domain.privacy.replay import logged, replay
from gateway import storage
from gateway.adapters.files import store
from gateway.app import open_for, ports_for
from gateway.jobs.engine import ROLES
from gateway.settings import Settings

T = TypeVar("T")
MARK = "restoring"
"""A file in the store for as long as erased people may be back in the database."""
_ERASURE = table_of(Erasure).c
_ALL = sa.select(_ERASURE.account_id, _ERASURE.key, _ERASURE.candidate_key, _ERASURE.requested_at, _ERASURE.actor)


def in_database(settings: Settings) -> list[Logged]:
    """The erasures that the database knows which is about to be replaced; none where it is empty or older than they are.

    An erasure done a moment ago may not have been written down beside it yet. One that cannot be read any more, which may
    be why it is replaced, tells nothing.
    """
    try:
        return _read(settings) if storage.revision(settings) else []
    except (storage.WrongSchema, sa.exc.DBAPIError):
        return []


def _read(settings: Settings) -> list[Logged]:
    engine = sa.create_engine(storage.sync_url(settings))
    try:
        with engine.connect() as connection:
            if not sa.inspect(connection).has_table("erasure"):
                return []
            if not settings.on_sqlite:
                connection.execute(sa.text(f"SET ROLE {ROLES[1]}"))
            return [Logged(*row) for row in connection.execute(sa.text(str(_ALL)).columns(*_ALL.selected_columns))]
    finally:
        engine.dispose()


def begin(settings: Settings, logs: Iterable[Logged]) -> None:
    """Write down beside the database what only the one to be replaced knows, and that nobody may be served meanwhile."""
    _apart(_begin(store(settings), logs))


async def _begin(files: Files, logs: Iterable[Logged]) -> None:
    for log in logs:
        await keep(files, log)
    await files.put(MARK, b"")


def end(settings: Settings) -> None:
    """Nobody is back any more: servers and workers may start."""
    _apart(store(settings).delete(MARK))


def check(settings: Settings) -> None:
    """Make sure that no restore was broken off after it brought erased people back; on SQLite none can.

    Raises WrongSchema with the command to run.
    """
    from obstore.exceptions import BaseError  # slow to import, and only this needs it

    if settings.on_sqlite:
        return
    try:
        broken_off = _apart(store(settings).get(MARK)) is not None
    except (BaseError, OSError) as error:
        raise storage.WrongSchema(
            f"The file store cannot be read: {storage.reason(error)}. Check CENTIL_FILES_URL and CENTIL_VAR."
        ) from error
    if broken_off:
        raise storage.WrongSchema(
            "A restore has not ended, and may have brought erased people back. Run again: centil restore --force FILE"
        )


def repeat(settings: Settings, logs: Iterable[Logged]) -> int:
    """Erase again in a restored database; return how many people."""
    return _apart(_repeat(settings, logs))


def _apart(work: Coroutine[Any, Any, T]) -> T:
    """Run something in a thread, for callers may have an event loop of their own."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, work).result()


async def _repeat(settings: Settings, logs: Iterable[Logged]) -> int:
    database = await open_for(settings, NoQueue())
    try:
        ports = ports_for(settings, database)
        return await replay(ports, [*logs, *await logged(ports.files)])
    finally:
        await database.close()
