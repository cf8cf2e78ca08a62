"""The OpenAPI document of an API, made from its route table."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from pydantic.json_schema import GenerateJsonSchema, models_json_schema

from rest_compat.dialect import Dialect
from rest_compat.message import Message
from rest_compat.route import Empty, FileAnswer, Route, RowsAnswer
from rest_compat.samples import samples

REF = "#/components/schemas/{model}"
IDEMPOTENCY_KEY = (
    "A text of your own, such as a random UUID, by which the same request is known when it comes again within 24 hours: it is carried "
    "out once, and answered again with `Idempotent-Replayed: true`."
)
PUBLIC_KEY = " Without an API key nothing else keeps others from the answer: make it random, of at least 22 characters."
REPLAYED = {
    "description": "`true` when this is the answer to an earlier request with the same Idempotency-Key; nothing was done again.",
    "schema": {"type": "string", "enum": ["true"]},
}


def document(dialect: Dialect, operations: Mapping[str, str], public: frozenset[str], base_url: str = "") -> dict[str, Any]:
    """Describe an API.

    `operations` has the texts of the stored operations by name, shown as the twins of the REST operations;
    `public` names those that need no key.
    """
    schemas = _Schemas(dialect)
    paths: dict[str, dict[str, Any]] = {}
    for route in dialect.routes:
        described = _operation(dialect, route, schemas, is_public=route.operation in public)
        url = base_url + dialect.base_path.rstrip("/") + route.path
        twin = "\n".join(operations[way.operation] for way in route.ways)
        described["x-codeSamples"] = samples(route.method, url, described, dialect.security, twin)
        paths.setdefault(route.path, {})[route.method.lower()] = described
    webhooks = {message.name: {"post": _message(message, schemas)} for message in dialect.messages if message.summary}
    return {
        "openapi": "3.1.0",
        "info": {"title": dialect.title, "version": dialect.version, "description": dialect.description},
        "servers": [{"url": base_url + dialect.base_path}],
        "tags": [{"name": tag} for tag in dict.fromkeys(route.tag for route in dialect.routes)],
        "paths": paths,
        **({"webhooks": webhooks} if webhooks else {}),
        "components": {"schemas": schemas.all(), "securitySchemes": dict(dialect.security)},
    }


class _Schemas:
    """The JSON schemas of all models of an API, each model once."""

    def __init__(self, dialect: Dialect) -> None:
        wanted: list[Any] = [(route.body, "validation") for route in dialect.routes if route.body is not None]
        wanted += [(message.body, "validation") for message in dialect.messages if message.summary]
        self._refs, definitions = models_json_schema(list(dict.fromkeys(wanted)), by_alias=False, ref_template=REF, schema_generator=_Plain)
        self._definitions: dict[str, Any] = definitions.get("$defs", {})
        self._definitions |= {"Error": dict(dialect.error_schema), **{name: dict(one) for name, one in dialect.error_schemas.items()}}

    def of(self, model: Any) -> Mapping[str, Any]:
        name = self._refs[(model, "validation")]["$ref"].rsplit("/", 1)[-1]
        schema: Mapping[str, Any] = self._definitions[name]
        return schema

    def all(self) -> dict[str, Any]:
        return self._definitions


class _Plain(GenerateJsonSchema):
    """JSON schema without the titles that pydantic makes of names and without docstrings, which are for us."""

    def field_title_should_be_set(self, schema: Any) -> bool:
        return False

    def model_schema(self, schema: Any) -> Any:
        made = super().model_schema(schema)
        for ours in ("title", "description"):
            made.pop(ours, None)
        return made


def _operation(dialect: Dialect, route: Route, schemas: _Schemas, *, is_public: bool) -> dict[str, Any]:
    described: dict[str, Any] = {"operationId": route.operation_id or route.operation, "summary": route.summary, "tags": [route.tag]}
    if route.description:
        described["description"] = route.description
    takes = _without_references(route.takes.model_json_schema(by_alias=True, schema_generator=_Plain))
    required = set(takes.get("required", ()))
    places = {name: "path" if name in route.path_names else "body" if route.has_body else "query" for name in takes.get("properties", {})}
    described["parameters"] = [
        _parameter(name, place, takes["properties"][name], required=name in required) for name, place in places.items() if place != "body"
    ]
    if route.method == "POST":
        described["parameters"].append(_idempotency_key(is_public=is_public))
    if "body" in places.values():
        described["requestBody"] = _request_body([_in_body(way) for way in route.ways], needed=route.needs_body)
    described["responses"] = _responses(dialect, route, schemas, is_public=is_public)
    if not is_public:
        described["security"] = [{name: []} for name in dialect.security]
    return described


def _idempotency_key(*, is_public: bool) -> dict[str, Any]:
    """The header that makes it safe to send a POST again (Q-10)."""
    return {
        "name": "Idempotency-Key",
        "in": "header",
        "required": False,
        "description": IDEMPOTENCY_KEY + (PUBLIC_KEY if is_public else ""),
        "schema": {"type": "string", "minLength": 22 if is_public else 1, "maxLength": 255, "pattern": "^[!-~]+$"},
    }


def _parameter(name: str, place: str, schema: dict[str, Any], *, required: bool) -> dict[str, Any]:
    schema = _never_null(dict(schema))
    described = {"name": name, "in": place, "required": required or place == "path", "schema": schema}
    if "description" in schema:
        described["description"] = schema.pop("description")
    return described


def _never_null(schema: dict[str, Any]) -> dict[str, Any]:
    """A parameter is there or not; there is no way to write null."""
    options = [option for option in schema.pop("anyOf", []) if option != {"type": "null"}]
    if len(options) == 1:
        schema |= options[0]
    elif options:
        schema["anyOf"] = options
    if schema.get("default", ...) is None:
        del schema["default"]
    return schema


def _without_references(schema: dict[str, Any]) -> dict[str, Any]:
    """A schema with the models that it refers to written out in their places; none of them refers to itself."""
    definitions = schema.pop("$defs", {})

    def written(node: Any) -> Any:
        if isinstance(node, list):
            return [written(part) for part in node]
        if not isinstance(node, dict):
            return node
        if "$ref" in node:
            return written(definitions[node["$ref"].rsplit("/", 1)[-1]])
        return {name: written(part) for name, part in node.items()}

    made: dict[str, Any] = written(schema)
    return made


def _in_body(route: Route) -> dict[str, Any]:
    """The schema of what a route takes from the body."""
    takes = _without_references(route.takes.model_json_schema(by_alias=True, schema_generator=_Plain))
    names = [name for name in takes["properties"] if name not in route.path_names]
    properties = {name: dict(takes["properties"][name]) for name in names}
    for described in properties.values():
        if described.get("default", ...) is None:
            del described["default"]
    required = [name for name in takes.get("required", ()) if name in names]
    schema: dict[str, Any] = {"type": "object", "properties": properties}
    if required:
        schema["required"] = required
    return schema


def _request_body(schemas: Sequence[dict[str, Any]], *, needed: bool) -> dict[str, Any]:
    schema = schemas[0] if len(schemas) == 1 else {"anyOf": list(schemas)}
    return {"required": needed or all("required" in one for one in schemas), "content": {"application/json": {"schema": schema}}}


def _message(message: Message, schemas: _Schemas) -> dict[str, Any]:
    """A message to webhooks, as an operation of whoever receives it."""
    return {
        "operationId": message.name,
        "summary": message.summary,
        "description": message.description,
        "requestBody": {"required": True, "content": {"application/json": {"schema": schemas.of(message.body)}}},
        "responses": {"200": {"description": "Received"}},
    }


def _responses(dialect: Dialect, route: Route, schemas: _Schemas, *, is_public: bool) -> dict[str, Any]:
    responses: dict[str, Any] = {str(route.status): _success(dialect, route, schemas)}
    for meaning in route.absent.values():
        if isinstance(meaning, Empty):
            responses[str(meaning.status)] = {"description": HTTPStatus(meaning.status).phrase}
    always = (429, 503) if is_public else dialect.always
    taken = (400,) if route.takes.model_fields else ()
    body = (400, 408, 413, 415) if route.has_body else ()
    repeated = (400, 409) if route.method == "POST" else ()
    if repeated:
        responses[str(route.status)]["headers"] = {"Idempotent-Replayed": REPLAYED}
    for status in sorted({*always, *taken, *body, *repeated, *route.refusals}):
        responses[str(status)] = _response(status, {"$ref": REF.format(model=dialect.error_name(route, status))})
    return responses


def _success(dialect: Dialect, route: Route, schemas: _Schemas) -> dict[str, Any]:
    if isinstance(route.answers, Empty):
        return {"description": HTTPStatus(route.answers.status).phrase}
    if isinstance(route.answers, FileAnswer):
        content = {kind: {"schema": {"type": "string", "format": "binary"}} for kind in route.answers.media_types}
        return {"description": HTTPStatus(route.status).phrase, "content": content}
    described = _response(route.status, dialect.success_schema(route, schemas.of(route.body)))
    if isinstance(route.answers, RowsAnswer) and route.answers.table is not None:
        described["content"] |= {"text/csv": {"schema": {"type": "string"}}}
    return described


def _response(status: int, schema: Mapping[str, Any]) -> dict[str, Any]:
    return {"description": HTTPStatus(status).phrase, "content": {"application/json": {"schema": dict(schema)}}}
