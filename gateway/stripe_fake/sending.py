"""Events on their way to the receiver: signed, tried until they are taken, and in disorder when that is ordered."""

import asyncio
import hashlib
import hmac
import json
import logging
import random
from dataclasses import dataclass
from typing import Any

from aiohttp import ClientError, ClientSession, ClientTimeout

from domain.kernel.clock import Clock
from gateway.stripe_fake import objects
from gateway.stripe_fake.faults import Faults
from gateway.stripe_fake.store import Record, Store

log = logging.getLogger("centil.stripe_fake")
TIMEOUT = ClientTimeout(total=20)
AT_ONCE = 10
STALE = 600
"""Seconds; receivers take signatures of five minutes."""
LONGEST_WAIT = 60.0
GIVE_UP = 3 * 24 * 3600
"""Seconds after which Stripe tries no more."""


@dataclass(frozen=True, slots=True)
class Disorder:
    """How deliveries differ from one of each, in order."""

    copies: int = 1
    """How often each event is delivered."""
    shuffle: bool = False
    seed: int | None = None
    window: float = 0.5
    """Seconds in which events gather before they leave in any order."""
    first_wait: float = 1.0
    """Seconds after the first failure; each wait after it is twice as long."""


class Sender:
    """The deliveries of events. Those that nobody took yet go on after a restart."""

    def __init__(self, store: Store, clock: Clock, faults: Faults, url: str, secret: str, disorder: Disorder) -> None:
        self.url = url
        self.held = False
        """While it is set, events gather and do not leave."""
        self.idle = asyncio.Event()
        """Nothing is on its way; what is held or waits for a receiver that nobody named does not count."""
        self.idle.set()
        self._store = store
        self._clock = clock
        self._faults = faults
        self._secret = secret
        self._disorder = disorder
        self._random = random.Random(disorder.seed)  # noqa: S311  an order, no secret
        self._tasks: set[asyncio.Task[None]] = set()
        self._gathered: list[Record] = []
        self._places = asyncio.Semaphore(AT_ONCE)
        self._session: ClientSession | None = None
        self._expected: dict[str, asyncio.Event] = {}

    def start(self) -> None:
        """Go on with what was not taken before a restart."""
        for delivery in reversed(self._store.all("delivery")):
            if delivery.shown["status"] == "pending":
                self._leave(delivery)

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._session:
            await self._session.close()

    def send(self, event: Record, copies: int | None = None) -> list[Record]:
        """Have an event delivered; returns its deliveries, one for each copy."""
        if not self.url:
            return []
        made = [self._delivery(event) for _ in range(copies or self._disorder.copies)]
        if self.held or self._disorder.shuffle:
            self._gathered += made
            if not self.held and len(self._gathered) == len(made):
                self._spawn(self._leave_later())
        else:
            for delivery in made:
                self._leave(delivery)
        return made

    def release(self, order: str = "made", copies: int = 1, seed: int | None = None) -> int:
        """Let what was gathered leave, one after the other: as made, reversed or shuffled; returns how many leave."""
        self.held = False
        leaving, self._gathered = self._gathered, []
        for delivery in list(leaving):
            event = self._store.get("event", delivery.shown["event"])
            assert event is not None
            leaving += [self._delivery(event) for _ in range(copies - 1)]
        if order == "reversed":
            leaving.reverse()
        elif order == "shuffled":
            random.Random(seed).shuffle(leaving)  # noqa: S311  an order, no secret
        if leaving:
            self._spawn(self._one_by_one(leaving))
        return len(leaving)

    def expect(self, about: str) -> asyncio.Event:
        """An event of the loop that is set when the receiver has answered something about an object, or cannot."""
        expected = self._expected[about] = asyncio.Event()
        if self.held or not self.url:
            expected.set()
        return expected

    def _delivery(self, event: Record) -> Record:
        shown = {"id": objects.new_key("del_"), "event": event.key, "type": event.shown["type"], "made": self._now(), "status": "pending"}
        return self._store.add("delivery", shown["id"], {**shown, "attempts": []})

    def _now(self) -> int:
        return int(self._clock.now().timestamp())

    def _leave(self, delivery: Record) -> None:
        self._spawn(self._until_taken(delivery))

    def _spawn(self, coroutine: Any) -> None:
        self.idle.clear()
        task = asyncio.create_task(coroutine)
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not self._tasks:
            self.idle.set()
        if not task.cancelled() and task.exception():
            log.error("a delivery of a test payment failed", exc_info=task.exception())

    async def _leave_later(self) -> None:
        await asyncio.sleep(self._disorder.window)
        leaving, self._gathered = self._gathered, []
        self._random.shuffle(leaving)
        for delivery in leaving:
            self._leave(delivery)

    async def _one_by_one(self, deliveries: list[Record]) -> None:
        """Try each once in this order; those that are not taken are tried again by themselves."""
        for delivery in deliveries:
            if not await self._try(delivery):
                self._spawn(self._until_taken(delivery, tried=1))

    async def _until_taken(self, delivery: Record, tried: int = 0) -> None:
        while True:
            if tried:
                await asyncio.sleep(min(self._disorder.first_wait * 2 ** (tried - 1), LONGEST_WAIT))
            if await self._try(delivery):
                return
            tried += 1
            if self._now() - delivery.shown["made"] > GIVE_UP:
                delivery.shown["status"] = "failed"
                await self._keep(delivery)
                return

    async def _try(self, delivery: Record) -> bool:
        """Try a delivery once; whether it was taken."""
        event = self._store.get("event", delivery.shown["event"])
        assert event is not None
        await self._store.keep()  # nobody hears of what is not written
        fault = self._faults.of_sending(delivery.shown["type"]) if not delivery.shown["attempts"] else None
        async with self._places:
            status, said = (None, "dropped") if fault == "drop" else await self._post(event, fault)
        taken = status is not None and 200 <= status < 300
        delivery.shown["attempts"].append({"at": self._now(), "status": status, "said": said, "fault": fault})
        delivery.shown["status"] = "taken" if taken else "pending"
        if taken:
            event.shown["pending_webhooks"] = 0
            self._store.changed(event)
        if expected := self._expected.pop(event.hidden["about"], None):
            expected.set()
        await self._keep(delivery)
        return taken

    async def _keep(self, delivery: Record) -> None:
        self._store.changed(delivery)
        await self._store.keep()

    async def _post(self, event: Record, fault: str | None) -> tuple[int | None, str]:
        body = json.dumps(event.shown | {"pending_webhooks": 1}, indent=2).encode()
        at = self._now() - (STALE if fault == "stale" else 0)
        secret = "whsec_of_somebody_else" if fault == "wrong_signature" else self._secret
        headers = {
            "Content-Type": "application/json; charset=utf-8",
            "User-Agent": "Stripe/1.0 (+https://stripe.com/docs/webhooks)",
            "Stripe-Signature": signature(body, secret, at),
        }
        self._session = self._session or ClientSession(timeout=TIMEOUT)
        try:
            async with self._session.post(self.url, data=body, headers=headers, allow_redirects=False) as response:
                return response.status, (await response.content.read(500)).decode(errors="replace")
        except (ClientError, TimeoutError) as error:
            return None, type(error).__name__


def signature(body: bytes, secret: str, at: int) -> str:
    """The Stripe-Signature header of a body at a time."""
    digest = hmac.new(secret.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={at},v1={digest}"
