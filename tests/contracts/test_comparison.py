"""The comparison with a contract finds what is planted: it can fail."""

import copy
from typing import Any

import pytest

from tests.contracts.comparison import differences
from tests.contracts.held import ESC

Path = tuple[Any, ...]
OURS = ESC.ours
GONE = object()
JSON = ("content", "application/json", "schema")
INVITES: Path = ("paths", "/invites")
SEND: Path = (*INVITES, "post")
LIST: Path = (*INVITES, "get")
SENT: Path = ("requestBody", *JSON, "properties")
ANSWERED: Path = ("responses", "201", *JSON, "properties")
SCHEMAS: Path = ("components", "schemas")


def planted(path: Path, value: Any) -> list[str]:
    """The differences after one thing of our document was changed."""
    changed = copy.deepcopy(OURS)
    *way, last = path
    node = changed
    for step in way:
        node = node[step]
    if value is GONE:
        del node[last]
    else:
        node[last] = value
    return differences(ESC.asked, changed, ESC.added)


@pytest.mark.parametrize(
    ("path", "value", "found"),
    [
        pytest.param((*INVITES, "put"), OURS["paths"]["/invites"]["get"], "PUT /api/v1/invites: not in the contract", id="an operation"),
        pytest.param((*SEND, "operationId"), "sendInvite", "name: sendInvite instead of createInvite", id="a name"),
        pytest.param((*SEND, "security"), GONE, "key: none instead of http bearer", id="an operation without its key"),
        pytest.param((*LIST, "parameters", 1), {"name": "x", "in": "query", "schema": {}}, "query limit: missing", id="a parameter"),
        pytest.param((*LIST, "parameters", 1, "in"), "header", "query limit: missing", id="the place of a parameter"),
        pytest.param((*LIST, "parameters", 1, "schema", "default"), 25, "query limit: default 25 instead of 20", id="a default"),
        pytest.param((*LIST, "parameters", 1, "schema", "maximum"), 50, "query limit: maximum 50 instead of 100", id="a maximum"),
        pytest.param((*LIST, "parameters", 1, "required"), True, "query limit: required True instead of False", id="a need"),
        pytest.param(
            (*LIST, "parameters", 1, "schema", "type"), "string", "query limit: type ['string'] instead of ['integer']", id="a type"
        ),
        pytest.param(
            (*LIST, "parameters", 0, "schema", "enum"),
            ["pending", "expired"],
            "query status: values ['expired', 'pending'] instead of ['completed', 'expired', 'pending', 'started']",
            id="a value that is not accepted",
        ),
        pytest.param((*SEND, "requestBody", "content"), {"text/plain": {"schema": {}}}, "body application/json : missing", id="a body"),
        pytest.param((*SEND, *SENT, "product_type"), GONE, "body application/json .product_type: missing", id="a property of a body"),
        pytest.param((*SEND, "requestBody", *JSON, "required"), [], ".email: required False instead of True", id="a need of a property"),
        pytest.param((*SEND, "responses", "402"), GONE, "402: missing", id="a status"),
        pytest.param((*SEND, "responses", "200"), {"description": "OK"}, "200: not in the contract", id="another success"),
        pytest.param(
            (*SEND, "responses", "403", *JSON),
            {"type": "string"},
            "403 application/json : type ['string'] instead of ['object']",
            id="a refusal",
        ),
        pytest.param((*SEND, *ANSWERED, "data"), GONE, "201 application/json .data: missing", id="the envelope"),
        pytest.param((*SEND, *ANSWERED, "meta"), {"type": "object"}, ".meta: not in the contract", id="more in the envelope"),
        pytest.param((*SCHEMAS, "Invited", "properties", "name"), GONE, ".data.candidate.name: missing", id="a property of an answer"),
        pytest.param(
            (*SCHEMAS, "Invited", "properties", "name", "type"),
            "integer",
            ".data.candidate.name: type ['integer'] instead of ['string']",
            id="the type of a property",
        ),
        pytest.param(
            (*SCHEMAS, "Invited", "properties", "name"),
            {"anyOf": [{"type": "string"}, {"type": "null"}]},
            ".data.candidate.name: type ['null', 'string'] instead of ['string']",
            id="null where it is not allowed",
        ),
        pytest.param(
            (*SCHEMAS, "DimensionScore", "properties", "label", "enum"),
            ["Low", "low"],
            ".data.dimensions{}.label: values ['Low', 'low'] instead of",
            id="a value that is not answered",
        ),
        pytest.param((*SCHEMAS, "GravesScore", "properties", "label"), {}, ".data.graves_values{}.label: not in the contract", id="a map"),
        pytest.param((*SCHEMAS, "Invite", "properties", "created_at", "format"), GONE, "format None instead of date-time", id="a format"),
        pytest.param(("servers", 0, "url"), "https://x.example/api/v2", "GET /api/v2/invites: not in the contract", id="the base path"),
    ],
)
def test_finds_a_difference_in(path: Path, value: Any, found: str) -> None:
    assert [line for line in planted(path, value) if found in line] != []


def test_allows_what_a_server_may_do_beside_its_contract() -> None:
    assert planted((*SEND, *SENT, "note"), {"type": "string"}) != [], "a new word in a body would be a contract of its own"
    assert planted((*SCHEMAS, "Package", "properties", "note"), {"type": "string"}) == [], "the contract leaves packages open"
    assert planted((*SEND, "responses", "423"), OURS["paths"]["/invites"]["post"]["responses"]["402"]) == [], "one more refusal"
