"""The forms of what the questionnaire API is given and gives: UUIDs, addresses, moments, texts that must be there."""

import re
from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, WithJsonSchema
from pydantic_core import PydanticCustomError

_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE | re.ASCII)
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d{1,9})?([Zz]|[+-]\d\d:\d\d)", re.ASCII)


def _needed(value: Any) -> Any:
    """Null and nothing but white space are as good as nothing."""
    if value is None or value == [] or (isinstance(value, str) and not value.strip()):
        raise PydanticCustomError("missing", "Field required")
    return value


def _uuid(value: str) -> str:
    if not _UUID.fullmatch(value):
        raise ValueError("no UUID")
    return value.lower()


def _email(value: str) -> str:
    """Empty takes an address away."""
    if not value.strip():
        return ""
    from email_validator import EmailNotValidError, validate_email  # only when an address is checked

    try:
        validate_email(value.strip(), check_deliverability=False, test_environment=True)
    except EmailNotValidError:
        raise ValueError("no email address") from None
    return value


def _moment(value: str) -> str:
    """RFC 3339 in UTC, as the graph takes it."""
    if not _MOMENT.fullmatch(value):
        raise ValueError("not RFC 3339")
    try:
        return datetime.fromisoformat(value.upper()).astimezone(UTC).isoformat()
    except OverflowError:
        raise ValueError("before or after all years") from None


def _whole_seconds(value: Any) -> Any:
    return f"{value[:19]}Z" if isinstance(value, str) else value


def _as_given(value: Any) -> Any:
    """A fraction of a second only where there is one."""
    return value.replace(".000Z", "Z") if isinstance(value, str) else value


Needed = BeforeValidator(_needed)
"""Goes last in an annotation: `Annotated[str, Needed]`."""
Uuid = Annotated[str, AfterValidator(_uuid), WithJsonSchema({"type": "string", "format": "uuid"})]
Email = Annotated[str, AfterValidator(_email)]
"""An address as it was given, or an empty text."""
Rfc3339 = Annotated[str, AfterValidator(_moment), WithJsonSchema({"type": "string", "format": "date-time"})]
Seconds = Annotated[str, BeforeValidator(_whole_seconds), WithJsonSchema({"type": "string", "format": "date-time"})]
Given = Annotated[str, BeforeValidator(_as_given), WithJsonSchema({"type": "string", "format": "date-time"})]
