"""Statistics over the graph: held against pandas on the same results, on both databases."""

import random
from collections import Counter
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from fractions import Fraction
from typing import Any
from xml.etree import ElementTree as ET

import pandas as pd
import pytest

from domain.instruments import bank
from domain.matching import commands as job_profiles
from domain.matching.formula import Target, colour
from domain.results.scoring import class_of, half_up, item_score
from domain.statistics import queries, samples
from domain.teams import commands
from domain.teams.model import TeamMember
from tests.resolvers.test_statements import statements
from tests.support import measured
from tests.support.http import Http
from tests.support.measured import INSTRUMENT, Measured
from tests.support.world import START, World

GROUP = """fragment Group on StatisticsGroup { key begins ends suppressed people results
  scales { scale { key } n mean standardDeviation minimum lowerQuartile median upperQuartile maximum histogram shares
    drift { index byChance verdict } }
  correlations { scales { key } values counts }
  reliability { scale { key } n alpha standardError } }"""
ALL = (
    "query S($filter: StatisticsFilter, $by: StatisticsGrouping) { statistics(filter: $filter, groupBy: $by) {"
    f"  instrument {{ version }} fewestPeople total {{ ...Group }} groups {{ ...Group }} }} }} {GROUP}"
)
SMALL = """query S($filter: StatisticsFilter, $by: StatisticsGrouping) { statistics(filter: $filter, groupBy: $by) {
  total { people results suppressed }
  groups { key suppressed people results normGroup { key } scales { n } correlations { counts } reliability { n } } } }"""
KEYS = [scale.key for scale in INSTRUMENT.scales]


def frame(results: list[Measured]) -> pd.DataFrame:
    """The results as pandas has them: a row each, C-values by scale."""
    return pd.DataFrame(
        [
            {"person": result.person, "at": result.at, **dict(zip(KEYS, result.scored.c_tenths, strict=True)), "answers": result.answers}
            for result in results
        ]
    )


def latest(results: pd.DataFrame) -> pd.DataFrame:
    return results.sort_values("at").groupby("person").tail(1)


def check(group: dict[str, Any], results: pd.DataFrame) -> None:
    """Hold a group against its results."""
    people = latest(results)
    assert (group["people"], group["results"]) == (len(people), len(results))
    values = people[KEYS].astype(float) / 10
    for told, key in zip(group["scales"], KEYS, strict=True):
        column = values[key].dropna()
        assert told["scale"]["key"] == key
        assert told["n"] == len(column)
        assert told["mean"] == pytest.approx(column.mean(), abs=6e-5)
        assert told["standardDeviation"] == pytest.approx(column.std(), abs=6e-5)
        names = ("minimum", "lowerQuartile", "median", "upperQuartile", "maximum")
        assert [told[name] for name in names] == pytest.approx(list(column.quantile([0, 0.25, 0.5, 0.75, 1])), abs=6e-5)
        classes = people[key].dropna().astype(int).map(class_of)
        assert told["histogram"] == [int((classes == number).sum()) for number in range(11)]
        assert sum(told["shares"]) == pytest.approx(100, abs=0.06)
    together = values.corr(min_periods=2)
    for row, key in zip(group["correlations"]["values"], KEYS, strict=True):
        assert row == pytest.approx(list(together[key]), abs=6e-5)
    for told, scale in zip(group["reliability"], INSTRUMENT.scales, strict=True):
        check_reliability(told, scale, people, values[scale.key].std())


def check_reliability(told: dict[str, Any], scale: bank.Scale, people: pd.DataFrame, deviation: float) -> None:
    """Hold alpha against the formula by hand."""
    rows = [[answers[item.position] for item in scale.items] for answers in people["answers"]]
    whole = [row for row in rows if None not in row]
    scored = pd.DataFrame([[item_score(a, reverse=i.reverse) for a, i in zip(row, scale.items, strict=True)] for row in whole])
    k = len(scale.items)
    alpha = k / (k - 1) * (1 - scored.var(ddof=1).sum() / scored.sum(axis=1).var(ddof=1))
    assert told["n"] == len(whole)
    assert told["alpha"] == pytest.approx(alpha, abs=6e-5)
    assert told["standardError"] == pytest.approx(deviation * (1 - max(alpha, 0)) ** 0.5, abs=6e-5)


