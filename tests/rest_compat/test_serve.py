"""From a call to an answer, with the graph played by a function."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated, Any, Literal

import orjson
import pytest
from pydantic import Field

from gateway.apis import DIALECTS
from rest_compat.body import SAME, Body, asked, at, link
from rest_compat.problem import NOT_FOUND, Problem
from rest_compat.route import Empty, Parameters, Route
from rest_compat.serve import Answer, Call, absent, answer, in_wire_words, read, refuse
from rest_compat.values import IN_DIGITS

ESC = DIALECTS["esc"]
BASE = "https://api.example/v1"


class Asked(Parameters):
    key: Annotated[int, IN_DIGITS] = Field(alias="thingId")
    postalCode: str | None = Field(None, alias="zip")  # noqa: N815  as variables of the graph are named
    name: str | None = Field(None, alias="title")
    sendEmail: bool = Field(True, alias="send_email")  # noqa: N815
    kind: Literal["a", "b"] = "a"


class Told(Body):
    id: int = at("key")
    kind: Annotated[str, asked("kind"), SAME]
    more: Annotated[str, link("/things/{key}"), SAME]


def route(method: Any = "POST", **options: Any) -> Route:
    return Route(method, "/things/{thingId}", "DoThing", Asked, Told, "Do", "Things", **options)


class Graph:
    """Answers one thing and remembers what it was asked."""

    def __init__(self, data: Any, errors: Any = None) -> None:
        self.data, self.errors = data, errors
        self.asked: tuple[str, Mapping[str, Any]] | None = None

    async def run(self, name: str, variables: Mapping[str, Any]) -> tuple[Any, Any]:
        self.asked = name, variables
        return self.data, self.errors


async def call(graph: Graph, one: Route, path: str = "7", query: Mapping[str, str] | None = None, body: Any = None) -> Answer:
    parameters = read(ESC, one, Call({"thingId": path}, query or {}, body))
    assert not isinstance(parameters, Problem)
    return await answer(ESC, one, parameters, graph.run, BASE)


def refusal(status: int, code: str, message: str) -> tuple[int, Any]:
    return status, {"success": False, "error": {"message": message, "code": code}}


def shown(answered: Answer) -> tuple[int, Any]:
    return answered.status, orjson.loads(answered.body)


class TestAnswer:
    async def test_is_a_body_in_the_envelope_with_the_status_of_the_route(self) -> None:
        graph = Graph({"thing": {"key": 7}})
        found = await call(graph, route(status=201), body={"zip": "89073", "kind": "b"})
        assert shown(found) == (201, {"success": True, "data": {"id": 7, "kind": "b", "more": f"{BASE}/things/7"}})
        assert found.headers == {}

    async def test_asks_the_stored_operation_with_the_names_of_the_graph(self) -> None:
        """What was not given and has no default is not sent."""
        graph = Graph({"thing": {"key": 7}})
        await call(graph, route(), body={"zip": "89073", "title": None, "unknown": 1})
        assert graph.asked == ("DoThing", {"key": 7, "postalCode": "89073", "sendEmail": True, "kind": "a"})

    async def test_reads_the_query_where_the_method_has_no_body(self) -> None:
        graph = Graph({"thing": {"key": 7}})
        found = await call(graph, route("GET"), query={"kind": "b", "send_email": "false", "thingId": "8"}, body={"kind": "z"})
        assert graph.asked == ("DoThing", {"key": 7, "sendEmail": False, "kind": "b"})
        assert found.status == 200

    async def test_of_the_path_wins_over_a_body_that_says_otherwise(self) -> None:
        graph = Graph({"thing": {"key": 7}})
        await call(graph, route(), body={"thingId": 8})
        assert graph.asked is not None
        assert graph.asked[1]["key"] == 7

    async def test_of_nothing_is_what_the_route_says(self) -> None:
        assert shown(await call(Graph({"thing": None}), route())) == refusal(404, "NOT_FOUND", "Resource not found")
        waiting = route(absent={"thing.result": Empty(202)})
        found = await call(Graph({"thing": {"key": 7, "result": None}}), waiting)
        assert (found.status, found.body) == (202, b"")
        late = route(absent={"thing.result": Problem("WRONG_STATE", "NOT_COMPLETED", "Not yet.")})
        assert shown(await call(Graph({"thing": {"result": None}}), late)) == refusal(400, "NOT_COMPLETED", "Not yet.")

    async def test_of_a_problem_says_when_to_come_again(self) -> None:
        problem = {"__typename": "Problem", "kind": "TOO_MANY", "code": "REMINDER_TOO_SOON", "message": "Later.", "retryAfter": 0}
        found = await call(Graph({"thing": problem}), route())
        assert shown(found) == refusal(429, "REMINDER_TOO_SOON", "Later.")
        assert found.headers == {"Retry-After": "0"}


class TestRead:
    @pytest.mark.parametrize(
        ("body", "sentence"),
        [
            ([], "The body must be a JSON object."),
            ("x", "The body must be a JSON object."),
            (0, "The body must be a JSON object."),
            ({"zip": 89073}, "'zip': Input should be a valid string"),
            ({"send_email": "true"}, "'send_email': Input should be a valid boolean"),
            ({"send_email": None}, "'send_email': Input should be a valid boolean"),
            ({"kind": "c"}, "'kind': Input should be 'a' or 'b'"),
        ],
    )
    def test_takes_no_other_types_in_a_body(self, body: Any, sentence: str) -> None:
        """Q-17: text is no number, and the words are those of the wire."""
        assert read(ESC, route(), Call({"thingId": "7"}, {}, body)) == Problem("BAD_INPUT", "BAD_REQUEST", sentence)

    def test_takes_numbers_from_a_path_beside_a_body(self) -> None:
        assert read(ESC, route(), Call({"thingId": "7"}, {}, {})).key == 7
        assert isinstance(read(ESC, route(), Call({"thingId": "7.0"}, {}, {})), Problem)

    @pytest.mark.parametrize("body", [None, {}])
    def test_takes_no_body_for_an_empty_one(self, body: Any) -> None:
        assert read(ESC, route(), Call({"thingId": "7"}, {}, body)).sendEmail is True

    def test_names_what_is_missing(self) -> None:
        class Needy(Parameters):
            email: str
            company: str

        needy = Route("POST", "/x", "X", Needy, Told, "X", "X")
        assert read(ESC, needy, Call({}, {}, {"company": "X"})).message == "'email' is required."

    def test_does_not_take_the_names_of_the_graph(self) -> None:
        assert read(ESC, route(), Call({"thingId": "7"}, {}, {"postalCode": "89073"})).postalCode is None


class TestAbsent:
    ROUTE = route(absent={"thing": NOT_FOUND, "thing.attempt.result": Empty(202)})

    @pytest.mark.parametrize(
        ("data", "meaning"),
        [
            ({"thing": None}, NOT_FOUND),
            ({"thing": {"attempt": None}}, Empty(202)),
            ({"thing": {"attempt": {"result": None}}}, Empty(202)),
            ({"thing": {"attempt": {"result": {}}}}, None),
            ({"thing": {"attempt": {"result": 0}}}, None),
        ],
    )
    def test_is_what_the_first_null_on_the_way_means(self, data: Any, meaning: Any) -> None:
        assert absent(self.ROUTE, data) == meaning


class TestWords:
    @pytest.mark.parametrize(
        ("said", "told"),
        [
            ("'postalCode' must not be empty.", "'zip' must not be empty."),
            ("'postal_code' must not be empty.", "'zip' must not be empty."),
            ("'name' and 'kind' are wrong.", "'title' and 'kind' are wrong."),
            ("Give 'first' or 'last'.", "Give 'first' or 'last'."),
            ("It isn't 'sendEmail'.", "It isn't 'send_email'."),
        ],
    )
    def test_are_those_of_the_wire(self, said: str, told: str) -> None:
        problem = Problem("BAD_INPUT", "BAD_REQUEST", said, fields=(("postalCode", said),))
        assert in_wire_words(route(), problem) == Problem("BAD_INPUT", "BAD_REQUEST", told, fields=(("postalCode", told),))

    def test_are_left_alone_where_no_field_is_meant(self) -> None:
        problem = Problem("WRONG_STATE", "NOT_PENDING", "The 'name' of a state.")
        assert in_wire_words(route(), problem) == problem


class TestWays:
    """I-QST-1: one path that does two things."""

    AGAIN = route()
    FIRST = Route("POST", "/things/{thingId}", "MakeThing", Asked, Told, "Make", "Things", instead={"zip": AGAIN})

    @pytest.mark.parametrize(("given", "is_first"), [({}, True), ({"zip": None}, True), ({"zip": ""}, False), ({"zip": "1"}, False)])
    def test_are_told_apart_by_what_is_given(self, given: Mapping[str, Any], is_first: bool) -> None:
        assert (self.FIRST.meant(given) is self.FIRST) == is_first
        assert self.FIRST.ways == (self.FIRST, self.AGAIN)


async def test_an_answer_without_a_body_has_a_status_only() -> None:
    found = await call(Graph({"thing": {"key": 7}}), replace(route(), answers=Empty(204), status=204), body={})
    assert (found.status, found.body, found.headers) == (204, b"", {})


async def test_a_refusal_may_repeat_what_was_asked() -> None:
    heard: list[Problem] = []

    def failure(problem: Problem, _route: Route | None) -> tuple[int, Any]:
        heard.append(problem)
        return 400, {}

    graph, body = Graph({"thing": {"__typename": "Problem", "kind": "BAD_INPUT", "code": "X", "message": "No."}}), {"zip": "89073"}
    parameters = read(ESC, route(), Call({"thingId": "7"}, {}, body))
    assert not isinstance(parameters, Problem)
    await answer(replace(ESC, failure=failure), route(), parameters, graph.run, BASE)
    assert heard[0].asked["zip"] == "89073"


class TestRefuse:
    def test_says_how_to_prove_oneself(self) -> None:
        found = refuse(ESC, Problem("UNAUTHENTICATED", "UNAUTHORIZED", "A key, please."))
        assert shown(found) == refusal(401, "UNAUTHORIZED", "A key, please.")
        assert found.headers == {"WWW-Authenticate": "Bearer"}
