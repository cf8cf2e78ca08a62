"""What becomes of steps: the sequence, its mails, its credits, and that nothing of it falls or comes twice."""

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import update

from domain.candidates.errors import Anonymized
from domain.flows import advancing, assigning, commands, mails
from domain.flows.errors import TooManyRepeats
from domain.flows.model import FlowAttempt
from domain.flows.steps import Step, as_is
from domain.invites import commands as invites
from domain.invites import expiry
from domain.kernel.jobs import JOBS
from domain.kernel.ports import Mail, Undeliverable
from domain.privacy import commands as privacy
from tests.domain.at_once import all_at_once, failures
from tests.domain.flows.walking import EASY, IMPOSSIBLE, make, on, put, take, tried
from tests.domain.invites.acting import news, now_at
from tests.support.world import World


def states(attempts: list[Any]) -> list[tuple[Any, ...]]:
    return [(row.position, row.number, row.status, row.passed) for row in attempts]


async def happened(world: World, since: int) -> list[str]:
    return [row.type.removeprefix("flow_assignment.") for row in await news(world, since) if row.type.startswith("flow_assignment.")]


async def repeat(world: World, assignment: int) -> int:
    async with world.work() as uow:
        return await assigning.repeat(uow, assignment)


class TestTheSequence:
    async def test_passing_leads_to_the_next_step_and_missing_ends_the_flow(self, world: World) -> None:
        """R-FLW-13, R-FLW-16, R-ESC-69: one mail a step, one credit a completion, none before."""
        since = await now_at(world)
        flow = await make(world, EASY, IMPOSSIBLE, EASY)
        assignment = await put(world, flow, given_name="Anna", family_name="Berg")
        await world.run_jobs()
        assert (await on(world, assignment)).status == "not_started"
        [mail] = world.outbox.mails
        assert (mail.template, mail.to, mail.to_name) == ("flow_step", "anna@example.com", "Anna Berg")
        assert (mail.facts["step"], mail.facts["steps"], mail.facts["flow"]) == ("1", "3", "Support screen")
        before = (await world.balance()).available
        await take(world, assignment)
        await world.run_jobs()
        row = await on(world, assignment)
        assert (row.status, row.position, row.completed_at) == ("in_progress", 2, None)
        assert states(await tried(world, assignment)) == [(1, 1, "completed", True), (2, 1, "not_started", None)]
        assert [mail.facts["step"] for mail in world.outbox.mails] == ["1", "2"]
        await take(world, assignment, seed=2)
        await world.run_jobs()
        row = await on(world, assignment)
        assert (row.status, row.position) == ("failed", 2)
        assert row.completed_at is not None
        assert states(await tried(world, assignment))[1] == (2, 1, "failed", False)
        assert len(world.outbox.mails) == 2
        assert (await world.balance()).available == before - 2
        walked = ["added", "step_asked", "step_mailed", "step_started", "step_passed", "step_asked", "step_mailed"]
        assert await happened(world, since) == [*walked, "step_started", "step_failed", "failed"]

    async def test_passing_the_last_step_completes_it_by_the_threshold_of_that_moment(self, world: World) -> None:
        """R-FLW-6, R-FLW-16: what was held against stays when the threshold changes later."""
        flow = await make(world, IMPOSSIBLE)
        assignment = await put(world, flow)
        for threshold in (EASY, IMPOSSIBLE):
            async with world.work() as uow:
                [step] = [as_is(row) for row in await commands.steps_of(uow, flow)]
                await commands.update(uow, flow, {"steps": [replace(step, pass_threshold=threshold)]})
            if threshold == EASY:
                await take(world, assignment)
                await world.run_jobs()
        assert (await on(world, assignment)).status == "completed"
        [attempt] = await tried(world, assignment)
        assert (attempt.passed, attempt.pass_threshold) == (True, EASY)
        assert (await make_again(world, assignment)) == ["NotOver"]

    async def test_a_flow_that_was_deleted_asks_for_nothing_more(self, world: World) -> None:
        flow = await make(world)
        assignment = await put(world, flow)
        async with world.work() as uow:
            await commands.update(uow, flow, {"status": "deleted"})
        await world.run_jobs()
        assert world.outbox.mails == []
        await take(world, assignment)
        await world.run_jobs()
        assert states(await tried(world, assignment)) == [(1, 1, "completed", True)]
        assert world.outbox.mails == []

    async def test_the_sandbox_walks_and_is_mailed_nothing(self, world: World) -> None:
        async with world.work() as uow:
            await uow.enter(world.sandbox_id)
            flow = await commands.create(uow, name="Trial", steps=[Step("escprofile", EASY)])
            await assigning.assign(uow, flow, assigning.Told(email="anna@example.com"))
        assert await world.run_jobs() == 1
        assert world.outbox.mails == []


async def make_again(world: World, assignment: int) -> list[str]:
    return failures(await all_at_once([repeat(world, assignment)]))


