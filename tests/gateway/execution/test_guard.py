"""How large an operation may be, at each border and over it, and what refusing costs (Q-13)."""

import time
from dataclasses import replace
from importlib.resources import files
from typing import Any

import pytest
from graphql import FieldNode, FragmentSpreadNode, GraphQLError, get_introspection_query, parse
from hypothesis import given
from hypothesis import strategies as st

from gateway.execution.documents import Documents
from gateway.execution.guard import Guard, Limits, TooCostly
from gateway.stored import texts

MOST_SECONDS = 0.25
"""Five times the 50 ms of the rule; process CPU, never the clock."""


def verdict(text: str, **limits: int) -> str:
    """What the guard says of a text: nothing, or why it refuses."""
    guard = Guard(replace(Limits(), **limits))
    try:
        guard.check_text(text)
        guard.check(parse(text))
    except TooCostly as refusal:
        return refusal.message
    return ""


def nested(levels: int, leaf: str = "x") -> str:
    return "a {" * (levels - 1) + leaf + "}" * (levels - 1)


def names(count: int, prefix: str = "f") -> str:
    return " ".join(f"{prefix}{number}" for number in range(count))


def chain(levels: int, leaf: str = "x", spreads: int = 2) -> str:
    """Fragments that each spread the next one twice: the leaf stands 2^levels times in the operation."""
    links = [f"fragment F{level} on Query {{ {f'...F{level + 1} ' * spreads}}}" for level in range(levels)]
    return " ".join(["{ ...F0 }", *links, f"fragment F{levels} on Query {{ {leaf} }}"])


def aliased(count: int) -> str:
    return " ".join(f"a{number}: x" for number in range(count))


BORDERS = {
    "characters": (15_000, "{ x }".ljust, "15001 characters, at most 15000"),
    "definitions": (
        20,
        lambda n: "query A { x } " + " ".join(f"fragment F{part} on Query {{ x }}" for part in range(n - 1)),
        "21 definitions, at most 20",
    ),
    "depth": (12, lambda n: f"{{ {nested(n)} }}", "more than 12 levels deep"),
    "depth in inline fragments": (12, lambda n: f"{{ ...{{ ...{{ {nested(n)} }} }} }}", "more than 12 levels deep"),
    "depth in a fragment": (12, lambda n: f"{{ a {{ ...F }} }} fragment F on X {{ {nested(n - 1)} }}", "more than 12 levels deep"),
    "depth of __schema": (20, lambda n: f"{{ __schema {{ {nested(n)} }} }}", "more than 20 levels deep"),
    "depth of __type": (20, lambda n: f'{{ __type(name: "X") {{ {nested(n)} }} }}', "more than 20 levels deep"),
    "depth of a fragment of introspection": (20, lambda n: f"{{ x }} fragment T on __Type {{ {nested(n)} }}", "more than 20 levels deep"),
    "aliases": (30, lambda n: f"{{ {aliased(n)} }}", "more than 30 aliases"),
    "aliases in a fragment": (
        30,
        lambda n: f"{{ a {{ ...F }} b {{ ...F }} {aliased(n % 2)} }} fragment F on X {{ {aliased(n // 2)} }}",
        "more than 30 aliases",
    ),
    "directives of a field": (10, lambda n: f"{{ x {'@d ' * n} }}", "At most 10 directives"),
    "directives of a spread": (10, lambda n: f"{{ ...F {'@d ' * n} }} fragment F on X {{ x }}", "At most 10 directives"),
    "directives of an inline fragment": (10, lambda n: f"{{ ... {'@d ' * n} {{ x }} }}", "At most 10 directives"),
    "directives of an operation": (10, lambda n: f"query {'@d ' * n} {{ x }}", "At most 10 directives"),
    "directives of a fragment": (10, lambda n: f"{{ x }} fragment F on X {'@d ' * n} {{ x }}", "At most 10 directives"),
    "repeats": (5, lambda n: f"{{ {'x ' * n} }}", "'x' is named more than 5 times"),
    "repeats of an alias": (5, lambda n: f"{{ x {'x: y ' * (n - 1)} y }}", "'x' is named more than 5 times"),
    "repeats in inline fragments": (5, lambda n: f"{{ x {'...{ x } ' * (n - 1)} }}", "'x' is named more than 5 times"),
    "repeats in deeper ones": (5, lambda n: f"{{ ...{{ ...on X {{ ...{{ x }} }} {'...on X { x } ' * (n - 1)} }} }}", "more than 5 times"),
    "fields": (3_000, lambda n: f"{{ a {{ {names(999)} }} b {{ {names(999)} }} c {{ {names(n - 2001)} }} }}", "more than 3000 fields"),
}
"""The limit, a text that is exactly as large as it is told, and how one that is larger is refused."""


