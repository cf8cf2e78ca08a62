"""How a server ends: what was begun is finished, nothing new is taken, and the next one goes on (Q-24)."""

import asyncio
import signal

import pytest
from aiohttp import ClientConnectorError, ClientSession, WSCloseCode, WSMsgType

from domain.invites import queries
from tests.gateway.listening import NEWS, Socket, Stream
from tests.process.installation import Installation, ended


async def test_a_server_told_to_stop_finishes_what_was_begun_and_the_next_goes_on(installation: Installation) -> None:
    """SIGTERM: a request in flight is answered, streams end, new connections are refused, the exit code is 0.

    A second start keeps the data and the key, and does the job that was stored last.
    """
    peer = await installation.serve(WORKER="false")
    assert await peer.get("/health/live") == (200, {"status": "alive"})
    before = await peer.send("before@example.com")
    async with ClientSession() as kept, Socket.open(peer) as socket, Stream.open(peer, NEWS) as stream:
        assert await peer.get("/health/ready", kept) == (200, {"status": "ready"})
        go_on = asyncio.Event()
        sending = asyncio.create_task(peer.send_slowly("anna@example.com", go_on))
        await peer.until_in_flight(3)  # and two streams
        peer.process.send_signal(signal.SIGTERM)
        assert await stream.receive() is None, "it ends whole, without `complete`: the client goes on elsewhere"
        goodbye = await socket.client.receive(timeout=30)
        assert (goodbye.type, goodbye.data) == (WSMsgType.CLOSE, WSCloseCode.GOING_AWAY)
        async with ClientSession() as new:
            with pytest.raises(ClientConnectorError):
                await peer.get("/health/live", new)
        assert await peer.get("/health/ready", kept) == (503, {"status": "draining"})
        assert not sending.done()
        go_on.set()
        key = await asyncio.wait_for(sending, 30)
    assert await ended(peer.process) == 0
    assert "Traceback" not in peer.served.log.read_text()
    assert installation.mails() == {}

    again = await installation.serve()
    listed = await again.graph("{ invites(first: 10) { nodes { key } } balance { available } }")
    assert listed == {"invites": {"nodes": [{"key": key}, {"key": before}]}, "balance": {"available": 100}}
    await installation.until(lambda: len(installation.mails()) == 2)
    await installation.until(lambda: installation.jobs() == {"SUCCESS": 2})
    assert set(installation.mails().values()) == {1}
    read = installation.world.database.read()
    sent = await queries.by_keys(read, installation.world.account_id, [key, before])
    assert all(invite.sent_at for invite in sent.values())
    assert await ended(again.process, signal.SIGINT) == 0
    assert "Traceback" not in again.served.log.read_text()


@pytest.mark.long
async def test_a_server_told_to_stop_while_it_starts_stops(installation: Installation) -> None:
    peer = await installation.serve()  # it has greeted, and launches its jobs now
    assert await ended(peer.process) == 0
    assert "Traceback" not in peer.served.log.read_text()
