"""What happened: rows with a sequence per account, written in the transaction that made it so; also the audit log (Q-23)."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Boolean, Index, bindparam, or_, select
from sqlalchemy.orm import Mapped, mapped_column

from domain.kernel.columns import Entity, Json, account_column
from domain.kernel.event_types import about
from domain.kernel.language import Text
from domain.kernel.personal import FOR_GOOD, Via, about_candidates, nothing
from domain.kernel.statements import Read, Row, statement

BATCH = 100


class Event(Entity):
    """One thing that happened in an account: who did what to which object. Rows are never changed or deleted."""

    __tablename__ = "event"
    __table_args__ = (
        Index("ix_event_subject", "account_id", "subject", "sequence"),
        about_candidates(
            *(Via("subject", table) for table in ("candidate", "invite", "entry", "saved_match", "erasure", "participant")),
            Via("subject", "attempt", "attempt_id", when=lambda event: or_(*(event.c.type == name for name in about("Attempt", "Result")))),
            Via(
                "subject",
                "flow_assignment",
                "assignment_id",
                when=lambda event: or_(*(event.c.type == name for name in about("FlowAssignment"))),
            ),
            title=Text("Events", "Ereignisse"),
            purpose=Text("Telling what happened; the audit log", "Zeigen, was geschehen ist; das Prüfprotokoll"),
            kept=FOR_GOOD,
        ),
    )

    account_id: Mapped[int] = account_column()
    sequence: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    type: Mapped[str] = mapped_column(info=nothing("a closed list, such as invite.completed"))
    subject: Mapped[str] = mapped_column(info=nothing("the key of what it happened to"))
    actor: Mapped[str] = mapped_column(info=nothing("the key of the credential"))
    request_id: Mapped[str] = mapped_column(info=nothing("random"))
    at: Mapped[datetime]
    facts: Mapped[dict[str, Any]] = mapped_column(Json, info=nothing("keys, numbers and codes of the event; a test holds it to that"))


class EventSequence(Entity):
    """The last event number of an account; its row lock keeps the order of numbers that of commits."""

    __tablename__ = "event_sequence"

    account_id: Mapped[int] = account_column()
    last: Mapped[int] = mapped_column(BigInteger)
    followed: Mapped[bool] = mapped_column(Boolean, default=False)
    """Whether somebody is to be told of each event in the transaction that records it; it costs the others nothing."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """An event as it was just written, in a transaction that is still open."""

    sequence: int
    type: str
    subject: str
    at: datetime
    facts: Mapping[str, Any]


_AFTER = statement(
    select(Event.sequence, Event.type, Event.subject, Event.actor, Event.request_id, Event.at, Event.facts)
    .where(Event.account_id == bindparam("account_id"), Event.sequence > bindparam("after", type_=BigInteger))
    .order_by(Event.sequence)
    .limit(BATCH),
    "Event",
)
_OF = statement(
    select(Event.sequence, Event.type, Event.subject, Event.actor, Event.at, Event.facts).where(
        Event.account_id == bindparam("account_id"), Event.sequence == bindparam("sequence", type_=BigInteger)
    )
)
_LAST = statement(select(EventSequence.last).where(EventSequence.account_id == bindparam("account_id")))


async def after(read: Read, account_id: int, sequence: int) -> list[Row]:
    """The next events after a sequence number, oldest first, at most a hundred."""
    return await read(_AFTER, account_id=account_id, after=sequence)


async def by_sequence(read: Read, account_id: int, sequence: int) -> Row | None:
    """One event by its number."""
    rows = await read(_OF, account_id=account_id, sequence=sequence)
    return rows[0] if rows else None


async def last(read: Read, account_id: int) -> int:
    """The number of the newest event, 0 when there is none."""
    rows = await read(_LAST, account_id=account_id)
    return int(rows[0].last) if rows else 0


class Signals:
    """Wake those who wait for events of an account; a wake without an event is harmless, a missed one costs `pause`."""

    def __init__(self) -> None:
        self._waiting: dict[int, set[asyncio.Event]] = {}

    def wake(self, account_id: int | None = None) -> None:
        """Wake the waiters of one account, or all of them."""
        accounts = list(self._waiting) if account_id is None else [account_id]
        for account in accounts:
            for waiting in self._waiting.get(account, ()):
                waiting.set()

    @property
    def awaited(self) -> bool:
        return bool(self._waiting)

    @contextlib.contextmanager
    def listening(self, account_id: int) -> Any:
        waiting = asyncio.Event()
        self._waiting.setdefault(account_id, set()).add(waiting)
        try:
            yield waiting
        finally:
            listeners = self._waiting[account_id]
            listeners.discard(waiting)
            if not listeners:
                del self._waiting[account_id]


async def follow(
    read: Callable[[], Read], signals: Signals, account_id: int, *, types: Collection[str] | None, since: int | None, pause: float = 10.0
) -> AsyncIterator[Row]:
    """Yield events of some types, or of all, as they happen, from after `since`, or from now on; in order, none left out or repeated.

    `pause` is how long, in seconds, to wait for a signal before looking anyway.
    """
    reached = since if since is not None else await last(read(), account_id)
    with signals.listening(account_id) as waiting:
        while True:
            waiting.clear()
            rows = await after(read(), account_id, reached)
            for row in rows:
                reached = row.sequence
                if types is None or row.type in types:
                    yield row
            if len(rows) < BATCH:
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(waiting.wait(), pause)
