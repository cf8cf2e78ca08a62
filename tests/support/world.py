"""An account on a database, and what happens to it: the short way for tests to say what was before."""

import asyncio
import random
from collections.abc import AsyncIterator, Collection, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import event, func, select
from sqlalchemy.orm import Session

from domain.access.credentials import NewKey
from domain.billing import credits, registration
from domain.billing import queries as billing
from domain.instruments import bank
from domain.invites import attempts, commands
from domain.kernel.actor import Actor, ActorKind
from domain.kernel.clock import Clock, MovableClock
from domain.kernel.columns import Entity
from domain.kernel.database import Database
from domain.kernel.jobs import JOBS
from domain.kernel.permissions import EVERYTHING
from domain.kernel.ports import Mail, Mailer, Ports
from domain.kernel.work import UnitOfWork
from gateway.app import open_for, ports_for
from gateway.settings import Settings
from tests.support.databases import SECRET

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
CREDITS = 100
POOL = 60
"""Connections for races: on a slow machine fifty works would wait too long for one of ten, and be told to come back."""


@dataclass
class Outbox:
    """A mailer that keeps what it is given."""

    mails: list[Mail] = field(default_factory=list)

    async def send(self, mail: Mail) -> None:
        self.mails.append(mail)

    async def kept(self, references: Collection[str]) -> list[str]:
        return [mail.reference for mail in self.mails if mail.reference.partition(".")[0] in references]

    async def forget(self, references: Collection[str]) -> int:
        gone = await self.kept(references)
        self.mails = [mail for mail in self.mails if mail.reference not in gone]
        return len(gone)


class CommittedJobs:
    """A queue of what was really committed, for the runner below."""

    def __init__(self, clock: Clock | None = None) -> None:
        self.due: list[tuple[str, int, tuple[str, ...]]] = []
        self.later: list[tuple[datetime, tuple[str, int, tuple[str, ...]]]] = []
        self._clock = clock or Clock()

    def enqueue(self, session: Session, name: str, account_id: int, keys: tuple[str, ...], after: float = 0.0) -> None:
        def store(_session: Any) -> None:
            if after:
                self.later.append((self._clock.now() + timedelta(seconds=after), (name, account_id, keys)))
            else:
                self.due.append((name, account_id, keys))

        event.listen(session, "after_commit", store, once=True)

    def next(self) -> tuple[str, int, tuple[str, ...]] | None:
        """Take the next job whose time has come; None when there is none."""
        now = self._clock.now()
        self.due += [job for moment, job in self.later if moment <= now]
        self.later = [(moment, job) for moment, job in self.later if moment > now]
        return self.due.pop(0) if self.due else None


