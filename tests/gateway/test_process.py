"""The end of a server: balancers see that it ends before it stops listening, and nobody is cut off (Q-24)."""

import asyncio

import pytest
from aiohttp import ClientConnectorError, ClientSession

from gateway import process
from tests.support.http import Http

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


class TestDrain:
    async def test_says_that_it_is_not_ready_while_it_still_listens(self, http: Http, monkeypatch: pytest.MonkeyPatch) -> None:
        assert 0.5 <= process.NOTICE_SECONDS <= 2
        seen: list[int] = []

        async def look() -> None:
            async with ClientSession() as balancer, balancer.get(f"{http.base}/health/ready") as response:
                seen.append(response.status)

        monkeypatch.setattr(process, "_be_seen", look)
        [site] = http._runner.sites
        await process._drain(http.server, site)
        assert seen == [503]
        async with ClientSession() as late:
            with pytest.raises(ClientConnectorError):
                await late.get(f"{http.base}/health/ready")

    async def test_waits_for_what_was_begun(self, http: Http, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(process, "NOTICE_SECONDS", 0)
        streams_ended = asyncio.Event()
        monkeypatch.setattr(http.server.endpoint, "end_streams", streams_ended.set)
        [site] = http._runner.sites
        with http.server.front.in_flight.one(None):
            drain = asyncio.create_task(process._drain(http.server, site))
            await asyncio.wait_for(streams_ended.wait(), 30)
            assert not drain.done()
        await asyncio.wait_for(drain, 30)
