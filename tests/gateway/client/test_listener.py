"""A client of the product's own: every event once, in order, whatever happens to the line (Q-25); and what it hands on."""

import asyncio
import contextlib
from collections.abc import AsyncIterable, AsyncIterator
from typing import Any

import orjson
import pytest
from aiohttp import web
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks import Webhook

from domain.access import commands as access
from domain.kernel.events import last
from domain.kernel.permissions import Permission
from domain.webhooks import signing
from gateway.client import listener as client
from gateway.client.forward import Format, Forwarder
from gateway.client.listener import Happened, Listener, Refused, chosen
from gateway.client.sse import Sent, sent
from tests.support.http import Http

ONE_KIND = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
KNOWN = {"invite.sent": "INVITE_SENT", "invite.completed": "INVITE_COMPLETED", "team.created": "TEAM_CREATED"}
EVENT = Happened(7, "invite.sent", "2026-03-02T09:00:00.000Z", "system", "inv_1", {"origin": "direct", "candidate": "cand_1"})


@contextlib.asynccontextmanager
async def listening(http: Http, *patterns: str, after: int | None = None, key: str = "") -> AsyncIterator[tuple[Any, list[str]]]:
    notices: list[str] = []
    async with asyncio.timeout(60), client.session() as session:
        made = Listener(session, http.base, key or http.world.key.secret, notices.append)
        async with contextlib.aclosing(made.follow(patterns, after)) as events:  # type: ignore[type-var]
            yield events, notices


def break_lines(http: Http) -> None:
    """Cut every connection in the middle, as a network does."""
    for connection in list(http._runner.server.connections):  # type: ignore[union-attr]
        connection.transport.abort()


class TestFollowing:
    async def test_tells_everything_since_a_number_and_then_what_comes(self, http: Http) -> None:
        first = await http.world.invite("a@example.com")
        async with listening(http, "invite.*", after=0) as (events, _notices):
            told = await anext(events)
            assert (told.name, told.subject, told.facts["origin"]) == ("invite.sent", first, "direct")
            second = await http.world.invite("b@example.com")
            assert (await anext(events)).subject == second

    async def test_has_no_gap_and_no_repeat_while_lines_break_and_many_write(self, http: Http, monkeypatch: pytest.MonkeyPatch) -> None:
        """Q-25."""
        monkeypatch.setattr(client, "SHORTEST_PAUSE", 0.01)
        monkeypatch.setattr(client, "LONGEST_PAUSE", 0.05)
        told: list[int] = []

        async def write() -> None:
            for number in range(40):
                async with http.world.work() as uow:
                    await access.create_key(uow, name=f"Key {number}")

        start = await last(http.world.database.read(), http.world.account_id)
        async with listening(http, after=start) as (events, notices):
            writing = [asyncio.create_task(write()) for _ in range(2)]
            while len(told) < 80:
                told.append((await anext(events)).sequence)
                if len(told) % 20 == 10:
                    break_lines(http)
            await asyncio.gather(*writing)
        assert told == list(range(start + 1, start + 81))
        assert notices.count("Connected again.") >= 3

    async def test_begins_now_and_misses_nothing_from_then_on(self, http: Http, monkeypatch: pytest.MonkeyPatch) -> None:
        """Also when the line breaks before the first event came."""
        monkeypatch.setattr(client, "SHORTEST_PAUSE", 0.01)
        await http.world.invite("before@example.com")
        stream = Listener._stream

        async def breaks_once(self: Listener, types: Any) -> AsyncIterator[Happened]:
            monkeypatch.setattr(Listener, "_stream", stream)
            await http.world.invite("between@example.com")
            raise ConnectionResetError
            yield  # never reached; it makes this a generator, like what it stands in for

        monkeypatch.setattr(Listener, "_stream", breaks_once)
        async with listening(http, "candidate.added", "invite.sent") as (events, _notices):
            assert [(await anext(events)).name for _ in range(2)] == ["candidate.added", "invite.sent"]

    async def test_says_what_it_may_not_hear(self, http: Http) -> None:
        async with http.world.work() as uow:
            other = await access.create_key(uow, name="Other", permissions=[Permission.INVITES_READ])
        for key, said in (("pk_live_wrong", "A valid API key"), (other.secret, "events:read")):
            async with listening(http, key=key) as (events, _notices):
                with pytest.raises(Refused, match=said):
                    await anext(events)

    async def test_ends_when_its_key_is_revoked(self, http: Http) -> None:
        """Q-4: asked anew with every event."""
        async with http.world.work() as uow:
            key = await access.create_key(uow, name="Listener")
        async with listening(http, "invite.sent", after=0, key=key.secret) as (events, _notices):
            await http.world.invite("a@example.com")
            await anext(events)
            async with http.world.work() as uow:
                await access.revoke_key(uow, key.key)
            await http.world.invite("b@example.com")
            with pytest.raises(Refused, match="A valid API key"):
                await anext(events)

    @ONE_KIND
    async def test_where_no_centil_is(self, http: Http) -> None:
        async with client.session() as session:
            events = Listener(session, f"{http.base}/nothing", "x", print).follow()
            with pytest.raises(Refused, match="is a Centil server there"):
                await anext(events)


