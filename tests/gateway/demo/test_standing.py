"""The demo account is made for each database, and its kept key opens it."""

from pathlib import Path

from domain.access import queries
from domain.billing import queries as billing
from domain.kernel.paging import Window
from gateway.app import open_for
from gateway.demo import account
from gateway.settings import Settings
from tests.support.databases import SECRET
from tests.support.world import CommittedJobs


def settings_of(url: str, folder: Path) -> Settings:
    return Settings(var=folder, database_url=url, secret=SECRET, log_level="error")


class TestStanding:
    async def test_a_key_kept_from_another_database_opens_nothing(self, database_url: str, tmp_path: Path) -> None:
        """Whoever tried SQLite first and then sets CENTIL_DATABASE_URL."""
        settings = settings_of(database_url, tmp_path)
        (tmp_path / "demo-key").write_text("pk_live_" + "0" * 32)
        assert await account.standing(settings) == (False, False)
        assert await account.make(settings, 0, lambda _count: None)
        assert await account.standing(settings) == (True, True)

    async def test_a_lost_key_is_replaced_and_nothing_else_is_made(self, database_url: str, tmp_path: Path) -> None:
        settings = settings_of(database_url, tmp_path)
        await account.make(settings, 0, lambda _count: None)
        (tmp_path / "demo-key").unlink()
        assert await account.standing(settings) == (True, False)
        assert not await account.make(settings, 0, lambda _count: None)
        assert await account.standing(settings) == (True, True)

    async def test_the_ledger_never_shows_less_than_nothing(self, database_url: str, tmp_path: Path) -> None:
        """Q-8, at every moment of the year that the demo invents."""
        settings = settings_of(database_url, tmp_path)
        await account.make(settings, 40, lambda _count: None)
        database = await open_for(settings, CommittedJobs())
        try:
            read = database.read()
            account_id = await queries.by_email(read, account.EMAIL)
            assert account_id is not None
            entries = (await billing.ledger(read, account_id, Window(last=100))).rows
            running, lowest = 0, 0
            for entry in reversed(entries):
                running += entry.amount
                lowest = min(lowest, running)
            assert len(entries) > 20
            assert lowest == 0
        finally:
            await database.close()
