"""Subscriptions as server-sent events: numbered, resumable, alive by heartbeats, given up when nobody reads (Q-25)."""

import asyncio
import logging
from typing import Any

import pytest

from domain.access import commands
from domain.kernel import events
from domain.kernel.permissions import Permission
from gateway import subscriptions
from gateway.execution.errors import MASKED
from gateway.limits import RateLimitExceeded
from tests.gateway.listening import LARGE, NEWS, Sent, Stream, Waiting, listening, narrow_session, stop_reading
from tests.support.http import Http
from tests.support.minute import Minute

ONE_KIND = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
SEND = 'mutation { sendInvite(input: {email: "anna@example.com", name: "Anna"}) { __typename } }'


async def ask(http: Http, query: str, method: str = "POST", **options: Any) -> Any:
    sent: dict[str, Any] = {"json": {"query": query}} if method == "POST" else {"params": {"query": query}}
    return await http.request(method, "/graphql", headers={"Accept": "text/event-stream"}, **sent, **options)


def number_of(sent: Sent) -> int:
    return int(sent.data["data"]["inviteChanged"]["sequence"])


class TestEvents:
    async def test_come_in_order_with_their_numbers_as_ids(self, http: Http) -> None:
        with listening(http.world) as listeners:
            async with Stream.open(http, NEWS) as stream:
                await listeners.begun()
                invites = [await http.world.invite(f"p{number}@example.com") for number in range(3)]
                news = await stream.news(3)
        assert [one.data["data"]["inviteChanged"]["invite"]["key"] for one in news] == invites
        assert [one.id for one in news] == [str(number_of(one)) for one in news]
        assert stream.response.headers["Content-Type"].startswith("text/event-stream")
        assert "no-cache" in stream.response.headers["Cache-Control"]

    async def test_are_resumed_by_last_event_id_without_gap_or_repeat(self, http: Http) -> None:
        for number in range(5):
            await http.world.invite(f"p{number}@example.com")
        async with Stream.open(http, NEWS, after=0) as stream:
            everything = await stream.news(5)
        for seen in (0, 3):
            async with Stream.open(http, NEWS, seen=everything[seen].id, after=0) as stream:
                assert await stream.news(len(everything) - seen - 1) == everything[seen + 1 :]
                await http.world.invite(f"later{seen}@example.com")
                everything += await stream.news(1)
        numbers = [number_of(one) for one in everything]
        assert numbers == sorted(set(numbers))

    async def test_an_id_that_is_none_is_passed_over(self, http: Http) -> None:
        await http.world.invite()
        for seen in ("", "x", "-1", "1e3", "²", "9" * 30):
            async with Stream.open(http, NEWS, seen=seen, after=0) as stream:
                assert len(await stream.news(1)) == 1, seen

    async def test_a_revoked_key_ends_the_stream_with_an_error(self, http: Http) -> None:
        """Q-4."""
        async with http.world.work() as uow:
            key = await commands.create_key(uow, name="Listener")
        with listening(http.world) as listeners:
            async with Stream.open(http, NEWS, key=key.secret) as stream:
                await listeners.begun()
                async with http.world.work() as uow:
                    await commands.revoke_key(uow, key.key)
                await http.world.invite()
                [last], end = await stream.news(1), await stream.receive()
                assert [error["extensions"]["code"] for error in last.data["errors"]] == ["UNAUTHORIZED"]
                assert "data" not in last.data
                assert end == Sent("complete")
                assert await stream.receive() is None


