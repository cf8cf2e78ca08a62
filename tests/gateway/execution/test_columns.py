"""What the engine does with rows of known columns: lists kept as columns, columns written at once, what it tells batches they need."""

import asyncio
import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pytest
from graphql import (
    GraphQLField,
    GraphQLFloat,
    GraphQLInt,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLScalarType,
    GraphQLSchema,
    GraphQLString,
    default_field_resolver,
    parse,
)
from graphql.execution import get_variable_values
from graphql.pyutils import Undefined
from hypothesis import given
from hypothesis import strategies as st

from domain.kernel.statements import row_type
from domain.kernel.tables import Table
from gateway.execution.engine import Engine
from gateway.execution.fields import FieldWay, Way, Ways
from gateway.execution.replay import Reference, Replay
from tests.gateway.execution.random_graphs import DECLARED, Declared

Score = row_type("Score", ("raw", "c"))
Other = row_type("Score", ("c", "raw"))
MADE: list[Any] = []


class Counted(Score):
    """A row that tells when it is made."""

    __slots__ = ()

    def __new__(cls, values: Any) -> "Counted":
        MADE.append(values)
        return super().__new__(cls, values)


def _half(raw: int | None) -> float | None:
    if raw == 13:
        raise ValueError("thirteen")
    return None if raw is None else raw / 2


def _computed(kind: Any, function: Any, *columns: str) -> GraphQLField:
    def alone(parent: Any, _info: Any) -> Any:
        return function(*[getattr(parent, name) for name in columns])

    return GraphQLField(kind, resolve=alone, extensions={DECLARED: Declared("computed", function=function, columns=columns)})


def attribute(kind: Any) -> GraphQLField:
    return GraphQLField(kind, extensions={"attribute": True})


class Attributes(Ways):
    """Ways of a schema without Strawberry, in which attributes are marked."""

    def of(self, field: GraphQLField) -> FieldWay:
        if field.extensions.get("attribute"):
            name = next(name for kind in self.schema.type_map.values() for name, one in getattr(kind, "fields", {}).items() if one is field)
            return FieldWay(Way.ATTRIBUTE, name, reads=frozenset({name}))
        return super().of(field)


def engine_of(schema: GraphQLSchema, quick: Any = None) -> Engine:
    ways = Attributes(schema, lambda field: field.extensions.get(DECLARED), quick=quick)
    return Engine(ways, lambda kind: getattr(kind, "graph_type", None))


async def both_ways(engine: Engine, text: str, root: Any = None) -> list[Any]:
    """The answer of the engine and that of the reference."""
    document = parse(text)
    operation = engine.operation(document.definitions[0], {})  # type: ignore[arg-type]
    coerced: Any = get_variable_values(engine.ways.schema, (), {})
    ours = await engine.run(operation, coerced, None, root)
    theirs = engine._reference(Reference, operation, coerced, None, root).execute_operation()
    theirs = await theirs if asyncio.iscoroutine(theirs) else theirs
    assert not engine.fell_back
    return [(found.data, sorted(map(str, found.errors or ()))) for found in (ours, theirs)]


SCORE = GraphQLObjectType(
    "Score",
    {
        "raw": attribute(GraphQLInt),
        "half": _computed(GraphQLFloat, _half, "raw"),
        "must": _computed(GraphQLNonNull(GraphQLFloat), _half, "raw"),
        "c": attribute(GraphQLInt),
        "shown": GraphQLField(GraphQLString, resolve=lambda row, _info: f"{row.raw}/{row.c}"),
    },
)
RESULT = GraphQLObjectType("Result", {"scores": attribute(GraphQLList(SCORE)), "all": attribute(GraphQLList(GraphQLList(SCORE)))})
SCORES = engine_of(GraphQLSchema(GraphQLObjectType("Query", {"results": attribute(GraphQLList(RESULT))})))
Result = row_type("Result", ("scores", "all"))


