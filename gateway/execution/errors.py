"""Errors as they are shown: what the domain says goes through, what nobody expected is masked (Q-14)."""

import asyncio
import logging
from collections.abc import Sequence
from typing import Any

from graphql import GraphQLError, GraphQLSyntaxError

from domain.kernel.database import translated
from domain.kernel.errors import DeadlineExceeded, DomainError, Kind

log = logging.getLogger("centil.execution")
MASKED = "Something failed that should not have. Quote the request id when you report it."
READ_FAILED = "GRAPHQL_PARSE_FAILED"
VALIDATION_FAILED = "GRAPHQL_VALIDATION_FAILED"


def known(error: BaseException | None) -> DomainError | None:
    """The failure of the domain behind an error, also when a driver raised it for a busy database."""
    while isinstance(error, GraphQLError):
        error = error.original_error
    if isinstance(error, DomainError):
        return error
    if isinstance(error, (TimeoutError, asyncio.TimeoutError)):
        return DeadlineExceeded()
    if error is not None:
        try:
            with translated():
                raise error
        except DomainError as translation:
            return translation
        except BaseException:
            return None
    return None


def shown(error: GraphQLError, request_id: str, code: str = VALIDATION_FAILED) -> dict[str, Any]:
    """An error as the client gets it, with kind, code and request id."""
    formatted: dict[str, Any] = dict(error.formatted)
    extensions = formatted.get("extensions") or {}
    formatted["extensions"] = {**extensions, **_extensions(error, code, formatted), "requestId": request_id}
    return formatted


def _extensions(error: GraphQLError, code: str, formatted: dict[str, Any]) -> dict[str, Any]:
    if failure := known(error):
        formatted["message"] = failure.message
        told: dict[str, Any] = {"kind": failure.kind.value, "code": failure.code}
        if failure.retry_after is not None:
            told["retryAfter"] = failure.retry_after
        if failure.fields:
            told["fields"] = [{"path": list(fault.path), "message": fault.message} for fault in failure.fields]
        return told
    if error.original_error is None or isinstance(error.original_error, GraphQLError):
        syntax = isinstance(error, GraphQLSyntaxError)
        return {"kind": Kind.BAD_INPUT.value, "code": READ_FAILED if syntax else code}
    log.error("unexpected error", exc_info=error.original_error)
    formatted["message"] = MASKED
    return {"kind": Kind.INTERNAL.value, "code": "INTERNAL"}


def all_shown(errors: Sequence[GraphQLError], request_id: str, code: str = VALIDATION_FAILED) -> list[dict[str, Any]]:
    return [shown(error, request_id, code) for error in errors]
