"""Reading a table of results as spreadsheets save it: what stands in which cell, and what is wrong with it; nothing is run or computed."""

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from domain.kernel.errors import BadInput
from domain.kernel.spreadsheets import BEGINS_FORMULA
from domain.questionnaires import findings

LONGEST_FILE = 800_000
"""Characters."""
MOST_ROWS = 1_000
MOST_COLUMNS = 16 + 3 * findings.MOST_RATINGS
REFERENCE, ATTEMPT, RATING = "interview_reference", "attempt", "rating:"
COLUMNS = (REFERENCE, ATTEMPT, *(name for name in findings.FIELDS if name != "ratings"))
"""Those with names of their own; `rating:Q1`, `rating:Q1:text` and `rating:Q1:note` come as there are questions."""
_DELIMITERS = (",", ";", "\t")
_PARTS = {":text": "text", ":note": "note"}
_TRUE = frozenset({"true", "yes", "1", "x", "wahr", "ja"})
_FALSE = frozenset({"false", "no", "0", "falsch", "nein"})
_DECIMAL = re.compile(r"[+-]?[0-9]{1,10}(\.[0-9]{0,20})?")
_FAILED = frozenset({"#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!", "#WERT!", "#NV", "#BEZUG!", "#ZAHL!"})
"""What spreadsheets write for a formula that fails."""


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a cell, or with a whole row or file."""

    graph_type: ClassVar[str] = "ImportFault"
    row: int
    """As spreadsheets count: the names of the columns are row 1."""
    column: str | None
    message: str


@dataclass(slots=True)
class Line:
    """One row that can be read."""

    row: int
    reference: str
    attempt: int | None
    """None for the latest."""
    said: dict[str, Any] = field(default_factory=dict)


def read(text: str) -> tuple[list[Line], list[Fault]]:
    """The rows of a file, and all that is wrong with them; with any fault there may be rows missing.

    Raises BadInput when it is no table of results at all.
    """
    if len(text) > LONGEST_FILE:
        raise _unfit(f"'csv' must have at most {LONGEST_FILE:,} characters.")
    text = text.removeprefix("\ufeff")
    delimiter = _delimiter(text)
    rows = _rows(text, delimiter)
    names = _names(next(rows, (0, []))[1])
    lines, faults = [], []
    for count, (number, cells) in enumerate(rows):
        if count == MOST_ROWS:
            raise _unfit(f"'csv' must have at most {MOST_ROWS:,} rows beside the names of the columns.")
        line, wrong = _line(number, names, cells, delimiter)
        faults += wrong
        if line is not None:
            lines.append(line)
    if not lines and not faults:
        raise _unfit("'csv' has no results in it.")
    return lines, faults


def _delimiter(text: str) -> str:
    """What stands between cells: that of which there is most in the first row."""
    first = text.partition("\n")[0]
    return max(_DELIMITERS, key=first.count)


def _rows(text: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """Rows that are not empty, by their numbers as spreadsheets count.

    Raises BadInput.
    """
    try:
        for number, cells in enumerate(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True), 1):
            if any(cell.strip() for cell in cells):
                yield number, cells
    except csv.Error as error:
        raise _unfit(f"'csv' cannot be read: {error}.") from None


def _names(header: Sequence[str]) -> list[str]:
    """The columns by their names; upper case, spaces and hyphens do not matter, but for the names of questions.

    Raises BadInput.
    """
    if len(header) > MOST_COLUMNS:
        raise _unfit(f"'csv' must have at most {MOST_COLUMNS:,} columns.")
    names = [_name(cell.strip()) for cell in header]
    while names and not names[-1]:
        names.pop()
    if missing := [name for name in (REFERENCE, "status") if name not in names]:
        raise _unfit(f"'csv' lacks the column {missing[0]!r}.")
    for name in names:
        if name not in COLUMNS and not (name.startswith(RATING) and name != RATING):
            raise _unfit(f"'csv' has a column {name[:100]!r}; there are: {', '.join(COLUMNS)}, rating:<question>[:text|:note].")
        if names.count(name) > 1:
            raise _unfit(f"'csv' has the column {name[:100]!r} twice.")
    return names


def _name(cell: str) -> str:
    if cell[: len(RATING)].lower() == RATING:
        return RATING + cell[len(RATING) :]
    return cell.lower().replace(" ", "_").replace("-", "_")


def _line(number: int, names: Sequence[str], cells: Sequence[str], delimiter: str) -> tuple[Line | None, list[Fault]]:
    if any(cell.strip() for cell in cells[len(names) :]):
        return None, [Fault(number, None, f"There are {len(cells)} cells, and names for {len(names)} columns.")]
    faults: list[Fault] = []
    told: dict[str, Any] = {}
    for name, cell in zip(names, cells, strict=False):
        try:
            told[name] = _value(name, _unprotected(cell), delimiter)
        except BadInput as wrong:
            faults.append(Fault(number, name, wrong.message))
    for name in (REFERENCE, "status"):
        if told.get(name) is None and not any(fault.column == name for fault in faults):
            faults.append(Fault(number, name, f"'{name}' must not be empty."))
    if faults:
        return None, faults
    said = {name: told.get(name) for name in findings.FIELDS if name != "ratings"} | {"ratings": _ratings(told)}
    return Line(number, told[REFERENCE], told.get(ATTEMPT), said), []


def _unprotected(cell: str) -> str:
    """A cell without the apostrophe that keeps spreadsheets from running it.

    Raises BadInput for what a spreadsheet wrote in place of a value.
    """
    if cell.strip() in _FAILED:
        raise BadInput(f"{cell.strip()} is an error of the spreadsheet, not a value.")
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(BEGINS_FORMULA) else cell


def _value(name: str, cell: str, delimiter: str) -> Any:
    """What a cell says; None when it is empty.

    Raises BadInput.
    """
    trimmed = cell.strip()
    if not trimmed:
        return None
    if name == REFERENCE:
        return trimmed
    if name.startswith(RATING):
        _question, part = _part(name)
        return findings.checked_field("ratings", [{"sequence": "1", part: cell}])[0][part]
    if name == ATTEMPT:
        return _number(name, trimmed)
    if name in (*findings.FLAGS, "clear"):
        return _yes_or_no(name, trimmed)
    if name == "score":
        return findings.checked_field(name, _decimal(trimmed, delimiter))
    return findings.checked_field(name, trimmed if name in ("status", "summary_color") else cell)


def _number(name: str, text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 10 and 1 <= int(text) <= 32_767):
        raise BadInput(f"'{name}' must be a whole number from 1.")
    return int(text)


def _yes_or_no(name: str, text: str) -> bool:
    if text.lower() in _TRUE:
        return True
    if text.lower() in _FALSE:
        return False
    raise BadInput(f"'{name}' must be true or false.")


def _decimal(text: str, delimiter: str) -> float:
    """A number; with a decimal comma where commas do not divide cells."""
    plain = text.replace(",", ".") if delimiter != "," else text
    if not _DECIMAL.fullmatch(plain):
        raise BadInput("'score' must be a number from 0 to 100.")
    return float(plain)


def _ratings(told: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The ratings of a row, in the order of the columns; a question with empty cells alone has none."""
    found: dict[str, dict[str, Any]] = {}
    for name, value in told.items():
        if not name.startswith(RATING) or value is None:
            continue
        sequence, part = _part(name)
        found.setdefault(sequence, {"sequence": sequence})[part] = value
    return list(found.values())


def _part(name: str) -> tuple[str, str]:
    """The question that a column is about, and what of its rating stands there."""
    question = name[len(RATING) :]
    for ending, part in _PARTS.items():
        if question.endswith(ending):
            return question.removesuffix(ending), part
    return question, "risk_level"


def _unfit(message: str) -> BadInput:
    return BadInput.field("csv", message=message)
