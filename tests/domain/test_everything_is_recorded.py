"""Changes that had no event once: each has one now, and none when nothing changed."""

from datetime import timedelta
from typing import Any

from domain.exports import commands as exports
from domain.exports import jobs
from domain.exports.status import Format
from domain.invites import attempts, commands, expiry
from domain.kernel.ports import Undeliverable
from tests.domain.invites.acting import ask, news, now_at
from tests.support.world import World, some_answers


async def told(world: World, since: int, *names: str) -> list[tuple[str, str, dict[str, Any]]]:
    return [(row.type, row.subject, row.facts) for row in await news(world, since) if not names or row.type in names]


class TestAttempts:
    async def test_answers_that_are_kept(self, world: World) -> None:
        attempt = await world.begin(await world.invite())
        since = await now_at(world)
        some = dict(list(some_answers(1).items())[:7])
        for _ in range(2):
            async with world.work() as uow:
                await attempts.save(uow, attempt, some)
        assert await told(world, since) == [("attempt.answered", str(attempt), {"answered": 7, "items": 115})]


class TestCandidates:
    async def test_what_an_invite_tells_of_a_known_person(self, world: World) -> None:
        await world.invite("anna@example.com", "Anna")
        since = await now_at(world)
        for name in ("Anna Berg", "Anna Berg"):
            async with world.work() as uow:
                await commands.send(uow, email="anna@example.com", name=name, send_email=False)
        assert [(name, facts) for name, _key, facts in await told(world, since, "candidate.changed")] == [
            ("candidate.changed", {"fields": ["name"]})
        ]


class TestMails:
    async def test_of_reminders_and_entries(self, world: World) -> None:
        invite = await world.invite()
        entry = await ask(world, "entry@example.com")
        async with world.work() as uow:
            await commands.remind(uow, invite)
        since = await now_at(world)
        await world.run_jobs()
        found = await told(world, since, "invite.reminder_mailed", "entry.mailed")
        assert sorted(found) == [("entry.mailed", entry, {}), ("invite.reminder_mailed", invite, {"number": 1})]

    async def test_of_entries_that_are_refused(self, world: World, monkeypatch: Any) -> None:
        entry = await ask(world, "entry@example.com")

        async def refuse(_mail: Any) -> None:
            raise Undeliverable

        monkeypatch.setattr(world.outbox, "send", refuse)
        since = await now_at(world)
        await world.run_jobs()
        assert await told(world, since) == [("entry.mail_refused", entry, {})]

    async def test_and_entries_that_are_forgotten(self, world: World) -> None:
        entry = await ask(world, "entry@example.com")
        world.clock.advance(timedelta(days=2))
        since = await now_at(world)
        await expiry.expire.run(world.ports())
        assert await told(world, since) == [("entry.forgotten", entry, {})]


class TestExports:
    async def test_from_beginning_to_end(self, world: World) -> None:
        await world.complete()
        since = await now_at(world)
        async with world.work() as uow:
            key = await exports.request(uow, format=Format.CSV, conditions={"instrument": "escprofile"})
        await world.run_jobs()
        async with world.work() as uow:
            pending = await exports.request(uow, format=Format.CSV, conditions={"instrument": "escprofile"})
            assert await exports.withdraw(uow) == 1
        world.clock.advance(timedelta(days=3))
        await jobs.expire.run(world.ports())
        found = await told(world, since)
        assert [(name, subject) for name, subject, _facts in found] == [
            ("export.requested", key),
            ("export.started", key),
            ("export.ready", key),
            ("export.requested", pending),
            ("export.withdrawn", key),
            ("export.expired", key),
            ("export.expired", pending),
        ]
        assert found[1][2] == {"rows": 1, "tries": 1}
