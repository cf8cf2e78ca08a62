"""Lists read the columns that are read of them, and those that their order and their parents are told by; nothing else changes."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.kernel.paging import Page, Window
from domain.kernel.statements import Row
from tests.domain.kernel.population import fill
from tests.domain.kernel.told import TOLD, Told
from tests.support.world import World

SHARED = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
NESTED = [name for name, told in TOLD.items() if told.parent is not None]
PARENTS = [f"cand_1_{number:03}" for number in range(25)]


@pytest.fixture
async def filled(world: World) -> World:
    await fill(world)
    return world


def columns_of(told: Told) -> list[str]:
    return [column.key for column in told.listing.rows.selected_columns]


def facts(page: Page, columns: set[str]) -> tuple[Any, ...]:
    """Everything about a page that may not change."""
    rows = [[getattr(row, name) for name in sorted(columns)] for row in page.rows]
    return rows, [page.cursor(row) for row in page.rows], page.has_next, page.has_previous, page.key


class TestNarrowed:
    @SHARED
    @given(data=st.data(), size=st.integers(1, 30), backward=st.booleans())
    async def test_lists_are_the_same_with_fewer_columns(self, filled: World, data: st.DataObject, size: int, backward: bool) -> None:
        told = TOLD[data.draw(st.sampled_from(sorted(TOLD)))]
        order, chosen = data.draw(st.sampled_from(sorted(told.orders))), data.draw(told.given())
        reads = data.draw(st.sets(st.sampled_from(columns_of(told)), max_size=4))
        asked: dict[str, Any] = {"last": size} if backward else {"first": size}
        full, narrow = [
            await told.listing.page(
                filled.database.read(), filled.account_id, Window(**asked, reads=wanted), order=order, given=chosen, **told.always
            )
            for wanted in (None, {told.listing.graph_type: frozenset(reads)})
        ]
        assert facts(narrow, reads) == facts(full, reads)
        assert await narrow.total.count([0]) == await full.total.count([0])
        needed = reads | {column.key for column in told.listing.orders[order].columns}
        assert all(set(row.columns) == needed for row in narrow.rows)

    @SHARED
    @given(data=st.data(), size=st.integers(1, 5), backward=st.booleans())
    async def test_nested_lists_too(self, filled: World, data: st.DataObject, size: int, backward: bool) -> None:
        told = TOLD[data.draw(st.sampled_from(NESTED))]
        order, chosen = data.draw(st.sampled_from(sorted(told.orders))), data.draw(told.given())
        reads = data.draw(st.sets(st.sampled_from(columns_of(told)), max_size=4))
        asked: dict[str, Any] = {"last": size} if backward else {"first": size}
        full, narrow = [
            await told.listing.pages_by(
                filled.database.read(),
                filled.account_id,
                told.parent,
                PARENTS,
                Window(**asked, reads=wanted),
                order=order,
                given=chosen,
                **told.always,
            )
            for wanted in (None, {told.listing.graph_type: frozenset(reads)})
        ]
        assert {key: facts(page, reads) for key, page in narrow.items()} == {key: facts(page, reads) for key, page in full.items()}
        needed = reads | {column.key for column in (*told.listing.orders[order].columns, told.parent)}
        assert all(set(row.columns) == needed for page in narrow.values() for row in page.rows)

    async def test_rows_of_another_type_are_read_whole(self, filled: World) -> None:
        told = TOLD["invites"]
        window = Window(first=1, reads={"Nobody": frozenset()})
        page = await told.listing.page(filled.database.read(), filled.account_id, window, order="newest", given={}, **told.always)
        assert list(page.rows[0].columns) == columns_of(told)

    async def test_a_column_that_was_not_read_is_an_error_that_says_so(self, filled: World) -> None:
        told = TOLD["invites"]
        window = Window(first=1, reads={"Invite": frozenset({"email"})})
        page = await told.listing.page(filled.database.read(), filled.account_id, window, order="newest", given={}, **told.always)
        assert isinstance(page.rows[0], Row)
        with pytest.raises(AttributeError, match="InviteRow has no column 'label'"):
            _ = page.rows[0].label
