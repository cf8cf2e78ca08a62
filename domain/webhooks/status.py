"""Where webhooks and deliveries stand, and when a message is tried again."""

import random
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from enum import StrEnum

from domain.kernel.ports import Reply

MOST_WEBHOOKS = 20
"""Webhooks of an account."""
JITTER = 0.1
LONGEST_WAIT = timedelta(hours=24)
"""A receiver may ask for no longer a pause than that."""
FAILING_FOR = timedelta(days=5)
"""A webhook that answers nothing well for so long is switched off."""
KEPT = timedelta(days=30)
"""How long a delivery stays in the log after it was done with."""
RESULTS_KEPT = timedelta(days=15)
"""The same for a result that its questionnaire's webhook did not take, and so for how long it can be sent again (R-QST-22)."""
GONE = 410
"""The status by which a receiver says that it wants nothing any more."""


class Format(StrEnum):
    """In whose words a webhook is told."""

    CENTIL = "centil"
    ESC = "esc"
    QUESTIONNAIRES = "questionnaires"


class Disabled(StrEnum):
    """Why a webhook is switched off."""

    BY_ACCOUNT = "by_account"
    FAILING = "failing"
    GONE = "gone"


class Credential(StrEnum):
    """How messages to the webhook of a questionnaire prove whom they are from (R-QST-23)."""

    HEADER = "header"
    OAUTH = "oauth"


class DeliveryStatus(StrEnum):
    PENDING = "pending"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELED = "canceled"


class Canceled(StrEnum):
    """Why a message is not sent (any more)."""

    ERASED = "erased"
    NOTHING_TO_TELL = "nothing_to_tell"
    WEBHOOK_DISABLED = "webhook_disabled"
    WEBHOOK_DELETED = "webhook_deleted"


DONE = (DeliveryStatus.SUCCEEDED, DeliveryStatus.FAILED, DeliveryStatus.CANCELED)


def succeeded(reply: Reply, *, of_results: bool = False) -> bool:
    """Say whether a receiver took a message: any status from 200 to 299; of results 200 alone (R-QST-21)."""
    if of_results:
        return reply.status == 200
    return reply.status is not None and 200 <= reply.status < 300


def next_try(tries: int, schedule: Sequence[timedelta], *, now: datetime, asked: timedelta | None, luck: random.Random) -> datetime | None:
    """When a message is tried again after so many tries; None when that was the last.

    Never before a receiver asked for it, nor for much longer than a day; every tenth more or less, so that many messages
    do not come back at once.
    """
    if tries >= len(schedule):
        return None
    wait = schedule[tries] * luck.uniform(1 - JITTER, 1 + JITTER)
    return now + max(wait, min(asked, LONGEST_WAIT) if asked else timedelta())


def asked_for(header: str | None, now: datetime) -> timedelta | None:
    """Read `Retry-After`: seconds, or a date; None when there is none that makes sense."""
    text = (header or "").strip()
    if text.isascii() and text.isdigit():
        return timedelta(seconds=min(int(text[:9]), LONGEST_WAIT.total_seconds()))
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, OverflowError):  # whatever a receiver writes, its message is noted, or it would be sent without end
        return None
    wait = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)) - now
    return min(wait, LONGEST_WAIT) if wait > timedelta() else None
