"""The formula of a match: tables by hand, what holds for every target, and a second implementation (ARCHITECTURE section 10)."""

import math
from decimal import Decimal, localcontext
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.matching.formula import GREEN, RED, YELLOW, Target, colour, curve, overall
from tests.domain.matching.given import FINE, TARGETS, VALUES, Numbers, numbers

FULL = {"ideal": 6, "ok_min": 5, "ok_max": 8, "critical_low": 3, "critical_high": 9}


def target(**given_: Any) -> Target:
    return Target.of(given_)


class TestBounds:
    @pytest.mark.parametrize(
        ("told", "bounds"),
        [
            ({"ideal": 5}, ("3.5", "6.5", "2", "8")),
            ({"ideal": 9.5}, ("8", "11", "6.5", "12.5")),
            ({"ideal": 0}, ("-1.5", "1.5", "-3", "3")),
            ({"ideal": 5, "ok_min": 1}, ("1", "6.5", "1", "8")),
            ({"ideal": 5, "ok_max": 9.5}, ("3.5", "9.5", "2", "9.5")),
            ({"ideal": 5, "critical_low": 4}, ("4", "6.5", "4", "8")),
            ({"ideal": 5, "critical_high": 5}, ("3.5", "5", "2", "5")),
            ({"ideal": 5, "critical_low": 0, "critical_high": 10}, ("3.5", "6.5", "0", "10")),
            (FULL, ("5", "8", "3", "9")),
        ],
    )
    def test_that_nobody_gave_are_filled_in(self, told: Numbers, bounds: tuple[str, ...]) -> None:
        made = Target.of(told)
        assert (made.ok_min, made.ok_max, made.critical_low, made.critical_high) == tuple(map(Fraction, bounds))

    @given(numbers())
    def test_are_always_in_order_and_those_given_stay(self, told: Numbers) -> None:
        made = Target.of(told)
        assert made.critical_low <= made.ok_min <= made.ideal <= made.ok_max <= made.critical_high
        assert all(getattr(made, name) == Fraction(str(value)) for name, value in told.items())


class TestScore:
    @pytest.mark.parametrize(
        ("value", "score"),
        [
            ("6", "100"),
            ("5.5", "85"),
            ("5", "70"),
            ("4", "60"),
            ("3", "50"),
            ("1.5", "25"),
            ("0", "0"),
            ("7", "85"),
            ("8", "70"),
            ("8.5", "60"),
            ("9", "50"),
            ("9.2", "40"),
            ("10", "0"),
        ],
    )
    def test_by_hand(self, value: str, score: str) -> None:
        assert Target.of(FULL).score(Fraction(value)) == Fraction(score)

    @pytest.mark.parametrize(
        ("told", "value", "score"),
        [
            ({"ideal": 5}, "6.5", "70"),
            ({"ideal": 5}, "8", "50"),
            ({"ideal": 5}, "10", "0"),
            ({"ideal": 9}, "10", "80"),
            ({"ideal": 10}, "0", "0"),
            ({"ideal": 5, "ok_min": 5, "ok_max": 5}, "5", "100"),
            ({"ideal": 5, "ok_min": 5, "ok_max": 5}, "5.3", "68"),
            ({"ideal": 5, "ok_max": 6, "critical_high": 6}, "6", "70"),
            ({"ideal": 5, "ok_max": 6, "critical_high": 6}, "8", "25"),
            ({"ideal": 5, "ok_max": 5, "critical_high": 5}, "5", "100"),
            ({"ideal": 5, "ok_max": 5, "critical_high": 5}, "7.5", "25"),
            ({"ideal": 5, "critical_high": 10}, "10", "50"),
            ({"ideal": 5, "ok_max": 10, "critical_high": 10}, "10", "70"),
            ({"ideal": 10, "ok_max": 10, "critical_high": 10}, "10", "100"),
            ({"ideal": 0.05}, "0", "99"),
        ],
    )
    def test_where_points_coincide_or_lie_outside(self, told: Numbers, value: str, score: str) -> None:
        assert Target.of(told).score(Fraction(value)) == Fraction(score)

    @given(TARGETS, VALUES)
    def test_is_from_0_to_100_and_best_at_the_ideal(self, wanted: Target, value: Fraction) -> None:
        assert 0 <= wanted.score(value) <= 100
        assert wanted.score(wanted.ideal) == 100

    @given(TARGETS, VALUES, VALUES)
    def test_never_rises_away_from_the_ideal(self, wanted: Target, one: Fraction, other: Fraction) -> None:
        for side in (lambda value: max(value, wanted.ideal), lambda value: min(value, wanted.ideal)):
            near, far = sorted((side(one), side(other)), key=lambda value: abs(value - wanted.ideal))
            assert wanted.score(near) >= wanted.score(far)

    @given(TARGETS)
    def test_is_at_least_70_at_the_ok_bounds_and_50_at_the_critical_ones(self, wanted: Target) -> None:
        """Exactly so where the bound stands alone; the better holds where it does not."""
        for ok, critical in ((wanted.ok_min, wanted.critical_low), (wanted.ok_max, wanted.critical_high)):
            if 0 <= ok <= 10:
                assert wanted.score(ok) == (100 if ok == wanted.ideal else 70)
            if 0 <= critical <= 10:
                assert wanted.score(critical) == (wanted.score(ok) if critical == ok else 50)

    @given(numbers(), VALUES)
    def test_agrees_with_a_second_implementation(self, told: Numbers, value: Fraction) -> None:
        made = Target.of(told)
        assert abs(made.score(value) - Fraction(naive(told, Decimal(value.numerator) / value.denominator))) < Fraction(1, 10**20)


