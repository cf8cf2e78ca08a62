"""keys, credits, norms: what an operator does for accounts, and what is said to one who cannot."""

import re
from typing import Any

import pytest

from domain.access import commands, credentials
from domain.access import queries as access
from domain.kernel.actor import Actor
from domain.kernel.permissions import EVERYTHING, Permission
from gateway.demo.fill import Filler
from tests.gateway.cli.conftest import ACCOUNT, Cli
from tests.support.world import World

SECRET_OF_KEY = re.compile(r"pk_(live|test)_[0-9a-f]{32}")
NOT_MINE = ("--account", "other@example.com")


async def actor_of(world: World, secret: str) -> Actor | None:
    """Who a key stands for, now."""
    database = world.database
    return await credentials.actor_of(database.read(), database.environment, secret, database.clock.now())


def key_of(line: str) -> str:
    return line.split(maxsplit=1)[0]


class TestCreateKey:
    async def test_shows_the_secret_alone_so_that_it_can_be_piped(self, cli: Cli, world: World) -> None:
        """Q-4."""
        said = await cli("keys", "create", "Payroll", *ACCOUNT)
        assert SECRET_OF_KEY.fullmatch(said.answer)
        assert said.error == "Save it: it is shown only once.\n"
        actor = await actor_of(world, said.answer)
        assert actor is not None
        assert (actor.account, actor.permissions) == (world.account_id, EVERYTHING)

    async def test_grants_what_is_named(self, cli: Cli, world: World) -> None:
        said = await cli("keys", "create", "Reader", "--permission", "invites:read", "--permission", "results:read", *ACCOUNT)
        actor = await actor_of(world, said.answer)
        assert actor is not None
        assert actor.permissions == {Permission.INVITES_READ, Permission.RESULTS_READ}

    async def test_for_tests_belongs_to_the_sandbox(self, cli: Cli, world: World) -> None:
        """I-ESC-19; it is listed and revoked under the key of the twin."""
        secret = (await cli("keys", "create", "Try", "--test", *ACCOUNT)).answer
        assert secret.startswith("pk_test_")
        actor = await actor_of(world, secret)
        assert actor is not None
        assert actor.account == world.sandbox_id
        twin = ("--account", f"cus_{world.sandbox_id}")
        [line] = [line for line in (await cli("keys", "list", *twin)).answer.splitlines() if line.endswith("Try")]
        assert (await cli("keys", "revoke", key_of(line), *twin)).answer == f"{key_of(line)} is revoked."
        assert await actor_of(world, secret) is None


class TestListKeys:
    async def test_tells_keys_apart_and_never_a_secret(self, cli: Cli, world: World) -> None:
        """Q-4."""
        secret = (await cli("keys", "create", "Second", *ACCOUNT)).answer
        said = (await cli("keys", "list", *ACCOUNT)).answer
        second, first = said.splitlines()
        assert re.fullmatch(r"key_\w+  pk_live_[0-9a-f]{4}…[0-9a-f]{4}  active   never used +Second", second)
        assert key_of(first) == world.key.key
        assert (secret[:12], secret[-4:]) == (second.split()[1][:12], second.split()[1][-4:])
        assert secret not in said
        assert SECRET_OF_KEY.search(said) is None

    async def test_says_which_have_ended_and_which_were_used(self, cli: Cli, world: World) -> None:
        now = world.clock.now()
        world.advance(hours=-1)
        async with world.work() as uow:
            await commands.note_use(uow, world.key.key)
            await commands.create_key(uow, name="Expired", expires_at=now)
            revoked = await commands.create_key(uow, name="Revoked")
            await commands.revoke_key(uow, revoked.key)
        lines = (await cli("keys", "list", *ACCOUNT)).answer.splitlines()
        told = {line.rsplit(maxsplit=1)[-1]: re.sub(" +", " ", line.partition("…")[2][4:].strip()) for line in lines}
        assert told == {
            "Revoked": "revoked never used Revoked",
            "Expired": "expired never used Expired",
            "key": f"active used {world.clock.now():%Y-%m-%d %H:%M} First key",
        }

    async def test_shows_all_of_more_than_a_page(self, cli: Cli, world: World) -> None:
        async with world.work() as uow:
            made = {(await commands.create_key(uow, name=f"Key {number}")).key for number in range(120)}
        lines = (await cli("keys", "list", *ACCOUNT)).answer.splitlines()
        assert [len(lines), {key_of(line) for line in lines}] == [121, made | {world.key.key}]


