"""What becomes of records afterwards. Each verb runs inside the caller's unit of work."""

from datetime import datetime

from sqlalchemy import bindparam, delete

from domain.idempotency.records import OWNED, PUBLIC
from domain.kernel.work import UnitOfWork

_OWN = OWNED.dropping(OWNED.table.c.account_id == bindparam("_account_id"))
_ABOUT = PUBLIC.dropping(PUBLIC.table.c.about == bindparam("_account_id"))


async def drop(uow: UnitOfWork, until: datetime) -> dict[str, int]:
    """Empty all records of the account that were begun until a moment, for any may tell of somebody who is erased.

    The records stay, so that no request is carried out again. Returns how many there were, by table.
    """
    counts = {}
    for records, dropping in ((OWNED, _OWN), (PUBLIC, _ABOUT)):
        done = await uow.session.execute(dropping, {"_account_id": uow.account_id, "_until": until})
        counts[records.table.name] = int(done.rowcount)  # type: ignore[attr-defined]
    return {name: count for name, count in counts.items() if count}


async def clean(uow: UnitOfWork) -> int:
    """Delete the records of the account whose day is over; return how many."""
    table = OWNED.table
    mine = (table.c.account_id == uow.account_id, table.c.expires_at <= uow.now)
    done = await uow.session.execute(delete(table).where(*mine))
    return int(done.rowcount)  # type: ignore[attr-defined]


async def clean_public(uow: UnitOfWork) -> int:
    """The same for those without an account."""
    done = await uow.session.execute(delete(PUBLIC.table).where(PUBLIC.table.c.expires_at <= uow.now))
    return int(done.rowcount)  # type: ignore[attr-defined]
