"""What a reader of the reference can paste: each operation as a curl call, and its twin in the graph."""

import json
import shlex
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

KEY = "YOUR_KEY"
"""Where a sample wants the reader's API key."""
_WORDS: Mapping[str, Any] = {"integer": 1, "number": 1.0, "boolean": True, "array": [], "object": {}}
_FORMATS = {"email": "lena@example.com", "date": "2026-04-01", "date-time": "2026-04-01T09:00:00Z", "uri": "https://example.com"}


def samples(method: str, url: str, described: Mapping[str, Any], security: Mapping[str, Any], text: str) -> list[dict[str, str]]:
    """The samples of an operation that OpenAPI describes, as `x-codeSamples`; `text` is its stored operation."""
    return [
        {"lang": "Shell", "label": "curl", "source": _curl(method, url, described, security)},
        {"lang": "GraphQL", "label": "The same in the graph", "source": text},
    ]


def _curl(method: str, url: str, described: Mapping[str, Any], security: Mapping[str, Any]) -> str:
    arguments = [shlex.quote(_filled(url, described["parameters"]))]
    has_body = "requestBody" in described
    if method != ("POST" if has_body else "GET"):
        arguments.insert(0, f"-X {method}")
    if "security" in described:
        arguments.append(f"-H {shlex.quote(_credential(next(iter(security.values()))))}")
    if has_body:
        arguments += ["-H 'Content-Type: application/json'", f"-d {shlex.quote(_body(described['requestBody']))}"]
    return "curl " + " \\\n  ".join(arguments)


def _filled(url: str, parameters: Sequence[Mapping[str, Any]]) -> str:
    """The address with what is required or worth showing."""
    needed: dict[str, dict[str, Any]] = {place: {} for place in ("path", "query")}
    for parameter in (parameter for parameter in parameters if parameter["required"] or "examples" in parameter["schema"]):
        needed[parameter["in"]][parameter["name"]] = _example(parameter["name"], parameter["schema"])
    filled = url.format_map(needed["path"])
    return f"{filled}?{urlencode(needed['query'])}" if needed["query"] else filled


def _credential(scheme: Mapping[str, Any]) -> str:
    return f"{scheme['name']}: {KEY}" if scheme["type"] == "apiKey" else f"Authorization: Bearer {KEY}"


def _body(described: Mapping[str, Any]) -> str:
    """What is required or worth showing."""
    schema = described["content"]["application/json"]["schema"]
    schema = schema.get("anyOf", (schema,))[0]
    required = schema.get("required", ())
    needed = {name: _example(name, part) for name, part in schema["properties"].items() if name in required or "examples" in part}
    return json.dumps(needed, ensure_ascii=False)


def _example(name: str, schema: Mapping[str, Any]) -> Any:
    """A value to begin with: the one described, or one that looks like what is wanted."""
    for told in (schema.get("examples", ()), schema.get("enum", ())):
        if told:
            return told[0]
    if "default" in schema:
        return schema["default"]
    if schema.get("type") in _WORDS:
        return _WORDS[schema["type"]]
    return _FORMATS.get(schema.get("format", ""), "".join(f"_{letter}" if letter.isupper() else letter for letter in name).upper())
