"""Targets as people give them, for properties."""

from fractions import Fraction

from hypothesis import strategies as st

from domain.matching.formula import Target

TENTHS = st.integers(0, 100)
VALUES = TENTHS.map(lambda tenths: Fraction(tenths, 10))
NAMES = ("critical_low", "ok_min", "ideal", "ok_max", "critical_high")
Numbers = dict[str, float]


@st.composite
def numbers(draw: st.DrawFn) -> Numbers:
    """What may be given: the ideal, and any of the bounds, in order and often on the same point."""
    points = draw(st.one_of(TENTHS, st.sampled_from([0, 50, 100])).flatmap(lambda near: st.lists(_near(near), min_size=5, max_size=5)))
    told = dict(zip(NAMES, (point / 10 for point in sorted(points)), strict=True))
    left_out = draw(st.sets(st.sampled_from([name for name in NAMES if name != "ideal"])))
    return {name: value for name, value in told.items() if name not in left_out}


def _near(point: int) -> st.SearchStrategy[int]:
    return st.one_of(st.just(point), TENTHS)


TARGETS = numbers().map(Target.of)
FINE = st.lists(st.floats(0, 10), min_size=5, max_size=5).map(lambda points: Target.of(dict(zip(NAMES, sorted(points), strict=True))))
"""Targets that lie on no tenth."""
