"""Mails to candidates: jobs that look first whether there is anything left to send."""

from urllib.parse import urlsplit

import pytest

from domain.access import commands as access
from domain.invites import commands, entries, links, mails
from domain.kernel.actor import Actor
from domain.kernel.ports import Mail
from tests.domain.invites.acting import answered, ask, cancel, complete, invite_row, news, now_at, remind, standing
from tests.support.world import Outbox, World


class Broken:
    """A mailer whose server is not there for so many mails."""

    def __init__(self, fails: int, outbox: Outbox) -> None:
        self._fails = fails
        self._outbox = outbox

    async def send(self, mail: Mail) -> None:
        self._fails -= 1
        if self._fails >= 0:
            raise ConnectionError("the mail server is not there")
        await self._outbox.send(mail)


def sent(world: World) -> list[tuple[str, str, str]]:
    return [(mail.template, mail.to, mail.reference) for mail in world.outbox.mails]


class TestInvitation:
    async def test_carries_the_link_and_what_the_page_says(self, world: World) -> None:
        """Q-5, Q-9: once it is committed, in the language of the invite."""
        key = await world.invite(send_email=True, language="de")
        since = await now_at(world)
        assert await world.run_jobs() == 1
        [mail] = world.outbox.mails
        assert (mail.template, mail.language, mail.reference) == ("invitation", "de", key)
        assert (mail.to, mail.to_name) == ("anna@example.com", "Anna Berg")
        assert {name: mail.facts[name] for name in ("company", "name", "minutes", "days")} == {
            "company": "Owner Ltd",
            "name": "Anna Berg",
            "minutes": "18",
            "days": "30",
        }
        assert mail.facts["expires"] == (await invite_row(world, key)).expires_at.isoformat()
        token = urlsplit(mail.facts["link"]).path.rsplit("/", 1)[1]
        assert links.invite_of(world.database.environment, token) == (world.account_id, key)
        assert (await invite_row(world, key)).sent_at == world.clock.now()
        assert [(row.type, row.subject) for row in await news(world, since)] == [("invite.mailed", key)]

    async def test_is_sent_once_however_often_the_job_runs(self, world: World) -> None:
        """Q-9: a mail that could not be sent is not noted as sent, and tried again."""
        key = await world.invite(send_email=True)
        [job] = world.jobs.due
        with pytest.raises(ConnectionError):
            await world.run_jobs(Broken(1, world.outbox))
        assert ((await invite_row(world, key)).sent_at, sent(world)) == (None, [])
        world.jobs.due += [job, job, job]
        assert await world.run_jobs(Broken(0, world.outbox)) == 3
        assert sent(world) == [("invitation", "anna@example.com", key)]
        assert [row.type for row in await news(world)].count("invite.mailed") == 1

    async def test_is_not_sent_for_what_is_over_by_then(self, world: World) -> None:
        """Canceled, completed, expired, or not asked for; one that was begun meanwhile still gets its link."""
        await world.invite("nobody@example.com")
        canceled, begun = [await world.invite(f"{name}@example.com", send_email=True) for name in "ab"]
        _done, attempt = await answered(world, "c@example.com", send_email=True)
        await world.begin(begun)
        await cancel(world, canceled)
        await complete(world, attempt)
        await world.run_jobs()
        assert sent(world) == [("invitation", "b@example.com", begun)]
        await world.invite("d@example.com", send_email=True)
        world.advance(days=30)
        before = await now_at(world)
        assert await world.run_jobs() == 1
        assert (len(sent(world)), await now_at(world)) == (1, before)


class TestReminder:
    async def test_is_sent_once_for_each_number_however_often_the_job_runs(self, world: World) -> None:
        """Q-9, R-ESC-28: also for an invite that was begun, and one whose invitation was never mailed."""
        key = await world.invite()
        for _ in range(2):
            await remind(world, key)
            await world.begin(key)
            world.jobs.due *= 2
            world.advance(days=1)
        assert await world.run_jobs() == 6
        assert sent(world) == [("reminder", "anna@example.com", f"{key}.{number}") for number in (1, 2)]
        assert {mail.facts["days"] for mail in world.outbox.mails} == {"28"}

    async def test_is_not_sent_for_what_is_over_by_then(self, world: World) -> None:
        key, attempt = await answered(world)
        await remind(world, key)
        await complete(world, attempt)
        assert await world.run_jobs() == 1
        assert sent(world) == []


class TestEntry:
    async def test_carries_the_link_that_confirms_once_and_within_its_day(self, world: World) -> None:
        """Q-9."""
        entry = await ask(world)
        world.jobs.due *= 2
        await world.run_jobs()
        [mail] = world.outbox.mails
        assert (mail.template, mail.language, mail.to, mail.reference) == ("entry", "de", "anna@example.com", entry)
        token = urlsplit(mail.facts["link"]).path.rsplit("/", 1)[1]
        assert links.entry_of(world.database.environment, token) == (world.account_id, entry)
        await ask(world, "late@example.com")
        world.advance(hours=24)
        assert await world.run_jobs() == 1
        assert len(world.outbox.mails) == 1


class TestSandbox:
    async def test_mails_nobody(self, world: World) -> None:
        """ARCHITECTURE section 8: nothing its keys do is mailed out."""
        async with world.work() as uow:
            await access.enter_mode(uow, "test")
            key = await commands.send(uow, email="a@example.com")
        async with world.work(Actor.system(world.sandbox_id)) as uow:
            await commands.remind(uow, key)
            await entries.request(uow, email="b@example.com", name="B", language="en")
        assert await world.run_jobs() == 3
        assert sent(world) == []


class TestUnknown:
    async def test_keys_and_accounts_are_nothing_to_do(self, world: World) -> None:
        """Whatever was erased before the job came."""
        key = await world.invite()
        other, _key = await world.other_account()
        ports, before = world.ports(), await standing(world)
        for account, name in ((world.account_id, "inv_unknown"), (other.account_id, key), (7, key)):
            await mails.send_invitation.run(ports, account, name)
            await mails.send_reminder.run(ports, account, name, "1")
            await mails.send_entry.run(ports, account, name)
        assert sent(world) == []
        assert await standing(world) == before
