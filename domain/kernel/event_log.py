"""What happened as a list: the audit log (Q-23), by number, oldest first."""

from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import BigInteger, and_, bindparam, select

from domain.kernel.columns import UtcDateTime
from domain.kernel.event_types import about
from domain.kernel.events import Event
from domain.kernel.listing import Fragment, Listing, Order, one_of, where
from domain.kernel.paging import Page, Window
from domain.kernel.statements import ACCOUNT, Read, Row, any_of, by_key, statement

_COLUMNS = (Event.sequence, Event.type, Event.subject, Event.actor, Event.request_id, Event.at, Event.facts)
_BY_SEQUENCE = statement(select(*_COLUMNS).where(Event.account_id == ACCOUNT, any_of(Event.sequence)), "Event")
_SUBJECT = Event.subject == bindparam("subject", type_=Event.subject.type)
_KIND = any_of(Event.type, "subject_types")


def _subject(given: tuple[str, str]) -> Fragment:
    """A filter on what it happened to: its kind, or "" for any, and its key."""
    kind, key = given
    if not kind:
        return Fragment("subject", _SUBJECT, {"subject": key})
    return Fragment("subject of a kind", and_(_SUBJECT, _KIND), {"subject": key, "subject_types": about(kind)})


EVENTS = Listing(
    select(*_COLUMNS).where(Event.account_id == ACCOUNT),
    "Event",
    key=Event.sequence,
    filters={
        "after_sequence": where("after_sequence", Event.sequence > bindparam("after_sequence", type_=BigInteger)),
        "type": one_of("type", Event.type),
        "subject": _subject,
        "actor": where("actor", Event.actor == bindparam("actor", type_=Event.actor.type)),
        "at_from": where("at_from", Event.at >= bindparam("at_from", type_=UtcDateTime())),
        "at_until": where("at_until", Event.at < bindparam("at_until", type_=UtcDateTime())),
    },
    orders={"oldest": Order((Event.sequence,))},
)


async def page(read: Read, account_id: int, window: Window, *, given: Mapping[str, Any] | None = None) -> Page:
    """The events of an account that pass the filters, oldest first."""
    return await EVENTS.page(read, account_id, window, order="oldest", given=given or {})


async def by_sequence(read: Read, account_id: int, keys: Collection[int]) -> dict[int, Row]:
    """Events by their numbers."""
    return by_key(await read(_BY_SEQUENCE, account_id=account_id, keys=keys), "sequence")