class Root:
    def __init__(self, *tables: Any) -> None:
        self.results = [None if table is None else Result((table, [table, None, table])) for table in tables]


_values = st.one_of(st.none(), st.integers(0, 30))
_tables = st.tuples(st.sampled_from([Score, Other]), st.lists(st.tuples(_values, _values), max_size=4))
_lists = st.one_of(st.none(), st.tuples(st.just(None), st.lists(st.one_of(st.none(), st.tuples(_values, _values)), max_size=3)), _tables)
_selections = st.sets(st.sampled_from(["raw", "half", "must", "c", "shown", "__typename"]), min_size=1)


def _made(told: Any) -> Any:
    if told is None:
        return None
    row, values = told
    if row is None:
        return [None if value is None else Score(value) for value in values]
    return Table(row, [raw for raw, _ in values], [c for _, c in values])


class TestTables:
    @given(st.lists(_lists, max_size=4), _selections, st.booleans())
    def test_answer_like_lists_of_rows(self, lists: Sequence[Any], selection: set[str], nested: bool) -> None:
        """Of one kind or of several, beside lists and nulls, with failures, nulls where none may be, and resolvers for each row."""
        text = f"{{ results {{ {'all' if nested else 'scores'} {{ {' '.join(sorted(selection))} }} }} }}"
        ours, reference = asyncio.run(both_ways(SCORES, text, Root(*map(_made, lists))))
        assert ours == reference

    async def test_make_no_rows_where_columns_are_enough(self) -> None:
        MADE.clear()
        root = Root(Table(Counted, [1, 2], [3, 4]), Table(Counted, [5], [None]))
        document = parse("{ results { scores { c half __typename } } }")
        engine = engine_of(SCORES.ways.schema)
        answer = await engine.run(
            engine.operation(document.definitions[0], {}), get_variable_values(engine.ways.schema, (), {}), None, root
        )  # type: ignore[arg-type]
        assert answer.data is not None
        assert answer.data["results"][1] == {"scores": [{"c": None, "half": 2.5, "__typename": "Score"}]}
        assert MADE == []

    def test_have_columns_of_one_length(self) -> None:
        with pytest.raises(ValueError, match="Score"):
            Table(Score, [1, 2], [3])

    def test_are_sequences(self) -> None:
        table = Table(Score, [1, 2], [3, 4])
        assert (len(table), list(table), table[1].c, table[0:1]) == (2, [(1, 3), (2, 4)], 4, [(1, 3)])


class Word(str):
    __slots__ = ()


def _loud(words: Sequence[str]) -> list[str]:
    return [f"{word}!".upper() for word in words if word != "bad" or 1 / 0]


LOUD = GraphQLScalarType("Loud", serialize=lambda word: _loud([word])[0])
ROW = GraphQLObjectType("Row", {"word": attribute(LOUD), "words": attribute(GraphQLList(LOUD)), "must": attribute(GraphQLNonNull(LOUD))})
QUICK_CALLS: list[int] = []


def _counting(words: Sequence[str]) -> list[str]:
    QUICK_CALLS.append(len(words))
    return _loud(words)


LOUDLY = engine_of(GraphQLSchema(GraphQLObjectType("Query", {"rows": attribute(GraphQLList(ROW))})), {"Loud": (str, _counting)})
Words = row_type("Row", ("word", "words", "must"))


class Rows:
    def __init__(self, *values: Any) -> None:
        self.rows = [Words((value, [value, None], value)) for value in values]


