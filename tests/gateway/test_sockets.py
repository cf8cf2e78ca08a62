"""Subscriptions over graphql-transport-ws: in order, resumable, asked anew at each event, refused where they must be (Q-25)."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from aiohttp import WSCloseCode, WSServerHandshakeError

from domain.access import commands
from domain.kernel import events
from domain.kernel.permissions import Permission
from gateway import sockets, subscriptions
from gateway.execution.errors import MASKED
from tests.gateway.conftest import Serve
from tests.gateway.listening import LARGE, NEWS, PROTOCOL, Socket, Waiting, listening, narrow_session, stop_reading
from tests.support.http import Http

ONE_KIND = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


class TestEvents:
    async def test_come_in_order_as_they_happen(self, http: Http) -> None:
        async with Socket.open(http) as socket:
            with listening(http.world) as listeners:
                await socket.subscribe(NEWS)
                await listeners.begun()
            invites = [await http.world.invite(f"p{number}@example.com") for number in range(3)]
            await http.world.begin(invites[1])
            news = await socket.news(4)
        assert [(one["type"], one["invite"]["key"]) for one in news] == [
            ("SENT", invites[0]), ("SENT", invites[1]), ("SENT", invites[2]), ("STARTED", invites[1]),
        ]  # fmt: skip
        numbers = [one["sequence"] for one in news]
        assert numbers == sorted(set(numbers))

    async def test_go_on_after_one_without_gap_or_repeat(self, http: Http) -> None:
        for number in range(5):
            await http.world.invite(f"p{number}@example.com")
        async with Socket.open(http) as socket:
            await socket.subscribe(NEWS, after=0)
            everything = await socket.news(5)
            for at in (0, 3):
                await socket.subscribe(NEWS, id=f"from {at}", after=everything[at]["sequence"])
                assert await socket.news(4 - at) == everything[at + 1 :]
            await http.world.invite("late@example.com")
            assert len({one["sequence"] for one in await socket.news(3)}) == 1

    async def test_of_other_accounts_are_never_seen(self, http: Http) -> None:
        """Q-1."""
        other, _key = await http.world.other_account()
        async with Socket.open(http) as socket:
            with listening(http.world) as listeners:
                await socket.subscribe(NEWS)
                await listeners.begun()
            async with http.world.work(other) as uow:
                from domain.invites import commands as invites

                await invites.send(uow, email="theirs@example.com", name="", send_email=False)
            http.world.database.signals.wake(http.world.account_id)
            ours = await http.world.invite()
            assert [one["invite"]["key"] for one in await socket.news(1)] == [ours]

    async def test_are_filtered(self, http: Http) -> None:
        first, second = await http.world.invite("a@example.com"), await http.world.invite("b@example.com")
        await http.world.begin(first)
        await http.world.begin(second)
        text = "subscription($k: [ID!]) { inviteChanged(after: 0, invites: $k, types: [STARTED]) { type sequence invite { key } } }"
        async with Socket.open(http) as socket:
            await socket.subscribe(text, k=[second])
            assert [(one["type"], one["invite"]["key"]) for one in await socket.news(1)] == [("STARTED", second)]


class TestAskedAnew:
    async def test_a_revoked_key_ends_the_stream_with_an_error(self, http: Http) -> None:
        """Q-4: at once in the process where it was revoked; the event that came meanwhile is not told."""
        async with http.world.work() as uow:
            key = await commands.create_key(uow, name="Listener")
        async with Socket.open(http, key=key.secret) as socket:
            with listening(http.world) as listeners:
                await socket.subscribe(NEWS)
                await listeners.begun()
            await http.world.invite("first@example.com")
            await socket.news(1)
            async with http.world.work() as uow:
                await commands.revoke_key(uow, key.key)
            await http.world.invite("second@example.com")
            last, end = await socket.receive(), await socket.receive()
        assert (last["type"], end["type"]) == ("next", "complete")
        assert [error["extensions"]["code"] for error in last["payload"]["errors"]] == ["UNAUTHORIZED"]
        assert "second" not in str(last)

    @ONE_KIND
    async def test_a_permission_that_lacks_is_an_error_at_once(self, http: Http) -> None:
        async with http.world.work() as uow:
            key = await commands.create_key(uow, name="Reader", permissions=[Permission.CANDIDATES_READ])
        async with Socket.open(http, key=key.secret) as socket:
            await socket.subscribe(NEWS)
            refused = await socket.receive()
        assert refused["type"] == "error"
        assert [error["extensions"]["code"] for error in refused["payload"]] == ["FORBIDDEN"]


async def refused(http: Http, **options: Any) -> int:
    """The status of an upgrade that is refused."""
    with pytest.raises(WSServerHandshakeError) as refusal:
        await http.session.ws_connect(f"{http.base}/graphql", protocols=(PROTOCOL,), **options)
    return refusal.value.status


NO_MESSAGES = {
    "": 4400,
    "{": 4400,
    "[]": 4400,
    '"x"': 4400,
    "null": 4400,
    "{}": 4400,
    '{"type": 1}': 4400,
    '{"type": "x"}': 4400,
    '{"type": "subscribe", "id": "1", "payload": []}': 4400,
    '{"type": "subscribe", "id": {}, "payload": {"query": "{x}"}}': 4400,
    '{"type": "subscribe", "id": "1", "payload": {}}': 4400,
    '{"type": "subscribe", "payload": {"query": "{x}"}}': 4400,
    '{"type": "complete"}': 4400,
    '{"type": "ping", "type": "ping"}': 4400,
    '{"type": "connection_init", "payload": 1}': 4400,
    '{"type": "connection_init"}': 4429,
    '{"type": "ping", "x": "' + "x" * 65_536 + '"}': WSCloseCode.MESSAGE_TOO_BIG,
}


@ONE_KIND
class TestConnection:
    async def test_without_a_key_reads_what_is_public(self, http: Http) -> None:
        async with Socket.open(http, key=None) as socket:
            await socket.subscribe("{ instruments { key } }")
            answer, end = await socket.receive(), await socket.receive()
            assert (answer["payload"]["data"]["instruments"][0]["key"], end["type"]) == ("escprofile", "complete")
            await socket.subscribe(NEWS)
            refused = await socket.receive()
            assert (refused["type"], refused["payload"][0]["extensions"]["code"]) == ("error", "UNAUTHORIZED")

    async def test_takes_the_key_of_the_upgrade(self, http: Http) -> None:
        async with Socket.open(http, key=None, headers={"Authorization": f"Bearer {http.world.key.secret}"}) as socket:
            await socket.subscribe("{ viewer { account { key } } }")
            assert (await socket.receive())["payload"]["data"]["viewer"]["account"]["key"] == f"cus_{http.world.account_id}"

    async def test_with_a_wrong_key_is_closed(self, http: Http) -> None:
        async with Socket.connect(http) as socket:
            await socket.send(type="connection_init", payload={"Authorization": "Bearer pk_live_wrong"})
            assert await socket.closed() == 4403

    async def test_without_our_protocol_is_closed(self, http: Http) -> None:
        for protocols in ((), ("graphql-ws",), ("x", "y")):
            async with Socket.connect(http, protocols=protocols) as socket:
                assert await socket.closed() == 4406

    async def test_of_another_origin_is_refused(self, serve: Serve) -> None:
        http = await serve(cors_origins="https://app.example.com")
        for origin in ("https://evil.example.com", "null", "https://app.example.com.evil.com", f"{http.base}0"):
            with pytest.raises(WSServerHandshakeError) as refusal:
                await http.session.ws_connect(f"{http.base}/graphql", protocols=(PROTOCOL,), headers={"Origin": origin})
            assert refusal.value.status == 403, origin
        for origin in (http.base, "https://app.example.com"):
            async with Socket.open(http, headers={"Origin": origin}) as socket:
                await socket.subscribe("{ __typename }")
                assert (await socket.receive())["type"] == "next"

    async def test_of_our_own_pages_behind_a_proxy_with_tls(self, serve: Serve) -> None:
        http = await serve(base_url="https://centil.example.com:443/below")
        async with Socket.open(http, headers={"Origin": "https://centil.example.com"}) as socket:
            await socket.subscribe("{ __typename }")
            assert (await socket.receive())["type"] == "next"
        assert await refused(http, headers={"Origin": "http://centil.example.com"}) == 403

    async def test_that_says_nothing_is_closed_after_ten_seconds(self, http: Http, monkeypatch: pytest.MonkeyPatch) -> None:
        configured: list[timedelta] = []

        class Impatient(sockets.BaseGraphQLTransportWSHandler):  # type: ignore[type-arg]
            def __init__(self, *, connection_init_wait_timeout: timedelta, **options: Any) -> None:
                configured.append(connection_init_wait_timeout)
                super().__init__(connection_init_wait_timeout=timedelta(seconds=0.05), **options)

        monkeypatch.setattr(sockets, "BaseGraphQLTransportWSHandler", Impatient)
        async with Socket.connect(http) as socket:
            assert await socket.closed() == 4408
        assert configured == [timedelta(seconds=10)]

    async def test_with_a_message_that_is_none_is_closed(self, http: Http, caplog: pytest.LogCaptureFixture) -> None:
        """Q-17: whatever is sent, nothing fails in the server."""
        for message, code in NO_MESSAGES.items():
            async with Socket.open(http, key=None) as socket:
                await socket.client.send_str(message)
                assert await socket.closed() == code, message
        assert [record for record in caplog.records if record.exc_info] == []

    async def test_must_begin_with_its_beginning(self, http: Http) -> None:
        async with Socket.connect(http) as socket:
            await socket.subscribe("{ __typename }")
            assert await socket.closed() == 4401

    async def test_an_operation_that_cannot_run_is_an_error_and_the_socket_goes_on(self, http: Http) -> None:
        wrong = [{"query": query} for query in (1, None, "", "{", "{ nothing }")]
        async with Socket.open(http) as socket:
            known = {"query": "{ __typename }"}
            for payload in (*wrong, {**known, "operationName": "x"}, {**known, "variables": []}, {**known, "operationName": {"a": 1}}):
                await socket.send(type="subscribe", id="1", payload=payload)
                assert (await socket.receive())["type"] == "error", payload
            await socket.send(type="subscribe", id="1", payload=known)
            assert (await socket.receive())["payload"] == {"data": {"__typename": "Query"}}

    async def test_an_id_is_used_once_at_a_time(self, http: Http) -> None:
        async with Socket.open(http) as socket:
            await socket.subscribe(NEWS)
            await socket.subscribe(NEWS)
            assert await socket.closed() == 4409


@ONE_KIND
class TestLimits:
    """Q-16: nobody can take the room of others by opening sockets."""

    async def test_an_upgrade_is_a_request(self, serve: Serve) -> None:
        http = await serve(public_rate_limit=2)
        async with Socket.connect(http), Socket.connect(http):
            assert await refused(http) == 429
            async with Socket.open(http, key=None, headers={"Authorization": f"Bearer {http.world.key.secret}"}):
                pass

    async def test_a_wrong_key_of_the_upgrade_is_401(self, http: Http) -> None:
        assert await refused(http, headers={"Authorization": "Bearer pk_live_wrong"}) == 401

    async def test_guessing_keys_is_limited(self, serve: Serve) -> None:
        http = await serve(public_rate_limit=4)
        for number in range(2):
            async with Socket.connect(http) as socket:
                await socket.send(type="connection_init", payload={"Authorization": f"Bearer pk_live_{number}"})
                assert await socket.closed() == 4403
        assert await refused(http) == 429

    async def test_so_many_an_address_and_so_many_a_credential(self, http: Http, monkeypatch: pytest.MonkeyPatch) -> None:
        """A socket counts for its address until it shows a key."""
        assert sockets.SOCKETS_PER_CREDENTIAL == 20
        monkeypatch.setattr(sockets, "SOCKETS_PER_CREDENTIAL", 2)
        async with Socket.open(http), Socket.open(http), Socket.open(http, key=None):
            async with Socket.connect(http) as third:
                assert await refused(http) == 429
                await third.send(type="connection_init", payload={"Authorization": f"Bearer {http.world.key.secret}"})
                assert await third.closed() == 4403
            _other, key = await http.world.other_account()
            async with Socket.open(http, key=key.secret), Socket.open(http, key=None):
                pass

    async def test_a_socket_that_runs_nothing_is_closed(self, http: Http, monkeypatch: pytest.MonkeyPatch) -> None:
        assert sockets.IDLE_SECONDS == 30
        monkeypatch.setattr(sockets, "IDLE_SECONDS", 0.05)
        for key in (None, ""):
            async with Socket.connect(http) as socket:
                await socket.send(type="connection_init", payload={} if key is None else {"Authorization": http.world.key.secret})
                assert await socket.closed() == WSCloseCode.OK

    async def test_one_that_runs_something_is_not(self, http: Http, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(sockets, "IDLE_SECONDS", 0)
        ended = asyncio.Event()
        idle = sockets._Idle(ended.set)
        with idle.running():
            with idle.running():
                pass
            for _ in range(5):
                await asyncio.sleep(0)
            assert not ended.is_set()
        await asyncio.wait_for(ended.wait(), 30)

    async def test_operations_take_places_among_the_requests_in_flight(self, serve: Serve) -> None:
        http = await serve(requests_in_flight=1)
        async with Socket.open(http) as socket:
            with http.server.front.in_flight.one(None):
                await socket.subscribe("{ __typename }")
                refused = await socket.receive()
            assert (refused["type"], refused["payload"][0]["extensions"]["code"]) == ("error", "UNAVAILABLE")
            await socket.subscribe("{ __typename }")
            assert (await socket.receive())["type"] == "next"


@ONE_KIND
class TestEnds:
    async def test_more_streams_than_a_credential_may_have(self, http: Http, monkeypatch: pytest.MonkeyPatch) -> None:
        """Counted over all of its connections; one that ends makes room."""
        assert subscriptions.STREAMS_PER_CREDENTIAL == 20
        monkeypatch.setattr(subscriptions, "STREAMS_PER_CREDENTIAL", 2)
        with listening(http.world) as listeners:
            async with Socket.open(http) as one, Socket.open(http) as two:
                for socket, id in ((one, "a"), (two, "b")):
                    await socket.subscribe(NEWS, id=id)
                    await listeners.begun()
                await two.subscribe(NEWS, id="c")
                refused = await two.receive()
                assert (refused["type"], refused["payload"][0]["extensions"]["code"]) == ("error", "TOO_MANY_STREAMS")
                await one.send(type="complete", id="a")
                await listeners.ended()
                await one.subscribe("{ __typename }", id="d")
                assert (await one.receive())["type"] == "next"

    async def test_a_server_that_goes_away_says_so(self, http: Http) -> None:
        """Q-24: an open socket does not hold up the end of the process."""
        async with Socket.open(http) as busy, Socket.open(http) as idle:
            with listening(http.world) as listeners:
                await busy.subscribe(NEWS)
                await listeners.begun()
            http.server.end_streams()
            assert [await socket.closed() for socket in (busy, idle)] == [WSCloseCode.GOING_AWAY] * 2
            assert not http.world.database.signals.awaited

    async def test_a_failing_source_is_masked(self, http: Http, monkeypatch: pytest.MonkeyPatch) -> None:
        """Q-14."""

        async def broken(*_: Any) -> Any:
            raise RuntimeError("duplicate key (email)=(anna@example.com)")

        monkeypatch.setattr(events, "after", broken)
        async with Socket.open(http) as socket:
            await socket.subscribe(NEWS)
            refused = await socket.receive()
        assert (refused["type"], refused["payload"][0]["message"]) == ("error", MASKED)
        assert refused["payload"][0]["extensions"]["requestId"]

    async def test_a_slow_reader_is_dropped_at_64_kb(self, http: Http, monkeypatch: pytest.MonkeyPatch) -> None:
        """A client that does not read what it asked for keeps little waiting, whatever it asked for."""
        assert subscriptions.SLOWEST_BUFFER == 64 * 1024
        waiting = Waiting(monkeypatch)
        for number in range(9):
            await http.world.begin(await http.world.invite(f"p{number}@example.com"))
        with listening(http.world) as listeners:
            async with narrow_session() as session, Socket.open(http, session=session) as socket:
                stop_reading(http, socket.client._response)
                await socket.subscribe(LARGE)
                await listeners.ended()
                socket.client._response.connection.transport.abort()  # type: ignore[union-attr]
        assert 64 * 1024 < max(waiting.bytes) < 64 * 1024 + 20_000
        assert len(waiting.bytes) < 18
