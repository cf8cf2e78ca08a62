"""Files behind signed links: whose they are, for how long, and how they are sent."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator
from urllib.parse import urlsplit

import pytest

from domain.kernel import downloads
from domain.kernel.downloads import Download, File
from domain.kernel.errors import NotFound
from domain.kernel.ports import Ports
from gateway import sending
from gateway.downloads import disposition
from tests.support.http import Http
from tests.support.world import World

NAME = 'Über "uns"; ß\r\n.csv'


async def letters() -> AsyncGenerator[bytes, None]:
    for letter in (b"a", b"b", b"c"):
        await asyncio.sleep(0)
        yield letter


async def broken() -> AsyncGenerator[bytes, None]:
    yield b"begun"
    yield b"and"
    raise ValueError("no more")


async def endless() -> AsyncGenerator[bytes, None]:
    while True:
        await asyncio.sleep(0)
        yield b"x" * 100_000


async def hopeless() -> AsyncGenerator[bytes, None]:
    raise ValueError("nothing at all")
    yield b""


MADE = {
    "letters": letters,
    "broken": broken,
    "endless": endless,
    "hopeless": hopeless,
    "one": lambda: downloads.whole(b"all"),
    "none": lambda: downloads.whole(b""),
}


@pytest.fixture(autouse=True)
def kinds(monkeypatch: pytest.MonkeyPatch) -> None:
    async def produce(ports: Ports, account_id: int, *, what: str) -> File:
        if what not in MADE:
            raise NotFound("It is gone.")
        return File(NAME, "text/csv; charset=utf-8", MADE[what], f"{account_id}-{what}" if what == "one" else None)

    monkeypatch.setitem(downloads.DOWNLOADS, "trial", produce)


def link(world: World, what: str, kind: str = "trial") -> str:
    made = downloads.offer(world.database.environment, world.clock.now(), world.account_id, kind, media_type="text/csv", what=what)
    assert isinstance(made, Download)
    return made.url.removeprefix(world.settings.address)


class TestLinks:
    @pytest.mark.parametrize(("what", "content"), [("letters", b"abc"), ("one", b"all"), ("none", b"")])
    async def test_give_the_file(self, http: Http, what: str, content: bytes) -> None:
        reply = await http.request("GET", link(http.world, what), key=None)
        assert (reply.status, reply.body) == (200, content)
        assert reply.headers["Content-Type"] == "text/csv; charset=utf-8"
        assert reply.headers["Content-Disposition"] == disposition(NAME)

    async def test_work_for_a_quarter_of_an_hour(self, http: Http) -> None:
        url = link(http.world, "one")
        http.world.advance(minutes=14, seconds=59)
        assert (await http.request("GET", url, key=None)).status == 200
        http.world.advance(seconds=1)
        reply = await http.request("GET", url, key=None)
        assert (reply.status, reply.json()["error"]["message"]) == (404, "This link is not valid any more. Ask for a new one.")

    @pytest.mark.parametrize(
        "change", [lambda url: url[:-2] + "aa", lambda url: url + "a", lambda _: "/downloads/x", lambda url: url + "a" * 3000]
    )
    async def test_that_were_changed_lead_nowhere(self, http: Http, change) -> None:  # type: ignore[no-untyped-def]
        assert (await http.request("GET", change(link(http.world, "one")), key=None)).status == 404

    async def test_of_a_kind_that_is_gone_lead_nowhere(self, http: Http) -> None:
        assert (await http.request("GET", link(http.world, "one", kind="older"), key=None)).status == 404

    async def test_to_what_is_gone_say_so(self, http: Http) -> None:
        reply = await http.request("GET", link(http.world, "nothing"), key=None)
        assert (reply.status, reply.json()["error"]["message"]) == (404, "It is gone.")


class TestSending:
    async def test_those_who_have_it_get_304(self, http: Http) -> None:
        url = link(http.world, "one")
        tag = (await http.request("GET", url, key=None)).headers["ETag"]
        reply = await http.request("GET", url, key=None, headers={"If-None-Match": f'"other", {tag}'})
        assert (reply.status, reply.body, reply.headers["ETag"]) == (304, b"", tag)
        assert (await http.request("GET", url, key=None, headers={"If-None-Match": '"other"'})).status == 200

    async def test_what_fails_at_once_is_told(self, http: Http) -> None:
        assert (await http.request("GET", link(http.world, "hopeless"), key=None)).status == 500

    async def test_what_breaks_off_does_not_look_whole(self, http: Http) -> None:
        with pytest.raises(Exception, match=r"(?i)payload|transfer|disconnect"):
            await http.request("GET", link(http.world, "broken"), key=None)

    async def test_whoever_does_not_read_holds_no_place(self, http: Http, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(sending, "PATIENCE", 0.05)
        front = http.server.front
        address = urlsplit(http.base)
        reader, writer = await asyncio.open_connection(address.hostname, address.port, limit=1024)
        writer.write(f"GET {link(http.world, 'endless')} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        await writer.drain()
        await reader.readuntil(b"\r\n\r\n")  # and nothing more
        async with asyncio.timeout(30):
            await front.in_flight.idle.wait()
        writer.close()

    async def test_a_link_takes_a_place_of_its_account(self, http: Http, monkeypatch: pytest.MonkeyPatch) -> None:
        taken: list[int | None] = []
        monkeypatch.setattr(http.server.front.in_flight, "one", lambda account: contextlib.nullcontext(taken.append(account)))
        assert (await http.request("GET", link(http.world, "one"), key=None)).status == 200
        assert taken == [http.world.account_id]

    def test_names_are_safe_in_headers(self) -> None:
        """Q-19."""
        assert disposition(NAME) == (
            "attachment; filename=\"_ber _uns__ ___.csv\"; filename*=UTF-8''%C3%9Cber%20%22uns%22%3B%20%C3%9F__.csv"
        )
