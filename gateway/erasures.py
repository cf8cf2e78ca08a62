"""Erasures around a restore: known from the database that is replaced and from the files beside it, done again in the backup."""

import asyncio
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor

import sqlalchemy as sa

from domain.kernel.columns import table_of
from domain.kernel.jobs import NoQueue
from domain.privacy.finishing import Logged
from domain.privacy.model import Erasure
from domain.privacy.replay import logged, replay
from gateway import storage
from gateway.app import open_for, ports_for
from gateway.jobs.engine import ROLES
from gateway.settings import Settings

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


def repeat(settings: Settings, logs: Iterable[Logged]) -> int:
    """Erase again in a restored database; return how many people. In a thread, for callers may have an event loop of their own."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, _repeat(settings, logs)).result()


async def _repeat(settings: Settings, logs: Iterable[Logged]) -> int:
    database = await open_for(settings, NoQueue())
    try:
        ports = ports_for(settings, database)
        return await replay(ports, [*logs, *await logged(ports.files)])
    finally:
        await database.close()
