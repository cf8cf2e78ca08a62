"""Scoring by the formulas of ARCHITECTURE section 10: its reference values, and cases worked out by hand."""

import itertools
from collections.abc import Sequence
from fractions import Fraction

import pytest

from domain.instruments.bank import Scale
from domain.results import norms, scoring
from domain.results.scoring import Norm, Scored, WirIch
from tests.domain.results.scales import PROFILE, answered, scale_of

STRAIGHT = scale_of(False, False, False, False, False)
MIXED = scale_of(False, True, False, True, False)
LABELED = {0: 0, 1: 0, 2: 1, 3: 2, 4: 3, 5: 3, 6: 3, 7: 4, 8: 5, 9: 6, 10: 6}
"""Which of the seven labels each class has."""


class TestRounding:
    @pytest.mark.parametrize(
        ("value", "rounded"),
        [("0", 0), ("0.4999", 0), ("0.5", 1), ("1.5", 2), ("2.5", 3), ("2.4999999999", 2), ("-0.5", 0), ("-0.51", -1), ("9.5", 10)],
    )
    def test_is_half_up_on_the_exact_value(self, value: str, rounded: int) -> None:
        assert scoring.half_up(Fraction(value)) == rounded

    def test_of_tenths_keeps_nothing_for_nothing(self) -> None:
        assert scoring.tenths(None) is None
        assert [scoring.tenths(Fraction(text)) for text in ("0", "6.25", "43.75", "33.33", "100")] == [0, 63, 438, 333, 1000]


class TestRawPercent:
    @pytest.mark.parametrize(
        ("scale", "answers", "percent"),
        [
            (STRAIGHT, [1, 1, 1, 1, 1], 0),
            (STRAIGHT, [5, 5, 5, 5, 5], 100),
            (STRAIGHT, [3, 3, 3, 3, 3], 50),
            (STRAIGHT, [1, 2, 3, 4, 5], 50),
            (STRAIGHT, [4, 4, 4, 4, 5], 80),
            (STRAIGHT, [2, 1, 1, 1, 1], 5),
            (MIXED, [5, 1, 5, 1, 5], 100),
            (MIXED, [1, 5, 1, 5, 1], 0),
            (MIXED, [5, 5, 5, 5, 5], 60),
            (MIXED, [4, 2, 3, 5, 2], 45),  # counts 4 + 4 + 3 + 1 + 2 = 14; (14 - 5) / 20
        ],
    )
    def test_is_how_far_the_items_were_agreed_with(self, scale: Scale, answers: list[int], percent: int) -> None:
        assert scoring.raw_percent(scale, answers) == percent

    @pytest.mark.parametrize(
        ("answers", "percent"),
        [
            ([None, 1, 5, 1, 5], Fraction(100)),
            ([5, None, 5, 1, 1], Fraction(75)),  # 5 + 5 + 5 + 1 = 16; (16 - 4) / 16
            ([4, 2, 3, None, 2], Fraction("56.25")),  # 4 + 4 + 3 + 2 = 13; (13 - 4) / 16
            ([1, 5, None, 5, 1], Fraction(0)),
            ([None, None, 5, 1, 5], None),
            ([5, None, None, None, None], None),
            ([None] * 5, None),
        ],
    )
    def test_is_prorated_from_80_percent_of_the_items_and_missing_below(self, answers: list[int | None], percent: Fraction | None) -> None:
        """R-ESC-71."""
        assert scoring.raw_percent(MIXED, answers) == percent

    @pytest.mark.parametrize(("items", "needed"), [(1, 1), (4, 4), (5, 4), (6, 5), (9, 8), (10, 8), (11, 9)])
    def test_needs_at_least_80_percent_of_a_scale_of_any_length(self, items: int, needed: int) -> None:
        scale = scale_of(*[False] * items)
        for given in range(items + 1):
            answers = [4] * given + [None] * (items - given)
            assert scoring.raw_percent(scale, answers) == (75 if given >= needed else None)

    @pytest.mark.parametrize(("answer", "reversed_"), [(1, 5), (2, 4), (3, 3), (4, 2), (5, 1)])
    def test_reversed_item_counts_six_minus_the_answer(self, answer: int, reversed_: int) -> None:
        assert scoring.item_score(answer, reverse=False) == answer
        assert scoring.item_score(answer, reverse=True) == reversed_


