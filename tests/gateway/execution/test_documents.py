"""Texts of operations made ready once, in a cache with a bound."""

import pytest
from graphql import GraphQLError, OperationType

from domain.kernel.permissions import Access, Permission
from gateway.execution import documents as module
from gateway.execution.documents import Documents

TWO = "query One { viewer { permissions } } query Two { account { key } } mutation Three { revokeApiKey(input: {key: 1}) { __typename } }"


def kept(documents: Documents) -> list[str]:
    return list(documents._kept)


class TestCache:
    def test_makes_a_text_ready_once(self, documents: Documents) -> None:
        assert documents.get("{ viewer { permissions } }") is documents.get("{ viewer { permissions } }")

    def test_keeps_so_many_and_drops_what_was_not_asked_for_longest(self, documents: Documents, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(module, "DOCUMENTS_KEPT", 3)
        for name in ("a", "b", "c", "a", "d"):
            documents.get(f"query {name} {{ __typename }}")
        assert kept(documents) == [f"query {name} {{ __typename }}" for name in ("c", "a", "d")]

    def test_keeps_so_many_characters_whatever_their_number(self, documents: Documents, monkeypatch: pytest.MonkeyPatch) -> None:
        """A thousand texts of the largest size would take half a gigabyte."""
        assert module.CHARACTERS_KEPT * 30 < 2**25
        monkeypatch.setattr(module, "CHARACTERS_KEPT", 100)
        texts = ["{ __typename }".ljust(length) for length in (30, 40, 60, 14, 100, 101)]
        for text, left in zip(texts, ([0], [0, 1], [1, 2], [2, 3], [4], []), strict=True):
            documents.get(text)
            assert kept(documents) == [texts[index] for index in left]

    @pytest.mark.parametrize(
        "text",
        [
            "{",
            "{ nothing }",
            "{ x }".ljust(15_001),
            "{" + "x " * 6 + "}",
            "{ ...A } fragment A on Query { ...A }",
            "{" + "a {" * 13 + "x" + "}" * 13 + "}",
        ],
    )
    def test_keeps_nothing_that_cannot_run(self, documents: Documents, text: str) -> None:
        """A megabyte of text must not lie in memory a thousand times."""
        assert documents.get(text).errors
        assert kept(documents) == []

    @pytest.mark.parametrize(("text", "status"), [("{", "unreadable"), ("{ nothing }", "invalid"), ("{ __typename }", "ready")])
    def test_knows_why(self, documents: Documents, text: str, status: str) -> None:
        assert documents.get(text).status == status


class TestOperations:
    def test_by_name(self, documents: Documents) -> None:
        document = documents.get(TWO)
        assert [document.operation(name).kind for name in ("One", "Three")] == [OperationType.QUERY, OperationType.MUTATION]

    def test_the_only_one_needs_no_name(self, documents: Documents) -> None:
        document = documents.get("query One { viewer { permissions } }")
        assert document.operation(None) is document.operation("One") is document.operation("")

    @pytest.mark.parametrize(
        ("text", "name", "says"),
        [
            (TWO, None, "Must provide operation name"),
            (TWO, "", "Must provide operation name"),
            (TWO, "Four", "Unknown operation named 'Four'"),
            ("{ __typename }", "One", "Unknown operation named 'One'"),
        ],
    )
    def test_that_are_not_there(self, documents: Documents, text: str, name: str | None, says: str) -> None:
        with pytest.raises(GraphQLError, match=says):
            documents.get(text).operation(name)

    @pytest.mark.parametrize("text", ["fragment F on Query { __typename }", "type A { b: Int }", "# nothing", ""])
    def test_a_text_without_any_has_errors(self, documents: Documents, text: str) -> None:
        assert documents.get(text).errors


class TestNeeds:
    """What an operation needs is known before it runs: of its root fields, and of every type it selects."""

    def needs(self, documents: Documents, text: str, name: str | None = None) -> set[object]:
        document = documents.get(text)
        assert document.errors == ()
        prepared = document.operation(name)
        return {guard.requirement for guard in prepared.guards} | set(prepared.types)

    @pytest.mark.parametrize(
        ("text", "needed"),
        [
            ("{ __typename }", set()),
            ("{ __schema { types { name } } }", set()),
            ("{ instruments { key } }", {Access.PUBLIC}),
            ("{ viewer { permissions } }", {Access.SIGNED_IN}),
            ("{ candidates(first: 1) { totalCount } }", {Permission.CANDIDATES_READ, Access.PUBLIC}),
            ('{ node(id: "x") { id } }', {Access.SIGNED_IN}),
            ('{ node(id: "x") { id ... on Result { key } } }', {Access.SIGNED_IN, Permission.RESULTS_READ}),
            ('{ node(id: "x") { ...F } } fragment F on Node { ...G } fragment G on Attempt { result { key } }',
             {Access.SIGNED_IN, Permission.ATTEMPTS_READ, Permission.RESULTS_READ}),
            ("{ candidates(first: 1) { nodes { invites(first: 1) { nodes { attempt { result { key } } } } } } }",
             {Access.PUBLIC, Permission.CANDIDATES_READ, Permission.INVITES_READ, Permission.ATTEMPTS_READ, Permission.RESULTS_READ}),
            ('mutation { cancelInvite(input: {key: "inv_1"}) { ... on Invite { candidate { name } } } }',
             {Permission.INVITES_WRITE, Permission.INVITES_READ, Permission.CANDIDATES_READ}),
            ("subscription { inviteChanged { sequence } }", {Permission.INVITES_READ}),
        ],
    )  # fmt: skip
    def test_of_operations(self, documents: Documents, text: str, needed: set[object]) -> None:
        assert self.needs(documents, text) == needed

    def test_of_one_operation_are_not_those_of_its_neighbour(self, documents: Documents) -> None:
        text = "query A { ...F } query B { account { key } } fragment F on Query { balance { used } }"
        assert self.needs(documents, text, "A") == {Permission.BILLING_READ}
        assert self.needs(documents, text, "B") == {Permission.ACCOUNT_READ}

    def test_include_and_skip_do_not_hide_a_field(self, documents: Documents) -> None:
        text = "query($no: Boolean = false) { viewer @skip(if: true) { permissions } balance @include(if: $no) { used } }"
        assert self.needs(documents, text) == {Access.SIGNED_IN, Permission.BILLING_READ}


class TestSwitches:
    def test_introspection_off(self, documents: Documents) -> None:
        """Q-14."""
        closed = Documents(documents.schema, documents.policy, documents.guard.limits, introspection=False)
        for text in ("{ __schema { types { name } } }", '{ __type(name: "Query") { name } }'):
            assert "introspection has been disabled" in closed.get(text).errors[0].message
        assert closed.get("{ __typename }").errors == ()

    def test_suggestions_off(self, documents: Documents) -> None:
        """Q-14."""
        silent = Documents(documents.schema, documents.policy, documents.guard.limits, suggestions=False)
        wrong = [
            "{ candidate(kee: 1) { key } }",
            "{ candidatess { key } }",
            '{ candidate(key: "x") { naem } }',
            "{ invites(first: 1, filter: {status: PENDINH}) { totalCount } }",
            "query($f: CandidateFiltr) { candidates(first: 1, filter: $f) { totalCount } }",
        ]
        for text in wrong:
            assert any("Did you mean" in error.message for error in documents.get(text).errors), text
            assert not any("Did you mean" in error.message for error in silent.get(text).errors), text