@ONE_KIND
class TestAsking:
    async def test_a_query_is_answered_once(self, http: Http) -> None:
        reply = await ask(http, "{ __typename }")
        assert reply.text.replace("\r\n", "\n") == 'event: next\ndata: {"data":{"__typename":"Query"}}\n\nevent: complete\ndata: \n\n'

    async def test_by_get_changes_nothing(self, http: Http) -> None:
        """Q-14: any page can open an EventSource."""
        before = await http.world.rows()
        reply = await ask(http, SEND, "GET")
        assert (reply.status, reply.headers["Allow"]) == (405, "POST")
        assert await http.world.rows() == before

    async def test_by_post_may_change_something(self, http: Http) -> None:
        assert '{"sendInvite":{"__typename":"Invite"}}' in (await ask(http, SEND)).text

    async def test_a_subscription_without_a_stream_is_refused(self, http: Http) -> None:
        for method in ("POST", "GET"):
            options: dict[str, Any] = {"json": {"query": NEWS}} if method == "POST" else {"params": {"query": NEWS}}
            reply = await http.request(method, "/graphql", **options)
            assert reply.status == 400
            assert "needs a stream" in reply.json()["errors"][0]["message"]

    async def test_what_cannot_run_is_answered_as_json(self, http: Http) -> None:
        for query in ("{", "{ nothing }", ""):
            reply = await ask(http, query)
            assert reply.headers["Content-Type"] == "application/json; charset=utf-8"
            assert reply.json()["errors"]
        assert (await ask(http, NEWS, key="pk_live_wrong")).status == 401

    async def test_what_may_not_run_is_a_status(self, http: Http) -> None:
        async with http.world.work() as uow:
            reader = await commands.create_key(uow, name="Reader", permissions=[Permission.CANDIDATES_READ])
            slow = await commands.create_key(uow, name="Slow", rate_limit=1)
        await ask(http, "{ __typename }", key=slow.secret)
        asked = [(None, 401, "UNAUTHORIZED"), (reader.secret, 403, "FORBIDDEN"), (slow.secret, 429, "RATE_LIMIT_EXCEEDED")]
        for key, status, code in asked:
            for query in (NEWS, "{ invites(first: 1) { totalCount } }"):
                reply = await ask(http, query, key=key)
                assert (reply.status, reply.headers["Content-Type"]) == (status, "application/json; charset=utf-8")
                assert [error["extensions"]["code"] for error in reply.json()["errors"]] == [code]

    async def test_has_the_headers_of_every_answer(self, http: Http) -> None:
        async with Stream.open(http, NEWS) as stream:
            headers = stream.response.headers
            assert (headers["X-Content-Type-Options"], headers["Referrer-Policy"]) == ("nosniff", "no-referrer")
            assert len(headers["X-Request-Id"]) == 16


class Counted:
    """Requests that streams are charged, and how many events were answered when they had to wait."""

    def __init__(self, http: Http, monkeypatch: pytest.MonkeyPatch) -> None:
        self.answered = 0
        self.waits = asyncio.Event()
        front = http.server.front
        take, run = front.rates.take, front.executor.run

        async def taken(*asked: Any) -> Any:
            try:
                return await take(*asked)
            except RateLimitExceeded:
                self.waits.set()
                raise

        async def ran(*asked: Any, **options: Any) -> Any:
            self.answered += 1
            return await run(*asked, **options)

        monkeypatch.setattr(front.rates, "take", taken)
        monkeypatch.setattr(front.executor, "run", ran)


@ONE_KIND
class TestReplay:
    async def test_is_charged_and_waits_for_room(self, http: Http, monkeypatch: pytest.MonkeyPatch, minute: Minute) -> None:
        """Q-16: a history costs a request for each hundred events, not one for all."""
        assert subscriptions.EVENTS_A_REQUEST == 100
        monkeypatch.setattr(subscriptions, "EVENTS_A_REQUEST", 2)
        monkeypatch.setattr(subscriptions, "LOOK_AGAIN_SECONDS", 0.01)
        async with http.world.work() as uow:
            key = await commands.create_key(uow, name="Slow", rate_limit=3)
        invites = [await http.world.invite(f"p{number}@example.com") for number in range(9)]
        counted = Counted(http, monkeypatch)
        async with Stream.open(http, NEWS, key=key.secret, seen="0") as stream:
            await asyncio.wait_for(counted.waits.wait(), 30)
            assert counted.answered == 6
            minute.now += 120
            news = await stream.news(9)
        assert [one.data["data"]["inviteChanged"]["invite"]["key"] for one in news] == invites


class Noted(logging.Handler):
    """The lines of the log, as they come."""

    def __init__(self) -> None:
        super().__init__()
        self.records: asyncio.Queue[logging.LogRecord] = asyncio.Queue()

    def emit(self, record: logging.LogRecord) -> None:
        self.records.put_nowait(record)


