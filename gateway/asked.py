"""The parameters of a GraphQL request, read strictly, whichever way they come."""

from dataclasses import dataclass
from typing import Any

from aiohttp import web

from gateway import bodies, strict_json
from gateway.bodies import BodyRefused

JSON = "application/json"
DOCUMENT_IDS = ("documentId", "doc_id", "id")
"""Under which names clients send the id of a trusted document; the first is that of GraphQL over HTTP, the second Relay's."""


@dataclass(frozen=True, slots=True)
class Asked:
    """The parameters of a GraphQL request."""

    query: str | None
    operation_name: str | None = None
    variables: dict[str, Any] | None = None
    extensions: dict[str, Any] | None = None
    document_id: str | None = None
    sha256: str | None = None
    """Of an automatic persisted query: the hash of its text."""


async def read(request: web.Request) -> Asked:
    """Read the parameters of a request.

    Raises BodyRefused.
    """
    if request.method == "GET":
        return checked(_from_query(request))
    if request.content_type != JSON or request.charset not in (None, "utf-8", "UTF-8"):
        raise BodyRefused("Send JSON: Content-Type: application/json.", 415)
    body = bodies.json(await bodies.read(request))
    if isinstance(body, list):
        raise BodyRefused("Batches of operations are not supported: send one operation a request.")
    if not isinstance(body, dict):
        raise BodyRefused("The body must be a JSON object with 'query'.")
    return checked(body)


def _from_query(request: web.Request) -> dict[str, Any]:
    try:
        parameters: dict[str, Any] = dict(strict_json.once(request.query.items()))
    except strict_json.BadJson as error:
        raise BodyRefused(str(error)) from None
    for name in ("variables", "extensions"):
        if value := parameters.get(name):
            parameters[name] = _json(name, value)
    return parameters


def _json(name: str, value: str) -> Any:
    try:
        return strict_json.loads(value.encode())
    except strict_json.BadJson as error:
        raise BodyRefused(f"'{name}': {error}") from None


def checked(parameters: dict[str, Any]) -> Asked:
    """Check the kinds of parameters.

    Raises BodyRefused.
    """
    query, name = parameters.get("query"), parameters.get("operationName")
    variables, extensions = parameters.get("variables"), parameters.get("extensions")
    document_id = next((parameters[key] for key in DOCUMENT_IDS if parameters.get(key) is not None), None)
    if extensions is not None and not isinstance(extensions, dict):
        raise BodyRefused("'extensions' must be an object.")
    sha256 = _hash((extensions or {}).get("persistedQuery"))
    if query is None and document_id is None and sha256 is None:
        raise BodyRefused("'query' must be the text of an operation, or 'documentId' the id of a trusted one.")
    if query is not None and (not isinstance(query, str) or not query.strip()):
        raise BodyRefused("'query' must be the text of an operation.")
    if document_id is not None and not isinstance(document_id, str):
        raise BodyRefused("'documentId' must be text.")
    if name is not None and not isinstance(name, str):
        raise BodyRefused("'operationName' must be text.")
    if variables is not None and not isinstance(variables, dict):
        raise BodyRefused("'variables' must be an object.")
    return Asked(query, name or None, variables, extensions, document_id, sha256)


def _hash(persisted: Any) -> str | None:
    """The hash of an automatic persisted query."""
    if persisted is None:
        return None
    if not isinstance(persisted, dict) or persisted.get("version") != 1 or not isinstance(persisted.get("sha256Hash"), str):
        raise BodyRefused("'persistedQuery' must be {version: 1, sha256Hash: …}.")
    return str(persisted["sha256Hash"])
