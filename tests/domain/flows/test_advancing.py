"""What becomes of steps: the sequence, its mails, its credits, and that nothing of it falls or comes twice."""

from tests.domain.flows.walking import EASY, IMPOSSIBLE, make, on, put, take, tried
from tests.support.world import World


def states(attempts: list[object]) -> list[tuple[object, ...]]:
    return [(row.position, row.number, row.status, row.passed) for row in attempts]  # type: ignore[attr-defined]


class TestTheSequence:
    async def test_passing_leads_to_the_next_step_and_missing_ends_the_flow(self, world: World) -> None:
        """R-FLW-13, R-FLW-16, R-ESC-69: one mail a step, one credit a completion, none before."""
        flow = await make(world, EASY, IMPOSSIBLE, EASY)
        assignment = await put(world, flow, given_name="Anna", family_name="Berg")
        await world.run_jobs()
        assert (await on(world, assignment)).status == "not_started"
        [mail] = world.outbox.mails
        assert (mail.template, mail.to, mail.to_name, mail.facts["step"], mail.facts["steps"]) == (
            "flow_step",
            "anna@example.com",
            "Anna Berg",
            "1",
            "3",
        )
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
