"""Answers of several pages, with the graph played by a function: in one piece on the wire, or visibly broken."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

import orjson
import pytest
from pydantic import Field

from domain.kernel.paging import Window
from domain.teams import queries
from gateway.apis import DIALECTS
from rest_compat.body import SAME, Body, asked, at
from rest_compat.problem import NOT_FOUND, Problem
from rest_compat.route import Parameters, Route, RowsAnswer, Table
from rest_compat.serve import Answer, Call, answer
from rest_compat.serve import read as parameters_of
from rest_compat.stream import Broken
from tests.domain.teams.acting import create
from tests.support.crowd import gather
from tests.support.http import Http

ESC = DIALECTS["esc"]


class Asked(Parameters):
    key: str = Field(alias="listId")
    format: Literal["csv", "json"] = "json"

    def variables(self) -> dict[str, Any]:
        return {"key": self.key}


class Item(Body):
    name: str = at("name")
    scores: dict[str, int] = at("scores")
    format: Annotated[str, asked("format"), SAME]


class Listed(Body):
    title: str = at("title")
    items: list[Item] = at("things.nodes")
    count: int = at("count")


ROWS = RowsAnswer(
    Listed, rows="items", page="things", table=Table(Item, ("name", "b", "a"), lambda given: given.format == "csv"), file_name="title"
)
ROUTE = Route("GET", "/lists/{listId}", "GetList", Asked, ROWS, "Get", "Lists", absent={"list": NOT_FOUND})
TITLE = 'A "list" of [items]'


class Graph:
    """A list of pages; what it is asked is remembered."""

    def __init__(self, *pages: list[str], failing: int | None = None) -> None:
        self.pages, self.failing = pages, failing
        self.asked: list[Mapping[str, Any]] = []

    async def run(self, name: str, variables: Mapping[str, Any]) -> tuple[Any, Any]:
        self.asked.append(variables)
        place = int(variables.get("after", 0))
        if place == self.failing:
            return None, [{"message": "busy", "extensions": {"kind": "UNAVAILABLE", "code": "UNAVAILABLE"}}]
        nodes = [{"name": name, "scores": {"a": 1, "b": 2}} for name in self.pages[place]]
        info = {"hasNextPage": place + 1 < len(self.pages), "endCursor": str(place + 1)}
        head = {"title": TITLE, "count": sum(map(len, self.pages))} if variables.get("head", True) else {}
        return {"list": {**head, "things": {"nodes": nodes, "pageInfo": info}}}, None


async def told(graph: Graph, **query: str) -> tuple[Answer, bytes]:
    parameters = parameters_of(ESC, ROUTE, Call({"listId": "7"}, query))
    assert not isinstance(parameters, Problem)
    answered = await answer(ESC, ROUTE, parameters, graph.run, "https://api.example")
    if answered.pieces is None:
        return answered, answered.body
    return answered, b"".join([piece async for piece in answered.pieces])


@pytest.mark.parametrize("pages", [[[]], [["x"]], [["x", "y"], ["=z"]], [["x"], [], ['a,"b"']], [["x"], ["y"], ["z"]]])
class TestPages:
    async def test_are_one_body_as_json(self, pages: list[list[str]]) -> None:
        graph = Graph(*pages)
        answered, body = await told(graph)
        names = [name for page in pages for name in page]
        items = [{"name": name, "scores": {"a": 1, "b": 2}, "format": "json"} for name in names]
        assert orjson.loads(body) == {"success": True, "data": {"title": TITLE, "items": items, "count": len(names)}}
        assert (answered.status, answered.media_type, answered.file_name) == (200, "application/json", f"{TITLE}.json")
        assert graph.asked == [{"key": "7"}, *({"key": "7", "after": str(page), "head": False} for page in range(1, len(pages)))]

    async def test_are_one_table_as_csv(self, pages: list[list[str]]) -> None:
        answered, body = await told(Graph(*pages), format="csv")
        cells = {"=z": "'=z", 'a,"b"': '"a,""b"""'}
        lines = [f"{cells.get(name, name)},2,1" for page in pages for name in page]
        assert body.decode() == "\r\n".join(["name,b,a", *lines, ""])
        assert (answered.media_type, answered.file_name) == ("text/csv", f"{TITLE}.csv")


