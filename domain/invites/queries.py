"""Reading invites and attempts."""

from collections.abc import AsyncIterator, Callable, Collection, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, and_, bindparam, func, select

from domain.candidates.model import Candidate
from domain.candidates.queries import ANONYMIZED
from domain.candidates.search import closeness, matching
from domain.invites.model import Attempt, Entry, Invite
from domain.invites.status import CONDITIONS, InviteStatus
from domain.kernel.columns import UtcDateTime
from domain.kernel.listing import Listing, Order, choice, one_of, pinned, where
from domain.kernel.paging import Page, Window
from domain.kernel.statements import ACCOUNT, Read, Row, any_of, by_key, statement

INVITE_COLUMNS = (
    Invite.key,
    Invite.origin,
    Invite.candidate_key,
    Invite.instrument,
    Invite.instrument_version,
    Invite.label,
    Invite.status.label("stored_status"),
    Invite.email,
    Invite.name,
    Invite.language,
    Invite.send_email,
    Invite.sent_at,
    Invite.reminders,
    Invite.reminders_mailed,
    Invite.reminded_at,
    Invite.created_at,
    Invite.expires_at,
    Invite.started_at,
    Invite.completed_at,
    Invite.canceled_at,
    Invite.settled,
)
ATTEMPT_COLUMNS = (
    Attempt.attempt_id,
    Attempt.invite_key,
    Attempt.candidate_key,
    Attempt.instrument,
    Attempt.instrument_version,
    Attempt.source,
    Attempt.language,
    Attempt.status,
    Attempt.answers,
    Attempt.answered,
    Attempt.started_at,
    Attempt.completed_at,
    Attempt.last_at,
)


def _from(name: str, column: Any) -> Any:
    return where(name, column >= bindparam(name, type_=UtcDateTime()))


def _until(name: str, column: Any) -> Any:
    return where(name, column < bindparam(name, type_=UtcDateTime()))


_INVITES_BY_KEY = statement(select(*INVITE_COLUMNS).where(Invite.account_id == ACCOUNT, any_of(Invite.key)), "Invite", keeps=("key",))
_PENDING = statement(
    select(func.count().label("number")).where(Invite.account_id == ACCOUNT, Invite.origin == "direct", CONDITIONS[InviteStatus.PENDING])
)
_ATTEMPTS_BY_ID = statement(
    select(*ATTEMPT_COLUMNS).where(Attempt.account_id == ACCOUNT, any_of(Attempt.attempt_id)), "Attempt", keeps=("attempt_id",)
)
_ATTEMPTS_BY_INVITE = statement(
    select(*ATTEMPT_COLUMNS).where(Attempt.account_id == ACCOUNT, any_of(Attempt.invite_key)), "Attempt", keeps=("invite_key",)
)
_ENTRY = statement(
    select(Entry.key, Entry.email, Entry.name, Entry.language, Entry.expires_at, Entry.sent_at, Entry.invite_key).where(
        Entry.account_id == ACCOUNT, any_of(Entry.key)
    ),
    "Entry",
)
_IS_COMPLETED = and_(
    Attempt.account_id == ACCOUNT,
    Attempt.status == bindparam("completed", "completed"),
    Attempt.instrument == bindparam("instrument"),
    Attempt.instrument_version == bindparam("version"),
)
_COMPLETED_COUNT = statement(select(func.count().label("number")).where(_IS_COMPLETED))
_COMPLETED = statement(
    select(Attempt.attempt_id, Attempt.answers)
    .where(_IS_COMPLETED, Attempt.attempt_id > bindparam("after", type_=BigInteger))
    .order_by(Attempt.attempt_id)
    .limit(1000)
)
_COMPLETED_AT = Attempt.completed_at
_COMPLETED_FROM, _COMPLETED_UNTIL = (bindparam(name, type_=UtcDateTime()) for name in ("completed_from", "completed_until"))
"""Bounds on when attempts were completed; `last_at` is the same moment then, and what the order's index has."""
INVITES = Listing(
    select(*INVITE_COLUMNS).where(Invite.account_id == ACCOUNT),
    "Invite",
    key=Invite.key,
    filters={
        "key": one_of("key", Invite.key),
        "status": choice("status", CONDITIONS),
        "origin": one_of("origin", Invite.origin),
        "candidate": one_of("candidate", Invite.candidate_key),
        "instrument": pinned("instrument", Invite.instrument, Invite.instrument_version),
        "email": where("email", Invite.email == bindparam("email")),
        "created_from": _from("created_from", Invite.created_at),
        "created_until": _until("created_until", Invite.created_at),
    },
    orders={
        "newest": Order((Invite.created_at, Invite.key), descending=True),
        "oldest": Order((Invite.created_at, Invite.key)),
    },
    always=("now",),
)
ATTEMPTS = Listing(
    select(*ATTEMPT_COLUMNS, Candidate.sort_name, Candidate.key)
    .join(Candidate, and_(Candidate.account_id == Attempt.account_id, Candidate.key == Attempt.candidate_key))
    .where(Attempt.account_id == ACCOUNT, Candidate.account_id == ACCOUNT),
    "Attempt",
    key=Attempt.attempt_id,
    filters={
        "status": one_of("status", Attempt.status),
        "source": one_of("source", Attempt.source),
        "candidate": one_of("candidate", Attempt.candidate_key),
        "instrument": pinned("instrument", Attempt.instrument, Attempt.instrument_version),
        "anonymized": choice("anonymized", ANONYMIZED),
        "text": matching("text", "name", "email"),
        "name": matching("name", "name"),
        "email": matching("email", "email"),
        "closeness": closeness("closeness", "name", "email"),
        "completed_from": where("completed_from", and_(_COMPLETED_AT >= _COMPLETED_FROM, Attempt.last_at >= _COMPLETED_FROM)),
        "completed_until": where("completed_until", and_(_COMPLETED_AT < _COMPLETED_UNTIL, Attempt.last_at < _COMPLETED_UNTIL)),
    },
    orders={
        "newest": Order((Attempt.last_at, Attempt.attempt_id), descending=True),
        "oldest": Order((Attempt.last_at, Attempt.attempt_id)),
        "name": Order((Candidate.sort_name, Candidate.key, Attempt.attempt_id)),
    },
)


