"""Column types mean the same on both databases."""

from datetime import UTC, datetime, timedelta, timezone

from hypothesis import given
from hypothesis import strategies as st

from domain.kernel.columns import Json, SmallIntegers, Strings, UtcDateTime

ZONES = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
MOMENTS = st.datetimes(min_value=datetime(1000, 1, 2), max_value=datetime(9999, 12, 30), timezones=ZONES)  # noqa: DTZ001  bounds are local
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
DOCUMENTS = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False) | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=8,
)


class TestUtcDateTime:
    @given(MOMENTS)
    def test_is_text_of_fixed_width_in_utc(self, moment: datetime) -> None:
        text = UtcDateTime().write(moment)
        assert (len(text), text[-6:]) == (32, "+00:00")
        assert UtcDateTime.read(text) == moment
        assert UtcDateTime.read(text).utcoffset() == timedelta(0)

    @given(MOMENTS, MOMENTS)
    def test_sorts_as_text_like_the_moments(self, one: datetime, other: datetime) -> None:
        write = UtcDateTime().write
        assert (write(one) < write(other)) is (one < other)
        assert (write(one) == write(other)) is (one == other)

    def test_keeps_every_microsecond(self) -> None:
        moment = datetime(2026, 3, 2, 9, 0, 0, 1, UTC)
        assert UtcDateTime().write(moment) == "2026-03-02T09:00:00.000001+00:00"


class TestDocuments:
    @given(st.lists(st.none() | st.integers(-(2**15), 2**15 - 1)))
    def test_small_integers_come_back(self, values: list[int | None]) -> None:
        assert SmallIntegers.read(SmallIntegers().write(values)) == values

    @given(st.lists(TEXTS))
    def test_strings_come_back(self, values: list[str]) -> None:
        assert Strings.read(Strings().write(values)) == values

    @given(st.dictionaries(TEXTS, DOCUMENTS, max_size=4))
    def test_json_comes_back(self, document: dict[str, object]) -> None:
        assert Json.read(Json().write(document)) == document
