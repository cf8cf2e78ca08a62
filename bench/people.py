"""Many people with completed attempts and results, written straight into the tables of either database."""

import asyncio
import json
import random
import sqlite3
import tomllib
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from importlib.resources import files
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy.engine import make_url

from bench import data
from bench.data import _ATTEMPT, _INVITE, _RESULT, ITEMS, NEWEST, SCALES, SECRET
from domain.instruments import bank
from domain.invites.status import LIFETIME
from domain.kernel.inputs import folded
from gateway import storage
from gateway.settings import Settings

_NAMES = tomllib.loads((files("gateway.demo") / "data" / "names.toml").read_text("utf-8"))
_GIVEN = " ".join(_NAMES[key] for key in ("de_female", "de_male", "en_female", "en_male")).split()
_SYLLABLES = ("ber", "gel", "hof", "ing", "kra", "lin", "mar", "nau", "ott", "pfe", "rei", "sch", "tal", "wei", "zim", "bück", "grö", "hän")
_ENDINGS = ("mann", "er", "hauer", "stein", "feld", "bach", "ler", "sen", "mayr", "wald")
_PERSON = ["account_id", "key", "email", "name", "language", "sort_name", "search_email", "protected", "created_at", "updated_at"]
Table = tuple[str, list[str], Iterator[tuple[Any, ...]]]


def settings_for(url: str, folder: Path) -> Settings:
    """The settings of an installation on a database."""
    return Settings(var=folder, database_url=url, secret=SECRET)


def fill(url: str, folder: Path, people: int) -> tuple[int, str]:
    """Migrate an empty database and fill it; return the account and a key without a limit of requests."""
    settings = settings_for(url, folder)
    storage.migrate(settings)
    account, secret = asyncio.run(data.account(settings))
    if settings.on_sqlite:
        _into_sqlite(str(settings.database.database), tables(account, people))
    else:
        _into_postgresql(make_url(url).set(drivername="postgresql").render_as_string(hide_password=False), tables(account, people))
    return account, secret


def _into_sqlite(path: str, filled: Sequence[Table]) -> None:
    connection = sqlite3.connect(path)
    with connection:
        for table, columns, rows in filled:
            marks = ", ".join("?" * len(columns))
            connection.executemany(f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks})", (list(map(_text, row)) for row in rows))
    connection.close()


def _text(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat(timespec="microseconds")
    return json.dumps(value, separators=(",", ":")) if isinstance(value, list) else value


def _into_postgresql(address: str, filled: Sequence[Table]) -> None:
    with psycopg.connect(address, autocommit=True) as connection:
        for table, columns, rows in filled:
            with connection.cursor().copy(f"COPY {table} ({', '.join(columns)}) FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)
        connection.execute("VACUUM ANALYZE")


def tables(account: int, people: int) -> list[Table]:
    """The rows of an account in which everybody completed one invite, the newest people first."""
    return [
        ("candidate", _PERSON, (_person(account, number) for number in range(people))),
        ("invite", _INVITE, (_invite(account, number) for number in range(people))),
        ("attempt", _ATTEMPT, (_attempt(account, number) for number in range(people))),
        ("result", _RESULT, (_result(account, number) for number in range(people))),
    ]


def name_of(number: int) -> tuple[str, str]:
    """A name and an address, the same for the same number: eighty given names, some thousand family names."""
    dice = random.Random(number)
    given = dice.choice(_GIVEN)
    if dice.random() < 0.3:
        family = dice.choice(("Müller", "Schmidt", "Weiß", "Fischer", "Berger", "Özdemir", "Smith", "Jansen"))
    else:
        family = (dice.choice(_SYLLABLES) + dice.choice(_SYLLABLES) + dice.choice(_ENDINGS)).title()
    local = folded(f"{given}.{family}").replace(" ", "")
    return f"{given} {family}", f"{local}.{number}@{dice.choice(_SYLLABLES[:15])}{dice.randrange(12)}.example.com"


def _person(account: int, number: int) -> tuple[Any, ...]:
    name, email = name_of(number)
    at = NEWEST - timedelta(minutes=number)
    return (account, f"cand_{number:026}", email, name, "de", folded(name), folded(email), False, at, at)


def _taken() -> tuple[str, str]:
    return bank.PROFILE, bank.CURRENT[bank.PROFILE]


def _invite(account: int, number: int) -> tuple[Any, ...]:
    name, email = name_of(number)
    at, key = NEWEST - timedelta(minutes=number), f"inv_{number:026}"
    ended = at + timedelta(days=1)
    sent = [account, key, "direct", f"cand_{number:026}", *_taken(), None, "completed", email, name, "de", True, at, 0, 0, at]
    return (*sent, at + LIFETIME, True, at, ended, None)


def _attempt(account: int, number: int) -> tuple[Any, ...]:
    dice = random.Random(number)
    at, key = NEWEST - timedelta(minutes=number), f"inv_{number:026}"
    answers = [dice.randint(1, 5) for _ in range(ITEMS)]
    ended = at + timedelta(days=1)
    return (account, 1001 + number, key, f"cand_{number:026}", *_taken(), "api", "de", "completed", answers, ITEMS, at, ended, ended)


def _result(account: int, number: int) -> tuple[Any, ...]:
    dice = random.Random(-number - 1)
    raw = [dice.randint(0, 1000) for _ in range(SCALES)]
    values = [min(max(round(dice.gauss(50, 20)), 0), 100) for _ in range(SCALES)]
    ended = NEWEST - timedelta(minutes=number) + timedelta(days=1)
    return (account, 1001 + number, f"cand_{number:026}", *_taken(), 1, 1, raw, values, 500, "balanced", ended)
