"""kill -9 at every moment of a request with an Idempotency-Key: its effect is there once, and the next has the answer (Q-10)."""

import asyncio
import signal
import sys
from typing import Any

import orjson
import psycopg
import pytest
from sqlalchemy import select

from domain.access.model import ApiKey
from domain.idempotency.model import IdempotentRequest
from tests.process.claiming import BODY, ask
from tests.structure.places import ROOT
from tests.support.http import Http
from tests.support.world import World

PATIENCE = 60


async def run(world: World, url: str, moment: int) -> tuple[int, list[Any] | None]:
    """Let a process ask once and be killed at a moment; how it ended, and what it said if it lived."""
    arguments = (url, str(world.settings.var), world.key.secret, str(moment))
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.process.claiming", *arguments), stdout=asyncio.subprocess.PIPE, cwd=ROOT
    )
    out, _ = await asyncio.wait_for(process.communicate(), PATIENCE)
    assert process.returncode is not None
    return process.returncode, orjson.loads(out) if process.returncode == 0 else None


async def gone(world: World, url: str) -> None:
    """Come back when the server of PostgreSQL has noticed, too, that the process is dead."""
    if world.settings.on_sqlite:
        return
    theirs = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'"
    async with asyncio.timeout(PATIENCE):
        connection = await psycopg.AsyncConnection.connect(url, autocommit=True)
        async with connection:
            while (await (await connection.execute(theirs)).fetchone()) != (0,):  # noqa: ASYNC110  the server gets there
                await asyncio.sleep(0.01)


async def standing(world: World) -> tuple[int, list[tuple[bool, bool]]]:
    """How often it was done, and what is recorded of it: what it made, its answer."""
    async with world.work() as uow:
        keys = await uow.session.execute(select(ApiKey.key).where(ApiKey.account_id == world.account_id, ApiKey.name == BODY["name"]))
        mine = select(IdempotentRequest.made, IdempotentRequest.answer).where(IdempotentRequest.account_id == world.account_id)
        rows = (await uow.session.execute(mine)).all()
    return len(keys.all()), [(row.made is not None, row.answer is not None) for row in rows]


async def forget(world: World) -> None:
    """Let the key be as good as new, and the next effect be the first."""
    async with world.work() as uow:
        await uow.session.execute(ApiKey.__table__.delete().where(ApiKey.account_id == world.account_id, ApiKey.name == BODY["name"]))  # type: ignore[attr-defined]
        table: Any = IdempotentRequest.__table__
        await uow.session.execute(table.delete().where(table.c.account_id == world.account_id))


async def is_done_once(world: World, url: str, http: Http, moment: int) -> tuple[int, list[tuple[bool, bool]]]:
    """Kill a process at a moment and ask again twice: one effect, one answer; return how things stood in between."""
    assert await run(world, url, moment) == (-signal.SIGKILL, None)
    await gone(world, url)
    done, recorded = await standing(world)
    replies = [await ask(http.base, world.key.secret) for _ in range(2)]
    assert [reply[0] for reply in replies] == [200, 200]
    assert replies[0][1] == replies[1][1]
    assert [reply[2] for reply in replies] == ["true" if done else "", "true"]
    secret = orjson.loads(replies[0][1])["data"]["createApiKey"]["secret"]
    assert (await http.esc("GET", "/balance", key=secret)).status == 200
    assert await standing(world) == (1, [(True, True)])
    await forget(world)
    return done, recorded


async def steps(world: World, url: str, http: Http) -> list[str]:
    """The steps of a request that lives, whose answer is known afterwards."""
    code, said = await run(world, url, 0)
    assert (code, said and said[1]) == (0, 200)
    assert said is not None
    again = await ask(http.base, world.key.secret)
    assert (again[1].decode(), again[2]) == (said[2], "true")
    await forget(world)
    return list(said[0])


async def test_is_done_once_when_it_is_killed_around_its_commits(world: World, database_url: str, http: Http) -> None:
    """Nothing before the commit, the effect with its record after it, and the answer with the second.

    What is answered carries a secret that is shown once: it is that of the one effect.
    """
    taken = await steps(world, database_url, http)
    commit, committed = taken.index("commit") + 1, taken.index("committed") + 1
    assert await is_done_once(world, database_url, http, commit) == (0, [])
    assert await is_done_once(world, database_url, http, committed) == (1, [(True, False)])
    assert await is_done_once(world, database_url, http, len(taken)) == (1, [(True, True)])


@pytest.mark.long
async def test_is_done_once_wherever_it_is_killed(world: World, database_url: str, http: Http) -> None:
    taken = await steps(world, database_url, http)
    assert len(taken) > 8
    seen = [await is_done_once(world, database_url, http, moment) for moment in range(1, len(taken) + 1)]
    assert sorted(seen) == seen, "what was done stays done"
    assert {(0, ()), (1, ((True, False),)), (1, ((True, True),))} == {(done, tuple(recorded)) for done, recorded in seen}
