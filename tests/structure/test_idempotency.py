"""Every POST can be sent again: whatever a mutation makes can be recorded and read again (Q-10)."""

from typing import Any

import pytest
from graphql import OperationDefinitionNode, OperationType, parse

from gateway import apis
from gateway.stored import texts
from resolvers import schema as graph
from resolvers.declared import Answering
from tests.structure.places import ROOT

MUTATIONS = graph.build().get_type_by_name("Mutation").fields  # type: ignore[union-attr]
TOLD_ONCE = {"erase_candidate"}
"""Mutations whose answers are kept for nobody: they name a person for the last time (I-ESC-18)."""


def answering(field: Any) -> Answering:
    [found] = [extension for extension in field.extensions if isinstance(extension, Answering)]
    return found


@pytest.mark.parametrize("field", MUTATIONS, ids=lambda field: field.python_name)
def test_what_a_mutation_makes_can_be_written(field: Any) -> None:
    """By the annotation of its function; `Any` would be read as something else than was written."""
    once = answering(field).once
    assert once.written.core_schema["type"] != "any"
    assert "'type': 'any'" not in str(once.written.core_schema)


def test_what_is_told_once_is_listed() -> None:
    assert {field.python_name for field in MUTATIONS if answering(field).once.told_once} == TOLD_ONCE


@pytest.mark.parametrize(
    ("api", "route"),
    [
        pytest.param(api, way, id=f"{api.name}{way.path} {way.operation}")
        for api in apis.DIALECTS.values()
        for route in api.routes
        for way in route.ways
        if way.method == "POST"
    ],
)
def test_every_post_is_one_mutation(api: Any, route: Any) -> None:
    """So each of them knows the header; a query has nothing to be done once."""
    text = texts(ROOT / "rest_compat" / api.name / "operations")[route.operation]
    [operation] = (part for part in parse(text).definitions if isinstance(part, OperationDefinitionNode))
    assert operation.operation is OperationType.MUTATION
    assert len(operation.selection_set.selections) == 1
