"""An operation as a tree of selections, made once: which fields each level asks for, how they are found, how they nest."""

import contextlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from graphql import (
    FieldNode,
    GraphQLField,
    GraphQLLeafType,
    GraphQLObjectType,
    GraphQLSchema,
    OperationDefinitionNode,
    TypeNameMetaFieldDef,
    get_named_type,
    is_leaf_type,
    is_object_type,
)
from graphql.execution.collect_fields import FieldDetails, FragmentDetails, collect_fields, collect_subfields
from graphql.execution.values import VariableValues, get_argument_values

from gateway.execution.conditions import NotCovered, conditions, has_variable
from gateway.execution.fields import FieldWay, Way, Ways
from gateway.execution.shapes import Shape, Types
from gateway.execution.writers import Write, may_wait, writer

PLANS_OF_AN_OPERATION = 16
"""Combinations of the variables of @skip and @include that are kept; further ones are run by the reference."""
WRITERS_KEPT = 64
"""Sets of classes that a field is known to write; values of further ones are looked at anew each time."""


@dataclass(eq=False)
class PlannedField:
    """One field of a selection, with everything that does not change from run to run."""

    name: str
    """Its key in the answer."""
    definition: GraphQLField
    parent: GraphQLObjectType
    details: list[FieldDetails]
    way: FieldWay
    shape: Shape
    plan: "Plan"
    constant: dict[str, Any] | None
    """Its arguments when they are the same in every run."""
    _members: dict[str, "Selection"] = field(default_factory=dict)
    _writers: dict[Types, Write | None] = field(default_factory=dict)

    @property
    def node(self) -> FieldNode:
        return self.details[0].node

    @cached_property
    def named(self) -> Any:
        return get_named_type(self.definition.type)

    @cached_property
    def leaf(self) -> GraphQLLeafType | None:
        return self.named if is_leaf_type(self.named) else None

    def selection(self, member: GraphQLObjectType) -> "Selection":
        """What is asked of values of one object type."""
        if member.name not in self._members:
            self._members[member.name] = self.plan.below(self.details, member)
        return self._members[member.name]

    @cached_property
    def only(self) -> "Selection | None":
        """What is asked of the values when they are all of one type."""
        return self.selection(self.named) if is_object_type(self.named) else None

    def writer(self, types: Types) -> Write | None:
        """How a column with values of these classes is written; None when some of them have to be waited for."""
        try:
            return self._writers[types]
        except KeyError:
            assert self.leaf is not None
            found = None if may_wait(types) else writer(self.leaf, self.shape, types, self.plan.ways.quick)
            if len(self._writers) < WRITERS_KEPT:
                self._writers[types] = found
            return found

    @cached_property
    def reads(self) -> Mapping[str, frozenset[str]]:
        """Which attributes are read of the objects below, by their type; a type is missing when any may be."""
        found: dict[str, frozenset[str] | None] = {}
        for selection in self.selections():
            selection.gather(found)
        return {name: attributes for name, attributes in found.items() if attributes is not None}

    def selections(self) -> "list[Selection]":
        """What is asked of the values, for each type that they may have."""
        if self.leaf is not None:
            return []
        if self.only is not None:
            return [self.only]
        return [self.selection(kind) for kind in self.plan.schema.get_possible_types(self.named)]

    def arguments(self, variables: VariableValues) -> dict[str, Any]:
        """The arguments as the field takes them; raises whatever is wrong with them."""
        return self.constant if self.constant is not None else self._coerced(variables)

    def _coerced(self, variables: VariableValues) -> dict[str, Any]:
        if not self.definition.args and not self.node.arguments:
            return {}
        hidden = self.plan.hide_suggestions
        given = get_argument_values(self.definition, self.node, variables, self.details[0].fragment_variable_values, hidden)
        return self.way.python_arguments(given) if self.way.declared else given

    def fix(self) -> None:
        """Coerce the arguments now, unless they depend on variables or are wrong."""
        if not any(has_variable(argument) for argument in self.node.arguments or ()):
            with contextlib.suppress(Exception):  # it is an error of each run, where it can be located
                self.constant = self._coerced(VariableValues({}, {}))


