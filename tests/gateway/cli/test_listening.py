"""listen and trigger: what happens is told line by line; what is made to happen is made in sandboxes alone."""

import re
from typing import Any

import orjson
import pytest

from domain.catalogue import EVENT_TYPES
from domain.kernel import events
from domain.kernel.actor import Actor
from gateway.demo import triggers
from tests.gateway.cli.conftest import ACCOUNT, Cli
from tests.gateway.client.test_listener import receiver
from tests.support.http import Http
from tests.support.world import World

ONE_KIND = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


async def happened(world: World, account_id: int, since: int = 0) -> list[Any]:
    found: list[Any] = []
    while more := await events.after(world.database.read(), account_id, found[-1].sequence if found else since):
        found += more
    return found


@pytest.fixture
def listening(cli: Cli, http: Http) -> Any:
    async def listen(*arguments: str) -> Any:
        return await cli("listen", "--url", http.base, "--key", http.world.key.secret, *arguments)

    return listen


class TestListen:
    async def test_tells_a_line_for_each_event(self, listening: Any, world: World) -> None:
        invite = await world.invite()
        said = await listening("--after", "0", "--types", "invite.*", "--count", "1")
        assert re.fullmatch(rf"\S+Z +\d+  invite\.sent +{invite}  origin=\"direct\" candidate=\"cand_\w+\"", said.answer)
        assert "Listening to http://127.0.0.1" in said.error
        assert "Told 1; the last was number" in said.error

    async def test_as_json(self, listening: Any, world: World) -> None:
        await world.invite()
        said = await listening("--after", "0", "--json", "--count", "3")
        told = [orjson.loads(line) for line in said.answer.splitlines()]
        assert [one["sequence"] for one in told] == [1, 2, 3]
        assert set(told[0]) == {"sequence", "name", "at", "actor", "subject", "facts"}

    async def test_forwards_each_and_says_how_it_was_taken(self, listening: Any, world: World) -> None:
        await world.invite()
        async with receiver(200, 500) as (url, taken):
            said = await listening("--after", "0", "--count", "2", "--forward", url, "--format", "esc")
        assert said.code == 0
        assert re.search(r"signed with whsec_\S{40,}", said.error)
        assert re.search(r"-> 200 \(\d+ ms\)", said.error)
        assert re.search(r"!! 500 \(\d+ ms\)", said.error)
        assert [headers["webhook-id"] for headers, _body in taken] == ["evt_1", "evt_2"]
        assert all("X-Webhook-Signature" in headers for headers, _body in taken)

    @ONE_KIND
    async def test_refuses_in_a_sentence(self, cli: Cli, listening: Any, http: Http) -> None:
        misspelt = await listening("--types", "invite.snt")
        assert (misspelt.code, misspelt.error.splitlines()[-1]) == (1, "There is no event 'invite.snt'. Did you mean invite.sent?")
        assert "There is no format 'x'" in (await listening("--format", "x")).refusal
        assert "Give an API key" in (await cli("listen", "--url", http.base)).refusal

    @ONE_KIND
    async def test_takes_server_and_key_from_the_environment(self, cli: Cli, http: Http) -> None:
        cli.set(CLIENT_URL=http.base, CLIENT_KEY=http.world.key.secret)
        assert len((await cli("listen", "--after", "0", "--count", "2")).answer.splitlines()) == 2
        assert (await cli("doctor")).code in (0, 1), "the settings know that these are for clients"


class TestTrigger:
    @pytest.mark.parametrize("name", ["invite.completed", "team.members_added", "candidate.anonymized", "export.ready", "account.changed"])
    async def test_makes_it_happen_in_the_sandbox_alone(self, cli: Cli, world: World, name: str) -> None:
        live, before = await happened(world, world.account_id), len(await happened(world, world.sandbox_id))
        for _ in range(2):
            said = (await cli("trigger", name, *ACCOUNT)).answer
            done = "happened" if name in triggers.DONE else "was recorded with sample facts"
            assert said == f"{name} {done} in the sandbox cus_{world.sandbox_id}."
        new = (await happened(world, world.sandbox_id))[before:]
        assert [row.type for row in new].count(name) == 2
        assert await happened(world, world.account_id) == live

    @pytest.mark.parametrize("type", EVENT_TYPES, ids=str)
    @ONE_KIND
    async def test_every_type_can_be_made_to_happen(self, world: World, type: Any) -> None:
        since = await events.last(world.database.read(), world.sandbox_id)
        async with world.work(Actor.system(world.sandbox_id)) as uow:
            await triggers.trigger(uow, type)
        assert type.name in {row.type for row in await happened(world, world.sandbox_id, since)}

    async def test_refuses_live_accounts(self, world: World) -> None:
        before, rows = await happened(world, world.account_id), await world.rows()
        for name in ("invite.completed", "export.ready"):
            with pytest.raises(triggers.SandboxOnly):
                async with world.work(Actor.system(world.account_id)) as uow:
                    await triggers.trigger(uow, triggers.named(name))
        assert (await happened(world, world.account_id), await world.rows()) == (before, rows)

    @ONE_KIND
    async def test_an_unknown_name_is_told_what_there_is(self, cli: Cli, world: World) -> None:
        before = await happened(world, world.sandbox_id)
        refusal = (await cli("trigger", "invite.complete", *ACCOUNT)).refusal
        assert "There is no event 'invite.complete'. Did you mean invite.completed? There are: " in refusal
        assert all(type.name in refusal for type in EVENT_TYPES)
        assert await happened(world, world.sandbox_id) == before

    @ONE_KIND
    async def test_does_so_again_and_again(self, world: World) -> None:
        """More often than invites may be pending."""
        for _ in range(12):
            async with world.work(Actor.system(world.sandbox_id)) as uow:
                await triggers.trigger(uow, triggers.named("invite.sent"))
