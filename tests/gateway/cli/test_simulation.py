"""simulate: an operator answers like a candidate, by the same rules."""

import re

from domain.billing import credits
from domain.invites import commands, queries
from tests.gateway.cli.conftest import ACCOUNT, Cli
from tests.support.world import World

OTHERS = ("--account", "other@example.com")


def attempt_of(said: str, done: str) -> int:
    found = re.fullmatch(rf"Attempt (\d+) is {done}\.", said)
    assert found is not None, said
    return int(found[1])


async def status(world: World, invite: str) -> str:
    read = world.database.read()
    return str((await queries.by_keys(read, world.account_id, [invite]))[invite].stored_status)


async def answers(world: World, attempt: int) -> list[int]:
    read = world.database.read()
    return list((await queries.attempts_by_id(read, world.account_id, [attempt]))[attempt].answers)


class TestStart:
    async def test_begins_an_invite_and_beginning_it_again_goes_on(self, cli: Cli, world: World) -> None:
        invite = await world.invite()
        attempt = attempt_of((await cli("simulate", "start", invite, *ACCOUNT)).answer, "begun")
        assert await status(world, invite) == "started"
        assert attempt_of((await cli("simulate", "start", invite, *ACCOUNT)).answer, "begun") == attempt
        assert (await world.balance()).used == 0


class TestComplete:
    async def test_answers_everything_and_spends_a_credit(self, cli: Cli, world: World) -> None:
        """R-ESC-23."""
        invite = await world.invite()
        attempt = attempt_of((await cli("simulate", "complete", invite, *ACCOUNT)).answer, "completed")
        assert await status(world, invite) == "completed"
        given = await answers(world, attempt)
        assert (len(given), set(given) <= {1, 2, 3, 4, 5}) == (115, True)
        balance = await world.balance()
        assert (balance.available, balance.used) == (99, 1)

    async def test_of_a_seed_answers_the_same(self, cli: Cli, world: World) -> None:
        async def of(seed: str) -> list[int]:
            said = await cli("simulate", "complete", await world.invite(f"seed{seed}@example.com"), "--seed", seed, *ACCOUNT)
            return await answers(world, attempt_of(said.answer, "completed"))

        first = await of("7")
        assert await of("7") == first
        assert await of("8") != first

    async def test_goes_on_with_what_was_begun(self, cli: Cli, world: World) -> None:
        invite = await world.invite()
        begun = await world.begin(invite)
        assert attempt_of((await cli("simulate", "complete", invite, *ACCOUNT)).answer, "completed") == begun


class TestRefusals:
    async def test_are_one_sentence_and_change_nothing(self, cli: Cli, world: World) -> None:
        """Q-2: an invite of another account is as unknown as one that nobody has."""
        await world.other_account()
        ours, canceled = await world.invite(), await world.invite("canceled@example.com")
        done, _attempt = await world.complete("done@example.com")
        async with world.work() as uow:
            await commands.cancel(uow, canceled)
        world.advance(days=-31)
        expired = await world.invite("expired@example.com")
        world.advance(days=31)
        before, balance = await world.rows(), await world.balance()
        refusals = {
            ("inv_nobodys", ACCOUNT): "There is no such invite.",
            (ours, OTHERS): "There is no such invite.",
            ("key_1", ACCOUNT): "There is no such invite.",
            (done, ACCOUNT): "This attempt has been completed; its answers cannot change any more.",
            (canceled, ACCOUNT): "This invite was canceled.",
            (expired, ACCOUNT): "This invite has expired.",
        }
        for verb in ("start", "complete"):
            told = {(invite, account): (await cli("simulate", verb, invite, *account)).refusal for invite, account in refusals}
            assert told == refusals
        assert await world.rows() == before
        assert await world.balance() == balance
        assert await status(world, ours) == "pending"

    async def test_without_a_credit_keep_the_answers(self, cli: Cli, world: World) -> None:
        """Q-8."""
        invite = await world.invite()
        async with world.work() as uow:
            for number in range(100):
                await credits.spend(uow, reference=f"use {number}")
        said = await cli("simulate", "complete", invite, *ACCOUNT)
        assert "credit" in said.refusal
        assert await status(world, invite) == "started"
        await cli("credits", "grant", "1", *ACCOUNT)
        attempt = attempt_of((await cli("simulate", "complete", invite, *ACCOUNT)).answer, "completed")
        assert None not in await answers(world, attempt)
        assert (await world.balance()).available == 0
