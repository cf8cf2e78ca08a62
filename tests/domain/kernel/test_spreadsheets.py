"""Lines of CSV as csv readers and spreadsheets take them (Q-19); the REST side has the same rule and is held to it here."""

import csv
import io

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from domain.kernel.spreadsheets import BEGINS_FORMULA, Delimiter, lines, safe
from rest_compat import stream

TEXTS = st.text(st.sampled_from("=+-@\t\r\n\",;' aß1"), max_size=6) | st.text(max_size=8).filter(lambda text: text.isprintable())
SIGNS = {Delimiter.COMMA: ",", Delimiter.SEMICOLON: ";"}


@given(st.lists(st.lists(TEXTS, min_size=2, max_size=4), min_size=1, max_size=4), st.sampled_from(Delimiter))
@example([["=1+1", "\r\n"], ["", '"']], Delimiter.COMMA)
def test_read_back_as_they_were_but_for_formulas(rows: list[list[str]], delimiter: Delimiter) -> None:
    written = lines(rows, delimiter).decode()
    read = list(csv.reader(io.StringIO(written, newline=""), delimiter=SIGNS[delimiter], strict=True))
    assert read == [[safe(cell) for cell in row] for row in rows]
    for row, was in zip(read, rows, strict=True):
        for cell, text in zip(row, was, strict=True):
            assert not cell.startswith(("=", "+", "-", "@", "\t", "\r"))
            assert cell.replace("'", "") == text.replace("'", "")
    assert written.endswith("\r\n")


@given(TEXTS | st.none() | st.integers() | st.floats(allow_nan=False))
def test_of_the_rest_side_are_the_same(value: object) -> None:
    assert stream._lines([[stream._cell(value), "x"]]) == lines([[value, "x"]])


@pytest.mark.parametrize(("delimiter", "line"), [(Delimiter.COMMA, b"5.3,,-2\r\n"), (Delimiter.SEMICOLON, b"5,3;;-2\r\n")])
def test_numbers_are_numbers(delimiter: Delimiter, line: bytes) -> None:
    """A number below zero is no formula."""
    assert lines([[5.3, None, -2]], delimiter) == line


def test_begin_no_formula_for_who_splits_at_another_sign() -> None:
    """Q-19: a spreadsheet that wants semicolons reads a file with commas, too."""
    name = 'Lena;=HYPERLINK("http://x","y")'
    [cells] = csv.reader(io.StringIO(lines([[1, name]]).decode()), delimiter=";")
    assert not any(cell.startswith(BEGINS_FORMULA) for cell in cells)
    assert safe("a, -b;\t=c") == "a,' -b;'\t'=c"
    assert safe("Berg, Anna; Müller-Lüdenscheidt") == "Berg, Anna; Müller-Lüdenscheidt"
