"""Search by relevance: whole words first, then beginnings, then parts, each the newest first; on both databases, page by page."""

import random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.candidates.search import BETWEEN_WORDS
from domain.invites.search import closest
from domain.kernel import listing
from domain.kernel.inputs import folded
from domain.kernel.paging import Window
from tests.resolvers.test_statements import statements
from tests.support import measured
from tests.support.http import Http
from tests.support.measured import Measured
from tests.support.world import START, World

TEXT = """query S($text: String, $first: Int!, $after: String, $name: String, $from: Date) {
  search(text: $text, first: $first, after: $after, name: $name, completedFrom: $from, orderBy: RELEVANCE) { totalCount
    nodes { key candidate { name email } } pageInfo { hasNextPage hasPreviousPage endCursor } } }"""
NAMES = ("Berg Anna", "Anna Bergmann", "Ann Heidelberg", "Jörg Weiß", "Weißmüller Ön", "O'Neil Ann", "Anna-Lena Berg", "Hanna", "Dr. Anna")


@pytest.fixture
async def people(http: Http, monkeypatch: pytest.MonkeyPatch) -> list[Measured]:
    """Some people with names that share parts, a few with several attempts, and another account's."""
    monkeypatch.setattr(listing, "WALKED", 15)
    dice = random.Random(1)
    found = measured.some(60, people=40)
    names = {person: f"{dice.choice(NAMES)} {dice.choice(NAMES)}" for person in range(40)}
    for result in found:
        result.name = names[result.person]
        result.answers = [3] * 115
    await measured.fill(http.world, found)
    other, _key = await http.world.other_account()
    await measured.fill(http.world, measured.some(3, people=3, seed=4), actor=other, first=9_000)
    return found


def closeness(result: Measured, text: str) -> int | None:
    """0 for a whole word, 1 for the beginning of one, 2 for a part, None for nothing."""
    name, email, needle = folded(result.name), f"person{result.person}@example.com", folded(text.strip())
    if needle not in name and needle not in email:
        return None
    spaces = str.maketrans(BETWEEN_WORDS, " " * len(BETWEEN_WORDS))
    words, wanted = f" {name}  {email} ".translate(spaces), needle.translate(spaces)
    return 0 if f" {wanted} " in words else 1 if f" {wanted}" in words else 2


def expected(people: list[Measured], text: str) -> list[int]:
    """The numbers of the attempts as they should come."""
    ranked = [(closeness(result, text), result.at, number) for number, result in enumerate(people, 5_000)]
    found = [(close, at, number) for close, at, number in ranked if close is not None]
    return [number for _, _, number in sorted(found, key=lambda row: (row[0], -row[1].timestamp(), -row[2]))]


async def walked(http: Http, text: str, size: int) -> list[int]:
    """All pages, one after the other."""
    found, after, whole = [], None, None
    while True:
        page = (await http.graph(TEXT, text=text, first=size, after=after))["search"]
        found += [node["key"] for node in page["nodes"]]
        assert page["pageInfo"]["hasPreviousPage"] is (after is not None)
        whole = page["totalCount"]
        if not page["pageInfo"]["hasNextPage"]:
            assert whole == len(found)
            return found
        assert len(page["nodes"]) == size
        after = page["pageInfo"]["endCursor"]


async def all_of(world: World, text: str, size: int) -> list[int]:
    """The same, without a server before it."""
    found, after, more = list[int](), None, True
    while more:
        page = await closest(world.database.read(), world.account_id, Window(first=size, after=after), text, {"status": ["completed"]})
        found += [row.attempt_id for row in page.rows]
        more, after = page.has_next, page.cursor(page.rows[-1]) if page.rows else None
    return found


class TestRelevance:
    async def test_is_that_of_the_words(self, http: Http, people: list[Measured]) -> None:
        for text in ("anna", "dr. anna", "berg", "ß", "a", "person1", "example.com", "nobody", "@", "o'n"):
            assert await walked(http, text, 20) == expected(people, text), text

    @settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(number=st.integers(0, 59), begin=st.integers(0, 25), length=st.integers(1, 9), size=st.integers(1, 20))
    async def test_of_any_part(self, http: Http, people: list[Measured], number: int, begin: int, length: int, size: int) -> None:
        text = people[number].name[begin : begin + length]
        if text.strip():
            assert await all_of(http.world, text, size) == expected(people, text)

    async def test_goes_with_the_other_conditions(self, http: Http, people: list[Measured]) -> None:
        day = sorted(result.at for result in people)[30].date()
        page = (await http.graph(TEXT, text="ann", name="lena", **{"from": day.isoformat()}, first=100))["search"]
        kept = {number for number, result in enumerate(people, 5_000) if "lena" in folded(result.name) and result.at.date() >= day}
        assert [node["key"] for node in page["nodes"]] == [number for number in expected(people, "ann") if number in kept]
        assert page["totalCount"] == len(page["nodes"])

    async def test_goes_forward_by_cursor_alone(self, http: Http, people: list[Measured]) -> None:
        for arguments in ('text: "a", last: 5', 'text: "a", first: 5, offset: 2', 'name: "a", first: 5', 'text: "a", first: 5, after: "x"'):
            [error] = await http.graph_errors(f"{{ search({arguments}, orderBy: RELEVANCE) {{ nodes {{ key }} }} }}")
            assert error["extensions"]["kind"] == "BAD_INPUT", arguments

    async def test_takes_as_many_statements_for_few_and_for_many(self, world: World) -> None:
        """Two for each closeness at most: one that looks at the newest, one that asks the index."""
        await measured.fill(world, [Measured(number, START, [3] * 115) for number in range(30)])
        variables: dict[str, Any] = {"text": "person", "first": 3}
        few, _ = await statements(world, TEXT, variables)
        many, _ = await statements(world, TEXT, {**variables, "first": 25})
        assert few == many <= 8
