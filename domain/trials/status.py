"""Where a trial request stands, and how long its parts last."""

from datetime import timedelta
from enum import StrEnum

CREDITS = 3
"""What a trial is for (R-ESC-6)."""
LINK_LIFETIME = timedelta(days=7)
"""How long the mailed link to the key works, unless it is opened before."""
UNDECIDED_KEPT = timedelta(days=90)
DECIDED_KEPT = timedelta(days=30)
"""How long a request is kept; meanwhile the same address has the same reference."""
MOST_IN_A_DAY = 500
"""New requests of a day: each mails an address that somebody typed, so this is how many strangers can be written to."""


class TrialStatus(StrEnum):
    """What an operator has made of a request."""

    REQUESTED = "requested"
    APPROVED = "approved"
    DECLINED = "declined"
