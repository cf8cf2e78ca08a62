"""A process in which people take the questionnaire, several at a time and on and on, until it is killed.

It writes a dot for every statement that it sends, so that whoever kills it knows how far it is.
"""

import asyncio
import os
import sys
from pathlib import Path
from typing import Any

from sqlalchemy import event, select

from domain.invites import attempts, commands
from domain.invites.model import Invite
from domain.invites.status import OPEN
from domain.kernel.actor import Actor
from domain.kernel.clock import MovableClock
from domain.kernel.database import Database
from domain.kernel.jobs import NoQueue
from gateway.app import open_for
from gateway.settings import Settings
from tests.support.databases import SECRET
from tests.support.world import START, some_answers

LANES = 3


async def unfinished(database: Database, account_id: int) -> list[str]:
    """The invites that somebody left in the middle."""
    async with database.work(Actor.system(account_id)) as uow:
        found = select(Invite.key).where(Invite.account_id == account_id, Invite.status.in_(OPEN)).order_by(Invite.key)
        return list((await uow.session.execute(found)).scalars())


async def send(database: Database, account_id: int, number: int) -> str:
    async with database.work(Actor.system(account_id)) as uow:
        return await commands.send(uow, email=f"p{number}@example.com", name="", send_email=False)


async def take(database: Database, account_id: int, key: str) -> None:
    """Begin an invite or go on with it, and complete it."""
    actor = Actor.candidate(account_id, key)
    async with database.work(actor) as uow:
        attempt = await attempts.start(uow, key)
    async with database.work(actor) as uow:
        await attempts.save(uow, attempt, some_answers(attempt))
    async with database.work(actor) as uow:
        await attempts.complete(uow, attempt)


async def main(url: str, folder: str, account_id: int) -> None:
    settings = Settings(var=Path(folder), database_url=url, secret=SECRET, log_level="error")
    database = await open_for(settings, NoQueue(), MovableClock(START))
    left = await unfinished(database, account_id)
    event.listen(database.engine.sync_engine, "before_cursor_execute", _dot)
    event.listen(database.engine.sync_engine, "commit", _dot)

    async def lane(number: int) -> None:
        while True:
            await take(database, account_id, left.pop() if left else await send(database, account_id, number))

    await asyncio.gather(*(lane(number) for number in range(LANES)))


def _dot(*_: Any) -> None:
    os.write(1, b".")


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2], int(sys.argv[3])))
