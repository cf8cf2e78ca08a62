"""A failure of the graph, however the graph said it, as one value."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Problem:
    """Why there is no answer; the dialect turns it into a status and a body."""

    kind: str
    code: str
    message: str
    retry_after: int | None = None
    fields: tuple[tuple[str, str], ...] = field(default=())
    asked: Mapping[str, Any] = field(default_factory=dict)
    """The parameters of the request by the wire's names, where they could be read; some APIs repeat one in what they say."""


NOT_FOUND = Problem("NOT_FOUND", "NOT_FOUND", "Resource not found")


def bad_input(message: str) -> Problem:
    return Problem("BAD_INPUT", "BAD_REQUEST", message)


def problem_in(data: Any, errors: Any) -> Problem | None:
    """The problem in an answer of the graph: a top-level error, a root that is null, or a Problem in its place."""
    if errors:
        told: Mapping[str, Any] = errors[0].get("extensions", {})
        return Problem(told.get("kind", "INTERNAL"), told.get("code", "INTERNAL"), errors[0]["message"], told.get("retryAfter"))
    [root] = data.values()
    if root is None:
        return NOT_FOUND
    if isinstance(root, dict) and root.get("__typename") == "Problem":
        fields = tuple((".".join(part["path"]), part["message"]) for part in root.get("fields") or ())
        return Problem(root["kind"], root["code"], root["message"], root.get("retryAfter"), fields)
    return None
