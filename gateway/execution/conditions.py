"""What decides over the shape of an operation: the variables of @skip and @include, and what the engine does not cover."""

from collections.abc import Mapping
from typing import Any

from graphql import OperationDefinitionNode, VariableNode, Visitor, visit
from graphql.execution.collect_fields import FragmentDetails


class NotCovered(Exception):
    """An operation that the engine leaves to the reference executor; the reason is for the metric."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


class _Conditions(Visitor):
    """Gathers the variables of @skip and @include; refuses other directives, which may mean anything."""

    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()

    def enter_directive(self, node: Any, *_: Any) -> None:
        if node.name.value not in ("skip", "include"):
            raise NotCovered(f"@{node.name.value}")
        for argument in node.arguments:
            if isinstance(argument.value, VariableNode):
                self.names.add(argument.value.name.value)


def conditions(operation: OperationDefinitionNode, fragments: Mapping[str, FragmentDetails]) -> set[str]:
    """The variables that @skip and @include depend on.

    Raises NotCovered for any other directive.
    """
    if operation.directives:
        raise NotCovered(f"@{operation.directives[0].name.value}")
    found = _Conditions()
    visit(operation.selection_set, found)
    for fragment in fragments.values():
        visit(fragment.definition, found)
    return found.names


class _Variables(Visitor):
    def __init__(self) -> None:
        super().__init__()
        self.found = False

    def enter_variable(self, *_: Any) -> None:
        self.found = True


def has_variable(node: Any) -> bool:
    """Whether something depends on a variable."""
    seeker = _Variables()
    visit(node, seeker)
    return seeker.found
