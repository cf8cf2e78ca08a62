"""Pages of every list are exactly that list: told once in SQL by fragments, and once in plain Python (Q-27)."""

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.kernel import listing
from domain.kernel.paging import Page, Window
from domain.kernel.statements import Row, Statement
from tests.domain.kernel.population import fill
from tests.domain.kernel.told import TOLD, Told
from tests.support.world import World

SHARED = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
"""The database is filled once; the examples only read it."""
NESTED = [name for name, told in TOLD.items() if told.parent is not None]
STRANGERS = [*(f"cand_2_{number:03}" for number in range(8)), "wh_2_000"]
EVERYBODY = [*(f"cand_1_{number:03}" for number in range(25)), "cand_unknown", "wh_1_000", "wh_1_001", *STRANGERS[:2], STRANGERS[-1]]


class Counting:
    """A read that remembers how many rows each statement gave."""

    def __init__(self, world: World) -> None:
        self._read = world.database.read()
        self.fetched: list[int] = []

    async def __call__(self, statement: Statement, **parameters: Any) -> list[Row]:
        rows = await self._read(statement, **parameters)
        self.fetched.append(len(rows))
        return rows

    async def all(self, *reads: Any) -> list[Any]:
        return await self._read.all(*reads)


def identity(told: Told, rows: Sequence[Any]) -> list[Any]:
    name = told.listing.key.key
    return [row[name] if not isinstance(row, Row) else getattr(row, name) for row in rows]


async def total_of(page: Page) -> int:
    return (await page.total.count([page.total.key])).get(page.total.key, 0)


class TestTold:
    """The description that the lists are compared with is whole."""

    @pytest.mark.parametrize("name", TOLD)
    def test_has_every_filter_and_order(self, name: str) -> None:
        told = TOLD[name]
        assert set(told.filters) == set(told.listing.filters)
        assert set(told.orders) == set(told.listing.orders)

    @pytest.mark.parametrize("name", TOLD)
    def test_orders_are_total_and_in_one_direction(self, name: str) -> None:
        """ARCHITECTURE section 3: row values drop NULLs, and a page ends at one row only."""
        for order in TOLD[name].listing.orders.values():
            assert not any(column.property.columns[0].nullable for column in order.columns)
            assert order.columns[-1].property.columns[0].primary_key


@pytest.fixture(autouse=True)
def short_walks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Searches look at so few rows first that some find their page there and others have to ask an index."""
    monkeypatch.setattr(listing, "WALKED", 20)


@pytest.fixture
async def filled(world: World) -> World:
    await fill(world)
    return world


class TestWalking:
    @SHARED
    @given(data=st.data(), size=st.integers(1, 30), backward=st.booleans())
    async def test_gives_the_list_without_gap_or_repeat(self, filled: World, data: st.DataObject, size: int, backward: bool) -> None:
        told = TOLD[data.draw(st.sampled_from(sorted(TOLD)))]
        order, chosen = data.draw(st.sampled_from(sorted(told.orders))), data.draw(told.given())
        expected = identity(told, await told.expected(filled, order, chosen))
        read, found, cursor = Counting(filled), [], None
        while True:
            window = Window(last=size, before=cursor) if backward else Window(first=size, after=cursor)
            page = await told.listing.page(read, filled.account_id, window, order=order, given=chosen, **told.always)
            rows = identity(told, page.rows)
            found = [*rows, *found] if backward else [*found, *rows]
            more, before = (page.has_previous, page.has_next) if backward else (page.has_next, page.has_previous)
            assert before is (cursor is not None)
            if not more:
                break
            assert len(rows) == size
            cursor = page.cursor(page.rows[0 if backward else -1])
        assert found == expected
        assert max(read.fetched) <= size + 1
        assert await total_of(page) == len(expected)

    @SHARED
    @given(data=st.data(), size=st.integers(1, 30), offset=st.integers(0, 90))
    async def test_by_number_gives_slices_of_the_same_list(self, filled: World, data: st.DataObject, size: int, offset: int) -> None:
        told = TOLD[data.draw(st.sampled_from(sorted(TOLD)))]
        order, chosen = data.draw(st.sampled_from(sorted(told.orders))), data.draw(told.given())
        expected = identity(told, await told.expected(filled, order, chosen))
        window = Window(first=size, offset=offset)
        page = await told.listing.page(Counting(filled), filled.account_id, window, order=order, given=chosen, **told.always)
        assert identity(told, page.rows) == expected[offset : offset + size]
        assert page.has_next is (offset + size < len(expected))
        assert page.has_previous is (offset > 0)


class TestNested:
    @SHARED
    @given(data=st.data(), size=st.integers(1, 5), backward=st.booleans(), keys=st.lists(st.sampled_from(EVERYBODY), unique=True))
    async def test_gives_each_parent_the_page_of_its_own(
        self, filled: World, data: st.DataObject, size: int, backward: bool, keys: list[str]
    ) -> None:
        told = TOLD[data.draw(st.sampled_from(NESTED))]
        order, chosen = data.draw(st.sampled_from(sorted(told.orders))), data.draw(told.given())
        expected = await told.expected(filled, order, chosen)
        cursor, edge = None, None
        if expected and data.draw(st.booleans()):
            edge = data.draw(st.integers(0, len(expected) - 1))
            cursor = told.cursor(order, expected[edge])
            expected = expected[:edge] if backward else expected[edge + 1 :]
        window = Window(last=size, before=cursor) if backward else Window(first=size, after=cursor)
        read = Counting(filled)
        pages = await told.listing.pages_by(read, filled.account_id, told.parent, keys, window, order=order, given=chosen, **told.always)
        assert list(pages) == keys
        assert len(read.fetched) == 1
        assert read.fetched[0] <= len(keys) * (size + 1)
        for key, page in pages.items():
            own = identity(told, [row for row in expected if row[told.parent.key] == key])
            assert identity(told, page.rows) == (own[-size:] if backward else own[:size])
            assert (page.has_previous if backward else page.has_next) is (len(own) > size)

    @SHARED
    @given(data=st.data())
    async def test_counts_all_parents_in_one_statement(self, filled: World, data: st.DataObject) -> None:
        """Q-26."""
        told = TOLD[data.draw(st.sampled_from(NESTED))]
        chosen = data.draw(told.given())
        expected = await told.expected(filled, "newest", chosen)
        read = Counting(filled)
        window = Window(first=1)
        pages = await told.listing.pages_by(
            read, filled.account_id, told.parent, EVERYBODY, window, order="newest", given=chosen, **told.always
        )
        totals = [page.total for page in pages.values()]
        assert len({total.source for total in totals}) == 1
        counted = await totals[0].count([total.key for total in totals])
        assert len(read.fetched) == 2
        assert counted == {key: number for key in EVERYBODY if (number := sum(row[told.parent.key] == key for row in expected))}

    async def test_shows_nothing_of_another_account(self, filled: World) -> None:
        """Q-1: not even for a parent's key of theirs."""
        for name in NESTED:
            told = TOLD[name]
            pages = await told.listing.pages_by(
                Counting(filled), filled.account_id, told.parent, STRANGERS, Window(first=100), order="newest", given={}, **told.always
            )
            assert all(page.rows == [] for page in pages.values())
