"""Clients that write until it is acknowledged: each write under an Idempotency-Key of its own, sent again after every failure."""

import asyncio
import random
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from aiohttp import ClientError, ClientTimeout

from gateway.stripe_fake.bank import Way
from gateway.stripe_fake.server import StripeFake
from gateway.stripe_fake.store import Record
from tests.process.installation import Peer
from tests.support.world import some_answers

CLIENTS = 8
PATIENCE = ClientTimeout(total=15)
"""Somewhat longer than the server takes for anything."""
AGAIN = 0.1
"""Seconds until a write is sent again."""
BUSY = {429, 503}


def mutation(field: str, answers: str, selects: str = "key") -> str:
    """A write, by its field and what it answers."""
    takes = f"{field[0].upper()}{field[1:]}Input!"
    made = f"... on {answers} {{ {selects} }} ... on Problem {{ code message }}"
    return f"mutation($input: {takes}) {{ it: {field}(input: $input) {{ {made} }} }}"


SEND = mutation("sendInvite", "Invite")
START = mutation("startAttempt", "Attempt")
SAVE = mutation("saveAnswers", "Attempt")
COMPLETE = mutation("completeAttempt", "Attempt")
TEAM = mutation("createTeam", "Team")
JOIN = mutation("addTeamMembers", "AddedTeamMembers", "addedCount")
JOB_PROFILE = mutation("createJobProfile", "JobProfile")
ORDER = mutation("placeOrder", "Order", "key checkoutUrl")


@dataclass
class Acknowledged:
    """What the callers were told is done."""

    writes: Counter[str] = field(default_factory=Counter)
    """How many of each kind."""
    sent_again: int = 0
    replayed: int = 0
    """Answers that were given to an earlier request, too, which nobody got."""
    invites: dict[str, tuple[str, bool]] = field(default_factory=dict)
    """Address, and whether a mail was wanted, by key."""
    attempts: dict[int, str] = field(default_factory=dict)
    """The invite of each."""
    completed: list[int] = field(default_factory=list)
    teams: dict[int, str] = field(default_factory=dict)
    members: list[tuple[int, int]] = field(default_factory=list)
    job_profiles: dict[str, str] = field(default_factory=dict)
    orders: dict[str, str] = field(default_factory=dict)
    """The address of the checkout of each."""

    @property
    def total(self) -> int:
        return self.writes.total()


class Writers:
    """Clients who send each write until it is acknowledged, whatever becomes of the server."""

    def __init__(self, peer: Peer, key: str) -> None:
        self.told = Acknowledged()
        self._peer = peer
        self._key = key
        self._numbers = iter(range(1_000_000))

    async def _acknowledged(self, kind: str, query: str, *, may_be: str = "", **asked: Any) -> Any:
        """Send a write until it is answered, and return what it made, or the one refusal that it may meet."""
        headers = {"Authorization": f"Bearer {self._key}", "Idempotency-Key": f"{kind}-{next(self._numbers)}"}
        body = {"query": query, "variables": {"input": asked}}
        while (reply := await self._sent(headers, body)) is None:
            self.told.sent_again += 1
            await asyncio.sleep(AGAIN)
        answer, replayed = reply
        made = answer["data"]["it"]
        assert made.get("code", may_be) == may_be, made
        self.told.writes[kind] += 1
        self.told.replayed += replayed
        return made

    async def _sent(self, headers: dict[str, str], body: Any) -> tuple[Any, bool] | None:
        """The answer and whether it was given before; None for a reason to send it again."""
        url = f"{self._peer.base}/graphql"
        try:
            async with self._peer.session.post(url, json=body, headers=headers, timeout=PATIENCE) as response:
                answer = await response.json()
        except (ClientError, TimeoutError):
            return None
        if response.status in BUSY or (response.status == 409 and _code(answer) == "IDEMPOTENCY_KEY_IN_USE"):
            return None
        assert response.status == 200, answer
        assert "errors" not in answer, answer
        return answer, response.headers.get("Idempotent-Replayed") == "true"


