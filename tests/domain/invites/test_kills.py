"""Processes that are killed while people complete the questionnaire (Q-8, Q-9)."""

import asyncio
import random
import signal
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from sqlalchemy import select

from domain.billing import credits
from domain.billing.model import CreditEntry
from domain.invites.model import Attempt, Invite
from domain.kernel.events import Event
from domain.results.model import Result
from tests.domain.invites import taking
from tests.support.world import CREDITS, World, some_answers

ROOT = Path(__file__).parents[3]
KILLS = 10
FARTHEST = 400
"""Statements; a person takes about thirty."""
PATIENCE = 60
"""Seconds until the server must have noticed that a client is gone."""


async def run_and_kill(world: World, url: str, statements: int) -> None:
    """Let a process take the questionnaire and kill it after so many statements, wherever it is by then."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.domain.invites.taking", url, str(world.settings.var), str(world.account_id)),
        stdout=asyncio.subprocess.PIPE,
        cwd=ROOT,
    )
    assert process.stdout is not None
    await process.stdout.readexactly(statements)
    process.kill()
    await process.stdout.read()
    assert await process.wait() == -signal.SIGKILL


async def run_and_kill_on(world: World, url: str, statements: int) -> None:
    """The same, until the server of PostgreSQL has also noticed."""
    if world.settings.on_sqlite:
        await run_and_kill(world, url, statements)
        return
    watcher = await asyncpg.connect(url)
    began = await watcher.fetchval("SELECT clock_timestamp()")
    await run_and_kill(world, url, statements)
    theirs = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND backend_start > $1"
    async with asyncio.timeout(PATIENCE):
        while await watcher.fetchval(theirs, began):
            pass
    await watcher.close()


async def rows(world: World, *columns: Any) -> list[Any]:
    async with world.work() as uow:
        found = await uow.session.execute(select(*columns).where(columns[0].class_.account_id == world.account_id))
        return list(found.all())


async def completed(world: World) -> int:
    """How many attempts are completed, when ledger, attempts, invites, results and events all say the same."""
    attempts = await rows(world, Attempt.attempt_id, Attempt.invite_key, Attempt.status, Attempt.answers)
    invites = {row.key: row.status for row in await rows(world, Invite.key, Invite.status)}
    done = Counter(row.attempt_id for row in attempts if row.status == "completed")
    assert Counter(row.attempt_id for row in await rows(world, Result.attempt_id)) == done
    spent = await rows(world, CreditEntry.reference, CreditEntry.amount)
    assert Counter(row.reference for row in spent if row.amount < 0) == Counter(f"attempt:{attempt}" for attempt in done)
    for row in attempts:
        assert invites[row.invite_key] == ("completed" if row.status == "completed" else "started")
        assert row.answers in ([None] * 115, taken(row.attempt_id))
    begun = {row.invite_key for row in attempts}
    assert {status for key, status in invites.items() if key not in begun} <= {"pending"}
    noted = await rows(world, Event.sequence, Event.type, Event.facts)
    assert sorted(row.sequence for row in noted) == list(range(1, len(noted) + 1))
    assert Counter(row.facts["attempt"] for row in noted if row.type == "invite.completed") == done
    balance = await world.balance()
    assert (balance.used, balance.available) == (len(done), sum(row.amount for row in spent))
    return len(done)


def taken(attempt: int) -> list[int]:
    """All answers that the process gives."""
    return list(some_answers(attempt).values())


@pytest.mark.long
@pytest.mark.timeout(900)
async def test_kills_leave_every_completion_whole(world: World, database_url: str) -> None:
    """None is completed without its result and its credit, none is paid for twice, and all go on where they stopped."""
    async with world.work() as uow:
        await credits.grant(uow, 10_000, reference="enough")
    dice, before = random.Random(2026), 0
    for _ in range(KILLS):
        await run_and_kill_on(world, database_url, dice.randint(1, FARTHEST))
        after = await completed(world)
        assert after >= before
        before = after
    left = await taking.unfinished(world.database, world.account_id)
    assert len(left) <= taking.LANES
    for key in left:
        await taking.take(world.database, world.account_id, key)
    assert await completed(world) == before + len(left) > KILLS
    assert (await world.balance()).granted == CREDITS + 10_000
