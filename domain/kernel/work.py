"""The unit of work: one transaction in which commands write, with its events, audit and jobs."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, TypeVar

from sqlalchemy import BigInteger, String, Update, bindparam, false, insert, inspect, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, attributes, make_transient_to_detached, mapped_column
from sqlalchemy.sql.dml import ReturningUpdate

from domain.kernel.actor import Actor
from domain.kernel.columns import Entity, columns_of, inserts, table_of
from domain.kernel.environment import Environment
from domain.kernel.event_types import EventType
from domain.kernel.events import Event, EventSequence, Recorded
from domain.kernel.jobs import Job, JobQueue
from domain.kernel.personal import nothing
from domain.kernel.reactions import following
from domain.kernel.statements import Row, Statement

T = TypeVar("T")


class NumberSeries(Entity):
    """The last number given out in a series, on SQLite; PostgreSQL has sequences of its own."""

    __tablename__ = "number_series"

    name: Mapped[str] = mapped_column(primary_key=True, info=nothing("the name of a series"))
    last: Mapped[int] = mapped_column(BigInteger)


_Noted = tuple[int, str, str, datetime, dict[str, Any]]
Follower = Callable[["UnitOfWork", Sequence[Recorded]], Awaitable[None]]
"""Somebody who is told of the events of a followed account in the very transaction that records them."""
NUMBERS_AT_ONCE = 10
SERIES = {
    "account": 9_000_000,
    "attempt": 1_000,
    "norm_group": 1_000,
    "job_profile": 1_000,
    "team": 1_000,
    "flow": 0,
    "flow_step": 0,
    "flow_assignment": 0,
}
"""The series there are, and the number before their first."""


@dataclass(frozen=True, slots=True)
class OwnRead:
    """Reads over the connection of a unit of work: what batch queries answer there includes what it has written."""

    session: AsyncSession
    dialect: str

    async def __call__(self, statement: Statement, **parameters: Any) -> list[Row]:
        await self.session.flush()
        prepared = statement.prepared(self.dialect)
        connection = await self.session.connection()
        found = [tuple(row) for row in await connection.exec_driver_sql(prepared.text, tuple(prepared.bind(parameters)))]
        if self.dialect == "postgresql":  # its driver reads JSON itself on connections for writing
            return [prepared.row(row) for row in found]
        return prepared.rows(found)

    async def all(self, *reads: Any) -> list[Any]:
        return [await read for read in reads]


@dataclass(slots=True)
class UnitOfWork:
    """What commands are given first: a session in a transaction, who acts, and the time.

    The transaction ends with the block that opened it: committed on the way out, rolled back by any exception.
    """

    session: AsyncSession
    actor: Actor
    now: datetime
    request_id: str
    jobs: JobQueue
    environment: Environment
    dialect: str
    followers: Sequence[Follower] = ()
    touched: set[int] = field(default_factory=set)
    """The accounts in which something was recorded; they are woken after the commit."""
    recorded: set[str] = field(default_factory=set)
    """The types of the events that were recorded."""
    _events: list[_Noted] = field(default_factory=list)
    _entered: int | None = None
    _held: dict[tuple[type, tuple[Any, ...]], Any] = field(default_factory=dict)
    """Rows that this work has locked and read, by entity and key."""
    _numbers: dict[str, list[int]] = field(default_factory=dict)
    """Numbers that were reserved and not given out yet, by series."""

    @property
    def account_id(self) -> int:
        """The account this work is held to: the actor's, or the one that was entered.

        Raises Unauthenticated when there is none.
        """
        return self._entered if self._entered is not None else self.actor.account_id

    @property
    def within(self) -> int | None:
        """The same for those who may have none: whoever registers."""
        return self._entered if self._entered is not None else self.actor.account

    @property
    def read(self) -> OwnRead:
        """What batch queries are given inside a unit of work."""
        return OwnRead(self.session, self.dialect)

    async def enter(self, account_id: int) -> None:
        """Work inside an account from here on: for registration, and for the twin of the actor's account."""
        await self.flush()
        self._entered = account_id
        await confine(self.session, self.dialect, account_id)

    def record(self, type: EventType, subject: str, **facts: Any) -> None:
        """Note that something happened to an object.

        Raises Unfit when the subject or the facts are not what the type declares.
        """
        type.check(subject, facts)
        self._events.append((self.account_id, type.name, subject, self.now, facts))
        self.recorded.add(type.name)

    async def enqueue(self, job: Job, *keys: str, after: timedelta = timedelta()) -> None:
        """Ask for a job after the commit, in this transaction: no effect without it, and it never without the effect.

        With `after`, it is not due before so long.
        """
        await self.session.flush()
        account_id, seconds = self.account_id, max(after.total_seconds(), 0.0)
        await self.session.run_sync(lambda session: self.jobs.enqueue(session, job.name, account_id, keys, seconds))

    async def next_number(self, series: str) -> int:
        """Take the next number of a series; numbers may be skipped, never repeated.

        A work that takes many takes them ten at a time.
        """
        if taken := self._numbers.get(series):
            return taken.pop(0)
        count = 1 if series not in self._numbers else NUMBERS_AT_ONCE
        first, *self._numbers[series] = await self._reserve(series, count)
        return first

    async def _reserve(self, series: str, count: int) -> list[int]:
        if self.dialect == "postgresql":
            found = await self.session.execute(text(f"select nextval('{series}_number') from generate_series(1, {count})"))
            return [int(number) for number in found.scalars()]
        last = int((await self.session.execute(_RESERVE, {"series": series, "count": count})).scalar_one())
        return list(range(last - count + 1, last + 1))

    async def change(self, change: Update) -> int:
        """Run a guarded UPDATE and say how many rows it changed: the race-proof way to check and write at once (Q-7)."""
        await self.session.flush()
        result = await self.session.execute(change.execution_options(synchronize_session=False))
        self._forget(change.entity_description["entity"])
        return int(result.rowcount)  # type: ignore[attr-defined]

    async def changed(self, change: ReturningUpdate[Any]) -> list[Any]:
        """The same for an UPDATE that tells a column of each row it changed."""
        await self.session.flush()
        result = await self.session.execute(change.execution_options(synchronize_session=False))
        self._forget(change.entity_description["entity"])
        return list(result.scalars())

    async def lock(self, entity: type[T], *keys: Any) -> T | None:
        """Read a row for writing: nobody else changes it before this work ends.

        Rows that refer to it may still be added, or their deferred foreign keys would wait for it at their commit.
        """
        place = (entity, keys)
        if place not in self._held:
            await self.session.flush()
            row = await self.session.get(entity, keys, with_for_update={"key_share": True}, populate_existing=True)
            if row is None:
                return None
            self._held[place] = row
        found: T = self._held[place]
        return found

    def add(self, row: Entity, *keys: Any) -> None:
        """Insert a row; it is as good as locked from now on."""
        self.session.add(row)
        self._held[type(row), keys] = row

    def inserted(self, row: Entity, *keys: Any) -> None:
        """Take a row that a statement has inserted as locked and read, so that nobody asks for it again."""
        for name, value in columns_of(row).items():
            attributes.set_committed_value(row, name, value)  # a default that nobody set would be asked for
        make_transient_to_detached(row)
        self.add(row, *keys)

    def _forget(self, entity: type) -> None:
        """Read rows of a kind anew after an UPDATE that the session did not see."""
        for place in [place for place in self._held if place[0] is entity]:
            self.session.expire(self._held.pop(place))

    async def one_at_a_time(self, entity: type, *keys: Any) -> None:
        """Let no other work that asks the same go on before this one ends; SQLite has one writer anyway."""
        if self.dialect == "postgresql":
            mapper: Any = inspect(entity)
            mine = [column == key for column, key in zip(mapper.primary_key, keys, strict=True)]
            await self.session.execute(select(*mapper.primary_key).where(*mine).with_for_update(key_share=True))

    async def in_turn(self, what: str) -> None:
        """The same for works that name the same thing, where there is no row yet that could be locked."""
        if self.dialect == "postgresql":
            await self.session.execute(_TAKE_TURN, {"what": what})

    async def flush(self) -> None:
        """Write what is pending, events last, in the order they were recorded."""
        await self.session.flush()
        events, self._events = self._events, []
        for account_id in dict.fromkeys(account for account, *_ in events):
            await self._write_events(account_id, [event for event in events if event[0] == account_id])

    async def follow(self, *, followed: bool = True) -> None:
        """Have the followers told of what happens in this account from now on, or not any more."""
        await self.flush()
        mine = update(EventSequence).where(EventSequence.account_id == self.account_id)
        await self.change(mine.values(followed=followed))

    async def _write_events(self, account_id: int, events: list[_Noted]) -> None:
        last, followed = await self._advance(account_id, len(events))
        numbered = list(enumerate(events, last - len(events) + 1))
        common = {"account_id": account_id, "actor": self.actor.name, "request_id": self.request_id}
        rows = [
            {**common, "sequence": sequence, "type": type_, "subject": subject, "at": at, "facts": facts}
            for sequence, (_, type_, subject, at, facts) in numbered
        ]
        await self.session.execute(_RECORD, rows)
        self.touched.add(account_id)
        await self._react(events)
        if followed:
            recorded = [Recorded(number, type_, subject, at, facts) for number, (_, type_, subject, at, facts) in numbered]
            for tell in self.followers:
                await tell(self, recorded)

    async def _react(self, events: Sequence[_Noted]) -> None:
        """Enqueue what follows from events, each job once for each subject."""
        wanted = {(job.name, subject): job for _, type_, subject, _at, facts in events for job in following(type_, facts)}
        for (_name, subject), job in wanted.items():
            await self.enqueue(job, subject)

    async def _advance(self, account_id: int, by: int) -> tuple[int, bool]:
        """Take the next numbers of an account, which holds up others who would; return the last, and whether somebody follows."""
        advanced = (await self.session.execute(_ADVANCE[self.dialect], {"account_id": account_id, "last": by})).one()
        return int(advanced.last), bool(advanced.followed)


_SEQUENCE = table_of(EventSequence)
_LAST = _SEQUENCE.c.last
_ADVANCE = {
    name: upsert.values(account_id=bindparam("account_id"), last=bindparam("last"), followed=false())
    .on_conflict_do_update(index_elements=["account_id"], set_={"last": _LAST + upsert.excluded.last})
    .returning(_LAST, _SEQUENCE.c.followed)
    for name, upsert in inserts(EventSequence).items()
}
_RECORD = insert(table_of(Event))
_SERIES = table_of(NumberSeries)
_RESERVE = (
    update(_SERIES).where(_SERIES.c.name == bindparam("series")).values(last=_SERIES.c.last + bindparam("count")).returning(_SERIES.c.last)
)


async def confine(session: AsyncSession, dialect: str, account_id: int) -> None:
    """Tell PostgreSQL's row level security whose rows this transaction may see; SQLite has none."""
    if dialect == "postgresql":
        await session.execute(_CONFINE, {"account": str(account_id)})


_CONFINE = select(text("set_config('centil.account', :account, true)").bindparams(bindparam("account")))
_TAKE_TURN = select(text("pg_advisory_xact_lock(hashtextextended(:what, 0))").bindparams(bindparam("what", type_=String)))
