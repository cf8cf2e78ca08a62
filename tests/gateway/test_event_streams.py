"""The subscription of all events, over both transports: in order, resumable, permission asked anew, on any replica (Q-25)."""

import asyncio
from typing import Any

from domain.access import commands
from domain.kernel.clock import Clock
from domain.kernel.events import last
from domain.kernel.jobs import NoQueue
from domain.kernel.permissions import Permission
from domain.teams import commands as teams
from gateway.app import open_for
from tests.gateway.listening import Socket, Stream, listening
from tests.support.http import Http

ALL = "subscription($types: [EventType!], $after: BigInt) { events(types: $types, after: $after) { sequence name facts subjectKey } }"
WITH_PEOPLE = "subscription { events(after: 0, types: [CANDIDATE_ADDED]) { name subject { ... on Candidate { email } } } }"


async def start_of(http: Http) -> int:
    return await last(http.world.database.read(), http.world.account_id)


async def over_sse(stream: Stream, count: int) -> list[Any]:
    return [one.data["data"]["events"] for one in await stream.news(count)]


async def over_socket(socket: Socket, count: int) -> list[Any]:
    found = [await socket.receive() for _ in range(count)]
    return [message["payload"]["data"]["events"] for message in found]


async def write(http: Http, name: str, count: int = 20) -> None:
    for number in range(count):
        async with http.world.work() as uow:
            await teams.create(uow, title=f"{name} {number}")
            await teams.create(uow, title=f"{name} {number}, too")


class TestBothTransports:
    async def test_tell_the_same_from_the_same_number_on(self, http: Http) -> None:
        await http.world.complete()
        everything = await start_of(http)
        async with Stream.open(http, ALL, after=0) as stream, Socket.open(http) as socket:
            await socket.subscribe(ALL, after=0)
            by_stream, by_socket = await over_sse(stream, everything), await over_socket(socket, everything)
        assert by_stream == by_socket
        assert [one["sequence"] for one in by_stream] == list(range(1, everything + 1))

    async def test_tell_the_types_that_were_asked_for(self, http: Http) -> None:
        invite, attempt = await http.world.complete()
        async with Stream.open(http, ALL, after=0, types=["INVITE_COMPLETED", "RESULT_RECORDED"]) as stream:
            told = await over_sse(stream, 2)
        assert [(one["name"], one["subjectKey"]) for one in told] == [("result.recorded", str(attempt)), ("invite.completed", invite)]

    async def test_go_on_while_many_write_without_gap_or_repeat(self, http: Http) -> None:
        """Readers leave and come back in the middle; one by Last-Event-ID, the other by number."""
        start = await start_of(http)
        writing = [asyncio.create_task(write(http, name)) for name in ("a", "b")]
        seen, told = str(start), list[int]()
        while len(told) < 80:
            async with Stream.open(http, ALL, seen=seen) as stream:
                news = await stream.news(min(13, 80 - len(told)))
            told += [one.data["data"]["events"]["sequence"] for one in news]
            seen = str(news[-1].id)
        reached, by_socket = start, list[int]()
        while len(by_socket) < 80:
            async with Socket.open(http) as socket:
                await socket.subscribe(ALL, after=reached)
                by_socket += [one["sequence"] for one in await over_socket(socket, min(17, 80 - len(by_socket)))]
            reached = by_socket[-1]
        await asyncio.gather(*writing)
        assert told == by_socket == list(range(start + 1, start + 81))

    async def test_hear_what_another_process_did(self, http: Http) -> None:
        """By LISTEN on PostgreSQL, by the file's counter on SQLite; sooner than they would look by themselves."""
        elsewhere = await open_for(http.world.settings, NoQueue(), Clock())
        with listening(http.world) as listeners:
            async with Stream.open(http, ALL) as stream:
                await listeners.begun()
                async with elsewhere.work(http.world.actor) as uow:
                    await teams.create(uow, title="Elsewhere")
                [told] = await asyncio.wait_for(over_sse(stream, 1), 8)
        await elsewhere.close()
        assert told["name"] == "team.created"


class TestPermission:
    async def test_is_asked_before_and_with_every_event(self, http: Http) -> None:
        """Q-4: also for what is selected below an event."""
        async with http.world.work() as uow:
            auditor = await commands.create_key(uow, name="Audit", permissions=[Permission.EVENTS_READ])
            other = await commands.create_key(uow, name="Other", permissions=[Permission.INVITES_READ])
        async with Socket.open(http, key=other.secret) as socket:
            await socket.subscribe(ALL, after=0)
            assert (await socket.receive())["payload"][0]["extensions"]["code"] == "FORBIDDEN"
        async with Socket.open(http, key=auditor.secret) as socket:
            await socket.subscribe(WITH_PEOPLE)
            assert (await socket.receive())["payload"][0]["extensions"]["code"] == "FORBIDDEN"
            await socket.subscribe(ALL, id="2", types=["TEAM_CREATED"], after=0)
            async with http.world.work() as uow:
                await teams.create(uow, title="Before")
            assert [one["name"] for one in await over_socket(socket, 1)] == ["team.created"]
            async with http.world.work() as uow:
                await commands.revoke_key(uow, auditor.key)
                await teams.create(uow, title="After")
            refused = await socket.receive()
            assert refused["payload"]["errors"][0]["extensions"]["code"] == "UNAUTHORIZED"
            assert refused["payload"].get("data") is None

    async def test_other_accounts_are_not_heard(self, http: Http) -> None:
        """Q-1."""
        other, _key = await http.world.other_account()
        async with Stream.open(http, ALL, after=await start_of(http)) as stream:
            async with http.world.work(other) as uow:
                await teams.create(uow, title="Theirs")
            async with http.world.work() as uow:
                own = await teams.create(uow, title="Own")
            assert [one["subjectKey"] for one in await over_sse(stream, 1)] == [str(own)]
