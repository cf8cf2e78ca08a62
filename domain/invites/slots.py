"""The limit of pending invites, kept by a count under the lock of the account's row (Q-7)."""

from sqlalchemy import func, select

from domain.access.model import Account
from domain.invites.errors import TooManyPendingInvites
from domain.invites.model import Invite
from domain.invites.status import CONDITIONS, PENDING_LIMIT, InviteStatus, Origin
from domain.kernel.statements import ACCOUNT
from domain.kernel.work import UnitOfWork

_PENDING = select(func.count()).where(Invite.account_id == ACCOUNT, Invite.origin == Origin.DIRECT.value, CONDITIONS[InviteStatus.PENDING])


async def take(uow: UnitOfWork) -> None:
    """Make sure that one more invite may be pending; expired ones do not count (R-ESC-22, I-ESC-14).

    The count is a statement of its own after the lock, so it sees what those who held the lock before have committed.
    Raises TooManyPendingInvites.
    """
    await uow.session.flush()
    await uow.one_at_a_time(Account, uow.account_id)
    if await pending(uow) >= PENDING_LIMIT:
        raise TooManyPendingInvites(PENDING_LIMIT)


async def pending(uow: UnitOfWork) -> int:
    """How many invites count towards the limit, as this work sees it."""
    await uow.session.flush()
    return int((await uow.session.execute(_PENDING, {"account_id": uow.account_id, "now": uow.now})).scalar_one())
