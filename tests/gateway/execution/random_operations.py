"""Valid operations over any schema: aliases, merged fields, fragments, arguments, variables, conditions."""

import zlib
from collections.abc import Mapping, Sequence
from random import Random
from typing import Any

from graphql import (
    GraphQLSchema,
    OperationDefinitionNode,
    get_named_type,
    is_enum_type,
    is_input_object_type,
    is_leaf_type,
    is_list_type,
    is_non_null_type,
    is_object_type,
    is_required_argument,
    type_from_ast,
)


class Writer:
    """Writes one operation; `variables` are what it wants to be given."""

    def __init__(self, schema: GraphQLSchema, dice: Random, *, depth: int = 4, samples: Mapping[str, Sequence[Any]] | None = None) -> None:
        self.schema = schema
        self.dice = dice
        self.depth = depth
        self.samples = samples or {}
        """Values that mean something, by the name of what takes them; where there are none it is left out if it can be."""
        self.always: frozenset[str] = frozenset()
        """Arguments that are given though they could be left out."""
        self.scalars: Mapping[str, Any] = {}
        """A value for each scalar of the schema's own."""
        self.variables: dict[str, Any] = {}
        self._declared: dict[str, str] = {}
        self._fragments: list[str] = []

    def operation(self, kind: str = "query") -> str:
        """The text of an operation with its fragments."""
        root = self.schema.query_type if kind == "query" else self.schema.mutation_type
        body = self._selection(root, self.depth)
        declared = ", ".join(f"${name}: {written}" for name, written in self._declared.items())
        return "\n".join([f"{kind} Random{f'({declared})' if declared else ''} {body}", *self._fragments])

    def given(self, operation: OperationDefinitionNode) -> dict[str, Any]:
        """Values for the variables of an operation that somebody else wrote."""
        values = {}
        for definition in operation.variable_definitions or ():
            name, kind = definition.variable.name.value, type_from_ast(self.schema, definition.type)
            if is_non_null_type(kind) or self.dice.random() < 0.5:
                values[name] = self._value(kind, name, left_out=False)
        return values

    def _selection(self, kind: Any, depth: int) -> str:
        parts = [self._part(kind, depth) for _ in range(self.dice.randint(1, 4))]
        return "{ " + " ".join(parts) + " }"

    def _part(self, kind: Any, depth: int) -> str:
        chance = self.dice.random()
        if chance < 0.12 or not getattr(kind, "fields", None):
            return f"__typename{self._condition()}" if chance < 0.06 or not depth else self._spread(kind, depth - 1)
        if chance < 0.25 and depth:
            return self._spread(kind, depth - 1)
        return self._field(kind, depth)

    def _spread(self, kind: Any, depth: int) -> str:
        on = kind
        if not is_object_type(kind):
            on = self.dice.choice([kind, *self.schema.get_possible_types(kind)])
        elif kind.interfaces and self.dice.random() < 0.3:
            on = self.dice.choice(kind.interfaces)
        body = self._selection(on, depth)
        if self.dice.random() < 0.5:
            return f"... on {on.name}{self._condition()} {body}"
        name = f"F{len(self._fragments)}"
        self._fragments.append(f"fragment {name} on {on.name} {body}")
        return f"...{name}{self._condition()}"

    def _field(self, kind: Any, depth: int) -> str:
        names = [name for name, field in kind.fields.items() if depth or is_leaf_type(get_named_type(field.type))]
        if not names:
            return "__typename"
        name = self.dice.choice(names)
        field = kind.fields[name]
        arguments = self._arguments(field)
        # the same name stands for the same field with the same arguments, so that many of them merge
        same = f"{kind.name}_{name}_{zlib.crc32(arguments.encode())}: "
        alias = "" if not arguments and self.dice.random() < 0.2 else same
        below = "" if is_leaf_type(get_named_type(field.type)) else f" {self._selection(get_named_type(field.type), depth - 1)}"
        return f"{alias}{name}{arguments}{self._condition()}{below}"

    def _condition(self) -> str:
        if self.dice.random() > 0.12:
            return ""
        directive = self.dice.choice(("skip", "include"))
        if self.dice.random() < 0.4:
            return f" @{directive}(if: {self.dice.choice(('true', 'false'))})"
        name = f"when{self.dice.randint(0, 2)}"
        self._declared[name] = "Boolean!"
        self.variables[name] = self.dice.random() < 0.5
        return f" @{directive}(if: ${name})"

    def _arguments(self, field: Any) -> str:
        given = []
        for name, argument in field.args.items():
            left_out = self.samples.get(name) == [] or self.dice.random() < 0.4
            if is_required_argument(argument) or name in self.always or not left_out:
                given.append(f"{name}: {self._argument(name, argument.type)}")
        return f"({', '.join(given)})" if given else ""

    def _argument(self, name: str, kind: Any) -> str:
        if self.dice.random() < 0.4:
            variable = f"v{len(self._declared)}"
            self._declared[variable] = str(kind)
            value = self._value(kind, name)
            if value is not _LEFT_OUT:
                self.variables[variable] = value
            return f"${variable}"
        return _written(self._value(kind, name, left_out=False), kind)

    def _value(self, kind: Any, name: str, *, left_out: bool = True) -> Any:
        if is_non_null_type(kind):
            value = None
            while value is None or value is _LEFT_OUT:
                value = self._value(kind.of_type, name)
            return value
        chance = self.dice.random()
        if chance < 0.1:
            return None
        if chance < 0.2 and left_out:
            return _LEFT_OUT
        if is_list_type(kind):
            return [self._value(kind.of_type, name, left_out=False) for _ in range(self.dice.randint(0, 2))]
        if is_input_object_type(kind):
            chosen = [part for part in kind.fields if self.dice.random() < 0.6]
            return {part: self._value(kind.fields[part].type, part, left_out=False) for part in chosen}
        if is_enum_type(kind):
            return self.dice.choice(list(kind.values))
        if name in self.samples:
            return self.dice.choice(self.samples[name])
        return {"Int": 7, "Float": 1.5, "Boolean": True, **self.scalars}.get(kind.name, "wört")


_LEFT_OUT = object()


def _written(value: Any, kind: Any) -> str:
    """A value as a literal of its type."""
    kind = kind.of_type if is_non_null_type(kind) else kind
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if is_list_type(kind):
        return f"[{', '.join(_written(item, kind.of_type) for item in value)}]"
    if is_input_object_type(kind):
        return "{" + ", ".join(f"{name}: {_written(part, kind.fields[name].type)}" for name, part in value.items()) + "}"
    if is_enum_type(kind):
        return str(value)
    return f'"{value}"' if isinstance(value, str) else str(value)
