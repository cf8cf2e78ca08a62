"""trials: what an operator sees and decides at the command line."""

from domain.access import credentials, queries
from domain.kernel.permissions import OPERATING, Permission
from tests.domain.trials.acting import ask, everything, requests
from tests.gateway.cli.conftest import ACCOUNT, Cli
from tests.support.world import World


class TestTrials:
    async def test_are_listed_until_they_are_decided(self, cli: Cli, world: World) -> None:
        assert (await cli("trials", "list")).answer == "Nobody waits for a decision."
        key = await ask(world, use_case="One\nTwo")
        [request] = await requests(world)
        assert (await cli("trials", "list")).answer.splitlines() == [
            f"{key}  {request.requested_at:%Y-%m-%d %H:%M}  requested  AI Startup Ltd, John Smith, dev@ai-startup.com, https://ai-startup.com",
            "    One Two",
        ]
        assert (await cli("trials", "decline", key)).answer == f"{key} is declined: whoever asked is mailed."
        assert (await cli("trials", "list")).answer == "Nobody waits for a decision."
        assert "declined" in (await cli("trials", "list", "--all")).answer

    async def test_are_approved_with_an_account(self, cli: Cli, world: World) -> None:
        key = await ask(world)
        assert (await cli("trials", "approve", key, "--country", "AT")).answer == f"{key} is approved: the link to the key is mailed."
        number = await queries.by_email(world.database.read(), "dev@ai-startup.com")
        assert number is not None
        account = await queries.by_id(world.database.read(), number)
        assert account is not None
        assert account.country == "AT"

    async def test_are_forgotten(self, cli: Cli, world: World) -> None:
        key = await ask(world)
        assert (await cli("trials", "forget", key)).answer == f"{key} is deleted."
        assert await requests(world) == []
        assert (await cli("trials", "forget", key)).refusal == "There is no such trial request."

    async def test_that_cannot_be_decided_are_left_alone(self, cli: Cli, world: World) -> None:
        await world.other_account("known@ai-startup.com")
        known = await ask(world, email="known@ai-startup.com")
        before = await everything(world)
        assert (await cli("trials", "approve", known)).refusal == "This email address is already registered."
        assert (await cli("trials", "approve", "trial_0")).refusal == "There is no such trial request."
        assert (await cli("trials", "approve", known, "--country", "Austria")).refusal.startswith("'country' must be the ISO code")
        assert await everything(world) == before


class TestOperatorsKey:
    async def test_may_decide_trials_and_nothing_else_unless_named(self, cli: Cli, world: World) -> None:
        database = world.database
        for more, permissions in (((), OPERATING), (("--permission", "keys:read"), OPERATING | {Permission.KEYS_READ})):
            secret = (await cli("keys", "create", "Me", "--operator", *more, *ACCOUNT)).answer
            actor = await credentials.actor_of(database.read(), database.environment, secret, database.clock.now())
            assert actor is not None
            assert actor.permissions == permissions

    async def test_is_none_of_the_sandbox(self, cli: Cli, world: World) -> None:
        before = await world.rows()
        assert (await cli("keys", "create", "Me", "--operator", "--test", *ACCOUNT)).refusal.startswith("A key of a sandbox")
        assert await world.rows() == before
