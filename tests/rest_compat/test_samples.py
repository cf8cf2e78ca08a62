"""Code samples are made from what OpenAPI describes."""

from typing import Any

import pytest

from rest_compat.samples import samples

BEARER = {"bearer": {"type": "http", "scheme": "bearer"}}
HEADER = {"key": {"type": "apiKey", "in": "header", "name": "Mappa-Api-Key"}}
THING = {"name": "thingId", "in": "path", "required": True, "schema": {"type": "string"}}


def parameter(name: str, required: bool = True, **schema: Any) -> dict[str, Any]:
    return {"name": name, "in": "query", "required": required, "schema": schema}


def body(required: list[str], **properties: Any) -> dict[str, Any]:
    return {"content": {"application/json": {"schema": {"properties": properties, "required": required}}}}


def curl(method: str, path: str, scheme: Any = None, **described: Any) -> str:
    needs = {"security": [{}]} if scheme else {}
    shell, graph = samples(method, f"https://x.example{path}", {"parameters": [], **needs, **described}, scheme or {}, "query A { a }")
    assert graph["source"] == "query A { a }"
    return shell["source"].replace(" \\\n  ", " ")


@pytest.mark.parametrize(
    ("shown", "sample"),
    [
        (curl("GET", "/"), "curl https://x.example/"),
        (curl("GET", "/", BEARER), "curl https://x.example/ -H 'Authorization: Bearer YOUR_KEY'"),
        (curl("GET", "/", HEADER), "curl https://x.example/ -H 'Mappa-Api-Key: YOUR_KEY'"),
        (curl("GET", "/{thingId}", parameters=[THING]), "curl https://x.example/THING_ID"),
        (curl("DELETE", "/{thingId}", parameters=[THING]), "curl -X DELETE https://x.example/THING_ID"),
        (curl("GET", "/", parameters=[parameter("a", required=False, type="string")]), "curl https://x.example/"),
        (curl("GET", "/", parameters=[parameter("a", required=False, examples=["b c"])]), "curl 'https://x.example/?a=b+c'"),
        (curl("GET", "/", parameters=[parameter("a", enum=["x", "y"])]), "curl 'https://x.example/?a=x'"),
        (curl("GET", "/", parameters=[parameter("a", type="integer", default=20)]), "curl 'https://x.example/?a=20'"),
        (
            curl("POST", "/", requestBody=body(["mail", "n"], mail={"type": "string", "format": "email"}, n={"type": "integer"}, o={})),
            """curl https://x.example/ -H 'Content-Type: application/json' -d '{"mail": "lena@example.com", "n": 1}'""",
        ),
        (
            curl("PUT", "/", requestBody=body([], o={})),
            "curl -X PUT https://x.example/ -H 'Content-Type: application/json' -d '{}'",
        ),
    ],
)
def test_show_what_is_needed(shown: str, sample: str) -> None:
    assert shown == sample
