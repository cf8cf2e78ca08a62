"""Refuse operations that would cost too much, before they are validated: one linear walk, each fragment once (Q-13)."""

import re
from collections import Counter
from dataclasses import dataclass
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    InlineFragmentNode,
    Node,
    OperationDefinitionNode,
    SelectionSetNode,
    StringValueNode,
    Visitor,
    visit,
)


@dataclass(frozen=True, slots=True)
class Limits:
    """How large an operation may be. Fields and aliases are counted as fragments expand them."""

    characters: int = 15_000
    tokens: int = 1_000
    definitions: int = 20
    depth: int = 12
    introspection_depth: int = 20
    aliases: int = 30
    directives: int = 10
    repeats: int = 5
    """How often one selection set may name the same field; merging them is quadratic in validation."""
    fields: int = 3_000
    nodes: int = 10_000


class TooCostly(GraphQLError):
    """An operation over a limit; the message says which."""


@dataclass(frozen=True, slots=True)
class _Measure:
    depth: int = 0
    fields: int = 0
    aliases: int = 0


_OPEN = _Measure(-1, -1, -1)
"""Marks a fragment that is being measured, so that one that reaches itself is found."""
_INTROSPECTION = ("__schema", "__type")
_ESCAPED_NUL = re.compile(r"\\u(?:0000|\{0+\})")


class Guard:
    """Measures documents against limits."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits

    def check_text(self, text: str) -> None:
        """Refuse a text before anything reads it.

        Raises TooCostly.
        """
        if len(text) > self.limits.characters:
            raise TooCostly(f"The operation has {len(text)} characters, at most {self.limits.characters} are allowed.")

    def check(self, document: DocumentNode) -> None:
        """Refuse a document that is too wide, too deep or repeats itself; also one whose fragments form a circle.

        Raises TooCostly; GraphQLError for a text with NUL, which no database can keep (Q-17).
        """
        if len(document.definitions) > self.limits.definitions:
            raise TooCostly(f"The document has {len(document.definitions)} definitions, at most {self.limits.definitions} are allowed.")
        if _ESCAPED_NUL.search(document.loc.source.body if document.loc else ""):
            visit(document, _NoNul())
        walk = _Walk(self.limits, document)
        for name in walk.fragments:
            walk.fragment(name)
        for definition in document.definitions:
            if isinstance(definition, OperationDefinitionNode):
                walk.measure(definition.selection_set, definition)


class _NoNul(Visitor):
    """Refuses texts that hold a NUL; it can be written as an escape only."""

    def enter_string_value(self, node: StringValueNode, *_: Any) -> None:
        if "\0" in node.value:
            raise GraphQLError("Text must not contain NUL characters.", node)


class _Seen:
    """The names in one selection, with those of the fragments inside it that are for the same type: they are merged."""

    def __init__(self, names: "Counter[tuple[str, str]] | None" = None, kind: str = "") -> None:
        self._names: Counter[tuple[str, str]] = Counter() if names is None else names
        self._kind = kind

    def within(self, fragment: InlineFragmentNode) -> "_Seen":
        return _Seen(self._names, fragment.type_condition.name.value if fragment.type_condition else self._kind)

    def again(self, name: str) -> int:
        """Count a name and say how often it was there."""
        self._names[self._kind, name] += 1
        return self._names[self._kind, name]


class _Walk:
    def __init__(self, limits: Limits, document: DocumentNode) -> None:
        self.limits = limits
        self.fragments = {part.name.value: part for part in document.definitions if isinstance(part, FragmentDefinitionNode)}
        self._memo: dict[str, _Measure] = {}

    def fragment(self, name: str) -> _Measure:
        known = self._memo.get(name)
        if known is _OPEN:
            raise TooCostly(f"The fragment '{name}' spreads itself.", self.fragments[name])
        if known is None:
            if name not in self.fragments:
                return _Measure()  # validation says that it is unknown
            self._memo[name] = _OPEN
            fragment = self.fragments[name]
            introspecting = fragment.type_condition.name.value.startswith("__")
            known = self._memo[name] = self.measure(fragment.selection_set, fragment, introspecting=introspecting)
        return known

    def measure(self, selections: SelectionSetNode, owner: Node, seen: "_Seen | None" = None, *, introspecting: bool = False) -> _Measure:
        depth = fields = aliases = 0
        seen = seen or _Seen()
        self._check_directives(owner)
        for selection in selections.selections:
            self._check_directives(selection)
            part = self._selection(selection, seen, introspecting=introspecting)
            depth, fields, aliases = max(depth, part.depth), fields + part.fields, aliases + part.aliases
            self._check_sums(depth, fields, aliases, selection, introspecting=introspecting)
        return _Measure(depth, fields, aliases)

    def _selection(self, selection: Node, seen: "_Seen", *, introspecting: bool) -> _Measure:
        if isinstance(selection, FragmentSpreadNode):
            return self.fragment(selection.name.value)
        if isinstance(selection, InlineFragmentNode):
            return self.measure(selection.selection_set, selection, seen.within(selection), introspecting=introspecting)
        assert isinstance(selection, FieldNode)
        name = selection.alias.value if selection.alias else selection.name.value
        if seen.again(name) > self.limits.repeats:
            raise TooCostly(f"'{name}' is named more than {self.limits.repeats} times in one selection.", selection)
        below = _Measure()
        if inner := selection.selection_set:
            below = self.measure(inner, selection, introspecting=introspecting or selection.name.value in _INTROSPECTION)
        if selection.name.value in _INTROSPECTION:
            return _Measure(1, below.fields + 1, below.aliases)  # has a depth of its own
        return _Measure(below.depth + 1, below.fields + 1, below.aliases + (selection.alias is not None))

    def _check_directives(self, node: Node) -> None:
        if len(getattr(node, "directives", None) or ()) > self.limits.directives:
            raise TooCostly(f"At most {self.limits.directives} directives are allowed in one place.", node)

    def _check_sums(self, depth: int, fields: int, aliases: int, node: Node, *, introspecting: bool) -> None:
        deepest = self.limits.introspection_depth if introspecting else self.limits.depth
        if depth > deepest:
            raise TooCostly(f"The operation is more than {deepest} levels deep.", node)
        if fields > self.limits.fields:
            raise TooCostly(
                f"The operation selects more than {self.limits.fields} fields, counting fragments as often as they are spread.", node
            )
        if aliases > self.limits.aliases:
            raise TooCostly(
                f"The operation has more than {self.limits.aliases} aliases, counting fragments as often as they are spread.", node
            )
