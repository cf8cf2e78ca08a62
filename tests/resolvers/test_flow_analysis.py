"""Funnel, cut-score curve and adverse impact over the graph, on both databases."""

from datetime import timedelta
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from domain.access import commands as access
from domain.kernel.permissions import Permission
from domain.statistics.silence import FEWEST
from tests.domain.flows.analysis import peopled
from tests.domain.flows.analysis.peopled import step_id
from tests.resolvers.test_statements import statements
from tests.support.http import Http
from tests.support.world import START

GROUP = "{ gender ageBand suppressed people selected rate ratio belowFourFifths pValue isHighest underTwoPercent }"
RATES = f"step {{ key position }} people selected unknownGender unknownAge byGender {GROUP} byAge {GROUP}"
ANALYSIS = f"""query A($flow: ID!, $step: BigInt!, $from: DateTime, $until: DateTime, $year: Int) {{ flow(key: $flow) {{ key
  funnel(from: $from, until: $until) {{ assigned completed failed onTheWay picture german: picture(language: DE)
    steps {{ step {{ key name }} reached started passed failed waiting over dropOffRate medianSecondsToStart medianSecondsToComplete }} }}
  cutScoreCurve(step: $step, from: $from, until: $until) {{ step {{ position }} people suppressed isComplete picture
    points {{ threshold passing share isCurrent }} }}
  adverseImpact(from: $from, until: $until, asOfYear: $year) {{ total {{ {RATES} }} steps {{ {RATES} }} }} }} }}"""
MANY = f"""query Many($n: Int!) {{ flows(first: $n) {{ nodes {{ key funnel {{ assigned steps {{ step {{ key }} reached }} }}
  adverseImpact {{ total {{ {RATES} }} steps {{ step {{ key }} people }} }}
  cutScoreCurve(step: 3061) {{ people step {{ key }} }} }} }} }}"""
SVG = "{http://www.w3.org/2000/svg}"
SHAPES = {"svg", "title", "desc", "rect", "text", "line", "path"}


async def analysis(http: Http, flow: int, step: int = 0, **given: Any) -> Any:
    return (await http.graph(ANALYSIS, flow=str(flow), step=step_id(flow, step), **given))["flow"]


