"""Migrated templates of both databases, and a copy for each test."""

import itertools
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from gateway import storage
from gateway.settings import Settings
from tests.support.copies import Copies
from tests.support.postgres import Postgres, binaries

SECRET = "a secret of tests, long enough to be one"
TEMPLATE = "centil_template"


class Databases:
    """Templates made at first use."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._file: Path | None = None
        self._postgres: Postgres | None = None
        self._copies: Copies | None = None
        self._numbers = itertools.count(1)

    @contextmanager
    def copy(self, kind: str, folder: Path) -> Iterator[str]:
        """A database of a kind, as `centil migrate` leaves it."""
        if kind == "sqlite":
            path = folder / "centil.sqlite3"
            shutil.copyfile(self._sqlite_template(), path)
            yield f"sqlite:///{path}"
            return
        copies = self.copies()
        name = copies.take()
        yield self.postgres().url(name)
        copies.give_back(name)

    @contextmanager
    def empty(self, kind: str, folder: Path) -> Iterator[str]:
        """A database of a kind that nothing was done with."""
        if kind == "sqlite":
            yield f"sqlite:///{folder / 'empty.sqlite3'}"
            return
        server = self.postgres()
        name = f"empty_{next(self._numbers)}"
        yield server.create(name)
        server.drop(name)

    def postgres(self) -> Postgres:
        """The throw-away server."""
        if self._postgres is None:
            programs = binaries()
            assert programs is not None
            self._postgres = Postgres(programs)
        return self._postgres

    def copies(self) -> Copies:
        """Copies of the template on that server."""
        if self._copies is None:
            server = self.postgres()
            storage.migrate(self._settings(server.create(TEMPLATE)))
            self._copies = Copies(server, TEMPLATE)
        return self._copies

    def _sqlite_template(self) -> Path:
        if self._file is None:
            self._file = self._folder / "template.sqlite3"
            storage.migrate(self._settings(f"sqlite:///{self._file}"))
        return self._file

    def _settings(self, url: str) -> Settings:
        return Settings(var=self._folder, database_url=url, secret=SECRET)

    def close(self) -> None:
        if self._postgres:
            self._postgres.stop()
