"""The limit of pending invites, kept by a count under the lock of the account's row (Q-7)."""

from sqlalchemy import func, select

from domain.access.model import Account
from domain.invites.errors import TooManyPendingInvites
from domain.invites.model import Invite
from domain.invites.status import CONDITIONS, PENDING_LIMIT, InviteStatus
from domain.kernel.work import UnitOfWork


async def take(uow: UnitOfWork) -> None:
    """Make sure that one more invite may be pending; expired ones do not count (R-ESC-22, I-ESC-14).

    The count is a statement of its own after the lock, so it sees what those who held the lock before have committed.
    Raises TooManyPendingInvites.
    """
    await uow.one_at_a_time(Account, uow.account_id)
    counted = select(func.count()).where(Invite.account_id == uow.account_id, Invite.origin == "direct", CONDITIONS[InviteStatus.PENDING])
    if (await uow.session.execute(counted, {"now": uow.now})).scalar_one() >= PENDING_LIMIT:
        raise TooManyPendingInvites(PENDING_LIMIT)
