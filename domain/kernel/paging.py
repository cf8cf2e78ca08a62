"""Which part of a list is asked for, and what came of it: keyset pages with cursors that hold the sort values."""

import base64
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import orjson

from domain.kernel.errors import BadInput
from domain.kernel.statements import Row

LARGEST_PAGE = 100
LARGEST_OFFSET = 1_000_000


@dataclass(frozen=True, slots=True)
class Window:
    """The part of a list that is asked for: forward by `first`/`after`, backward by `last`/`before`.

    `offset` skips rows first; it serves interfaces that page by number and may stand with `first` alone.
    Raises BadInput unless exactly one of `first` and `last` is 1 to 100.
    """

    first: int | None = None
    after: str | None = None
    last: int | None = None
    before: str | None = None
    offset: int = 0
    reads: Mapping[str, frozenset[str]] | None = field(default=None, compare=False)
    """Which columns of the rows are read, by the type of row; of a type that is missing all are."""

    def __post_init__(self) -> None:
        if (self.first is None) == (self.last is None):
            raise BadInput.field("first", message="Give either 'first' or 'last', a number from 1 to 100.")
        name, size = ("first", self.first) if self.first is not None else ("last", self.last)
        if size is None or not 1 <= size <= LARGEST_PAGE:
            raise BadInput.field(name, message=f"'{name}' must be from 1 to {LARGEST_PAGE}.")
        if not 0 <= self.offset <= LARGEST_OFFSET:
            raise BadInput.field("offset", message=f"'offset' must be from 0 to {LARGEST_OFFSET}.")
        if (self.after and self.last) or (self.before and self.first):
            raise BadInput.field("after", message="'after' goes with 'first', 'before' with 'last'.")
        if self.offset and (self.last or self.after):
            raise BadInput.field("offset", message="'offset' goes with 'first' alone.")

    def columns(self, graph_type: str) -> frozenset[str] | None:
        """Which columns of rows of a type are read; None for all."""
        return self.reads.get(graph_type) if self.reads else None

    @property
    def size(self) -> int:
        return self.first or self.last or 0

    @property
    def backward(self) -> bool:
        return self.last is not None

    @property
    def cursor(self) -> str | None:
        return self.before if self.backward else self.after


@dataclass(frozen=True, slots=True)
class Listed:
    """What pages have in common that were read together: how to write the cursor of a row, and how to count whole lists."""

    cursor: Callable[[Row], str]
    source: Any
    """Names what is counted; lists with the same one can be counted together."""
    count: Callable[[Sequence[Any]], Awaitable[dict[Any, int]]] = field(compare=False)
    """From the keys of lists to how many rows each has."""


@dataclass(slots=True)
class Page:
    """One page of rows."""

    rows: list[Row]
    has_next: bool
    has_previous: bool
    key: Any
    """Which list it is of, among those read together."""
    listed: Listed

    def cursor(self, row: Row) -> str:
        """The place of a row in its list."""
        return self.listed.cursor(row)

    @property
    def total(self) -> "Total":
        return Total(self.key, self.listed.source, self.listed.count)


@dataclass(frozen=True, slots=True)
class Total:
    """How many rows a list has in all: asked only when selected, for all lists of a level at once.

    `count` answers one number for each key it is given; totals with the same `source` are asked together.
    """

    key: Any
    source: Any
    count: Callable[[Sequence[Any]], Awaitable[dict[Any, int]]] = field(compare=False)


def encode_cursor(order: str, values: Sequence[Any]) -> str:
    """Write the sort values of a row as opaque text."""
    plain = [value.isoformat() if isinstance(value, datetime) else value for value in values]
    return base64.urlsafe_b64encode(orjson.dumps([order, *plain])).decode().rstrip("=")


def decode_cursor(text: str, order: str, kinds: Sequence[type], *, argument: str = "after") -> list[Any]:
    """Read the sort values back; `argument` is where the cursor was given.

    Raises BadInput for a cursor that was not made by this list in this order.
    """
    try:
        padded = text.encode("ascii") + b"=" * (-len(text) % 4)
        name, *values = orjson.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
        if name != order or len(values) != len(kinds):
            raise ValueError
        return [_value(value, kind) for value, kind in zip(values, kinds, strict=True)]
    except (ValueError, TypeError, OverflowError):
        raise BadInput.field(argument, message="The cursor does not belong to this list in this order.") from None


def _value(value: Any, kind: type) -> Any:
    if kind is datetime and isinstance(value, str):
        moment = datetime.fromisoformat(value)
        if moment.tzinfo is None:
            raise ValueError
        return moment.astimezone(UTC)
    if type(value) is not kind or (isinstance(value, str) and "\x00" in value) or (isinstance(value, int) and abs(value) >= 2**63):
        raise ValueError
    return value
