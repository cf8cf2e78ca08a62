"""What is left of each purchase and grant."""

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from domain.billing import credits, queries
from domain.billing.model import CreditBalance, CreditEntry
from domain.billing.packages import divided
from domain.kernel.columns import table_of
from tests.support.world import World

AT = datetime(2026, 3, 2, tzinfo=UTC)


def rows(sizes: list[tuple[int, int]], used: int, *, older: int = 0, loose: int = 0) -> list[Any]:
    """Movements as they are read, newest first: how much each added and how much of it was taken back."""
    sums = {
        "granted": sum(size for size, _ in sizes) + older,
        "bought": 0,
        "refunded": sum(back for _, back in sizes) + loose,
        "used": used,
    }
    made = [
        SimpleNamespace(key=f"crd_{index}", kind="purchase", amount=size, back=back, reference=f"order:ord_{index}", at=AT, **sums)
        for index, (size, back) in enumerate(sizes)
    ]
    return made[::-1]


def left(found: list[Any]) -> list[tuple[int, int, int]]:
    """Used, refunded and remaining of each package, oldest first."""
    return [(package.used, package.refunded, package.remaining) for package in reversed(found)]


class TestDivided:
    def test_uses_what_was_added_first(self) -> None:
        assert left(divided(rows([(3, 0), (10, 0), (5, 0)], 4))) == [(3, 0, 0), (1, 0, 9), (0, 0, 5)]

    def test_takes_back_from_what_was_refunded(self) -> None:
        assert left(divided(rows([(3, 0), (10, 6), (5, 0)], 4))) == [(3, 0, 0), (1, 6, 3), (0, 0, 5)]

    def test_knows_that_what_is_older_was_used_before(self) -> None:
        assert left(divided(rows([(3, 0), (5, 0)], 8, older=7))) == [(1, 0, 2), (0, 0, 5)]
        assert left(divided(rows([(3, 0)], 2, older=7))) == [(0, 0, 3)]

    def test_names_the_order(self) -> None:
        assert [package.order_key for package in divided(rows([(1, 0)], 0))] == ["ord_0"]
        assert divided([]) == []

    @given(st.data())
    def test_leaves_as_much_as_is_available(self, data: st.DataObject) -> None:
        sizes = data.draw(st.lists(st.integers(1, 9).flatmap(lambda size: st.tuples(st.just(size), st.integers(0, size))), min_size=1))
        whole = sum(size - back for size, back in sizes)
        loose = data.draw(st.integers(0, whole))
        used = data.draw(st.integers(0, whole - loose))
        found = divided(rows(sizes, used, loose=loose))
        assert sum(package.remaining for package in found) == whole - loose - used
        for package in found:
            assert package.credits == package.used + package.refunded + package.remaining
            assert min(package.used, package.refunded, package.remaining) >= 0
        spent = [package.remaining == 0 for package in reversed(found)]
        touched = [package.used > 0 for package in reversed(found)]
        assert all(spent[index] for index in range(len(spent)) if any(touched[index + 1 :])), "the oldest go first"


async def buy(world: World, order: str, amount: int, *back: int) -> None:
    """A purchase as orders book it, with what was taken back of it."""
    balance, entry = table_of(CreditBalance), table_of(CreditEntry)
    own = balance.c.account_id == world.account_id
    async with world.work() as uow:
        sums = {"bought": balance.c.bought + amount, "refunded": balance.c.refunded + sum(back)}
        await uow.session.execute(balance.update().where(own).values(sums))
        booked = [("purchase", amount, f"order:{order}")]
        booked += [("refund", -one, f"refund:{order}:{number}") for number, one in enumerate(back)]
        for kind, moved, reference in booked:
            row = {"account_id": world.account_id, "key": f"crd_{reference}", "kind": kind, "amount": moved, "reference": reference}
            await uow.session.execute(entry.insert().values(**row, at=world.clock.now()))


class TestPackages:
    async def test_of_an_account_are_its_purchases_and_grants(self, world: World) -> None:
        world.advance(minutes=1)
        await buy(world, "ord_1", 10, 2, 3)
        world.advance(minutes=1)
        await buy(world, "ord_12", 50)
        await world.other_account()
        for number in range(102):
            async with world.work() as uow:
                await credits.spend(uow, reference=f"use {number}")
        found = await queries.packages(world.database.read(), world.account_id)
        assert [(package.order_key, package.kind, *left([package])[0]) for package in found] == [
            ("ord_12", "purchase", 0, 0, 50),
            ("ord_1", "purchase", 2, 5, 3),
            (None, "grant", 100, 0, 0),
        ]
        assert sum(package.remaining for package in found) == (await world.balance()).available

    async def test_are_the_hundred_newest(self, world: World) -> None:
        for number in range(120):
            world.advance(minutes=1)
            async with world.work() as uow:
                await credits.grant(uow, 1, reference=f"gift {number}")
        async with world.work() as uow:
            for number in range(121):
                await credits.spend(uow, reference=f"use {number}")
        found = await queries.packages(world.database.read(), world.account_id)
        assert len(found) == 100
        assert [package.used for package in found] == [0] * 99 + [1]

    async def test_are_none_before_the_first_credit(self, world: World) -> None:
        assert await queries.packages(world.database.read(), 12) == []
