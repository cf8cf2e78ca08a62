"""Lines of CSV that spreadsheets open as they are meant: RFC 4180, and no cell that runs as a formula (Q-19)."""

import csv
import io
import re
from collections.abc import Iterable, Sequence
from enum import StrEnum

BEGINS_FORMULA = ("=", "+", "-", "@", "\t", "\r")
FORMULA_WITHIN = re.compile(r"(?<=[,;\t])(?=\s*[=+\-@])")
"""Where a program that splits at another delimiter than was written would begin a cell with a formula."""
BOM = b"\xef\xbb\xbf"
"""Spreadsheets read a file that begins so as UTF-8."""
MEDIA_TYPE = "text/csv; charset=utf-8"


class Delimiter(StrEnum):
    """What stands between cells."""

    COMMA = "comma"
    SEMICOLON = "semicolon"


_SIGNS = {Delimiter.COMMA: ",", Delimiter.SEMICOLON: ";"}


def lines(rows: Iterable[Sequence[object]], delimiter: Delimiter = Delimiter.COMMA) -> bytes:
    """Write rows; None is an empty cell.

    Spreadsheets that want semicolons also read decimals with a comma, and `5.3` as a day in March: so they get `5,3`.
    """
    written = io.StringIO()
    writer = csv.writer(written, delimiter=_SIGNS[delimiter], lineterminator="\r\n")
    writer.writerows([_cell(value, delimiter) for value in row] for row in rows)
    return written.getvalue().encode()


def _cell(value: object, delimiter: Delimiter) -> object:
    if isinstance(value, float) and delimiter is Delimiter.SEMICOLON:
        return str(value).replace(".", ",")
    return safe(value) if isinstance(value, str) else value


def safe(text: str) -> str:
    """A text that no spreadsheet takes for a formula: an apostrophe before what could begin one, also after a delimiter."""
    within = FORMULA_WITHIN.sub("'", text)
    return "'" + within if text.startswith(BEGINS_FORMULA) else within
