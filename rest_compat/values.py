"""Values that are read more strictly than their types: of queries and paths, which come as text, and addresses."""

import re
from datetime import date
from decimal import Decimal
from typing import Annotated, Any

from pydantic import BeforeValidator, WithJsonSchema

LARGEST = 2**63 - 1
_DIGITS = re.compile(r"-?[0-9]{1,19}", re.ASCII)
_LONG = re.compile(r"-?[0-9]{19,}", re.ASCII)
_DECIMAL = re.compile(r"-?[0-9]{1,100}(\.[0-9]{1,100})?([eE][+-]?[0-9]{1,3})?", re.ASCII)
_WEB = re.compile(r"https?://[^\s/?#@\\]+([/?#]\S*)?", re.IGNORECASE)
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)


def _whole(value: Any) -> Any:
    """Read a whole number of at most 64 bits in plain digits."""
    if not isinstance(value, str):
        return value
    if not _DIGITS.fullmatch(value) or not -LARGEST - 1 <= (number := int(value)) <= LARGEST:
        raise ValueError("Input should be a whole number of at most 64 bits, in digits.")
    return number


def _number(value: Any) -> Any:
    """Read the number of a thing; of those with more than 64 bits there is no thing, as there is none of the largest."""
    if isinstance(value, str) and _LONG.fullmatch(value) and (len(value) > 20 or abs(int(value)) > LARGEST):
        return LARGEST
    return _whole(value)


def _plain(value: Any) -> Any:
    if isinstance(value, str) and not _DECIMAL.fullmatch(value):
        raise ValueError("Input should be a number such as 89.00.")
    return value


def _iso(value: Any) -> Any:
    if isinstance(value, str) and not _DAY.fullmatch(value):
        raise ValueError("Input should be a date such as 2026-12-31.")
    return value


def _page(value: Any) -> Any:
    """Take addresses of the web only: an address of another kind, such as javascript:, runs where somebody shows it as a link."""
    if isinstance(value, str) and value.strip() and not _WEB.fullmatch(value.strip()):
        raise ValueError("Input should be an address such as https://www.example.com.")
    return value


IN_DIGITS = BeforeValidator(_whole)
"""Goes last in an annotation: `Annotated[int, Field(ge=0), IN_DIGITS]`."""
NUMBERED = BeforeValidator(_number)
"""The same for a path whose contract names no bound: what is too large is found nowhere, but not malformed."""
Price = Annotated[Decimal, BeforeValidator(_plain), WithJsonSchema({"type": "number"})]
CalendarDay = Annotated[date, BeforeValidator(_iso)]
WebPage = Annotated[str, BeforeValidator(_page), WithJsonSchema({"type": "string", "format": "uri"})]
"""An address that people open in a browser; empty where there is none."""
