"""Reports and pictures in the graph."""

import asyncio
import threading
from xml.etree import ElementTree

import pytest

from domain.instruments import bank
from domain.kernel.permissions import EVERYTHING, Permission
from resolvers.drawing import AT_ONCE, drawn
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


async def _set(over: asyncio.Future[None]) -> None:
    over.set_result(None)


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

    async def test_by_the_thousand_are_refused(self, http: Http) -> None:
        """Each alias of each result is a picture of its own."""
        await http.world.complete()
        aliases = " ".join(f"r{number}: radar b{number}: bars" for number in range(14))
        [error] = await http.graph_errors(f"{{ results(first: 100) {{ nodes {{ {aliases} }} }} }}")
        assert "about 56101 objects" in error["message"]
        assert (await http.graph("{ results(first: 100) { nodes { radar bars } } }"))["results"]["nodes"][0]["bars"].startswith("<svg")

    async def test_are_made_beside_the_event_loop_a_few_at_a_time(self) -> None:
        """A request that is over stops after some twenty of them."""
        made: list[int] = []
        here, threads = threading.get_ident(), set[int]()
        over = asyncio.get_running_loop().create_future()

        def draw(parent: int) -> str:
            threads.add(threading.get_ident())
            made.append(parent)
            return f"<svg>{parent}</svg>"

        assert await drawn(range(45), draw) == [f"<svg>{parent}</svg>" for parent in range(45)]
        assert here not in threads

        def draw_and_end(parent: int) -> str:
            if parent == AT_ONCE - 1:
                asyncio.run_coroutine_threadsafe(_set(over), loop).result()
            return draw(parent)

        loop = asyncio.get_running_loop()
        made.clear()
        request = asyncio.create_task(drawn(range(45), draw_and_end))
        await over
        request.cancel()
        with pytest.raises(asyncio.CancelledError):
            await request
        assert len(made) <= AT_ONCE

    async def test_of_many_results_take_as_many_statements_as_of_one(self, http: Http) -> None:
        """Q-26."""
        await fill(http.world, 6)
        (few, _), (many, data) = [await statements(http.world, MANY, {"n": number, "w": 300}) for number in (1, 6)]
        assert few == many == 1
        assert len(data["results"]["nodes"]) == 6  # type: ignore[index]
