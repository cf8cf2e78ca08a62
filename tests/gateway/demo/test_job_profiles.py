"""The demo has job profiles to match with."""

from pathlib import Path

from domain.access import queries as access
from domain.matching import queries
from gateway.app import open_for
from gateway.demo import account
from tests.gateway.demo.test_standing import settings_of
from tests.support.world import CommittedJobs


async def test_there_are_three_in_both_languages_from_the_start_and_no_more_later(database_url: str, tmp_path: Path) -> None:
    settings = settings_of(database_url, tmp_path)
    for _ in range(2):
        await account.make(settings, 0, lambda _count: None)
    database = await open_for(settings, CommittedJobs())
    try:
        account_id = await access.by_email(database.read(), account.EMAIL)
        assert account_id is not None
        rows = await queries.everything(database.read(), account_id)
        assert {row.name for row in rows} == {"Vertriebsleitung", "Softwareentwicklung", "Kundenservice"}
        assert all(row.name_en and row.description and row.target_count >= 6 for row in rows)
    finally:
        await database.close()
