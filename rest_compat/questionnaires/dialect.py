"""The only place of the questionnaire API that knows its two envelopes, its statuses and its texts."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from pydantic import BaseModel, ValidationError

from rest_compat.problem import Problem, bad_input
from rest_compat.route import Route

PARTICIPANTS, KEYS = "Participants", "API Keys"
"""The two surfaces, by their tags: refusals of the first have four fields, those of the second one (R-QST-13, R-QST-14)."""
BY_KIND = {"UNAUTHENTICATED": 401, "FORBIDDEN": 403, "NOT_FOUND": 404, "UNAVAILABLE": 503, "INTERNAL": 500}
"""The status of each kind of failure; 400 for the others, for the contract knows no other refusal."""
BY_CODE = {
    "METHOD_NOT_ALLOWED": 405,
    "REQUEST_TIMEOUT": 408,
    "PAYLOAD_TOO_LARGE": 413,
    "UNSUPPORTED_MEDIA_TYPE": 415,
    "IDEMPOTENCY_KEY_REUSED": 409,
    "IDEMPOTENCY_KEY_IN_USE": 409,
    "IDEMPOTENT_ANSWER_DROPPED": 409,
}
NAMES = {400: "BAD_REQUEST", 401: "UNAUTHORIZED", 403: "FORBIDDEN", 404: "NOT_FOUND"}
"""What the participant surface calls its statuses; it has no names for others below 500 than that of 400 (I-QST-10)."""
FAILURE = "INTERNAL_SERVER_ERROR"
NOT_AUTHORIZED = "You are not authorized to perform this operation"
NOT_ASSOCIATED = "API Key not associated with this Questionnaire"
NO_KEY_OR_TENANT = "API key not found or Invalid tenant for this questionnaire"
NOT_JSON = "Invalid JSON format"
OUTCOME_FAILED = "Failed to update outcome tracking"
RETAKE_FAILED = "Failed to update participant for retake"
MISSING = {
    "project_uuid": "project_uuid is required",
    "interview_ref_num": "IRN cannot be empty.",
    "outcome": "outcome is required",
    "key_name": "key_name is required and cannot be null or empty",
    "permissions": "scope is required and cannot be null or empty",
}
"""What is said where something is missing (R-QST-5, R-QST-12, R-QST-15, I-QST-3)."""
MALFORMED = {
    "outcome_ts": "Invalid outcome_ts format. Use RFC3339 format (e.g., 2025-12-12T06:06:29Z)",
    "tenant_id": "Invalid tenant ID format",
    "questionnaire_id": "Invalid questionnaire ID format",
    "key_id": "Invalid api key ID format",
    "permissions": "Invalid scope. Valid values: participant:read, participant:write, participant:delete, apikey:write, apikey:delete",
}
"""What is said of something that has not its form, where it is not `Invalid <name> format` (R-QST-6, R-QST-12, R-QST-18)."""
OF_THE_GRAPH = {"email": "email", "outcomeAt": "outcome_ts"}
"""Fields whose form the graph refuses as well."""
SECURITY: Mapping[str, Any] = {
    "authorization": {"type": "apiKey", "in": "header", "name": "Authorization", "description": "The key itself, without a word before it."}
}


def _refusal(names: list[str]) -> Mapping[str, Any]:
    return {
        "type": "object",
        "required": ["error", "status", "message", "timestamp"],
        "properties": {
            "error": {"type": "string", "enum": names},
            "status": {"type": "integer"},
            "message": {"type": "string"},
            "timestamp": {"type": "string", "description": "`DD-MM-YYYY HH:MM:SS` in UTC.", "examples": ["27-03-2026 12:34:56"]},
        },
    }


ERROR_SCHEMA = _refusal([*NAMES.values(), FAILURE])
ERROR_SCHEMAS: Mapping[str, Mapping[str, Any]] = {
    "OutcomeTrackingError": _refusal([*NAMES.values()]),
    "ApiKeyError": {
        "type": "object",
        "required": ["error"],
        "properties": {"error": {"type": "string", "description": "What happened, for people."}},
    },
}


def error_name(route: Route, status: int) -> str:
    """A refusal of an outcome never says that the server failed; where it fails, it says so all the same (I-QST-4, I-QST-10)."""
    if route.tag == KEYS:
        return "ApiKeyError"
    return "OutcomeTrackingError" if route.method == "PUT" and status < 500 else "Error"


def credential(headers: Mapping[str, str]) -> str | None:
    """The whole header is the key (R-QST-1)."""
    return headers.get("Authorization", "").strip() or None


def fault(_route: Route, error: ValidationError) -> Problem:
    """The contract's text about the first parameter that is missing or has not its form."""
    first = error.errors(include_url=False, include_context=False, include_input=False)[0]
    name = str(first["loc"][0])
    if first["type"] == "missing":
        return bad_input(MISSING[name])
    return bad_input(_malformed(name))


