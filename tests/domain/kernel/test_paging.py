"""Which part of a list can be asked for, and which cursors are believed."""

import base64
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.kernel.errors import BadInput
from domain.kernel.paging import LARGEST_OFFSET, Window, decode_cursor, encode_cursor

MOMENT = datetime(2026, 3, 2, 9, 0, 0, 123_000, UTC)
TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"))
MOMENTS = st.datetimes(timezones=st.just(UTC))


def written(*parts: Any) -> str:
    return base64.urlsafe_b64encode(orjson.dumps(list(parts))).decode().rstrip("=")


class TestWindow:
    @pytest.mark.parametrize(
        ("asked", "size", "backward", "cursor"),
        [
            ({"first": 1}, 1, False, None),
            ({"first": 100, "after": "a"}, 100, False, "a"),
            ({"first": 5, "offset": LARGEST_OFFSET}, 5, False, None),
            ({"last": 1}, 1, True, None),
            ({"last": 100, "before": "b"}, 100, True, "b"),
        ],
    )
    def test_goes_one_way(self, asked: dict[str, Any], size: int, backward: bool, cursor: str | None) -> None:
        window = Window(**asked)
        assert (window.size, window.backward, window.cursor) == (size, backward, cursor)

    @pytest.mark.parametrize(
        ("asked", "field"),
        [
            ({}, "first"),
            ({"first": 1, "last": 1}, "first"),
            ({"first": 0}, "first"),
            ({"first": -1}, "first"),
            ({"first": 101}, "first"),
            ({"last": 0}, "last"),
            ({"last": 101}, "last"),
            ({"first": 1, "before": "a"}, "after"),
            ({"last": 1, "after": "a"}, "after"),
            ({"first": 1, "offset": -1}, "offset"),
            ({"first": 1, "offset": LARGEST_OFFSET + 1}, "offset"),
            ({"first": 1, "after": "a", "offset": 1}, "offset"),
            ({"last": 1, "offset": 1}, "offset"),
        ],
    )
    def test_refuses_what_has_no_meaning(self, asked: dict[str, Any], field: str) -> None:
        with pytest.raises(BadInput) as refused:
            Window(**asked)
        assert [fault.path for fault in refused.value.fields] == [(field,)]
        assert refused.value.fields[0].message == refused.value.message


class TestCursor:
    @given(st.lists(st.one_of(TEXTS, MOMENTS, st.integers(-(2**63) + 1, 2**63 - 1)), min_size=1, max_size=4))
    def test_brings_back_what_it_was_made_of(self, values: list[Any]) -> None:
        assert decode_cursor(encode_cursor("Row.newest", values), "Row.newest", [type(value) for value in values]) == values

    def test_keeps_the_moment_of_any_zone(self) -> None:
        east = MOMENT.astimezone(timezone(timedelta(hours=9)))
        [found] = decode_cursor(encode_cursor("o", [east]), "o", [datetime])
        assert (found, found.tzinfo) == (MOMENT, UTC)

    def test_is_safe_in_an_address(self) -> None:
        assert set(encode_cursor("o", ["ÿ" * 9, "~~~>>>???"])) <= set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_")

    @pytest.mark.parametrize(
        "cursor",
        [
            "nonsense",
            "!",
            "a",
            "ä",
            "\ud800",
            "=" * 8,
            " " + written("o", "2026-03-02T09:00:00+00:00", "k"),
            base64.urlsafe_b64encode(b"\xff\xfe").decode(),
            base64.urlsafe_b64encode(b"not json").decode(),
            base64.urlsafe_b64encode(b"null").decode(),
            base64.urlsafe_b64encode(b"5").decode(),
            base64.urlsafe_b64encode(b'{"o": 1, "a": 2, "b": 3}').decode(),
            base64.urlsafe_b64encode(b"[" * 5000).decode(),
            base64.urlsafe_b64encode(b'["o", "2026-03-02T09:00:00+00:00", "\\ud800"]').decode(),
            written(),
            written("o"),
            written("o", "2026-03-02T09:00:00+00:00"),
            written("o", "2026-03-02T09:00:00+00:00", "k", "more"),
            written("other", "2026-03-02T09:00:00+00:00", "k"),
            written("o", "2026-03-02T09:00:00", "k"),
            written("o", "yesterday", "k"),
            written("o", "0001-01-01T00:00:00+23:59", "k"),
            written("o", "9999-12-31T23:59:59-23:59", "k"),
            written("o", 5, "k"),
            written("o", None, "k"),
            written("o", "2026-03-02T09:00:00+00:00", None),
            written("o", "2026-03-02T09:00:00+00:00", 5),
            written("o", "2026-03-02T09:00:00+00:00", ["k"]),
            written("o", "2026-03-02T09:00:00+00:00", "k\x00"),
        ],
    )
    def test_of_others_is_refused(self, cursor: str) -> None:
        """Q-17: a sentence that helps, whatever was sent."""
        with pytest.raises(BadInput, match="does not belong to this list in this order"):
            decode_cursor(cursor, "o", [datetime, str])

    @pytest.mark.parametrize("number", ["9223372036854775808", "-9223372036854775808", "1e400", "NaN", "1.0", "true", "null", '"1"'])
    def test_with_what_is_no_whole_number_of_64_bits_is_refused(self, number: str) -> None:
        with pytest.raises(BadInput):
            decode_cursor(base64.urlsafe_b64encode(f'["o", {number}]'.encode()).decode(), "o", [int])

    @given(st.text(max_size=60))
    def test_of_any_text_is_refused_in_the_same_way(self, cursor: str) -> None:
        with pytest.raises(BadInput):
            decode_cursor(cursor, "o", [datetime, str])
