"""Connections have deadlines: what is sent in half, or a byte at a time, is cut (Q-16). The server's close is awaited, never a time."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import ClientSession, WSMsgType, web

from gateway import connection
from gateway.connection import Allowances, Runner
from tests.gateway.conftest import Serve

HEAD, BODY = 0.3, 0.5
REQUEST = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"
POST = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
DRIP = 0.05


class Served:
    """A small application behind our connections."""

    def __init__(self) -> None:
        self.allowances = Allowances(1000, HEAD, BODY)
        self.go_on = asyncio.Event()
        app = web.Application()
        app.router.add_get("/", self.greet)
        app.router.add_post("/", self.take)
        app.router.add_post("/ignore", self.greet)
        app.router.add_get("/stream", self.stream)
        app.router.add_get("/socket", self.socket)
        self.runner = Runner(app, allowances=self.allowances, handle_signals=False, access_log=None, shutdown_timeout=0.1)

    async def start(self) -> None:
        await self.runner.setup()
        await web.TCPSite(self.runner, "127.0.0.1", 0, backlog=1024).start()
        self.port = self.runner.addresses[0][1]

    async def greet(self, _request: web.Request) -> web.Response:
        return web.Response(text="hello")

    async def take(self, request: web.Request) -> web.Response:
        return web.Response(text=str(len(await request.read())))

    async def stream(self, request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        await response.write(b"first")
        await self.go_on.wait()
        await response.write(b"last")
        return response

    async def socket(self, request: web.Request) -> web.StreamResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        async for message in socket:
            await socket.send_str(message.data)
        return socket

    async def send(self, *parts: bytes, drip: bytes = b"") -> bytes:
        """What the server says to these bytes until it closes; then a byte again and again, for as long as it listens."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        try:
            for part in parts:
                writer.write(part)
                await writer.drain()
            said = asyncio.ensure_future(reader.read())
            while drip and not (await asyncio.wait([said], timeout=DRIP))[0]:
                writer.write(drip)
            return await asyncio.wait_for(said, 10)
        except ConnectionResetError:
            return b""
        finally:
            writer.close()


@pytest.fixture
async def served() -> AsyncIterator[Served]:
    made = Served()
    await made.start()
    yield made
    await made.runner.cleanup()


async def took(work: Any) -> tuple[Any, float]:
    begun = asyncio.get_running_loop().time()
    result = await work
    return result, asyncio.get_running_loop().time() - begun


