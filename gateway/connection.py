"""Connections with deadlines: aiohttp never ends a request of which only half was sent (Q-16).

This leans on six private names of aiohttp's request handler, which is why aiohttp is pinned below 3.15; tests hold it.
"""

import asyncio
from typing import Any

from aiohttp import web
from aiohttp.web_protocol import RequestHandler

HEAD_SECONDS = 10.0
BODY_SECONDS = 30.0
KEEP_ALIVE_SECONDS = 75.0
_BUSY = b"HTTP/1.1 503 Service Unavailable\r\nRetry-After: 1\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
_LATE = b"HTTP/1.1 408 Request Timeout\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"


class Allowances:
    """What a server's connections share: their deadlines in seconds, how many there may be, how many there are."""

    def __init__(self, most: int, head: float = HEAD_SECONDS, body: float = BODY_SECONDS) -> None:
        self.most = most
        self.head = head
        self.body = body
        self.open = 0


class Connection(RequestHandler):
    """One connection: its headers must come within a time, and so must each body."""

    def __init__(self, manager: Any, *, loop: asyncio.AbstractEventLoop, allowances: Allowances, **options: Any) -> None:
        super().__init__(manager, loop=loop, **options)
        self._allowances = allowances
        self._head_timer: asyncio.TimerHandle | None = None
        self._body_timer: asyncio.TimerHandle | None = None
        self._counted = False

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        if self._allowances.open >= self._allowances.most:
            transport.write(_BUSY)
            self.force_close()
            return
        self._allowances.open += 1
        self._counted = True
        self._await_head()

    def connection_lost(self, exc: BaseException | None) -> None:
        if self._counted:
            self._allowances.open -= 1
            self._counted = False
        for timer in (self._head_timer, self._body_timer):
            if timer:
                timer.cancel()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        before = self._request_count
        super().data_received(data)
        if self._request_count > before:
            self._head_came()
        elif data and self._head_timer is None and self._current_request is None and not self._messages and not self._upgraded:
            self._await_head()  # the first bytes of the next request on this connection

    def _head_came(self) -> None:
        if self._head_timer:
            self._head_timer.cancel()
            self._head_timer = None
        payload = self._messages[-1][1] if self._messages else None
        if payload is not None and not payload.is_eof():
            timer = self._body_timer = self._loop.call_later(self._allowances.body, self._body_late, payload)
            payload.on_eof(timer.cancel)

    def _await_head(self) -> None:
        self._head_timer = self._loop.call_later(self._allowances.head, self._head_late)

    def _head_late(self) -> None:
        if self.transport and not self._messages:
            self.transport.write(_LATE)
            self.force_close()

    def _body_late(self, payload: Any) -> None:
        if not payload.is_eof():
            self.keep_alive(False)
            self._lingering_time = 0  # or aiohttp logs the rest of the body as an unhandled error
            payload.set_exception(web.HTTPRequestTimeout())


class Runner(web.AppRunner):
    """An application runner whose connections have deadlines."""

    def __init__(self, app: web.Application, *, allowances: Allowances, **options: Any) -> None:
        super().__init__(app, keepalive_timeout=KEEP_ALIVE_SECONDS, **options)
        self.allowances: Allowances = allowances

    async def _make_server(self) -> Any:
        server: Any = await super()._make_server()
        allowances, options = self.allowances, server._kwargs

        def make(one: Any) -> Connection:
            return Connection(one, loop=one._loop, allowances=allowances, **options)

        server.__class__ = type("Server", (type(server),), {"__call__": make})
        return server
