"""What can happen, declared: each type of event with what it happens to and its facts, as a check and as JSON Schema (2020-12).

A context declares its own in its `events.py`, and records no others. Facts are keys, numbers and codes of closed lists;
there is no way to declare one that could hold words, so none can be personal (Q-11).
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

Schema = Mapping[str, Any]
_TAIL = "01k2zqm8v4e7r9t3x5b6c0d1fg"
_NUMBER = 1001
_UUID = re.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}").fullmatch


class Unfit(ValueError):
    """What was to be recorded is not what its type declares: a mistake in the program."""


@dataclass(frozen=True, slots=True)
class Thing:
    """A kind of object, and what its keys look like."""

    name: str
    """Its type in the graph, or the name it would have there."""
    prefix: str = ""
    """What its keys begin with; empty for those that are numbers or UUIDs."""
    tail: str = _TAIL
    """How one could go on."""
    uuid: str = ""
    """What a key could be, where keys are UUIDs."""

    def names(self, key: Any) -> bool:
        """Say whether a text is a key of this kind."""
        if self.uuid:
            return isinstance(key, str) and _UUID(key) is not None
        if self.prefix:
            return isinstance(key, str) and key.startswith(self.prefix) and key != self.prefix
        return isinstance(key, str) and key.isascii() and key.isdigit()

    @property
    def schema(self) -> Schema:
        if self.uuid:
            return {"type": "string", "format": "uuid"}
        return {"type": "string", "pattern": f"^{self.prefix}." if self.prefix else "^[0-9]+$"}

    @property
    def example(self) -> str:
        return self.uuid or (f"{self.prefix}{self.tail}" if self.prefix else str(_NUMBER))


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that an event says."""

    description: str
    schema: Schema
    fits: Callable[[Any], bool]
    example: Any
    optional: bool = False


def number(description: str, *, least: int = 0, optional: bool = False) -> Fact:
    """A whole number, such as a count."""
    schema = {"type": "integer", "minimum": least}
    return Fact(description, schema, lambda value: type(value) is int and value >= least, max(least, 3), optional)


def less(description: str) -> Fact:
    """A whole number below zero: what was taken away."""
    return Fact(description, {"type": "integer", "maximum": -1}, lambda value: type(value) is int and value < 0, -1)


def amount(description: str, *, optional: bool = False) -> Fact:
    """Money in cents, below zero where it is given back."""
    return Fact(description, {"type": "integer"}, lambda value: type(value) is int, 5831, optional)


def shaped(description: str, pattern: str, example: str) -> Fact:
    """A text of numbers and signs that has a shape, such as the number of an invoice."""
    fits = re.compile(pattern).fullmatch
    return Fact(
        description, {"type": "string", "pattern": f"^{pattern}$"}, lambda value: isinstance(value, str) and bool(fits(value)), example
    )


def shaped_all(description: str, pattern: str, example: str, *, optional: bool = False) -> Fact:
    """Some texts of a shape, such as names of types that may have gone since."""
    return _many(description, shaped("", pattern, example), optional)


def yes_or_no(description: str, *, optional: bool = False) -> Fact:
    """True or false."""
    return Fact(description, {"type": "boolean"}, lambda value: type(value) is bool, True, optional)


def code(description: str, among: Iterable[str], *, optional: bool = False) -> Fact:
    """One of a closed list."""
    known = _listed(among)
    allowed = frozenset(known)
    schema = {"type": "string", "enum": known}
    return Fact(description, schema, lambda value: isinstance(value, str) and value in allowed, known[0], optional)


def codes(description: str, among: Iterable[str], *, optional: bool = False) -> Fact:
    """Some of a closed list."""
    return _many(description, code("", among), optional)


def reference(description: str, to: Thing, *, optional: bool = False) -> Fact:
    """The key of another object; a number where its keys are."""
    if to.prefix or to.uuid:
        return Fact(description, to.schema, to.names, to.example, optional)
    return Fact(description, {"type": "integer", "minimum": 0}, lambda value: type(value) is int and value >= 0, _NUMBER, optional)


def references(description: str, to: Thing, *, optional: bool = False) -> Fact:
    """The keys of other objects."""
    return _many(description, reference("", to), optional)


def _many(description: str, one: Fact, optional: bool) -> Fact:
    def fits(value: Any) -> bool:
        return isinstance(value, list) and all(map(one.fits, value))

    return Fact(description, {"type": "array", "items": one.schema}, fits, [one.example], optional)


def _listed(among: Iterable[str]) -> Sequence[str]:
    return [str(value) for value in among]


@dataclass(frozen=True, slots=True, eq=False)
class EventType:
    """A type of event: its name, what it happens to, what it says."""

    name: str
    subject: Thing
    description: str
    facts: Mapping[str, Fact] = field(default_factory=dict)
    _required: frozenset[str] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_required", frozenset(name for name, fact in self.facts.items() if not fact.optional))

    def __str__(self) -> str:
        return self.name

    def check(self, subject: str, facts: Mapping[str, Any]) -> None:
        """Hold an event to its declaration, in about a microsecond.

        Raises Unfit.
        """
        if not self.subject.names(subject):
            raise Unfit(f"{self.name} happens to a {self.subject.name}, not to {subject!r}.")
        given = facts.keys()
        if given != self._required and not (self._required <= given <= self.facts.keys()):
            raise Unfit(f"{self.name} says {sorted(self.facts)}, not {sorted(given)}.")
        for name, value in facts.items():
            if not self.facts[name].fits(value):
                raise Unfit(f"{self.name}: {name} cannot be {value!r}.")

    @property
    def schema(self) -> Schema:
        """Its facts as JSON Schema. Later releases may add facts, so others are not forbidden."""
        return {
            "type": "object",
            "properties": {name: {**fact.schema, "description": fact.description} for name, fact in self.facts.items()},
            "required": sorted(self._required),
        }

    @property
    def example(self) -> dict[str, Any]:
        """Facts as they could be."""
        return {name: fact.example for name, fact in self.facts.items()}


_DECLARED: dict[str, EventType] = {}
CATALOGUE: Mapping[str, EventType] = MappingProxyType(_DECLARED)
"""Every type by its name, once the modules of the contexts are imported."""


def about(*things: str) -> list[str]:
    """The names of the types that tell of things of these kinds: keys that are numbers say not of what."""
    return sorted(name for name, type in CATALOGUE.items() if type.subject.name in things)


def happening(name: str, subject: Thing, description: str, **facts: Fact) -> EventType:
    """Declare a type of event: `context.past_participle`, the thing it happens to, what happened, and its facts."""
    if name in _DECLARED:
        raise Unfit(f"{name} is declared already.")
    made = _DECLARED[name] = EventType(name, subject, description, facts)
    return made
