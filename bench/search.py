"""How long searches take among 100,000 people, on both databases, over HTTP in this process.

`python -m bench.search [people]` prints a table.
"""

import asyncio
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
from aiohttp import ClientSession, web

from bench import people
from domain.kernel.jobs import NoQueue
from gateway.app import make_server, open_for
from gateway.connection import Allowances, Runner
from tests.support.postgres import Postgres, binaries

PEOPLE = 100_000
ROUNDS = 30
BOUND = 50
"""Milliseconds that p95 is to stay under."""
SEARCH = """query S($text: String, $order: SearchOrder!) { search(text: $text, first: 20, orderBy: $order) {
  nodes { key completedAt candidate { name email } } pageInfo { hasNextPage endCursor } } }"""
PROFILES = """query P($order: PersonOrder!, $text: String) {
  attempts(first: 20, orderBy: $order, filter: {status: [COMPLETED], text: $text}) {
  nodes { key completedAt candidate { name email } } } }"""
TEXTS = {
    "prefix of a word, many": "mar",
    "prefix of a word, some": "reimar",
    "infix": "eingel",
    "infix, many": "hof",
    "whole word, many": "müller",
    "umlaut and ß": "weiß",
    "two words": "anna müller",
    "part of a mail, all": "example",
    "part of a mail, some": "hof7.ex",
    "one person": "99999@",
    "common three letters": "ber",
    "two letters": "er",
    "one letter": "q",
    "nobody": "xyzzy",
    "nobody, common letters": "berber",
}


@dataclass(frozen=True, slots=True)
class Timed:
    """Milliseconds of one question, and how many its first page found."""

    what: str
    found: int
    p50: float
    p95: float


Found = dict[str, list[Timed]]
"""By database."""


def main(arguments: Sequence[str]) -> int:
    """Measure both databases and print what came out; 1 when something takes too long."""
    found = measure(int(arguments[0]) if arguments else PEOPLE)
    print("\n".join(lines(found)))
    return int(any(one.p95 > BOUND for timed in found.values() for one in timed))


def measure(people_count: int = PEOPLE) -> Found:
    """Fill each database and ask it.

    Raises RuntimeError without PostgreSQL.
    """
    found: Found = {}
    with tempfile.TemporaryDirectory() as folder:
        found["SQLite"] = measured(f"sqlite:///{folder}/centil.db", Path(folder), people_count)
    if (programs := binaries()) is None:
        raise RuntimeError("PostgreSQL is not installed.")
    server = Postgres(programs)
    try:
        with tempfile.TemporaryDirectory() as folder:
            found["PostgreSQL"] = measured(server.create("bench"), Path(folder), people_count)
    finally:
        server.stop()
    return found


def measured(url: str, folder: Path, count: int) -> list[Timed]:
    """Fill one database and ask it."""
    _account, secret = people.fill(url, folder, count)
    return asyncio.run(_asked(url, folder, secret))


def lines(found: Found) -> list[str]:
    """The figures as a table of a page; what takes longer than it may is marked."""
    head = [f"{name} {part} ms" for name in found for part in ("p50", "p95")]
    rows = [f"| what | found | {' | '.join(head)} |", f"| --- | --- |{' --- |' * len(head)}"]
    for same in zip(*found.values(), strict=True):
        times = [f"{one.p50:.1f} | {one.p95:.1f}{' (!)' if one.p95 > BOUND else ''}" for one in same]
        rows.append(f"| {same[0].what} | {same[0].found} | {' | '.join(times)} |")
    return rows


async def _asked(url: str, folder: Path, secret: str) -> list[Timed]:
    settings = people.settings_for(url, folder)
    database = await open_for(settings, NoQueue())
    server = make_server(settings, database)
    runner = Runner(server.app, allowances=Allowances(1000), handle_signals=False, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    base = f"http://127.0.0.1:{runner.addresses[0][1]}"
    told = []
    async with ClientSession(base, headers={"Authorization": f"Bearer {secret}"}) as session:
        for name, query, variables in _questions():
            times, found = await _times(session, query, variables)
            told.append(Timed(name, found, statistics.median(times), sorted(times)[int(len(times) * 0.95)]))
    server.end_streams()
    await runner.cleanup()
    await database.close()
    return told


def _questions() -> list[tuple[str, str, dict[str, Any]]]:
    found: list[tuple[str, str, dict[str, Any]]] = []
    for order in ("RELEVANCE", "NEWEST"):
        found += [(f"search by {order.lower()}: {what}", SEARCH, {"text": text, "order": order}) for what, text in TEXTS.items()]
    found += [(f"profiles by {order.lower()}", PROFILES, {"order": order, "text": None}) for order in ("NEWEST", "OLDEST", "NAME")]
    return found


async def _times(session: ClientSession, query: str, variables: dict[str, Any]) -> tuple[list[float], int]:
    """Milliseconds of each of some requests, after two that are not counted, and how many each found on its first page."""
    times, found = [], 0
    for round_ in range(ROUNDS + 2):
        begun = time.perf_counter()
        async with session.post("/graphql", json={"query": query, "variables": variables}) as response:
            answer = orjson.loads(await response.read())
        assert "errors" not in answer, answer["errors"]
        if round_ >= 2:
            times.append((time.perf_counter() - begun) * 1000)
        [page] = answer["data"].values()
        found = len(page["nodes"])
    return times, found


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
