"""Nothing that a customer names leads into the house (Q-20)."""

import asyncio
import ipaddress
import socket
import threading
import time
import zlib
from typing import Any

import pytest
from aiohttp import ClientError
from hypothesis import example, given
from hypothesis import strategies as st

from domain.kernel.addresses import is_public
from domain.kernel.headers import DangerousHeader
from domain.kernel.ports import Trouble
from gateway.adapters import egress
from gateway.adapters.egress import Guard
from gateway.adapters.webhooks import WebCourier
from tests.support.receiver import Receiver

INSIDE = [
    "0.0.0.0",
    "10.0.0.1",
    "100.64.0.1",
    "127.0.0.1",
    "127.1.2.3",
    "168.63.129.16",
    "169.254.169.254",
    "172.16.0.1",
    "192.0.0.192",
    "192.0.0.9",
    "192.168.1.1",
    "198.18.0.1",
    "192.88.99.1",
    "203.0.113.1",
    "224.0.0.1",
    "239.255.255.250",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::127.0.0.1",
    "::8.8.8.8",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "::ffff:169.254.169.254",
    "::ffff:0:127.0.0.1",
    "::ffff:0:8.8.8.8",
    "64:ff9b::7f00:1",
    "64:ff9b::a9fe:a9fe",
    "64:ff9b:1::808:808",
    "2002:7f00:1::",
    "2002:a00:1::1",
    "2001:0:4136:e378:8000:63bf:80ff:fffe",
    "2001:db8::1",
    "3fff::1",
    "1::1",
    "4000::1",
    "5f00::1",
    "9000::1",
    "100::1",
    "fc00::1",
    "fd12:3456::1",
    "fe80::1",
    "fe80::1%eth0",
    "fec0::1",
    "ff02::1",
]
OUTSIDE = ["1.1.1.1", "8.8.8.8", "93.184.216.34", "2606:4700:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808", "2002:808:808::1"]
FOURS = st.ip_addresses(v=4)
WRAPPED = {
    "mapped": lambda four: ipaddress.IPv6Address((0xFFFF << 32) | int(four)),
    "nat64": lambda four: ipaddress.IPv6Address(int(ipaddress.IPv6Address("64:ff9b::")) | int(four)),
    "6to4": lambda four: ipaddress.IPv6Address((0x2002 << 112) | (int(four) << 80) | 1),
}


class TestAddresses:
    @pytest.mark.parametrize("address", INSIDE)
    def test_that_are_not_public(self, address: str) -> None:
        assert not is_public(address)

    @pytest.mark.parametrize("address", OUTSIDE)
    def test_that_are_public(self, address: str) -> None:
        assert is_public(address)

    @given(FOURS, st.sampled_from(sorted(WRAPPED)))
    @example(ipaddress.IPv4Address("192.0.0.192"), "mapped")
    @example(ipaddress.IPv4Address("127.0.0.1"), "nat64")
    def test_inside_others_are_judged_like_themselves(self, four: Any, how: str) -> None:
        assert is_public(WRAPPED[how](four)) == is_public(four)

    @given(FOURS, FOURS)
    def test_of_teredo_are_never_public(self, server: Any, client: Any) -> None:
        made = (0x2001_0000 << 96) | (int(server) << 64) | (int(client) ^ 0xFFFFFFFF)
        assert not is_public(ipaddress.IPv6Address(made))

    @given(st.ip_addresses())
    def test_are_never_more_public_than_the_library_says(self, address: Any) -> None:
        assert not is_public(address) or address.is_global

    @given(st.text(max_size=40))
    def test_that_are_none_are_not_public(self, text: str) -> None:
        try:
            ipaddress.ip_address(text.partition("%")[0])
        except ValueError:
            assert not is_public(text)


