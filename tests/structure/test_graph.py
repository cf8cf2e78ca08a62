"""Every part of the graph is described, permitted, declared, and committed as it is."""

from collections.abc import Iterator
from typing import Any

import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLUnionType,
    build_schema,
    get_named_type,
    is_specified_directive,
    parse,
    validate,
)

from gateway import apis
from gateway.consoles import examples
from gateway.stored import texts
from resolvers import schema as graph
from resolvers.declared import Declared, declaration
from tests.structure.places import ROOT, stored_operations

SCHEMA = graph.build()
WRITTEN = graph.written(apis.served())
CORE = SCHEMA._schema
ROOTS = ("Query", "Mutation", "Subscription")
TYPES = [
    kind for name, kind in CORE.type_map.items() if not name.startswith("__") and name not in ("String", "Int", "Float", "Boolean", "ID")
]
OBJECTS = [kind for kind in TYPES if isinstance(kind, GraphQLObjectType)]


def described_parts(kind: GraphQLNamedType) -> Iterator[tuple[str, str | None]]:
    yield kind.name, kind.description
    if isinstance(kind, (GraphQLObjectType, GraphQLInterfaceType)):
        for name, field in kind.fields.items():
            yield f"{kind.name}.{name}", field.description
            for argument, described in field.args.items():
                yield f"{kind.name}.{name}({argument}:)", described.description
    elif isinstance(kind, GraphQLInputObjectType):
        yield from ((f"{kind.name}.{name}", field.description) for name, field in kind.fields.items())
    elif isinstance(kind, GraphQLEnumType):
        yield from ((f"{kind.name}.{name}", value.description) for name, value in kind.values.items())


def strawberry_fields(kind: GraphQLObjectType) -> list[Any]:
    return list(SCHEMA.get_type_by_name(kind.name).fields)  # type: ignore[union-attr]


class TestDescriptions:
    @pytest.mark.parametrize("kind", TYPES, ids=lambda kind: kind.name)
    def test_every_part_is_described(self, kind: GraphQLNamedType) -> None:
        assert [name for name, description in described_parts(kind) if not description or len(description) < 5] == []

    def test_our_directives_are_described(self) -> None:
        ours = [directive for directive in build_schema(WRITTEN).directives if not is_specified_directive(directive)]
        assert {directive.name for directive in ours} == {"requires", "rest"}
        assert all(directive.description for directive in ours)


class TestPermissions:
    @pytest.mark.parametrize("root", ROOTS)
    def test_every_root_field_says_what_it_needs(self, root: str) -> None:
        fields = CORE.type_map[root].fields  # type: ignore[attr-defined]
        assert [name for name, field in fields.items() if graph.field_guard(field) is None] == []

    @pytest.mark.parametrize("kind", [kind for kind in OBJECTS if kind.name not in ROOTS], ids=lambda kind: kind.name)
    def test_every_object_type_says_what_reading_it_needs(self, kind: GraphQLObjectType) -> None:
        assert graph.type_requirement(kind) is not None

    def test_candidates_are_admitted_to_these_fields_alone(self) -> None:
        admitted = {
            name
            for root in ROOTS
            for name, field in CORE.type_map[root].fields.items()  # type: ignore[attr-defined]
            if (guard := graph.field_guard(field)) and guard.admits_candidates
        }
        assert admitted == {"viewer", "startAttempt", "saveAnswers", "completeAttempt", "updateCandidate"}

    def test_these_fields_are_public(self) -> None:
        public = {
            name
            for root in ROOTS
            for name, field in CORE.type_map[root].fields.items()  # type: ignore[attr-defined]
            if (guard := graph.field_guard(field)) and guard.requirement.value == "public"
        }
        assert public == {
            "products",
            "eventTypes",
            "restApi",
            "instrument",
            "instruments",
            "openLink",
            "participantGuide",
            "entry",
            "registerAccount",
            "requestEntry",
            "confirmEntry",
            "requestTrial",
            "trial",
            "openTrial",
        }


class TestFields:
    @pytest.mark.parametrize("kind", [kind for kind in OBJECTS if kind.name not in ROOTS], ids=lambda kind: kind.name)
    def test_no_field_resolves_item_by_item(self, kind: GraphQLObjectType) -> None:
        """A field is the column of its name, or declared as parents in, values out."""
        undeclared = [
            field.name for field in strawberry_fields(kind) if field.base_resolver and not isinstance(declaration(field), Declared)
        ]
        assert undeclared == []

    @pytest.mark.parametrize("kind", [kind for kind in OBJECTS if kind.name not in ROOTS], ids=lambda kind: kind.name)
    def test_what_is_answered_by_a_batch_says_how(self, kind: GraphQLObjectType) -> None:
        for field in strawberry_fields(kind):
            declared = declaration(field)
            if isinstance(declared, Declared):
                assert (declared.level is None) != (declared.function is None), field.name

    def test_every_mutation_takes_one_input_and_admits_a_problem(self) -> None:
        for name, field in CORE.mutation_type.fields.items():  # type: ignore[union-attr]
            assert list(field.args) == ["input"], name
            union = get_named_type(field.type)
            assert isinstance(union, GraphQLUnionType), name
            assert "Problem" in {member.name for member in union.types}, name

    def test_connections_have_what_relay_names(self) -> None:
        connections = [kind for kind in OBJECTS if kind.name.endswith("Connection")]
        assert len(connections) >= 6
        for kind in connections:
            own = {"sums"} if kind.name == "InvoiceConnection" else set()
            assert set(kind.fields) - own == {"nodes", "edges", "pageInfo", "totalCount"}, kind.name


class TestDocuments:
    def test_the_committed_schema_is_current(self) -> None:
        """Renew it with `make schema`."""
        assert (ROOT / "schema.graphql").read_text().rstrip("\n") == WRITTEN.rstrip("\n")

    def test_the_committed_schema_can_be_read_by_others(self) -> None:
        assert build_schema((ROOT / "schema.graphql").read_text()).query_type is not None

    @pytest.mark.parametrize(("name", "text"), stored_operations(), ids=lambda part: part if part.isidentifier() else "")
    def test_every_stored_operation_fits_the_schema(self, name: str, text: str) -> None:
        document = parse(text)
        assert validate(CORE, document) == []
        [operation] = document.definitions
        assert operation.name.value == name  # type: ignore[attr-defined]
        assert len(operation.selection_set.selections) == 1  # type: ignore[attr-defined]

    @pytest.mark.parametrize("api", apis.DIALECTS)
    def test_every_route_and_message_has_its_operation_and_every_operation_one_of_them(self, api: str) -> None:
        dialect = apis.DIALECTS[api]
        stored = texts(ROOT / "rest_compat" / api / "operations")
        ways = [way for route in dialect.routes for way in route.ways]
        assert {part.operation for part in (*ways, *dialect.messages)} == set(stored)

    @pytest.mark.parametrize("text", examples().values(), ids=examples())
    def test_every_example_of_graphiql_fits_the_schema(self, text: str) -> None:
        document = parse(text)
        assert validate(CORE, document) == []
        assert all(definition.name for definition in document.definitions), "GraphiQL names tabs by operations"  # type: ignore[attr-defined]