async def test_a_first_page_that_fails_is_a_refusal() -> None:
    answered, body = await told(Graph(["x"], failing=0))
    assert (answered.status, orjson.loads(body)["error"]["code"]) == (503, "UNAVAILABLE")


async def test_a_later_page_that_fails_breaks_off() -> None:
    with pytest.raises(Broken) as broken:
        await told(Graph(["x"], ["y"], failing=1))
    assert broken.value.problem.code == "UNAVAILABLE"


def fail(monkeypatch: pytest.MonkeyPatch, page: int) -> None:
    """Let one page of members not be read."""
    read = queries.members
    cursors: list[str | None] = []

    async def members(reader: Any, account_id: int, keys: Any, window: Window, *, order: str) -> Any:
        if window.after not in cursors:  # a page may be read again, in the lane or by the reference
            cursors.append(window.after)
        if cursors.index(window.after) + 1 == page:
            raise RuntimeError("the disk is gone")
        return await read(reader, account_id, keys, window, order=order)

    monkeypatch.setattr(queries, "members", members)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
class TestOverHttp:
    @pytest.mark.parametrize("page", [1, 2])
    async def test_what_fails_before_the_first_byte_is_told(self, http: Http, monkeypatch: pytest.MonkeyPatch, page: int) -> None:
        """Two pages are there before the headers go."""
        team = await create(http.world)
        await gather(http.world, 250, team=team)
        fail(monkeypatch, page)
        reply = await http.esc("GET", f"/teams/{team}")
        assert (reply.status, reply.json()["error"]["code"]) == (500, "INTERNAL")

    @pytest.mark.parametrize("path", ["", "/export", "/export?format=json"])
    async def test_what_fails_later_does_not_look_whole(self, http: Http, monkeypatch: pytest.MonkeyPatch, path: str) -> None:
        team = await create(http.world)
        await gather(http.world, 250, team=team)
        fail(monkeypatch, 3)
        with pytest.raises(Exception, match=r"(?i)payload|transfer|disconnect"):
            await http.esc("GET", f"/teams/{team}{path}")

    async def test_a_page_has_a_deadline_of_its_own(self, http: Http, monkeypatch: pytest.MonkeyPatch) -> None:
        """Q-15: the reads of each page begin anew."""
        team = await create(http.world)
        await gather(http.world, 250, team=team)
        begun, read = [], http.world.database.read

        def counted(*args: Any, **options: Any) -> Any:
            begun.append(args)
            return read(*args, **options)

        monkeypatch.setattr(http.world.database, "read", counted)
        assert (await http.esc("GET", f"/teams/{team}")).status == 200
        assert len(begun) >= 3

    @pytest.mark.long
    async def test_ten_thousand_members_take_little_memory(self, http: Http) -> None:
        """Within 100 MB; measured: 4 MB more than before."""
        import psutil

        team = await create(http.world)
        for block in range(10):
            await gather(http.world, 1_000, team=team, first=600_000 + block * 1_000, seed=block)
        process, peak = psutil.Process(), 0
        await http.esc("GET", "/teams")
        before, headers = process.memory_info().rss, {"Authorization": f"Bearer {http.world.key.secret}"}
        for path in ("", "/export", "/export?format=json"):
            async with http.session.get(f"{http.base}/api/v1/teams/{team}{path}", headers=headers) as response:
                size = 0
                async for chunk in response.content.iter_any():
                    size, peak = size + len(chunk), max(peak, process.memory_info().rss)
            assert size > 1_500_000
        assert peak - before < 100_000_000
