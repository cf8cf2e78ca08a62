"""Structured logs with an allow-list of fields: no key, token, mail address or name gets in (Q-23)."""

import logging
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

from gateway.settings import Settings

ALLOWED = frozenset(
    {
        "account",
        "actor",
        "api",
        "attempts",
        "code",
        "count",
        "duration_ms",
        "event",
        "exc_info",
        "exception",
        "job",
        "kind",
        "level",
        "logger",
        "method",
        "operation",
        "port",
        "request_id",
        "route",
        "status",
        "timestamp",
    }
)
"""Fields that may be logged. `route` is a pattern such as /api/v1/invites/{inviteId}, never the path itself."""


def only_allowed(_logger: Any, _method: str, fields: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Drop every field that is not on the list; those of structlog itself begin with an underscore."""
    return {name: value for name, value in fields.items() if name in ALLOWED or name.startswith("_")}


def without_values(_logger: Any, _method: str, fields: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Show where an unexpected error came from, not what it said: messages of drivers quote values."""
    info = fields.pop("exc_info", None)
    if info is True:
        info = sys.exc_info()
    error = info[1] if isinstance(info, tuple) else info
    if isinstance(error, BaseException):
        places = []
        trace = error.__traceback__
        while trace is not None:
            code = trace.tb_frame.f_code
            places.append(f"{code.co_filename.rsplit('/', 2)[-1]}:{trace.tb_lineno} {code.co_name}")
            trace = trace.tb_next
        fields["exception"] = f"{type(error).__name__} at {' < '.join(reversed(places[-8:]))}"
    return fields


def configure(settings: Settings) -> None:
    """Send all logs of the process through the allow-list, to standard error."""
    as_text = settings.log_format == "text" or (settings.log_format == "auto" and sys.stderr.isatty())
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.ExtraAdder(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        without_values,
        only_allowed,
    ]
    renderer: Any = structlog.dev.ConsoleRenderer() if as_text else structlog.processors.JSONRenderer()
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared, processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer]
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(settings.log_level.upper())
    for noisy in ("asyncio", "aiohttp.access", "alembic", "dbos"):
        logging.getLogger(noisy).setLevel(max(logging.WARNING, root.level))
    structlog.configure(
        processors=[*shared[:-2], without_values, only_allowed, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
