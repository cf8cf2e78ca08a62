"""Servers and workers on one database, what their callers see, and the database itself."""

import asyncio
import email
import re
import signal
import sqlite3
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from email import policy
from pathlib import Path
from typing import Any

import orjson
import psycopg
import sqlalchemy as sa
from aiohttp import ClientSession

from domain.kernel.actor import Actor
from domain.kernel.jobs import WorkerBeat
from gateway import storage
from tests.support.served import CENTIL, PATIENCE, Served
from tests.support.world import World

SEND = "mutation($to: SendInviteInput!) { sendInvite(input: $to) { __typename ... on Invite { key } ... on Problem { code } } }"


class Peer:
    """A server as its callers see it; what listens to it takes it for the server of the tests in process."""

    def __init__(self, served: Served, world: World, session: ClientSession) -> None:
        self.served = served
        self.world = world
        self.session = session

    @property
    def base(self) -> str:
        return self.served.base

    @property
    def process(self) -> asyncio.subprocess.Process:
        assert self.served.process is not None
        return self.served.process

    async def graph(self, query: str, *, key: str = "", **variables: Any) -> Any:
        """Run an operation and give its data."""
        headers = {"Authorization": f"Bearer {key or self.world.key.secret}"}
        async with self.session.post(f"{self.base}/graphql", json={"query": query, "variables": variables}, headers=headers) as response:
            answer = await response.json()
        assert "errors" not in answer, answer
        return answer["data"]

    async def send(self, address: str, *, key: str = "") -> str:
        """Invite somebody, and return the key of the invite."""
        sent = (await self.graph(SEND, key=key, to={"email": address}))["sendInvite"]
        assert sent["__typename"] == "Invite", sent
        return str(sent["key"])

    async def send_slowly(self, address: str, go_on: asyncio.Event) -> str:
        """Invite somebody, but send half of what there is to say only when told to go on."""
        said = orjson.dumps({"email": address})

        async def parts() -> AsyncIterator[bytes]:
            yield said[:10]
            await go_on.wait()
            yield said[10:]

        headers = {"Authorization": f"Bearer {self.world.key.secret}", "Content-Type": "application/json"}
        async with self.session.post(f"{self.base}/api/v1/invites", data=parts(), headers=headers) as response:
            assert response.status == 201, await response.text()
            return str((await response.json())["data"]["invite_id"])

    async def get(self, path: str, session: ClientSession | None = None) -> tuple[int, Any]:
        async with (session or self.session).get(self.base + path) as response:
            return response.status, await response.json()

    async def until_in_flight(self, count: int) -> None:
        """Come back when so many requests are being worked on, beside the one that asks."""
        async with asyncio.timeout(PATIENCE):
            while True:
                async with self.session.get(f"{self.base}/metrics") as response:
                    found = re.search(r"^centil_requests_in_flight (\S+)$", await response.text(), re.MULTILINE)
                assert found is not None
                if float(found[1]) == count + 1:
                    return
                await asyncio.sleep(0.05)


class Installation:
    """An account, its database, and the processes that serve it."""

    def __init__(self, world: World, session: ClientSession) -> None:
        self.world = world
        self.session = session
        self._processes: list[asyncio.subprocess.Process] = []

    async def serve(self, folder: str = "", **settings: str) -> Peer:
        """Start a server; each folder is a machine of its own."""
        served = self._served(folder, settings)
        peer = Peer(served, self.world, self.session)
        await served.start()
        self._processes.append(peer.process)
        return peer

    async def again(self, peer: Peer) -> None:
        """Start a server that has ended, at the same place."""
        await peer.served.start()
        self._processes.append(peer.process)

    async def work(self, folder: str = "", **settings: str) -> asyncio.subprocess.Process:
        """Start a worker."""
        process = await self.run("worker", folder, **settings)
        self._processes.append(process)
        return process

    async def run(self, command: str, folder: str = "", **settings: str) -> asyncio.subprocess.Process:
        """Start any command, and leave it to the caller."""
        pipe = asyncio.subprocess.PIPE
        environment = self._served(folder, settings).environment
        return await asyncio.create_subprocess_exec(*CENTIL, *command.split(), env=environment, stdout=pipe, stderr=pipe)

    def _served(self, folder: str, settings: dict[str, str]) -> Served:
        place = self.world.settings.var / folder
        place.mkdir(exist_ok=True)
        return Served(place, self.world.settings.database_url, {"PUBLIC_RATE_LIMIT": "1000000", **settings})

    async def close(self) -> None:
        for process in self._processes:
            if process.returncode is None:
                process.kill()
                await process.wait()

    @contextmanager
    def writers_held(self) -> Iterator[None]:
        """Let no write of the account go on until the block ends."""
        url = self.world.settings.database
        connection: Any
        if self.world.settings.on_sqlite:
            connection = sqlite3.connect(str(url.database), isolation_level=None)
            connection.execute("BEGIN IMMEDIATE")
        else:
            connection = psycopg.connect(url.render_as_string(hide_password=False))
            connection.execute(f"SELECT 1 FROM account WHERE account_id = {self.world.account_id} FOR UPDATE")
        try:
            yield
        finally:
            connection.close()

    async def workers_are_late(self) -> None:
        """Let the time pass after which workers that died count as dead."""
        async with self.world.database.work(Actor.system()) as uow:
            await uow.session.execute(sa.update(WorkerBeat).values(at=uow.now - timedelta(minutes=1)))

    def mails(self, *folders: str) -> Counter[str]:
        """How often each mail was written, by its Message-ID."""
        paths = [path for folder in (folders or ("",)) for path in (self.world.settings.var / folder / "mail").glob("*.eml")]
        return Counter(message_id(path) for path in paths)

    async def until(self, holds: Callable[[], bool]) -> None:
        """Come back when other processes have got so far."""
        async with asyncio.timeout(PATIENCE):
            while not await asyncio.to_thread(holds):  # noqa: ASYNC110  other processes get there
                await asyncio.sleep(0.05)

    def query(self, text: str) -> list[Any]:
        """What is stored, as the owner of the database sees it; `{dbos}` is where the job engine's tables are."""
        engine = sa.create_engine(storage.sync_url(self.world.settings), poolclass=sa.NullPool)
        with engine.connect() as connection:
            place = "" if self.world.settings.on_sqlite else "dbos."
            return list(connection.execute(sa.text(text.format(dbos=place))))

    def jobs(self) -> Counter[str]:
        """How many jobs there are of each status, without those that come by themselves."""
        counted = self.query("SELECT status, count(*) FROM {dbos}workflow_status WHERE name = 'centil.job' GROUP BY status")
        return Counter({row[0]: row[1] for row in counted})


def message_id(path: Path) -> str:
    return str(email.message_from_bytes(path.read_bytes(), policy=policy.default)["Message-ID"])


async def ended(process: asyncio.subprocess.Process, number: int = signal.SIGTERM) -> int:
    """End a process, and return how it ended."""
    if process.returncode is None:
        process.send_signal(number)
    return await asyncio.wait_for(process.wait(), PATIENCE)
