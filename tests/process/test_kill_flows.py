"""kill -9 while candidates walk flows: no step falls, each is asked and mailed once, each completion is paid once."""

import asyncio
import random
import time
from collections import Counter, defaultdict
from typing import Any

import orjson
import pytest

from tests.process.installation import Installation, Peer
from tests.process.killing import IN_HAND, TAKEN, Killer, prepared
from tests.process.writing import COMPLETE, SAVE, START, Writers, mutation
from tests.support.world import some_answers

FLOW = mutation("createFlow", "Flow")
ASSIGN = mutation("assignToFlow", "FlowAssignment")
ATTEMPTS = "query($key: ID!) { flowAssignment(key: $key) { attempts { taking mailedAt } } }"
EASY, IMPOSSIBLE = 0, 100
"""Thresholds that everybody reaches, and nobody."""
ASKED = ["added", "step_asked 1", "step_mailed 1", "step_started 1"]
PASSED = [*ASKED, "step_passed 1", "step_asked 2", "step_mailed 2"]
FAILED = [*ASKED, "step_failed 1", "failed"]


class Walkers(Writers):
    """Candidates who are put on one of two flows, wait for their mail and complete the first step, each of them twice."""

    def __init__(self, peer: Peer, key: str) -> None:
        super().__init__(peer, key)
        self.passing: dict[int, int] = {}
        """Which attempt each assignment took that passes."""
        self.failing: dict[int, int] = {}

    async def walk(self, count: int, at_once: int) -> None:
        """Let so many candidates go; every third is on the flow whose first step nobody passes."""
        flows = [await self._flow(EASY), await self._flow(EASY), await self._flow(IMPOSSIBLE)]
        waiting = iter(range(count))

        async def client() -> None:
            for number in waiting:
                await self._go(number, flows[number % 3], self.failing if number % 3 == 2 else self.passing)

        async with asyncio.TaskGroup() as clients:
            for _ in range(at_once):
                clients.create_task(client())

    async def _flow(self, threshold: float) -> int:
        steps = [{"instrument": "escprofile", "passThreshold": each} for each in (threshold, EASY)]
        return int((await self._acknowledged("flow", FLOW, name=f"From {threshold}", steps=steps))["key"])

    async def _go(self, number: int, flow: int, into: dict[int, int]) -> None:
        made = await self._acknowledged("assign", ASSIGN, flow=str(flow), email=f"walker{number}@example.com")
        attempt = (await self._acknowledged("start", START, invite=await self._mailed(made["key"])))["key"]
        given = [{"item": item, "value": value} for item, value in some_answers(number).items()]
        await self._acknowledged("save", SAVE, attempt=attempt, answers=given)
        twice = (self._acknowledged("complete", COMPLETE, may_be="ALREADY_COMPLETED", attempt=attempt) for _ in range(2))
        assert any("key" in answer for answer in await asyncio.gather(*twice))
        into[int(made["key"])] = int(attempt)

    async def _mailed(self, assignment: int) -> str:
        """What the mail of the first step leads to, when it has gone out."""
        headers = {"Authorization": f"Bearer {self._key}"}
        body: dict[str, Any] = {"query": ATTEMPTS, "variables": {"key": str(assignment)}}
        async with asyncio.timeout(TAKEN):
            while True:
                if reply := await self._sent(headers, body):
                    [asked] = reply[0]["data"]["flowAssignment"]["attempts"]
                    if asked["mailedAt"]:
                        return str(asked["taking"])
                await asyncio.sleep(0.1)


