"""How the esc Profile API pages: `limit` and `offset`, cut at 100 (R-ESC-4)."""

from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from rest_compat.body import SAME, Body, asked, at
from rest_compat.values import IN_DIGITS

LARGEST = 100


def _cut(value: Any) -> Any:
    """Cut a limit that is too large, rather than refuse it."""
    return min(value, LARGEST) if isinstance(value, int) else value


Limit = Annotated[
    int,
    Field(ge=1, json_schema_extra={"maximum": LARGEST}, description="How many to answer; more than 100 are cut to 100."),
    BeforeValidator(_cut),
    IN_DIGITS,
]
Offset = Annotated[int, Field(ge=0, le=1_000_000, description="How many to skip first."), IN_DIGITS]


class Pagination(Body):
    """Where a page lies."""

    total: int = at("totalCount")
    limit: Annotated[int, asked("limit"), SAME]
    offset: Annotated[int, asked("offset"), SAME]
    has_more: bool = at("pageInfo.hasNextPage")
