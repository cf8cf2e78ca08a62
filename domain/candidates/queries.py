"""Reading candidates."""

from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import bindparam, func, select

from domain.candidates.model import Candidate
from domain.candidates.search import matching
from domain.kernel.columns import UtcDateTime
from domain.kernel.listing import Listing, Order, choice, one_of, where
from domain.kernel.paging import Page, Window
from domain.kernel.statements import ACCOUNT, Read, Row, any_of, by_key, statement

COLUMNS = (
    Candidate.key,
    Candidate.email,
    Candidate.name,
    Candidate.given_name,
    Candidate.given_name_source,
    Candidate.family_name,
    Candidate.family_name_source,
    Candidate.gender,
    Candidate.gender_source,
    Candidate.birth_year,
    Candidate.birth_year_source,
    Candidate.language,
    Candidate.language_source,
    Candidate.sort_name,
    Candidate.protected,
    Candidate.anonymized_at,
    Candidate.merged_into,
    Candidate.created_at,
    Candidate.updated_at,
)
_BY_KEY = statement(select(*COLUMNS).where(Candidate.account_id == ACCOUNT, any_of(Candidate.key)), "Candidate", keeps=("key",))
NOT_MERGED = Candidate.merged_into.is_(None)
"""Who was merged into another is read by their key alone."""
_COUNT = statement(select(func.count().label("number")).where(Candidate.account_id == ACCOUNT, NOT_MERGED))
ANONYMIZED = {"True": Candidate.anonymized_at.is_not(None), "False": Candidate.anonymized_at.is_(None)}
CANDIDATES = Listing(
    select(*COLUMNS).where(Candidate.account_id == ACCOUNT, NOT_MERGED),
    "Candidate",
    key=Candidate.key,
    filters={
        "text": matching("text", "name", "email"),
        "email": where("email", Candidate.email == bindparam("email")),
        "gender": one_of("gender", Candidate.gender),
        "language": one_of("language", Candidate.language),
        "protected": where("protected", Candidate.protected == bindparam("protected", type_=Candidate.protected.type)),
        "anonymized": choice("anonymized", ANONYMIZED),
        "created_from": where("created_from", Candidate.created_at >= bindparam("created_from", type_=UtcDateTime())),
        "created_until": where("created_until", Candidate.created_at < bindparam("created_until", type_=UtcDateTime())),
    },
    orders={
        "newest": Order((Candidate.created_at, Candidate.key), descending=True),
        "oldest": Order((Candidate.created_at, Candidate.key)),
        "name": Order((Candidate.sort_name, Candidate.key)),
    },
)


async def by_keys(read: Read, account_id: int, keys: Collection[str]) -> dict[str, Row]:
    """Candidates by their keys."""
    return by_key(await read(_BY_KEY, account_id=account_id, keys=keys), "key")


async def count(read: Read, account_id: int) -> int:
    """How many candidates the account has."""
    [row] = await read(_COUNT, account_id=account_id)
    return int(row.number)


async def page(read: Read, account_id: int, window: Window, *, order: str, given: Mapping[str, Any]) -> Page:
    """The account's candidates."""
    return await CANDIDATES.page(read, account_id, window, order=order, given=given)
