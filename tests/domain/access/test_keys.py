"""API keys: stored as digests, never granting more than was granted, ended when they are ended (Q-4)."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from domain.access import commands, queries
from domain.access.commands import LONGEST_OVERLAP, OVERLAP
from domain.access.credentials import NewKey, actor_of
from domain.access.errors import AccountInactive, GrantsMoreThanItHas, TokenMakesNoCredential
from domain.access.model import ApiKey
from domain.kernel.actor import Actor, ActorKind
from domain.kernel.errors import BadInput, NotFound
from domain.kernel.permissions import ANALYST, EVERYTHING, Permission
from domain.kernel.statements import Row
from tests.domain.at_once import all_at_once, failures
from tests.support.world import World

INVITER = frozenset({Permission.KEYS_WRITE, Permission.INVITES_READ, Permission.INVITES_WRITE})


async def create(world: World, actor: Actor | None = None, **options: Any) -> NewKey:
    async with world.work(actor) as uow:
        return await commands.create_key(uow, **{"name": "Key", **options})


async def reissue(world: World, key: str, **options: Any) -> NewKey:
    async with world.work() as uow:
        return await commands.reissue_key(uow, key, **options)


async def revoke(world: World, key: str, actor: Actor | None = None) -> str:
    async with world.work(actor) as uow:
        return await commands.revoke_key(uow, key)


async def stored(world: World, key: str) -> Row:
    return (await queries.keys_by_key(world.database.read(), world.account_id, [key]))[key]


async def who(world: World, credential: str) -> Actor | None:
    return await actor_of(world.database.read(), world.database.environment, credential, world.clock.now())


def key_actor(world: World, permissions: Iterable[Permission], kind: ActorKind = ActorKind.KEY) -> Actor:
    return Actor(kind, world.account_id, frozenset(permissions), world.key.key)


class TestCreate:
    async def test_keeps_no_more_of_the_secret_than_a_list_needs(self, world: World) -> None:
        """R-ESC-16."""
        made = await create(world, name=" Ours ")
        row = await stored(world, made.key)
        assert (row.name, row.prefix, row.last_four) == ("Ours", made.secret[:12], made.secret[-4:])
        assert row.mode == "live"
        async with world.work() as uow:
            everything = [
                str(tuple(row))
                for table in ("api_key", "event")
                for row in await uow.session.execute(text(f"SELECT * FROM {table} WHERE account_id = {world.account_id}"))
            ]
        assert made.key in "".join(everything)
        assert made.secret not in "".join(everything)
        assert made.secret[13:-5] not in "".join(everything)

    async def test_grants_what_was_asked_and_the_actor_has(self, world: World) -> None:
        inviter = key_actor(world, INVITER)
        for actor, wanted, granted in (
            (inviter, None, INVITER),
            (inviter, [Permission.INVITES_READ], {Permission.INVITES_READ}),
            (None, ANALYST, ANALYST),
            (Actor.system(world.account_id), None, EVERYTHING),
        ):
            made = await create(world, actor, permissions=wanted)
            found = await who(world, made.secret)
            assert found is not None
            assert found.permissions == granted
            assert (await stored(world, made.key)).permissions == sorted(permission.value for permission in granted)

    async def test_refuses_what_the_actor_lacks(self, world: World) -> None:
        """Q-4."""
        before = await world.rows()
        with pytest.raises(GrantsMoreThanItHas) as refused:
            await create(
                world, key_actor(world, INVITER), permissions=[Permission.INVITES_READ, Permission.RESULTS_READ, Permission.BILLING_READ]
            )
        assert refused.value.message == "A credential cannot give a permission that it lacks itself: billing:read, results:read."
        with pytest.raises(TokenMakesNoCredential):
            await create(world, key_actor(world, EVERYTHING, ActorKind.TOKEN))
        for wrong in ({"permissions": []}, {"name": " "}, {"name": "a" * 201}, {"expires_at": world.clock.now()}):
            with pytest.raises(BadInput):
                await create(world, **wrong)
        assert await world.rows() == before

    async def test_of_the_sandbox_says_so(self, world: World) -> None:
        async with world.work() as uow:
            await commands.enter_mode(uow, "test")
            made = await commands.create_key(uow, name="Try")
        assert made.secret.startswith("pk_test_")
        found = await who(world, made.secret)
        assert found is not None
        assert found.account == world.sandbox_id
        with pytest.raises(BadInput, match="A sandbox credential has no access to keys of the live account"):
            await self.enter_live(world, found)

    async def enter_live(self, world: World, actor: Actor) -> None:
        async with world.work(actor) as uow:
            await commands.enter_mode(uow, "live")


class TestWho:
    async def test_a_key_is_found_by_its_secret(self, world: World) -> None:
        made = await create(world, permissions=ANALYST, rate_limit=7)
        found = await who(world, made.secret)
        assert found is not None
        assert (found.kind, found.account, found.credential, found.rate_limit) == (ActorKind.KEY, world.account_id, made.key, 7)

    async def test_nothing_else_is(self, world: World) -> None:
        """Q-17: whatever stands in the header."""
        made = await create(world)
        wrong = [
            "",
            " ",
            made.key,
            made.secret[:-1],
            made.secret + "0",
            made.secret.upper(),
            " " + made.secret,
            made.secret.replace("live", "test"),
        ]
        for credential in [*wrong, "pk_live_" + "0" * 32, "a" * 2000, "pk_live_ä", "\x00", "' OR 1=1 --", "%", "\ud800"]:
            assert await who(world, credential) is None, credential

    async def test_permissions_of_a_newer_release_are_passed_over(self, world: World) -> None:
        made = await create(world)
        async with world.work() as uow:
            row = await uow.lock(ApiKey, world.account_id, made.key)
            assert row is not None
            row.permissions = ["invites:read", "teleport:write"]
        found = await who(world, made.secret)
        assert found is not None
        assert found.permissions == {Permission.INVITES_READ}

    async def test_a_key_ends_at_its_hour(self, world: World) -> None:
        made = await create(world, expires_at=world.clock.now() + timedelta(hours=1))
        world.advance(hours=1, milliseconds=-1)
        assert await who(world, made.secret) is not None
        world.advance(milliseconds=1)
        assert await who(world, made.secret) is None

    async def test_a_key_of_an_inactive_account_says_so(self, world: World) -> None:
        revoked = await create(world)
        await revoke(world, revoked.key)
        async with world.work() as uow:
            (await commands.own_account(uow)).status = "inactive"
        with pytest.raises(AccountInactive):
            await who(world, world.key.secret)
        assert await who(world, revoked.secret) is None


class TestRevoke:
    async def test_ends_a_key_at_once_and_for_good(self, world: World) -> None:
        made = await create(world)
        assert await revoke(world, made.key) == made.key
        assert await who(world, made.secret) is None
        revoked_at = (await stored(world, made.key)).revoked_at
        assert revoked_at == world.clock.now()
        world.advance(hours=1)
        before = await world.rows()
        assert await revoke(world, made.key) == made.key
        assert (await stored(world, made.key)).revoked_at == revoked_at
        assert await world.rows() == before

    async def test_finds_only_keys_of_the_account(self, world: World) -> None:
        """Q-2."""
        other, key = await world.other_account()
        for foreign in (key.key, "key_unknown"):
            with pytest.raises(NotFound, match="There is no such API key"):
                await revoke(world, foreign)
        assert await who(world, key.secret) == other


class TestReissue:
    async def test_lets_both_keys_work_for_a_while(self, world: World) -> None:
        old = await create(world, name="Ours", permissions=ANALYST, rate_limit=7)
        new = await reissue(world, old.key)
        row = await stored(world, new.key)
        assert (row.name, row.rate_limit, row.permissions) == ("Ours", 7, sorted(permission.value for permission in ANALYST))
        world.advance(seconds=OVERLAP.total_seconds() - 1)
        assert [(await who(world, key.secret)) is not None for key in (old, new)] == [True, True]
        world.advance(seconds=1)
        assert [(await who(world, key.secret)) is not None for key in (old, new)] == [False, True]

    async def test_never_lengthens_the_life_of_the_old_one(self, world: World) -> None:
        old = await create(world, expires_at=world.clock.now() + timedelta(hours=1))
        await reissue(world, old.key, overlap=LONGEST_OVERLAP)
        assert (await stored(world, old.key)).expires_at == world.clock.now() + timedelta(hours=1)
        at_once = await create(world)
        await reissue(world, at_once.key, overlap=timedelta(0))
        assert await who(world, at_once.secret) is None

    async def test_keeps_the_end_of_the_old_one(self, world: World) -> None:
        end = world.clock.now() + timedelta(days=7)
        old = await create(world, expires_at=end)
        assert (await stored(world, (await reissue(world, old.key)).key)).expires_at == end

    async def test_refuses_what_has_ended_or_is_not_there(self, world: World) -> None:
        _other, foreign = await world.other_account()
        revoked, expired = await create(world), await create(world, expires_at=world.clock.now() + timedelta(hours=1))
        await revoke(world, revoked.key)
        world.advance(hours=1)
        before = await world.rows()
        for key in (revoked.key, expired.key, foreign.key, "key_unknown"):
            with pytest.raises(NotFound):
                await reissue(world, key)
        for overlap in (timedelta(seconds=-1), LONGEST_OVERLAP + timedelta(seconds=1)):
            with pytest.raises(BadInput):
                await reissue(world, world.key.key, overlap=overlap)
        with pytest.raises(GrantsMoreThanItHas):
            await self.reissue_as(world, key_actor(world, INVITER))
        assert await world.rows() == before

    async def reissue_as(self, world: World, actor: Actor) -> None:
        async with world.work(actor) as uow:
            await commands.reissue_key(uow, world.key.key)


class TestNoteUse:
    async def test_is_written_once_a_minute_at_most(self, world: World) -> None:
        """Q-4."""
        noted = []
        for seconds in (0, 30, 29, 1, 3600):
            world.advance(seconds=seconds)
            assert failures(await all_at_once(self.use(world) for _ in range(3))) == []
            noted.append((await stored(world, world.key.key)).last_used_at)
        begun = noted[0]
        assert noted == [begun, begun, begun, begun + timedelta(minutes=1), begun + timedelta(minutes=61)]

    async def use(self, world: World) -> None:
        async with world.work() as uow:
            await commands.note_use(uow, world.key.key)
