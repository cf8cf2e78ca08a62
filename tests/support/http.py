"""The product over HTTP as tests call it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from aiohttp import ClientSession, web

from gateway.app import Server, make_server
from gateway.connection import Allowances, Runner
from tests.support.world import World


@dataclass
class Reply:
    """What came back."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        import orjson

        return orjson.loads(self.body)

    @property
    def text(self) -> str:
        return self.body.decode()


class Http:
    """A running server and a client with the account's key."""

    def __init__(self, world: World, server: Server, runner: Runner, session: ClientSession, base: str) -> None:
        self.world = world
        self.server = server
        self.base = base
        self._runner = runner
        self._session = session

    @classmethod
    async def open(cls, world: World, allowances: Allowances | None = None) -> "Http":
        server = make_server(world.settings, world.database)
        runner = Runner(server.app, allowances=allowances or Allowances(1000), handle_signals=False, access_log=None)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        base = f"http://127.0.0.1:{runner.addresses[0][1]}"
        return cls(world, server, runner, ClientSession(), base)

    async def close(self) -> None:
        await self._session.close()
        self.server.end_streams()
        await self._runner.cleanup()

    async def request(
        self, method: str, path: str, *, key: str | None = "", headers: Mapping[str, str] | None = None, **options: Any
    ) -> Reply:
        """Call a path; with the account's key unless another is given, without any for None."""
        sent = dict(headers or {})
        if key is not None:
            sent.setdefault("Authorization", f"Bearer {key or self.world.key.secret}")
        url = path if path.startswith("http") else self.base + path
        async with self._session.request(method, url, headers=sent, allow_redirects=False, **options) as response:
            return Reply(response.status, response.headers, await response.read())

    async def esc(self, method: str, path: str, **options: Any) -> Reply:
        """Call a path of the esc Profile API."""
        return await self.request(method, "/api/v1" + path, **options)

    async def graph(self, query: str, *, key: str | None = "", **variables: Any) -> Any:
        """Run an operation and give its data; errors fail the test."""
        answer = (await self.request("POST", "/graphql", key=key, json={"query": query, "variables": variables})).json()
        assert "errors" not in answer, answer["errors"]
        return answer["data"]

    async def graph_errors(self, query: str, *, key: str | None = "", **variables: Any) -> Any:
        """Run an operation that fails, and give its errors."""
        answer = (await self.request("POST", "/graphql", key=key, json={"query": query, "variables": variables})).json()
        assert answer.get("errors"), answer
        return answer["errors"]

    @property
    def session(self) -> ClientSession:
        return self._session