class TestRevokeKey:
    async def test_ends_it_at_once_and_again_without_complaint(self, cli: Cli, world: World) -> None:
        for _ in range(2):
            assert (await cli("keys", "revoke", world.key.key, *ACCOUNT)).answer == f"{world.key.key} is revoked."
            assert await actor_of(world, world.key.secret) is None


class TestReissueKey:
    async def test_makes_one_with_the_same_permissions_while_the_old_one_goes_on(self, cli: Cli, world: World) -> None:
        said = await cli("keys", "reissue", world.key.key, *ACCOUNT)
        assert said.error == "Save it: it is shown only once. The old key ends in 24 hours.\n"
        old, new = await actor_of(world, world.key.secret), await actor_of(world, said.answer)
        assert old is not None
        assert new is not None
        assert (new.account, new.permissions) == (old.account, old.permissions)
        world.advance(hours=24, minutes=1)
        assert await actor_of(world, world.key.secret) is None
        assert await actor_of(world, said.answer) is not None

    async def test_without_an_overlap_ends_the_old_one_now(self, cli: Cli, world: World) -> None:
        await cli("keys", "reissue", world.key.key, "--overlap-hours", "0", *ACCOUNT)
        world.advance(minutes=1)
        assert await actor_of(world, world.key.secret) is None
        assert (await cli("keys", "reissue", world.key.key, *ACCOUNT)).refusal == "There is no such API key, or it has ended."


class TestGrantCredits:
    async def test_adds_them(self, cli: Cli, world: World) -> None:
        assert (await cli("credits", "grant", "25", *ACCOUNT)).answer == "125 credits are available."
        assert (await cli("credits", "grant", "5", *ACCOUNT)).answer == "130 credits are available."
        assert (await world.balance()).available == 130

    async def test_for_a_reference_once(self, cli: Cli, world: World) -> None:
        """Q-8: somebody who is not sure whether it worked may say it again."""
        order = ("credits", "grant", "25", "--reference", "order 7", *ACCOUNT)
        assert (await cli(*order)).answer == "125 credits are available."
        before = await world.rows()
        assert (await cli(*order)).refusal == "There is a movement of credits with this reference already."
        assert (await world.balance()).available == 125
        assert await world.rows() == before

    @pytest.mark.parametrize("account", ["owner@example.com", " Owner@EXAMPLE.com ", "cus_{0.account_id}"])
    async def test_finds_the_account_by_address_or_key(self, cli: Cli, world: World, account: str) -> None:
        assert (await cli("credits", "grant", "1", "--account", account.format(world))).answer == "101 credits are available."


class TestNorms:
    @pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
    async def test_are_made_from_two_hundred_attempts_and_used_from_then_on(self, cli: Cli, world: World) -> None:
        filler = Filler(world.database, world.account_id, seed=1, until=world.clock.now())
        await filler.fill(250, lambda _more: None)
        said = await cli("norms", "compute", "Bewerber 2026", "--use", *ACCOUNT)
        *_, line = said.answer.splitlines()
        made = re.fullmatch(r"Norm group (\d+) 'Bewerber 2026' is made and used from now on\.", line)
        assert made is not None
        assert re.search(r"Attempts .* (2\d\d)/\1 ", said.out)
        account = await access.by_id(world.database.read(), world.account_id)
        assert account is not None
        assert account.norm_group == int(made[1])

    async def test_need_enough_attempts_and_say_how_many_there_are(self, cli: Cli, world: World) -> None:
        await world.complete()
        before = await world.rows()
        said = await cli("norms", "compute", "Too early", "--use", *ACCOUNT)
        assert said.refusal == "An empirical norm group needs 200 completed attempts with every item answered; there are 1."
        assert await world.rows() == before


