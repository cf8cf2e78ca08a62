"""The job that sends: one round of a webhook at a time in a process, some messages at once, until nothing is due.

A message is claimed for a while, sent, and noted. Whoever is killed in between is followed by another when the claim is
over, who sends the same message once more. A webhook that answers slowly or not at all keeps nobody waiting but itself.
"""

import asyncio
import logging
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from weakref import WeakKeyDictionary

from sqlalchemy import or_, update

from domain.kernel.actor import Actor
from domain.kernel.database import Database
from domain.kernel.jobs import job
from domain.kernel.ports import Ports, Reply, Trouble
from domain.kernel.statements import Row
from domain.webhooks import bodies, credentials, outcomes, queries, secrets, signing
from domain.webhooks.model import Webhook
from domain.webhooks.status import Canceled, Format

log = logging.getLogger("centil.webhooks")
AT_ONCE = 4
"""Messages sent to one webhook at the same time, in each process."""
CLAIM = timedelta(seconds=30)
"""Longer than any message may take, and what is written before and after it."""
LATER = timedelta(seconds=0.2)
"""How much after the moment that it is arranged for a job comes: on a clock that is behind it must not come before."""
_rounds: "WeakKeyDictionary[Database, dict[tuple[int, str], _Round]]" = WeakKeyDictionary()


@job("webhooks.deliver", apart=True)
async def deliver(ports: Ports, account_id: int, key: str) -> None:
    """Send what is due to a webhook, and arrange for the rest; where that is being done already, it is told to look once more."""
    running = _rounds.setdefault(ports.database, {})
    place = (account_id, key)
    if (busy := running.get(place)) is not None:
        busy.woken()
        return
    running[place] = mine = _Round(ports, account_id, key)
    try:
        await mine.run()
    finally:
        del running[place]


@dataclass
class _Round:
    """What is done for one webhook until nothing is due."""

    ports: Ports
    account_id: int
    key: str
    again: bool = True
    look: asyncio.Event = field(default_factory=asyncio.Event)
    sending: set["asyncio.Task[None]"] = field(default_factory=set)

    @property
    def _database(self) -> Database:
        return self.ports.database

    def woken(self) -> None:
        """Look for something to send once more."""
        self.again = True
        self.look.set()

    async def run(self) -> None:
        """Send until nothing is due."""
        while self.again:
            async with asyncio.TaskGroup() as tasks:
                await self._dispatch(tasks)
            await self._arrange()

    async def _dispatch(self, tasks: asyncio.TaskGroup) -> None:
        """Begin to send whenever there is something due and room for it."""
        while True:
            self.look.clear()
            if self.again:
                self.again = False
                await self._begin()
            while len(self.sending) < AT_ONCE and (found := await self._next()) is not None:
                task = tasks.create_task(self._send(*found))
                self.sending.add(task)
                task.add_done_callback(self._sent)
            if not self.sending and not self.look.is_set():
                return
            await self.look.wait()

    def _sent(self, task: "asyncio.Task[None]") -> None:
        self.sending.discard(task)
        self.look.set()

    async def _begin(self) -> None:
        """Let those who write down something to send know from here on that they have to ask for another look.

        Whoever is just writing has locked the webhook, so what they write is seen afterwards. A look that is arranged for
        later stays, or each of many jobs would arrange for one of its own, and those again, without end.
        """
        async with self._database.work(Actor.system(self.account_id)) as uow:
            mine = update(Webhook).where(Webhook.account_id == self.account_id, Webhook.key == self.key, Webhook.wake_at <= uow.now)
            await uow.change(mine.values(wake_at=None))

    async def _next(self) -> tuple[Row, Row, datetime] | None:
        """Claim what is due next; None when nothing is."""
        while True:
            webhook = await queries.to_send(self._database.read(), self.account_id, self.key)
            if webhook is None:
                return None
            if webhook.deleted_at is not None or webhook.disabled_at is not None:
                reason = Canceled.WEBHOOK_DELETED if webhook.deleted_at is not None else Canceled.WEBHOOK_DISABLED
                await outcomes.cancel_all(self._database, self.account_id, self.key, reason)
            now = self._database.clock.now()
            keys = await queries.due(self._database.read(), self.account_id, self.key, now, AT_ONCE)
            if not keys:
                return None
            for key in keys:
                if await outcomes.claim(self._database, self.account_id, key, now + CLAIM):
                    row = (await queries.deliveries_by_key(self._database.read(), self.account_id, [key]))[key]
                    return row, webhook, now + CLAIM

    async def _send(self, delivery: Row, webhook: Row, claimed: datetime) -> None:
        """Send a message once and note what came of it; what fails here is sent again when the claim is over."""
        try:
            await self._try(delivery, webhook, claimed)
        except Exception:
            log.exception("message left to the next try", extra={"account": self.account_id})

    async def _try(self, delivery: Row, webhook: Row, claimed: datetime) -> None:
        database, began = self._database, self._database.clock.now()
        try:
            body = await bodies.body_of(self.ports, self.account_id, delivery, webhook.format)
        except Exception:  # a message that cannot be written must not hold up those behind it for good
            log.exception("message not written", extra={"account": self.account_id})
            failed = Reply(timedelta(), trouble=Trouble.NOT_WRITTEN)
            await outcomes.note(database, self.account_id, delivery, webhook, claimed, began, failed)
            return
        if isinstance(body, Canceled):
            await outcomes.cancel(database, self.account_id, delivery.key, claimed, body)
            return
        headers = await self._headers(delivery.key, webhook, body, began)
        reply = await self.ports.courier.post(webhook.url, body, headers) if headers is not None else self._no_token(began)
        await outcomes.note(database, self.account_id, delivery, webhook, claimed, began, reply)

    def _no_token(self, began: datetime) -> Reply:
        return Reply(self._database.clock.now() - began, trouble=Trouble.NO_TOKEN)

    async def _headers(self, message: str, webhook: Row, body: bytes, now: datetime) -> dict[str, str] | None:
        """What a message proves its origin with; None when that cannot be had."""
        proof = await credentials.headers(self.ports, self.account_id, self.key, webhook)
        if proof is None or not webhook.signed:
            return proof
        return proof | self._signatures(message, webhook, body, now)

    def _signatures(self, message: str, webhook: Row, body: bytes, now: datetime) -> dict[str, str]:
        valid = secrets.valid(self._database.environment, self.account_id, self.key, webhook, now)
        headers = signing.standard_headers(valid, key=message, at=now, body=body)
        if webhook.format == Format.ESC:
            headers |= signing.esc_headers(valid, body)
        return headers

    async def _arrange(self) -> None:
        """Have a job look again when the next message is due, unless one does so earlier."""
        moment = await queries.soonest(self._database.read(), self.account_id, self.key)
        if moment is None:
            return
        async with self._database.work(Actor.system(self.account_id)) as uow:
            mine = update(Webhook).where(
                Webhook.account_id == self.account_id, Webhook.key == self.key, or_(Webhook.wake_at.is_(None), Webhook.wake_at > moment)
            )
            if await uow.change(mine.values(wake_at=moment)):
                await uow.enqueue(deliver, self.key, after=moment - uow.now + LATER)