class TestAnalysis:
    async def test_tells_what_happened(self, http: Http) -> None:
        """The same people as the queries are held against, here as clients see them; women score much higher."""
        people = peopled.some(300, seed=5, leaning=25)
        await peopled.fill(http.world, 301, people)
        told = await analysis(http, 301, 1)
        funnel, curve, impact = told["funnel"], told["cutScoreCurve"], told["adverseImpact"]
        assert funnel["assigned"] == funnel["completed"] + funnel["failed"] + funnel["onTheWay"] == 300
        assert [step["step"]["key"] for step in funnel["steps"]] == [3011, 3012, 3013]
        for step in funnel["steps"]:
            assert step["reached"] == step["passed"] + step["failed"] + step["waiting"] + step["over"]
            assert 0 < step["medianSecondsToStart"] < step["medianSecondsToComplete"]
        scores = [one.score for person in people for one in person.at(1) if one.score is not None]
        assert curve["people"] == len(scores)
        assert [(point["threshold"], point["passing"]) for point in curve["points"] if point["isCurrent"]] == [
            (62.5, sum(score >= 62.5 for score in scores))
        ]
        step = impact["steps"][1]
        by_gender = {group["gender"]: group for group in step["byGender"]}
        assert (by_gender["FEMALE"]["isHighest"], by_gender["FEMALE"]["ageBand"]) == (True, None)
        second = funnel["steps"][1]
        assert (step["people"], step["selected"]) == (second["passed"] + second["failed"], second["passed"])
        ratio = by_gender["MALE"]["ratio"]
        assert by_gender["MALE"]["belowFourFifths"] == (ratio < 0.8)
        assert by_gender["MALE"]["pValue"] < 0.001
        total = {group["gender"]: group for group in impact["total"]["byGender"]}
        assert (impact["total"]["step"], total["MALE"]["belowFourFifths"]) == (None, True)
        assert {group["ageBand"] for group in step["byAge"]} == {"UNDER_25", "FROM_25_TO_34", "FROM_35_TO_44", "FROM_45_TO_54", "FROM_55"}

    async def test_of_a_time_and_a_year(self, http: Http) -> None:
        people = peopled.some(120, seed=6, unknown=0.0)
        await peopled.fill(http.world, 301, people)
        begins, ends = START + timedelta(days=50), START + timedelta(days=250)
        told = await analysis(http, 301, **{"from": begins.isoformat()}, until=ends.isoformat(), year=2030)  # type: ignore[arg-type]
        there = [person for person in people if begins <= person.assigned < ends]
        assert 0 < told["funnel"]["assigned"] == len(there) < 120
        judged = [person for person in there if person.stands(0) in ("passed", "failed")]
        bands = {group["ageBand"] for group in told["adverseImpact"]["steps"][0]["byAge"]}
        assert bands == {str(person.band(2030)).upper() for person in judged}
        [error] = await http.graph_errors(ANALYSIS, flow="301", step=3011, year=1492)
        assert (error["extensions"]["kind"], "asOfYear" in error["message"]) == ("BAD_INPUT", True)

    async def test_keeps_silent_about_few(self, http: Http) -> None:
        """Counts are told, scores, times and rates are not."""
        people = peopled.some(FEWEST - 1, seed=7)
        await peopled.fill(http.world, 301, people)
        told = await analysis(http, 301)
        assert told["funnel"]["assigned"] == told["funnel"]["steps"][0]["reached"] == FEWEST - 1
        assert told["funnel"]["steps"][0]["medianSecondsToStart"] is None
        curve = told["cutScoreCurve"]
        assert (curve["suppressed"], curve["people"], curve["points"], curve["picture"]) == (True, None, None, None)
        for rates in (told["adverseImpact"]["total"], *told["adverseImpact"]["steps"]):
            assert (rates["people"], rates["selected"]) == (None, None)
            for group in (*rates["byGender"], *rates["byAge"]):
                said = {name for name, value in group.items() if value not in (None, False)}
                assert said <= {"gender", "ageBand", "suppressed"}
                assert group["suppressed"]

    async def test_is_drawn_without_anything_from_elsewhere(self, http: Http) -> None:
        await peopled.fill(http.world, 301, peopled.some(40, seed=8))
        told = await analysis(http, 301)
        for text in (told["funnel"]["picture"], told["funnel"]["german"], told["cutScoreCurve"]["picture"]):
            assert {part.tag for part in ET.fromstring(text).iter()} <= {
                SVG + tag for tag in ("svg", "title", "desc", "rect", "text", "line", "path")
            }
        assert "Part &lt;2&gt;" in told["funnel"]["picture"]
        assert "Wie weit" in told["funnel"]["german"]
        assert "threshold: 40" in told["cutScoreCurve"]["picture"]

    async def test_takes_the_same_statements_for_many_flows(self, http: Http) -> None:
        """Q-26."""
        for flow in range(301, 307):
            await peopled.fill(http.world, flow, peopled.some(7, seed=flow))
        few, _ = await statements(http.world, MANY, {"n": 1})
        many, data = await statements(http.world, MANY, {"n": 6})
        assert few == many <= 12
        nodes = data["flows"]["nodes"]  # type: ignore[index]
        assert [node["funnel"]["assigned"] for node in nodes] == [7] * 6
        assert {node["key"] for node in nodes if node["cutScoreCurve"]} == {306}

    async def test_of_a_flow_without_people(self, http: Http) -> None:
        await peopled.fill(http.world, 301, [])
        told = await analysis(http, 301)
        assert (told["funnel"]["assigned"], [step["reached"] for step in told["funnel"]["steps"]]) == (0, [0, 0, 0])
        assert told["funnel"]["steps"][0]["dropOffRate"] is None
        assert ET.fromstring(told["funnel"]["picture"]).tag == f"{SVG}svg"
        assert told["adverseImpact"]["total"]["byGender"] == []


class TestPermission:
    @pytest.mark.parametrize("missing", [Permission.STATISTICS_READ, Permission.FLOWS_READ])
    async def test_is_asked(self, http: Http, missing: Permission) -> None:
        needed = {Permission.STATISTICS_READ, Permission.FLOWS_READ}
        async with http.world.work() as uow:
            key = (await access.create_key(uow, name="narrow", permissions=needed - {missing})).secret
        [error] = await http.graph_errors(ANALYSIS, key=key, flow="301", step=3011)
        assert (error["extensions"]["code"], missing.value in error["message"]) == ("FORBIDDEN", True)
