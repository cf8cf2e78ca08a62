"""The guard at the door: connections to addresses that customers named go to the public network alone (Q-20).

A name is resolved once; every address it has must be public, and the connection goes to one of those that were looked at.
The guard stands where sockets are made, so addresses written as numbers come by it as well. This leans on two private names
of aiohttp, which is pinned below 3.15; tests hold it.
"""

import asyncio
import functools
import socket
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from aiohttp import ClientPayloadError, ClientSession, ClientTimeout, DummyCookieJar, TCPConnector
from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.client_proto import ResponseHandler

from domain.kernel.addresses import is_loopback, is_public

SECONDS = 15.0
LARGEST_ANSWER = 64 * 1024
LARGEST_OF_ALL = 8 * LARGEST_ANSWER
"""Bytes that are taken of an answer with all that is around it: aiohttp reads on as long as there are only signs of more to come."""
LOOKUPS = 128
"""Names looked up at the same time, each once: a server of names that does not answer must not use up the threads of others."""
_lookups = ThreadPoolExecutor(LOOKUPS, thread_name_prefix="centil-names")
_looked_up: "dict[tuple[str, int], Future[list[Any]]]" = {}


class AddressRefused(OSError):
    """A connection to an address that is not for customers to reach."""


@dataclass(frozen=True, slots=True)
class Guard:
    """Which addresses are let through."""

    to_loopback: bool = False

    def admit(self, address: str) -> None:
        """Let an address through.

        Raises AddressRefused.
        """
        if not is_public(address) and not (self.to_loopback and is_loopback(address)):
            raise AddressRefused(f"{address} is not public")

    def socket(self, info: tuple[Any, ...]) -> socket.socket:
        """Make the socket of a connection, or refuse it."""
        family, kind, protocol, _name, place = info
        if family not in (socket.AF_INET, socket.AF_INET6):
            raise AddressRefused("not an address of the internet")
        self.admit(place[0])
        return socket.socket(family=family, type=kind, proto=protocol)


class _Resolver(AbstractResolver):
    """Look names up in threads of its own, and refuse a name if any of its addresses is refused."""

    def __init__(self, guard: Guard) -> None:
        self._guard = guard

    async def resolve(self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET) -> list[ResolveResult]:
        found = await asyncio.shield(asyncio.wrap_future(_lookup(host, family)))  # others may wait for it too
        for _family, _kind, _protocol, _name, place in found:
            self._guard.admit(str(place[0]))
        return [
            ResolveResult(hostname=host, host=str(place[0]), port=port, family=kind_of, proto=protocol, flags=socket.AI_NUMERICHOST)
            for kind_of, _kind, protocol, _name, place in found
        ]

    async def close(self) -> None:
        return None


def _lookup(host: str, family: socket.AddressFamily) -> "Future[list[Any]]":
    """The addresses of a name, as they are found now: whoever asks while somebody does is told the same."""
    place = (host, int(family))
    if (running := _looked_up.get(place)) is None:
        running = _looked_up[place] = _lookups.submit(_look_up, host, family)
        running.add_done_callback(lambda _done: _looked_up.pop(place, None))
    return running


def _look_up(host: str, family: socket.AddressFamily) -> list[Any]:
    return socket.getaddrinfo(host, None, family=family, type=socket.SOCK_STREAM)


class _Counting(ResponseHandler):
    """Takes in an answer, and ends the connection of whoever sends without end: early hints, say, or extensions of a chunk."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__(loop)
        self._came = 0

    def data_received(self, data: bytes) -> None:
        self._came += len(data)
        if self._came <= LARGEST_OF_ALL:
            super().data_received(data)
            return
        failure = ClientPayloadError("more than anybody has to say")
        self.set_exception(failure)
        if self._payload is not None:
            self._payload.set_exception(failure)
        if self.transport is not None:
            self.transport.abort()


def session(guard: Guard) -> ClientSession:
    """A client for one request: no redirects are followed by it, no proxy of the environment, no cookies, nothing unpacked."""
    connector = TCPConnector(
        resolver=_Resolver(guard), socket_factory=guard.socket, use_dns_cache=False, force_close=True, limit=1, happy_eyeballs_delay=None
    )
    connector._factory = functools.partial(_Counting, asyncio.get_running_loop())  # type: ignore[assignment]
    return ClientSession(
        connector=connector,
        cookie_jar=DummyCookieJar(),
        timeout=ClientTimeout(total=SECONDS),
        trust_env=False,
        auto_decompress=False,
        raise_for_status=False,
    )
