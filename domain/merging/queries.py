"""Reading merges."""

from collections.abc import Collection

from sqlalchemy import select

from domain.kernel.listing import Listing, Order
from domain.kernel.paging import Page, Window
from domain.kernel.statements import ACCOUNT, Read, Row, any_of, by_key, statement
from domain.merging.model import CandidateMerge

COLUMNS = (
    CandidateMerge.key,
    CandidateMerge.kept_key,
    CandidateMerge.absorbed_key,
    CandidateMerge.reason,
    CandidateMerge.moved,
    CandidateMerge.merged_at,
    CandidateMerge.merged_by,
    CandidateMerge.undone_at,
    CandidateMerge.undone_by,
)
_BY_KEY = statement(
    select(*COLUMNS).where(CandidateMerge.account_id == ACCOUNT, any_of(CandidateMerge.key)), "CandidateMerge", keeps=("key",)
)
MERGES = Listing(
    select(*COLUMNS).where(CandidateMerge.account_id == ACCOUNT),
    "CandidateMerge",
    key=CandidateMerge.key,
    within=CandidateMerge.kept_key,
    filters={},
    orders={
        "newest": Order((CandidateMerge.merged_at, CandidateMerge.key), descending=True),
        "oldest": Order((CandidateMerge.merged_at, CandidateMerge.key)),
    },
)


async def by_keys(read: Read, account_id: int, keys: Collection[str]) -> dict[str, Row]:
    """Merges by their keys."""
    return by_key(await read(_BY_KEY, account_id=account_id, keys=keys), "key")


async def by_candidates(read: Read, account_id: int, keys: Collection[str], window: Window, *, order: str) -> dict[str, Page]:
    """The merges in which each candidate was kept, those that were undone, too."""
    return await MERGES.pages_by(read, account_id, CandidateMerge.kept_key, list(keys), window, order=order, given={})
