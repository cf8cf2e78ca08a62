"""Thousands of requests of all kinds against one process: none fails on our side, and nothing grows that should not (Q-16)."""

import asyncio
import random
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import psutil
import pytest
from aiohttp import ClientSession

from domain.access import commands
from domain.billing import credits
from tests.gateway.listening import NEWS, Socket, Stream
from tests.process.installation import Installation, Peer, ended
from tests.support.world import some_answers

pytestmark = pytest.mark.long
CLIENTS = 8
WARM, ROUNDS, A_ROUND = 1500, 4, 1500
MEGABYTE = 1024 * 1024
MOST_GROWTH = 12 * MEGABYTE
"""Resident memory from the first measured round to the last, 4,500 requests later; a leak of 3 kB a request would show."""

NESTED = """{ candidates(first: 20) { totalCount nodes { email invites(first: 3) { nodes { status attempt {
  result { scales { scale { key } rawPercent cValue label } normGroup { key } } } } } } } }"""
LISTS = (
    "query($text: String) { invites(first: 50) { nodes { key status } } search(first: 20, text: $text) { totalCount } balance { used } }"
)
SEND = "mutation($to: SendInviteInput!) { sendInvite(input: $to) { ... on Invite { key } ... on Problem { code } } }"
CANCEL = "mutation($key: ID!) { cancelInvite(input: {key: $key}) { __typename } }"
START = "mutation($invite: ID!) { startAttempt(input: {invite: $invite}) { ... on Attempt { key } } }"
SAVE = "mutation($input: SaveAnswersInput!) { saveAnswers(input: $input) { __typename } }"
COMPLETE = "mutation($attempt: ID!) { completeAttempt(input: {attempt: $attempt}) { __typename } }"
BOMB = "query { ...a } " + " ".join(f"fragment {a} on Query {{ ...{b} ...{b} }}" for a, b in zip("abcdefg", "bcdefgh", strict=True))


