"""Scalars: a column of moments is written like each moment."""

from datetime import UTC, datetime, timedelta, timezone

from hypothesis import given
from hypothesis import strategies as st

from resolvers.scalars import read_moment, write_moment, write_moments

ZONES = st.sampled_from([UTC, timezone.utc, timezone(timedelta(hours=5, minutes=45)), timezone(timedelta(hours=-3))])  # noqa: UP017
MOMENTS = st.datetimes(datetime(1, 1, 3), datetime(9999, 12, 29), timezones=ZONES)  # noqa: DTZ001
WHOLE = MOMENTS.map(lambda moment: moment.replace(microsecond=0))
TOLD = datetime(2026, 11, 22, 8, 30, 0, 123_999, tzinfo=UTC)


class TestMoments:
    @given(st.one_of(st.lists(MOMENTS, min_size=1), st.lists(WHOLE, min_size=1), st.lists(st.one_of(MOMENTS, WHOLE), min_size=1)))
    def test_are_written_alike_alone_and_together(self, moments: list[datetime]) -> None:
        assert write_moments(moments) == [write_moment(moment) for moment in moments]

    def test_are_cut_to_milliseconds(self) -> None:
        assert write_moments([TOLD]) == ["2026-11-22T08:30:00.123Z"]
        assert write_moments([TOLD.replace(microsecond=0)]) == ["2026-11-22T08:30:00.000Z"]

    @given(MOMENTS)
    def test_are_read_as_they_were_written(self, moment: datetime) -> None:
        cut = moment.replace(microsecond=moment.microsecond // 1000 * 1000)
        assert read_moment(write_moment(moment)) == cut
