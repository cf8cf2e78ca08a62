"""Answers with all rows of a list, written piece by piece: the operation is run page by page, so none is too long for memory."""

import csv
import io
import re
import secrets
from abc import ABC, abstractmethod
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from typing import Any, ClassVar

import orjson
from pydantic import BaseModel, TypeAdapter

from rest_compat.problem import Problem
from rest_compat.route import RowsAnswer, Table, within

JSON, CSV = "application/json", "text/csv"
BEGINS_FORMULA = ("=", "+", "-", "@", "\t", "\r")
FORMULA_WITHIN = re.compile(r"(?<=[,;\t])(?=\s*[=+\-@])")


class Broken(Exception):
    """A later page could not be read."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.code)
        self.problem = problem


class Writer(ABC):
    """Writes the rows of pages one after another."""

    media_type: ClassVar[str]
    extension: ClassVar[str]

    def __init__(self, answers: RowsAnswer, context: Mapping[str, Any]) -> None:
        self.answers = answers
        self.context = context

    def nodes(self, root: Any) -> Any:
        """The rows of a page as the graph gave them."""
        return within(root, self.answers.page)["nodes"]

    def cursor(self, root: Any) -> str | None:
        """Where the next page begins; None when this was the last."""
        info = within(root, self.answers.page)["pageInfo"]
        return str(info["endCursor"]) if info["hasNextPage"] else None

    @abstractmethod
    def begin(self, root: Any) -> bytes:
        """What stands before the rows, and those of the first page."""

    @abstractmethod
    def more(self, root: Any) -> bytes:
        """The rows of another page."""

    @abstractmethod
    def end(self) -> bytes:
        """What stands after the rows."""


async def pieces(writer: Writer, first: bytes, cursor: str, page: Callable[[str], Awaitable[Any]]) -> AsyncGenerator[bytes, None]:
    """The pages of an answer from a cursor on, each read when the one before was taken."""
    yield first
    following: str | None = cursor
    while following is not None:
        root = await page(following)
        yield writer.more(root)
        following = writer.cursor(root)
    yield writer.end()


class Objects(Writer):
    """Rows as the items of a list in the JSON body of an answer."""

    media_type, extension = JSON, "json"

    def __init__(self, answers: RowsAnswer, context: Mapping[str, Any], success: Callable[[BaseModel], Any]) -> None:
        super().__init__(answers, context)
        self._success = success
        rows: Any = answers.body.model_fields[answers.rows].annotation
        self._rows: TypeAdapter[list[BaseModel]] = TypeAdapter(rows)
        self._tail = b""
        self._between = b""

    def begin(self, root: Any) -> bytes:
        whole = self._success(self.answers.body.model_validate(root, context=self.context))
        place, mark = _holder(whole, self.answers.rows), secrets.token_hex(16)
        rows, place[self.answers.rows] = place[self.answers.rows], mark
        head, self._tail = orjson.dumps(whole).split(f'"{mark}"'.encode())
        return head + b"[" + self._written(rows)

    def more(self, root: Any) -> bytes:
        return self._written(self._rows.dump_python(self._rows.validate_python(self.nodes(root), context=self.context)))

    def end(self) -> bytes:
        return b"]" + self._tail

    def _written(self, rows: Sequence[Any]) -> bytes:
        if not rows:
            return b""
        between, self._between = self._between, b","
        return between + orjson.dumps(rows)[1:-1]


def _holder(value: Any, name: str) -> Any:
    """The object in an answer that has a property, which only one has."""
    if isinstance(value, dict):
        if name in value:
            return value
        return next((found for part in value.values() if (found := _holder(part, name)) is not None), None)
    return None


class Lines(Writer):
    """Rows as lines of CSV below a line of names: RFC 4180, and no cell that a spreadsheet runs as a formula (Q-19)."""

    media_type, extension = CSV, "csv"

    def begin(self, root: Any) -> bytes:
        return _lines([self._table.columns]) + self.more(root)

    def more(self, root: Any) -> bytes:
        rows = (self._table.row.model_validate(node, context=self.context).model_dump() for node in self.nodes(root))
        return _lines([[_cell(flat.get(column)) for column in self._table.columns] for flat in map(_flat, rows)])

    def end(self) -> bytes:
        return b""

    @property
    def _table(self) -> Table:
        assert self.answers.table is not None
        return self.answers.table


def _flat(row: Mapping[str, Any]) -> dict[str, Any]:
    """A row with the values of its maps beside its own."""
    found: dict[str, Any] = {}
    for name, value in row.items():
        found |= value if isinstance(value, dict) else {name: value}
    return found


def _cell(value: Any) -> Any:
    """The same rule as the domain's, which this side of the house may not know; a test holds both to each other."""
    if not isinstance(value, str):
        return value
    within = FORMULA_WITHIN.sub("'", value)
    return "'" + within if value.startswith(BEGINS_FORMULA) else within


def _lines(rows: Sequence[Sequence[Any]]) -> bytes:
    written = io.StringIO()
    csv.writer(written, lineterminator="\r\n").writerows(rows)
    return written.getvalue().encode()
