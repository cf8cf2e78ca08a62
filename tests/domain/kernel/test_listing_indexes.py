"""Every filter and every order of every list is served by an index that begins with the account (ARCHITECTURE section 3, Q-27)."""

import re
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from datetime import datetime
from typing import Any

import asyncpg
import orjson
import pytest

from domain.candidates.search import Closeness
from domain.kernel.paging import Window
from domain.kernel.statements import Row, Statement
from tests.domain.kernel.population import MOMENTS
from tests.domain.kernel.told import TOLD, Told
from tests.support.world import World

NESTED = [name for name, told in TOLD.items() if told.parent is not None]
SOME = {
    "webhook": "wh_1_000",
    "text": "anna",
    "name": "anna",
    "email": "anna",
    "instrument": "x",
    "type": "x",
    "norm_group": 1,
    "team": 1,
    "protected": True,
    "active": True,
    "allowed": True,
    "interview_reference": "IRN-1",
    "anonymized": [True],
    "after_sequence": 5,
    "subject": ("Invite", "x"),
    "actor": "x",
}
"""A value for a filter; those of moments are known by their name, and all others take lists of words."""
OWN: dict[tuple[str, str], Any] = {("keys", "status"): ["active"]}
"""What some lists take by the same name."""
SERVED = re.compile(r"^SEARCH .*\(account_id=\?|Index (Only )?Scan .*account_id = |Bitmap Index Scan .*account_id = ")
ASIDE = re.compile(
    r"^(SCAN (k|json_each|candidate_text) VIRTUAL TABLE|(CORRELATED |REUSE )?LIST SUBQUERY|SCALAR SUBQUERY|USE TEMP B-TREE|Function Scan)"
)
NAMED = "SEARCH looked_at USING INTEGER PRIMARY KEY (rowid=?)"
"""Rows that the text index of SQLite names; their account is compared like that of all others."""
JOINING = re.compile(r"^(Limit|Nested Loop|Incremental Sort|Sort|Aggregate|Materialize|Memoize|Bitmap Heap Scan)")
SORTING = re.compile(r"TEMP B-TREE|^Sort$|^Incremental Sort$")
SORTED_AFTER_JOINING = {("attempts", "name"), ("erased attempts", "newest")}
"""The orders by columns of two tables: an index gives the names or erasures, the attempts of each are sorted."""
Asked = tuple[Statement, dict[str, Any]]
Explain = Callable[[Asked], Awaitable[list[str]]]


class Recording:
    """A read that remembers what it was asked; it answers nothing, unless it is told to."""

    def __init__(self) -> None:
        self.asked: list[Asked] = []
        self.answer: list[Row] = []

    async def __call__(self, statement: Statement, **parameters: Any) -> list[Row]:
        self.asked.append((statement, parameters))
        return self.answer

    async def all(self, *reads: Any) -> list[Any]:
        return [await read for read in reads]


def value_of(told: Told, name: str) -> Any:
    """Something to filter by."""
    if name.endswith(("_from", "_until")):
        return MOMENTS[0]
    if name == "closeness":
        return Closeness.WORD, "anna"
    own = next((value for (listed, of), value in OWN.items() if told is TOLD[listed] and of == name), None)
    return own or SOME.get(name, ["pending"])


def windows(told: Told, order: str) -> list[Window]:
    """The first page, the last, and those after and before some row."""
    somewhere = {datetime: MOMENTS[1], str: "m", int: 5}
    values = [somewhere[kind] for kind in told.listing.orders[order].kinds()]
    cursor = told.cursor(order, dict(zip(told.orders[order][0], values, strict=True)))
    return [Window(first=5), Window(last=5), Window(first=5, after=cursor), Window(last=5, before=cursor)]


