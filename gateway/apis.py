"""The documented REST APIs that this product serves, and which field of the graph answers what of them."""

from collections.abc import Mapping
from importlib.resources import files
from typing import Any

from graphql import FieldNode, OperationDefinitionNode, parse

from domain.kernel.permissions import Access
from gateway import graph
from gateway.stored import StoredOperations, texts
from resolvers.context import Api
from resolvers.schema import Rest, build
from rest_compat import esc, flows, questionnaires
from rest_compat.dialect import Dialect
from rest_compat.openapi import document

DIALECTS: Mapping[str, Dialect] = {dialect.name: dialect for dialect in (esc.DIALECT, flows.DIALECT, questionnaires.DIALECT)}


def facts() -> list[Api]:
    """What the graph tells of each API."""
    return [Api(api.name, api.title, api.version, api.description, api.base_path) for api in DIALECTS.values()]


def openapi(dialect: Dialect, base_url: str) -> dict[str, Any]:
    """The OpenAPI document of an API at an address; needs neither database nor server."""
    executor = graph.executor(build())
    folder = files(f"rest_compat.{dialect.name}") / "operations"
    return document(dialect, texts(folder), public(StoredOperations(executor, folder)), base_url)


def public(operations: StoredOperations) -> frozenset[str]:
    """The stored operations that need no credential."""
    return frozenset(name for name in operations if all(guard.requirement is Access.PUBLIC for guard in operations[name].guards))


def root_field(text: str) -> str:
    """The one root field of a stored operation."""
    [operation] = (part for part in parse(text).definitions if isinstance(part, OperationDefinitionNode))
    [field] = operation.selection_set.selections
    assert isinstance(field, FieldNode)
    return field.name.value


def served() -> dict[str, list[Rest]]:
    """The REST operations that each root field answers, for the graph to show."""
    found: dict[str, list[Rest]] = {}
    for api in DIALECTS.values():
        roots = {name: root_field(text) for name, text in texts(files(f"rest_compat.{api.name}") / "operations").items()}
        for route in api.routes:
            shown = Rest(api=api.name, method=route.method, path=api.base_path + route.path)
            for way in route.ways:
                found.setdefault(roots[way.operation], []).append(shown)
    return found
