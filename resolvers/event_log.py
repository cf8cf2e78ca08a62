"""Everything that happened in the account: the audit log, and the catalogue of what can happen."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import Enum
from typing import Any, ClassVar

import strawberry

from domain.catalogue import EVENT_TYPES
from domain.kernel import event_log, event_types
from domain.kernel.actor import authorize_type
from domain.kernel.errors import Forbidden
from domain.kernel.paging import Page, Window
from domain.kernel.permissions import Access, Permission
from resolvers import ids
from resolvers.context import Context
from resolvers.enums import graph_enum
from resolvers.fields import Connection, attribute, batched, computed, graph_type, listing, query
from resolvers.inputs import defaulted
from resolvers.nodes import SOURCES, Node, findable
from resolvers.scalars import BigInt, Json

READ = Permission.EVENTS_READ
EventType: Any = Enum("EventType", [(type.name.replace(".", "_").upper(), type.name) for type in EVENT_TYPES])  # type: ignore[misc]  # from the catalogue
graph_enum(
    EventType,
    name="EventType",
    description="What can happen. Later releases add to it; `eventTypes` says what each of them tells.",
    values={EventType(type.name): f"{type.description} (`{type.name}`)" for type in EVENT_TYPES},
)


def event_type(name: str) -> Any:
    """A type of event by its name; None for one that only another release knows."""
    return EventType(name) if name in event_types.CATALOGUE else None


@graph_type(requires=READ, description="One thing that happened in the account: who did what to which object. Events never change.")
class Event(Node):
    id: strawberry.ID = computed(ids.encoder("Event"), columns=("sequence",), description="Opaque id.")
    sequence: BigInt = attribute("Its number in the account, from 1 without gaps; in the order in which things became true.")
    name: str = computed(str, columns=("type",), description="What happened, as webhooks call it, such as `invite.completed`.")
    type: EventType | None = computed(
        event_type, columns=("type",), description="The same as an enum; null for one that is newer than this server."
    )
    at: datetime = attribute("When.")
    actor: str = attribute("Who did it: `key:key_…` for a credential, `candidate:inv_…`, or `system`.")
    request_id: str = attribute("The request it was done by, as in the logs; empty for what jobs did.")
    subject_key: str = computed(str, columns=("subject",), description="The key of what it happened to.")
    facts: Json = attribute("What else there is to say: keys, numbers and codes, never personal; `eventTypes` has the schema.")

    @batched("What it happened to, as it is now; null when it is gone, cannot be fetched, or this credential may not read it.")
    async def subject(parents: Sequence[Any], context: Context) -> list[Node | None]:
        places = [(_kind_of(parent.type), parent.subject) for parent in parents]
        by_kind: dict[str, dict[str, None]] = {}
        for kind, key in places:
            if kind in SOURCES and _may_read(context, kind):
                by_kind.setdefault(kind, {})[key] = None
        found: dict[str, Mapping[str, Any]] = {}
        for kind, keys in by_kind.items():
            found[kind] = await SOURCES[kind].load(context, list(keys))
        return [found.get(kind, {}).get(key) for kind, key in places]


def _kind_of(name: str) -> str:
    declared = event_types.CATALOGUE.get(name)
    return declared.subject.name if declared else ""


def _may_read(context: Context, kind: str) -> bool:
    try:
        authorize_type(context.actor, SOURCES[kind].requirement)
    except Forbidden:
        return False
    return True


class Declaration:
    """A type of event as the graph tells it."""

    graph_type: ClassVar[str] = "EventDeclaration"
    __slots__ = ("description", "example", "facts", "name", "subject_type")

    def __init__(self, type: event_types.EventType) -> None:
        self.name = type.name
        self.description = type.description
        self.subject_type = type.subject.name
        self.facts = type.schema
        self.example = type.example


DECLARATIONS = [Declaration(type) for type in EVENT_TYPES]


@graph_type(requires=Access.PUBLIC, description="A type of event: what it happens to, and what it says.")
class EventDeclaration:
    name: str = attribute("Its name, such as `invite.completed`.")
    type: EventType = computed(EventType, columns=("name",), description="The same as an enum.")
    description: str = attribute("What happened then.")
    subject_type: str = attribute("The type of what it happens to; `Entry` alone cannot be fetched.")
    facts: Json = attribute("The schema of its facts (JSON Schema 2020-12), to make types from.")
    example: Json = attribute("Facts as they could be.")


@strawberry.input(description="Which events; every condition given must hold.")
class EventFilter:
    after_sequence: BigInt | None = defaulted("Those with a higher number: what happened since an event that you know.", None)
    type: list[EventType] | None = defaulted("Those of these types.", None)
    subject: strawberry.ID | None = defaulted(
        "What happened to this: its id, or its key. Attempts and teams may have the same number: give the id then.", None
    )
    actor: str | None = defaulted("What this one did, as `actor` has it: `key:key_…`, `candidate:inv_…`, `system`.", None)
    at_from: datetime | None = defaulted("At this moment or later.", None)
    at_until: datetime | None = defaulted("Before this moment.", None)


async def _page(context: Context, window: Window, _order: str, given: Mapping[str, Any]) -> Page:
    """What happened to a thing is found by its kind and key, or by its key alone."""
    return await event_log.page(context.read, context.account_id, window, given=ids.about(given))


@strawberry.type
class EventQuery:
    events: Connection[Event] = listing(
        _page,
        of=Event,
        requires=READ,
        filter=EventFilter,
        description="Everything that happened, oldest first: `first` from the beginning or after a number, `last` for the latest.",
    )

    @query(
        requires=Access.PUBLIC,
        description="Every type of event, by name: for code generation, and to see what can be listened to.",
        most=len(EVENT_TYPES),
    )
    async def event_types(context: Context) -> list[EventDeclaration]:
        return DECLARATIONS  # type: ignore[return-value]


findable("Event", READ, event_log.by_sequence, number=True)
