"""What inputs have in common: fields that may be left out, and what was given."""

from enum import Enum
from typing import Any

import strawberry


def optional(description: str) -> Any:
    """A field that may be left out; null then means that it was given, as nothing."""
    return strawberry.field(description=description, default=strawberry.UNSET)


def required(description: str) -> Any:
    return strawberry.field(description=description)


def defaulted(description: str, default: Any) -> Any:
    return strawberry.field(description=description, default=default)


def given(input: Any, *but: str) -> dict[str, Any]:
    """The fields of an input that were given, enums by their values."""
    return {
        name: value.value if isinstance(value, Enum) else value
        for name, value in vars(input).items()
        if value is not strawberry.UNSET and name not in but
    }