def naive(told: Numbers, value: Decimal) -> Decimal:
    """The same by the words of the page: mirrored to the upper side, and each stretch on its own."""
    with localcontext() as context:
        context.prec = 40
        given_ = {name: Decimal(str(number)) for name, number in told.items()}
        ideal, upper = given_["ideal"], value >= given_["ideal"]
        distance = abs(value - ideal)
        ok, critical = (given_.get(name) for name in (("ok_max", "critical_high") if upper else ("ok_min", "critical_low")))
        to_critical = None if critical is None else abs(critical - ideal)
        to_ok = abs(ok - ideal) if ok is not None else Decimal("1.5") if to_critical is None else min(Decimal("1.5"), to_critical)
        to_critical = max(Decimal(3), to_ok) if to_critical is None else to_critical
        to_end = 10 - ideal if upper else ideal
        if distance == 0:
            return Decimal(100)
        if distance <= to_ok:
            return 100 - 30 * distance / to_ok
        if distance <= to_critical:
            return 70 - 20 * (distance - to_ok) / (to_critical - to_ok)
        return 50 - 50 * (distance - to_critical) / (to_end - to_critical)


class TestZone:
    @pytest.mark.parametrize(
        ("value", "zone"),
        [("5", GREEN), ("8", GREEN), ("4.9", YELLOW), ("3", YELLOW), ("2.9", RED), ("8.1", YELLOW), ("9", YELLOW), ("9.1", RED)],
    )
    def test_by_hand(self, value: str, zone: str) -> None:
        """R-ESC-40."""
        assert Target.of(FULL).zone(Fraction(value)) == zone

    @given(TARGETS, VALUES)
    def test_agrees_with_the_bounds_and_the_exact_score(self, wanted: Target, value: Fraction) -> None:
        zone, score = wanted.zone(value), wanted.score(value)
        assert (zone == GREEN) == (wanted.ok_min <= value <= wanted.ok_max)
        assert (zone == RED) == (value < wanted.critical_low or value > wanted.critical_high)
        if zone == GREEN:
            assert score >= 70
        elif zone == YELLOW:
            assert 50 <= score < 70
        else:
            assert score < 50


class TestCurve:
    @given(st.one_of(TARGETS, FINE))
    def test_is_the_rounded_score_and_the_zone_of_every_tenth(self, wanted: Target) -> None:
        """Worked out in another way, so this is a third implementation."""
        made, values = curve(wanted), [Fraction(tenths, 10) for tenths in range(101)]
        assert list(made.scores) == [math.floor(wanted.score(value) + Fraction(1, 2)) for value in values]
        assert list(made.zones) == list(map(wanted.zone, values))

    def test_rounds_halves_up(self) -> None:
        """85.5 becomes 86: one of ten parts of the way to 70 costs three points, half of it one and a half."""
        assert target(ideal=5, ok_max=7).score(Fraction("5.7")) == Fraction("89.5")
        assert curve(target(ideal=5, ok_max=7)).scores[57] == 90


class TestOverall:
    @given(st.lists(st.integers(0, 100), min_size=1, max_size=23))
    def test_is_the_exact_mean(self, scores: list[int]) -> None:
        assert overall(scores) * len(scores) == sum(scores)

    @pytest.mark.parametrize(
        ("shown", "name"),
        [
            (100, "green"),
            (90, "green"),
            (89, "lightgreen"),
            (70, "lightgreen"),
            (69, "yellow"),
            (60, "yellow"),
            (59, "orange"),
            (50, "orange"),
            (49, "red"),
            (0, "red"),
        ],
    )
    def test_has_the_colour_of_its_borders(self, shown: int, name: str) -> None:
        """R-ESC-38, I-ESC-15."""
        assert colour(shown) == name
