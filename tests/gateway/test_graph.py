"""Who may run what, asked before anything runs: every root field, by every kind of actor (Q-1, Q-5)."""

from types import SimpleNamespace
from typing import Any

import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLList,
    get_named_type,
    get_nullable_type,
    is_composite_type,
    is_object_type,
    is_required_argument,
    is_required_input_field,
)

from domain.kernel.actor import Actor, ActorKind
from domain.kernel.errors import Forbidden, Unauthenticated
from domain.kernel.permissions import EVERYTHING, OPERATING, Access, Permission
from gateway import graph
from resolvers.schema import build, type_requirement

EXECUTOR = graph.executor(build())
SCHEMA = EXECUTOR.schema
ROOTS = [
    (kind, name)
    for kind, root in (("query", SCHEMA.query_type), ("mutation", SCHEMA.mutation_type), ("subscription", SCHEMA.subscription_type))
    for name in root.fields  # type: ignore[union-attr]
]
ONLY_OF_TYPES = {Permission.QUESTIONNAIRE_RESULTS_READ}
"""What is read on the way from something else alone."""
FOR_CANDIDATES = {
    ("query", "viewer"),
    ("mutation", "completeAttempt"),
    ("mutation", "saveAnswers"),
    ("mutation", "startAttempt"),
    ("mutation", "updateCandidate"),
}
FOR_OPERATORS = {
    ("mutation", "approveTrial"),
    ("mutation", "declineTrial"),
    ("query", "trialRequest"),
    ("query", "trialRequests"),
}
FOR_ANYBODY = {
    ("mutation", "confirmEntry"),
    ("mutation", "openTrial"),
    ("mutation", "registerAccount"),
    ("mutation", "requestEntry"),
    ("mutation", "requestTrial"),
    ("query", "entry"),
    ("query", "eventTypes"),
    ("query", "instrument"),
    ("query", "instruments"),
    ("query", "openLink"),
    ("query", "participantGuide"),
    ("query", "products"),
    ("query", "restApi"),
    ("query", "trial"),
}


def literal(kind: Any) -> str:
    """The plainest value of an input type."""
    kind = get_nullable_type(kind)
    if isinstance(kind, GraphQLList):
        return f"[{literal(kind.of_type)}]"
    if isinstance(kind, GraphQLEnumType):
        return next(iter(kind.values))
    if isinstance(kind, GraphQLInputObjectType):
        required = {name: part for name, part in kind.fields.items() if is_required_input_field(part)}
        return "{" + ", ".join(f"{name}: {literal(part.type)}" for name, part in required.items()) + "}"
    return {
        "Int": "1",
        "BigInt": "1",
        "Float": "1",
        "Boolean": "true",
    }.get(str(kind), '"1"')


def operation(kind: str, name: str) -> str:
    """The least that can be asked of a root field."""
    field: GraphQLField = getattr(SCHEMA, f"{kind}_type").fields[name]
    given = [f"{key}: {literal(argument.type)}" for key, argument in field.args.items() if is_required_argument(argument)]
    below = " { __typename }" if is_composite_type(get_named_type(field.type)) else ""
    return f"{kind} {{ {name}{'(' + ', '.join(given) + ')' if given else ''}{below} }}"


def refusal(actor: Actor, kind: str, name: str) -> type[Exception] | None:
    document = EXECUTOR.documents.get(operation(kind, name))
    assert document.errors == (), document.errors
    context: Any = SimpleNamespace(actor=actor)
    try:
        graph.authorize_operation(context, document.operation(None))
    except (Forbidden, Unauthenticated) as error:
        return type(error)
    return None


def admitted(actor: Actor) -> set[tuple[str, str]]:
    return {root for root in ROOTS if refusal(actor, *root) is None}


class TestRootFields:
    def test_candidates_reach_those_that_admit_them_and_no_other(self) -> None:
        """Whatever their link carries: even with every permission there is."""
        for actor in (Actor.candidate(1, "inv_1"), Actor(ActorKind.CANDIDATE, 1, EVERYTHING, "inv_1")):
            assert admitted(actor) == FOR_CANDIDATES | FOR_ANYBODY

    def test_anybody_reaches_what_is_public(self) -> None:
        assert admitted(Actor.anonymous()) == FOR_ANYBODY
        assert {refusal(Actor.anonymous(), *root) for root in set(ROOTS) - FOR_ANYBODY} == {Unauthenticated}

    def test_a_key_without_permissions_reaches_what_needs_none(self) -> None:
        reached = admitted(Actor(ActorKind.KEY, 1, frozenset(), "key_1"))
        assert reached - FOR_ANYBODY == {("query", "node"), ("query", "nodes"), ("query", "viewer")}

    def test_a_key_with_everything_reaches_everything_but_what_is_an_operators(self) -> None:
        every = Actor(ActorKind.KEY, 1, EVERYTHING | OPERATING, "key_1")
        assert admitted(every) == set(ROOTS)
        assert admitted(Actor(ActorKind.KEY, 1, EVERYTHING, "key_1")) == set(ROOTS) - FOR_OPERATORS

    @pytest.mark.parametrize("missing", sorted(Permission))
    def test_each_permission_is_needed_for_something(self, missing: Permission) -> None:
        """For a root field, or to read what some field answers."""
        lacking = Actor(ActorKind.KEY, 1, (EVERYTHING | OPERATING) - {missing}, "key_1")
        refused = set(ROOTS) - admitted(lacking)
        if missing in ONLY_OF_TYPES:
            assert not refused
            assert missing in {type_requirement(kind) for kind in SCHEMA.type_map.values() if is_object_type(kind)}
        else:
            assert {refusal(lacking, *root) for root in refused} == {Forbidden}


class TestTypes:
    def test_every_object_type_of_the_graph_says_what_reading_it_needs(self) -> None:
        """Or what is listed here: answers of mutations are read by whoever may call them."""
        silent = {
            name
            for name, kind in SCHEMA.type_map.items()
            if hasattr(kind, "interfaces") and hasattr(kind, "is_type_of") and not name.startswith("__")
            if kind not in (SCHEMA.query_type, SCHEMA.mutation_type, SCHEMA.subscription_type)
            if type_requirement(kind) is None
        }
        assert silent == set()

    @pytest.mark.parametrize(("kind", "name"), [root for root in ROOTS if root not in FOR_ANYBODY])
    def test_a_root_field_needs_more_than_being_anybody(self, kind: str, name: str) -> None:
        prepared = EXECUTOR.documents.get(operation(kind, name)).operation(None)
        assert Access.PUBLIC not in {guard.requirement for guard in prepared.guards}
