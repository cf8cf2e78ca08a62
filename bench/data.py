"""One data set for all: 20,000 candidates, 30,000 invites, 15,000 results, 50 teams of 40, the same numbers every time."""

import asyncio
import random
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy import update
from sqlalchemy.engine import make_url

from bench import teams
from domain.access.model import ApiKey
from domain.billing import registration
from domain.instruments import bank
from domain.invites.status import LIFETIME
from domain.kernel.actor import Actor
from domain.kernel.jobs import NoQueue
from gateway import storage
from gateway.app import open_for
from gateway.settings import Settings

CANDIDATES, INVITES, RESULTS = 20_000, 30_000, 15_000
UNLIMITED = 10**9
SCALES, ITEMS = 23, 115
NEWEST = datetime(2026, 11, 1, 8, tzinfo=UTC)
LANGUAGES = ("en", "de")
SECRET = "a secret of the benchmark, long enough"


def fill(url: str, folder: Path) -> str:
    """Migrate an empty database, make an account and fill it; return a key without a limit of requests."""
    settings = Settings(var=folder, database_url=url, secret=SECRET)
    storage.migrate(settings)
    number, secret = asyncio.run(account(settings))
    address = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(address, autocommit=True) as connection:
        teams.create(connection)
        for table, columns, rows in _tables(number):
            with connection.cursor().copy(f"COPY {table} ({', '.join(columns)}) FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)
        connection.execute("VACUUM ANALYZE")
        connection.execute((Path(__file__).parent / "peers" / "postgraphile.sql").read_text().replace("ACCOUNT", str(number)))
    return secret


def account_of(url: str) -> int:
    """The number of the account that was filled."""
    with psycopg.connect(make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)) as connection:
        [number] = connection.execute("SELECT account_id FROM candidate LIMIT 1").fetchone() or (0,)
        return int(number)


async def account(settings: Settings) -> tuple[int, str]:
    """Make an account; return its number and a key without a limit of requests."""
    database = await open_for(settings, NoQueue())
    try:
        async with database.work(Actor.anonymous()) as work:
            made = await registration.register(work, mode="live", email="bench@example.com", company="Bench Ltd")
        async with database.work(Actor.system(made.account_id)) as work:
            await work.change(update(ApiKey).where(ApiKey.account_id == made.account_id).values(rate_limit=UNLIMITED))
        return made.account_id, made.key.secret
    finally:
        await database.close()


def _tables(account: int) -> list[tuple[str, list[str], list[tuple[Any, ...]]]]:
    dice = random.Random(1)
    instrument = bank.current(bank.PROFILE)
    assert instrument is not None
    taken = (instrument.key, instrument.version)
    people = [_person(account, number, dice) for number in range(CANDIDATES)]
    invites, attempts, results = [], [], []
    answers = [[dice.randint(1, 5) for _ in range(ITEMS)] for _ in range(100)]
    scores = [([dice.randint(0, 1000) for _ in range(SCALES)], [dice.randint(0, 100) for _ in range(SCALES)]) for _ in range(1000)]
    for number in range(INVITES):
        person, at = people[number % CANDIDATES], NEWEST - timedelta(minutes=number)
        done = number < RESULTS
        status = "completed" if done else dice.choice(("pending", "started", "canceled"))
        key, ended = f"inv_{number:026}", at + timedelta(days=1)
        sent = [account, key, "direct", person[1], *taken, None, status, *person[2:5], True, at, 0, 0, at]
        begun, canceled = at if status != "pending" else None, ended if status == "canceled" else None
        invites.append((*sent, at + LIFETIME, done, begun, ended if done else None, canceled))
        if done:
            attempt = 1001 + number
            attempts.append(
                (account, attempt, key, person[1], *taken, "api", person[4], "completed", dice.choice(answers), ITEMS, at, ended, ended)
            )
            results.append((account, attempt, person[1], *taken, 1, 1, *dice.choice(scores), 500, "balanced", ended))
    return [
        ("candidate", _PERSON, people),
        ("invite", _INVITE, invites),
        ("attempt", _ATTEMPT, attempts),
        ("result", _RESULT, results),
        *teams.rows(account, people),
    ]


def _person(account: int, number: int, dice: random.Random) -> tuple[Any, ...]:
    name, email, at = f"Person {number}", f"person.{number}@example.com", NEWEST - timedelta(minutes=number)
    return (account, f"cand_{number:026}", email, name, dice.choice(LANGUAGES), name.lower(), email, False, at, at)


_PERSON = ["account_id", "key", "email", "name", "language", "sort_name", "search_email", "protected", "created_at", "updated_at"]
_INVITE = [
    "account_id",
    "key",
    "origin",
    "candidate_key",
    "instrument",
    "instrument_version",
    "label",
    "status",
    "email",
    "name",
    "language",
    "send_email",
    "sent_at",
    "reminders",
    "reminders_mailed",
    "created_at",
    "expires_at",
    "settled",
    "started_at",
    "completed_at",
    "canceled_at",
]
_ATTEMPT = [
    "account_id",
    "attempt_id",
    "invite_key",
    "candidate_key",
    "instrument",
    "instrument_version",
    "source",
    "language",
    "status",
    "answers",
    "answered",
    "started_at",
    "completed_at",
    "last_at",
]
_RESULT = [
    "account_id",
    "attempt_id",
    "candidate_key",
    "instrument",
    "instrument_version",
    "norm_group",
    "norm_version",
    "raw_tenths",
    "c_tenths",
    "wir_tenths",
    "tendency",
    "completed_at",
]
