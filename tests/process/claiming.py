"""One request with an Idempotency-Key in a process of its own, which kills itself at a moment that it is told.

usage: python -m tests.process.claiming URL FOLDER SECRET MOMENT — the moment is a number of steps: each statement before it
runs, each commit before and after. Prints the steps and the answer if it lives to the end.
"""

import asyncio
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
import sqlalchemy as sa
from aiohttp import ClientSession, web

from domain.kernel.jobs import NoQueue
from gateway.app import make_server, open_for
from gateway.connection import Allowances, Runner
from gateway.settings import Settings
from tests.support.databases import SECRET

KEY = "kill-me-whenever-you-like"
BODY = {"name": "made at most once"}
QUERY = "mutation($name: String!) { createApiKey(input: {name: $name}) { ... on NewApiKey { secret apiKey { key name } } } }"


class Steps:
    """Notes steps by their kind, and kills the process at one of them."""

    def __init__(self, moment: int) -> None:
        self.done: list[str] = []
        self._moment = moment

    def note(self, kind: str) -> Callable[..., None]:
        """What notes a step of a kind."""

        def noted(*_: Any) -> None:
            self.done.append(kind)
            if len(self.done) == self._moment:
                os.kill(os.getpid(), signal.SIGKILL)

        return noted


async def ask(base: str, secret: str) -> tuple[int, bytes, str]:
    """Send the request; status, body and whether it was replayed."""
    headers = {"Authorization": f"Bearer {secret}", "Idempotency-Key": KEY}
    async with (
        ClientSession() as session,
        session.post(f"{base}/graphql", json={"query": QUERY, "variables": BODY}, headers=headers) as reply,
    ):
        return reply.status, await reply.read(), reply.headers.get("Idempotent-Replayed", "")


async def settle(base: str, secret: str) -> None:
    """Use the key once, so that the note of its use, which is written beside the answer, is no step of ours."""
    headers = {"Authorization": f"Bearer {secret}"}
    async with ClientSession() as session, session.get(f"{base}/api/v1/balance", headers=headers) as reply:
        assert reply.status == 200


async def main(url: str, folder: str, secret: str, moment: int) -> None:
    settings = Settings(var=Path(folder), database_url=url, secret=SECRET, log_level="error")
    database = await open_for(settings, NoQueue())
    steps = Steps(moment)
    server = make_server(settings, database)
    runner = Runner(server.app, allowances=Allowances(10), handle_signals=False, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    base = f"http://127.0.0.1:{runner.addresses[0][1]}"
    await settle(base, secret)
    await server.front.authenticator.close()
    engine = database.engine.sync_engine
    sa.event.listen(engine, "before_cursor_execute", steps.note("statement"))
    sa.event.listen(engine, "commit", steps.note("commit"))
    database.after_commit.append(steps.note("committed"))
    answer = await ask(base, secret)
    print(orjson.dumps([steps.done, answer[0], answer[1].decode(), answer[2]]).decode())  # noqa: T201
    await runner.cleanup()
    await database.close()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4])))
