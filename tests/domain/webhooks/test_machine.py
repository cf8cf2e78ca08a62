"""Whatever happens, every event is taken or given up by the rules, in order for each thing, with one id and one body (Q-21)."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, precondition, rule
from sqlalchemy import select

from domain.invites.events import INVITE_REMINDED
from domain.kernel.jobs import JOBS
from domain.kernel.ports import Reply, Trouble
from domain.webhooks import commands, keeping, queries
from domain.webhooks.errors import BodyErased, StillPending, WebhookDisabled
from domain.webhooks.model import Delivery
from tests.domain.machines import OnWorld, play
from tests.support.world import World

ANSWERS = st.sampled_from([204, 200, 500, 404, 429, None, "killed"])


class Killed(Exception):
    """The worker ended after the message was sent and before that was noted."""


@dataclass
class Wire:
    """A receiver that answers as it is told, and looks whether a message may be sent at all."""

    world: World
    account_id: int
    answers: list[Any] = field(default_factory=list)
    sent: dict[str, set[bytes]] = field(default_factory=dict)
    taken: set[str] = field(default_factory=set)

    async def token(self, url: str, form: Mapping[str, str]) -> str | None:
        return None

    async def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> Reply:
        key = headers["webhook-id"]
        self.sent.setdefault(key, set()).add(body)
        assert await self.held_up_by(key) == [], "an earlier event about the same thing was not done with"
        answer = self.answers.pop(0) if self.answers else 204
        if answer == "killed":
            raise Killed
        if isinstance(answer, int) and answer < 300:
            self.taken.add(key)
        return Reply(timedelta(milliseconds=3), status=answer, trouble=None if answer else Trouble.TIMEOUT)

    async def held_up_by(self, key: str) -> list[str]:
        async with self.world.database.work(self.world.actor) as uow:
            await uow.enter(self.account_id)
            mine = await uow.session.get(Delivery, (self.account_id, key))
            assert mine is not None
            earlier = select(Delivery.key).where(
                Delivery.account_id == self.account_id,
                Delivery.webhook_key == mine.webhook_key,
                Delivery.subject == mine.subject,
                Delivery.status == "pending",
                Delivery.sequence < mine.sequence,
            )
            return list((await uow.session.execute(earlier)).scalars())


class Deliveries(OnWorld):
    """An account with one webhook."""

    @initialize()
    def register(self) -> None:
        self.wire = Wire(self.world, self.account_id)
        self.ports = replace(self.world.ports(), courier=self.wire)
        self.events = 0

        async def create() -> str:
            async with self.world.database.work(self.actor) as uow:
                return (await commands.create(uow, url="https://example.com/", events=[INVITE_REMINDED.name])).key

        self.webhook = self.run(create())

    @rule(subject=st.integers(0, 2), count=st.integers(1, 3))
    def tell(self, subject: int, count: int) -> None:
        async def record() -> None:
            async with self.world.database.work(self.actor) as uow:
                for number in range(count):
                    uow.record(INVITE_REMINDED, f"inv_{subject}", number=number + 1)

        self.run(record())
        if self.is_active:
            self.events += count

    @rule(answers=st.lists(ANSWERS, max_size=6))
    def answer(self, answers: list[Any]) -> None:
        self.wire.answers = answers

    @rule(seconds=st.sampled_from([1, 6, 31, 400, 8_000, 90_000]))
    def time_passes(self, seconds: int) -> None:
        self.world.advance(seconds=seconds)

    @rule()
    def work(self) -> None:
        async def all_due() -> None:
            await keeping.overdue.run(self.ports)
            while (job := self.world.jobs.next()) is not None:
                name, account_id, keys = job
                await JOBS[name].run(self.ports, account_id, *keys)

        self.run(all_due())

    @rule(number=st.integers(0, 20))
    @precondition(lambda self: self.events)
    def replay(self, number: int) -> None:
        rows = self.log

        async def again() -> None:
            async with self.world.database.work(self.actor) as uow:
                await commands.replay(uow, rows[number % len(rows)].key)

        assert self.outcome(again()) in ("", *(failure.__name__ for failure in (StillPending, WebhookDisabled, BodyErased)))

    @rule()
    def rotate(self) -> None:
        async def rotated() -> None:
            async with self.world.database.work(self.actor) as uow:
                await commands.rotate_secret(uow, self.webhook)

        self.run(rotated())

    @rule(active=st.booleans())
    def switch(self, active: bool) -> None:
        async def switched() -> None:
            async with self.world.database.work(self.actor) as uow:
                await commands.change(uow, self.webhook, {"active": active})

        self.run(switched())

    @property
    def is_active(self) -> bool:
        return self.run(queries.by_keys(self.world.database.read(), self.account_id, [self.webhook]))[self.webhook].disabled_at is None

    @property
    def log(self) -> list[Any]:
        batch = queries.DELIVERIES.batch(self.world.database.read(), self.account_id, order="oldest", given={}, size=10_000)
        rows: list[Any] = self.run(batch)
        return rows

    @invariant()
    def each_event_is_one_message(self) -> None:
        if not hasattr(self, "wire"):
            return
        rows = {row.key: row for row in self.log}
        assert len(rows) == self.events
        assert all(len(bodies) == 1 for bodies in self.wire.sent.values())
        assert set(self.wire.sent) <= set(rows)
        assert {key for key, row in rows.items() if row.status == "succeeded"} <= self.wire.taken

    def teardown(self) -> None:
        """In the end everything is done with."""
        if not hasattr(self, "wire"):
            return
        self.wire.answers = []
        for _ in range(3):
            self.world.advance(days=1, hours=3)
            self.work()
        assert [row.key for row in self.log if row.status == "pending"] == []
        assert all(row.tries == 10 for row in self.log if row.status == "failed")


def test_deliveries(database_url: str, tmp_path: Path) -> None:
    play(Deliveries, database_url, tmp_path, examples=6, steps=15)
