"""What an account may change of itself."""

from typing import Any

import pytest

from domain.access import commands, queries
from domain.kernel import events
from domain.kernel.actor import Actor
from domain.kernel.errors import BadInput, NotFound
from tests.support.world import World


async def change(world: World, changes: dict[str, Any], actor: Actor | None = None) -> int:
    async with world.work(actor) as uow:
        return await commands.change_account(uow, changes)


class TestChange:
    async def test_keeps_what_is_not_named(self, world: World) -> None:
        before = await queries.by_id(world.database.read(), world.account_id)
        assert before is not None
        await change(world, {"language": "de", "imprint": " Owner Ltd\r\nLondon ", "contact_name": " Anna  Berg "})
        after = await queries.by_id(world.database.read(), world.account_id)
        assert after is not None
        assert (after.language, after.imprint, after.contact_name) == ("de", "Owner Ltd\nLondon", "Anna Berg")
        differing = {name for name in after.columns if getattr(after, name) != getattr(before, name)}
        assert differing == {"language", "imprint", "contact_name"}
        noted = (await events.after(world.database.read(), world.account_id, 0))[-1]
        assert (noted.type, noted.facts) == ("account.changed", {"fields": ["contact_name", "imprint", "language"]})

    async def test_takes_away_what_is_given_as_empty(self, world: World) -> None:
        await change(world, {"privacy": "Our words", "phone": "1"})
        await change(world, {"privacy": " ", "phone": ""})
        account = await queries.by_id(world.database.read(), world.account_id)
        assert account is not None
        assert (account.privacy, account.phone) == (None, None)

    async def test_refuses_what_is_not_valid(self, world: World) -> None:
        before = (await queries.by_id(world.database.read(), world.account_id), await world.rows())
        for wrong in ({"company": ""}, {"company": None}, {"imprint": "a" * 20_001}, {"privacy": "a\x00"}, {"city": "a" * 201}):
            with pytest.raises(BadInput):
                await change(world, {"language": "de", **wrong})
        with pytest.raises(NotFound):
            await change(world, {"language": "de"}, Actor.system(world.account_id + 1000))
        assert (await queries.by_id(world.database.read(), world.account_id), await world.rows()) == before


class TestWebsite:
    @pytest.mark.parametrize("address", ["javascript:alert(1)", "//x.example", "x.example", "ftp://x.example"])
    async def test_is_an_address_that_browsers_open_safely(self, world: World, address: str) -> None:
        before = await world.rows()
        with pytest.raises(BadInput, match="must begin with http"):
            await change(world, {"website": address})
        assert await world.rows() == before
        await change(world, {"website": "https://x.example/jobs"})
