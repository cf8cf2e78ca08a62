"""Failures as the pages show them: one value however they came about, its status, and its words."""

from collections.abc import Mapping
from typing import Any

from domain.kernel.errors import DomainError, Kind
from gateway.bodies import BodyRefused

PAGES = {
    Kind.BAD_INPUT: (400, "refused"),
    Kind.UNAUTHENTICATED: (404, "not_found"),
    Kind.FORBIDDEN: (404, "not_found"),
    Kind.NOT_FOUND: (404, "not_found"),
    Kind.CONFLICT: (409, "refused"),
    Kind.PAYMENT_REQUIRED: (409, "refused"),
    Kind.WRONG_STATE: (409, "refused"),
    Kind.TOO_MANY: (429, "too_many"),
    Kind.UNAVAILABLE: (503, "unavailable"),
    Kind.INTERNAL: (500, "failed"),
}
"""The status of each sort of failure, and the section of the texts that tells it."""
OVER = ("INVITE_EXPIRED", "ALREADY_CANCELED", "ALREADY_COMPLETED")
"""Failures that the welcome page explains best, for it shows where an invite stands."""


class Refused(Exception):
    """Something was not done. Nothing was changed then."""

    def __init__(
        self, kind: Kind, code: str, *, retry_after: int | None = None, fields: tuple[str, ...] = (), status: int | None = None
    ) -> None:
        super().__init__(code)
        self.kind = kind
        self.code = code
        self.retry_after = retry_after
        self.fields = fields
        """The fields of the input that are wrong, by the first part of their paths."""
        usual, self.section = PAGES[kind]
        self.status = status or usual

    @classmethod
    def by(cls, error: DomainError) -> "Refused":
        """What a failure of the domain means for a page."""
        status = error.status if isinstance(error, BodyRefused) else None
        fields = tuple(fault.path[0] for fault in error.fields if fault.path)
        return cls(error.kind, error.code, retry_after=error.retry_after, fields=fields, status=status)

    @classmethod
    def told(cls, problem: Mapping[str, Any]) -> "Refused":
        """What a problem in the graph's answer means for a page."""
        fields = tuple(field["path"][0] for field in problem["fields"] if field["path"])
        return cls(Kind(problem["kind"]), problem["code"], retry_after=problem["retryAfter"], fields=fields)


class Internal(Refused):
    """Something that nobody expected; it stands in the log already."""

    def __init__(self) -> None:
        super().__init__(Kind.INTERNAL, "INTERNAL")


class NotFound(Refused):
    """There is nothing at this address."""

    def __init__(self) -> None:
        super().__init__(Kind.NOT_FOUND, "NOT_FOUND")