@dataclass
class Callers:
    """Clients of all kinds, which do the same in each run of a seed."""

    peer: Peer
    key: str
    seed: int
    statuses: Counter[int] = field(default_factory=Counter)
    failed: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.dice = random.Random(self.seed)
        self.numbers = iter(range(1_000_000))
        self.kinds: list[tuple[Callable[[], Awaitable[None]], int]] = [
            (self.read, 40), (self.rest, 30), (self.wrong, 15), (self.invite, 6), (self.take, 3), (self.listen, 4), (self.pages, 10),
        ]  # fmt: skip

    async def call(self, method: str, path: str, *, key: str | None = "", **options: Any) -> Any:
        """Call, note the status, and give the answer's JSON, where it is any."""
        headers = {} if key is None else {"Authorization": f"Bearer {key or self.key}"}
        async with self.peer.session.request(method, self.peer.base + path, headers=headers, **options) as response:
            body = await response.read()
            self.statuses[response.status] += 1
            if response.status >= 500:
                self.failed.append(f"{method} {path} {response.status} {body[:300]!r}")
            return await response.json() if response.content_type.endswith("json") else None

    async def graph(self, query: str, **variables: Any) -> Any:
        answer = await self.call("POST", "/graphql", json={"query": query, "variables": variables})
        if any(error["extensions"]["kind"] == "INTERNAL" for error in answer.get("errors", ())):
            self.failed.append(str(answer["errors"]))
        return answer.get("data")

    async def read(self) -> None:
        if self.dice.random() < 0.3:
            await self.graph(NESTED)
        else:
            await self.graph(LISTS, text=self.dice.choice(["a", "person", "1", "nobody"]))

    async def rest(self) -> None:
        paths = ("/invites", "/profiles", "/balance", "/account", "/products", "/search?q=person", "/invites?status=completed&limit=5", "")
        await self.call("GET", "/api/v1" + self.dice.choice(paths))

    async def wrong(self) -> None:
        wrong: list[tuple[str, str, dict[str, Any]]] = [
            ("POST", "/graphql", {"data": b"{", "headers": {"Content-Type": "application/json"}}),
            ("POST", "/graphql", {"json": {"query": BOMB}}),
            ("POST", "/graphql", {"json": {"query": f"{{ nothing{self.dice.random()} }}".replace(".", "")}}),
            ("POST", "/graphql", {"data": b"x" * 1_100_000, "headers": {"Content-Type": "application/json"}}),
            ("GET", f"/api/v1/invites/inv_{self.dice.random()}", {}),
            ("GET", "/api/v1/nothing", {}),
            ("POST", "/api/v1/invites", {"json": {"email": "nobody"}}),
            ("GET", "/a/nothing", {}),
            ("GET", "/nothing", {}),
            ("GET", "/api/v1/balance", {"key": f"pk_live_{self.dice.getrandbits(128):032x}"}),
        ]
        method, path, options = self.dice.choice(wrong)
        headers = {"Authorization": f"Bearer {self.key}", **options.pop("headers", {})}
        if key := options.pop("key", ""):
            headers["Authorization"] = f"Bearer {key}"
        async with self.peer.session.request(method, self.peer.base + path, headers=headers, **options) as response:
            await response.read()
            self.statuses[response.status] += 1
            if not 400 <= response.status < 500 and path != "/graphql":
                self.failed.append(f"{method} {path} {response.status}")

    async def invite(self) -> None:
        sent = await self.graph(SEND, to={"email": f"person{next(self.numbers)}@example.com", "name": "Kim", "sendEmail": False})
        if key := sent["sendInvite"].get("key"):
            await self.graph(CANCEL, key=key)

    async def take(self) -> None:
        number = next(self.numbers)
        sent = await self.graph(SEND, to={"email": f"person{number}@example.com", "sendEmail": number % 2 == 0})
        if key := sent["sendInvite"].get("key"):
            attempt = (await self.graph(START, invite=key))["startAttempt"]["key"]
            given = [{"item": item, "value": value} for item, value in some_answers(number).items()]
            await self.graph(SAVE, input={"attempt": attempt, "answers": given})
            await self.graph(COMPLETE, attempt=attempt)

    async def listen(self) -> None:
        """Come, hear something, and leave without a word, by one way or the other."""
        if self.dice.random() < 0.5:
            async with Stream.open(self.peer, NEWS, key=self.key, after=0) as stream:
                await stream.receive()
        else:
            async with Socket.open(self.peer, key=self.key) as socket:
                await socket.subscribe(NEWS, after=0)
                await socket.receive()
        self.statuses[200] += 1

    async def pages(self) -> None:
        await self.call("GET", self.dice.choice(["/graphiql", "/api/v1/docs", "/api/v1/openapi.json", "/metrics", "/health/ready"]))

    async def some(self, count: int) -> None:
        """So many requests, by several clients at once."""
        left = iter(range(count))

        async def client() -> None:
            for _ in left:
                [kind] = self.dice.choices([kind for kind, _weight in self.kinds], [weight for _kind, weight in self.kinds])
                await kind()

        async with asyncio.TaskGroup() as clients:
            for _ in range(CLIENTS):
                clients.create_task(client())


@dataclass(frozen=True)
class Held:
    """What a process holds."""

    memory: int
    handles: int
    threads: int

    @classmethod
    def by(cls, peer: Peer) -> "Held":
        process = psutil.Process(peer.process.pid)
        return cls(process.memory_info().rss, process.num_fds(), process.num_threads())


async def test_six_thousand_requests(installation: Installation) -> None:
    async with installation.world.work() as uow:
        key = await commands.create_key(uow, name="Soak", rate_limit=1_000_000)
        await credits.grant(uow, 100_000, reference="soak")
    peer = await installation.serve(LOG_LEVEL="warning")
    callers = Callers(peer, key.secret, seed=1)
    held: list[Held] = []
    for count in (WARM, *[A_ROUND] * ROUNDS):
        async with ClientSession() as peer.session:
            await callers.some(count)
        await installation.until(lambda: not {"ENQUEUED", "PENDING"} & set(installation.jobs()))
        held.append(Held.by(peer))  # without the connections of the round
    del held[0]
    print([(one.memory // MEGABYTE, one.handles, one.threads) for one in held], dict(callers.statuses))  # noqa: T201
    assert callers.failed == []
    assert sum(callers.statuses.values()) > WARM + ROUNDS * A_ROUND
    assert held[-1].memory - held[0].memory < MOST_GROWTH
    assert max(one.handles for one in held) <= held[0].handles + 4
    assert max(one.threads for one in held) <= held[0].threads + 2
    assert "Traceback" not in peer.served.log.read_text()
    assert await ended(peer.process) == 0
