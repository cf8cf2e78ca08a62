"""Graphs, operations and values that nobody thought of: every shape a schema can have, with failures planted everywhere."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any, NamedTuple

from graphql import (
    GraphQLArgument,
    GraphQLBoolean,
    GraphQLEnumType,
    GraphQLField,
    GraphQLFloat,
    GraphQLID,
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLInt,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLScalarType,
    GraphQLSchema,
    GraphQLString,
    GraphQLUnionType,
    is_leaf_type,
    is_list_type,
    is_non_null_type,
)

WAYS = ("item", "awaited", "batched", "computed")
DECLARED = "declared"


class Planted(Exception):
    """A failure of a resolver."""


class Thing(NamedTuple):
    """An object of the graph, as a row: its type, and a seed that all its values come from."""

    kind: str
    seed: str


TAGGED = {name: type(f"Tagged{name}", (Thing,), {"__slots__": ()}) for name in ("T0", "T1")}
"""Classes that tell the type of their objects."""
TAGS = {made: name for name, made in TAGGED.items()}


@dataclass(frozen=True)
class Declared:
    """Batch metadata as the engine reads it."""

    kind: str
    level: Callable[..., Awaitable[Sequence[Any]]] | None = None
    function: Callable[..., Any] | None = None
    columns: Sequence[str] = ()
    needs_context: bool = False
    takes_reads: bool = False


Money = GraphQLScalarType("Money", serialize=lambda value: f"{int(value):d} ct", parse_value=lambda value: value)
Colour = GraphQLEnumType("Colour", {"RED": "red", "GREEN": "green", "BLUE": 3})
Wish = GraphQLInputObjectType(
    "Wish", {"size": GraphQLInputField(GraphQLInt, default_value=2), "colours": GraphQLInputField(GraphQLList(GraphQLNonNull(Colour)))}
)
LEAVES = (GraphQLInt, GraphQLFloat, GraphQLString, GraphQLBoolean, GraphQLID, Money, Colour)
ARGUMENTS = {"size": GraphQLInt, "wish": Wish, "colour": Colour, "words": GraphQLList(GraphQLString), "must": GraphQLNonNull(GraphQLInt)}


@dataclass
class Graph:
    """A schema and how likely its fields are to fail."""

    dice: Random
    trouble: float
    objects: dict[str, GraphQLObjectType] = field(default_factory=dict)
    abstract: dict[str, Any] = field(default_factory=dict)
    ways: dict[tuple[str, str], str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        names = [f"T{number}" for number in range(self.dice.randint(2, 4))]
        for name in ("Face", "Other"):
            self.abstract[name] = GraphQLInterfaceType(name, lambda: {"shared": GraphQLField(GraphQLString)}, resolve_type=_kind_of)
        for name in names:
            checks = _is_of(name) if self.dice.random() < 0.5 else None
            faces = [self.abstract[face] for face in ("Face", "Other") if self.dice.random() < 0.7]
            self.objects[name] = GraphQLObjectType(name, self._fields_of(name), faces, is_type_of=checks)
        members = [self.objects[name] for name in names[: self.dice.randint(1, len(names))]]
        self.abstract["Any"] = GraphQLUnionType("Any", members, resolve_type=_kind_of)
        roots = {name: GraphQLObjectType(name, self._fields_of(name)) for name in ("Query", "Mutation")}
        self.objects |= roots
        self.schema = GraphQLSchema(roots["Query"], roots["Mutation"], types=[*self.objects.values(), *self.abstract.values()])

    def _fields_of(self, owner: str) -> Callable[[], dict[str, GraphQLField]]:
        seed = self.dice.randint(0, 10**9)

        def fields() -> dict[str, GraphQLField]:
            dice = Random(seed)
            made = {f"f{number}": self._field(owner, f"f{number}", self._type(dice), dice) for number in range(dice.randint(2, 6))}
            return made | {"shared": self._field(owner, "shared", GraphQLString, dice, arguments=False)}

        return fields

    def _type(self, dice: Random, depth: int = 0) -> Any:
        named = dice.choice(LEAVES) if dice.random() < 0.5 else dice.choice([*self.objects.values(), *self.abstract.values()])
        if named.name in ("Query", "Mutation"):
            named = GraphQLString
        kind: Any = named
        for _ in range(dice.choice((0, 0, 0, 1, 1, 2))):
            kind = GraphQLList(GraphQLNonNull(kind) if dice.random() < 0.4 else kind)
        return GraphQLNonNull(kind) if dice.random() < 0.4 else kind

    def _field(self, owner: str, name: str, kind: Any, dice: Random, *, arguments: bool = True) -> GraphQLField:
        way = dice.choice(WAYS)
        broken = way == "batched" and dice.random() < self.trouble / 4
        resolve = self._resolver(name, kind, broken=broken)
        names = dice.sample(sorted(ARGUMENTS), dice.choice((0, 0, 1, 2)) if arguments else 0)
        taken = {argument: GraphQLArgument(ARGUMENTS[argument]) for argument in names}
        made = GraphQLField(kind, taken, _awaited(resolve) if way == "awaited" else resolve)
        if way == "batched":
            made.extensions[DECLARED] = Declared("batched", level=_level(resolve, broken=broken))
        elif way == "computed":
            function = _computed(resolve, owner)
            made.extensions[DECLARED] = Declared("computed", function=function, columns=("seed",))
            made.resolve = lambda parent, _info, **given: function(parent.seed, **given)
        return made

    def _resolver(self, name: str, kind: Any, *, broken: bool) -> Callable[..., Any]:
        def resolve(parent: Any, _info: Any, **given: Any) -> Any:
            if broken:
                raise Planted("the whole batch")
            dice = Random(f"{getattr(parent, 'seed', 'root')}/{name}/{sorted(given.items(), key=str)}")
            if dice.random() < self.trouble:
                raise Planted(f"{name} of {parent.seed}")
            return self._value(kind, dice)

        return resolve

    def _value(self, kind: Any, dice: Random) -> Any:
        if is_non_null_type(kind):
            return self._value(kind.of_type, dice)
        chance = dice.random()
        if chance < self.trouble:
            return None
        if chance < self.trouble * 1.5:
            return Planted("a value that is a failure")
        if chance < self.trouble * 2:
            return dice.choice(["word", 2**40, float("nan"), [], {"a": 1}, object, True])
        if is_list_type(kind):
            items = [self._value(kind.of_type, dice) for _ in range(dice.choice((0, 1, 2, 3)))]
            return items if dice.random() < 0.8 else dice.choice((tuple, iter, _generated))(items)
        if is_leaf_type(kind):
            return dice.choice(_GOOD[kind.name])
        return self._thing(kind, dice)

    def _thing(self, kind: Any, dice: Random) -> Thing:
        possible = [kind] if isinstance(kind, GraphQLObjectType) else list(self.schema.get_possible_types(kind))
        name = dice.choice(possible).name if possible and dice.random() >= self.trouble / 4 else dice.choice(["T0", "T1", "Nobody"])
        seed = str(dice.randint(0, 10**6))
        return TAGGED[name](name, seed) if name in TAGGED and dice.random() < 0.5 else Thing(name, seed)


_GOOD: dict[str, list[Any]] = {
    "Int": [0, -7, 2**31 - 1, True, 3.0, "12"],
    "Float": [0.5, -0.0, 7, 1e300, "2.5", False],
    "String": ["", "wörter", 'quo"te', 5, 1.5, True],
    "Boolean": [True, False, 1, 0, 2.0],
    "ID": ["a", 7, "9"],
    "Money": [5, True, 7.9],
    "Colour": ["red", "green", 3, 3.0],
}


def _generated(items: list[Any]) -> Any:
    yield from items


def _kind_of(value: Any, _info: Any, _abstract: Any) -> str | None:
    return getattr(value, "kind", None)


def _is_of(name: str) -> Callable[[Any, Any], bool]:
    return lambda value, _info: getattr(value, "kind", None) == name


def _awaited(resolve: Callable[..., Any]) -> Callable[..., Any]:
    async def wait(parent: Any, info: Any, **given: Any) -> Any:
        import asyncio

        await asyncio.sleep(0)
        return resolve(parent, info, **given)

    return wait


def _level(resolve: Callable[..., Any], *, broken: bool) -> Callable[..., Awaitable[Sequence[Any]]]:
    async def level(parents: Sequence[Any], context: Any, **given: Any) -> list[Any]:
        if broken:
            raise Planted("the whole batch")
        return [_outcome(resolve, parent, given) for parent in parents]

    return level


def _outcome(resolve: Callable[..., Any], parent: Any, given: dict[str, Any]) -> Any:
    try:
        return resolve(parent, None, **given)
    except Planted as error:
        return error


def _computed(resolve: Callable[..., Any], owner: str) -> Callable[..., Any]:
    return lambda seed, **given: resolve(Thing(owner, seed), None, **given)
