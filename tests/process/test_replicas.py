"""Several processes on one database: what one does the others know, and jobs run where they are told to."""

import asyncio

import pytest

from tests.gateway.listening import NEWS, Socket, Stream
from tests.process.installation import Installation, ended

SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
POSTGRESQL = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)


@POSTGRESQL
async def test_two_servers_and_a_worker_are_one_product(installation: Installation) -> None:
    """Q-25, Q-9: who listens to one server hears what happens through the other; servers without jobs only store them."""
    here, there = await asyncio.gather(installation.serve("here", WORKER="false"), installation.serve("there", WORKER="false"))
    async with Stream.open(there, NEWS, after=0) as stream, Socket.open(there) as socket:
        await socket.subscribe(NEWS, after=0)
        first = await here.send("anna@example.com")  # from here on both listen, whenever they began to
        for heard in ([one.data["data"]["inviteChanged"] for one in await stream.news(1)], await socket.news(1)):
            assert [(one["type"], one["invite"]["key"]) for one in heard] == [("SENT", first)]
        second = await here.send("ben@example.com")
        [by_stream], [by_socket] = await asyncio.wait_for(asyncio.gather(stream.news(1), socket.news(1)), 8)  # they would look after 10 s
        assert by_stream.data["data"]["inviteChanged"] == by_socket
        assert by_socket["invite"]["key"] == second

        assert installation.jobs() == {"ENQUEUED": 2}
        worker = await installation.work("worker")
        mailed = [one["type"] for one in await socket.news(2)]
        assert mailed == ["MAILED", "MAILED"]
    await installation.until(lambda: installation.jobs() == {"SUCCESS": 2})
    assert sorted(installation.mails("worker").values()) == [1, 1]
    assert installation.mails("here", "there") == {}
    assert await ended(worker) == 0


@SQLITE
async def test_a_server_and_a_worker_share_a_file(installation: Installation) -> None:
    server = await installation.serve(WORKER="false")
    async with Socket.open(server) as socket:
        await socket.subscribe(NEWS, after=0)
        key = await server.send("anna@example.com")
        assert [one["type"] for one in await socket.news(1)] == ["SENT"]
        assert installation.jobs() == {"ENQUEUED": 1}
        worker = await installation.work()
        assert [(one["type"], one["invite"]["key"]) for one in await socket.news(1)] == [("MAILED", key)]
    await installation.until(lambda: installation.jobs() == {"SUCCESS": 1})
    assert list(installation.mails().values()) == [1]
    assert await ended(worker) == 0
