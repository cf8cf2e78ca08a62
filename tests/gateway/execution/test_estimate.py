"""How many objects an operation would touch: counted before it runs, refused over ten thousand (Q-13)."""

from typing import Any

import pytest
from graphql import FragmentDefinitionNode, GraphQLError, GraphQLField, OperationDefinitionNode, build_schema, parse, validate

from gateway.execution import estimate
from gateway.execution.documents import Documents
from gateway.execution.estimate import Estimator
from gateway.execution.guard import TooCostly
from gateway.execution.run import Answer, Executor

SCHEMA = build_schema(
    """
    type Query {
      me: Person
      people(first: Int, last: Int): People!
      friends: [Person!]!
      nodes(ids: [ID!]!): [Person]!
      free: Thing
      told: Thing
      one: Thing
    }
    type People { nodes: [Person!]! edges: [Edge!]! pageInfo: PageInfo! total: Int! totalCount: Int! }
    type Edge { node: Person! cursor: String! }
    type PageInfo { end: String }
    type Person {
      name: String
      people(first: Int, last: Int): People!
      friends: [Person!]!
      best: Person
      parts: [Thing!]!
      tags: [String!]!
      drawing(width: Int): String
      ranked(first: Int, last: Int): People!
    }
    type Thing { name: String thing: Thing drawing: String best: Person things: [Thing!]! }
    """
)
KINDS = {
    "free": "unfold",
    "parts": "unfold",
    "told": "unfold",
    "things": "attribute",
    "thing": "computed",
    "node": "attribute",
    "pageInfo": "attribute",
}
WEIGHTS = {"drawing": 20, "ranked": 50, "told": 500}
NAMES = {id(field): name for kind in SCHEMA.type_map.values() for name, field in getattr(kind, "fields", {}).items()}


def kind_of(field: GraphQLField) -> str:
    return KINDS.get(NAMES[id(field)], "edge")


def weight_of(field: GraphQLField) -> int:
    return WEIGHTS.get(NAMES[id(field)], 0)


def count(text: str, **variables: Any) -> int:
    """The estimate of an operation on the small schema above."""
    document = parse(text)
    assert validate(SCHEMA, document) == []
    fragments = {part.name.value: part for part in document.definitions if isinstance(part, FragmentDefinitionNode)}
    [operation] = (part for part in document.definitions if isinstance(part, OperationDefinitionNode))
    return Estimator(SCHEMA, kind_of, fragments, weight_of=weight_of).of(operation)(variables)