@dataclass(eq=False)
class Selection:
    """What is asked of the objects of one type at one place."""

    kind: GraphQLObjectType
    fields: list[PlannedField]

    @cached_property
    def numbers(self) -> dict[str, int]:
        return {planned.name: number for number, planned in enumerate(self.fields)}

    @cached_property
    def flat(self) -> bool:
        """Whether only leaves are asked for."""
        return all(planned.leaf is not None for planned in self.fields)

    @cached_property
    def builder(self) -> Callable[..., list[dict[str, Any]]]:
        """From the columns of the fields to the objects of the answer; made by the compiler, since nothing builds a dict faster."""
        return _builder([planned.name for planned in self.fields])

    def gather(self, found: dict[str, frozenset[str] | None]) -> None:
        """Note which attributes of its objects, and of those found without a batch of their own, are read here; None for any."""
        name, read = self.kind.name, found.get(self.kind.name, frozenset())
        for planned in self.fields:
            attributes = planned.way.reads
            read = None if read is None or attributes is None else read | attributes
        found[name] = read
        for planned in self.fields:
            if planned.way.way in (Way.ATTRIBUTE, Way.COMPUTED):
                for selection in planned.selections():
                    selection.gather(found)

    @cached_property
    def pure(self) -> bool:
        """Whether the same object always gives the same answer here, so that it need be answered once only."""
        return all(planned.way.way is not Way.ITEM and (planned.leaf is not None or _pure_below(planned)) for planned in self.fields)

    @cached_property
    def waits(self) -> bool:
        """Whether something has to be waited for here or below."""
        return any(
            planned.way.way in (Way.BATCHED, Way.ITEM) or (planned.leaf is None and (planned.only is None or planned.only.waits))
            for planned in self.fields
        )


def _builder(names: Sequence[str]) -> Callable[..., list[dict[str, Any]]]:
    given = [f"c{number}" for number in range(len(names))]
    values = [f"v{number}" for number in range(len(names))]
    pairs = ", ".join(f"{name!r}: {value}" for name, value in zip(names, values, strict=True))
    source = f"lambda {', '.join(given)}: [{{{pairs}}} for {', '.join(values)}, in zip({', '.join(given)}, strict=True)]"
    builder: Callable[..., list[dict[str, Any]]] = eval(source, {"zip": zip})  # noqa: S307  names are GraphQL names: letters, digits, _
    return builder


def _pure_below(planned: PlannedField) -> bool:
    return planned.only is not None and planned.only.pure


class Plan:
    """One operation for one combination of its conditions."""

    def __init__(
        self,
        ways: Ways,
        operation: OperationDefinitionNode,
        fragments: Mapping[str, FragmentDetails],
        variables: VariableValues,
        *,
        hide_suggestions: bool,
    ) -> None:
        self.schema: GraphQLSchema = ways.schema
        self.operation = operation
        self.hide_suggestions = hide_suggestions
        self.ways = ways
        self._fragments = dict(fragments)
        self._variables = variables
        kind = self.schema.get_root_type(operation.operation)
        if kind is None:
            raise NotCovered("no root type")
        collected = collect_fields(self.schema, self._fragments, variables, kind, operation, hide_suggestions)
        self.root = self._selection(kind, collected.grouped_field_set)

    def below(self, details: list[FieldDetails], kind: GraphQLObjectType) -> Selection:
        """The selection under fields of the same name, for one type of their values."""
        collected = collect_subfields(self.schema, self._fragments, self._variables, self.operation, kind, details, self.hide_suggestions)
        return self._selection(kind, collected.grouped_field_set)

    def _selection(self, kind: GraphQLObjectType, grouped: Mapping[str, list[FieldDetails]]) -> Selection:
        return Selection(kind, [self._field(kind, name, details) for name, details in grouped.items()])

    def _field(self, kind: GraphQLObjectType, name: str, details: list[FieldDetails]) -> PlannedField:
        field_name = details[0].node.name.value
        definition = self.schema.get_field(kind, field_name)
        if definition is None or field_name in ("__schema", "__type"):
            raise NotCovered("introspection")
        way = FieldWay(Way.TYPENAME) if definition is TypeNameMetaFieldDef else self.ways.of(definition)
        planned = PlannedField(name, definition, kind, details, way, Shape.of(definition.type), self, None)
        planned.fix()
        return planned


class Plans:
    """The plans of one operation, by the values of the variables that its conditions depend on."""

    def __init__(
        self, ways: Ways, operation: OperationDefinitionNode, fragments: Mapping[str, FragmentDetails], *, hide_suggestions: bool = False
    ) -> None:
        self._ways = ways
        self._operation = operation
        self._fragments = fragments
        self._hide_suggestions = hide_suggestions
        self._conditions = sorted(conditions(operation, fragments))
        self._known: dict[tuple[Any, ...], Plan] = {}

    def plan(self, variables: VariableValues) -> Plan:
        """The plan for these variables.

        Raises NotCovered.
        """
        combination = tuple(variables.coerced.get(name) for name in self._conditions)
        known = self._known.get(combination)
        if known is None:
            if len(self._known) >= PLANS_OF_AN_OPERATION:
                raise NotCovered("too many combinations of conditions")
            known = Plan(
                self._ways, self._operation, self._fragments, self._of_conditions(variables), hide_suggestions=self._hide_suggestions
            )
            self._known[combination] = known
        return known

    def _of_conditions(self, variables: VariableValues) -> VariableValues:
        """The variables that a plan may keep: those of conditions; others may be somebody's name or address."""
        kept = [name for name in self._conditions if name in variables.coerced]
        sources = {name: variables.sources[name] for name in kept if name in variables.sources}
        return VariableValues(sources, {name: variables.coerced[name] for name in kept})