class TestCValue:
    @pytest.mark.parametrize(
        ("raw", "mean", "sd", "tenths"),
        [
            (60, 60, 15, 50),
            (75, 60, 15, 70),
            (45, 60, 15, 30),
            (100, 60, 16, 100),  # z = 2.5
            (100, 50, 15, 100),  # cut: z = 3.3
            (0, 50, 15, 0),
            (45, 66, 16.5, 25),  # z = -1.2727, C = 2.4545
            (70, 66, 16.5, 55),  # C = 5.4848
            (Fraction("61.875"), 60, 15, 53),  # C = 5.25, half up
            (Fraction("58.125"), 60, 15, 48),  # C = 4.75, half up
        ],
    )
    def test_is_guilfords_5_plus_2z_with_one_decimal_cut_to_0_and_10(self, raw: Fraction, mean: int, sd: float, tenths: int) -> None:
        assert Norm(Fraction(mean), Fraction(sd), Fraction(0)).c_tenths(Fraction(raw)) == tenths

    def test_stays_the_same_when_it_is_asked_again(self) -> None:
        norm = Norm(Fraction(60), Fraction(15), Fraction(0))
        assert [norm.c_tenths(Fraction(raw)) for raw in (70, 50, 70, 50)] == [63, 37, 63, 37]

    @pytest.mark.parametrize(("c", "below"), list(enumerate([0.62, 2.28, 6.68, 15.87, 30.85, 50])))
    def test_has_the_percentile_of_the_reference(self, c: int, below: float) -> None:
        assert scoring.percentile(c * 10) == below
        assert scoring.percentile(100 - c * 10) == pytest.approx(100 - below)

    @pytest.mark.parametrize(("c_tenths", "t"), [(0, 25), (25, 37.5), (50, 50), (73, 61.5), (100, 75)])
    def test_has_a_t_value_of_25_plus_5c(self, c_tenths: int, t: float) -> None:
        assert scoring.t_value(c_tenths) == t

    @pytest.mark.parametrize(("alpha", "error"), [("0.70", 1.095), ("0.80", 0.894), ("0.90", 0.632), ("1", 0), ("0", 2)])
    def test_has_the_standard_error_of_the_reference(self, alpha: str, error: float) -> None:
        assert scoring.sem(Norm(Fraction(50), Fraction(15), Fraction(alpha))) == error


class TestClass:
    @pytest.mark.parametrize(
        ("c_tenths", "number"), [(0, 0), (4, 0), (5, 1), (14, 1), (15, 2), (25, 3), (34, 3), (44, 4), (45, 5), (54, 5), (95, 10), (100, 10)]
    )
    def test_is_the_c_value_rounded_half_up(self, c_tenths: int, number: int) -> None:
        assert scoring.class_of(c_tenths) == number

    def test_shares_are_those_of_the_reference(self) -> None:
        below = [0, *(scoring.percentile(10 * number + 5) for number in range(10)), 100]
        shares = [upper - lower for lower, upper in itertools.pairwise(below)]
        expected = [1.22, 2.78, 6.56, 12.10, 17.47, 19.74, 17.47, 12.10, 6.56, 2.78, 1.22]
        assert shares == pytest.approx(expected, abs=0.0101)  # two percentiles are rounded

    @pytest.mark.parametrize("number", range(11))
    def test_has_one_of_seven_labels(self, number: int) -> None:
        """R-ESC-31."""
        labels = ["Very Low", "Low", "Below Average", "Average", "Above Average", "High", "Very High"]
        tenths = [value for value in range(101) if scoring.class_of(value) == number]
        assert {scoring.label_of(value) for value in tenths} == {labels[LABELED[number]]}


