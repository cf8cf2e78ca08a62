"""Reads of records of requests with an Idempotency-Key."""

from datetime import datetime

from sqlalchemy import bindparam, select

from domain.idempotency.model import IdempotentRequest
from domain.kernel.columns import UtcDateTime
from domain.kernel.statements import Read, statement

AT_ONCE = 100
_OVER = statement(
    select(IdempotentRequest.account_id)
    .where(IdempotentRequest.expires_at <= bindparam("now", type_=UtcDateTime()))
    .order_by(IdempotentRequest.expires_at)
    .limit(AT_ONCE),
    unscoped="the sweep finds accounts with answers whose day is over",
)


async def over(read: Read, now: datetime) -> set[int]:
    """Some accounts with records whose day is over."""
    return {row.account_id for row in await read(_OVER, now=now)}
