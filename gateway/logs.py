"""Structured logs with an allow-list of fields: no key, token, email address or name gets in (Q-23).

The standard library and a formatter of our own: structlog imports rich at every start, which costs a third of a second.
"""

import contextvars
import logging
import sys
from datetime import UTC, datetime
from typing import Any

import orjson

from gateway.settings import Settings

ALLOWED = frozenset(
    {"account", "actor", "api", "attempts", "code", "count", "duration_ms", "job", "kind", "method", "operation", "port", "route", "status"}
)
"""Fields that may be logged. `route` is a pattern such as /api/v1/invites/{inviteId}, never the path itself."""
PLACES_SHOWN = 8
request_id: contextvars.ContextVar[str] = contextvars.ContextVar("request_id", default="")
"""The request that the running task works on; every line it logs names it."""


class Structured(logging.Formatter):
    """A line of JSON, or of words for people: the message, the allowed fields, where an error came from."""

    def __init__(self, *, as_text: bool) -> None:
        super().__init__()
        self._as_text = as_text

    def format(self, record: logging.LogRecord) -> str:
        fields = {name: value for name, value in vars(record).items() if name in ALLOWED}
        if request := request_id.get():
            fields["request_id"] = request
        if record.exc_info and record.exc_info[1] is not None:
            fields["exception"] = where(record.exc_info[1])
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        if self._as_text:
            told = " ".join(f"{name}={value}" for name, value in fields.items())
            return f"{at[11:23]} {record.levelname.lower():7} {message_of(record)}  {told}".rstrip()
        line = {"at": at, "level": record.levelname.lower(), "logger": record.name, "event": message_of(record), **fields}
        return orjson.dumps(line, default=str).decode()


def message_of(record: logging.LogRecord) -> str:
    """What is logged: our own words as they are; of others their pattern, for what they fill in could be anything."""
    return record.getMessage() if record.name.startswith("centil") else str(record.msg)


def where(error: BaseException) -> str:
    """The kind of an error and the places it came through, not what it says: messages of drivers quote values."""
    places: list[str] = []
    trace = error.__traceback__
    while trace is not None:
        code = trace.tb_frame.f_code
        places.append(f"{'/'.join(code.co_filename.rsplit('/', 2)[-2:])}:{trace.tb_lineno}")
        trace = trace.tb_next
    return f"{type(error).__name__} at {' < '.join(reversed(places[-PLACES_SHOWN:]))}"


def configure(settings: Settings) -> None:
    """Send all logs of the process to standard error."""
    as_text = settings.log_format == "text" or (settings.log_format == "auto" and sys.stderr.isatty())
    handler: Any = logging.StreamHandler(sys.stderr)
    handler.setFormatter(Structured(as_text=as_text))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(settings.log_level.upper())
    for noisy in ("asyncio", "aiohttp.access", "alembic", "dbos"):
        logging.getLogger(noisy).setLevel(max(logging.WARNING, root.level))
