"""Reports and pictures in the graph."""

from xml.etree import ElementTree

import pytest

from domain.instruments import bank
from domain.kernel.permissions import EVERYTHING, Permission
from tests.domain.reports.made import Paper
from tests.resolvers.test_statements import fill, statements
from tests.rest_compat.esc import stories
from tests.support.http import Http

REPORT = """query($a: ID!, $f: ReportFocus!, $l: Language!) { result(attempt: $a) {
  report(focus: $f, language: $l) { focus language download { url mediaType expiresAt } } } }"""
PICTURES = """query($a: ID!) { result(attempt: $a) {
  radar de: radar(language: DE, width: 400) bars bars_de: bars(language: DE) } }"""
MANY = """query($n: Int = 10, $w: Int) { results(first: $n) { nodes {
  key radar(width: $w) bars(language: DE, width: $w) report { download { mediaType } } } } }"""
NS = "{http://www.w3.org/2000/svg}"


def words(svg: str) -> set[str]:
    return {element.text or "" for element in ElementTree.fromstring(svg).iter(f"{NS}text")}


class TestReport:
    async def test_is_a_link_to_a_pdf(self, http: Http) -> None:
        _, attempt = await http.world.complete()
        found = (await http.graph(REPORT, a=attempt, f="SALES", l="DE"))["result"]["report"]
        assert (found["focus"], found["language"]) == ("SALES", "DE")
        assert found["download"]["mediaType"] == "application/pdf"
        assert found["download"]["expiresAt"] == "2026-03-02T09:15:00.000Z"
        reply = await http.request("GET", found["download"]["url"].removeprefix(http.world.settings.address), key=None)
        assert (reply.status, reply.headers["Content-Type"]) == (200, "application/pdf")
        assert 'filename="Anna Berg - Profilbericht Vertrieb.pdf"' in reply.headers["Content-Disposition"]
        assert "Profilbericht · Vertrieb" in Paper(reply.body).page(1)

    async def test_has_nobody_in_its_link(self, http: Http) -> None:
        _, attempt = await http.world.complete()
        found = await http.graph("query($a: ID!) { result(attempt: $a) { report { focus language download { url } } } }", a=attempt)
        report = found["result"]["report"]
        assert (report["focus"], report["language"]) == ("STANDARD", "EN")
        assert "Anna" not in report["download"]["url"]

    async def test_needs_its_permission(self, http: Http) -> None:
        _, attempt = await http.world.complete()
        key = await stories.key_of(http.world, EVERYTHING - {Permission.REPORTS_READ})
        [error] = await http.graph_errors(REPORT, key=key, a=attempt, f="SALES", l="DE")
        assert error["extensions"]["code"] == "FORBIDDEN"
        assert (await http.graph(PICTURES, key=key, a=attempt))["result"]["radar"].startswith("<svg")


class TestPictures:
    async def test_show_every_scale(self, http: Http) -> None:
        _, attempt = await http.world.complete()
        found = (await http.graph(PICTURES, a=attempt))["result"]
        scales = bank.instrument(bank.PROFILE, "1.0").scales
        operative = [scale for scale in scales if scale.kind == "operative"]
        assert {scale.name.en for scale in operative} <= words(found["radar"])
        assert {scale.name.de for scale in operative} <= words(found["de"])
        assert {scale.name.en for scale in scales} <= words(found["bars"])
        assert {scale.name.de for scale in scales} <= words(found["bars_de"])
        assert ElementTree.fromstring(found["de"]).get("width") == "400"

    async def test_say_where_there_are_too_few_answers(self, http: Http) -> None:
        invite = await http.world.invite()
        attempt = await stories.take(http.world, invite, stories.answers_without("detail"))
        found = (await http.graph(PICTURES, a=attempt))["result"]
        assert "Not enough answers" in words(found["radar"]) & words(found["bars"])

    @pytest.mark.parametrize("width", [99, 2001, -1])
    async def test_refuse_a_width_that_nobody_could_see(self, http: Http, width: int) -> None:
        await http.world.complete()
        for error in await http.graph_errors(MANY, w=width):
            assert error["extensions"]["code"] == "BAD_REQUEST"
            assert "from 100 to 2000" in error["message"]

    async def test_of_many_results_take_as_many_statements_as_of_one(self, http: Http) -> None:
        """Q-26."""
        await fill(http.world, 6)
        (few, _), (many, data) = [await statements(http.world, MANY, {"n": number, "w": 300}) for number in (1, 6)]
        assert few == many == 1
        assert len(data["results"]["nodes"]) == 6  # type: ignore[index]
