"""A receiver of webhooks as customers have them: a server that keeps what it is sent and answers as it is told."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import orjson
from aiohttp import web

PATIENCE = 30.0


@dataclass(frozen=True)
class Message:
    """What came."""

    headers: Mapping[str, str]
    raw: bytes
    path: str = "/"

    @property
    def id(self) -> str:
        return self.headers["webhook-id"]

    @property
    def body(self) -> Any:
        return orjson.loads(self.raw)


Answer = int | tuple[int, Mapping[str, str]]


@dataclass
class Receiver:
    """Answers 204 unless told otherwise."""

    url: str = ""
    messages: list[Message] = field(default_factory=list)
    answers: list[Answer] = field(default_factory=list)
    """What is answered to the next ones."""
    otherwise: Answer = 204
    says: bytes = b""
    """What stands in its answers."""
    before: Callable[[Message], Awaitable[None]] | None = None
    """Done before anything is answered."""
    came: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(0))

    @classmethod
    @asynccontextmanager
    async def open(cls) -> AsyncIterator["Receiver"]:
        made = cls()
        app = web.Application(client_max_size=10_000_000)
        app.router.add_route("*", "/{path:.*}", made.receive)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        made.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        try:
            yield made
        finally:
            await runner.cleanup()

    async def receive(self, request: web.Request) -> web.StreamResponse:
        message = Message(dict(request.headers), await request.read(), request.path_qs)
        self.messages.append(message)
        self.came.release()
        if self.before is not None:
            await self.before(message)
        answer = self.answers.pop(0) if self.answers else self.otherwise
        status, headers = answer if isinstance(answer, tuple) else (answer, {})
        return web.Response(status=status, headers=headers, body=self.says)

    async def has(self, count: int) -> list[Message]:
        """The messages, when so many more have come."""
        for _ in range(count):
            await asyncio.wait_for(self.came.acquire(), PATIENCE)
        return self.messages

    @property
    def bodies(self) -> list[Any]:
        return [message.body for message in self.messages]

    @property
    def ids(self) -> list[str]:
        return [message.id for message in self.messages]