async def teams_of(http: Http, results: list[Measured], teams: Sequence[Collection[int]]) -> dict[int, set[int]]:
    """Teams of people by all of their results; answers who is in them."""
    inside: dict[int, set[int]] = {}
    async with http.world.work() as uow:
        for people in teams:
            number = await commands.create(uow, title=f"Team {len(inside) + 1}")
            taken = {place: result.person for place, result in enumerate(results, 5_000) if result.person in people}
            uow.session.add_all(
                TeamMember(
                    account_id=uow.account_id,
                    team_id=number,
                    attempt_id=place,
                    candidate_key=f"cand_{uow.account_id}_{person}",
                    added_at=START,
                )
                for place, person in taken.items()
            )
            inside[number] = set(taken.values())
    return inside


class TestValues:
    async def test_are_those_of_pandas(self, http: Http, monkeypatch: pytest.MonkeyPatch) -> None:
        """Retakes, gaps, scales without a value; read in many batches."""
        monkeypatch.setattr(queries, "AT_ONCE", 40)
        monkeypatch.setattr(queries, "ANSWERS_AT_ONCE", 25)
        results = measured.some(130, people=80, gaps=0.1)
        await measured.fill(http.world, results)
        told = (await http.graph(ALL, by="MONTH"))["statistics"]
        whole = frame(results)
        assert any(None in result.scored.c_tenths for result in results)
        assert told["instrument"]["version"] == "1.0"
        check(told["total"], whole)
        months = whole["at"].map(lambda at: at.strftime("%Y-%m"))
        assert [group["key"] for group in told["groups"]] == sorted(months.unique())
        for group in told["groups"]:
            check(group, whole[months == group["key"]])
            assert group["begins"] == f"{group['key']}-01T00:00:00.000Z"
        assert [group["ends"] for group in told["groups"][:-1]] == [group["begins"] for group in told["groups"][1:]]

    async def test_of_nobody_are_silent(self, http: Http) -> None:
        told = (await http.graph(ALL, by="MONTH"))["statistics"]
        assert told["groups"] == []
        assert told["total"] == {
            **dict.fromkeys(("begins", "ends", "people", "results", "scales", "correlations", "reliability")),
            "key": "all",
            "suppressed": True,
        }

    async def test_of_scales_that_few_have_are_silent(self, http: Http) -> None:
        dice, empty = random.Random(1), INSTRUMENT.scales[0]
        gaps = {item.position for item in empty.items}
        whole = [Measured(number, START, measured.answers(dice)) for number in range(4)]
        parts = [[None if place in gaps else answer for place, answer in enumerate(measured.answers(dice))] for _ in range(4)]
        await measured.fill(http.world, [*whole, *(Measured(10 + number, START, part) for number, part in enumerate(parts))])
        total = (await http.graph(ALL))["statistics"]["total"]
        assert total["people"] == 8
        assert {name: value for name, value in total["scales"][0].items() if name != "scale"} == dict.fromkeys(
            name for name in total["scales"][0] if name != "scale"
        )
        assert total["scales"][1]["n"] == 8
        assert set(total["correlations"]["values"][0]) == set(total["correlations"]["counts"][0]) == {None}
        assert total["correlations"]["counts"][1][1:] == [8] * 22
        assert (total["reliability"][0]["n"], total["reliability"][0]["alpha"]) == (None, None)


