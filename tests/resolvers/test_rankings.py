"""Rankings in the graph: both ways, page by page, filtered, by the engine and by the reference alike."""

import random
from collections.abc import Iterator
from contextlib import contextmanager
from fractions import Fraction
from typing import Any

import pytest

from domain.matching.formula import Target, curve
from domain.results.scoring import half_up
from tests.domain.matching.ranking.people import People
from tests.resolvers.test_statements import statements
from tests.support.http import Http
from tests.support.world import World

CREATE = "mutation($input: CreateJobProfileInput!) { createJobProfile(input: $input) { ... on JobProfile { key } } }"
RANKING = """query($profile: ID!, $first: Int, $after: String, $last: Int, $before: String, $filter: RankingFilter) {
  jobProfile(key: $profile) {
  ranking(first: $first, after: $after, last: $last, before: $before, filter: $filter) { totalCount
    nodes { rank overall exact { numerator denominator value } colour candidate { key } result { key match(jobProfile: $profile) {
      overall exact { value } colour } } }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } } }"""
BEST = """query($n: Int!, $first: Int, $after: String, $last: Int, $before: String) { candidates(first: $n, orderBy: NAME) { nodes { key
  bestProfiles(first: $first, after: $after, last: $last, before: $before) { totalCount
    nodes { rank overall exact { value } colour jobProfile { key } result { key } }
    edges { cursor } pageInfo { hasNextPage hasPreviousPage } } } } }"""


async def profile(http: Http, name: str, *targets: tuple[str, float]) -> str:
    given = [{"scale": scale, "ideal": ideal} for scale, ideal in targets]
    made = await http.graph(CREATE, input={"name": name, "targets": given})
    return str(made["createJobProfile"]["key"])


@contextmanager
def asked(world: World) -> Iterator[list[Any]]:
    """The statements that reads ask for inside, whoever began them."""
    said: list[Any] = []
    kind = type(world.database.read())
    ask = kind.__call__

    async def noted(read: Any, statement: Any, **parameters: Any) -> Any:
        said.append(statement)
        return await ask(read, statement, **parameters)

    kind.__call__ = noted  # type: ignore[method-assign]
    try:
        yield said
    finally:
        kind.__call__ = ask  # type: ignore[method-assign]


async def ranking(http: Http, key: str, **variables: Any) -> Any:
    return (await http.graph(RANKING, profile=key, **variables))["jobProfile"]["ranking"]


@pytest.fixture
async def people(http: Http) -> People:
    made = People(http.world)
    await made.add(30)
    return made


class TestRanking:
    async def test_agrees_with_each_match(self, http: Http, people: People) -> None:
        key = await profile(http, "Any", ("detail", 7), ("people", 3.5), ("graves5_success", 5))
        found = await ranking(http, key, first=100)
        targets = {scale: Target.of({"ideal": ideal}) for scale, ideal in (("detail", 7), ("people", 3.5), ("graves5_success", 5))}
        expected = people.ranking(targets)
        assert found["totalCount"] == len(expected)
        assert [int(node["result"]["key"]) for node in found["nodes"]] == [attempt for attempt, _mean in expected]
        for rank, (node, (_attempt, mean)) in enumerate(zip(found["nodes"], expected, strict=True), 1):
            exact = node["exact"]
            assert (node["rank"], node["overall"]) == (rank, half_up(mean))
            assert Fraction(exact["numerator"], exact["denominator"]) == mean
            assert node["result"]["match"] == {"overall": node["overall"], "exact": {"value": exact["value"]}, "colour": node["colour"]}

    async def test_pages_lead_through_it_both_ways(self, http: Http, people: People) -> None:
        key = await profile(http, "Any", ("detail", 7), ("people", 3.5))
        whole = (await ranking(http, key, first=100))["nodes"]
        first = await ranking(http, key, first=12)
        second = await ranking(http, key, first=12, after=first["pageInfo"]["endCursor"])
        assert [*first["nodes"], *second["nodes"]] == whole[:24]
        back = await ranking(http, key, last=12, before=second["pageInfo"]["startCursor"])
        assert back["nodes"] == first["nodes"]
        assert (await ranking(http, key, last=3))["nodes"] == whole[-3:]

    async def test_filters_leave_the_others_out(self, http: Http, people: People) -> None:
        key = await profile(http, "Any", ("detail", 7), ("people", 3.5))
        whole = (await ranking(http, key, first=100))["nodes"]
        good = await ranking(http, key, first=100, filter={"minimumScore": 60})
        assert [node["result"]["key"] for node in good["nodes"]] == [node["result"]["key"] for node in whole if node["overall"] >= 60]
        assert 0 < good["totalCount"] < len(whole)
        future = {"completedFrom": "2030-01-01T00:00:00Z"}
        assert (await ranking(http, key, first=5, filter=future))["nodes"] == []
        tamed = await ranking(http, key, first=100, filter={"noRedZone": True})
        assert 0 < tamed["totalCount"] < len(whole)

    async def test_of_a_team_has_its_people_alone(self, http: Http) -> None:
        """By their latest result, whichever of their attempts is the member."""
        key = await profile(http, "Any", ("detail", 7))
        _, first = await http.world.complete(seed=1)
        http.world.advance(days=1)
        _, latest = await http.world.complete(seed=2)
        await http.world.complete("bert@example.com", "Bert", seed=3)
        made = await http.graph('mutation { createTeam(input: {title: "North"}) { ... on Team { key } } }')
        team = made["createTeam"]["key"]
        add = "mutation($input: AddTeamMembersInput!) { addTeamMembers(input: $input) { __typename } }"
        await http.graph(add, input={"key": str(team), "attempts": [str(first)]})
        assert [node["result"]["key"] for node in (await ranking(http, key, first=5, filter={"team": str(team)}))["nodes"]] == [latest]
        assert (await ranking(http, key, first=5, filter={"team": "4711"}))["nodes"] == []

    async def test_of_a_profile_without_targets_is_empty(self, http: Http, people: People) -> None:
        assert (await ranking(http, await profile(http, "Nothing"), first=5))["nodes"] == []

    async def test_a_new_result_is_there_at_once(self, http: Http) -> None:
        key = await profile(http, "Any", ("detail", 7))
        assert (await ranking(http, key, first=5))["totalCount"] == 0
        _invite, attempt = await http.world.complete()
        [node] = (await ranking(http, key, first=5))["nodes"]
        assert node["result"]["key"] == attempt

    async def test_a_foreign_cursor_is_refused(self, http: Http, people: People) -> None:
        key = await profile(http, "Any", ("detail", 7))
        [error] = await http.graph_errors(RANKING, profile=key, first=5, after="WyJ4Il0")
        assert error["extensions"]["code"] == "BAD_REQUEST"

    async def test_takes_as_many_statements_for_few_as_for_many(self, http: Http, people: People) -> None:
        """Q-26."""
        key = await profile(http, "Any", ("detail", 7))
        few, _ = await statements(http.world, RANKING, {"profile": key, "first": 1})
        many, _ = await statements(http.world, RANKING, {"profile": key, "first": 30})
        assert few == many

    async def test_of_many_profiles_takes_as_many_statements_as_of_one(self, http: Http, people: People) -> None:
        """Q-26, counted where the database is asked: also those that bring the matrix up to date."""
        for number in range(6):
            await profile(http, f"Job {number}", ("detail", number), ("people", 5))
        text = "query($n: Int!) { jobProfiles(first: $n) { nodes { ranking(first: 2) { totalCount nodes { candidate { key } } } } } }"
        taken = {}
        for count in (1, 1, 6):
            with asked(http.world) as said:
                await statements(http.world, text, {"n": count})
            taken[count] = len(said)
        assert taken[1] == taken[6]