def _malformed(name: str) -> str:
    return MALFORMED.get(name, f"Invalid {name} format")


def unreadable(route: Route, problem: Problem) -> Problem:
    """Any body that is no JSON object is told in the same words; one that is too large or late is not."""
    return bad_input(NOT_JSON) if route.has_body and problem.code == "BAD_REQUEST" else problem


def failure(problem: Problem, route: Route | None = None) -> tuple[int, Any]:
    """A refusal in the envelope of the surface that was asked."""
    status = BY_CODE.get(problem.code) or (503 if problem.code == "RATE_LIMIT_EXCEEDED" else BY_KIND.get(problem.kind, 400))
    on_keys = route is not None and route.tag == KEYS
    text = _text(problem, status, route, on_keys=on_keys)
    if on_keys:
        return status, {"error": text}
    name = FAILURE if status >= 500 else NAMES.get(status, "BAD_REQUEST")
    return status, {"error": name, "status": status, "message": text, "timestamp": f"{datetime.now(UTC):%d-%m-%Y %H:%M:%S}"}


def _text(problem: Problem, status: int, route: Route | None, *, on_keys: bool) -> str:
    if status == 401:
        no_key = "Authorization header is required" if on_keys else "API key is required"
        return no_key if problem.code == "UNAUTHORIZED" else "Invalid API key"
    if status == 403:
        return _forbidden(problem, is_deletion=route is not None and route.method == "DELETE")
    if status == 404 and problem.code != "NO_SUCH_PATH":
        return NO_KEY_OR_TENANT if on_keys else _not_found(problem, route)
    if problem.kind == "INTERNAL":
        return _failed(problem, route)
    return _refused(problem, route)


def _forbidden(problem: Problem, *, is_deletion: bool) -> str:
    if problem.code == "NOT_ASSOCIATED":
        return NOT_ASSOCIATED
    return "Invalid API key scope" if is_deletion else NOT_AUTHORIZED


def _not_found(problem: Problem, route: Route | None) -> str:
    """One thing under two names: the wire calls a questionnaire a project where participants are entered (R-QST-9)."""
    if problem.code != "QUESTIONNAIRE_NOT_FOUND":
        return "Participant not found"
    return "Questionnaire not found" if route is not None and route.method == "PUT" else "Project not found"


def _failed(problem: Problem, route: Route | None) -> str:
    if route is not None and route.method == "PUT":
        return OUTCOME_FAILED
    return RETAKE_FAILED if route is not None and route.operation == "RetakeQuestionnaire" else problem.message


def _refused(problem: Problem, route: Route | None) -> str:
    if problem.code == "DUPLICATE_INTERVIEW_REFERENCE":
        number = problem.asked.get("interview_ref_num", "")
        return f"Error: Duplicate IRN. IRN number {number} has already been assigned to another participant."
    if problem.code == "INTERVIEW_REFERENCE_CHANGED":
        return "In Retake Participant Interview Reference number can not be changed."
    if route is not None and route.method == "PUT" and problem.kind in ("CONFLICT", "WRONG_STATE"):
        return OUTCOME_FAILED
    for path, _message in problem.fields:
        if (name := path.rsplit(".", 1)[-1]) in OF_THE_GRAPH:
            return _malformed(OF_THE_GRAPH[name])
    return " ".join(dict.fromkeys(text for _, text in problem.fields)) or problem.message


def success(body: BaseModel) -> Any:
    """An answer stands alone."""
    return body.model_dump()


def success_schema(_route: Route, schema: Mapping[str, Any]) -> Mapping[str, Any]:
    return schema