class TestOnceOnly:
    async def test_jobs_that_run_twice_and_at_the_same_time(self, world: World) -> None:
        """Q-7, Q-9: one next step and one mail of it, whoever looks how often."""
        flow = await make(world)
        assignment = await put(world, flow)
        [first] = await tried(world, assignment)
        await take(world, assignment)
        ports = world.ports()
        since = await now_at(world)
        await all_at_once(advancing.advance.run(ports, world.account_id, first.taking) for _ in range(8))
        await world.run_jobs()
        await advancing.advance.run(ports, world.account_id, first.taking)
        attempts = await tried(world, assignment)
        assert states(attempts) == [(1, 1, "completed", True), (2, 1, "not_started", None)]
        assert (await happened(world, since)).count("step_asked") == 1
        again = (ports, world.account_id, str(assignment), str(attempts[1].step_id), "1")
        await mails.send_step.run(*again)
        assert [mail.facts["step"] for mail in world.outbox.mails] == ["2"]

    async def test_many_complete_at_once(self, world: World) -> None:
        flow = await make(world)
        people = [await put(world, flow, f"p{number}@example.com") for number in range(4)]
        for person in people:
            await take(world, person)
        jobs = []
        while (job := world.jobs.next()) is not None:
            jobs.append(job)
        ports = world.ports()
        assert failures(await all_at_once(JOBS[name].run(ports, account, *keys) for name, account, keys in jobs)) == []
        await world.run_jobs()
        assert [len(await tried(world, person)) for person in people] == [2] * 4

    async def test_a_step_that_fell_is_picked_up(self, world: World) -> None:
        """The sweep: as if every job had been lost."""
        flow = await make(world, EASY)
        lost = [await put(world, flow, f"p{number}@example.com") for number in range(3)]
        await take(world, lost[0])
        await world.begin((await tried(world, lost[1]))[0].taking)
        world.jobs.due.clear()
        assert await advancing.sweep.run(world.ports()) == 2
        await world.run_jobs()
        assert [(await on(world, person)).status for person in lost] == ["completed", "in_progress", "not_started"]
        assert await advancing.sweep.run(world.ports()) == 0


class TestOver:
    async def test_an_expired_step_is_asked_for_again(self, world: World) -> None:
        flow = await make(world, EASY)
        assignment = await put(world, flow)
        assert await make_again(world, assignment) == ["NotOver"]
        world.advance(days=31)
        await expiry.expire.run(world.ports())
        await world.run_jobs()
        assert states(await tried(world, assignment)) == [(1, 1, "over", None)]
        assert (await on(world, assignment)).status == "not_started"
        world.outbox.mails.clear()
        outcomes = await all_at_once(repeat(world, assignment) for _ in range(4))
        assert failures(outcomes) == ["NotOver"] * 3
        await world.run_jobs()
        assert states(await tried(world, assignment)) == [(1, 1, "over", None), (1, 2, "not_started", None)]
        assert len(world.outbox.mails) == 1
        await take(world, assignment)
        await world.run_jobs()
        assert (await on(world, assignment)).status == "completed"

    async def test_not_for_ever(self, world: World) -> None:
        assignment = await put(world, await make(world, EASY))
        for number in range(assigning.MOST_ATTEMPTS):
            async with world.work() as uow:
                await invites.withdraw(uow, (await tried(world, assignment))[-1].taking)
            await world.run_jobs()
            if number < assigning.MOST_ATTEMPTS - 1:
                await repeat(world, assignment)
        with pytest.raises(TooManyRepeats):
            await repeat(world, assignment)

    async def test_an_invite_that_was_canceled_is_over_and_its_mail_is_not_sent(self, world: World) -> None:
        assignment = await put(world, await make(world))
        async with world.work() as uow:
            await invites.cancel(uow, (await tried(world, assignment))[0].taking)
        await world.run_jobs()
        assert states(await tried(world, assignment)) == [(1, 1, "over", None)]
        assert world.outbox.mails == []

    async def test_whoever_is_erased_is_asked_for_nothing_more(self, world: World) -> None:
        """Q-11: neither mailed, nor asked again, nor found by name; that they were on the flow stays."""
        assignment = await put(world, await make(world), given_name="Anna", family_name="Berg")
        row = await on(world, assignment)
        async with world.work() as uow:
            await privacy.erase(uow, row.candidate_key)
        await world.run_jobs()
        assert world.outbox.mails == []
        row = await on(world, assignment)
        assert (row.given_name, row.family_name) == (None, None)
        assert "anna" not in row.email
        assert states(await tried(world, assignment)) == [(1, 1, "over", None)]
        with pytest.raises(Anonymized):
            await repeat(world, assignment)

    async def test_whoever_is_erased_after_passing_is_not_asked_on(self, world: World) -> None:
        assignment = await put(world, await make(world))
        await take(world, assignment)
        async with world.work() as uow:
            await privacy.erase(uow, (await on(world, assignment)).candidate_key)
        await world.run_jobs()
        assert states(await tried(world, assignment)) == [(1, 1, "completed", True)]


class TestMails:
    async def test_one_that_is_refused_is_told_of(self, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
        async def refuse(_mail: Mail) -> None:
            raise Undeliverable

        assignment = await put(world, await make(world))
        monkeypatch.setattr(world.outbox, "send", refuse)
        since = await now_at(world)
        await world.run_jobs()
        assert await happened(world, since) == ["step_mail_refused"]
        assert (await tried(world, assignment))[0].mailed_at is None

    async def test_none_is_sent_when_the_step_was_begun_meanwhile(self, world: World) -> None:
        """The link was passed on by hand; the job came late."""
        assignment = await put(world, await make(world))
        async with world.work() as uow:
            mine = (FlowAttempt.account_id == world.account_id, FlowAttempt.assignment_id == assignment)
            await uow.change(update(FlowAttempt).where(*mine).values(status="in_progress"))
        await world.run_jobs()
        assert world.outbox.mails == []


class TestOrdinaryInvites:
    async def test_have_no_jobs_follow(self, world: World) -> None:
        await world.complete()
        world.advance(days=31)
        invite = await world.invite("b@example.com")
        async with world.work() as uow:
            await invites.cancel(uow, invite)
        assert await world.run_jobs() == 0

    async def test_are_ten_at_most_and_those_of_flows_are_not_counted(self, world: World) -> None:
        """R-ESC-69: neither the limit nor a credit at creation; without one the answers stay and the step waits."""
        flow = await make(world)
        for number in range(12):
            await put(world, flow, f"p{number}@example.com")
        for number in range(10):
            await world.invite(f"q{number}@example.com")