@ONE_KIND
class TestEnds:
    async def test_more_streams_than_a_credential_may_have_is_429(self, http: Http, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(subscriptions, "STREAMS_PER_CREDENTIAL", 1)
        with listening(http.world) as listeners:
            async with Stream.open(http, NEWS):
                await listeners.begun()
                reply = await ask(http, "{ __typename }")
                assert (reply.status, reply.json()["errors"][0]["extensions"]["code"]) == (429, "TOO_MANY_STREAMS")

    async def test_a_waiting_stream_takes_no_place_among_requests(self, http: Http) -> None:
        """Q-16: who listens does not keep others from asking."""
        with listening(http.world) as listeners:
            async with Stream.open(http, NEWS):
                await listeners.begun()
                assert http.server.front.in_flight.idle.is_set()

    async def test_heartbeats_have_no_id(self, http: Http, monkeypatch: pytest.MonkeyPatch) -> None:
        assert subscriptions.HEARTBEAT_SECONDS == 15
        monkeypatch.setattr(subscriptions, "HEARTBEAT_SECONDS", 0.02)
        async with Stream.open(http, NEWS) as stream:
            assert await stream.receive() == await stream.receive() == Sent(comment="ping")

    async def test_a_client_that_leaves_frees_its_place_though_nothing_happens(self, http: Http, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(subscriptions, "HEARTBEAT_SECONDS", 0.02)
        with listening(http.world) as listeners:
            async with Stream.open(http, NEWS) as stream:
                await listeners.begun()
                stream.response.close()
                await listeners.ended()

    async def test_a_client_that_leaves_is_still_in_the_log_and_the_figures(
        self, http: Http, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        monkeypatch.setattr(subscriptions, "HEARTBEAT_SECONDS", 0.02)
        noted = Noted()
        caplog.set_level("INFO", "centil.access")
        logging.getLogger("centil.access").addHandler(noted)
        try:
            async with Stream.open(http, NEWS) as stream:
                await stream.receive()
                stream.response.close()
                record = await asyncio.wait_for(noted.records.get(), 30)
        finally:
            logging.getLogger("centil.access").removeHandler(noted)
        assert (record.route, record.status) == ("/graphql", 499)  # type: ignore[attr-defined]
        assert 'route="/graphql",status="499"} 1.0' in (await http.request("GET", "/metrics")).text

    async def test_a_server_that_goes_away_ends_it(self, http: Http) -> None:
        """Q-24."""
        with listening(http.world) as listeners:
            async with Stream.open(http, NEWS) as stream:
                await listeners.begun()
                http.server.end_streams()
                await listeners.ended()
                assert await stream.receive() is None, "it ends whole, without `complete`: the client goes on elsewhere"

    async def test_a_failing_source_is_masked(self, http: Http, monkeypatch: pytest.MonkeyPatch) -> None:
        """Q-14."""

        async def broken(*_: Any) -> Any:
            raise RuntimeError("duplicate key (email)=(anna@example.com)")

        monkeypatch.setattr(events, "after", broken)
        reply = await ask(http, NEWS)
        assert MASKED in reply.text
        assert "anna" not in reply.text
        assert reply.text.endswith("event: complete\r\ndata: \r\n\r\n")

    async def test_a_slow_reader_is_dropped(self, http: Http, monkeypatch: pytest.MonkeyPatch) -> None:
        """At 64 kB, or when nothing could be written for the time of a heartbeat."""
        monkeypatch.setattr(subscriptions, "HEARTBEAT_SECONDS", 0.2)
        waiting = Waiting(monkeypatch)
        for number in range(9):
            await http.world.begin(await http.world.invite(f"p{number}@example.com"))
        with listening(http.world) as listeners:
            async with narrow_session() as session, Stream.open(http, LARGE, session=session) as stream:
                stop_reading(http, stream.response)
                await listeners.ended()
        assert max(waiting.bytes) < 64 * 1024 + 20_000
        assert len(waiting.bytes) < 18
