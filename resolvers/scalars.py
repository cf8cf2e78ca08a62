"""Scalars of the graph: how they are written and what is taken for them."""

import re
from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, NewType
from uuid import UUID

import orjson
import strawberry
from graphql import GraphQLError

BigInt = NewType("BigInt", int)
Json = NewType("Json", object)
Reference = NewType("Reference", object)
"""A whole number or a text: what another system calls something."""
LARGEST = 2**63 - 1
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII | re.IGNORECASE)


def write_moment(moment: datetime) -> str:
    """`2026-11-22T08:30:00.000Z`: UTC, milliseconds."""
    utc = moment if moment.tzinfo is UTC else moment.astimezone(UTC)
    seconds = (utc.year, utc.month, utc.day, utc.hour, utc.minute, utc.second, utc.microsecond // 1000)
    return "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ" % seconds  # noqa: UP031  four times as fast as strftime or isoformat


def write_moments(moments: Sequence[datetime]) -> list[str]:
    """The same for many: orjson writes them all at once, with microseconds unless there are none."""
    texts = orjson.dumps(moments, option=orjson.OPT_UTC_Z).decode()[2:-2].split('","')
    lengths = set(map(len, texts))
    if lengths == {_WITH_MICROSECONDS}:
        return [text[:23] + "Z" for text in texts]
    if lengths == {_WITHOUT}:
        return [text[:19] + ".000Z" for text in texts]
    return list(map(write_moment, moments))


_WITH_MICROSECONDS = len("2026-11-22T08:30:00.000000Z")
_WITHOUT = len("2026-11-22T08:30:00Z")


def read_moment(value: Any) -> datetime:
    """A moment with a time zone, in UTC.

    Raises GraphQLError.
    """
    try:
        moment = datetime.fromisoformat(value)
        if moment.tzinfo is not None:
            return moment.astimezone(UTC)
    except (TypeError, ValueError, OverflowError):
        pass
    raise GraphQLError("A DateTime is ISO 8601 with a time zone, such as '2026-11-22T08:30:00Z'.")


def _read_number(value: Any) -> int:
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) <= LARGEST:
        return value
    raise GraphQLError("A BigInt is a whole number of at most 64 bits.")


def _read_decimal(value: Any) -> Decimal:
    try:
        number = Decimal(str(value))
        if number.is_finite() and not isinstance(value, bool):
            return number
    except InvalidOperation:
        pass
    raise GraphQLError("A Decimal is a number such as '89.00'.")


def _read_day(value: Any) -> date:
    try:
        if len(value) == len("2026-11-22"):
            return date.fromisoformat(value)
    except (TypeError, ValueError):
        pass
    raise GraphQLError("A Date is a day such as '2026-11-22'.")


def read_reference(value: Any) -> Any:
    """A whole number of at most 64 bits, or a text.

    Raises GraphQLError.
    """
    if isinstance(value, str) or (isinstance(value, int) and not isinstance(value, bool) and abs(value) <= LARGEST):
        return value
    raise GraphQLError("A Reference is a whole number of at most 64 bits, or a text.")


def _read_uuid(value: Any) -> UUID:
    try:
        if _UUID.fullmatch(value):
            return UUID(value)
    except TypeError:
        pass
    raise GraphQLError("A UUID is a text such as '0b6f3c1e-7a52-4d8e-9b37-6f0d2b9c41ae'.")


def _as_it_is(value: Any) -> Any:
    return value


QUICK = {"DateTime": (datetime, write_moments)}
"""How whole columns of scalars are written, where that is quicker than one after another."""
SCALARS: dict[object, Any] = {
    date: strawberry.scalar(name="Date", description="A day, ISO 8601: `2026-11-22`.", serialize=date.isoformat, parse_value=_read_day),
    datetime: strawberry.scalar(
        name="DateTime",
        description="A moment in UTC, ISO 8601 with milliseconds: `2026-11-22T08:30:00.000Z`. Input needs a time zone.",
        specified_by_url="https://scalars.graphql.org/andimarek/date-time",
        serialize=write_moment,
        parse_value=read_moment,
    ),
    BigInt: strawberry.scalar(
        name="BigInt",
        description="A whole number of up to 64 bits, written as a JSON number.",
        serialize=int,
        parse_value=_read_number,
    ),
    Json: strawberry.scalar(
        name="JSON",
        description="Any JSON value; what is in it is described by a JSON Schema beside it.",
        specified_by_url="https://www.rfc-editor.org/rfc/rfc8259",
        serialize=_as_it_is,
    ),
    Reference: strawberry.scalar(
        name="Reference",
        description="What another system calls something: a whole number or a text, given back as it came.",
        serialize=_as_it_is,
        parse_value=read_reference,
    ),
    UUID: strawberry.scalar(
        name="UUID",
        description="A UUID in lower case with hyphens: `0b6f3c1e-7a52-4d8e-9b37-6f0d2b9c41ae`.",
        specified_by_url="https://www.rfc-editor.org/rfc/rfc9562",
        serialize=str,
        parse_value=_read_uuid,
    ),
    Decimal: strawberry.scalar(
        name="Decimal",
        description='An exact decimal number, written as text: `"89.00"`.',
        serialize=str,
        parse_value=_read_decimal,
    ),
}
