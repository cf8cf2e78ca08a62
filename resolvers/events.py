"""News: what happens in the account and to its invites, as it happens."""

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Annotated, Any, ClassVar

import strawberry

from domain.invites import queries as invites
from domain.kernel import events
from domain.kernel.permissions import Permission
from domain.kernel.statements import Row
from resolvers import ids
from resolvers.enums import graph_enum
from resolvers.event_log import Event, EventType
from resolvers.fields import Info, arg, attribute, edge, graph_type, subscription
from resolvers.invites import Invite
from resolvers.scalars import BigInt


class InviteEvent(Enum):
    SENT = "invite.sent"
    MAILED = "invite.mailed"
    MAIL_REFUSED = "invite.mail_refused"
    REMINDED = "invite.reminded"
    STARTED = "invite.started"
    COMPLETED = "invite.completed"
    EXPIRED = "invite.expired"
    CANCELED = "invite.canceled"


graph_enum(
    InviteEvent,
    name="InviteEventType",
    description="What happened to an invite.",
    values={
        InviteEvent.SENT: "It was sent.",
        InviteEvent.MAILED: "Its mail was handed to the mail server.",
        InviteEvent.MAIL_REFUSED: "The mail server refused its mail for good: the address may be wrong.",
        InviteEvent.REMINDED: "A reminder was sent.",
        InviteEvent.STARTED: "The candidate began.",
        InviteEvent.COMPLETED: "The candidate completed it; there is a result.",
        InviteEvent.EXPIRED: "Its 30 days went by.",
        InviteEvent.CANCELED: "It was taken back.",
    },
)


@graph_type(requires=Permission.INVITES_READ, description="Something that happened to an invite.")
class InviteChanged:
    type: InviteEvent = attribute("What happened.")
    sequence: BigInt = attribute("Its number in the account: give the last one seen as `after` to go on without gap or repeat.")
    at: datetime = attribute("When it happened.")
    actor: str = attribute("Who did it: the key of a credential (`key_…`), `candidate`, or `system`.")
    reminder: int | None = attribute("Which reminder it was, from 1; null for other events.")
    invite: Invite = edge(invites.by_keys, key="subject", description="The invite as it is now.")


@dataclass(frozen=True, slots=True)
class News:
    """An event as the graph tells it."""

    graph_type: ClassVar[str] = "InviteChanged"
    type: str
    sequence: int
    at: datetime
    actor: str
    subject: str
    reminder: int | None

    @classmethod
    def of(cls, row: Row) -> "News":
        return cls(row.type, row.sequence, row.at, row.actor, row.subject, row.facts.get("number"))


@strawberry.type
class EventSubscription:
    @subscription(
        requires=Permission.INVITES_READ,
        description="What happens to invites from now on, or from after an event; one payload for each event, in order.",
    )
    async def invite_changed(
        self,
        info: Info,
        invites: Annotated[list[strawberry.ID] | None, arg("Only these, by key or id; left out: all of the account.")] = None,
        types: Annotated[list[InviteEvent] | None, arg("Only these events; left out: all.")] = None,
        after: Annotated[BigInt | None, arg("Go on after this sequence number; left out: from now on.")] = None,
    ) -> AsyncGenerator[InviteChanged, None]:
        context = info.context
        wanted = {event.value for event in (InviteEvent if types is None else types)}
        keys: Any = {ids.key_of("Invite", key) for key in invites} if invites is not None else None
        database, account_id = context.database, context.account_id
        since = context.resume_after if context.resume_after is not None else after
        async for row in events.follow(database.read, database.signals, account_id, types=wanted, since=since):
            if keys is None or row.subject in keys:
                yield News.of(row)  # type: ignore[misc]

    @subscription(
        requires=Permission.EVENTS_READ,
        description="What happens in the account from now on, or from after an event; one payload for each event, in order, none twice.",
    )
    async def events(
        self,
        info: Info,
        types: Annotated[list[EventType] | None, arg("Only these types; left out: all.")] = None,
        after: Annotated[BigInt | None, arg("Go on after this sequence number; left out: from now on.")] = None,
    ) -> AsyncGenerator[Event, None]:
        context = info.context
        wanted = None if types is None else {type.value for type in types}
        database, account_id = context.database, context.account_id
        since = context.resume_after if context.resume_after is not None else after
        async for row in events.follow(database.read, database.signals, account_id, types=wanted, since=since):
            yield row  # type: ignore[misc]
