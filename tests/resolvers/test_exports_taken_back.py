"""Exports that nobody may have any more: their files go whoever was killed meanwhile, and those of others stay (Q-11)."""

import asyncio
from typing import Any

import pytest
from sqlalchemy import update

from domain.exports import commands, files, jobs
from domain.privacy import commands as privacy
from domain.privacy import finishing
from domain.privacy.model import Erasure
from tests.resolvers.test_exports import ask, fetched, made, table
from tests.support import measured
from tests.support.http import Http
from tests.support.measured import Measured


@pytest.fixture
async def results(http: Http) -> list[Measured]:
    """Some results of some people."""
    some = measured.some(5, people=3)
    await measured.fill(http.world, some)
    http.world.advance(days=200)
    return some


class TestFiles:
    @pytest.mark.parametrize("end", ["delete", "withdraw"])
    async def test_leaves_no_file_of_a_maker_that_was_killed(
        self, http: Http, results: list[Measured], monkeypatch: pytest.MonkeyPatch, end: str
    ) -> None:
        """The file was there, nobody wanted it any more, and its maker died before it knew: whoever goes on deletes it."""
        world = http.world
        key = (await ask(http))["key"]
        world.jobs.due.clear()

        async def killed(_self: Any) -> bool:
            async with world.work() as uow:
                await (commands.remove(uow, key) if end == "delete" else commands.withdraw(uow))
            raise asyncio.CancelledError

        with monkeypatch.context() as patch:
            patch.setattr(jobs._Making, "finish", killed)
            with pytest.raises(asyncio.CancelledError):
                await jobs.make.run(world.ports(), world.account_id, key)
        assert len(await world.ports().files.names("exports")) == 1
        await jobs.make.run(world.ports(), world.account_id, key)
        assert await world.ports().files.names("exports") == []

    async def test_by_erasing_somebody_leaves_those_asked_for_since(self, http: Http, results: list[Measured]) -> None:
        """However often the erasure's job is tried, and whatever a killed process left beside them."""
        world = http.world
        await made(http, people=True)
        async with world.work() as uow:
            erased = await privacy.erase(uow, f"cand_{world.account_id}_{results[0].person}")
        [finish] = world.jobs.due
        world.jobs.due.clear()
        left = world.settings.var / "files" / files.folder(world.account_id) / "exp_killed.csv#1"
        left.write_bytes(b"a name")
        content = await made(http, people=True)
        world.jobs.due.append(finish)
        await world.run_jobs()
        [name] = await world.ports().files.names("exports", unfinished=True)
        assert await world.ports().files.get(name) == content
        async with world.work() as uow:
            await uow.change(update(Erasure).where(Erasure.account_id == uow.account_id).values(finished_at=None))
        await finishing.finish.run(world.ports(), world.account_id, erased.key)
        assert await world.ports().files.names("exports") == [name]
        assert table(await fetched(http, files.key_of(name))) == table(content)
