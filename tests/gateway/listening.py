"""Clients of streams, and the events that they listen to."""

import asyncio
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from typing import Any

import orjson
import pytest
from aiohttp import ClientResponse, ClientSession, ClientWebSocketResponse, TCPConnector, WSMsgType

from gateway import subscriptions
from tests.support.http import Http
from tests.support.world import World

PROTOCOL = "graphql-transport-ws"
LARGE = "subscription { inviteChanged(after: 0) { invite { attempt { instrument { items { text { en de } } } } } } }"
"""Each answer to it has about 16 kB."""
NEWS = "subscription($after: BigInt) { inviteChanged(after: $after) { type sequence invite { key } } }"


class Listeners:
    """Those who listen to an account, counted as they come and go."""

    def __init__(self) -> None:
        self.came = asyncio.Semaphore(0)
        self.left = asyncio.Semaphore(0)

    async def begun(self) -> None:
        """One more listens: what happens from now on is heard."""
        await asyncio.wait_for(self.came.acquire(), 30)

    async def ended(self) -> None:
        await asyncio.wait_for(self.left.acquire(), 30)


@contextmanager
def listening(world: World) -> Iterator[Listeners]:
    """Notice who begins and ends to listen."""
    noted = Listeners()
    signals: Any = world.database.signals
    original = signals.listening

    @contextmanager
    def noticed(account_id: int) -> Iterator[Any]:
        with original(account_id) as waiting:
            noted.came.release()
            try:
                yield waiting
            finally:
                noted.left.release()

    signals.listening = noticed
    try:
        yield noted
    finally:
        signals.listening = original


@asynccontextmanager
async def narrow_session() -> AsyncIterator[ClientSession]:
    """A client whose system takes little before the program reads."""

    def make(address: Any) -> socket.socket:
        made = socket.socket(*address[:3])
        made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        made.setblocking(False)
        return made

    async with ClientSession(connector=TCPConnector(socket_factory=make)) as session:
        yield session


def stop_reading(http: Http, response: Any) -> None:
    """Let the client read no more, and the server's system take little of what is written."""
    response.connection.transport.pause_reading()
    for connection in http._runner.server.connections:  # type: ignore[union-attr]
        connection.transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)


class Waiting:
    """How much waited for the readers of streams, at each look that the server took."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.bytes: list[int] = []
        check = subscriptions.check_reader

        def noted(request: Any) -> None:
            self.bytes.append(request.transport.get_write_buffer_size())
            check(request)

        monkeypatch.setattr(subscriptions, "check_reader", noted)


class Socket:
    """A client that speaks graphql-transport-ws."""

    def __init__(self, client: ClientWebSocketResponse) -> None:
        self.client = client

    @classmethod
    @asynccontextmanager
    async def open(cls, http: Http, *, key: str | None = "", **options: Any) -> AsyncIterator["Socket"]:
        """A socket whose connection was acknowledged."""
        async with cls.connect(http, **options) as socket:
            payload = {} if key is None else {"Authorization": f"Bearer {key or http.world.key.secret}"}
            await socket.send(type="connection_init", payload=payload)
            assert await socket.receive() == {"type": "connection_ack"}
            yield socket

    @classmethod
    @asynccontextmanager
    async def connect(cls, http: Http, *, session: ClientSession | None = None, **options: Any) -> AsyncIterator["Socket"]:
        async with (session or http.session).ws_connect(f"{http.base}/graphql", **{"protocols": (PROTOCOL,), **options}) as client:
            yield cls(client)

    async def send(self, **message: Any) -> None:
        await self.client.send_str(orjson.dumps(message).decode())

    async def subscribe(self, query: str, id: str = "1", **variables: Any) -> None:
        await self.send(type="subscribe", id=id, payload={"query": query, "variables": variables})

    async def receive(self) -> Any:
        message = await self.client.receive(timeout=30)
        assert message.type is WSMsgType.TEXT, message
        return orjson.loads(message.data)

    async def news(self, count: int) -> list[Any]:
        """The data of the next answers."""
        messages = [await self.receive() for _ in range(count)]
        assert {message["type"] for message in messages} <= {"next"}, messages
        return [message["payload"]["data"]["inviteChanged"] for message in messages]

    async def closed(self) -> int | None:
        """The code that the server closes with, whatever it says before."""
        while (message := await self.client.receive(timeout=30)).type is WSMsgType.TEXT:
            pass
        assert message.type in (WSMsgType.CLOSE, WSMsgType.CLOSED)
        return self.client.close_code


@dataclass
class Sent:
    """A server-sent event; `comment` for what is none."""

    event: str = ""
    id: str | None = None
    data: Any = None
    comment: str = ""


class Stream:
    """A client of server-sent events."""

    def __init__(self, response: ClientResponse) -> None:
        self.response = response

    @classmethod
    @asynccontextmanager
    async def open(
        cls, http: Http, query: str, *, key: str = "", seen: str | None = None, session: ClientSession | None = None, **variables: Any
    ) -> AsyncIterator["Stream"]:
        sent = {"Accept": "text/event-stream", "Authorization": f"Bearer {key or http.world.key.secret}"}
        if seen is not None:
            sent["Last-Event-ID"] = seen
        body = {"query": query, "variables": variables}
        async with (session or http.session).post(f"{http.base}/graphql", json=body, headers=sent) as response:
            yield cls(response)

    async def receive(self) -> Sent | None:
        """The next event or comment; None at the end of the stream."""
        found = Sent()
        while line := (await asyncio.wait_for(self.response.content.readline(), 30)).decode():
            name, _, value = line.strip().partition(":")
            value = value.strip()
            if not line.strip():
                return found
            if name == "data":
                found.data = orjson.loads(value) if value else None
            elif not name:
                found.comment = value
            else:
                setattr(found, name, value)
        return None

    async def news(self, count: int) -> list[Sent]:
        found = [await self.receive() for _ in range(count)]
        assert all(one is not None and one.event == "next" for one in found), found
        return [one for one in found if one is not None]
