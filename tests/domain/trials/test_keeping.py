"""How long requests are kept, and that nothing of them is left (Q-11)."""

import sqlite3
from pathlib import Path

from domain.access import queries
from domain.kernel.actor import INSTALLATION
from domain.trials import keeping
from gateway.adapters.mail import mailer
from tests.domain.trials.acting import OPERATOR, approve, ask, decline, requests
from tests.support.world import World


async def sweep(world: World) -> list[str]:
    """Let the daily job run; who is still there."""
    await keeping.forget_old.run(world.ports())
    return [request.email.partition("@")[0] for request in await requests(world)]


class TestSweep:
    async def test_forgets_the_decided_after_a_month_and_the_others_after_three(self, world: World) -> None:
        for name in ("approved", "declined", "waiting"):
            key = await ask(world, email=f"{name}@ai-startup.com")
            if name != "waiting":
                await (approve if name == "approved" else decline)(world, key)
        world.advance(days=29, hours=23)
        assert sorted(await sweep(world)) == ["approved", "declined", "waiting"]
        world.advance(hours=1)
        assert await sweep(world) == ["waiting"]
        world.advance(days=60)
        assert await sweep(world) == []
        assert await ask(world, email="declined@ai-startup.com")

    async def test_leaves_a_link_that_still_works(self, world: World) -> None:
        key = await ask(world)
        await approve(world, key)
        world.advance(days=29)
        await ask(world)  # a new link
        world.advance(days=2)
        assert await sweep(world) == ["dev"]
        world.advance(days=6)
        assert await sweep(world) == []


class TestForget:
    async def test_leaves_nothing_but_the_account(self, world: World, tmp_path: Path) -> None:
        """Q-11: rows, mails, and the files of the database."""
        key = await ask(world, email="unmistakable@ai-startup.com", contact_name="Kunigunde Zwirn")
        files = mailer(world.settings)
        await world.run_jobs(files)
        folder = world.settings.var / "mail"
        assert len(list(folder.iterdir())) == 1
        async with world.work(OPERATOR) as uow:
            assert await keeping.forget(uow, [key]) == 1
            assert await keeping.forget(uow, [key]) == 0
        await world.run_jobs(files)
        assert await requests(world) == []
        assert list(folder.iterdir()) == []
        if world.settings.on_sqlite:
            file = Path(str(world.settings.database.database))
            kept = b"".join(path.read_bytes() for path in file.parent.glob(f"{file.name}*"))
            assert b"Kunigunde" not in kept
            with sqlite3.connect(file) as connection:
                assert connection.execute("select count(*) from trial_request").fetchone() == (0,)

    async def test_keeps_the_account_that_was_opened(self, world: World) -> None:
        key = await ask(world)
        await approve(world, key)
        async with world.work(OPERATOR) as uow:
            await keeping.forget(uow, [key])
        await world.run_jobs()
        assert await queries.by_email(world.database.read(), "dev@ai-startup.com") is not None
        assert [mail.template for mail in world.outbox.mails] == []

    async def test_is_behind_the_second_wall(self, postgres_world: World) -> None:
        """Q-1: on PostgreSQL a work of an account sees no trial request at all."""
        await ask(postgres_world)
        async with postgres_world.work() as uow:
            from sqlalchemy import select

            from domain.trials.model import TrialRequest

            seen = select(TrialRequest.key).where(TrialRequest.account_id == INSTALLATION)
            assert (await uow.session.execute(seen)).all() == []
