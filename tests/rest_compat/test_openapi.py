"""An OpenAPI document says of each route what it takes, what it answers, and what it may refuse."""

from dataclasses import replace
from typing import Annotated, Any, Literal

import pytest
from pydantic import Field

from gateway.apis import DIALECTS
from rest_compat.body import SAME, Body, at, may_lack
from rest_compat.dialect import Dialect
from rest_compat.message import Message
from rest_compat.openapi import document
from rest_compat.problem import NOT_FOUND
from rest_compat.route import Empty, Nothing, Parameters, Route


class Listed(Parameters):
    key: int = Field(alias="thingId", description="Which one.")
    kind: Literal["a", "b"] | None = Field(None, description="Which kind.")
    limit: int = Field(20, ge=1, json_schema_extra={"maximum": 100})


class Made(Parameters):
    key: str = Field(alias="thingId")
    email: str
    note: str | None = Field(None, alias="remark")


class Changed(Parameters):
    note: str | None = Field(None, alias="remark")


class Part(Body):
    """For readers of the code (R-ESC-3)."""

    name: str = at("name")


class Thing(Body):
    id: int = at("key")
    part: Annotated[Part, SAME]
    note: str | None = may_lack("note")


ROUTES = (
    Route("GET", "/things/{thingId}", "ListThings", Listed, Thing, "List", "Things", refusals=(404,), absent={"thing.done": Empty(202)}),
    Route(
        "POST", "/things/{thingId}", "MakeThing", Made, Thing, "Make", "Things", status=201, operation_id="make", absent={"x": NOT_FOUND}
    ),
    Route("PATCH", "/things", "ChangeThing", Changed, Thing, "Change", "Others", description="Changes it."),
    Route("GET", "/", "About", Nothing, Thing, "About", "Things"),
)
TEXTS = {route.operation: f"query {route.operation} {{ x }}" for route in ROUTES}


@pytest.fixture(scope="module")
def told() -> Any:
    dialect: Dialect = replace(DIALECTS["esc"], routes=ROUTES)
    return document(dialect, TEXTS, frozenset({"About"}), "https://api.example")


def operation(told: Any, method: str, path: str) -> Any:
    return told["paths"][path][method]


class TestDocument:
    def test_names_the_api_and_where_it_is(self, told: Any) -> None:
        assert told["info"]["title"] == "esc Profile API"
        assert told["servers"] == [{"url": "https://api.example/api/v1"}]
        assert told["tags"] == [{"name": "Things"}, {"name": "Others"}]
        assert {path: list(methods) for path, methods in told["paths"].items()} == {
            "/things/{thingId}": ["get", "post"],
            "/things": ["patch"],
            "/": ["get"],
        }

    def test_names_operations(self, told: Any) -> None:
        assert operation(told, "post", "/things/{thingId}")["operationId"] == "make"
        assert operation(told, "get", "/")["operationId"] == "About"
        assert operation(told, "patch", "/things")["description"] == "Changes it."

    def test_shows_the_twin_in_the_graph(self, told: Any) -> None:
        assert operation(told, "get", "/")["x-codeSamples"][1]["source"] == "query About { x }"

    def test_has_each_schema_once_and_without_invented_titles(self, told: Any) -> None:
        assert set(told["components"]["schemas"]) == {"Thing", "Part", "Error"}
        assert "title" not in str(told["components"]["schemas"])


