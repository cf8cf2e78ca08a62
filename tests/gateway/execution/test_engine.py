"""What the engine does beside answering like the reference: one call a level, nothing twice, faults, cancelation."""

import asyncio
import gc
import weakref
from collections.abc import Callable, Sequence
from itertools import chain
from typing import Any

import pytest
from graphql import (
    ExecutionResult,
    GraphQLArgument,
    GraphQLField,
    GraphQLInt,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLString,
    OperationDefinitionNode,
    execute,
    parse,
)
from graphql.execution import get_variable_values

from gateway.execution.engine import Engine
from gateway.execution.fields import Ways
from gateway.execution.plan import PLANS_OF_AN_OPERATION
from tests.gateway.execution.random_graphs import DECLARED, Declared

Level = Callable[..., Any]


def batched(kind: Any, level: Level, **arguments: Any) -> GraphQLField:
    taken = {name: GraphQLArgument(of) for name, of in arguments.items()}

    async def alone(parent: Any, info: Any, **given: Any) -> Any:
        [value] = await level([parent], info.context, **given)
        return value

    return GraphQLField(kind, taken, alone, extensions={DECLARED: Declared("batched", level=level)})


class House:
    """People with friends, all of whose calls are written down."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, list[int]]] = []
        self.person = GraphQLObjectType("Person", self._fields)
        self.query = GraphQLObjectType(
            "Query", {"people": GraphQLField(_list_of(self.person), {"first": GraphQLArgument(GraphQLInt)}, self._people)}
        )
        self.mutation = GraphQLObjectType("Mutation", {name: self._step(name) for name in ("first", "second", "third")})
        self.schema = GraphQLSchema(self.query, self.mutation)
        self.engine = Engine(Ways(self.schema, lambda field: field.extensions.get(DECLARED)))
        self.answers: Callable[[Sequence[int]], Any] = lambda parents: [f"p{parent}" for parent in parents]

    def _fields(self) -> dict[str, GraphQLField]:
        return {
            "number": GraphQLField(GraphQLInt, resolve=lambda parent, _info: parent),
            "name": batched(GraphQLString, self._names),
            "friends": batched(_list_of(self.person), self._friends),
        }

    def _people(self, _root: Any, _info: Any, first: int = 3) -> list[int]:
        return list(range(first))

    async def _names(self, parents: Sequence[int], _context: Any) -> Any:
        self.calls.append(("name", list(parents)))
        await asyncio.sleep(0)
        return self.answers(parents)

    async def _friends(self, parents: Sequence[int], _context: Any) -> Any:
        self.calls.append(("friends", list(parents)))
        return [[parent + 10, 99] for parent in parents]

    def _step(self, name: str) -> GraphQLField:
        async def resolve(_root: Any, info: Any) -> Any:
            self.calls.append((name, []))
            await asyncio.sleep(0)
            if name == info.context:
                raise ValueError(name)
            return 1

        return GraphQLField(GraphQLNonNull(self.person), resolve=resolve)

    async def run(self, text: str, context: Any = None, **variables: Any) -> ExecutionResult:
        document = parse(text)
        operation = document.definitions[0]
        assert isinstance(operation, OperationDefinitionNode)
        coerced: Any = get_variable_values(self.schema, operation.variable_definitions or (), variables)
        fragments = {part.name.value: part for part in document.definitions[1:]}  # type: ignore[attr-defined]
        return await self.engine.run(self.engine.operation(operation, fragments), coerced, context)


def _list_of(kind: Any) -> Any:
    return GraphQLNonNull(GraphQLList(GraphQLNonNull(kind)))


@pytest.fixture
def house() -> House:
    return House()


class TestLevels:
    async def test_are_asked_once_for_all_their_parents(self, house: House) -> None:
        answer = await house.run("{ people { name friends { name } } }")
        assert answer.errors is None
        assert house.calls == [("name", [0, 1, 2]), ("friends", [0, 1, 2]), ("name", [10, 99, 11, 12])]
        assert not house.engine.fell_back

    async def test_ask_for_the_same_object_once(self, house: House) -> None:
        """Equal ones are not the same: only identity says that nothing differs."""
        shared = object()

        async def all_the_same(parents: Sequence[Any], _context: Any) -> list[Any]:
            return [[shared, shared] for _ in parents]

        asked: list[int] = []

        async def count(parents: Sequence[Any], _context: Any) -> list[str]:
            asked.append(len(parents))
            return ["x"] * len(parents)

        house.person.fields["friends"].extensions[DECLARED] = Declared("batched", level=all_the_same)
        house.person.fields["name"].extensions[DECLARED] = Declared("batched", level=count)
        answer = await house.run("{ people { friends { name } } }")
        assert asked == [1]
        assert answer.data == {"people": [{"friends": [{"name": "x"}, {"name": "x"}]}] * 3}

    async def test_of_nothing_ask_nothing(self, house: House) -> None:
        assert (await house.run("{ people(first: 0) { name friends { name } } }")).data == {"people": []}
        assert house.calls == []

    async def test_leave_nothing_for_the_collector_of_cycles(self, house: House) -> None:
        """A large answer would stay until somebody looks for it, and looking would take longer than answering."""

        class Thing:
            pass

        things = weakref.WeakSet[Thing]()

        async def new(parents: Sequence[Any], _context: Any) -> list[Any]:
            found = [[Thing(), Thing()] for _ in parents]
            things.update(chain.from_iterable(found))
            return found

        house.person.fields["friends"].extensions[DECLARED] = Declared("batched", level=new)
        gc.collect()
        gc.disable()
        try:
            answer = await house.run("{ people { friends { name friends { name } } } }")
            assert answer.errors is None
            house.calls.clear()
            assert len(things) == 0
        finally:
            gc.enable()

    async def test_of_ten_thousand(self, house: House) -> None:
        answer = await house.run("{ people(first: 10000) { number name } }")
        assert answer.data is not None
        assert answer.data["people"][9999] == {"number": 9999, "name": "p9999"}
        assert len(house.calls) == 1


class TestFaults:
    @pytest.mark.parametrize(
        ("answers", "says"),
        [
            (lambda parents: [], "gave 0 values for 3 parents"),
            (lambda parents: ["a"] * 4, "gave 4 values for 3 parents"),
            (lambda parents: None, "gave NoneType for 3 parents"),
            (lambda parents: dict.fromkeys(parents, "a"), "gave dict for 3 parents"),
        ],
    )
    async def test_of_batches_that_do_not_fit_are_told_of_each(self, house: House, answers: Any, says: str) -> None:
        house.answers = answers
        answer = await house.run("{ people { number name } }")
        assert answer.data == {"people": [{"number": number, "name": None} for number in range(3)]}
        assert [(error.path, error.message) for error in answer.errors or ()] == [
            (["people", number, "name"], f"The batch function of Person.name {says}.") for number in range(3)
        ]

    async def test_of_one_leave_the_others(self, house: House) -> None:
        house.answers = lambda parents: ["a", ValueError("not this one"), 5j]
        answer = await house.run("{ people { name } }")
        assert answer.data == {"people": [{"name": "a"}, {"name": None}, {"name": None}]}
        assert [error.message for error in answer.errors or ()] == ["not this one", "String cannot represent value: 5j"]
        assert len(house.calls) == 1

    async def test_of_resolvers_do_not_run_them_again(self, house: House) -> None:
        ran: list[int] = []

        def number(parent: int, _info: Any) -> int:
            ran.append(parent)
            if parent == 1:
                raise ValueError("one")
            return parent

        house.person.fields["number"].resolve = number
        answer = await house.run("{ people { number } }")
        assert answer.data == {"people": [{"number": 0}, {"number": None}, {"number": 2}]}
        assert ran == [0, 1, 2]


class TestMutations:
    STEPS = "mutation { first { number } second { number } third { number } }"

    async def test_run_one_after_another_with_everything_below(self, house: House) -> None:
        await house.run("mutation { first { name } second { number } third { name } }")
        assert [name for name, _ in house.calls] == ["first", "name", "second", "third", "name"]

    async def test_stop_where_the_answer_is_lost(self, house: House) -> None:
        answer = await house.run(self.STEPS, "second")
        assert (answer.data, [error.path for error in answer.errors or ()]) == (None, [["second"]])
        assert [name for name, _ in house.calls] == ["first", "second"]


class TestCancelation:
    async def test_reaches_the_batch(self, house: House) -> None:
        reached = asyncio.Event()

        async def endless(_parents: Any, _context: Any) -> Any:
            try:
                await asyncio.Event().wait()
            finally:
                reached.set()

        house.person.fields["name"].extensions[DECLARED] = Declared("batched", level=endless)
        before = asyncio.all_tasks()
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.01):
                await house.run("{ people { name friends { name } } }")
        assert reached.is_set()
        assert asyncio.all_tasks() == before


class TestConditions:
    TEXT = (
        "query("
        + ", ".join(f"$c{n}: Boolean!" for n in range(6))
        + ") { people { "
        + " ".join(f"a{n}: number @include(if: $c{n})" for n in range(6))
        + " } }"
    )

    async def test_have_a_plan_for_each_combination_and_no_more_than_some(self, house: House) -> None:
        document = parse(self.TEXT)
        operation: Any = document.definitions[0]
        prepared = house.engine.operation(operation, {})
        for combination in range(2**6):
            variables = {f"c{number}": bool(combination >> number & 1) for number in range(6)}
            coerced: Any = get_variable_values(house.schema, operation.variable_definitions, variables)
            ours = await house.engine.run(prepared, coerced, None)
            assert ours == execute(house.schema, document, variable_values=variables)
        assert house.engine.fell_back == {"too many combinations of conditions": 2**6 - PLANS_OF_AN_OPERATION}

    async def test_keep_no_other_variables(self, house: House) -> None:
        """Q-11: a plan outlives its request; what somebody gave to it must not."""
        document = parse("query($c: Boolean!, $n: Int) { people(first: $n) { number @skip(if: $c) } }")
        operation: Any = document.definitions[0]
        prepared = house.engine.operation(operation, {})
        coerced: Any = get_variable_values(house.schema, operation.variable_definitions, {"c": False, "n": 4242})
        await house.engine.run(prepared, coerced, None)
        assert prepared.plan(coerced)._variables.coerced == {"c": False}


class TestNotCovered:
    async def test_keeps_nothing_of_its_runs(self, house: House) -> None:
        class Request:
            pass

        document = parse("query @other { people { number } }")
        operation: Any = document.definitions[0]
        prepared, requests = house.engine.operation(operation, {}), weakref.WeakSet[Request]()
        for _ in range(3):
            requests.add(request := Request())
            await house.engine.run(prepared, get_variable_values(house.schema, (), {}), request)  # type: ignore[arg-type]
        del request
        gc.collect()
        assert len(requests) == 0

    @pytest.mark.parametrize(
        ("text", "reason"),
        [("{ __schema { queryType { name } } }", "introspection"), ('{ people { number } __type(name: "X") { name } }', "introspection")],
    )
    async def test_is_run_by_the_reference_and_counted(self, house: House, text: str, reason: str) -> None:
        answer = await house.run(text)
        assert answer == execute(house.schema, parse(text))
        assert house.engine.fell_back == {reason: 1}