class TestChosen:
    def test_names_and_patterns(self) -> None:
        assert chosen(["invite.*", "invite.sent"], KNOWN) == ["INVITE_SENT", "INVITE_COMPLETED"]
        assert chosen(["*.created"], KNOWN) == ["TEAM_CREATED"]

    def test_refuses_others_with_what_may_be_meant(self) -> None:
        with pytest.raises(Refused, match=r"no event 'invite\.complete'\. Did you mean invite\.completed\?"):
            chosen(["invite.complete"], KNOWN)


class TestServerSentEvents:
    @given(st.lists(st.text(st.characters(exclude_characters="\r\n", exclude_categories=["Cs"]), min_size=1), max_size=4), st.booleans())
    async def test_are_read_as_they_were_written(self, texts: list[str], whole: bool) -> None:
        """One that breaks off is none."""

        async def lines() -> AsyncIterable[bytes]:
            for text in texts:
                for line in (": ping", "", "event: next", "id: 5", f"data: {text}", ""):
                    yield f"{line}\r\n".encode()
            yield b"data: half\n"
            if whole:
                yield b"\n"

        expected = [Sent("next", "5", text) for text in texts] + ([Sent("", "", "half")] if whole else [])
        assert [one async for one in sent(lines())] == expected


@contextlib.asynccontextmanager
async def receiver(*statuses: int) -> AsyncIterator[tuple[str, list[tuple[dict[str, str], bytes]]]]:
    """A program that takes webhooks, answering with these statuses in turn."""
    taken: list[tuple[dict[str, str], bytes]] = []

    async def take(request: web.Request) -> web.Response:
        taken.append((dict(request.headers), await request.read()))
        return web.Response(status=statuses[len(taken) - 1] if len(taken) <= len(statuses) else 200)

    app = web.Application()
    app.router.add_post("/hook", take)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}/hook", taken
    finally:
        await runner.cleanup()


class TestForwarding:
    @pytest.mark.parametrize("format", Format)
    async def test_is_signed_like_a_webhook(self, format: Format) -> None:
        """Q-21."""
        secret = signing.new_secret()
        async with receiver(204, 500) as (url, taken), client.session() as session:
            forwarder = Forwarder(session, url, secret, format)
            first, second = await forwarder.forward(EVENT), await forwarder.forward(EVENT)
        assert (first.status, first.well, second.status, second.well) == (204, True, 500, False)
        [(headers, body), (_again, same)] = taken
        assert body == same
        told = Webhook(secret).verify(body, {name.lower(): value for name, value in headers.items()})
        assert told == {"type": EVENT.name, "timestamp": EVENT.at, "sequence": 7, "data": {"subject": "inv_1", **EVENT.facts}}
        assert headers["webhook-id"] == "evt_7"
        expected = signing.esc_headers([secret], body) if format is Format.ESC else {}
        assert {name: value for name, value in headers.items() if name.startswith("X-Webhook")} == expected
        assert orjson.loads(body) == told

    async def test_to_nobody_is_said(self) -> None:
        async with client.session() as session:
            outcome = await Forwarder(session, "http://127.0.0.1:9/hook", signing.new_secret(), Format.STANDARD).forward(EVENT)
        assert (outcome.status, outcome.well) == (None, False)
        assert "Cannot connect" in str(outcome)
