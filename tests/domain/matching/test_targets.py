"""What may be asked of scales: checked the same as an independent reading of the rule."""

from fractions import Fraction
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from domain.kernel.errors import BadInput, FieldFault
from domain.matching.targets import checked, known_scales, target_of, targets_of
from tests.domain.matching.given import NAMES, Numbers, numbers

ANY_NUMBER = st.one_of(st.none(), st.floats(-1, 11), st.sampled_from([0.0, 5.0, 10.0, -0.0, 1e-300]))
ANYTHING = st.fixed_dictionaries(dict.fromkeys(NAMES, ANY_NUMBER))
SCALES = st.sampled_from([*known_scales(), "details", "", "G7"])
SPELLED = {"ideal": "ideal", "ok_min": "okMin", "ok_max": "okMax", "critical_low": "criticalLow", "critical_high": "criticalHigh"}


def is_allowed(told: dict[str, Any]) -> bool:
    """Ideal given, all from 0 to 10, none below one that stands before it."""
    present = [told[name] for name in NAMES if told[name] is not None]
    return told["ideal"] is not None and all(0 <= value <= 10 for value in present) and present == sorted(present)


def told_of(given_: list[tuple[str, Any]]) -> tuple[dict[str, Any] | None, tuple[FieldFault, ...]]:
    """What is kept, or the faults."""
    try:
        return checked(given_), ()
    except BadInput as refused:
        return None, refused.fields


class TestChecked:
    @given(ANYTHING)
    def test_takes_what_is_in_order_and_nothing_else(self, told: dict[str, Any]) -> None:
        kept, faults = told_of([("detail", told)])
        if is_allowed(told):
            assert kept == {"detail": {SPELLED[name]: value for name, value in told.items() if value is not None}}
            return
        assert kept is None
        assert {fault.path[:2] for fault in faults} == {("targets", "detail")}
        assert {fault.path[2] for fault in faults} <= set(SPELLED.values())
        assert all(f"'{fault.path[2]}'" in fault.message for fault in faults)

    @given(st.lists(SCALES, max_size=6))
    def test_takes_each_known_scale_once_and_puts_them_in_order(self, scales: list[str]) -> None:
        kept, _faults = told_of([(scale, {"ideal": 5}) for scale in scales])
        if len(set(scales)) == len(scales) and set(scales) <= set(known_scales()):
            assert kept is not None
            assert list(kept) == sorted(scales, key=known_scales().index)
        else:
            assert kept is None

    @given(numbers())
    def test_what_is_kept_is_what_was_given(self, told: Numbers) -> None:
        kept = checked([("detail", told)])["detail"]
        made = target_of(kept)
        assert all(getattr(made, name) == Fraction(str(value)) for name, value in told.items())


def test_targets_come_in_the_published_order() -> None:
    """PostgreSQL keeps the names of a document in an order of its own."""
    stored = {scale: {"ideal": 5.0} for scale in reversed(known_scales())}
    assert tuple(targets_of(stored)) == known_scales()
