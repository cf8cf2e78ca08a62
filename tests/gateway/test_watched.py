"""What an operation cost and where its time went, for those who ask."""

from typing import Any

import pytest

from gateway import graph
from resolvers.context import Context
from resolvers.schema import build
from tests.support.http import Http
from tests.support.world import World

DEEP = """{ candidates(first: 5) { totalCount nodes { name invites(first: 2) { nodes { attempt {
    result { wirIch { tendency } scales { cValue scale { key } } normGroup { n } } } } } } pageInfo { endCursor } } }"""
BOTH = {"X-Centil-Cost": "1", "X-Centil-Explain": "1"}


async def told(http: Http, text: str = DEEP, headers: dict[str, str] = BOTH, **more: Any) -> dict[str, Any]:
    reply = await http.request("POST", "/graphql", json={"query": text, **more.pop("body", {})}, headers=headers, **more)
    assert "errors" not in reply.json(), reply.text
    found: dict[str, Any] = reply.json().get("extensions", {})
    return found


@pytest.fixture
async def peopled(http: Http) -> Http:
    for number in range(3):
        await http.world.complete(f"p{number}@example.com", seed=number)
    return http


class TestAsking:
    async def test_is_by_header_or_by_extension(self, peopled: Http) -> None:
        assert await told(peopled, headers={}) == {}
        assert await told(peopled, headers={"X-Centil-Cost": "0", "X-Centil-Explain": "yes"}) == {}
        assert list(await told(peopled, headers={"x-centil-cost": "1"})) == ["cost"]
        assert list(await told(peopled, headers={}, body={"extensions": {"explain": True}})) == ["explain"]
        assert list(await told(peopled)) == ["cost", "explain"]

    async def test_shows_no_statements_to_whoever_has_no_key(self, http: Http) -> None:
        assert list(await told(http, "{ instruments { key } }", key=None)) == ["cost"]

    async def test_of_what_is_refused_tells_nothing_more(self, http: Http) -> None:
        reply = await http.request("POST", "/graphql", json={"query": "{ candidates { totalCount } }"}, headers=BOTH)
        assert set(reply.json()) == {"errors"}


class TestCost:
    async def test_is_estimated_and_counted_alike(self, peopled: Http) -> None:
        """A page of 3 of 5: itself, three people each with a page of one of two, and so on; counting a list counts ten."""
        estimated = 1 + 10 + 1 + 5 * (1 + 1 + 2 * (1 + 1 + 1 + 1))
        there = 1 + 10 + 1 + 3 * (1 + 1 + 1 * (1 + 1 + 1 + 1))
        cost = (await told(peopled))["cost"]
        assert cost == {"estimated": estimated, "limit": 10_000, "touched": there}

    async def test_of_a_mutation_is_counted_too(self, http: Http) -> None:
        text = 'mutation { updateAccount(input: {city: "Bonn"}) { ... on Account { city } } }'
        assert (await told(http, text))["cost"]["touched"] == 1


class TestExplaining:
    async def test_tells_levels_batches_and_statements(self, peopled: Http) -> None:
        explained = (await told(peopled))["explain"]
        assert explained["executor"] == "engine"
        levels = {level["path"]: (level["type"], level["objects"]) for level in explained["levels"]}
        assert levels["candidates.nodes"] == ("Candidate", 3)
        assert levels["candidates.nodes.invites.nodes.attempt.result.scales"] == ("ScaleScore", 3 * 23)
        batches = {batch["path"]: batch for batch in explained["batches"]}
        assert batches["candidates.nodes.invites"]["parents"] == 3
        [statement] = batches["candidates.nodes.invites"]["statements"]
        assert statement["rows"] == 3
        assert statement["sql"].startswith("SELECT")
        assert all(part["milliseconds"] >= 0 for part in (explained, *explained["batches"], statement))
        assert "p0@example.com" not in str(explained), "statements are shown without what they were given"

    async def test_tells_of_as_many_statements_as_there_are(self, peopled: Http, world: World) -> None:
        """Q-26; the same as are counted without being explained."""
        executor = graph.executor(build())
        context = Context(world.actor, world.database)
        await executor.run(executor.documents.get(DEEP).operation(None), {}, context)
        explained = (await told(peopled))["explain"]
        assert sum(len(batch["statements"]) for batch in explained["batches"]) == context.read.statements  # type: ignore[attr-defined]

    async def test_tells_why_the_reference_ran_it(self, http: Http) -> None:
        explained = (await told(http, "{ __schema { queryType { name } } viewer { account { key } } }"))["explain"]
        assert (explained["executor"], explained["reason"]) == ("reference", "introspection")
        assert explained["levels"] == explained["batches"] == []
        assert len(explained["statements"]) == 1