class TestHeads:
    @pytest.mark.parametrize(
        ("sent", "drip"),
        [(b"", b""), (b"GET / HTTP/1.1\r\nHost", b""), (REQUEST[:-2], b""), (b"GET /", b"a"), (b"GET / HTTP/1.1\r\nX: ", b"y")],
        ids=["silent", "half a line", "no end", "dripped line", "dripped field"],
    )
    async def test_that_do_not_come_are_cut(self, served: Served, sent: bytes, drip: bytes) -> None:
        said, seconds = await took(served.send(sent, drip=drip))
        assert said.startswith(b"HTTP/1.1 408")
        assert b"Connection: close" in said
        assert seconds >= HEAD
        assert served.allowances.open == 0

    @pytest.mark.parametrize("drip", [b"", b"x"])
    async def test_of_a_second_request_are_cut_too(self, served: Served, drip: bytes) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", served.port)
        writer.write(REQUEST)
        assert (await reader.readuntil(b"hello")).startswith(b"HTTP/1.1 200")
        writer.write(b"GET /" + drip)
        said = asyncio.ensure_future(reader.read())
        while not (await asyncio.wait([said], timeout=DRIP))[0]:
            writer.write(drip)
        assert said.result().startswith(b"HTTP/1.1 408")
        writer.close()

    async def test_that_come_in_time_are_answered(self, served: Served) -> None:
        said = await served.send(*[REQUEST.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n")[at : at + 5] for at in range(0, 50, 5)])
        assert said.startswith(b"HTTP/1.1 200")


class TestBodies:
    @pytest.mark.parametrize(
        ("sent", "drip"),
        [
            (b"Content-Length: 10\r\n\r\n123", b""),
            (b"Content-Length: 1000\r\n\r\n1", b"2"),
            (b"Transfer-Encoding: chunked\r\n\r\n5\r\nab", b""),
            (b"Transfer-Encoding: chunked\r\n\r\n5\r\nabcde\r\n", b""),
            (b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\na\r\n"),
            (b"Content-Length: 5\r\n\r\n", b""),
        ],
        ids=["half", "dripped", "half a chunk", "no last chunk", "dripped chunks", "none of it"],
    )
    async def test_that_do_not_come_are_cut(self, served: Served, sent: bytes, drip: bytes, caplog: pytest.LogCaptureFixture) -> None:
        said, seconds = await took(served.send(POST + sent, drip=drip))
        assert said.startswith(b"HTTP/1.1 408") or (drip and not said)  # a close amid what is sent may take the answer with it
        assert seconds >= BODY
        assert [record.getMessage() for record in caplog.records if record.exc_info] == []

    async def test_that_nobody_reads_do_not_hold_the_connection(self, served: Served) -> None:
        """The connection is closed, which may take the answer with it while more is sent."""
        said = await served.send(POST.replace(b"POST /", b"POST /ignore") + b"Content-Length: 1000\r\n\r\n1", drip=b"2")
        assert said.startswith(b"HTTP/1.1 200") or not said

    async def test_that_come_in_time_are_taken(self, served: Served) -> None:
        assert (await served.send(POST + b"Connection: close\r\nContent-Length: 4\r\n\r\n", b"12", b"34")).endswith(b"\r\n\r\n4")

    @pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
    async def test_late_ones_are_told_in_the_words_of_the_surface(self, serve: Serve) -> None:
        http = await serve(Allowances(1000, HEAD, 0.2))
        for path, says in ((b"/graphql", b'"errors"'), (b"/api/v1/register", b'"success":false')):
            reader, writer = await asyncio.open_connection("127.0.0.1", int(http.base.rpartition(":")[2]))
            writer.write(POST.replace(b"POST /", b"POST " + path) + b"Content-Length: 10\r\n\r\n{")
            said = await asyncio.wait_for(reader.read(), 10)
            assert said.startswith(b"HTTP/1.1 408"), said
            assert says in said
            writer.close()


class TestLongLives:
    """What has begun to answer may go on for as long as it likes."""

    async def deadlines_pass(self, served: Served) -> None:
        await asyncio.gather(served.send(), served.send(POST + b"Content-Length: 10\r\n\r\n123"))

    async def test_of_a_stream(self, served: Served) -> None:
        async with ClientSession() as session, session.get(f"http://127.0.0.1:{served.port}/stream") as response:
            assert await response.content.readexactly(5) == b"first"
            await self.deadlines_pass(served)
            served.go_on.set()
            assert await response.content.read() == b"last"

    async def test_of_a_web_socket(self, served: Served) -> None:
        async with ClientSession() as session, session.ws_connect(f"http://127.0.0.1:{served.port}/socket") as socket:
            for word in ("before", "after"):
                await socket.send_str(word)
                message = await socket.receive()
                assert (message.type, message.data) == (WSMsgType.TEXT, word)
                if word == "before":
                    await self.deadlines_pass(served)

    async def test_of_a_connection_between_two_requests(self, served: Served) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", served.port)
        for _ in range(2):
            writer.write(REQUEST)
            assert (await reader.readuntil(b"hello")).startswith(b"HTTP/1.1 200")
            await self.deadlines_pass(served)
        writer.close()


class TestCap:
    async def test_250_of_300_slow_ones_are_held_and_then_all_are_free(self, served: Served) -> None:
        served.allowances.most, served.allowances.head = 250, 1.5  # enough to make 300 connections on a busy machine
        said = await asyncio.gather(*(served.send() for _ in range(300)))
        busy = [one for one in said if one.startswith(b"HTTP/1.1 503")]
        late = [one for one in said if one.startswith(b"HTTP/1.1 408")]
        assert (len(busy), len(late)) == (50, 250)
        assert all(b"Retry-After: 1" in one for one in busy)
        assert served.allowances.open == 0
        assert (await served.send(REQUEST.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"))).startswith(b"HTTP/1.1 200")

    def test_allowances_are_those_of_the_rule(self) -> None:
        assert (connection.HEAD_SECONDS, connection.BODY_SECONDS, connection.KEEP_ALIVE_SECONDS) == (10, 30, 75)
        assert (Allowances(5).head, Allowances(5).body) == (10, 30)