class TestParameters:
    def test_stand_where_they_come_from(self, told: Any) -> None:
        key, kind, limit = operation(told, "get", "/things/{thingId}")["parameters"]
        assert key == {"name": "thingId", "in": "path", "required": True, "schema": {"type": "integer"}, "description": "Which one."}
        assert kind == {
            "name": "kind",
            "in": "query",
            "required": False,
            "schema": {"enum": ["a", "b"], "type": "string"},
            "description": "Which kind.",
        }
        schema = {"type": "integer", "default": 20, "minimum": 1, "maximum": 100}
        assert limit == {"name": "limit", "in": "query", "required": False, "schema": schema}

    def test_of_a_body_are_its_properties(self, told: Any) -> None:
        made = operation(told, "post", "/things/{thingId}")
        assert [parameter["name"] for parameter in made["parameters"]] == ["thingId", "Idempotency-Key"]
        assert made["requestBody"] == {
            "required": True,
            "content": {
                "application/json": {
                    "schema": {
                        "type": "object",
                        "properties": {"email": {"type": "string"}, "remark": {"anyOf": [{"type": "string"}, {"type": "null"}]}},
                        "required": ["email"],
                    }
                }
            },
        }

    def test_of_a_post_may_have_a_key_to_be_sent_again(self, told: Any) -> None:
        """Q-10: a header that nobody needs, told again by one of the answer."""
        made = operation(told, "post", "/things/{thingId}")
        [header] = [parameter for parameter in made["parameters"] if parameter["in"] == "header"]
        assert header["required"] is False
        assert header["schema"] == {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$"}
        assert set(made["responses"]["201"]["headers"]) == {"Idempotent-Replayed"}
        assert "headers" not in operation(told, "patch", "/things")["responses"]["200"]

    def test_may_all_be_left_out(self, told: Any) -> None:
        changed = operation(told, "patch", "/things")
        assert changed["requestBody"]["required"] is False
        assert "required" not in changed["requestBody"]["content"]["application/json"]["schema"]
        assert "requestBody" not in operation(told, "get", "/")


class TestResponses:
    def test_are_the_success_and_every_refusal(self, told: Any) -> None:
        """I-ESC-10."""
        statuses = {
            ("get", "/things/{thingId}"): ["200", "202", "400", "401", "403", "404", "429", "503"],
            ("post", "/things/{thingId}"): ["201", "400", "401", "403", "408", "409", "413", "415", "429", "503"],
            ("patch", "/things"): ["200", "400", "401", "403", "408", "413", "415", "429", "503"],
            ("get", "/"): ["200", "429", "503"],
        }
        assert {place: list(operation(told, *place)["responses"]) for place in statuses} == statuses

    def test_carry_the_envelope(self, told: Any) -> None:
        schema = operation(told, "get", "/")["responses"]["200"]["content"]["application/json"]["schema"]
        assert schema == {
            "type": "object",
            "required": ["success", "data"],
            "properties": {
                "success": {"type": "boolean", "const": True},
                "data": {
                    "type": "object",
                    "properties": {"id": {"type": "integer"}, "part": {"$ref": "#/components/schemas/Part"}, "note": {"type": "string"}},
                    "required": ["id", "part"],
                },
            },
        }

    def test_without_a_body_have_no_content(self, told: Any) -> None:
        assert operation(told, "get", "/things/{thingId}")["responses"]["202"] == {"description": "Accepted"}

    def test_of_refusals_are_errors(self, told: Any) -> None:
        refused = operation(told, "get", "/things/{thingId}")["responses"]["404"]
        assert refused == {
            "description": "Not Found",
            "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}},
        }

    def test_need_a_key_unless_public(self, told: Any) -> None:
        assert operation(told, "patch", "/things")["security"] == [{"bearerAuth": []}]
        assert "security" not in operation(told, "get", "/")


class TestWhatOtherApisNeed:
    """Refusals that do not all look alike, one path that does two things, messages, an answer without a body (R-QST-4, R-QST-13)."""

    @pytest.fixture
    def more(self) -> Any:
        again = Route("POST", "/things/{thingId}", "ChangeThing", Changed, Thing, "Again", "Things")
        made = replace(ROUTES[1], instead={"remark": again}, answers=Empty(204), status=204)
        dialect = replace(
            DIALECTS["esc"],
            routes=(made,),
            messages=(Message("thing.made", "made", "TellThing", Thing, summary="A thing"), Message("thing.x", "x", "TellThing", Thing)),
            error_name=lambda _route, status: "Failure" if status >= 500 else "Error",
            error_schemas={"Failure": {"type": "string"}},
        )
        return document(dialect, TEXTS, frozenset(), "https://api.example")

    def test_is_in_the_document(self, more: Any) -> None:
        made = operation(more, "post", "/things/{thingId}")
        shapes = made["requestBody"]["content"]["application/json"]["schema"]["anyOf"]
        assert [set(shape["properties"]) for shape in shapes] == [{"email", "remark"}, {"remark"}]
        assert made["x-codeSamples"][1]["source"] == "query MakeThing { x }\nquery ChangeThing { x }"
        assert made["responses"]["204"].keys() == {"description", "headers"}
        refused = {
            status: told["content"]["application/json"]["schema"]["$ref"] for status, told in made["responses"].items() if status > "3"
        }
        assert {refused["400"], refused["503"]} == {"#/components/schemas/Error", "#/components/schemas/Failure"}
        assert more["components"]["schemas"]["Failure"] == {"type": "string"}
        assert list(more["webhooks"]) == ["made"]
        sent = more["webhooks"]["made"]["post"]["requestBody"]["content"]["application/json"]["schema"]
        assert sent["required"] == ["id", "part"]

    def test_is_not_in_that_of_others(self, told: Any) -> None:
        assert "webhooks" not in told


def test_docstrings_are_for_readers_of_the_code(told: Any) -> None:
    assert "description" not in told["components"]["schemas"]["Part"]
