"""Erasing again what a restored backup brought back: the log of erasures lies beside the database, too (Q-11)."""

from collections.abc import Iterable
from datetime import datetime

import orjson

from domain.kernel.actor import Actor
from domain.kernel.ports import Files, Ports
from domain.privacy import commands
from domain.privacy.finishing import LOG_FOLDER, Logged, finish, keep


async def logged(files: Files) -> list[Logged]:
    """Every erasure that was ever done with these files beside the database."""
    return [_read(content) for name in await files.names(LOG_FOLDER) if (content := await files.get(name)) is not None]


def _read(content: bytes) -> Logged:
    told = orjson.loads(content)
    return Logged(told["account"], told["key"], told["candidate"], datetime.fromisoformat(told["requestedAt"]), told["actor"])


async def replay(ports: Ports, logs: Iterable[Logged]) -> int:
    """Erase those people again who are back; return how many. Nobody may be served before this has ended."""
    again = []
    for log in {log.key: log for log in logs}.values():
        await keep(ports.files, log)
        async with ports.database.work(Actor.system(log.account_id)) as uow:
            if await commands.erase_again(uow, log):
                again.append(log)
    for log in again:
        await finish.run(ports, log.account_id, log.key)
    return len(again)
