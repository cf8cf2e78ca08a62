"""Failures as facts: what went wrong, without a status code."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, ClassVar


class Kind(StrEnum):
    """What sort of failure it is; a closed list that every surface can map."""

    BAD_INPUT = "BAD_INPUT"
    UNAUTHENTICATED = "UNAUTHENTICATED"
    FORBIDDEN = "FORBIDDEN"
    NOT_FOUND = "NOT_FOUND"
    CONFLICT = "CONFLICT"
    PAYMENT_REQUIRED = "PAYMENT_REQUIRED"
    WRONG_STATE = "WRONG_STATE"
    TOO_MANY = "TOO_MANY"
    UNAVAILABLE = "UNAVAILABLE"
    INTERNAL = "INTERNAL"


@dataclass(frozen=True, slots=True)
class FieldFault:
    """One field of an input that is wrong, by its path, and what to do about it."""

    path: tuple[str, ...]
    message: str


class DomainError(Exception):
    """A failure that a caller can understand and act on."""

    kind: ClassVar[Kind]
    code: ClassVar[str]
    text: ClassVar[str]

    def __init__(
        self,
        message: str | None = None,
        *,
        fields: Sequence[FieldFault] = (),
        retry_after: int | None = None,
        details: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(message or self.text)
        self.message = message or self.text
        self.fields = tuple(fields)
        self.retry_after = retry_after
        self.details = dict(details or {})


class BadInput(DomainError):
    kind = Kind.BAD_INPUT
    code = "BAD_REQUEST"
    text = "The input is not valid."

    @classmethod
    def field(cls, *path: str, message: str) -> "BadInput":
        """Name one wrong field; its message is also the message of the whole."""
        return cls(message, fields=[FieldFault(path, message)])


class Unauthenticated(DomainError):
    kind = Kind.UNAUTHENTICATED
    code = "UNAUTHORIZED"
    text = "A valid API key is needed: send it as 'Authorization: Bearer <key>'."


class Forbidden(DomainError):
    kind = Kind.FORBIDDEN
    code = "FORBIDDEN"
    text = "This credential is not allowed to do that."


class NotFound(DomainError):
    kind = Kind.NOT_FOUND
    code = "NOT_FOUND"
    text = "Resource not found"


class Unavailable(DomainError):
    kind = Kind.UNAVAILABLE
    code = "UNAVAILABLE"
    text = "The service is busy. Try again in a moment."

    def __init__(self, message: str | None = None, *, retry_after: int = 1) -> None:
        super().__init__(message, retry_after=retry_after)


class DeadlineExceeded(Unavailable):
    code = "DEADLINE_EXCEEDED"
    text = "The operation took longer than it may and was stopped. Ask for less at once."
