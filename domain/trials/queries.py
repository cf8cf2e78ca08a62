"""Reading trial requests. They belong to the installation, so nobody says whose they are."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select

from domain.kernel.actor import INSTALLATION
from domain.kernel.environment import Environment
from domain.kernel.listing import Listing, Order, one_of
from domain.kernel.paging import Page, Window
from domain.kernel.statements import ACCOUNT, Read, Row, any_of, by_key, statement
from domain.trials import links
from domain.trials.model import TrialRequest
from domain.trials.status import TrialStatus

_COLUMNS = tuple(column for column in TrialRequest.__table__.c if column.key not in ("account_id", "made_account"))
_BY_KEY = statement(select(*_COLUMNS).where(TrialRequest.account_id == ACCOUNT, any_of(TrialRequest.key)), "TrialRequest")
REQUESTS = Listing(
    select(*_COLUMNS).where(TrialRequest.account_id == ACCOUNT),
    "TrialRequest",
    key=TrialRequest.key,
    filters={"status": one_of("status", TrialRequest.status)},
    orders={"newest": Order((TrialRequest.requested_at, TrialRequest.key), descending=True)},
)


async def by_keys(read: Read, keys: Collection[str]) -> dict[str, Row]:
    """Trial requests by their references."""
    return by_key(await read(_BY_KEY, account_id=INSTALLATION, keys=keys), "key")


async def requests(read: Read, window: Window, *, given: Mapping[str, Any] | None = None) -> Page:
    """Trial requests, newest first."""
    return await REQUESTS.page(read, INSTALLATION, window, order="newest", given=given or {})


async def opened_by(read: Read, environment: Environment, token: str, now: datetime) -> Row | None:
    """The request whose key a link shows; None when it was used, replaced, or its time is over."""
    target = links.target_of(environment, token)
    row = (await by_keys(read, [target.key])).get(target.key) if target else None
    if target is None or row is None or row.status != TrialStatus.APPROVED or row.link != target.number:
        return None
    return row if row.opened_at is None and row.link_expires_at > now else None
