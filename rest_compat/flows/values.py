"""How the assessment flows API writes values: numbers without an empty fraction, times as milliseconds, ids as they came."""

import re
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, PlainValidator, WithJsonSchema
from pydantic_core import PydanticCustomError

from rest_compat.values import LARGEST

_FLOW = re.compile(r"[1-9][0-9]{0,17}", re.ASCII)
LONGEST_REFERENCE = 200


def _flow_number(value: Any) -> Any:
    """A text that is no number is the id of no flow, which is not found rather than malformed (I-FLW-6)."""
    return value if isinstance(value, str) and _FLOW.fullmatch(value) else str(LARGEST)


def _reference(value: Any) -> int | str:
    if isinstance(value, str) and 1 <= len(value) <= LONGEST_REFERENCE:
        return value
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) <= LARGEST:
        return value
    raise PydanticCustomError("reference", "must be a whole number of at most 64 bits or a text of 1 to 200 characters")


def _whole(value: Any) -> Any:
    """60.0 of the graph is 60 on the wire."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _milliseconds(value: Any) -> Any:
    return round(datetime.fromisoformat(value).timestamp() * 1000) if isinstance(value, str) else value


def _over(value: Any) -> Any:
    """What ended before it was completed can be passed no more; its score is null."""
    return "FAILED" if value == "OVER" else value


def _never_null(schema: dict[str, Any]) -> None:
    schema.pop("default", None)


def left_out(description: str, **options: Any) -> Any:
    """A field that may be left out, but is never null."""
    return Field(None, description=description, json_schema_extra=_never_null, **options)


FlowId = Annotated[str, Field(alias="id", description="The flow's id.", examples=["7"]), BeforeValidator(_flow_number)]
Number = Annotated[int | float, BeforeValidator(_whole), WithJsonSchema({"type": "number"})]
Milliseconds = Annotated[int, BeforeValidator(_milliseconds)]
"""Unix time."""
FlowStatus = Literal["ACTIVE", "INACTIVE", "DELETED"]
CandidateStatus = Literal["NOT_STARTED", "IN_PROGRESS", "COMPLETED", "FAILED"]
AttemptStatus = Annotated[CandidateStatus, BeforeValidator(_over)]
Email = Annotated[str, WithJsonSchema({"type": "string", "format": "email"})]
Reference = int | str
"""A number or a text, as it was given (R-FLW-14)."""
GivenReference = Annotated[
    int | str,
    PlainValidator(_reference),
    WithJsonSchema(
        {"type": ["integer", "string"], "minimum": -LARGEST, "maximum": LARGEST, "minLength": 1, "maxLength": LONGEST_REFERENCE}
    ),
]
