"""A server with one account, as candidates meet it."""

import json
import re
import sqlite3
from dataclasses import dataclass
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg
from aiohttp.test_utils import TestClient

from domain.access import commands as access
from domain.instruments import bank
from domain.invites import attempts, commands, links
from domain.kernel.actor import Actor
from domain.kernel.clock import MovableClock
from domain.kernel.database import Database
from gateway.app import Server
from gateway.settings import Settings
from tests.support.world import World

COMPANY = "Nordlicht Werke GmbH"


@dataclass
class House:
    """A running server and its account."""

    world: World
    server: Server
    client: TestClient[Any, Any]

    @property
    def settings(self) -> Settings:
        return self.world.settings

    @property
    def database(self) -> Database:
        return self.world.database

    @property
    def clock(self) -> MovableClock:
        return self.world.clock

    @property
    def account_id(self) -> int:
        return self.world.account_id

    async def work(self, command: Any, **arguments: Any) -> Any:
        """Run a command as the account."""
        async with self.database.work(Actor.system(self.account_id)) as uow:
            return await command(uow, **arguments)

    async def invite(self, email: str = "kim@example.com", name: str = "Kim Muster", **details: Any) -> str:
        """Invite somebody and return the path of their link."""
        key = await self.work(commands.send, email=email, name=name, **details)
        return await self.path_of(key)

    async def path_of(self, key: str) -> str:
        return urlsplit(links.invite_link(self.database.environment, self.account_id, key)).path

    async def change_account(self, **changes: Any) -> None:
        await self.work(access.change_account, changes=changes)

    async def cancel(self) -> None:
        await self.work(commands.cancel, key=self.one("select key from invite")[0])

    async def answer_all(self, value: int = 4) -> None:
        """Answer everything, without the pages."""
        number = self.one("select attempt_id from attempt")[0]
        items = bank.instrument(bank.PROFILE, "1.0").items
        await self.work(attempts.save, attempt_id=number, answers={item.key: value for item in items})

    def rows(self, sql: str) -> list[Any]:
        """Look into the database as it is on disk."""
        connection = self.connection()
        try:
            return list(connection.execute(sql).fetchall())
        finally:
            connection.close()

    def connection(self) -> Any:
        """A connection of its own, on which every statement commits at once."""
        url = self.settings.database
        if url.get_backend_name() == "sqlite":
            return sqlite3.connect(str(url.database), isolation_level=None)
        return psycopg.connect(url.render_as_string(hide_password=False), autocommit=True)

    def one(self, sql: str) -> Any:
        [row] = self.rows(sql)
        return row

    def events(self) -> list[str]:
        return [row[0] for row in self.rows("select type from event order by account_id, sequence")]

    async def get(self, path: str, **options: Any) -> tuple[int, str]:
        """Open a page without going on to another one."""
        async with self.client.get(path, allow_redirects=False, **options) as response:
            return response.status, unescape(await response.text())

    async def post(self, path: str, **data: Any) -> tuple[int, str]:
        """Send a form; return the status, and where it leads or what it shows."""
        async with self.client.post(path, data=data, allow_redirects=False) as response:
            return response.status, response.headers.get("Location") or unescape(await response.text())

    async def begun(self, language: str = "de") -> str:
        """Invite somebody who then begins; return the path of their link."""
        path = await self.invite(language=language)
        status, _ = await self.post(f"{path}/begin")
        assert status == 303
        return path


def names_of_radios(html: str) -> list[str]:
    """The statements on a page, in their order."""
    return list(dict.fromkeys(re.findall(r'type="radio" name="([a-z_0-9]+)"', html)))


def answers_given(house: House) -> list[int]:
    """The answers that were given so far, in the order they are asked."""
    answers = house.one("select answers from attempt")[0]
    listed = json.loads(answers) if isinstance(answers, str) else answers  # an array on PostgreSQL
    stored = sorted(zip(positions(), listed, strict=True))
    return [value for _, value in stored if value is not None]


def positions() -> list[int]:
    """For each place in the stored answers, when its item is asked."""
    instrument = bank.instrument(bank.PROFILE, "1.0")
    asked = {item.key: number for number, item in enumerate(instrument.asked)}
    return [asked[item.key] for item in instrument.items]


def mails(folder: Path) -> list[Path]:
    return sorted((folder / "mail").glob("*.eml"))