class TestWirIch:
    @pytest.mark.parametrize(
        ("wir", "ich", "tenths", "tendency"),
        [
            ((600, 400, 500), (300, 200, 500), 600, "Wir"),  # 1500 of 2500
            ((200, 300, 300), (400, 400, 400), 400, "Ich"),  # 800 of 2000
            ((500, 500, 500), (500, 500, 500), 500, "balanced"),
            ((0, 0, 0), (0, 0, 0), 500, "balanced"),
            ((1000, 0, 0), (1000, 1000, 0), 333, "Ich"),
            ((0, 0, 1), (0, 0, 0), 1000, "Wir"),
            ((0, 0, 0), (0, 1, 0), 0, "Ich"),
            ((55, 0, 0), (45, 0, 0), 550, "balanced"),
            ((45, 0, 0), (55, 0, 0), 450, "balanced"),
            ((551, 0, 0), (449, 0, 0), 551, "Wir"),
            ((449, 0, 0), (551, 0, 0), 449, "Ich"),
            ((999, 0, 0), (817, 0, 0), 550, "Wir"),  # 55.01 %: decided before it is rounded
        ],
    )
    def test_is_the_share_of_the_even_levels(self, wir: Sequence[int], ich: Sequence[int], tenths: int, tendency: str) -> None:
        """R-ESC-33."""
        raw = dict(zip(("graves2_security", "graves4_order", "graves6_community"), wir, strict=True))
        raw |= dict(zip(("graves3_power", "graves5_success", "graves7_growth"), ich, strict=True))
        found = scoring.wir_ich(PROFILE, [Fraction(raw.get(scale.key, 123), 10) for scale in PROFILE.scales])
        assert found is not None
        assert (found.wir_tenths, found.tendency) == (tenths, tendency)

    @pytest.mark.parametrize("scale", PROFILE.scales, ids=lambda scale: scale.key)
    def test_is_missing_when_a_graves_value_is_and_not_for_another_scale(self, scale: Scale) -> None:
        """R-ESC-71."""
        raw: list[Fraction | None] = [Fraction(50)] * 23
        raw[scale.position] = None
        assert (scoring.wir_ich(PROFILE, raw) is None) == (scale.kind == "graves")


class TestScore:
    def test_of_a_whole_attempt_stands_in_the_order_of_the_scales(self) -> None:
        """Goal orientation has its second and fourth item reversed, power its fourth alone."""
        given: dict[str, list[int | None]] = {
            "goal_orientation": [4, 2, 3, 5, 2],
            "graves3_power": [5, 5, 5, 1, 5],
            "detail": [None, None, 3, 3, 3],
        }
        scored = scoring.score(PROFILE, answered(given), norms.designed().norms)
        raw, values = scored.raw_tenths, scored.c_tenths
        expected = [500] * 23
        expected[0], expected[18], expected[9] = 450, 1000, None  # type: ignore[call-overload]
        assert raw == expected
        assert (values[0], values[18], values[9]) == (25, 100, None)  # (45 - 66) / 16.5; (100 - 48) / 18 is cut
        assert values[1] == 41  # (50 - 58) / 17 × 2 + 5 = 4.06
        assert scored.wir_ich == WirIch(429, "Ich")  # 150 of 350

    def test_takes_wir_and_ich_from_exact_percents(self) -> None:
        """6.25 of 11.25, which is not 6.3 of 11.3: security has four answers that count 2, 1, 1, 1, power five of them."""
        given: dict[str, list[int | None]] = {
            scale.key: [5 if item.reverse else 1 for item in scale.items] for scale in PROFILE.scales if scale.kind == "graves"
        }
        given["graves2_security"] = [2, None, 1, 1, 5]
        given["graves3_power"] = [2, 1, 1, 5, 1]
        scored = scoring.score(PROFILE, answered(given), norms.designed().norms)
        assert scored.raw_tenths[17:] == [63, 50, 0, 0, 0, 0]
        assert scored.wir_ich == WirIch(556, "Wir")

    def test_without_answers_is_nothing(self) -> None:
        assert scoring.score(PROFILE, [None] * 115, norms.designed().norms) == Scored([None] * 23, [None] * 23, None)
