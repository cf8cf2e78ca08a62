"""Reading job profiles and saved matches."""

from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import bindparam, select

from domain.kernel.inputs import folded
from domain.kernel.listing import Listing, Order, where
from domain.kernel.paging import Page, Window
from domain.kernel.statements import ACCOUNT, Read, Row, any_of, by_key, statement
from domain.matching.model import JobProfile, SavedMatch

COLUMNS = (
    JobProfile.key,
    JobProfile.name,
    JobProfile.name_en,
    JobProfile.sort_name,
    JobProfile.type,
    JobProfile.description,
    JobProfile.active,
    JobProfile.targets,
    JobProfile.target_count,
    JobProfile.version,
    JobProfile.created_at,
    JobProfile.updated_at,
)
SAVED_COLUMNS = (
    SavedMatch.key,
    SavedMatch.attempt_id,
    SavedMatch.candidate_key,
    SavedMatch.job_profile_key,
    SavedMatch.formula_version,
    SavedMatch.profile_version,
    SavedMatch.overall,
    SavedMatch.numerator,
    SavedMatch.denominator,
    SavedMatch.saved_at,
    SavedMatch.saved_by,
)
_ESCAPED = str.maketrans({"%": "\\%", "_": "\\_", "\\": "\\\\"})
_MINE = select(*COLUMNS).where(JobProfile.account_id == ACCOUNT, JobProfile.deleted_at.is_(None))
_BY_KEY = statement(_MINE.where(any_of(JobProfile.key)), "JobProfile", keeps=("key",))
_TARGETS = statement(select(JobProfile.key, JobProfile.targets).where(JobProfile.account_id == ACCOUNT, any_of(JobProfile.key)))
_ALL = statement(_MINE.order_by(JobProfile.created_at.desc(), JobProfile.key.desc()), "JobProfile")
_SAVED = select(*SAVED_COLUMNS).where(SavedMatch.account_id == ACCOUNT)
_SAVED_BY_KEY = statement(_SAVED.where(any_of(SavedMatch.key)), "SavedMatch", keeps=("key",))
SAVED_MATCHES = Listing(
    _SAVED,
    "SavedMatch",
    key=SavedMatch.key,
    filters={},
    orders={
        "newest": Order((SavedMatch.saved_at, SavedMatch.key), descending=True),
        "oldest": Order((SavedMatch.saved_at, SavedMatch.key)),
    },
)


def _part(text: str) -> str:
    return f"%{folded(text.strip()).translate(_ESCAPED)}%"


JOB_PROFILES = Listing(
    _MINE,
    "JobProfile",
    key=JobProfile.key,
    filters={
        "text": where("text", JobProfile.sort_name.like(bindparam("text"), escape="\\"), _part),
        "type": where("type", JobProfile.type == bindparam("type")),
        "active": where("active", JobProfile.active == bindparam("active", type_=JobProfile.active.type)),
    },
    orders={
        "newest": Order((JobProfile.created_at, JobProfile.key), descending=True),
        "oldest": Order((JobProfile.created_at, JobProfile.key)),
        "name": Order((JobProfile.sort_name, JobProfile.key)),
    },
)


async def by_keys(read: Read, account_id: int, keys: Collection[str]) -> dict[str, Row]:
    """Job profiles by their keys; a deleted one is not found (R-ESC-47)."""
    return by_key(await read(_BY_KEY, account_id=account_id, keys=keys), "key")


async def targets_by_keys(read: Read, account_id: int, keys: Collection[str]) -> dict[str, Mapping[str, Any]]:
    """What job profiles ask for, deleted ones as well: what has begun with one is finished with it."""
    return {row.key: row.targets for row in await read(_TARGETS, account_id=account_id, keys=keys)}


async def everything(read: Read, account_id: int) -> list[Row]:
    """All job profiles of the account, newest first; an account has at most `MOST_PROFILES`."""
    return await read(_ALL, account_id=account_id)


async def page(read: Read, account_id: int, window: Window, *, order: str, given: Mapping[str, Any]) -> Page:
    """The account's job profiles."""
    return await JOB_PROFILES.page(read, account_id, window, order=order, given=given)


async def saved_by_keys(read: Read, account_id: int, keys: Collection[str]) -> dict[str, Row]:
    """Saved matches by their keys."""
    return by_key(await read(_SAVED_BY_KEY, account_id=account_id, keys=keys), "key")


async def saved(read: Read, account_id: int, window: Window, *, order: str) -> Page:
    """The matches that were saved in the account."""
    return await SAVED_MATCHES.page(read, account_id, window, order=order, given={})


async def saved_by_candidate(read: Read, account_id: int, keys: Collection[str], window: Window, *, order: str) -> dict[str, Page]:
    """The matches that were saved of each candidate."""
    return await SAVED_MATCHES.pages_by(read, account_id, SavedMatch.candidate_key, list(keys), window, order=order, given={})


async def saved_by_job_profile(read: Read, account_id: int, keys: Collection[str], window: Window, *, order: str) -> dict[str, Page]:
    """The matches that were saved for each job profile."""
    return await SAVED_MATCHES.pages_by(read, account_id, SavedMatch.job_profile_key, list(keys), window, order=order, given={})
