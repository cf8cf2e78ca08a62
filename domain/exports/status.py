"""Where an export stands, and what may be read of it by whom."""

from datetime import datetime, timedelta
from enum import StrEnum

from domain.kernel.permissions import Permission

LIFETIME = timedelta(hours=24)
"""How long a file is kept after it is ready."""


class Format(StrEnum):
    """As what kind of file."""

    CSV = "csv"
    JSON_LINES = "json_lines"


class ExportStatus(StrEnum):
    PENDING = "pending"
    RUNNING = "running"
    READY = "ready"
    FAILED = "failed"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


UNFINISHED = (ExportStatus.PENDING, ExportStatus.RUNNING)


def derived(stored: str, expires_at: datetime, now: datetime) -> ExportStatus:
    """Where an export stands now: one whose day is over has expired, whether or not it is swept away yet."""
    return ExportStatus.EXPIRED if now >= expires_at else ExportStatus(stored)


def progress(stored: str, done: int, total: int | None) -> int:
    """How much of an export is made, in whole percent; 100 only when it is ready."""
    if stored == ExportStatus.READY:
        return 100
    return min(done * 100 // total, 99) if total else 0


def needed(*, people: bool, answers: bool) -> list[Permission]:
    """What somebody must be allowed to read for what is in an export."""
    found = [Permission.RESULTS_READ]
    if people:
        found.append(Permission.CANDIDATES_READ)
    if answers:
        found.append(Permission.ATTEMPTS_READ)
    return found
