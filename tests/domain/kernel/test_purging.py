"""Nothing is left in the files of a SQLite database of what was changed, while others read and write (Q-11)."""

import asyncio
import sqlite3
import time
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import update

from domain.candidates.model import Candidate
from domain.kernel import purging
from domain.kernel.errors import Unavailable
from domain.kernel.purging import rid_of_what_was
from tests.domain.privacy.people import Person, candidate_of
from tests.support.world import World

PERSON = Person(3)


def raw(world: World) -> bytes:
    path = Path(str(world.settings.database.database))
    return b"".join(part.read_bytes() for part in (path, path.with_name(path.name + "-wal")) if part.exists())


def log_size(world: World) -> int:
    return Path(str(world.settings.database.database) + "-wal").stat().st_size


async def renamed(world: World, name: str = "đħqŋŧ") -> str:
    """Somebody whose name was changed, with the index of names."""
    await world.invite(PERSON.email, name)
    key = await candidate_of(world, PERSON.email)
    await world.invite("another@example.com", "Another")
    async with world.work() as uow:
        await uow.change(update(Candidate).where(Candidate.account_id == world.account_id, Candidate.key == key).values(sort_name="x"))
    return key


class TestSqlite:
    async def test_the_search_index_forgets_old_terms(self, sqlite_world: World) -> None:
        """A trigram of letters that nobody else has: the index keeps it for as long as it is not merged."""
        await renamed(sqlite_world)
        with closing(sqlite3.connect(str(sqlite_world.settings.database.database))) as file:
            file.execute("UPDATE invite SET name = 'x'")
            file.execute("UPDATE candidate SET name = 'x', given_name = NULL, family_name = NULL")
            file.commit()
            file.execute("pragma secure_delete=on")
            file.execute("vacuum")
            file.execute("pragma wal_checkpoint(truncate)")
        assert "đħq".encode() in raw(sqlite_world)
        await sqlite_world.database.purge(["candidate"])
        assert "đħq".encode() not in raw(sqlite_world)

    async def test_the_log_is_cut_to_nothing(self, sqlite_world: World) -> None:
        await renamed(sqlite_world)
        assert log_size(sqlite_world) > 0
        await sqlite_world.database.purge(["candidate"])
        assert log_size(sqlite_world) == 0

    async def test_waits_for_whoever_reads(self, sqlite_world: World) -> None:
        """Readers hold the log; it is cut as soon as they have read, and writers write meanwhile."""
        path = str(sqlite_world.settings.database.database)
        await renamed(sqlite_world)
        with closing(sqlite3.connect(path, isolation_level=None, check_same_thread=False)) as reader:
            reader.execute("BEGIN")
            reader.execute("SELECT count(*) FROM candidate").fetchone()
            purge = asyncio.create_task(sqlite_world.database.purge(["candidate"]))
            await asyncio.sleep(0)
            await sqlite_world.invite("third@example.com", "Third")
            assert not purge.done()
            reader.execute("ROLLBACK")
            await purge
        assert log_size(sqlite_world) == 0

    async def test_gives_up_when_somebody_reads_on(self, sqlite_world: World) -> None:
        """The job comes again."""
        path = str(sqlite_world.settings.database.database)
        await renamed(sqlite_world)
        with closing(sqlite3.connect(path, isolation_level=None)) as reader:
            reader.execute("BEGIN")
            reader.execute("SELECT count(*) FROM candidate").fetchone()
            with pytest.raises(Unavailable):
                await asyncio.to_thread(rid_of_what_was, path, time.monotonic())

    async def test_the_index_still_finds_everybody(self, sqlite_world: World, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(purging, "PAGES_AT_ONCE", 1)
        for number in range(30):
            async with sqlite_world.work() as uow:
                await _add(uow, number)
        await sqlite_world.database.purge(["candidate"])
        with closing(sqlite3.connect(str(sqlite_world.settings.database.database))) as file:
            file.execute("INSERT INTO candidate_text(candidate_text) VALUES ('integrity-check')")
            assert file.execute("SELECT count(*) FROM candidate_text WHERE name LIKE '%person%'").fetchone() == (30,)


class TestPostgresql:
    async def test_dead_rows_are_vacuumed(self, postgres_world: World) -> None:
        import asyncpg

        await renamed(postgres_world)
        server = await asyncpg.connect(postgres_world.settings.database.render_as_string(hide_password=False))
        figures = "SELECT vacuum_count, n_dead_tup FROM pg_stat_user_tables WHERE relname = 'candidate'"
        before = await server.fetchrow(figures)
        await postgres_world.database.purge(["candidate", "invite"])
        after = await server.fetchrow(figures)
        assert (after["vacuum_count"], after["n_dead_tup"]) == (before["vacuum_count"] + 1, 0)
        await server.close()

    async def test_figures_that_quote_values_are_renewed(self, postgres_world: World) -> None:
        """The planner keeps the commonest values and the bounds of histograms as they are."""
        import asyncpg

        server = await asyncpg.connect(postgres_world.settings.database.render_as_string(hide_password=False))
        key = await renamed(postgres_world)
        await server.execute("ANALYZE candidate")
        quoted = "SELECT string_agg(concat(most_common_vals, histogram_bounds), ' ') FROM pg_stats WHERE tablename = 'candidate'"
        assert "zzcanary3qx" in await server.fetchval(quoted)
        async with postgres_world.work() as uow:
            gone = {"email": None, "search_email": ""}
            mine = (Candidate.account_id == postgres_world.account_id, Candidate.key == key)
            await uow.change(update(Candidate).where(*mine).values(**gone))
        await postgres_world.database.purge(["candidate"])
        assert "zzcanary3qx" not in await server.fetchval(quoted)
        await server.execute("DELETE FROM pg_statistic WHERE starelid = 'candidate'::regclass")
        await server.close()

    async def test_tables_of_others_are_told_of(self, postgres_world: World, caplog: pytest.LogCaptureFixture) -> None:
        """A user who does not own them is refused with a warning only; the job goes on, the log says so."""
        import asyncpg

        url = postgres_world.settings.database.render_as_string(hide_password=False)
        server = await asyncpg.connect(url)
        await server.execute("CREATE ROLE purgeless LOGIN")
        try:
            await purging.vacuum(url.replace("owner@", "purgeless@"), ["candidate"])
        finally:
            await server.execute("DROP ROLE purgeless")
            await server.close()
        assert "tables were not vacuumed" in caplog.text


async def _add(uow: object, number: int) -> None:
    from domain.candidates import commands

    await commands.find_or_add(uow, email=f"p{number}@example.com", name=f"Person {number}")  # type: ignore[arg-type]