class TestBorders:
    @pytest.mark.parametrize("name", BORDERS)
    def test_the_limit_passes_and_one_more_does_not(self, name: str) -> None:
        limit, text, says = BORDERS[name]
        assert verdict(text(limit)) == ""
        assert says in verdict(text(limit + 1))

    def test_of_tokens(self, documents: Documents) -> None:
        assert documents.get("{" + names(998) + "}").status == "invalid"  # read, guarded and found to name no fields
        too_long = documents.get("{" + names(999) + "}")
        assert too_long.status == "unreadable"
        assert "more than 1000 tokens" in too_long.errors[0].message

    def test_names_may_repeat_where_types_differ(self) -> None:
        """What each member of a union or interface is asked for is not merged."""
        assert verdict("{ nodes {" + " ".join(f"... on T{n} {{ key name }}" for n in range(12)) + "} }") == ""

    def test_introspection_has_a_depth_of_its_own(self) -> None:
        assert verdict("{" + "a {" * 11 + " __schema {" + nested(20) + "}" + "}" * 11 + "}") == ""


class TestFragments:
    @pytest.mark.parametrize("levels", [12, 16, 18])
    def test_that_double_are_refused(self, levels: int) -> None:
        assert "more than 3000 fields" in verdict(chain(levels))

    def test_that_double_are_counted_as_often_as_they_are_spread(self) -> None:
        assert verdict(chain(11)) == ""
        assert verdict(chain(11), fields=2048) == ""
        assert verdict(chain(11), fields=2047) != ""

    @pytest.mark.parametrize(
        "text",
        [
            "{ ...A } fragment A on Query { x ...A }",
            "{ ...A } fragment A on Query { x ...B } fragment B on Query { ...C } fragment C on Query { x { ...A } }",
            "{ x } fragment A on Query { ...B } fragment B on Query { ...A }",
            "{ ...A } fragment A on Query { ... { ... on Query { ...A } } }",
            "{ ...A } fragment A on Query { x @include(if: true) { ...A ...A } }",
        ],
    )
    def test_that_reach_themselves_are_refused(self, text: str) -> None:
        assert "spreads itself" in verdict(text)

    def test_that_are_unknown_are_left_to_validation(self, documents: Documents) -> None:
        document = documents.get(chain(18).rpartition("fragment")[0])
        assert document.status == "invalid"
        assert "Unknown fragment 'F18'" in document.errors[0].message

    def test_that_are_not_used_are_measured_too(self) -> None:
        assert "levels deep" in verdict("{ x } fragment F on X {" + nested(13) + "}")


class TestWhatPasses:
    @pytest.mark.parametrize("flags", [{}, {"input_value_deprecation": True, "schema_description": True, "one_of": True}])
    def test_introspection_of_graphiql(self, documents: Documents, flags: dict[str, Any]) -> None:
        """GraphiQL asks with graphql-js 16, nine levels of `ofType`: what graphql-core writes as well."""
        assert documents.get(get_introspection_query(**flags)).errors == ()

    @pytest.mark.parametrize(("name", "text"), texts(files("gateway.graphiql") / "examples").items())
    def test_examples_of_graphiql(self, documents: Documents, name: str, text: str) -> None:
        assert documents.get(text).errors == (), name


