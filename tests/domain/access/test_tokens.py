"""Access tokens: a part of a key, for a while, and no longer than the key."""

from collections.abc import Iterable
from datetime import timedelta

import orjson
import pytest

from domain.access import commands, credentials
from domain.access.credentials import KEY_PURPOSE, TOKEN_PREFIX, TOKEN_PURPOSE, NewKey, actor_of
from domain.access.errors import GrantsMoreThanItHas, TokenMakesNoCredential
from domain.kernel.actor import Actor, ActorKind
from domain.kernel.environment import Signer
from domain.kernel.errors import BadInput
from domain.kernel.permissions import ANALYST, EVERYTHING, Permission
from tests.support.world import World

HOUR = timedelta(hours=1)


async def token_of(
    world: World, actor: Actor | None = None, permissions: Iterable[Permission] = ANALYST, lifetime: timedelta = HOUR
) -> str:
    async with world.work(actor) as uow:
        token, expires_at = await commands.create_token(uow, permissions=permissions, lifetime=lifetime)
    assert expires_at == world.clock.now() + lifetime
    return token


async def who(world: World, token: str) -> Actor | None:
    return await actor_of(world.database.read(), world.database.environment, token, world.clock.now())


class TestToken:
    async def test_stands_for_a_part_of_its_key(self, world: World) -> None:
        token = await token_of(world, permissions=[Permission.INVITES_READ])
        assert await who(world, token) == Actor(ActorKind.TOKEN, world.account_id, frozenset({Permission.INVITES_READ}), world.key.key)
        assert world.key.secret not in token

    async def test_carries_no_more_than_the_key_has_by_now(self, world: World) -> None:
        narrow = await self.narrow_key(world)
        actor = Actor(ActorKind.KEY, world.account_id, EVERYTHING, narrow.key)
        found = await who(world, await token_of(world, actor, permissions=EVERYTHING))
        assert found is not None
        assert found.permissions == ANALYST

    async def narrow_key(self, world: World) -> NewKey:
        async with world.work() as uow:
            return await commands.create_key(uow, name="Reads", permissions=ANALYST, rate_limit=3)

    async def test_ends_at_its_hour(self, world: World) -> None:
        token = await token_of(world, lifetime=timedelta(seconds=60))
        world.advance(seconds=59)
        assert await who(world, token) is not None
        world.advance(seconds=1)
        assert await who(world, token) is None

    async def test_ends_with_its_key(self, world: World) -> None:
        token = await token_of(world)
        async with world.work() as uow:
            await commands.revoke_key(uow, world.key.key)
        assert await who(world, token) is None

    async def test_cannot_be_forged(self, world: World) -> None:
        """Q-5."""
        token = await token_of(world)
        payload = orjson.dumps([world.account_id, world.key.key, sorted(EVERYTHING), 2**40]).decode()
        signer = world.database.environment.signer
        forged = [
            TOKEN_PREFIX + Signer("another secret").seal(TOKEN_PURPOSE, payload),
            TOKEN_PREFIX + signer.seal(KEY_PURPOSE, payload),
            TOKEN_PREFIX + signer.seal("invite-link", payload),
            token[:-1] + ("A" if token[-1] != "A" else "B"),
            token.replace(TOKEN_PREFIX, ""),
            TOKEN_PREFIX + token,
            token + "=",
            TOKEN_PREFIX,
            TOKEN_PREFIX + "." * 5,
        ]
        assert [await who(world, credential) for credential in forged] == [None] * len(forged)

    async def test_does_not_work_with_a_key_of_another_account(self, world: World) -> None:
        """Q-1: a payload that names both is looked up by both."""
        other, key = await world.other_account()
        crossed = Actor(ActorKind.KEY, world.account_id, EVERYTHING, key.key)
        token = credentials.new_token(world.database.environment, crossed, EVERYTHING, world.clock.now() + HOUR)
        assert await who(world, token) is None
        assert await who(world, key.secret) == other


class TestCreate:
    async def test_refuses_to_grant_more(self, world: World) -> None:
        """Q-4."""
        reader = Actor(ActorKind.KEY, world.account_id, ANALYST, world.key.key)
        token = await who(world, await token_of(world, permissions=EVERYTHING))
        assert token is not None
        before = await world.rows()
        with pytest.raises(GrantsMoreThanItHas):
            await token_of(world, reader, permissions=[Permission.INVITES_WRITE])
        with pytest.raises(TokenMakesNoCredential):
            await token_of(world, token, permissions=[Permission.INVITES_READ])
        for lifetime in (timedelta(seconds=59), HOUR + timedelta(seconds=1)):
            with pytest.raises(BadInput, match="from 60 to 3600"):
                await token_of(world, lifetime=lifetime)
        with pytest.raises(BadInput):
            await token_of(world, permissions=[])
        assert await world.rows() == before