class Callers(Writers):
    """Clients of all kinds, whose choices are those of a seed."""

    def __init__(self, peer: Peer, key: str, fake: StripeFake, seed: int) -> None:
        super().__init__(peer, key)
        self._fake = fake
        self._dice = random.Random(seed)
        self._orders: asyncio.TaskGroup | None = None

    async def write(self, count: int) -> None:
        """Make so many writes and a few more, which end what was begun."""
        kinds: list[tuple[Callable[[], Awaitable[None]], int]] = [
            (self._take, 70), (self._gather, 12), (self._describe, 8), (self._buy, 10),
        ]  # fmt: skip

        async def client() -> None:
            while self.told.total < count:
                [kind] = self._dice.choices([kind for kind, _weight in kinds], [weight for _kind, weight in kinds])
                await kind()

        async with asyncio.TaskGroup() as self._orders, asyncio.TaskGroup() as clients:
            for _ in range(CLIENTS):
                clients.create_task(client())

    async def _take(self) -> None:
        """Somebody is invited and takes part; some do not come to the end."""
        number, mailed, ends = next(self._numbers), self._dice.random() < 0.5, self._dice.random() < 0.8
        address = f"person{number}@example.com"
        invite = (await self._acknowledged("invite", SEND, email=address, sendEmail=mailed))["key"]
        self.told.invites[invite] = address, mailed
        attempt = (await self._acknowledged("start", START, invite=invite))["key"]
        self.told.attempts[int(attempt)] = invite
        given = [{"item": item, "value": value} for item, value in some_answers(number).items()]
        await self._acknowledged("save", SAVE, attempt=attempt, answers=given)
        if ends:
            await self._acknowledged("complete", COMPLETE, attempt=attempt)
            self.told.completed.append(int(attempt))

    async def _gather(self) -> None:
        """A team, with some who completed before."""
        title = f"Team {next(self._numbers)}"
        team = (await self._acknowledged("team", TEAM, title=title))["key"]
        self.told.teams[int(team)] = title
        if people := self._dice.sample(self.told.completed, min(3, len(self.told.completed))):
            joined = await self._acknowledged("join", JOIN, key=team, attempts=[str(attempt) for attempt in people])
            assert joined["addedCount"] == len(people)
            self.told.members += [(int(team), attempt) for attempt in people]

    async def _describe(self) -> None:
        name = f"Job {next(self._numbers)}"
        made = await self._acknowledged("job-profile", JOB_PROFILE, name=name, targets=[{"scale": "detail", "ideal": 6.0}])
        self.told.job_profiles[made["key"]] = name

    async def _buy(self) -> None:
        """Order beside the rest: after a kill, an order that was being placed is held for a while."""
        assert self._orders is not None
        self._orders.create_task(self._order())

    async def _order(self) -> None:
        """Order something, and most pay it at once, or later; some get money back, in one part or two."""
        dice, number = self._dice, next(self._numbers)
        made = await self._acknowledged("order", ORDER, product="pa-pack-10", email=f"buyer{number}@example.com")
        self.told.orders[made["key"]] = made["checkoutUrl"]
        [session] = sessions_of(self._fake, made["key"])
        ways: list[Way | None] = ["card", "later", "later_fails", None]
        way = dice.choices(ways, [70, 10, 10, 10])[0]
        if way is None:
            return
        self._fake.bank.pay(session, way)
        if way == "card":
            for cents in dice.choice([(), (), (1000,), (1000, 500), (1000, None)]):
                amount = {} if cents is None else {"amount": cents}
                self._fake.bank.refund({"payment_intent": session.shown["payment_intent"], **amount})
        await self._fake.store.keep()


def sessions_of(fake: StripeFake, order: str) -> list[Record]:
    """The checkouts that were opened for an order; there is to be one."""
    return [one for one in fake.store.all("checkout.session") if one.shown["client_reference_id"] == order]


def _code(answer: Any) -> str:
    return next((str(error["extensions"]["code"]) for error in answer.get("errors", ())), "")