class TestColumnWriters:
    @given(st.lists(st.sampled_from(["a", "b", "bad", None, 7, Word("c")]), max_size=4), st.sampled_from(["word", "words", "must"]))
    def test_answer_like_the_scalar(self, values: list[Any], name: str) -> None:
        ours, reference = asyncio.run(both_ways(LOUDLY, f"{{ rows {{ {name} }} }}", Rows(*values)))
        assert ours == reference

    async def test_are_called_once_for_a_column(self) -> None:
        QUICK_CALLS.clear()
        await both_ways(LOUDLY, "{ rows { word } }", Rows("a", "b", None, "c"))
        assert QUICK_CALLS == [3]

    @pytest.mark.parametrize("value", [math.inf, math.nan, 2**31, "text", True])
    async def test_leave_what_is_odd_to_the_letter(self, value: Any) -> None:
        kind = GraphQLObjectType("Row", {"float": attribute(GraphQLFloat), "int": attribute(GraphQLInt)})
        engine = engine_of(GraphQLSchema(GraphQLObjectType("Query", {"rows": attribute(GraphQLList(kind))})))
        row = row_type("Row", ("float", "int"))

        class Root:
            rows = (row((1.5, 1)), row((value, value)), row((None, None)))

        ours, reference = await both_ways(engine, "{ rows { float int } }", Root)
        assert ours == reference


class Unreadable:
    """A list that fails while it is read."""

    def __iter__(self) -> Iterator[Any]:
        yield Score((1, 2))
        raise ValueError("unreadable")


async def later(value: Any) -> Any:
    return value


def failing() -> Iterator[Any]:
    yield from Unreadable()


class TestOddLists:
    """Lists of attributes may hold anything; whatever it is, the reference says what comes of it."""

    ANYTHING = GraphQLScalarType("Anything", serialize=str)
    KIND = GraphQLObjectType(
        "Kind",
        {
            "leaves": attribute(GraphQLList(ANYTHING)),
            "nested": attribute(GraphQLList(GraphQLList(ANYTHING))),
            "scores": attribute(GraphQLList(SCORE)),
            "score": attribute(SCORE),
            "leaf": attribute(ANYTHING),
        },
    )
    ENGINE = engine_of(GraphQLSchema(GraphQLObjectType("Query", {"kinds": attribute(GraphQLList(KIND))})))
    ROW = row_type("Kind", ("leaves", "nested", "scores", "score", "leaf"))

    @pytest.mark.parametrize(
        "make",
        [
            lambda: ([later("a"), "b"], [[later("a")], None], [later(Score((1, 2))), None], later(Score((1, 2))), later("a")),
            lambda: (failing(), [failing(), ["a"]], failing(), None, "a"),
            lambda: (Undefined, [Undefined], [Undefined, Score((1, 2))], Undefined, Undefined),
            lambda: ([Undefined, "a"], [[Undefined]], Undefined, Undefined, Undefined),
            lambda: (7, [7], 7, None, None),
            lambda: (ValueError("x"), [ValueError("y")], [ValueError("z")], ValueError("v"), ValueError("w")),
            lambda: (Half(), [Half()], Half(), None, Half()),
        ],
    )
    async def test_are_answered_as_by_the_reference(self, make: Any) -> None:
        class Root:
            @property
            def kinds(self) -> list[Any]:
                return [TestOddLists.ROW(make()), TestOddLists.ROW((["a"], [["a"]], [Score((3, 4))], Score((5, 6)), "a"))]

        selection = "leaves nested scores { c shown } score { c } leaf"
        ours, reference = await both_ways(self.ENGINE, f"{{ kinds {{ {selection} }} }}", Root())
        assert ours == reference


class Half:
    """Looks like a table and is none."""

    arrays = ()
    row = Score

    def __str__(self) -> str:
        return "half"