class TestCount:
    @pytest.mark.parametrize(
        ("objects", "text"),
        [
            (1, "{ me { name } }"),
            (2, "{ me { best { name tags } } }"),
            (0, "{ __typename }"),
            (0, "{ __schema { types { name fields { name } } } }"),
            (0, "{ free { name thing { name } } }"),
            (1, "{ one { thing { name } } }"),
            (1, "{ me { parts { name thing { name } } } }"),
            (10, "{ friends { name } }"),
            (110, "{ friends { friends { name } } }"),
            (20, "{ friends { best { name } } }"),
            (1, "{ people(first: 7) { total } }"),
            (8, "{ people(first: 7) { nodes { name } } }"),
            (8, "{ people(last: 7) { nodes { name } } }"),
            (8, "{ people(first: 7) { edges { node { name } cursor } } }"),
            (9, "{ people(first: 7) { nodes { name } pageInfo { end } } }"),
            (15, "{ people(first: 7) { nodes { name } edges { node { name } } } }"),
            (1 + 7 * (1 + 1 + 3), "{ people(first: 7) { nodes { people(first: 3) { nodes { name } } } } }"),
            (1 + 7 * (1 + 1 + 3), "{ people(first: 7) { edges { node { people(first: 3) { edges { node { name } } } } } } }"),
            (1 + 7 * (1 + 1), "{ people(first: 7) { nodes { best { name } } } }"),
            (3, '{ nodes(ids: ["a", "b", "c"]) { name } }'),
            (3 * (1 + 1 + 5), '{ nodes(ids: ["a", "b", "c"]) { people(first: 5) { nodes { name } } } }'),
            (2, "{ a: me { name } b: me { name } }"),
            (3, "{ me { name } ...F } fragment F on Query { me { best { name } } }"),
            (4, "{ ...F ...F } fragment F on Query { me { best { name } } }"),
            (2, "{ ... on Query { me { ... { best { name } } } } }"),
            (1 + 20, "{ me { drawing } }"),
            (1 + 3 * 20, "{ me { drawing a: drawing b: drawing(width: 300) } }"),
            (1 + 7 * (1 + 2 * 20), "{ people(first: 7) { nodes { a: drawing b: drawing } } }"),
            (1 + 7 * (1 + 20), "{ people(first: 7) { edges { node { ...F } } } } fragment F on Person { drawing }"),
            (10 * (1 + 20), "{ friends { drawing } }"),
            (1 + 50 + 1, "{ me { ranked(first: 7) { total } } }"),
            (1 + 50 + 1 + 7 * (1 + 20), "{ me { ranked(first: 7) { nodes { drawing } } } }"),
            (500, "{ told { name } }"),
            (500 + 20, "{ told { drawing } }"),
            (1 + 10 * 20, "{ me { parts { drawing } } }"),
            (1 + 10 * (10 * 20), "{ me { parts { things { name drawing } } } }"),
            (1 + 10 * 1, "{ me { parts { best { name } } } }"),
            (9, "{ people(first: 7) { ... on People { nodes { name } } ...P } } fragment P on People { pageInfo { end } }"),
        ],
    )
    def test_of_objects(self, objects: int, text: str) -> None:
        assert count(text) == objects

    def test_multiplies_variables(self) -> None:
        text = "query($n: Int, $ids: [ID!]!) { nodes(ids: $ids) { people(first: $n) { nodes { name } } } }"
        assert count(text, n=5, ids=["a", "b"]) == 2 * (1 + 1 + 5)
        assert count(text, n=50, ids=["a"]) == 1 + 1 + 50

    @pytest.mark.parametrize(
        ("text", "variables"),
        [
            ("{ people { nodes { name } } }", {}),
            ("{ people { total } }", {}),
            ("{ people(first: null) { total } }", {}),
            ("query($n: Int) { people(first: $n) { total } }", {}),
            ("query($n: Int) { people(first: $n) { total } }", {"n": None}),
            ("{ me { people { total } } }", {}),
        ],
    )
    def test_needs_a_page_size(self, text: str, variables: dict[str, Any]) -> None:
        with pytest.raises(GraphQLError, match="'people' needs 'first' or 'last', a number from 1 to 100") as refusal:
            count(text, **variables)
        assert refusal.value.locations

    def test_counting_a_list_costs_for_each_list_that_is_counted(self) -> None:
        assert count("{ people(first: 5) { totalCount } }") == 11
        assert count("{ people(first: 5) { nodes { people(first: 5) { totalCount } } } }") == 1 + 5 * (1 + 11)

    def test_a_page_size_below_nothing_is_nothing(self) -> None:
        """The list itself refuses it; the estimate must not go below what the rest costs."""
        assert count("{ me { name } people(first: -100) { nodes { name } } }") == 2


