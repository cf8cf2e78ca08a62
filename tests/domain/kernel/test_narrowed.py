"""Reads by key have the columns that are read of their rows, and those by which they are found."""

import pytest

from domain.candidates import queries
from domain.candidates.queries import COLUMNS
from domain.kernel import statements
from domain.kernel.paging import Window
from domain.kernel.statements import Narrowed, Statement
from tests.support.world import World


async def columns(world: World, **reads: set[str]) -> list[str]:
    await world.invite()
    everybody = await queries.page(world.database.read(), world.account_id, Window(first=1), order="newest", given={})
    key = everybody.rows[0].key
    read = Narrowed(world.database.read(), {kind: frozenset(names) for kind, names in reads.items()})
    [row] = (await queries.by_keys(read, world.account_id, [key])).values()
    assert row.key == key
    return list(row.columns)


class TestNarrowed:
    async def test_reads_what_is_read_and_what_it_is_found_by(self, world: World) -> None:
        assert await columns(world, Candidate={"name"}) == ["key", "name"]
        assert await columns(world, Candidate=set()) == ["key"]

    async def test_reads_everything_of_what_nobody_told(self, world: World) -> None:
        assert await columns(world, Invite={"name"}) == [column.key for column in COLUMNS]

    def test_a_read_that_does_not_say_what_it_needs_is_left_alone(self) -> None:
        whole = Statement(queries._BY_KEY._build, "Candidate", None)
        assert whole.narrowed({"Candidate": frozenset({"name"})}) is whole

    def test_the_same_columns_are_the_same_statement_and_no_more_than_some_are_kept(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(statements, "NARROWED_KEPT", 1)
        read = Statement(queries._BY_KEY._build, "Candidate", None, frozenset({"key"}))
        first = read.narrowed({"Candidate": frozenset({"name"})})
        assert read.narrowed({"Candidate": frozenset({"name"})}) is first is not read
        assert read.narrowed({"Candidate": frozenset({"email"})}) is read
