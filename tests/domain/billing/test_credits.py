"""Moving credits: each movement once, never below zero (Q-8)."""

import contextlib

import pytest
from sqlalchemy import exc, update

from domain.billing import credits, queries
from domain.billing.errors import AlreadyBooked, InsufficientCredits
from domain.billing.model import CreditBalance, CreditEntry
from domain.kernel import events
from domain.kernel.paging import Window
from tests.domain.at_once import all_at_once, failures, held_up
from tests.support.world import World


class Abandoned(Exception):
    """A work that goes wrong after the movement."""


async def spend(world: World, reference: str) -> str:
    async with world.work() as uow:
        return await credits.spend(uow, reference=reference)


async def drain(world: World, *, left: int) -> None:
    """Spend until so many are left."""
    async with world.work() as uow:
        for number in range(100 - left):
            await credits.spend(uow, reference=f"drained {number}")


class TestSpend:
    async def test_never_spends_the_last_credit_twice(self, world: World) -> None:
        await drain(world, left=3)
        outcomes = await all_at_once(spend(world, f"use {number}") for number in range(20))
        assert failures(outcomes) == ["InsufficientCredits"] * 17
        balance = await world.balance()
        assert (balance.available, balance.used) == (0, 100)
        assert await world.count(CreditEntry) == 101

    async def test_waits_for_one_that_may_still_fail(self, world: World) -> None:
        """The last credit is held by a work that does not end well."""
        await drain(world, left=1)
        with contextlib.suppress(Abandoned):
            async with world.work() as uow:
                await credits.spend(uow, reference="first")
                second = await held_up(world, spend(world, "second"))
                raise Abandoned
        assert await second
        assert (await world.balance()).available == 0

    async def test_pays_for_a_thing_once(self, world: World) -> None:
        await spend(world, "attempt:1")
        before, balance = await world.rows(), await world.balance()
        with pytest.raises(AlreadyBooked):
            await spend(world, "attempt:1")
        assert (await world.rows(), await world.balance()) == (before, balance)

    async def test_says_what_is_needed_and_there(self, world: World) -> None:
        await drain(world, left=0)
        with pytest.raises(InsufficientCredits) as refused:
            await spend(world, "more")
        assert refused.value.details == {"required": 1, "available": 0}


class TestBalance:
    async def test_is_zero_before_the_first_credit(self, world: World) -> None:
        balance = await queries.balance(world.database.read(), world.account_id + 1000)
        assert (balance.available, balance.granted, balance.used, balance.graph_type) == (0, 0, 0, "Balance")

    async def test_cannot_be_pushed_below_zero_by_hand(self, world: World) -> None:
        """Q-8: the table itself refuses."""
        with pytest.raises(exc.IntegrityError):
            await self.overdraw(world)
        assert (await world.balance()).used == 0

    async def overdraw(self, world: World) -> None:
        async with world.work() as uow:
            await uow.change(update(CreditBalance).where(CreditBalance.account_id == world.account_id).values(used=101))


class TestEntries:
    async def test_are_listed_newest_first_and_noted(self, world: World) -> None:
        world.advance(hours=1)
        key = await spend(world, "use")
        read = world.database.read()
        page = await queries.ledger(read, world.account_id, Window(first=10))
        assert [(row.kind, row.amount, row.reference) for row in page.rows] == [("completion", -1, "use"), ("grant", 100, "start")]
        assert [
            row.reference for row in (await queries.ledger(read, world.account_id, Window(first=10), given={"kind": ["grant"]})).rows
        ] == ["start"]
        assert list(await queries.entries_by_key(read, world.account_id, [key, "crd_unknown"])) == [key]
        noted = (await events.after(read, world.account_id, 0))[-1]
        assert (noted.type, noted.subject, noted.facts) == ("credits.used", key, {"amount": -1, "kind": "completion"})

    async def test_of_another_account_are_not_found(self, world: World) -> None:
        """Q-2."""
        other, _key = await world.other_account()
        key = await spend(world, "use")
        read = world.database.read()
        assert await queries.entries_by_key(read, other.account_id, [key]) == {}
        async with world.work(other) as uow:
            assert await credits.spend(uow, reference="use")
