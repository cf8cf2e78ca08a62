"""Copying a database while it is used, and putting the copy back (Q-12)."""

import os
import re
import shutil
import sqlite3
import subprocess
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from sqlalchemy.engine import URL

from domain.privacy.finishing import Logged
from gateway import erasures, storage
from gateway.migrations import HEAD
from gateway.settings import Settings

PAGES_AT_ONCE = 2_000


class NotPossible(Exception):
    """A backup or restore that cannot be done; the message says why and what to do."""


def backup(settings: Settings, file: Path, advance: Callable[[int], None]) -> None:
    """Write a consistent copy of the database to a file that only this user can read; `advance` is told percents.

    Raises NotPossible.
    """
    if file.exists():
        raise NotPossible(f"{file} exists already. Choose another name.")
    storage_found = storage.revision(settings)
    if storage_found is None:
        raise NotPossible("The database is empty: there is nothing to back up.")
    file.parent.mkdir(parents=True, exist_ok=True)
    partial = file.with_name(file.name + ".partial")
    partial.touch(mode=0o600)
    try:
        if settings.on_sqlite:
            _copy_sqlite(str(settings.database.database), partial, advance)
        else:
            _run("pg_dump", settings, _database(settings), "--format=custom", f"--file={partial}", "--no-owner")
            advance(100)
        partial.rename(file)
    finally:
        partial.unlink(missing_ok=True)


def _copy_sqlite(source: str, target: Path, advance: Callable[[int], None]) -> None:
    done = 0

    def tell(_status: int, remaining: int, total: int) -> None:
        nonlocal done
        percent = 100 * (total - remaining) // max(total, 1)
        advance(percent - done)
        done = percent

    with closing(sqlite3.connect(source)) as live, closing(sqlite3.connect(target)) as copy:
        live.backup(copy, pages=PAGES_AT_ONCE, progress=tell)
        if (found := copy.execute("pragma integrity_check").fetchone()[0]) != "ok":
            raise NotPossible(f"The copy is damaged: {found}")


def restore(settings: Settings, file: Path, *, force: bool) -> int:
    """Replace the database by a backup, bring it to the schema of this release, and erase again who was erased since (Q-11).

    Returns how many people that were. Raises NotPossible when the database is not empty and `force` is not given, or
    the file is no backup.
    """
    if not force and storage.revision(settings) is not None:
        raise NotPossible("The database is not empty. Stop servers and workers, and give --force to replace it.")
    step = _step_of(file) if settings.on_sqlite else _step_of_dump(settings, file)
    if step > HEAD:
        raise NotPossible(f"The backup is at step {step}, this release knows up to {HEAD}. Use the newer release.")
    logs = erasures.in_database(settings)
    if settings.on_sqlite:
        return _restore_sqlite(settings, file, logs)
    return _restore_postgresql(settings, file, logs)


def _restore_postgresql(settings: Settings, file: Path, logs: list[Logged]) -> int:
    """Replace what is in the database; until those who were erased are so again, servers and workers refuse to start."""
    replace = ("--clean", "--if-exists", "--no-owner", "--exit-on-error", "--single-transaction")
    erasures.begin(settings, logs)
    try:
        _run("pg_restore", settings, _database(settings), *replace, str(file))
    except NotPossible:
        erasures.end(settings)  # all of it was rolled back
        raise
    storage.migrate(settings)
    again = erasures.repeat(settings, logs)
    erasures.end(settings)
    return again


def _restore_sqlite(settings: Settings, file: Path, logs: list[Logged]) -> int:
    """Make a file that can be served, and only then put it in the place of the old one."""
    target = Path(str(settings.database.database))
    target.parent.mkdir(parents=True, exist_ok=True)
    fresh = target.with_name(target.name + ".restoring")
    try:
        shutil.copyfile(file, fresh)
        aside = settings.model_copy(update={"database_url": f"sqlite:///{fresh}"})
        storage.migrate(aside)
        again = erasures.repeat(aside, logs)
        with closing(sqlite3.connect(fresh)) as whole:
            whole.execute("pragma wal_checkpoint(truncate)")
        for leftover in ("-wal", "-shm"):
            target.with_name(target.name + leftover).unlink(missing_ok=True)
        fresh.replace(target)
    finally:
        for leftover in ("", "-wal", "-shm"):
            fresh.with_name(fresh.name + leftover).unlink(missing_ok=True)
    return again


def _step_of(file: Path) -> str:
    try:
        with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as copy:
            if copy.execute("pragma integrity_check").fetchone()[0] != "ok":
                raise NotPossible(f"{file} is damaged.")
            return str(copy.execute("select version_num from alembic_version").fetchone()[0])
    except (sqlite3.DatabaseError, TypeError):
        raise NotPossible(f"{file} is not a backup that `centil backup` made of SQLite.") from None


def _step_of_dump(settings: Settings, file: Path) -> str:
    """The step a dump is at: the one line of data of that table."""
    told = _run("pg_restore", settings, "--data-only", "--table=alembic_version", "--file=-", str(file))
    found = re.search(r"^COPY .*alembic_version .*\n(.+)$", told, re.MULTILINE)
    if found is None:
        raise NotPossible(f"{file} is not a backup that `centil backup` made of PostgreSQL.")
    return found[1]


def _database(settings: Settings) -> str:
    url = settings.database
    told = URL.create("postgresql", url.username, None, url.host, url.port, url.database, url.query)
    return f"--dbname={told}"


def _run(program: str, settings: Settings, *arguments: str) -> str:
    """Run a tool of PostgreSQL and return what it writes; the password goes by its environment, never by the list of processes."""
    found = shutil.which(program)
    if found is None:
        raise NotPossible(f"{program} is not installed: install the PostgreSQL client of the server's version.")
    environment = {**os.environ, "PGPASSWORD": str(settings.database.password or "")}
    command = [found, *arguments]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)  # noqa: S603  our own arguments
    if done.returncode:
        raise NotPossible(f"{program} failed: {done.stderr.strip().splitlines()[-1] if done.stderr.strip() else done.returncode}")
    return done.stdout
