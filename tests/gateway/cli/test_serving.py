"""serve, worker, migrate, demo, and what every command says when it cannot begin."""

import re
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from domain.access import credentials
from domain.kernel.permissions import EVERYTHING
from gateway import storage
from gateway.app import open_for
from gateway.migrations import HEAD
from gateway.settings import Settings
from tests.gateway.cli.conftest import Cli
from tests.support import missing
from tests.support.databases import SECRET, Databases
from tests.support.world import CommittedJobs

NEED_A_DATABASE = [
    ("serve",),
    ("worker",),
    ("demo", "--candidates", "1"),
    ("keys", "list"),
    ("keys", "create", "x"),
    ("keys", "revoke", "key_1"),
    ("keys", "reissue", "key_1"),
    ("credits", "grant", "1"),
    ("norms", "compute", "N"),
    ("simulate", "start", "inv_1"),
    ("simulate", "complete", "inv_1"),
]
ONE_KIND = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def empty(request: pytest.FixtureRequest, databases: Databases, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[str]:
    """A database that nothing was done with; the command line is told of it."""
    if request.param == "postgresql":
        missing.need_postgresql()
    with databases.empty(request.param, tmp_path) as url:
        yield url


@pytest.fixture
def on_nothing(empty: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Cli:
    return Cli(monkeypatch, capsys, VAR=str(tmp_path), DATABASE_URL=empty, SECRET=SECRET)


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


BOTH_EMPTY = pytest.mark.parametrize("empty", ["sqlite", "postgresql"], indirect=True)


class TestMigrate:
    @BOTH_EMPTY
    async def test_says_from_where_to_where_and_may_run_again(self, on_nothing: Cli) -> None:
        """Q-12."""
        assert (await on_nothing("migrate")).answer == f"Migrated from nothing to step {HEAD}."
        assert (await on_nothing("migrate")).answer == f"The database is at step {HEAD}."
        assert (await on_nothing("keys", "list")).refusal.startswith("There is no account demo@centil.example.")


class TestDemo:
    async def test_is_made_once_with_a_key_in_a_file_of_its_own(self, cli: Cli, database_url: str, tmp_path: Path) -> None:
        """Q-4."""
        first = await cli("demo", "--candidates", "3")
        *_, line = first.answer.splitlines()
        assert line == f"Made the demo account demo@centil.example; its key is in {tmp_path}/demo-key."
        assert "3/3" in first.out
        kept = tmp_path / "demo-key"
        key = kept.read_text()
        assert (re.fullmatch("pk_live_[0-9a-f]{32}", key) is not None, stat.S_IMODE(kept.stat().st_mode)) == (True, 0o600)

        again = await cli("demo")
        assert again.answer.endswith(f"There is the demo account demo@centil.example; its key is in {kept}.")
        assert kept.read_text() == key
        assert key not in first.out + first.error + again.out + again.error

    async def test_makes_another_key_when_the_file_is_lost(self, cli: Cli, database_url: str, tmp_path: Path) -> None:
        await cli("demo")
        lost = (tmp_path / "demo-key").read_text()
        (tmp_path / "demo-key").unlink()
        await cli("demo")
        settings = Settings(var=tmp_path, database_url=database_url, secret=SECRET)
        database = await open_for(settings, CommittedJobs())
        assert settings.demo_key not in (None, lost)
        for secret in (str(settings.demo_key), lost):
            actor = await credentials.actor_of(database.read(), database.environment, secret, database.clock.now())
            assert actor is not None
            assert actor.permissions == EVERYTHING
        await database.close()


class TestDatabasesThatDoNotFit:
    @BOTH_EMPTY
    async def test_an_empty_one_needs_to_be_migrated(self, on_nothing: Cli, empty: str, tmp_path: Path) -> None:
        """Q-12: every command says so, and none makes anything."""
        for command in NEED_A_DATABASE:
            assert (await on_nothing(*command)).refusal == "The database is empty. Run: centil migrate"
        assert (await on_nothing("backup", str(tmp_path / "b"))).refusal == "The database is empty: there is nothing to back up."
        assert names(tmp_path) <= {"empty.sqlite3", "empty.sqlite3-wal", "empty.sqlite3-shm"}
        assert storage.revision(Settings(var=tmp_path, database_url=empty, secret=SECRET)) is None

    async def test_one_of_a_newer_release_is_left_alone(self, cli: Cli, database_url: str, tmp_path: Path) -> None:
        """Q-12."""
        settings = Settings(var=tmp_path, database_url=database_url, secret=SECRET)
        engine = sa.create_engine(storage.sync_url(settings))
        with engine.begin() as connection:
            connection.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
        engine.dispose()
        says = f"The database is at step 9999, this release knows up to {HEAD}. Run the newer release, or restore a backup."
        for command in [*NEED_A_DATABASE, ("migrate",), ("serve", "--prepare")]:
            assert (await cli(*command)).refusal == says
        assert storage.revision(settings) == "9999"
        assert not (tmp_path / "demo-key").exists()

    async def test_one_that_cannot_be_opened_is_said_in_a_sentence(
        self, cli: Cli, database_url: str, tmp_path: Path, unused_tcp_port: int
    ) -> None:
        broken = {"sqlite": f"sqlite:///{tmp_path}/text", "postgresql": f"postgresql://owner:geheim@127.0.0.1:{unused_tcp_port}/x"}
        (tmp_path / "text").write_text("This is no database, but it is longer than the head of one. " * 3)
        cli.set(DATABASE_URL=broken[database_url.partition(":")[0]])
        for command in [*NEED_A_DATABASE, ("migrate",), ("serve", "--prepare"), ("backup", str(tmp_path / "b"))]:
            said = (await cli(*command)).refusal
            assert re.fullmatch(
                r"The database cannot be opened: .*(not a database|refused)\. Check CENTIL_DATABASE_URL and CENTIL_VAR\.", said
            )
            assert "geheim" not in said

    @ONE_KIND
    async def test_a_folder_that_cannot_be_made_too(self, cli: Cli, tmp_path: Path) -> None:
        (tmp_path / "file").touch()
        cli.set(VAR=str(tmp_path / "file"), DATABASE_URL="")
        for command in (("migrate",), ("serve", "--prepare"), ("doctor",)):
            said = await cli(*command)
            assert said.code == 1
            assert re.search(
                r"(The database cannot be opened|cannot write to).*(Not a directory|File exists).*CENTIL_VAR\.", said.out + said.error
            )


class TestBrokenRestore:
    """Erased people may be back in the database (Q-11)."""

    @pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
    async def test_lets_nothing_start(self, cli: Cli, tmp_path: Path) -> None:
        (tmp_path / "files").mkdir()
        (tmp_path / "files" / "restoring").touch()
        for command in ("serve", "worker"):
            said = (await cli(command)).refusal
            assert said == "A restore has not ended, and may have brought erased people back. Run again: centil restore --force FILE"

    @pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
    async def test_must_be_known_not_to_be(self, cli: Cli, tmp_path: Path) -> None:
        """Whoever cannot tell does not serve."""
        (tmp_path / "restoring").symlink_to("restoring")  # round and round
        cli.set(FILES_URL=tmp_path.as_uri())
        for command in ("serve", "worker"):
            assert re.fullmatch(
                r"The file store cannot be read: .*\. Check CENTIL_FILES_URL and CENTIL_VAR\.", (await cli(command)).refusal
            )


class TestWrongSettings:
    COMMANDS = [
        *NEED_A_DATABASE,
        ("migrate",),
        ("openapi", "esc"),
        ("doctor",),
        ("backup", "/tmp/b"),
        ("restore", "/dev/null"),
        ("serve", "--prepare"),
    ]

    @ONE_KIND
    async def test_are_one_sentence_whatever_the_command(self, cli: Cli) -> None:
        cli.set(PORT="eighty")
        for command in self.COMMANDS:
            assert (await cli(*command)).refusal == "CENTIL_PORT: Input should be a valid integer, unable to parse string as an integer"

    WRONG = {
        "PORT": ("70000", "Input should be less than or equal to 65535"),
        "SECRET": ("short", "must have at least 32 characters; try: openssl rand -hex 32"),
        "DATABASE_URL": ("mysql://x", "must look like sqlite:///path or postgresql://user:password@host:5432/name"),
        "BASE_URL": ("ftp://x", "must begin with http:// or https://"),
        "MAIL_URL": ("http://x", "must look like smtp://user:password@host:587"),
        "CORS_ORIGINS": ("https://a.example/x", "'https://a.example/x' is not an origin such as https://app.example.com"),
    }

    @ONE_KIND
    async def test_are_all_named_at_once(self, cli: Cli, tmp_path: Path) -> None:
        cli.set(**{name: value for name, (value, _says) in self.WRONG.items()})
        said = await cli("serve", "--prepare")
        assert said.code == 1
        assert sorted(said.error.splitlines()) == sorted(f"CENTIL_{name}: {says}" for name, (_value, says) in self.WRONG.items())
        assert not (tmp_path / "demo-key").exists()
