"""Bringing a database to the schema of this release, and knowing whether it is there."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import URL, Connection

from domain.kernel.sqlite import PRAGMAS
from gateway import planner
from gateway.jobs.engine import ROLES
from gateway.migrations import HEAD
from gateway.settings import Settings


class WrongSchema(Exception):
    """A database that this release cannot work with; the message says what to do."""


def sync_url(settings: Settings) -> URL:
    """The database for tools that are not asynchronous."""
    return settings.database if settings.on_sqlite else settings.database.set(drivername="postgresql+psycopg")


def _connect(settings: Settings) -> sa.Engine:
    connecting = sa.create_engine(sync_url(settings))
    if settings.on_sqlite:
        Path(str(settings.database.database)).parent.mkdir(parents=True, exist_ok=True)

        @sa.event.listens_for(connecting, "connect")
        def prepare(connection: Any, _record: Any) -> None:
            for pragma in PRAGMAS:
                connection.execute(pragma)

    return connecting


def revision(settings: Settings) -> str | None:
    """The step the database is at; None when it is empty or absent.

    Raises WrongSchema when it cannot be opened.
    """
    with _opening():
        if settings.on_sqlite and not Path(str(settings.database.database)).exists():
            return None
        database = _connect(settings)
        try:
            with database.connect() as connection:
                if not sa.inspect(connection).has_table("alembic_version"):
                    return None
                found = connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalar_one_or_none()
                return str(found) if found else None
        finally:
            database.dispose()


@contextmanager
def _opening() -> Iterator[None]:
    """Say in a sentence why a database cannot be opened."""
    try:
        yield
    except (OSError, sa.exc.DBAPIError) as error:
        raise WrongSchema(f"The database cannot be opened: {reason(error)}. Check CENTIL_DATABASE_URL and CENTIL_VAR.") from error


def reason(error: Exception) -> str:
    """What a driver or the system says, in a line."""
    return str(getattr(error, "orig", error)).strip().splitlines()[0].rstrip(".")


def check(settings: Settings) -> None:
    """Make sure that the database has the schema of this release.

    Raises WrongSchema with the command to run.
    """
    found = revision(settings)
    if found is None:
        raise WrongSchema("The database is empty. Run: centil migrate")
    if found > HEAD:
        raise WrongSchema(f"The database is at step {found}, this release knows up to {HEAD}. Run the newer release, or restore a backup.")
    if found != HEAD:
        raise WrongSchema(f"The database is at step {found}, this release needs {HEAD}. Run: centil migrate")


def migrate(settings: Settings, *, to: str = "head") -> str | None:
    """Bring the database to the schema of this release and return the step it was at before; safe to run again.

    `to` stops at an older step, for what must be tried on one.

    Raises WrongSchema when the database is newer than this release or cannot be opened.
    """
    before = revision(settings)
    if before is not None and before > HEAD:
        check(settings)
    with _opening():
        database = _connect(settings)
        database.connect().close()
    try:
        if not settings.on_sqlite:
            with database.begin() as connection:
                _make_roles(connection)
        with database.begin() as connection:
            _upgrade(connection, to)
            planner.tell(connection)
    finally:
        database.dispose()
    from gateway.jobs import setup  # slow to import, and only this needs it

    setup.prepare(settings)
    return before


def _upgrade(connection: Connection, to: str) -> None:
    from alembic import command  # takes seconds to import, and only this needs it
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["connection"] = connection
    command.upgrade(config, to)


def _make_roles(connection: Connection) -> None:
    """Make the roles that connections take, and let this user take them; needs CREATEROLE the first time."""
    try:
        with connection.begin_nested():
            for role in ROLES:
                if not connection.execute(sa.text("SELECT 1 FROM pg_roles WHERE rolname = :role"), {"role": role}).scalar():
                    connection.execute(sa.text(f"CREATE ROLE {role} NOLOGIN NOBYPASSRLS"))
                if not connection.execute(sa.text("SELECT pg_has_role(current_user, :role, 'MEMBER')"), {"role": role}).scalar():
                    connection.execute(sa.text(f"GRANT {role} TO current_user"))
    except sa.exc.ProgrammingError as error:
        raise WrongSchema(
            f"This database user may not create roles. Let an administrator run once, leaving out what exists: "
            f"{' '.join(f'CREATE ROLE {name} NOLOGIN;' for name in ROLES)} GRANT {', '.join(ROLES)} TO <this user>;"
        ) from error
    for role in ROLES:
        connection.execute(sa.text(f"GRANT USAGE ON SCHEMA public TO {role}"))