WORST = {
    "16 levels that double": chain(16),
    "18 levels that double": chain(18),
    "a circle": "{ ...A } " + " ".join(f"fragment F{n} on Query {{ ...F{(n + 1) % 19} }}" for n in range(19)),
    "the same field everywhere": "{" + "x " * 990 + "}",
    "the same field in inline fragments": "{" + "...{ viewer { limits { requestsLeft } } }" * 99 + "}",
    "990 fields": "{" + names(990) + "}",
    "900 fields to suggest names for": "{" + names(900, "candidates_") + "}",
    "braces": "{a" * 330 + "}" * 330,
    "lists": "{ nodes(ids: " + "[" * 480 + "]" * 480 + ") { id } }",
    "objects": "{ a(x: " + "{a:" * 240 + "1" + "}" * 240 + ") }",
    "types of lists": "query($a: " + "[" * 480 + "Int" + "]" * 480 + ") { __typename }",
    "lines": '{ a(x: """' + "\n" * 14_900 + '""") }',
    "escapes": '{ a(x: "' + "\\u0041" * 2_470 + '") }',
    "variables": "query(" + " ".join(f"$v{n}: Int" for n in range(245)) + ") { __typename }",
    "arguments": "{ nodes(" + " ".join(f"a{n}: 1" for n in range(320)) + ") { id } }",
    "wrong members of an enum": "{ invites(first: 1, filter: {status: [" + "PENDINH " * 900 + "]}) { nodes { key } } }",
    "directives": "{" + " ".join(f"a{n}" + " @include(if: true)" * 10 for n in range(12)) + "}",
    "not GraphQL": "\U0001f600" * 15_000,
}


class TestCosts:
    @pytest.mark.parametrize("name", WORST)
    def test_refusing_is_cheap(self, documents: Documents, name: str) -> None:
        begun = time.process_time()
        document = documents.get(WORST[name])
        took = time.process_time() - begun
        assert document.errors
        assert took < MOST_SECONDS, f"{took * 1000:.0f} ms"


SELECTIONS = st.recursive(
    st.sampled_from(["x", "b: x", "...F0", "...F1", "...F2"]),
    lambda inner: st.lists(inner, min_size=1, max_size=3).map(lambda parts: f"y {{ {' '.join(parts)} }}"),
    max_leaves=6,
)


class TestMeasure:
    """The one walk with a memory finds what writing every fragment out would find."""

    @given(bodies=st.lists(st.lists(SELECTIONS, min_size=1, max_size=3), min_size=4, max_size=4))
    def test_equals_the_expanded_operation(self, bodies: list[list[str]]) -> None:
        text = self.acyclic(bodies)
        depth, fields, aliases = self.expanded(text)
        exact = {"depth": depth, "fields": fields, "aliases": aliases, "repeats": 1000}
        assert verdict(text, **exact) == ""
        for name, value in (("depth", depth), ("fields", fields), ("aliases", aliases)):
            assert value == 0 or verdict(text, **{**exact, name: value - 1}) != ""

    def acyclic(self, bodies: list[list[str]]) -> str:
        """The operation may spread all fragments, each fragment only those after it; all of them are reached."""
        parts = []
        for number, body in enumerate(bodies):
            written = " ".join(body)
            for earlier in range(number):
                written = written.replace(f"...F{earlier}", "x")
            following = f"...F{number}" if number < len(bodies) - 1 else ""
            head = "query" if number == 0 else f"fragment F{number - 1} on Query"
            parts.append(f"{head} {{ {written} {following} }}")
        return " ".join(parts)

    def expanded(self, text: str) -> tuple[int, int, int]:
        definitions = {getattr(part.name, "value", None): part for part in parse(text).definitions}  # type: ignore[attr-defined]

        def walk(selections: Any) -> tuple[int, int, int]:
            found = [one(selection) for selection in selections.selections]
            return max(depth for depth, _, _ in found), sum(part[1] for part in found), sum(part[2] for part in found)

        def one(selection: Any) -> tuple[int, int, int]:
            if isinstance(selection, FragmentSpreadNode):
                return walk(definitions[selection.name.value].selection_set)
            assert isinstance(selection, FieldNode)
            depth, fields, aliases = walk(selection.selection_set) if selection.selection_set else (0, 0, 0)
            return depth + 1, fields + 1, aliases + bool(selection.alias)

        return walk(definitions[None].selection_set)


class TestNul:
    @pytest.mark.parametrize("written", ['"a\\u0000"', '"a\\u{0}"', '"a\\u{000000}"'])
    def test_is_refused_in_a_literal(self, written: str) -> None:
        """Q-17: no database keeps it."""
        with pytest.raises(GraphQLError, match="NUL"):
            Guard(Limits()).check(parse(f"{{ candidate(key: {written}) {{ key }} }}"))

    @pytest.mark.parametrize("written", ['"a\\\\u0000"', '"""a\\u0000"""', '"a\\u0041"'])
    def test_is_not_seen_where_there_is_none(self, written: str) -> None:
        Guard(Limits()).check(parse(f"{{ candidate(key: {written}) {{ key }} }}"))
