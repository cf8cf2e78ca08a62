"""Reading results and norm groups."""

from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import BigInteger, bindparam, select

from domain.kernel.columns import UtcDateTime
from domain.kernel.listing import Listing, Order, one_of, pinned, where
from domain.kernel.paging import Page, Window
from domain.kernel.statements import ACCOUNT, Read, Row, any_of, by_key, statement
from domain.results import norms
from domain.results.model import NormGroup, Result

COLUMNS = (
    Result.attempt_id,
    Result.candidate_key,
    Result.instrument,
    Result.instrument_version,
    Result.norm_group,
    Result.norm_version,
    Result.raw_tenths,
    Result.c_tenths,
    Result.wir_tenths,
    Result.tendency,
    Result.completed_at,
)
_BY_ATTEMPT = statement(select(*COLUMNS).where(Result.account_id == ACCOUNT, any_of(Result.attempt_id)), "Result", keeps=("attempt_id",))
RESULTS = Listing(
    select(*COLUMNS).where(Result.account_id == ACCOUNT),
    "Result",
    key=Result.attempt_id,
    filters={
        "candidate": one_of("candidate", Result.candidate_key),
        "instrument": pinned("instrument", Result.instrument, Result.instrument_version),
        "norm_group": where("norm_group", Result.norm_group == bindparam("norm_group", type_=BigInteger)),
        "completed_from": where("completed_from", Result.completed_at >= bindparam("completed_from", type_=UtcDateTime())),
        "completed_until": where("completed_until", Result.completed_at < bindparam("completed_until", type_=UtcDateTime())),
    },
    orders={
        "newest": Order((Result.completed_at, Result.attempt_id), descending=True),
        "oldest": Order((Result.completed_at, Result.attempt_id)),
    },
)
_GROUPS = statement(
    select(*(column for column in NormGroup.__table__.c if column.name != "account_id"))
    .where(NormGroup.account_id == ACCOUNT)
    .order_by(NormGroup.created_at.desc(), NormGroup.key.desc()),
    "NormGroup",
)
_GROUP_BY_KEY = statement(
    select(*(column for column in NormGroup.__table__.c if column.name != "account_id")).where(
        NormGroup.account_id == ACCOUNT, any_of(NormGroup.key)
    ),
    "NormGroup",
)


async def by_attempt(read: Read, account_id: int, keys: Collection[int]) -> dict[int, Row]:
    """The result of each attempt that has one."""
    return by_key(await read(_BY_ATTEMPT, account_id=account_id, keys=keys), "attempt_id")


async def page(read: Read, account_id: int, window: Window, *, order: str, given: Mapping[str, Any]) -> Page:
    """The account's results."""
    return await RESULTS.page(read, account_id, window, order=order, given=given)


async def pages_by_candidate(
    read: Read, account_id: int, keys: Collection[str], window: Window, *, order: str, given: Mapping[str, Any]
) -> dict[str, Page]:
    """The results of each candidate."""
    return await RESULTS.pages_by(read, account_id, Result.candidate_key, list(keys), window, order=order, given=given)


async def norm_groups_by_key(read: Read, account_id: int, keys: Collection[int]) -> dict[int, norms.NormGroup]:
    """Norm groups by their numbers: the designed one, and the account's own; no statement when only the first is asked for."""
    found = {norms.DESIGNED: norms.designed()} if norms.DESIGNED in keys else {}
    if own := [key for key in keys if key != norms.DESIGNED]:
        found |= {row.key: norms.stored(row) for row in await read(_GROUP_BY_KEY, account_id=account_id, keys=own)}
    return found


async def norm_groups_by_version(read: Read, account_id: int, keys: Collection[tuple[int, int]]) -> dict[tuple[int, int], norms.NormGroup]:
    """Norm groups as they were at a version: by number and version."""
    found = {(norms.DESIGNED, version): norms.designed(version) for key, version in keys if key == norms.DESIGNED}
    if own := {key for key, _version in keys if key != norms.DESIGNED}:
        groups = await norm_groups_by_key(read, account_id, own)
        found |= {(group.key, group.version): group for group in groups.values()}
    return found


async def norm_groups(read: Read, account_id: int) -> list[norms.NormGroup]:
    """All norm groups of the account, the designed one last; at most a hundred of its own."""
    return [*map(norms.stored, await read(_GROUPS, account_id=account_id)), norms.designed()]