class TestGuard:
    @pytest.mark.parametrize("host", ["127.0.0.1", "[::1]", "0.0.0.0", "[::ffff:127.0.0.1]", "2130706433", "0x7f.1", "127.1", "localhost"])
    async def test_lets_nothing_through_to_this_machine(self, host: str) -> None:
        """However it is written: literal addresses pass no resolver, so the guard stands at the socket."""
        async with Receiver.open() as receiver:
            port = receiver.url.rpartition(":")[2]
            reply = await WebCourier(Guard()).post(f"http://{host}:{port}/", b"{}", {})
            assert reply.status is None
            assert reply.trouble in (Trouble.ADDRESS_REFUSED, Trouble.NO_SUCH_NAME, Trouble.NO_HTTP)
            assert receiver.messages == []

    async def test_lets_this_machine_alone_through_when_told_so(self) -> None:
        async with Receiver.open() as receiver:
            courier = WebCourier(Guard(to_loopback=True))
            assert (await courier.post(receiver.url, b"{}", {})).status == 204
            assert (await courier.post(receiver.url.replace("127.0.0.1", "localhost"), b"{}", {})).status == 204
        assert (await courier.post("http://169.254.169.254/latest/meta-data", b"{}", {})).trouble is Trouble.ADDRESS_REFUSED

    async def test_refuses_a_name_of_which_one_address_is_inside(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """And asks for a name once only: what it answers later makes no difference."""
        asked: list[str] = []

        def look_up(host: str, port: int, *_: Any, **__: Any) -> list[Any]:
            asked.append(host)
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in ("93.184.216.34", "127.0.0.1")]

        monkeypatch.setattr(socket, "getaddrinfo", look_up)
        reply = await WebCourier(Guard()).post("http://rebinding.example.com/", b"{}", {})
        assert (reply.trouble, asked) == (Trouble.ADDRESS_REFUSED, ["rebinding.example.com"])

    async def test_of_names_that_nobody_answers_for_others_do_not_wait(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Q-21: however many messages go to a dead endpoint, whose server of names is dead too."""
        asked: list[str] = []
        began, go_on, look_up = threading.Event(), threading.Event(), socket.getaddrinfo

        def hang(host: str, *rest: Any, **named: Any) -> Any:
            asked.append(host)
            if host == "dead.example.com":
                began.set()
                go_on.wait(30)
                raise socket.gaierror
            return look_up("127.0.0.1", *rest, **named)

        monkeypatch.setattr(socket, "getaddrinfo", hang)
        courier = WebCourier(Guard(to_loopback=True))
        async with Receiver.open() as receiver:
            port = receiver.url.rpartition(":")[2]
            dead = [asyncio.create_task(courier.post("http://dead.example.com/", b"{}", {})) for _ in range(200)]
            await asyncio.to_thread(began.wait, 10)
            alive = await asyncio.wait_for(courier.post(f"http://alive.example.com:{port}/", b"{}", {}), 10)
            go_on.set()
            assert {reply.trouble for reply in await asyncio.gather(*dead)} == {Trouble.NO_SUCH_NAME}
        assert (alive.status, asked.count("dead.example.com")) == (204, 1)

    async def test_refuses_at_the_socket_what_the_resolver_let_through(self) -> None:
        info = (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("10.0.0.1", 443))
        with pytest.raises(egress.AddressRefused):
            Guard().socket(info)
        with pytest.raises(egress.AddressRefused):
            Guard(to_loopback=True).socket((socket.AF_UNIX, socket.SOCK_STREAM, 0, "", "/var/run/docker.sock"))


@pytest.fixture
def courier() -> WebCourier:
    return WebCourier(Guard(to_loopback=True))


class TestCourier:
    async def test_follows_no_redirects(self, courier: WebCourier) -> None:
        async with Receiver.open() as receiver:
            receiver.answers = [(307, {"Location": f"{receiver.url}/elsewhere"})]
            assert (await courier.post(receiver.url, b"{}", {})).status == 307
            assert [message.path for message in receiver.messages] == ["/"]

    async def test_uses_no_proxy_of_the_environment(self, courier: WebCourier, monkeypatch: pytest.MonkeyPatch) -> None:
        async with Receiver.open() as receiver, Receiver.open() as proxy:
            for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
                monkeypatch.setenv(name, proxy.url)
            assert (await courier.post(receiver.url, b"{}", {})).status == 204
            assert (len(receiver.messages), proxy.messages) == (1, [])

    async def test_waits_no_longer_than_it_may(self, courier: WebCourier, monkeypatch: pytest.MonkeyPatch) -> None:
        assert egress.SECONDS == 15
        monkeypatch.setattr(egress, "SECONDS", 0.2)
        go_on = asyncio.Event()
        async with Receiver.open() as receiver:

            async def hang(_message: Any) -> None:
                await go_on.wait()

            receiver.before = hang
            reply = await courier.post(receiver.url, b"{}", {})
            go_on.set()
        assert (reply.trouble, reply.status) == (Trouble.TIMEOUT, None)
        assert reply.latency.total_seconds() >= 0.2

    async def test_reads_no_more_than_it_must(self, courier: WebCourier) -> None:
        sent = 0

        async def endless(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            nonlocal sent
            await reader.readuntil(b"\r\n\r\n")
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n")
            try:
                while True:
                    writer.write(b"x" * 65_536)
                    await writer.drain()
                    sent += 65_536
            except OSError:
                writer.close()

        server = await asyncio.start_server(endless, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        reply = await courier.post(f"http://127.0.0.1:{port}/", b"{}", {})
        server.close()
        assert reply.status == 200
        assert sent < 50_000_000

    @pytest.mark.parametrize(
        ("begins", "goes_on"),
        [
            (b"", b"HTTP/1.1 103 Early Hints\r\n\r\n"),
            (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1;", b"extension"),
            (b"HTTP/1.1 200 OK\r\n", b"X-A: b\r\n"),
            (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n", b"X-A: b\r\n"),
        ],
        ids=["early hints", "extensions", "headers", "trailers"],
    )
    async def test_ends_what_never_comes_to_the_point(self, courier: WebCourier, begins: bytes, goes_on: bytes) -> None:
        """As fast as the network is, and for 15 seconds: that would be a processor of ours for each message."""
        sent = 0

        async def endless(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            nonlocal sent
            await reader.readuntil(b"\r\n\r\n")
            writer.write(begins)
            try:
                while sent < 100_000_000:
                    writer.write(goes_on * 2_000)
                    await writer.drain()
                    sent += len(goes_on) * 2_000
            except OSError:
                writer.close()

        server = await asyncio.start_server(endless, "127.0.0.1", 0)
        reply = await courier.post(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/", b"{}", {})
        server.close()
        assert reply.trouble is Trouble.NO_HTTP
        assert sent < 20_000_000

    async def test_unpacks_nothing(self, courier: WebCourier) -> None:
        packed = zlib.compress(b"\0" * 50_000_000, 9)

        async def bomb(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.readuntil(b"\r\n\r\n")
            writer.write(b"HTTP/1.0 200 OK\r\nContent-Encoding: deflate\r\n\r\n" + packed)
            await writer.drain()
            writer.close()

        server = await asyncio.start_server(bomb, "127.0.0.1", 0)
        began = time.process_time()
        reply = await courier.post(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/", b"{}", {})
        server.close()
        assert reply.status == 200
        assert time.process_time() - began < 0.1

    @pytest.mark.parametrize(("answer", "trouble"), [(b"SSH-2.0-x\r\n\r\n", Trouble.NO_HTTP), (b"", Trouble.NO_CONNECTION)])
    async def test_tells_what_went_wrong(self, courier: WebCourier, answer: bytes, trouble: Trouble) -> None:
        async def talk(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            writer.write(answer)
            writer.close()

        server = await asyncio.start_server(talk, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        assert (await courier.post(f"http://127.0.0.1:{port}/", b"{}", {})).trouble is trouble
        assert (await courier.post(f"https://127.0.0.1:{port}/", b"{}", {})).trouble in (Trouble.BAD_CERTIFICATE, Trouble.NO_CONNECTION)
        server.close()

    @pytest.mark.parametrize(
        "header",
        ["Host", "content-length", "Transfer-Encoding", "Connection", "Proxy-Authorization", "X-Forwarded-For", "Sec-Fetch-Site", "Cookie"],
    )
    async def test_refuses_dangerous_headers(self, courier: WebCourier, header: str) -> None:
        async with Receiver.open() as receiver:
            with pytest.raises(DangerousHeader):
                await courier.post(receiver.url, b"{}", {header: "x"})
            assert receiver.messages == []

    @pytest.mark.parametrize(("name", "value"), [("X-A", "b\r\nHost: c"), ("X-A\r\n", "b"), ("", "b"), ("X A", "b"), ("X-A", "b\0")])
    async def test_refuses_what_would_end_a_header(self, courier: WebCourier, name: str, value: str) -> None:
        with pytest.raises((DangerousHeader, ClientError)):
            await courier.post("http://127.0.0.1:1/", b"{}", {name: value})
