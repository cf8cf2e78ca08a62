"""Types of events that tests alone record; they are not in the catalogue."""

from dataclasses import dataclass
from typing import Any

from domain.kernel.event_types import EventType, Fact, Thing


@dataclass(frozen=True, slots=True)
class Anything(Thing):
    """What any text names."""

    def names(self, key: Any) -> bool:
        return True


_THING = Anything("Thing")


def _whatever(description: str) -> Fact:
    return Fact(description, {}, lambda _value: True, None, optional=True)


NOTED = EventType("test.noted", _THING, "A test notes something.", {"number": _whatever("A number.")})
OTHER = EventType("test.other", _THING, "Something else.")
ENDED = EventType("test.ended", _THING, "A test ends something.")
FACTS = EventType("test.facts", _THING, "All kinds of values.", {name: _whatever(name) for name in ("number", "text", "nested")})