@pytest.fixture
async def explain(world: World) -> AsyncIterator[Explain]:
    """How the database would run a statement: a line for each table it reads and each sort it does."""
    address, dialect = world.settings.database, world.database.dialect

    def prepared(asked: Asked) -> tuple[str, list[Any]]:
        made = asked[0].prepared(dialect)
        return made.text, made.bind(asked[1] | {"account_id": world.account_id})

    if world.settings.on_sqlite:
        file = sqlite3.connect(str(address.database))

        async def on_sqlite(asked: Asked) -> list[str]:
            text, values = prepared(asked)
            return [row[3] for row in file.execute(f"EXPLAIN QUERY PLAN {text}", values)]

        yield on_sqlite
        file.close()
        return
    server = await asyncpg.connect(address.render_as_string(hide_password=False))
    await server.execute("SET enable_seqscan = off; SET enable_sort = off; SET role centil_reader")

    async def on_postgresql(asked: Asked) -> list[str]:
        text, values = prepared(asked)
        return list(_lines(orjson.loads(await server.fetchval(f"EXPLAIN (FORMAT JSON) {text}", *values))[0]["Plan"]))

    yield on_postgresql
    await server.close()


def _lines(node: dict[str, Any]) -> Iterator[str]:
    yield " ".join(str(node[name]) for name in ("Node Type", "Relation Name", "Index Name", "Index Cond") if name in node)
    for below in node.get("Plans", ()):
        yield from _lines(below)


def unserved(plan: list[str]) -> list[str]:
    """The lines that read a table otherwise than by an index of the account."""
    assert any(map(SERVED.search, plan)) or NAMED in plan, plan
    return [line for line in plan if not (line == NAMED or SERVED.search(line) or ASIDE.search(line) or JOINING.search(line))]


class TestPages:
    async def test_read_no_table_but_by_the_account(self, world: World, explain: Explain) -> None:
        for name, told in TOLD.items():
            for order in told.orders:
                for window in windows(told, order):
                    for chosen in [{}, *({filter: value_of(told, filter)} for filter in told.filters)]:
                        read = Recording()
                        await told.listing.page(read, world.account_id, window, order=order, given=chosen, **told.always)
                        assert len(read.asked) <= 2
                        for asked in read.asked:
                            plan = await explain(asked)
                            assert unserved(plan) == [], (name, order, chosen, plan)
                        if not chosen and (name, order) not in SORTED_AFTER_JOINING:
                            assert not any(map(SORTING.search, plan)), (name, order, plan)

    async def test_with_all_filters_at_once_too(self, world: World, explain: Explain) -> None:
        for name, told in TOLD.items():
            read = Recording()
            chosen = {filter: value_of(told, filter) for filter in told.filters}
            order = next(iter(told.orders))
            page = await told.listing.page(read, world.account_id, Window(first=5), order=order, given=chosen, **told.always)
            read.answer = [Row((0,))]
            assert await page.total.count([page.total.key]) == {page.total.key: 0}
            for asked in read.asked:
                assert unserved(await explain(asked)) == [], name
            assert len(read.asked) in (2, 3), "a page, its count, and for some a walk before"

    async def test_of_one_shape_are_one_statement(self, world: World) -> None:
        """Values never enter the text: a few texts serve every page."""
        read = Recording()
        for value in (["a"], ["b", "c"], []):
            for size in (1, 100):
                await TOLD["invites"].listing.page(
                    read, world.account_id, Window(first=size), order="newest", given={"candidate": value}, now=MOMENTS[0]
                )
        assert len({statement for statement, _parameters in read.asked}) == 1


class TestNested:
    async def test_begin_with_the_parents(self, world: World, explain: Explain) -> None:
        """Never the whole account, each row asked for every parent."""
        for name in NESTED:
            told = TOLD[name]
            for order in told.orders:
                for window in windows(told, order):
                    read = Recording()
                    pages = await told.listing.pages_by(
                        read, world.account_id, told.parent, ["a", "b"], window, order=order, given={}, **told.always
                    )
                    await pages["a"].total.count(["a", "b"])
                    listed, counted = [await explain(asked) for asked in read.asked]
                    assert unserved(listed) == unserved(counted) == [], (name, order)
                    assert listed[0].startswith("SCAN k" if world.settings.on_sqlite else "Nested Loop"), listed
