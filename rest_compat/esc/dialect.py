"""The only place of the esc Profile API that knows its envelope, its statuses and its codes."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator

from rest_compat.body import Body, lower
from rest_compat.problem import Problem
from rest_compat.route import Route

BY_KIND = {
    "BAD_INPUT": (400, "BAD_REQUEST"),
    "UNAUTHENTICATED": (401, "UNAUTHORIZED"),
    "FORBIDDEN": (403, "FORBIDDEN"),
    "NOT_FOUND": (404, "NOT_FOUND"),
    "CONFLICT": (409, "CONFLICT"),
    "PAYMENT_REQUIRED": (402, "INSUFFICIENT_CREDITS"),
    "WRONG_STATE": (400, "BAD_REQUEST"),
    "TOO_MANY": (429, "RATE_LIMIT_EXCEEDED"),
    "UNAVAILABLE": (503, "UNAVAILABLE"),
    "INTERNAL": (500, "INTERNAL"),
}
"""Status and wire code of each kind of failure, for codes without a line of their own (I-ESC-12)."""
BY_CODE = {
    "NOT_PENDING": (400, "NOT_PENDING"),
    "NOT_COMPLETED": (400, "NOT_COMPLETED"),
    "ALREADY_CANCELED": (404, "NOT_FOUND"),
    "ALREADY_ANONYMIZED": (400, "ALREADY_ANONYMIZED"),
    "PROTECTED": (403, "PROTECTED"),
    "TOO_MANY_PENDING_INVITES": (429, "TOO_MANY_PENDING_INVITES"),
    "REMINDER_LIMIT_REACHED": (429, "REMINDER_LIMIT_REACHED"),
    "REMINDER_TOO_SOON": (429, "REMINDER_TOO_SOON"),
    "METHOD_NOT_ALLOWED": (405, "METHOD_NOT_ALLOWED"),
    "PAYLOAD_TOO_LARGE": (413, "PAYLOAD_TOO_LARGE"),
    "REQUEST_TIMEOUT": (408, "REQUEST_TIMEOUT"),
    "UNSUPPORTED_MEDIA_TYPE": (415, "UNSUPPORTED_MEDIA_TYPE"),
    "IDEMPOTENCY_KEY_NOT_VALID": (400, "IDEMPOTENCY_KEY_NOT_VALID"),
    "IDEMPOTENCY_KEY_REUSED": (409, "IDEMPOTENCY_KEY_REUSED"),
    "IDEMPOTENCY_KEY_IN_USE": (409, "IDEMPOTENCY_KEY_IN_USE"),
    "IDEMPOTENT_ANSWER_DROPPED": (409, "IDEMPOTENT_ANSWER_DROPPED"),
}
"""Codes that the wire tells apart (I-ESC-11, Q-10), and a canceled invite, which is not found any more (I-ESC-26)."""
MESSAGES = {"ALREADY_CANCELED": "Resource not found", "NOT_FOUND": "Resource not found"}
NOT_COMPLETED = Problem("WRONG_STATE", "NOT_COMPLETED", "The assessment is not completed yet.")
SECURITY: Mapping[str, Any] = {
    "bearerAuth": {
        "type": "http",
        "scheme": "bearer",
        "bearerFormat": "API Key",
        "description": "`pk_live_` or `pk_test_` and 32 hex digits.",
    }
}
ERROR_SCHEMA: Mapping[str, Any] = {
    "type": "object",
    "required": ["success", "error"],
    "properties": {
        "success": {"type": "boolean", "const": False},
        "error": {
            "type": "object",
            "required": ["message", "code"],
            "properties": {
                "message": {"type": "string", "description": "What happened, for people."},
                "code": {"type": "string", "description": "A stable code, for programs."},
            },
        },
    },
}


class Told(Body):
    """An answer with a message beside its data (R-ESC-3)."""


def credential(headers: Mapping[str, str]) -> str | None:
    """The key after `Bearer`; a key without that word is none (R-ESC-1)."""
    scheme, _, key = headers.get("Authorization", "").strip().partition(" ")
    return key.strip() or None if scheme.lower() == "bearer" else None


def failure(problem: Problem, _route: Route | None = None) -> tuple[int, Any]:
    """The esc envelope of a failure."""
    status, code = BY_CODE.get(problem.code) or BY_KIND[problem.kind]
    message = MESSAGES.get(problem.code, problem.message)
    if problem.fields:
        message = " ".join(dict.fromkeys(text for _, text in problem.fields))
    return status, {"success": False, "error": {"message": message, "code": code}}


def success(body: BaseModel) -> Any:
    """The esc envelope of an answer: `data`, with `message` beside it where the contract wants one."""
    dumped = body.model_dump()
    if isinstance(body, Told):
        return {"success": True, "message": dumped.pop("message"), "data": dumped}
    return {"success": True, "data": dumped}


def told(name: str, timestamp: str, body: BaseModel) -> Any:
    """A message to a webhook (I-ESC-22)."""
    return {"event": name, "timestamp": timestamp, "data": body.model_dump()}


def success_schema(route: Route, schema: Mapping[str, Any]) -> Mapping[str, Any]:
    """The schema of that envelope."""
    told = isinstance(route.answers, type) and issubclass(route.answers, Told)
    properties: dict[str, Any] = {"success": {"type": "boolean", "const": True}}
    data = dict(schema)
    if told:
        inner = dict(data.get("properties", {}))
        properties["message"] = inner.pop("message")
        data = {**data, "properties": inner, "required": [name for name in data.get("required", []) if name != "message"]}
    properties["data"] = data
    return {"type": "object", "required": list(properties), "properties": properties}


def _titled(value: Any) -> Any:
    """`VERY_LOW` is `Very Low` on the wire."""
    return value.replace("_", " ").title() if isinstance(value, str) else value


def _other(value: Any) -> Any:
    return "other" if value == "DIVERSE" else lower(value)


def _run_together(value: Any) -> Any:
    """`LIGHT_GREEN` is `lightgreen` on the wire."""
    return value.replace("_", "").lower() if isinstance(value, str) else value


def _permission(value: Any) -> Any:
    """`INVITES_READ` is `invites:read` on the wire."""
    return ":".join(value.lower().rsplit("_", 1)) if isinstance(value, str) else value


InviteStatus = Annotated[Literal["pending", "started", "completed", "expired"], BeforeValidator(lower)]
"""A canceled invite has no status on the wire, for it is found nowhere (I-ESC-26)."""
Gender = Annotated[Literal["male", "female", "diverse"], BeforeValidator(lower)]
SearchGender = Annotated[Literal["male", "female", "other"], BeforeValidator(_other)]
"""`/search` spells diverse as other (I-ESC-2)."""
AnyGender = Annotated[str, BeforeValidator(lambda value: (value or "").lower())]
"""Elsewhere it is free text: the stored value, empty when nobody gave one."""
Mode = Annotated[Literal["live", "test"], BeforeValidator(lower)]
Label = Annotated[Literal["Very Low", "Low", "Below Average", "Average", "Above Average", "High", "Very High"], BeforeValidator(_titled)]
Tendency = Annotated[str, BeforeValidator({"WIR": "Wir", "ICH": "Ich", "BALANCED": "balanced"}.__getitem__)]
Source = Annotated[Literal["api", "manual"], BeforeValidator(lower)]
AttemptStatus = Annotated[Literal["completed", "in_progress"], BeforeValidator(lower)]
AccountType = Annotated[Literal["standard", "API", "enterprise"], BeforeValidator(lambda value: value if value == "API" else lower(value))]
AccountStatus = Annotated[Literal["active", "inactive", "api_only"], BeforeValidator(lower)]
Permission = Annotated[str, BeforeValidator(_permission)]
Colour = Annotated[Literal["green", "lightgreen", "yellow", "orange", "red"], BeforeValidator(_run_together)]
Zone = Annotated[Literal["green", "yellow", "red"], BeforeValidator(lower)]