class TestRefusals:
    NO_KEY = "There is no such API key."
    REFUSALS: Any = [
        (("keys", "create", "", *ACCOUNT), "'name' must not be empty."),
        (("keys", "create", "x" * 201, *ACCOUNT), "'name' must have at most 200 characters."),
        (("keys", "create", "a\x07b", *ACCOUNT), "'name' has control characters."),
        (("keys", "create", "x", "--permission", "fly", "--permission", "dig", *ACCOUNT), "Unknown permission dig, fly. There are: "),
        (("keys", "revoke", "key_nobodys", *ACCOUNT), NO_KEY),
        (("keys", "revoke", "{0.key.key}", *NOT_MINE), NO_KEY),
        (("keys", "reissue", "key_nobodys", *ACCOUNT), "There is no such API key, or it has ended."),
        (("keys", "reissue", "{0.key.key}", *NOT_MINE), "There is no such API key, or it has ended."),
        (("credits", "grant", "1000001", *ACCOUNT), "'amount' must be from 1 to 1000000."),
        (("credits", "grant", "9" * 30, *ACCOUNT), "'amount' must be from 1 to 1000000."),
        (("credits", "grant", "1", "--reference", "x" * 201, *ACCOUNT), "'reference' must have at most 200 characters."),
        (("credits", "grant", "1", "--reference", "a\x07b", *ACCOUNT), "'reference' has control characters."),
        (("norms", "compute", "N", *ACCOUNT), "An empirical norm group needs 200 completed attempts"),
    ]  # fmt: skip

    async def test_are_one_sentence_and_change_nothing(self, cli: Cli, world: World) -> None:
        """Q-2: the key of another account is as unknown as one that nobody has."""
        await world.other_account()
        before = await world.rows()
        for arguments, says in self.REFUSALS:
            assert (await cli(*(argument.format(world) for argument in arguments))).refusal.startswith(says)
        assert await world.rows() == before
        assert (await world.balance()).available == 100
        assert await actor_of(world, world.key.secret) is not None

    UNKNOWN = ["nobody@example.com", "cus_1", "cus_", "cus_²", f"cus_{'9' * 30}", "owner", "inv_1"]
    SAYS = "There is no account {}. Give one with --account: its key (cus_…) or its email address."

    async def test_name_the_account_that_is_not_there(self, cli: Cli, world: World) -> None:
        for account in self.UNKNOWN:
            said = (await cli("credits", "grant", "1", "--account", account)).refusal
            assert said == self.SAYS.format(account)
        for command in (("keys", "list"), ("credits", "grant", "1"), ("simulate", "start", "inv_1"), ("norms", "compute", "N")):
            assert (await cli(*command)).refusal == self.SAYS.format("demo@centil.example")
        assert (await world.balance()).available == 100

    MISUSES: Any = [
        (("credits", "grant", "0", *ACCOUNT), "greater than or equal to 1"),
        (("credits", "grant", "many", *ACCOUNT), "valid integer"),
        (("credits", "grant"), "Missing argument 'amount'"),
        (("keys", "reissue", "key_1", "--overlap-hours", "169"), "less than or equal to 168"),
        (("keys", "create"), "Missing argument 'name'"),
        (("credits", "take", "1"), "No such command 'take'"),
    ]

    @pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
    async def test_of_arguments_that_are_none_name_them(self, cli: Cli) -> None:
        for arguments, says in self.MISUSES:
            assert says in (await cli(*arguments)).misuse

    @pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
    async def test_of_an_address_that_is_none_say_so(self, cli: Cli) -> None:
        assert (await cli("keys", "list", "--account", "a@")).refusal.startswith("This is not an email address: ")
