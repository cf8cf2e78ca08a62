"""Texts of operations made ready once: parsed, guarded, validated, with what they need and what they cost."""

from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLSchema,
    OperationDefinitionNode,
    OperationType,
    TypeInfo,
    TypeInfoVisitor,
    Visitor,
    get_named_type,
    is_object_type,
    parse,
    validate,
    visit,
)
from graphql.validation import specified_rules
from graphql.validation.rules.custom.no_schema_introspection import NoSchemaIntrospectionCustomRule

from gateway.execution.engine import Engine, Operation
from gateway.execution.estimate import BoundOf, Cost, Estimator, KindOf, WeightOf
from gateway.execution.fields import Ways
from gateway.execution.guard import Guard, Limits, TooCostly
from gateway.execution.resolve import TagOf

DOCUMENTS_KEPT = 1_000
CHARACTERS_KEPT = 1_000_000
"""Of all texts together; a parsed text takes some thirty times its length of memory."""
MOST_ERRORS = 10
Requirements = frozenset[Any]


@dataclass(frozen=True, slots=True)
class Policy:
    """What a schema says of its fields and types; the engine asks, the application answers."""

    field_guard: Callable[[Any], Any]
    """From a root field to what it needs of who calls it; None for other fields."""
    type_requirement: Callable[[Any], Any]
    """From an object type to what reading it needs; None when it needs nothing of its own."""
    field_kind: KindOf
    """From a field to how it was declared."""
    ways: Ways | None = None
    """How fields are run for many parents at once; without it each is run for each parent."""
    tag_of: TagOf = lambda _kind: None
    """From the class of a value to the name of its object type, when the class alone tells."""
    bound_of: BoundOf = lambda _field: None
    """From a field with a list without pages to how many it can have."""
    weight_of: WeightOf = lambda _field: 0
    """From a field to what it costs for each parent besides the objects it gives."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """One operation of a valid document, ready to run."""

    document: DocumentNode
    operation: OperationDefinitionNode
    guards: Requirements
    types: Requirements
    estimate: Cost
    runnable: Operation
    root_fields: int
    """How many fields it asks of the root, whether they are skipped or not; `__typename` is none."""

    @property
    def kind(self) -> OperationType:
        return self.operation.operation


@dataclass(frozen=True, slots=True)
class Document:
    """A text as it was understood: its operations by name, or its errors."""

    operations: Mapping[str | None, Prepared]
    errors: tuple[GraphQLError, ...] = ()
    status: str = "ready"
    """ready, unreadable (does not parse), refused (by the guard) or invalid."""

    def operation(self, name: str | None) -> Prepared:
        """The operation with a name, or the only one.

        Raises GraphQLError.
        """
        if name:
            if name not in self.operations:
                raise GraphQLError(f"Unknown operation named '{name}'.")
            return self.operations[name]
        if len(self.operations) != 1:
            raise GraphQLError("Must provide operation name if query contains multiple operations.")
        return next(iter(self.operations.values()))


class Documents:
    """A cache from texts to documents that are ready, bounded in number and size; the text itself is the key."""

    def __init__(
        self, schema: GraphQLSchema, policy: Policy, limits: Limits, *, introspection: bool = True, suggestions: bool = True
    ) -> None:
        self.schema = schema
        self.policy = policy
        self.guard = Guard(limits)
        self.suggestions = suggestions
        self.engine = Engine(policy.ways or Ways(schema), policy.tag_of, hide_suggestions=not suggestions)
        self._rules = [*specified_rules] if introspection else [*specified_rules, NoSchemaIntrospectionCustomRule]
        self._kept: OrderedDict[str, Document] = OrderedDict()
        self._characters = 0

    def get(self, text: str) -> Document:
        """Make a text ready, or find it ready."""
        if document := self._kept.get(text):
            self._kept.move_to_end(text)
            return document
        document = self._prepare(text)
        if document.status == "ready":
            self._keep(text, document)
        return document

    def clear(self) -> None:
        """Forget every text; stored operations, which were made ready at start, are not among them."""
        self._kept.clear()
        self._characters = 0

    def _keep(self, text: str, document: Document) -> None:
        self._kept[text] = document
        self._characters += len(text)
        while len(self._kept) > DOCUMENTS_KEPT or self._characters > CHARACTERS_KEPT:
            dropped, _ = self._kept.popitem(last=False)
            self._characters -= len(dropped)

    def _prepare(self, text: str) -> Document:
        try:
            self.guard.check_text(text)
            parsed = parse(text, max_tokens=self.guard.limits.tokens)
            self.guard.check(parsed)
        except TooCostly as error:
            return Document({}, (error,), "refused")
        except GraphQLError as error:
            return Document({}, (error,), "unreadable")
        errors = validate(self.schema, parsed, self._rules, max_errors=MOST_ERRORS, hide_suggestions=not self.suggestions)
        if errors:
            return Document({}, tuple(errors), "invalid")
        fragments = {part.name.value: part for part in parsed.definitions if isinstance(part, FragmentDefinitionNode)}
        estimator = Estimator(self.schema, self.policy.field_kind, fragments, self.policy.bound_of, self.policy.weight_of)
        operations = [part for part in parsed.definitions if isinstance(part, OperationDefinitionNode)]
        return Document(
            {(part.name.value if part.name else None): self._operation(parsed, part, fragments, estimator) for part in operations}
        )

    def _operation(
        self,
        document: DocumentNode,
        operation: OperationDefinitionNode,
        fragments: Mapping[str, FragmentDefinitionNode],
        estimator: Estimator,
    ) -> Prepared:
        asked = _Asked(self.schema, self.policy)
        for part in (operation, *_reached(operation, fragments)):
            visit(part, TypeInfoVisitor(asked.type_info, asked))
        runnable = self.engine.operation(operation, fragments)
        cost, roots = estimator.of(operation), len(_root_fields(operation, fragments))
        return Prepared(document, operation, frozenset(asked.guards), frozenset(asked.types), cost, runnable, roots)


class _Asked(Visitor):
    """Gathers what an operation needs: of its root fields, and of every object type that it selects from."""

    def __init__(self, schema: GraphQLSchema, policy: Policy) -> None:
        super().__init__()
        self.type_info = TypeInfo(schema)
        self.policy = policy
        self.guards: set[Any] = set()
        self.types: set[Any] = set()

    def enter_field(self, node: FieldNode, *_: Any) -> None:
        field, parent = self.type_info.get_field_def(), self.type_info.get_parent_type()
        if field is None:
            return
        if guard := self.policy.field_guard(field):
            self.guards.add(guard)
        for kind in (parent, get_named_type(self.type_info.get_type())):
            if kind is not None and is_object_type(kind) and (needed := self.policy.type_requirement(kind)) is not None:
                self.types.add(needed)


def _root_fields(selecting: Any, fragments: Mapping[str, FragmentDefinitionNode]) -> set[str]:
    """The names in the answer of what is selected at the root, also by fragments."""
    names: set[str] = set()
    for node in selecting.selection_set.selections:
        if isinstance(node, FieldNode):
            names |= {node.alias.value if node.alias else node.name.value} if node.name.value != "__typename" else set()
        else:
            names |= _root_fields(fragments[node.name.value] if isinstance(node, FragmentSpreadNode) else node, fragments)
    return names


def _reached(operation: OperationDefinitionNode, fragments: Mapping[str, FragmentDefinitionNode]) -> list[FragmentDefinitionNode]:
    """The fragments that an operation uses, each once."""
    found: dict[str, FragmentDefinitionNode] = {}
    todo: list[Any] = [operation]
    while todo:
        for name in _spreads(todo.pop()):
            if name not in found:
                found[name] = fragments[name]
                todo.append(fragments[name])
    return list(found.values())


def _spreads(node: Any) -> list[str]:
    names: list[str] = []

    class Spreads(Visitor):
        def enter_fragment_spread(self, spread: Any, *_: Any) -> None:
            names.append(spread.name.value)

    visit(node, Spreads())
    return names
