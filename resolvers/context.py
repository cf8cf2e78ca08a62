"""What a request carries to its fields: who asks, what to read with, and the loaders of this request alone (Q-3)."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Hashable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple, TypeVar

from aiodataloader import DataLoader

from domain.idempotency.claims import Claim
from domain.idempotency.first_work import FirstWork
from domain.kernel.actor import Actor, authorize_type
from domain.kernel.database import DEADLINE, Database
from domain.kernel.environment import Environment
from domain.kernel.permissions import Permission
from domain.kernel.ports import NoPayments, Payments
from domain.kernel.statements import Read
from domain.kernel.work import UnitOfWork

T = TypeVar("T")
Level = Callable[..., Coroutine[Any, Any, Any]]
"""Parents (or their keys) in, values out: how every declared field is written."""


class Api(NamedTuple):
    """A documented REST API that this server answers."""

    name: str
    title: str
    version: str
    description: str
    base_path: str


class Allowance(NamedTuple):
    """How many requests a credential has a minute, and how many are left of them."""

    limit: int
    left: int


@dataclass(slots=True)
class Context:
    """One request."""

    actor: Actor
    database: Database
    request_id: str = ""
    apis: Sequence[Api] = ()
    allowance: Allowance | None = None
    payments: Payments = field(default_factory=NoPayments)
    """What takes money."""
    deadline: float = DEADLINE
    resume_after: int | None = None
    """The last event that the client of a stream has seen, when it says so (Q-25)."""
    uow: UnitOfWork | None = None
    """The transaction of the mutation field that runs now."""
    claim: Claim | None = None
    """The wish of the caller that the mutation is carried out once, however often it is sent (Q-10)."""
    first_work: FirstWork = field(default_factory=FirstWork)
    """Through which a verb that calls out does what it does once."""
    now: datetime = field(init=False)
    read: Read = field(init=False)
    _loaders: dict[Hashable, DataLoader[Any, Any]] = field(default_factory=dict)
    _made: dict[Hashable, tuple[asyncio.Lock, list[Any]]] = field(default_factory=dict)
    """What is made once in this request: a lock, and the one value once it is there."""

    def __post_init__(self) -> None:
        self.now = self.database.clock.now()
        self.read = self.database.read(self.deadline)

    @property
    def account_id(self) -> int:
        return self.actor.account_id

    @property
    def environment(self) -> Environment:
        return self.database.environment

    @property
    def work(self) -> UnitOfWork:
        """The transaction of the mutation field that runs now."""
        assert self.uow is not None, "only a mutation field has a transaction"
        return self.uow

    def require(self, *inside: Permission) -> None:
        """Refuse whoever may not read what is inside a file, or what a condition lets them find out.

        Raises Unauthenticated or Forbidden.
        """
        for permission in inside:
            authorize_type(self.actor, permission)

    def loader(self, name: Hashable, batch: Level, *, remembers: bool) -> DataLoader[Any, Any]:
        """The loader of this name in this request; only one that is asked by key may remember what it answered."""
        if name not in self._loaders:
            self._loaders[name] = DataLoader(batch, cache=remembers)
        return self._loaders[name]

    async def once(self, name: Hashable, make: Callable[[], Awaitable[T]]) -> T:
        """The one value of this name in this request; a failure is not kept."""
        lock, made = self._made.setdefault(name, (asyncio.Lock(), []))
        async with lock:
            if not made:
                made.append(await make())
            value: T = made[0]
            return value

    def forget_reads(self) -> None:
        """Read everything anew, as after a mutation, so that the next field sees what it wrote."""
        self._loaders.clear()
        self._made.clear()
        self.now = self.database.clock.now()