class TestCheck:
    def test_admits_the_limit_itself_and_no_more(self) -> None:
        assert estimate.check(lambda _: 10_000, {}, 10_000) == 10_000
        with pytest.raises(TooCostly, match="about 10001 objects, at most 10000"):
            estimate.check(lambda _: 10_001, {}, 10_000)

    @pytest.mark.parametrize("list_field", ["nodes", "edges { node }"])
    def test_nested_pages_of_the_graph(self, documents: Documents, list_field: str) -> None:
        """A hundred of a hundred is too many, however the page is read."""

        def nodes(inner: str) -> str:
            return f"nodes {{ {inner} }}" if list_field == "nodes" else f"edges {{ node {{ {inner} }} }}"

        def text(outer: int, inner: int) -> str:
            invites = f"invites(first: {inner}) {{ {nodes('key')} }}"
            return f"{{ candidates(first: {outer}) {{ {nodes(invites)} }} }}"

        assert documents.get(text(100, 97)).operation(None).estimate({}) == 1 + 100 * (1 + 1 + 97)
        assert documents.get(text(100, 98)).operation(None).estimate({}) > 10_000

    def test_a_list_without_pages_counts_as_many_as_it_can_have(self, documents: Documents) -> None:
        """Else five hundred job profiles with a page each would pass as ten."""
        whole = "query($n: Int!) { allJobProfiles { key savedMatches(first: $n) { nodes { key } } } }"
        [prepared] = documents.get(whole).operations.values()
        assert [prepared.estimate({"n": size}) for size in (1, 18)] == [500 * 3, 500 * 20]
        with pytest.raises(TooCostly):
            estimate.check(prepared.estimate, {"n": 19}, 10_000)

    @pytest.mark.parametrize(
        ("objects", "text"),
        [
            (1 + 100 * (1 + 2 * 20), "{ results(first: 100) { nodes { radar bars } } }"),
            (
                1 + 100 * (1 + 2 * (10 + 1)),
                '{ results(first: 100) { nodes { match(jobProfile: "jp_a") { overall } matchWith(targets: []) { overall } } } }',
            ),
            (1 + 1 + 20, '{ team(key: "1") { composition { chart } } }'),
            (1 + 51 + 51, '{ team(key: "1") { coverage(jobProfile: "jp_a") { joining { change } } } }'),
            (1 + 50 + 1 + 5, '{ jobProfile(key: "jp_a") { ranking(first: 5) { nodes { rank } } } }'),
            (1 + 20 + 1 + 3, '{ candidate(key: "c") { bestProfiles(first: 3) { nodes { rank } } } }'),
            (2 * (500 + 1), "{ a: statistics { fewestPeople } b: statistics { fewestPeople } }"),
            (501 + 1 + 20 + 10 * (1 + 1), "{ statistics { total { correlations { picture } scales { picture } } } }"),
        ],
    )
    def test_counts_what_is_worked_out(self, documents: Documents, objects: int, text: str) -> None:
        """Pictures, matches and rankings give few objects or none, and take long."""
        assert documents.get(text).operation(None).estimate({}) == objects

    def test_of_the_main_operation_leaves_room(self, documents: Documents) -> None:
        """50 candidates with invites, attempts, results of 23 scales and the norm group: what is in a row costs nothing."""
        text = """{ candidates(first: 50) { nodes { invites(first: 3) { nodes { attempt { result {
            scales { cValue scale { key name { en } } } normGroup { name { en } } } } } } } } }"""
        assert documents.get(text).operation(None).estimate({}) == 1 + 50 * (1 + 1 + 3 * 4)


class TestAdmission:
    """Variables are coerced first; what they cost is known before anything runs."""

    TEXT = "query($n: Int = 100, $m: Int!) { candidates(first: $n) { nodes { invites(first: $m) { nodes { key } } } } }"

    def refusal(self, executor: Executor, variables: dict[str, Any]) -> Answer | None:
        prepared = executor.documents.get(self.TEXT).operation(None)
        allowing = Executor(executor.documents, lambda *_: None)
        admitted = allowing.admit(prepared, variables, _Anybody())
        return admitted if isinstance(admitted, Answer) else None

    def test_counts_defaults_of_variables(self, executor: Executor) -> None:
        assert self.refusal(executor, {"m": 97}) is None
        refused = self.refusal(executor, {"m": 98})
        assert refused is not None
        assert not refused.executed
        assert refused.errors is not None
        assert "objects" in refused.errors[0]["message"]
        assert self.refusal(executor, {"m": 98, "n": 99}) is None

    @pytest.mark.parametrize("variables", [{}, {"m": "5"}, {"m": None}, {"m": 2**31}, {"m": 1, "n": [1]}, {"m": True}])
    def test_refuses_variables_that_are_wrong(self, executor: Executor, variables: dict[str, Any]) -> None:
        refused = self.refusal(executor, variables)
        assert refused is not None
        assert refused.errors is not None
        assert {error["extensions"]["kind"] for error in refused.errors} == {"BAD_INPUT"}
        assert refused.data is None
        assert not refused.executed


class _Anybody:
    request_id = "test"
    deadline = 10.0