async def come_through(installation: Installation, *, people: int, at_once: int, moments: list[tuple[str, ...]], seed: int) -> None:
    """Let candidates walk, kill at moments spread over their writes, and look whether each stands as their threshold says."""
    key, began, dice = await prepared(installation), time.monotonic(), random.Random(seed)
    peer = await installation.serve(WORKER="false", LOG_LEVEL="warning")
    killer, walkers = Killer(installation, peer, await installation.work()), Walkers(peer, key)
    walking = asyncio.create_task(walkers.walk(people, at_once))
    for number, whom in enumerate(moments, 1):
        wanted = int((number - dice.random() / 2) * 5 * people / (len(moments) + 1))
        while walkers.told.total < wanted and not walking.done():  # noqa: ASYNC110  many clients get there
            await asyncio.sleep(0.005)
        assert not walking.done(), walking
        await killer.kill(*whom)
    await walking
    async with asyncio.timeout(TAKEN):
        while set(await asyncio.to_thread(installation.jobs)) - {"SUCCESS"}:  # noqa: ASYNC110  another process gets there
            await asyncio.sleep(0.1)
    assert len(walkers.passing) + len(walkers.failing) == people
    everybody_stands_right(installation, walkers)
    everything_happened_once(installation, walkers)
    mails = each_step_was_mailed(installation, killer)
    assert "Traceback" not in peer.served.log.read_text()
    told, kills = walkers.told, dict(killer.kills)
    figures = f"{people} candidates, {told.total} writes, sent again {told.sent_again}, replayed {told.replayed}"
    print(f"{figures}; kills {kills}; mails by how often {dict(mails)}; {time.monotonic() - began:.0f} s")  # noqa: T201


def everybody_stands_right(installation: Installation, walkers: Walkers) -> None:
    """Who passed was asked for the second step, once; who failed was not; nobody was lost."""
    standing = {row[0]: tuple(row[1:]) for row in installation.query("SELECT assignment_id, status, position FROM flow_assignment")}
    assert standing == {**dict.fromkeys(walkers.passing, ("in_progress", 2)), **dict.fromkeys(walkers.failing, ("failed", 1))}
    attempts = defaultdict(list)
    steps = """SELECT a.assignment_id, s.position, a.number, a.status FROM flow_attempt a
               JOIN flow_step s ON s.account_id = a.account_id AND s.step_id = a.step_id ORDER BY 1, 2, 3"""
    for assignment, *attempt in installation.query(steps):
        attempts[assignment].append(tuple(attempt))
    on = {key: [(1, 1, "completed"), (2, 1, "not_started")] for key in walkers.passing}
    assert attempts == {**on, **{key: [(1, 1, "failed")] for key in walkers.failing}}
    assert installation.query("SELECT key FROM invite WHERE origin = 'flow' AND key NOT IN (SELECT taking FROM flow_attempt)") == []


def everything_happened_once(installation: Installation, walkers: Walkers) -> None:
    """Each assignment has its events in their order, each completion its credit."""
    happened = defaultdict(list)
    for row in installation.query("SELECT subject, type, facts FROM event WHERE type LIKE 'flow_assignment.%' ORDER BY sequence"):
        happened[int(row[0])].append(f"{row[1].partition('.')[2]} {_step(row[2])}".strip())
    assert happened == {**dict.fromkeys(walkers.passing, PASSED), **dict.fromkeys(walkers.failing, FAILED)}
    spent = installation.query("SELECT reference, amount FROM credit_entry WHERE kind = 'completion'")
    completed = [*walkers.passing.values(), *walkers.failing.values()]
    assert sorted(tuple(row) for row in spent) == sorted((f"attempt:{attempt}", -1) for attempt in completed)


def _step(facts: Any) -> Any:
    told = facts if isinstance(facts, dict) else orjson.loads(facts)
    return told.get("step", "")


def each_step_was_mailed(installation: Installation, killer: Killer) -> Counter[int]:
    """One mail for each attempt, by its reference; what a killed worker had in hand may go out again under the same one."""
    mails = installation.mails()
    keys = [row[0] for row in installation.query("SELECT key FROM flow_attempt")]
    found = {key: [reference for reference in mails if key in reference] for key in keys}
    assert [key for key, references in found.items() if len(references) != 1] == []
    assert len(mails) == len(keys)
    assert mails.total() - len(mails) <= killer.kills["worker"] * IN_HAND
    return Counter(mails.values())


async def test_a_few_come_through_a_kill(installation: Installation) -> None:
    """Q-9, R-FLW-16."""
    await come_through(installation, people=9, at_once=4, moments=[("server", "worker")], seed=1)


@pytest.mark.long
@pytest.mark.timeout(1800)
async def test_two_hundred_come_through_ten(installation: Installation) -> None:
    moments: list[tuple[str, ...]] = [("server",)] * 3 + [("worker",)] * 4 + [("server", "worker")] * 3
    random.Random(5).shuffle(moments)
    await come_through(installation, people=200, at_once=8, moments=moments, seed=5)
