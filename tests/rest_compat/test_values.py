"""Values of queries and paths are read as strictly as a body."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import Field, TypeAdapter, ValidationError

from rest_compat.values import IN_DIGITS, CalendarDay, Price, WebPage

WHOLE: TypeAdapter[int] = TypeAdapter(Annotated[int, Field(ge=-(2**63), lt=2**63), IN_DIGITS])
PRICE: TypeAdapter[Decimal] = TypeAdapter(Price)
PAGE: TypeAdapter[str] = TypeAdapter(WebPage)
DAY: TypeAdapter[date] = TypeAdapter(CalendarDay)


def refuses(reader: TypeAdapter[Any], text: str) -> bool:
    try:
        reader.validate_python(text)
    except ValidationError:
        return True
    return False


class TestWhole:
    @given(st.integers(-(2**63), 2**63 - 1))
    def test_is_read_as_it_is_written(self, number: int) -> None:
        assert WHOLE.validate_python(str(number)) == number

    @given(st.integers(min_value=2**63) | st.integers(max_value=-(2**63) - 1))
    def test_has_at_most_64_bits(self, number: int) -> None:
        """Q-17."""
        assert refuses(WHOLE, str(number))

    @pytest.mark.parametrize("text", ["", " 1", "1 ", "+1", "1_0", "1.0", "1e3", "0x1", "--1", "-", "١", "²", "true", "9" * 5000])
    def test_is_digits_and_nothing_else(self, text: str) -> None:
        assert refuses(WHOLE, text)

    @given(st.text())
    def test_of_any_text_is_a_number_or_a_refusal(self, text: str) -> None:
        assert refuses(WHOLE, text) or WHOLE.validate_python(text) == int(text)

    def test_is_documented_with_its_bounds(self) -> None:
        assert TypeAdapter(Annotated[int, Field(ge=1, le=9), IN_DIGITS]).json_schema() == {"type": "integer", "minimum": 1, "maximum": 9}


class TestPrice:
    @pytest.mark.parametrize(("text", "number"), [("89", "89"), ("89.00", "89"), ("-1.5", "-1.5"), ("7.9e2", "790"), ("1E-2", "0.01")])
    def test_is_a_decimal(self, text: str, number: str) -> None:
        """I-ESC-21."""
        assert PRICE.validate_python(text) == Decimal(number)

    @given(st.floats(allow_nan=False, allow_infinity=False))
    def test_takes_every_number_of_json(self, number: float) -> None:
        assert PRICE.validate_python(repr(number)) == Decimal(repr(number))

    @pytest.mark.parametrize("text", ["", "NaN", "Infinity", "-inf", "1_000", "1,5", ".5", "5.", "0x1", "1e1000", " 1", "١", "9" * 101])
    def test_is_nothing_else(self, text: str) -> None:
        assert refuses(PRICE, text)


class TestDay:
    @given(st.dates())
    def test_is_read_as_it_is_written(self, day: date) -> None:
        assert DAY.validate_python(day.isoformat()) == day

    @pytest.mark.parametrize("text", ["", "0", "1767225600", "20260101", "2026-02-30", "2026-01-01T00:00", "0000-01-01", "٢٠٢٦-٠١-٠١"])
    def test_is_nothing_else(self, text: str) -> None:
        assert refuses(DAY, text)


class TestWebPage:
    @pytest.mark.parametrize("text", ["https://www.example.com", "HTTP://example.com:8080/a?b=c#d", "https://bücher.example/ä", "", " "])
    def test_is_an_address_of_the_web(self, text: str) -> None:
        assert PAGE.validate_python(text) == text

    @pytest.mark.parametrize(
        "text",
        ["javascript:alert(1)", "data:text/html,x", "ftp://example.com", "//example.com", "www.example.com", "https://", "https:///x",
         "https://user@example.com", "https://a b", "https://a\nb", "java\nscript://x", "https://a\\b"],
    )  # fmt: skip
    def test_is_nothing_else(self, text: str) -> None:
        assert refuses(PAGE, text)