class TestBestProfiles:
    async def test_are_those_of_brute_force(self, http: Http, people: People) -> None:
        dice = random.Random(4)
        wanted = {}
        for number in range(7):
            ideals = {scale: dice.randint(0, 10) for scale in dice.sample(["detail", "people", "global", "options", "stability"], 2)}
            wanted[await profile(http, f"Job {number}", *ideals.items())] = ideals
        candidates = (await http.graph(BEST, n=30, first=100))["candidates"]["nodes"]
        for candidate in candidates:
            values = people.known[candidate["key"]].values
            fits = []
            for key, ideals in wanted.items():
                scores = [curve(Target.of({"ideal": ideal})).scores[values[scale]] for scale, ideal in ideals.items() if scale in values]
                if scores:
                    fits.append((-Fraction(sum(scores), len(scores)), key))
            found = candidate["bestProfiles"]
            assert [node["jobProfile"]["key"] for node in found["nodes"]] == [key for _mean, key in sorted(fits)]
            assert [node["overall"] for node in found["nodes"]] == [half_up(-mean) for mean, _key in sorted(fits)]
            assert [node["rank"] for node in found["nodes"]] == list(range(1, len(fits) + 1))
            assert found["totalCount"] == len(fits)

    async def test_pages_lead_through_them_both_ways(self, http: Http, people: People) -> None:
        for number in range(5):
            await profile(http, f"Job {number}", ("detail", number), ("people", 5))
        [whole] = (await http.graph(BEST, n=1, first=10))["candidates"]["nodes"]
        cursors = [edge["cursor"] for edge in whole["bestProfiles"]["edges"]]
        [after] = (await http.graph(BEST, n=1, first=2, after=cursors[1]))["candidates"]["nodes"]
        assert after["bestProfiles"]["nodes"] == whole["bestProfiles"]["nodes"][2:4]
        assert after["bestProfiles"]["pageInfo"] == {"hasNextPage": True, "hasPreviousPage": True}
        [before] = (await http.graph(BEST, n=1, last=2, before=cursors[3]))["candidates"]["nodes"]
        assert before["bestProfiles"]["nodes"] == whole["bestProfiles"]["nodes"][1:3]
        [first] = (await http.graph(BEST, n=1, last=10, before=cursors[0]))["candidates"]["nodes"]
        assert first["bestProfiles"]["nodes"] == []

    async def test_go_by_the_latest_result_and_leave_out_profiles_not_in_use(self, http: Http) -> None:
        used, unused = await profile(http, "Used", ("detail", 5)), await profile(http, "Unused", ("detail", 5))
        await http.graph('mutation { updateJobProfile(input: {key: "%s", active: false}) { __typename } }' % unused)  # noqa: UP031
        await http.world.complete(seed=1)
        http.world.advance(days=1)
        _invite, latest = await http.world.complete(seed=2)
        [candidate] = (await http.graph(BEST, n=1, first=10))["candidates"]["nodes"]
        assert [(node["jobProfile"]["key"], node["result"]["key"]) for node in candidate["bestProfiles"]["nodes"]] == [(used, latest)]

    async def test_of_somebody_without_a_result_are_none(self, http: Http) -> None:
        await profile(http, "Any", ("detail", 5))
        await http.world.invite()
        [candidate] = (await http.graph(BEST, n=1, first=10))["candidates"]["nodes"]
        assert candidate["bestProfiles"]["nodes"] == []

    async def test_take_as_many_statements_for_few_as_for_many(self, http: Http, people: People) -> None:
        """Q-26."""
        await profile(http, "Any", ("detail", 5), ("people", 3))
        few, _ = await statements(http.world, BEST, {"n": 1, "first": 1})
        many, _ = await statements(http.world, BEST, {"n": 30, "first": 10})
        assert few == many
