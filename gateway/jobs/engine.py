"""The database of the job engine: ours, with our pragmas on SQLite and the writer's role on PostgreSQL."""

from typing import Any

import sqlalchemy as sa

from domain.kernel.sqlite import PRAGMAS
from gateway.settings import Settings

ROLES = ("centil_app", "centil_reader")


def url(settings: Settings, *, owner: bool = False) -> str:
    """The database as the job engine takes it: in the writer's role on PostgreSQL, unless it is to make its tables."""
    found = settings.database.set(drivername="sqlite" if settings.on_sqlite else "postgresql")
    if not settings.on_sqlite and not owner:
        found = found.update_query_dict({"options": f"-c role={ROLES[0]}"})
    return found.render_as_string(hide_password=False)


def sqlite_engine(settings: Settings) -> sa.Engine | None:
    """An engine of our own for SQLite, None for PostgreSQL; its transactions take the write lock when they begin to write."""
    if not settings.on_sqlite:
        return None
    engine = sa.create_engine(url(settings), pool_size=4, max_overflow=4, pool_timeout=30)

    @sa.event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: Any) -> None:
        connection.isolation_level = "IMMEDIATE"
        for pragma in PRAGMAS:
            connection.execute(pragma)
        connection.execute("pragma busy_timeout=30000")

    return engine
