"""How many objects an operation would touch, estimated before it runs (Q-13)."""

from collections.abc import Callable, Mapping
from typing import Any

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLField,
    GraphQLList,
    GraphQLSchema,
    OperationDefinitionNode,
    SelectionSetNode,
    get_named_type,
    get_nullable_type,
    is_composite_type,
    value_from_ast_untyped,
)

from gateway.execution.guard import TooCostly

FREE = ("computed", "unfold", "attribute")
"""Fields whose objects lie inside the row of their parent; they cost nothing, only what hangs below them does."""
BOUNDED_LIST = 10
"""What a list counts that has no page size; such a list has a bound in the domain."""
COUNTED, COUNTING = "totalCount", 10
"""Counting a list reads it, so it costs as much as a few objects."""
Cost = Callable[[Mapping[str, Any]], int]
KindOf = Callable[[GraphQLField], str]
BoundOf = Callable[[GraphQLField], int | None]
"""From a field with a list to how many it can have at most, where that is more than a handful."""
WeightOf = Callable[[GraphQLField], int]
"""From a field to what it costs for each parent besides the objects it gives: work that gives no objects, such as a picture."""


class Estimator:
    """Turns an operation into a function from its variables to a number of objects; made once, asked at every run."""

    def __init__(
        self,
        schema: GraphQLSchema,
        kind_of: KindOf,
        fragments: Mapping[str, FragmentDefinitionNode],
        bound_of: BoundOf = lambda _field: None,
        weight_of: WeightOf = lambda _field: 0,
    ) -> None:
        self.schema = schema
        self.kind_of = kind_of
        self.bound_of = bound_of
        self.weight_of = weight_of
        self.fragments = fragments

    def of(self, operation: OperationDefinitionNode) -> Cost:
        """The estimate of an operation, which is known to be valid."""
        root = self.schema.get_root_type(operation.operation)
        return _sum(self._selections(operation.selection_set, root, None))

    def _selections(self, selections: SelectionSetNode, parent: Any, page: Cost | None) -> list[Cost]:
        costs: list[Cost] = []
        for selection in selections.selections:
            if isinstance(selection, FieldNode):
                costs += self._field(selection, parent, page)
            elif isinstance(selection, FragmentSpreadNode):
                fragment = self.fragments[selection.name.value]
                costs += self._selections(fragment.selection_set, self.schema.get_type(fragment.type_condition.name.value), page)
            else:
                narrowed = selection.type_condition  # type: ignore[attr-defined]
                kind = self.schema.get_type(narrowed.name.value) if narrowed else parent
                costs += self._selections(selection.selection_set, kind, page)  # type: ignore[attr-defined]
        return costs

    def _field(self, node: FieldNode, parent: Any, page: Cost | None) -> list[Cost]:
        if node.name.value == COUNTED:
            return [_constant(COUNTING)]
        if node.name.value.startswith("__"):
            return []
        field: GraphQLField = parent.fields[node.name.value]
        weight = self.weight_of(field)
        return [*([_constant(weight)] if weight else []), *self._objects(node, field, page)]

    def _objects(self, node: FieldNode, field: GraphQLField, page: Cost | None) -> list[Cost]:
        returned = get_named_type(field.type)
        if node.selection_set is None or not is_composite_type(returned):
            return []
        is_page_list = page is not None and node.name.value in ("nodes", "edges")
        is_list = isinstance(get_nullable_type(field.type), GraphQLList)
        if "first" in field.args and "last" in field.args:
            size = page_size(node)
            return [_paged(size, _sum(self._selections(node.selection_set, returned, size)))]
        below = _sum(self._selections(node.selection_set, returned, None))
        if is_page_list:
            return [_times(page, _plus_one(below))]
        if page is None and self.kind_of(field) in FREE and returned.name != "PageInfo":
            return [_times(_list_size(node, BOUNDED_LIST), below)] if is_list else [below]
        if is_list:
            return [_times(_list_size(node, self.bound_of(field) or BOUNDED_LIST), _plus_one(below))]
        return [_plus_one(below)]


def page_size(node: FieldNode) -> Cost:
    """How many a connection is asked for, by its `first` or `last`.

    The function raises GraphQLError when neither is given.
    """
    given = {argument.name.value: argument.value for argument in node.arguments or ()}

    def size(variables: Mapping[str, Any]) -> int:
        for name in ("first", "last"):
            if name in given:
                value = value_from_ast_untyped(given[name], dict(variables))
                if isinstance(value, int):
                    return max(value, 0)
        raise GraphQLError(f"'{node.name.value}' needs 'first' or 'last', a number from 1 to 100.", node)

    return size


def _list_size(node: FieldNode, bound: int) -> Cost:
    """How many a list without pages gives: as many as ids were given, else its bound."""
    given = next((argument.value for argument in node.arguments or () if argument.name.value == "ids"), None)

    def size(variables: Mapping[str, Any]) -> int:
        value = value_from_ast_untyped(given, dict(variables)) if given is not None else None
        return len(value) if isinstance(value, list) else bound

    return size


def _sum(costs: list[Cost]) -> Cost:
    return lambda variables: sum(cost(variables) for cost in costs)


def _constant(number: int) -> Cost:
    return lambda _variables: number


def _plus_one(cost: Cost) -> Cost:
    return lambda variables: 1 + cost(variables)


def _paged(size: Cost, cost: Cost) -> Cost:
    def paged(variables: Mapping[str, Any]) -> int:
        size(variables)  # refuses, also when nothing of the page is selected
        return 1 + cost(variables)

    return paged


def _times(times: Cost | None, cost: Cost) -> Cost:
    assert times is not None
    return lambda variables: times(variables) * cost(variables)


def check(estimate: Cost, variables: Mapping[str, Any], most: int) -> int:
    """Refuse an operation over the limit; return the estimate.

    Raises TooCostly, or GraphQLError for a connection without a page size.
    """
    nodes = estimate(variables)
    if nodes > most:
        raise TooCostly(f"The operation could touch about {nodes} objects, at most {most} are allowed. Ask for smaller pages.")
    return nodes
