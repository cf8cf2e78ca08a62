"""The only place of the assessment flows API that knows its envelope, its statuses and its codes."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from pydantic import BaseModel, ValidationError

from rest_compat.problem import Problem
from rest_compat.route import Route

INVALID = "INVALID_REQUEST", "validation_error"
NOT_ALLOWED = "FORBIDDEN", "permission_error"
OURS = "INTERNAL_ERROR", "api_error"
"""For what is no fault of the request: of the contract's closed list the one after which a program asks again (decision 0040)."""
BY_KIND: Mapping[str, tuple[int, str, str]] = {
    "BAD_INPUT": (400, *INVALID),
    "UNAUTHENTICATED": (401, "UNAUTHORIZED", "authentication_error"),
    "FORBIDDEN": (403, *NOT_ALLOWED),
    "NOT_FOUND": (404, "NOT_FOUND", "not_found_error"),
    "CONFLICT": (400, *INVALID),
    "PAYMENT_REQUIRED": (403, *NOT_ALLOWED),
    "WRONG_STATE": (400, *INVALID),
    "TOO_MANY": (429, *OURS),
    "UNAVAILABLE": (503, *OURS),
    "INTERNAL": (500, *OURS),
}
"""Status, code and type of each kind of failure (R-FLW-15, R-FLW-17)."""
BY_CODE: Mapping[str, tuple[int, str, str]] = {
    "ACCOUNT_INACTIVE": (403, "ACCOUNT_INACTIVE", "permission_error"),
    "METHOD_NOT_ALLOWED": (405, *INVALID),
    "PAYLOAD_TOO_LARGE": (413, *INVALID),
    "REQUEST_TIMEOUT": (408, *INVALID),
    "UNSUPPORTED_MEDIA_TYPE": (415, *INVALID),
    "IDEMPOTENCY_KEY_REUSED": (409, *INVALID),
    "IDEMPOTENCY_KEY_IN_USE": (409, *INVALID),
    "IDEMPOTENT_ANSWER_DROPPED": (409, *INVALID),
}
"""Codes with a status of their own (Q-10), and the one that the wire tells apart."""
MESSAGES: Mapping[str, str] = {
    "ACCOUNT_INACTIVE": "Subscription is inactive",
    "NO_SUCH_PATH": "There is no such path. See the reference.",
}
OF_KIND: Mapping[str, str] = {
    "UNAUTHENTICATED": "Missing or invalid API key",
    "FORBIDDEN": "Insufficient permissions",
    "NOT_FOUND": "Flow not found",
    "INTERNAL": "Server error",
}
"""What the contract says, for codes without a message of their own."""
FIELDS_INVALID = "One or more fields are invalid."
STEPS_FIXED = "Existing steps cannot be removed or replaced"
_SAID: Mapping[str, str] = MappingProxyType(
    {
        "missing": "is required",
        "string_type": "must be a string",
        "string_too_short": "must not be empty",
        "string_too_long": "must be at most {max_length} characters long",
        "list_type": "must be a list",
        "too_short": "must have at least {min_length} entry",
        "too_long": "must have at most {max_length} entries",
        "model_type": "must be an object",
        "float_type": "must be a number",
        "finite_number": "must be a number",
        "greater_than_equal": "must be {ge:g} or more",
        "less_than_equal": "must be {le:g} or less",
        "literal_error": "must be one of {expected}",
    }
)
"""What is said of a field, by what pydantic found."""
SECURITY: Mapping[str, Any] = {
    "bearerAuth": {
        "type": "http",
        "scheme": "bearer",
        "bearerFormat": "API Key",
        "description": "A key of the account: `Authorization: Bearer YOUR_API_KEY`.",
    }
}
ERROR_SCHEMA: Mapping[str, Any] = {
    "type": "object",
    "required": ["error"],
    "additionalProperties": False,
    "properties": {
        "error": {
            "type": "object",
            "required": ["code", "type", "message"],
            "additionalProperties": False,
            "properties": {
                "code": {
                    "type": "string",
                    "enum": ["INVALID_REQUEST", "UNAUTHORIZED", "ACCOUNT_INACTIVE", "FORBIDDEN", "NOT_FOUND", "INTERNAL_ERROR"],
                    "description": "A stable code, for programs; with it, the status says more.",
                },
                "type": {
                    "type": "string",
                    "enum": ["validation_error", "authentication_error", "permission_error", "not_found_error", "api_error"],
                    "description": "What sort of failure it is.",
                },
                "message": {"type": "string", "description": "What happened, for people."},
                "details": {
                    "type": "object",
                    "additionalProperties": {"type": "string"},
                    "description": "What is wrong with each wrong field, by its path: `steps.0.passThreshold`.",
                },
            },
        },
    },
}


def credential(headers: Mapping[str, str]) -> str | None:
    """The key after `Bearer`."""
    scheme, _, key = headers.get("Authorization", "").strip().partition(" ")
    return key.strip() or None if scheme.lower() == "bearer" else None


def fault(_route: Route, error: ValidationError) -> Problem:
    """Say of every wrong field what is wrong with it."""
    fields: dict[str, str] = {}
    for found in error.errors(include_url=False, include_input=False):
        path = ".".join(map(str, found["loc"])) or found.get("ctx", {}).get("field", "")
        fields.setdefault(path, _said(path, found))
    return Problem("BAD_INPUT", "BAD_REQUEST", FIELDS_INVALID, fields=tuple(fields.items()))


def _said(path: str, found: Any) -> str:
    template = _SAID.get(found["type"])
    message = template.format_map(found.get("ctx", {})) if template else found["msg"].removeprefix("Value error, ")
    return f'"{path.rpartition(".")[2]}" {message}'


def failure(problem: Problem, route: Route | None = None) -> tuple[int, Any]:
    """The envelope of a failure, with what is wrong with each field."""
    status, code, sort = BY_CODE.get(problem.code) or BY_KIND[problem.kind]
    message = MESSAGES.get(problem.code) or OF_KIND.get(problem.kind) or problem.message
    error: dict[str, Any] = {"code": code, "type": sort, "message": message}
    if problem.fields and status == 400:
        error |= {"message": FIELDS_INVALID, "details": dict(_detail(problem, route, *field) for field in problem.fields)}
    return status, {"error": error}


def _detail(problem: Problem, route: Route | None, path: str, message: str) -> tuple[str, str]:
    """A field and what is wrong with it, in the wire's words; a step that was taken away stands nowhere in the request."""
    if problem.code == "FLOW_STEP_FIXED" and path.count(".") == 1:
        return "steps", STEPS_FIXED
    return _on_the_wire(path, route), message


def _on_the_wire(path: str, route: Route | None) -> str:
    """`steps.0.instrument` of the graph came as `steps.0.assessmentId`, `name` as `flowName`."""
    if route is None:
        return path
    first, *inner = path.split(".")
    outer = route.alias(first) if first in route.takes.model_fields else first
    return ".".join([outer, *(route.takes.words.get(part, part) for part in inner)])


def success(body: BaseModel) -> Any:
    """The envelope of an answer."""
    return {"status": "success", "data": body.model_dump()}


def success_schema(_route: Route, schema: Mapping[str, Any]) -> Mapping[str, Any]:
    """The schema of that envelope."""
    properties = {"status": {"type": "string", "const": "success"}, "data": dict(schema)}
    return {"type": "object", "required": list(properties), "properties": properties, "additionalProperties": False}
