"""Rankings of a large account over HTTP: `python -m bench.ranking [PEOPLE]`, by default a million; SQLite, one gateway."""

import asyncio
import random
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from bench.data import NEWEST, SCALES, SECRET, account
from bench.servers import Server
from domain.instruments import bank
from domain.kernel.columns import UtcDateTime
from gateway import storage
from gateway.settings import Settings

PEOPLE = 1_000_000
AT_ONCE = 50_000
ASKED = 200
"""First pages that are timed, one after another."""
TARGETS = 17
PROFILE = "mutation($input: CreateJobProfileInput!) { createJobProfile(input: $input) { ... on JobProfile { key } } }"
PAGE = """query($key: ID!, $filter: RankingFilter, $after: String) { jobProfile(key: $key) {
  ranking(first: 20, after: $after, filter: $filter) {
    nodes { rank overall exact { value } colour candidate { name } } pageInfo { endCursor hasNextPage } } } }"""
KINDS: dict[str, dict[str, Any]] = {
    "first page": {},
    "at least 60": {"minimumScore": 60},
    "no red zone": {"noRedZone": True},
    "of the last year": {"completedFrom": (NEWEST - timedelta(days=365)).isoformat()},
}


@dataclass(frozen=True, slots=True)
class Timed:
    """Milliseconds of one kind of page."""

    kind: str
    p50: float
    p95: float


@dataclass(frozen=True, slots=True)
class Measured:
    """What came out."""

    people: int
    prepared: float
    """Seconds until the first ranking was there."""
    megabytes: float
    """What the process took more than before."""
    pages: list[Timed]


def measure(people: int = PEOPLE) -> Measured:
    """Fill a database, serve it and ask."""
    with tempfile.TemporaryDirectory(prefix="centil-ranking-") as folder:
        settings = Settings(var=Path(folder), database_url=f"sqlite:///{folder}/centil.sqlite3", secret=SECRET)
        storage.migrate(settings)
        number, key = asyncio.run(account(settings))
        fill(f"{folder}/centil.sqlite3", number, people)
        environment = {"CENTIL_VAR": folder, "CENTIL_DATABASE_URL": settings.database_url, "CENTIL_SECRET": SECRET}
        more = {"CENTIL_WORKER": "false", "CENTIL_LOG_LEVEL": "warning"}
        server = Server("ours", [sys.executable, "-m", "gateway", "serve"], environment | more, {"Authorization": f"Bearer {key}"})
        server.start()
        try:
            server.wait()
            return _asked(server, people)
        finally:
            server.stop()


def _asked(server: Server, people: int) -> Measured:
    dice = random.Random(3)
    scales = [scale.key for scale in bank.instrument(bank.PROFILE, "1.0").scales]
    targets = [{"scale": scale, "ideal": dice.randint(3, 8)} for scale in scales[:TARGETS]]
    made = server.ask(PROFILE, {"input": {"name": "Bench", "targets": targets}})
    profile = made["data"]["createJobProfile"]["key"]
    before, began = server.memory(), time.perf_counter()
    while "errors" in server.ask(PAGE, {"key": profile}):
        time.sleep(0.2)
    prepared = time.perf_counter() - began
    pages = [_timed(server, name, {"key": profile, "filter": given}) for name, given in KINDS.items()]
    cursor = server.ask(PAGE, {"key": profile})["data"]["jobProfile"]["ranking"]["pageInfo"]["endCursor"]
    pages.append(_timed(server, "second page", {"key": profile, "after": cursor}))
    return Measured(people, prepared, server.memory() - before, pages)


def _timed(server: Server, kind: str, variables: dict[str, Any]) -> Timed:
    taken = []
    for _ in range(ASKED):
        began = time.perf_counter()
        answer = server.ask(PAGE, variables)
        taken.append((time.perf_counter() - began) * 1000)
        if "errors" in answer:
            raise RuntimeError(str(answer["errors"]))
    return Timed(kind, statistics.median(taken), statistics.quantiles(taken, n=20)[-1])


def fill(path: str, number: int, people: int) -> None:
    """Add people with a result each, straight into the file and past the search index, which would take minutes."""
    dice = random.Random(2)
    with closing(sqlite3.connect(path)) as file:
        file.execute("DROP TRIGGER candidate_text_added")
        for first in range(0, people, AT_ONCE):
            rows = range(first, min(first + AT_ONCE, people))
            file.executemany(
                "INSERT INTO candidate (account_id, key, email, name, sort_name, search_email, protected, created_at, updated_at)"
                " VALUES (?, ?, ?, ?, ?, ?, 0, ?, ?)",
                _candidates(number, rows),
            )
            file.executemany(
                "INSERT INTO result (account_id, attempt_id, candidate_key, instrument, instrument_version, norm_group, norm_version,"
                " raw_tenths, c_tenths, completed_at) VALUES (?, ?, ?, 'escprofile', '1.0', 1, 1, ?, ?, ?)",
                _results(number, rows, dice),
            )
            file.commit()


def _candidates(number: int, rows: range) -> Iterator[tuple[Any, ...]]:
    at = UtcDateTime.write(NEWEST)
    for row in rows:
        yield number, _key(row), f"p{row}@example.com", f"Person {row}", f"person {row}", f"p{row}@example.com", at, at


def _results(number: int, rows: range, dice: random.Random) -> Iterator[tuple[Any, ...]]:
    for row in rows:
        tenths = "[" + ",".join(str(max(0, min(100, round(dice.gauss(50, 20))))) for _ in range(SCALES)) + "]"
        yield number, 1_000_000 + row, _key(row), tenths, tenths, UtcDateTime.write(NEWEST - timedelta(minutes=row))


def _key(row: int) -> str:
    return f"cand_{row:026}"


def lines(found: Measured) -> list[str]:
    """The figures as a page has them."""
    rows = [
        f"Ranking of {found.people:,} people against {TARGETS} targets, SQLite, one gateway, over HTTP: {ASKED} of each in turn.",
        f"The first ranking was there after {found.prepared:.1f} s and took {found.megabytes:.0f} MB, the matrix itself 39 bytes a person.",
        "",
        "| page | p50 ms | p95 ms |",
        "| --- | --- | --- |",
    ]
    return [*rows, *(f"| {page.kind} | {page.p50:.0f} | {page.p95:.0f} |" for page in found.pages)]


if __name__ == "__main__":
    print("\n".join(lines(measure(int(sys.argv[1]) if len(sys.argv) > 1 else PEOPLE))))
