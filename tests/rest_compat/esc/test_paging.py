"""`limit` and `offset`: cut, not refused; the same order as the graph's cursors; statements that do not grow."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from domain.kernel.statements import Read
from gateway import authentication
from tests.rest_compat.esc.conftest import ON_ONE_DATABASE, Esc
from tests.support.world import World

PEOPLE = 7
LISTS: dict[str, tuple[str, Callable[[Any], list[Any]], int]] = {
    "/invites?": ("invites", lambda data: [invite["data"]["invite_id"] for invite in data["invites"]], 20),
    "/search?q=example&": ("search", lambda data: [found["session_id"] for found in data["candidates"]], 20),
    "/profiles?": ("attempts", lambda data: [profile["session_id"] for profile in data["profiles"]], 50),
}
GRAPH = {
    "/invites?": "invites(first: 2, after: $a)",
    "/search?q=example&": 'search(text: "example", first: 2, after: $a)',
    "/profiles?": "attempts(first: 2, after: $a)",
}


@pytest.fixture
async def people(world: World) -> None:
    """Seven who completed, some at the same moment."""
    for number in range(PEOPLE):
        await world.complete(f"p{number}@example.com", f"Person {number}")
        world.advance(minutes=number % 2)


async def by_cursors(esc: Esc, selection: str) -> list[Any]:
    """The whole list by the graph's keyset cursors, two at a time."""
    found: list[Any] = []
    after = None
    while True:
        data = await esc.http.graph(
            f"query($a: String) {{ list: {selection} {{ nodes {{ key }} pageInfo {{ hasNextPage endCursor }} }} }}", a=after
        )
        found += [node["key"] for node in data["list"]["nodes"]]
        if not data["list"]["pageInfo"]["hasNextPage"]:
            return found
        after = data["list"]["pageInfo"]["endCursor"]


@pytest.mark.usefixtures("people")
class TestPages:
    async def test_follow_each_other_in_the_order_of_the_graph(self, esc: Esc) -> None:
        """Q-27: no one twice and no one left out, also among those of the same moment."""
        for path, (_, keys, _) in LISTS.items():
            found = [key for offset in range(0, PEOPLE + 2, 2) for key in keys(await esc.data("GET", f"{path}limit=2&offset={offset}"))]
            assert found == await by_cursors(esc, GRAPH[path])
            assert len(set(found)) == PEOPLE

    async def test_say_where_they_lie(self, esc: Esc) -> None:
        """I-ESC-20."""
        for path in ("/search?q=example&", "/profiles?"):
            default = LISTS[path][2]
            for query, (limit, offset, more) in {
                "limit=3": (3, 0, True),
                "limit=3&offset=3": (3, 3, True),
                "limit=3&offset=4": (3, 4, False),
                "limit=7": (7, 0, False),
                "offset=7": (default, 7, False),
                "offset=1000000": (default, 1_000_000, False),
            }.items():
                page = (await esc.data("GET", path + query))["pagination"]
                assert page == {"total": PEOPLE, "limit": limit, "offset": offset, "has_more": more}, query

    async def test_are_cut_at_a_hundred_and_never_refused_for_being_long(self, esc: Esc) -> None:
        """R-ESC-4."""
        for path, (_, keys, default) in LISTS.items():
            for limit, told in {"100": 100, "101": 100, "100000": 100, "9223372036854775807": 100, None: default}.items():
                data = await esc.data("GET", path + (f"limit={limit}" if limit else ""))
                assert len(keys(data)) == PEOPLE
                assert data.get("pagination", {"limit": told})["limit"] == told


WRONG = {
    "limit": ["0", "-1", "", "ten", "1.0", "1e1", "1_0", "%2B5", "%205", "9223372036854775808", "9" * 5000, "%D9%A1"],
    "offset": ["-1", "", "ten", "1.5", "1000001", "9223372036854775808"],
}


class TestLimits:
    @ON_ONE_DATABASE
    @pytest.mark.parametrize("path", LISTS)
    async def test_are_refused_when_they_mean_nothing(self, esc: Esc, path: str) -> None:
        """Q-17."""
        for name, values in WRONG.items():
            for value in values:
                status, code, message = await esc.told("GET", f"{path}{name}={value}")
                assert (status, code) == (400, "BAD_REQUEST"), (name, value)
                assert message.startswith(f"'{name}': ")

    async def test_hold_where_more_are_there(self, esc: Esc, world: World) -> None:
        """R-ESC-4, I-ESC-20: a hundred and one invites, a hundred a page."""
        for _ in range(11):
            for number in range(10):
                await world.invite(f"p{number}@example.com")
            world.advance(days=31)
        data = await esc.data("GET", "/invites?limit=500")
        assert (len(data["invites"]), data["total"]) == (100, 110)
        assert len((await esc.data("GET", "/invites"))["invites"]) == 20
        assert len((await esc.data("GET", "/invites?limit=500&offset=100"))["invites"]) == 10


class TestStatements:
    async def test_do_not_grow_with_the_list(self, esc: Esc, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
        """Q-26."""
        reads: list[Read] = []
        make = world.database.read

        def watched(*args: Any, **options: Any) -> Read:
            reads.append(make(*args, **options))
            return reads[-1]

        async def statements() -> dict[str, int]:
            counted = {}
            for path in ("/invites?", "/search?q=example&include_results=true&", "/profiles?status=all&include_results=true&"):
                reads.clear()
                await esc.data("GET", f"{path}limit=100")
                counted[path] = sum(read.statements for read in reads)
            return counted

        for number in range(2):
            await world.complete(f"p{number}@example.com")
        monkeypatch.setattr(authentication, "time", SimpleNamespace(monotonic=lambda: 0.0))
        await statements()  # the credential is known from here on
        monkeypatch.setattr(world.database, "read", watched)
        few = await statements()
        for number in range(2, 9):
            await world.complete(f"p{number}@example.com")
        assert await statements() == few
        assert min(few.values()) > 0