@dataclass
class World:
    """A database, a clock that stands still, an account with credits and a key that may do everything."""

    settings: Settings
    database: Database
    clock: MovableClock
    jobs: CommittedJobs
    outbox: Outbox
    account_id: int
    sandbox_id: int
    key: NewKey

    @classmethod
    async def open(
        cls, url: str, folder: Path, *, company: str = "Owner Ltd", country: str = "GB", funds: int = CREDITS, **options: Any
    ) -> "World":
        held: dict[str, Any] = {"var": folder, "database_url": url, "secret": SECRET, "log_level": "error", "database_pool": POOL}
        held["webhook_loopback"] = True  # receivers of tests are on this machine
        settings = Settings(**{**held, **options})
        clock = MovableClock(START)
        jobs = CommittedJobs(clock)
        database = await open_for(settings, jobs, clock)
        async with database.work(Actor.anonymous()) as uow:
            made = await registration.register(uow, mode="live", email="owner@example.com", company=company, country=country)
        world = cls(settings, database, clock, jobs, Outbox(), made.account_id, made.account_id + 1, made.key)
        async with world.work() as uow:
            await credits.grant(uow, funds, reference="start")
        return world

    async def close(self) -> None:
        await self.database.close()

    @property
    def actor(self) -> Actor:
        return Actor(ActorKind.KEY, self.account_id, EVERYTHING, self.key.key)

    @asynccontextmanager
    async def work(self, actor: Actor | None = None) -> AsyncIterator[UnitOfWork]:
        """A transaction of the account, or of somebody else."""
        async with self.database.work(actor or self.actor, request_id="test") as uow:
            yield uow

    @contextmanager
    def watched(self) -> Iterator[list[str]]:
        """The statements that run inside."""
        said: list[str] = []

        def hear(_connection: Any, _cursor: Any, sql: str, *_: Any) -> None:
            said.append(" ".join(sql.split()))

        event.listen(self.database.engine.sync_engine, "before_cursor_execute", hear)
        try:
            yield said
        finally:
            event.remove(self.database.engine.sync_engine, "before_cursor_execute", hear)

    async def other_account(self, email: str = "other@example.com") -> tuple[Actor, NewKey]:
        """Another live account with credits of its own."""
        async with self.database.work(Actor.anonymous()) as uow:
            made = await registration.register(uow, mode="live", email=email, company="Other Ltd")
        actor = Actor(ActorKind.KEY, made.account_id, EVERYTHING, made.key.key)
        async with self.work(actor) as uow:
            await credits.grant(uow, CREDITS, reference="start")
        return actor, made.key

    async def invite(self, email: str = "anna@example.com", name: str = "Anna Berg", **options: Any) -> str:
        async with self.work() as uow:
            return await commands.send(uow, email=email, name=name, **{"send_email": False, **options})

    async def begin(self, invite: str) -> int:
        async with self.work(Actor.candidate(self.account_id, invite)) as uow:
            return await attempts.start(uow, invite)

    async def answer(self, invite: str, attempt: int, answers: Mapping[str, int]) -> None:
        async with self.work(Actor.candidate(self.account_id, invite)) as uow:
            await attempts.save(uow, attempt, answers)

    async def complete(self, email: str = "anna@example.com", name: str = "Anna Berg", *, seed: int = 1, **options: Any) -> tuple[str, int]:
        """A completed invite: its key and the number of its attempt."""
        invite = await self.invite(email, name, **options)
        attempt = await self.begin(invite)
        await self.answer(invite, attempt, some_answers(seed))
        async with self.work(Actor.candidate(self.account_id, invite)) as uow:
            await attempts.complete(uow, attempt)
        return invite, attempt

    def advance(self, **by: float) -> datetime:
        return self.clock.advance(timedelta(**by))

    def ports(self, mailer: Mailer | None = None) -> Ports:
        """What jobs and downloads are given: this world's database and mails, files in its own folder."""
        return replace(ports_for(self.settings, self.database), mailer=mailer or self.outbox)

    async def run_jobs(self, mailer: Mailer | None = None) -> int:
        """Run what is due, with the step functions of the real worker; return how many."""
        ports, done = self.ports(mailer), 0
        await asyncio.sleep(0)
        while (job := self.jobs.next()) is not None:
            name, account_id, keys = job
            await JOBS[name].run(ports, account_id, *keys)
            done += 1
        return done

    async def balance(self) -> Any:
        return await billing.balance(self.database.read(), self.account_id)

    async def count(self, entity: type[Entity]) -> int:
        """How many rows of a kind the account has."""
        async with self.work() as uow:
            counted = select(func.count()).select_from(entity).where(entity.account_id == self.account_id)  # type: ignore[attr-defined]
            return int((await uow.session.execute(counted)).scalar_one())

    async def rows(self) -> dict[str, int]:
        """How many rows of each kind the account has: the same before and after a refusal."""
        kinds = [mapper.class_ for mapper in Entity.registry.mappers if hasattr(mapper.class_, "account_id")]
        return {kind.__tablename__: await self.count(kind) for kind in kinds}


def some_answers(seed: int) -> dict[str, int]:
    """An answer to every item, the same for the same seed."""
    dice = random.Random(seed)
    instrument = bank.current(bank.PROFILE)
    assert instrument is not None
    return {item.key: dice.randint(1, 5) for item in instrument.items}