class TestNothing:
    """A level without objects is nothing out of the ordinary."""

    @pytest.mark.parametrize(
        ("values", "text"),
        [
            ([], "{ results { scores { c half } } }"),
            ([None], "{ results { scores { c half } } }"),
            ([Table(Score, [], [])], "{ results { scores { c half shown } all { c } } }"),
        ],
    )
    async def test_is_completed_without_the_reference(self, values: list[Any], text: str, monkeypatch: pytest.MonkeyPatch) -> None:
        _, reference = await both_ways(SCORES, text, Root(*values))
        monkeypatch.setattr(Replay, "over", None)
        document = parse(text)
        operation = SCORES.operation(document.definitions[0], {})  # type: ignore[arg-type]
        answer = await SCORES.run(operation, get_variable_values(SCORES.ways.schema, (), {}), None, Root(*values))  # type: ignore[arg-type]
        assert (answer.data, []) == reference

    async def test_large_floats_are_finite_though_their_sum_is_not(self, monkeypatch: pytest.MonkeyPatch) -> None:
        kind = GraphQLObjectType("Row", {"float": attribute(GraphQLFloat)})
        engine = engine_of(GraphQLSchema(GraphQLObjectType("Query", {"rows": attribute(GraphQLList(kind))})))
        row = row_type("Row", ("float",))

        class Root:
            rows = (row((1.7e308,)), row((1.7e308,)))

        monkeypatch.setattr(Replay, "over", None)
        ours, reference = await both_ways(engine, "{ rows { float } }", Root)
        assert ours == reference


class TestReads:
    """What a batch is told of what will be read of the objects that it finds."""

    async def told(self, text: str) -> Mapping[str, frozenset[str]]:
        found: list[Mapping[str, frozenset[str]]] = []

        async def level(parents: Sequence[Any], _context: Any, reads: Mapping[str, frozenset[str]]) -> list[Any]:
            found.append(reads)
            return [None for _ in parents]

        async def nothing(parents: Sequence[Any], _context: Any) -> list[Any]:
            return [None for _ in parents]

        named = GraphQLInterfaceType("Named", {"name": GraphQLField(GraphQLString)}, resolve_type=lambda *_: "Person")
        pet = GraphQLObjectType("Pet", {"name": attribute(GraphQLString), "age": attribute(GraphQLInt)}, [named])
        person = GraphQLObjectType(
            "Person",
            lambda: {
                "name": attribute(GraphQLString),
                "age": _computed(GraphQLInt, lambda born, now: now - born, "born", "now"),
                "pet": GraphQLField(pet, extensions={DECLARED: Declared("edge", level=nothing, columns=("pet_key",))}),
                "whole": GraphQLField(GraphQLInt, extensions={DECLARED: Declared("batched", level=nothing)}),
                "item": GraphQLField(GraphQLInt, resolve=default_field_resolver),
                "home": attribute(GraphQLObjectType("Home", {"street": attribute(GraphQLString)})),
            },
            [named],
        )
        page = GraphQLObjectType("Page", {"nodes": attribute(GraphQLList(person)), "any": attribute(GraphQLList(named))})
        people = GraphQLField(page, extensions={DECLARED: Declared("connection", level=level, takes_reads=True)})
        engine = engine_of(GraphQLSchema(GraphQLObjectType("Query", {"people": people}), types=[person, pet]))
        document = parse(text)
        await engine.run(engine.operation(document.definitions[0], {}), get_variable_values(engine.ways.schema, (), {}), None)  # type: ignore[arg-type]
        [reads] = found
        return {name: read for name, read in reads.items() if name != "Page"}

    @pytest.mark.parametrize(
        ("selection", "reads"),
        [
            ("name", {"Person": {"name"}}),
            ("__typename other: name", {"Person": {"name"}}),
            ("age", {"Person": {"born", "now"}}),
            ("pet { age }", {"Person": {"pet_key"}}),
            ("home { street } name", {"Person": {"home", "name"}, "Home": {"street"}}),
            ("name whole", {}),
            ("item name", {}),
            ("name @skip(if: true) age", {"Person": {"born", "now"}}),
        ],
    )
    async def test_is_what_the_selection_needs(self, selection: str, reads: dict[str, set[str]]) -> None:
        assert await self.told(f"{{ people {{ nodes {{ {selection} }} }} }}") == reads

    async def test_is_what_all_selections_of_a_type_need(self) -> None:
        text = "{ people { nodes { name } again: nodes { age } any { name ... on Pet { age } } } }"
        assert await self.told(text) == {"Person": {"name", "born", "now"}, "Pet": {"name", "age"}}
