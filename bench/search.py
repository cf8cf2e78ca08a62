"""How long searches take among 100,000 people, on both databases, over HTTP in this process.

`python -m bench.search [people]` prints a table.
"""

import asyncio
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
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


def main(arguments: Sequence[str]) -> int:
    """Fill both databases and measure; 1 when something takes too long."""
    count = int(arguments[0]) if arguments else PEOPLE
    slow = 0
    with tempfile.TemporaryDirectory() as folder:
        slow += measured(f"sqlite:///{folder}/centil.db", Path(folder), count)
    programs = binaries()
    if programs is None:
        print("PostgreSQL is not installed.")
        return 1
    server = Postgres(programs)
    try:
        with tempfile.TemporaryDirectory() as folder:
            slow += measured(server.create("bench"), Path(folder), count)
    finally:
        server.stop()
    return min(slow, 1)


def measured(url: str, folder: Path, count: int) -> int:
    """Measure one database; return how many searches took too long."""
    begun = time.perf_counter()
    _account, secret = people.fill(url, folder, count)
    print(f"\n{url.split(':', maxsplit=1)[0]}: {count} people, filled in {time.perf_counter() - begun:.0f} s")
    return asyncio.run(_asked(url, folder, secret))


async def _asked(url: str, folder: Path, secret: str) -> int:
    settings = people.settings_for(url, folder)
    database = await open_for(settings, NoQueue())
    server = make_server(settings, database)
    runner = Runner(server.app, allowances=Allowances(1000), handle_signals=False, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    base = f"http://127.0.0.1:{runner.addresses[0][1]}"
    slow = 0
    async with ClientSession(base, headers={"Authorization": f"Bearer {secret}"}) as session:
        for name, query, variables in _questions():
            times, found = await _times(session, query, variables)
            p50, p95 = statistics.median(times), sorted(times)[int(len(times) * 0.95)]
            slow += p95 > BOUND
            figures = f"best {min(times):6.1f} ms   p50 {p50:7.1f} ms   p95 {p95:7.1f} ms"
            print(f"{name:55} {found:4} found   {figures}{'   slow' if p95 > BOUND else ''}", flush=True)
    server.end_streams()
    await runner.cleanup()
    await database.close()
    return slow


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
