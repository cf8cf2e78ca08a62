"""The status of an invite, as a function of what is stored and the time."""

from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import and_, bindparam

from domain.invites.model import Invite
from domain.kernel.columns import UtcDateTime

LIFETIME = timedelta(days=30)
"""How long an invite is valid (I-ESC-14)."""
REMINDERS = 3
BETWEEN_REMINDERS = timedelta(hours=24)
PENDING_LIMIT = 10
NOW = bindparam("now", type_=UtcDateTime())


class InviteStatus(StrEnum):
    PENDING = "pending"
    STARTED = "started"
    COMPLETED = "completed"
    EXPIRED = "expired"
    CANCELED = "canceled"


class Origin(StrEnum):
    """Through which door an invite came."""

    DIRECT = "direct"
    OPEN_LINK = "open_link"
    FLOW = "flow"


OPEN = ("pending", "started")
CONDITIONS = {
    InviteStatus.PENDING: and_(Invite.status == "pending", Invite.expires_at > NOW),
    InviteStatus.STARTED: and_(Invite.status == "started", Invite.expires_at > NOW),
    InviteStatus.COMPLETED: Invite.status == "completed",
    InviteStatus.EXPIRED: and_((Invite.status == "pending") | (Invite.status == "started"), Invite.expires_at <= NOW),
    InviteStatus.CANCELED: Invite.status == "canceled",
}
"""Each derived status as a condition on rows."""


_STORED = {status.value: status for status in InviteStatus}  # calling the enum takes five times as long, a hundred times a page


def derived(stored: str, expires_at: datetime, now: datetime) -> InviteStatus:
    """What an invite shows: a pending or started one past its date is expired."""
    return InviteStatus.EXPIRED if stored in OPEN and expires_at <= now else _STORED[stored]


def days_left(expires_at: datetime, now: datetime) -> int:
    """Whole days until an invite expires, begun days counted, 0 once it has."""
    return max(-((now - expires_at) // timedelta(days=1)), 0)
