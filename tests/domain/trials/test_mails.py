"""Mails about trials: each once, to whom they are meant for, without a key."""

import logging

import pytest

from domain.kernel.actor import INSTALLATION
from domain.kernel.jobs import JOBS
from domain.kernel.ports import Mail, Undeliverable
from tests.domain.trials.acting import approve, ask, decline, happened, open_link, ready
from tests.support.world import Outbox, World


class Refusing(Outbox):
    """A mail server that knows nobody."""

    async def send(self, mail: Mail) -> None:
        raise Undeliverable


async def run(world: World, name: str, *keys: str) -> None:
    await JOBS[name].run(world.ports(), INSTALLATION, *keys)


class TestMails:
    async def test_go_to_the_operator_and_to_whoever_asked(self, world: World) -> None:
        object.__setattr__(world.database.environment, "operator_email", "boss@centil.example")
        key = await ask(world)
        await world.run_jobs()
        sent = {mail.template: mail for mail in world.outbox.mails}
        assert {name: mail.to for name, mail in sent.items()} == {
            "trial_requested": "dev@ai-startup.com",
            "trial_waiting": "boss@centil.example",
        }
        told = sent["trial_waiting"].facts
        assert (told["asker"], told["email"], told["use_case"], told["reference"]) == (
            "AI Startup Ltd",
            "dev@ai-startup.com",
            "Integration into our ATS",
            key,
        )

    async def test_without_an_operator_say_in_the_log_that_somebody_waits(self, world: World, caplog: pytest.LogCaptureFixture) -> None:
        """Q-23: without saying who."""
        with caplog.at_level(logging.INFO, "centil.trials"):
            await ask(world)
            await world.run_jobs()
        assert [mail.template for mail in world.outbox.mails] == ["trial_requested"]
        assert "CENTIL_OPERATOR_EMAIL" in caplog.text
        assert "ai-startup" not in caplog.text

    async def test_are_sent_once_however_often_their_jobs_run(self, world: World) -> None:
        """Q-9."""
        object.__setattr__(world.database.environment, "operator_email", "boss@centil.example")
        key, other = await ask(world), await ask(world, email="b@ai-startup.com")
        await world.run_jobs()
        await approve(world, key)
        await decline(world, other)
        await world.run_jobs()
        before = list(world.outbox.mails)
        assert len(before) == 6
        for name, *more in (("acknowledge",), ("tell_operator",), ("send_link", "1"), ("send_refusal",)):
            await run(world, f"trials.{name}", key, *more)
            await run(world, f"trials.{name}", other, *more)
        assert world.outbox.mails == before

    async def test_with_a_link_are_not_sent_when_it_leads_nowhere_any_more(self, world: World) -> None:
        key = await ask(world)
        await approve(world, key)
        due = list(world.jobs.due)
        world.advance(days=8)
        await world.run_jobs()
        assert "trial_approved" not in [mail.template for mail in world.outbox.mails]
        assert ("trials.send_link", INSTALLATION, (key, "1")) in due

    async def test_never_have_the_key(self, world: World) -> None:
        """Q-4: nor do the jobs."""
        token = await ready(world)
        jobs = list(world.jobs.due)
        secret = (await open_link(world, token)).key.secret
        await world.run_jobs()
        assert secret not in str(list(world.outbox.mails)) + str(jobs) + str(world.jobs.due)

    async def test_that_are_refused_for_good_are_told_to_the_operator(self, world: World) -> None:
        key = await ask(world)
        await world.run_jobs(Refusing())
        assert ("trial.mail_refused", key) in await happened(world)
