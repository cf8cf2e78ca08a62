"""Hold an OpenAPI document against a contract: each becomes a table of facts, one for each place, and the tables are compared."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

METHODS = ("get", "put", "post", "delete", "patch", "head", "options")
Table = dict[str, "Fact | str"]


@dataclass(frozen=True)
class Fact:
    """What a document says of one place: of a parameter, a body, an answer, or a property in them."""

    types: frozenset[str] = frozenset()
    values: frozenset[Any] | None = None
    format: str | None = None
    default: Any = None
    maximum: Any = None
    required: bool = False
    is_open: bool = False
    """An object of which nothing more is said, so that anything may stand in it."""


def differences(contract: Mapping[str, Any], ours: Mapping[str, Any], but: frozenset[str] = frozenset()) -> list[str]:
    """What ours says otherwise than the contract, for the operations that ours has; `but` are additions that are meant.

    Ours may accept more than the contract and answer less, never the other way round; it may document more refusals,
    in the contract's envelope.
    """
    told, found = tables(contract), tables(ours)
    lines = [f"{name}: not in the contract" for name in found if name not in told]
    for name, table in found.items():
        if name in told:
            lines += (f"{name} {line}" for line in _compare(told[name] | _refusals(contract, told[name], table, but), table, but))
    return lines


def _refusals(contract: Mapping[str, Any], told: Table, found: Table, but: frozenset[str]) -> Table:
    """What the contract would say of the refusals that only ours documents: what it says of those of the operation that it does."""
    more = [place for place in found.keys() - told.keys() if place.isdigit() and int(place) >= 400]
    known = next((place for place in told if place.isdigit() and int(place) >= 400), None)
    if known is not None:
        said = {place.removeprefix(known): fact for place, fact in told.items() if place.startswith(known)}
    else:
        error = {"$ref": "#/components/schemas/Error"}
        said = {"": "application/json", **dict(_places(contract, error, " application/json ", required=False))}
    wanted = {f"{status}{place}": fact for status in more for place, fact in said.items()}
    return {place: fact for place, fact in wanted.items() if not any(meant in place for meant in but)}


def tables(document: Mapping[str, Any]) -> dict[str, Table]:
    """The facts of every operation: `{"GET /invites": {"query limit": Fact(…), "200 application/json .data.total": Fact(…)}}`."""
    base = urlsplit(document["servers"][0]["url"]).path
    shared = {"security": document.get("security", ())}
    return {
        f"{method.upper()} {base}{path}": dict(_operation(document, {**shared, **item[method]}, item.get("parameters", ())))
        for path, item in document["paths"].items()
        for method in METHODS
        if method in item
    }


def _operation(document: Mapping[str, Any], operation: Mapping[str, Any], of_path: Sequence[Any]) -> Iterator[tuple[str, Fact | str]]:
    yield "name", operation.get("operationId", "")
    yield "key", " or ".join(_scheme(document, name) for one in operation.get("security", ()) for name in one) or "none"
    for parameter in (_followed(document, one) for one in (*of_path, *operation.get("parameters", ()))):
        yield from _places(document, parameter["schema"], f"{parameter['in']} {parameter['name']}", parameter.get("required", False))
    body = operation.get("requestBody", {})
    for media, content in body.get("content", {}).items():
        yield from _places(document, content["schema"], f"body {media} ", body.get("required", False))
    for status, response in operation["responses"].items():
        content = _followed(document, response).get("content", {})
        yield f"{status}", " ".join(content) or "nothing"
        for media, described in content.items():
            yield from _places(document, described["schema"], f"{status} {media} ", required=False)


def _scheme(document: Mapping[str, Any], name: str) -> str:
    scheme = document["components"]["securitySchemes"][name]
    return f"{scheme['type']} {scheme.get('scheme', '')}".strip()


def _places(document: Mapping[str, Any], schema: Any, place: str, required: bool) -> Iterator[tuple[str, Fact]]:
    """The fact of a schema, then those of its properties (`.name`), items (`[]`) and named values (`{}`)."""
    options = list(_options(document, schema))
    parts: dict[str, tuple[Any, bool]] = {}
    for option in options:
        needed = option.get("required", ())
        parts |= {f"{place}.{name}": (part, name in needed) for name, part in option.get("properties", {}).items()}
        if "items" in option:
            parts[f"{place}[]"] = option["items"], False
        if isinstance(option.get("additionalProperties"), dict):
            parts[f"{place}{{}}"] = option["additionalProperties"], False
    yield place, _fact(options, schema, required=required, is_open=not parts)
    for inner, (part, is_needed) in parts.items():
        yield from _places(document, part, inner, is_needed)


def _fact(options: list[Any], schema: Any, *, required: bool, is_open: bool) -> Fact:
    values: set[Any] = set()
    for option in options:
        values |= {option["const"]} if "const" in option else set(option.get("enum", ()))
    said = {name: value for option in (*options, schema) for name, value in option.items()}
    types = {kind for option in options for kind in _types(option)}
    return Fact(
        types=frozenset(types),
        values=frozenset(values) if values else None,
        format=said.get("format"),
        default=said.get("default"),
        maximum=said.get("maximum"),
        required=required,
        is_open=is_open and "object" in types,
    )


def _types(option: Mapping[str, Any]) -> Iterator[str]:
    told = option.get("type", "object")
    yield from [told] if isinstance(told, str) else told
    if option.get("nullable"):
        yield "null"


def _options(document: Mapping[str, Any], schema: Any) -> Iterator[Any]:
    schema = _followed(document, schema)
    alternatives = [*schema.get("anyOf", ()), *schema.get("oneOf", ())]
    if "allOf" in schema:
        schema = _merged([_followed(document, part) for part in schema["allOf"]])
    if not alternatives:
        yield schema
    for alternative in alternatives:
        yield from _options(document, alternative)


def _merged(parts: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """One object schema of several that all hold."""
    properties = {name: described for part in parts for name, described in part.get("properties", {}).items()}
    return {"type": "object", "properties": properties, "required": [name for part in parts for name in part.get("required", ())]}


def _followed(document: Mapping[str, Any], node: Any) -> Any:
    while "$ref" in node:
        reference, node = node["$ref"], document
        for part in reference.removeprefix("#/").split("/"):
            node = node[part]
    return node


def _compare(contract: Table, ours: Table, but: frozenset[str]) -> Iterator[str]:
    for place, want in contract.items():
        have = ours.get(place)
        if have is None:
            yield f"{place}: missing"
        elif isinstance(want, str) or isinstance(have, str):
            if want and want != have:
                yield f"{place}: {have} instead of {want}"
        else:
            yield from (f"{place}: {line}" for line in _compare_facts(want, have, asked=not place[0].isdigit()))
    for place in sorted(ours.keys() - contract.keys()):
        if not _is_inside_open(place, contract) and not any(meant in place for meant in but):
            yield f"{place}: not in the contract"


def _compare_facts(want: Fact, have: Fact, *, asked: bool) -> Iterator[str]:
    wider, narrower = (have, want) if asked else (want, have)
    whole = {"integer"} if "number" in wider.types else set()
    if narrower.types - wider.types - whole:
        yield f"type {sorted(have.types)} instead of {sorted(want.types)}"
    if wider.values is not None and (narrower.values is None or narrower.values - wider.values):
        yield f"values {_sorted(have.values)} instead of {_sorted(want.values)}"
    if asked:
        for name in ("required", "default", "maximum"):
            if (told := getattr(have, name)) != (stated := getattr(want, name)) and (stated is not None):
                yield f"{name} {told} instead of {stated}"
    elif have.format != want.format and want.format is not None:
        yield f"format {have.format} instead of {want.format}"


def _sorted(values: frozenset[Any] | None) -> list[str]:
    return sorted(map(str, values or ()))


def _is_inside_open(place: str, contract: Table) -> bool:
    """Whether it stands inside an object that the contract leaves open."""
    left_open = (known for known, fact in contract.items() if isinstance(fact, Fact) and fact.is_open)
    return any(place.startswith((f"{known}.", f"{known}[", f"{known}{{")) for known in left_open)
