"""Reads by key have the columns that are read of their rows, and those by which they are found."""

import pytest

from domain.candidates import queries
from domain.candidates.queries import COLUMNS
from domain.kernel import statements
from domain.kernel.paging import Window
from domain.kernel.statements import Narrowed, Often, Statement
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

    def test_the_same_columns_are_the_same_statement_and_only_the_latest_are_kept(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(statements, "NARROWED_KEPT", 2)
        read = Statement(queries._BY_KEY._build, "Candidate", None, frozenset({"key"}))
        names, mails, both = ({"Candidate": frozenset(wanted)} for wanted in ({"name"}, {"email"}, {"name", "email"}))
        first, second = read.narrowed(names), read.narrowed(mails)
        assert read.narrowed(names) is first is not read
        assert read.narrowed(both) is not read
        assert read.narrowed(names) is first
        assert read.narrowed(mails) is not second

    def test_columns_that_are_asked_for_once_are_not_worth_a_statement(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(statements, "OFTEN", 3)
        read = Statement(queries._BY_KEY._build, "Candidate", None, frozenset({"key"}))
        found = [read.narrowed({"Candidate": frozenset({"name"})}) is read for _ in range(4)]
        assert found == [True, True, False, False]

    def test_only_the_latest_are_counted(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(statements, "OFTEN", 2)
        often = Often(kept=2)
        assert [often(what) for what in "aabcdaa"] == [False, True, False, False, False, False, True]
