"""One request with an Idempotency-Key, from its arrival to its answer.

What it made is recorded in the very transaction of its effect, so a kill leaves both or neither; a request that comes again
is answered from the record. Whoever is at work holds a lock of the database that ends with them, so nothing is ever stale.
Only a verb that calls out, which has no transaction open meanwhile, holds its record for a time instead.
"""

import math
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import orjson

from domain.idempotency.errors import AnswerDropped, GrantedLess, KeyReused, Replayed, StillRunning
from domain.idempotency.records import OWNED, PUBLIC, Records
from domain.idempotency.sealing import Sealer
from domain.kernel.actor import Actor
from domain.kernel.database import DEADLINE, Database
from domain.kernel.work import UnitOfWork

LIFETIME = timedelta(hours=24)
LEASE = timedelta(seconds=2 * DEADLINE)
"""How long a verb that calls out counts as running; its request has ended by its deadline, well before (Q-15)."""


class Kept(NamedTuple):
    """An answer as it is given again."""

    status: int
    headers: dict[str, str]
    body: bytes


@dataclass(slots=True)
class Claim:
    """The wish of a caller that a request is carried out once."""

    actor: Actor
    sealer: Sealer
    fingerprint: str
    answer: Kept | None = None
    """What was answered before, once that is known."""
    again: bool = False
    """Whether the effect is that of an earlier request."""
    recorded_at: datetime | None = None
    """When the record that holds the effect was made; None as long as nothing is committed."""
    _records: Records = field(init=False)
    _name: dict[str, Any] = field(init=False)
    _written_at: datetime | None = None
    _held_until: datetime | None = None

    def __post_init__(self) -> None:
        account, name = self.actor.account, self.sealer.name
        self._records = PUBLIC if account is None else OWNED
        self._name = {"_name": name} if account is None else {"_account_id": account, "_name": name}

    @property
    def name(self) -> str:
        """Unique among all requests with a key, of all accounts."""
        return str(self._name["_name"])

    async def look(self, uow: UnitOfWork) -> bytes | None:
        """What an earlier request made; None when there was none, and then nobody else begins before this work ends.

        Raises Settled: Replayed when the answer is known, too.
        """
        row = (await uow.session.execute(self._records.looking[uow.dialect], {**self._name, "_lock": self._lock})).one()
        if not row.free:
            raise StillRunning
        if row.body is None or row.expires_at <= uow.now:
            return None
        if row.body != self.fingerprint:
            raise KeyReused
        if row.made is None:
            raise AnswerDropped
        made = self._opened(row.made)
        if row.answer is None and row.held_until is not None:
            self._wait_for(row.held_until, uow.now)
        self.again, self.recorded_at = True, row.created_at
        if row.answer is not None:
            self.answer = _answer(self.sealer.open(row.answer, self._about("answer")))
            raise Replayed
        return made

    async def keep(self, uow: UnitOfWork, made: bytes | None, *, hold: bool = False) -> None:
        """Record what the request made, at the end of its work; None when nothing of it may be kept.

        With `hold` others are told for a while that it is still running. Raises StillRunning when another was faster.
        """
        await uow.flush()
        about = uow.within
        if self.actor.account is not None and about != self.actor.account:
            await uow.enter(self.actor.account)  # it did something in its twin; the record is its own
        self._held_until = uow.now + LEASE if hold else None
        await self._write(uow, about, None if made is None else self._sealed(made))
        if about is not None and about != uow.account_id:
            await uow.enter(about)

    async def found_since(self, database: Database) -> bytes | None:
        """The same as `look`, in a work of its own, after a failure.

        PostgreSQL looks at a row as it was a moment before the lock was free.
        """
        if database.dialect == "sqlite":
            return None
        async with database.work(self.actor) as uow:
            return await self.look(uow)

    def committed(self) -> None:
        """Note that the work that kept it has ended well."""
        self.recorded_at = self.recorded_at or self._written_at

    async def store(self, database: Database, answer: Kept) -> Kept:
        """Store an answer and return it, or the one that was stored meanwhile."""
        sealed = self.sealer.seal(_framed([answer.status, answer.headers], answer.body), self._about("answer"))
        async with database.work(self.actor) as uow:
            values = {**self._name, "_created_at": self.recorded_at, "_answer": sealed}
            if await _count(uow, self._records.storing, values):
                return answer
            row = (await uow.session.execute(self._records.looking[uow.dialect], {**self._name, "_lock": self._lock})).one()
        if row.answer is None or row.created_at != self.recorded_at:
            return answer  # dropped by an erasure
        return _answer(self.sealer.open(row.answer, self._about("answer")))

    async def renew(self, uow: UnitOfWork) -> None:
        """Hold a record that was left by others, to go on with what they began."""
        await self._hold(uow, uow.now + LEASE)

    async def release(self, database: Database) -> None:
        """Let the next request go on with what this one began and could not end."""
        if self._held_until is None:
            return
        self.recorded_at = None
        async with database.work(self.actor) as uow:
            await self._hold(uow, uow.now)

    async def _hold(self, uow: UnitOfWork, until: datetime) -> None:
        await _count(uow, self._records.holding, {**self._name, "_held_until": self._held_until, "_until": until})
        self._held_until = until

    def _wait_for(self, until: datetime, now: datetime) -> None:
        """Leave a record to those who hold it, unless they must be dead.

        Raises StillRunning.
        """
        if until > now:
            raise StillRunning(retry_after=max(1, math.ceil((until - now).total_seconds())))
        self._held_until = until

    async def _write(self, uow: UnitOfWork, about: int | None, made: bytes | None) -> None:
        owner = {"about": about} if self.actor.account is None else {"account_id": self.actor.account}
        row = {**owner, "name": self.name, "body": self.fingerprint, "made": made, "answer": None, "held_until": self._held_until}
        row |= {"created_at": uow.now, "expires_at": uow.now + LIFETIME}
        written = await uow.session.execute(self._records.keeping[uow.dialect], row)
        if written.scalar_one_or_none() is None:
            raise StillRunning
        self._written_at = uow.now

    def _sealed(self, made: bytes) -> bytes:
        granted = [self.actor.kind.value, sorted(permission.value for permission in self.actor.permissions), self.actor.questionnaire]
        return self.sealer.seal(_framed(granted, made), self._about("made"))

    def _opened(self, sealed: bytes) -> bytes:
        """What was made, for those who may do at least what could be done by whoever made it.

        Raises GrantedLess.
        """
        (kind, permissions, *narrowed), made = _unframed(self.sealer.open(sealed, self._about("made")))
        if kind != self.actor.kind.value or not set(permissions) <= {permission.value for permission in self.actor.permissions}:
            raise GrantedLess
        if self.actor.questionnaire not in (None, *narrowed):  # of a release before this one nothing is told here
            raise GrantedLess
        return made

    def _about(self, part: str) -> str:
        return f"{part}\n{self.name}\n{self.fingerprint}"

    @property
    def _lock(self) -> int:
        """The name as one of PostgreSQL's numbers for locks; two names with the same only wait for each other."""
        return int(self.name[:16], 16) - 2**63


async def _count(uow: UnitOfWork, change: Any, values: dict[str, Any]) -> int:
    done = await uow.session.execute(change, values)
    return int(done.rowcount)  # type: ignore[attr-defined]


def _framed(head: Any, tail: bytes) -> bytes:
    return orjson.dumps(head) + b"\n" + tail


def _unframed(content: bytes) -> tuple[Any, bytes]:
    head, _, tail = content.partition(b"\n")
    return orjson.loads(head), tail


def _answer(content: bytes) -> Kept:
    (status, headers), body = _unframed(content)
    return Kept(status, headers, body)