class TestFilters:
    async def test_narrow_what_is_counted(self, http: Http) -> None:
        results = measured.some(60, people=60)
        await measured.fill(http.world, results)
        middle = START + timedelta(days=60)
        for given, kept in [
            ({"completedFrom": middle.isoformat()}, [result for result in results if result.at >= middle]),
            ({"completedUntil": middle.isoformat()}, [result for result in results if result.at < middle]),
            ({"instrument": "escprofile@1.0", "normGroup": "1"}, results),
            ({"normGroup": "1001"}, []),
        ]:
            total = (await http.graph(SMALL, filter=given))["statistics"]["total"]
            people = len({result.person for result in kept})
            assert total == {"people": people or None, "results": len(kept) or None, "suppressed": not kept}, given

    async def test_of_unknown_instruments_are_refused(self, http: Http) -> None:
        for instrument in ("nothing", "escprofile@9"):
            [error] = await http.graph_errors(SMALL, filter={"instrument": instrument})
            assert error["extensions"]["code"] == "UNKNOWN_INSTRUMENT"

    async def test_that_let_too_much_through_are_refused(self, http: Http, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(samples, "MOST_RESULTS", 9)
        await measured.fill(http.world, measured.some(10, people=10))
        [error] = await http.graph_errors(SMALL)
        assert (error["extensions"]["kind"], error["extensions"]["code"]) == ("BAD_INPUT", "TOO_MANY_RESULTS")


class TestGroups:
    async def test_by_quarter_version_and_norm_group(self, http: Http) -> None:
        results = measured.some(60, people=60, days=180)
        await measured.fill(http.world, results)
        quarters = (await http.graph(SMALL, by="QUARTER"))["statistics"]["groups"]
        expected = frame(results)["at"].map(lambda at: f"{at.year}-Q{(at.month + 2) // 3}").value_counts()
        assert {group["key"]: group["results"] for group in quarters} == expected.to_dict()
        [version] = (await http.graph(SMALL, by="INSTRUMENT_VERSION"))["statistics"]["groups"]
        assert (version["key"], version["results"], version["normGroup"]) == ("1.0", 60, None)
        [norm] = (await http.graph(SMALL, by="NORM_GROUP"))["statistics"]["groups"]
        assert (norm["key"], norm["results"], norm["normGroup"]) == ("1@1", 60, {"key": 1})

    async def test_count_everybody_once_by_their_latest(self, http: Http) -> None:
        dice = random.Random(2)
        first = [Measured(number, START, measured.answers(dice)) for number in range(6)]
        again = [Measured(number, START + timedelta(days=40), measured.answers(dice)) for number in range(6)]
        await measured.fill(http.world, [*again, *first])
        told = (await http.graph(ALL, by="MONTH"))["statistics"]
        check(told["total"], frame([*first, *again]))
        assert told["total"]["scales"][0]["mean"] == pytest.approx(sum(result.scored.c_tenths[0] or 0 for result in again) / 60, abs=1e-4)
        for group, results in zip(told["groups"], (first, again), strict=True):
            check(group, frame(results))

    async def test_of_fewer_than_five_are_silent_and_cannot_be_told_by_difference(self, http: Http) -> None:
        def at(month: int) -> datetime:
            return START + timedelta(days=31 * month)

        dice = random.Random(3)
        sizes = [4, 6, 9]
        people = iter(range(100))
        results = [Measured(next(people), at(month), measured.answers(dice)) for month, size in enumerate(sizes) for _ in range(size)]
        await measured.fill(http.world, results)
        told = (await http.graph(SMALL, by="MONTH"))["statistics"]
        assert told["total"] == {"people": 19, "results": 19, "suppressed": False}
        assert [(group["suppressed"], group["people"]) for group in told["groups"]] == [(True, None), (True, None), (False, 9)]
        for group in told["groups"][:2]:
            assert all(group[name] is None for name in ("people", "results", "scales", "correlations", "reliability"))

    async def test_of_the_same_results_are_gathered_once_a_request(self, http: Http) -> None:
        await measured.fill(http.world, measured.some(30, people=30))
        one = "statistics(filter: {completedUntil: $until}) { total { people } }"
        others = "quarters: statistics(filter: {completedUntil: $until}, groupBy: QUARTER) { total { people } groups { people } }"
        until = START + timedelta(days=9_999)
        variables: dict[str, object] = {"until": until.isoformat()}
        head = "query S($until: DateTime) { "
        (single, _), (double, _), (other, data) = [
            await statements(http.world, head + text + " }", variables)
            for text in (one, f"{one} {others} again: {one}", f"{one} {others} all: statistics {{ total {{ people }} }}")
        ]
        assert 0 < single == double < other == 2 * single
        assert data["statistics"]["total"] == data["all"]["total"] == data["quarters"]["total"]  # type: ignore[index]

    async def test_by_team(self, http: Http) -> None:
        """Somebody in two teams counts in both, with all results; somebody in none counts in the whole alone."""
        results = measured.some(60, people=30)
        await measured.fill(http.world, results)
        teams = (range(12), range(7, 20), range(20))
        inside = await teams_of(http, results, teams)
        text = "{ statistics(groupBy: TEAM) { total { results } groups { key people results team { title } } } }"
        told = (await http.graph(text))["statistics"]
        assert told["total"]["results"] == 60
        for group, team in zip(told["groups"], inside, strict=True):
            mine = [result for result in results if result.person in inside[team]]
            assert (group["key"], group["results"]) == (str(team), len(mine))
            assert group["people"] == len({result.person for result in mine})
            only = (await http.graph(SMALL, filter={"team": str(team)}))["statistics"]["total"]
            assert (only["people"], only["results"]) == (group["people"], group["results"])
        assert [group["team"]["title"] for group in told["groups"]] == ["Team 1", "Team 2", "Team 3"]

    async def test_of_teams_tell_nobody_by_difference(self, http: Http) -> None:
        """One is in no team, a team has all of another but one, and of a scale that one of the rest has a value on, more is silent."""
        dice = random.Random(5)
        gaps = {item.position for item in INSTRUMENT.scales[0].items}
        without = [None if place in gaps else answer for place, answer in enumerate(measured.answers(dice))]
        results = [Measured(number, START, without if number in (0, 1, 2, 3, 4, 20) else measured.answers(dice)) for number in range(21)]
        await measured.fill(http.world, results)
        await teams_of(http, results, [range(5), range(6), range(6, 20), range(6, 12)])
        told = (await http.graph(SMALL, by="TEAM"))["statistics"]
        assert told["total"]["people"] == 21
        assert [group["people"] for group in told["groups"]] == [None, None, 14, 6]
        for name, expected in (("scales", [None, 6]), ("reliability", [None, 6])):
            assert [group[name][0]["n"] for group in told["groups"][2:]] == expected
            assert [group[name][1]["n"] for group in told["groups"][2:]] == [14, 6]
        assert [group["correlations"]["counts"][0][1] for group in told["groups"][2:]] == [None, 6]
        assert [group["correlations"]["counts"][1][2] for group in told["groups"][2:]] == [14, 6]

    async def test_by_how_well_they_match(self, http: Http) -> None:
        results = measured.some(60, people=60, gaps=0.1)
        await measured.fill(http.world, results)
        asked = [("detail", {"ideal": 6.0}), ("people", {"ideal": 4.0, "ok_min": 3.0, "ok_max": 6.0}), ("global", {"ideal": 5.0})]
        async with http.world.work() as uow:
            key = await job_profiles.create(uow, name="Clerk", targets=asked)
        expected = Counter[str]()
        for result in results:
            of = dict(zip(KEYS, result.scored.c_tenths, strict=True))
            known = [(Target.of(target), of[scale]) for scale, target in asked]
            scores = [half_up(target.score(Fraction(value, 10))) for target, value in known if value is not None]
            if scores:
                expected[colour(half_up(Fraction(sum(scores), len(scores))))] += 1
        text = "query M($key: ID) { statistics(groupBy: MATCH, jobProfile: $key) { groups { key suppressed results } } }"
        answer = (await http.request("POST", "/graphql", json={"query": text, "variables": {"key": key}})).json()
        told = answer["data"]["statistics"]["groups"]
        assert {group["key"] for group in told} == set(expected)
        assert all(group["suppressed"] or group["results"] == expected[group["key"]] for group in told)
        assert any(not group["suppressed"] for group in told)
        for wrong in (None, "jp_0"):
            answer = (await http.request("POST", "/graphql", json={"query": text, "variables": {"key": wrong}})).json()
            assert answer["errors"][0]["extensions"]["code"] == "BAD_REQUEST"

    async def test_are_at_most_two_hundred(self, http: Http) -> None:
        dice = random.Random(4)
        answers = measured.answers(dice)
        await measured.fill(http.world, [Measured(number, START + timedelta(days=31 * number), answers) for number in range(201)])
        [error] = await http.graph_errors(SMALL, by="MONTH")
        assert error["extensions"]["code"] == "TOO_MANY_GROUPS"
        assert len((await http.graph(SMALL, by="QUARTER"))["statistics"]["groups"]) == 69


class TestAccess:
    async def test_shows_no_other_account(self, http: Http) -> None:
        """Q-1."""
        other, key = await http.world.other_account()
        await measured.fill(http.world, measured.some(10, people=10))
        await measured.fill(http.world, measured.some(20, people=20, seed=2), actor=other, first=9_000)
        assert (await http.graph(SMALL))["statistics"]["total"]["results"] == 10
        assert (await http.graph(SMALL, key=key.secret))["statistics"]["total"]["results"] == 20

    async def test_takes_as_few_statements_as_batches(self, world: World) -> None:
        await measured.fill(world, measured.some(30, people=30))
        variables: dict[str, object]
        for variables, expected in (({}, 2), ({"by": "MONTH"}, 3)):
            count, _ = await statements(world, SMALL, variables)
            assert count == expected


class TestPictures:
    TEXT = """{ statistics { total {
      scales { scale { name { en de } } picture de: picture(language: DE) } correlations { picture de: picture(language: DE) } } } }"""

    async def test_are_svg_without_scripts(self, http: Http) -> None:
        await measured.fill(http.world, measured.some(30, people=30))
        total = (await http.graph(self.TEXT))["statistics"]["total"]
        for scale in total["scales"]:
            for picture, name in ((scale["picture"], scale["scale"]["name"]["en"]), (scale["de"], scale["scale"]["name"]["de"])):
                root = ET.fromstring(picture)
                assert name in "".join(root.itertext())
                assert len(root.findall(".//{*}rect")) == 1 + 11
                assert not root.findall(".//{*}script")
        root = ET.fromstring(total["correlations"]["picture"])
        assert len(root.findall(".//{*}rect")) == 1 + 23 * 23
        assert total["correlations"]["picture"] != total["correlations"]["de"]