async def by_keys(read: Read, account_id: int, keys: Collection[str]) -> dict[str, Row]:
    """Invites by their keys."""
    return by_key(await read(_INVITES_BY_KEY, account_id=account_id, keys=keys), "key")


async def page(read: Read, account_id: int, window: Window, *, order: str, given: Mapping[str, Any], now: datetime) -> Page:
    """The account's invites."""
    return await INVITES.page(read, account_id, window, order=order, given=given, now=now)


async def pages_by_candidate(
    read: Read, account_id: int, keys: Collection[str], window: Window, *, order: str, given: Mapping[str, Any], now: datetime
) -> dict[str, Page]:
    """The invites of each candidate."""
    return await INVITES.pages_by(read, account_id, Invite.candidate_key, list(keys), window, order=order, given=given, now=now)


async def pending(read: Read, account_id: int, *, now: datetime) -> int:
    """How many invites count towards the limit of pending ones."""
    [row] = await read(_PENDING, account_id=account_id, now=now)
    return int(row.number)


async def attempts_by_id(read: Read, account_id: int, keys: Collection[int]) -> dict[int, Row]:
    """Attempts by their numbers."""
    return by_key(await read(_ATTEMPTS_BY_ID, account_id=account_id, keys=keys), "attempt_id")


async def attempts_by_invite(read: Read, account_id: int, keys: Collection[str]) -> dict[str, Row]:
    """The attempt of each invite that was begun."""
    return by_key(await read(_ATTEMPTS_BY_INVITE, account_id=account_id, keys=keys), "invite_key")


async def attempts(read: Read, account_id: int, window: Window, *, order: str, given: Mapping[str, Any]) -> Page:
    """The account's attempts."""
    return await ATTEMPTS.page(read, account_id, window, order=order, given=given)


async def attempts_by_candidate(
    read: Read, account_id: int, keys: Collection[str], window: Window, *, order: str, given: Mapping[str, Any]
) -> dict[str, Page]:
    """The attempts of each candidate."""
    return await ATTEMPTS.pages_by(read, account_id, Attempt.candidate_key, list(keys), window, order=order, given=given)


async def completed_count(read: Read, account_id: int, instrument: str, version: str) -> int:
    """How many completed attempts at a version of an instrument there are."""
    [row] = await read(_COMPLETED_COUNT, account_id=account_id, instrument=instrument, version=version)
    return int(row.number)


async def completed(
    read: Callable[[], Read], account_id: int, instrument: str, version: str, *, seen: Callable[[int], None] = lambda _count: None
) -> AsyncIterator[Row]:
    """Every completed attempt at a version of an instrument, a thousand at a time; `seen` is told how many came."""
    after = 0
    while rows := await read()(_COMPLETED, account_id=account_id, instrument=instrument, version=version, after=after):
        for row in rows:
            yield row
        after = rows[-1].attempt_id
        seen(len(rows))


async def entries_by_key(read: Read, account_id: int, keys: Collection[str]) -> dict[str, Row]:
    """Entries by the open link, by their keys."""
    return by_key(await read(_ENTRY, account_id=account_id, keys=keys), "key")
