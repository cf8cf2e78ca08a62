"""A match explained: one worked out by hand, what holds for every match, and brute force where it is easy."""

import math
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.matching import distances, words
from domain.matching.explain import Match, Wanted, pieces, slope
from domain.matching.formula import Target, curve
from domain.results import norms
from tests.domain.matching.given import TARGETS, TENTHS
from tests.domain.results.scales import PROFILE

NORMS = norms.designed().norms
KEYS = [scale.key for scale in PROFILE.scales]
C_TENTHS = st.lists(st.one_of(TENTHS, st.none()), min_size=23, max_size=23)
PROFILES = st.dictionaries(st.sampled_from(KEYS), TARGETS, max_size=23)
MATCHES = st.builds(lambda targets, values: Match(Wanted(targets), PROFILE.scales, values, NORMS), PROFILES, C_TENTHS)


def match(targets: dict[str, dict[str, float]], values: dict[str, int]) -> Match:
    """Values in tenths by scale; all others are missing."""
    wanted = Wanted({scale: Target.of(numbers) for scale, numbers in targets.items()})
    return Match(wanted, PROFILE.scales, [values.get(key) for key in KEYS], NORMS)


BY_HAND = match(
    {
        "people": {"ideal": 8},
        "goal_orientation": {"ideal": 7},
        "detail": {"ideal": 6, "ok_min": 5, "ok_max": 7, "critical_low": 3, "critical_high": 9},
        "stability": {"ideal": 5},
    },
    {"goal_orientation": 70, "detail": 20, "people": 95, "process": 10},
)
"""Goal orientation at its ideal, detail a third below its critical bound, people at its upper ok bound, stability missing."""


class TestByHand:
    """No number here was taken from the code."""

    def test_scores_and_zones(self) -> None:
        assert [(part.scale.key, part.score, part.zone) for part in BY_HAND.scales] == [
            ("goal_orientation", 100, "green"),
            ("detail", 33, "red"),
            ("people", 70, "green"),
        ]
        assert [part.delta for part in BY_HAND.scales] == [0, -4, Fraction(3, 2)]
        assert [part.rating.en for part in BY_HAND.scales] == ["Excellent", "Critical", "Good"]

    def test_the_whole(self) -> None:
        assert BY_HAND.exact is not None
        assert (BY_HAND.exact.numerator, BY_HAND.exact.denominator) == (203, 3)
        assert (BY_HAND.overall, BY_HAND.colour, BY_HAND.scale_count) == (68, "yellow", 3)
        assert BY_HAND.rating is not None
        assert (BY_HAND.rating.en, BY_HAND.rating.de) == ("Acceptable", "Akzeptabel")
        assert [scale.key for scale in BY_HAND.missing] == ["stability"]

    def test_contributions(self) -> None:
        parts = [part.contribution for part in BY_HAND.scales]
        assert [(part.numerator, part.denominator) for part in parts] == [(100, 3), (33, 3), (70, 3)]
        assert [round(part.value, 4) for part in parts] == [33.3333, 11.0, 23.3333]

    def test_the_band(self) -> None:
        """Slopes 20, 50/3 and 20; SEM 0.938, 0.959 and 0.917 from alphas 0.78, 0.77 and 0.79."""
        error = math.sqrt((20 * 0.938) ** 2 + (50 / 3 * 0.959) ** 2 + (20 * 0.917) ** 2) / 3
        assert BY_HAND.band is not None
        assert BY_HAND.band.standard_error == pytest.approx(error, abs=0.005)
        assert (BY_HAND.band.lower, BY_HAND.band.upper) == (47.6, 87.74)

    def test_changes_of_zone(self) -> None:
        assert [[(change.zone, change.tenths) for change in part.changes] for part in BY_HAND.scales] == [
            [("yellow", 16), ("red", -31)],
            [("green", 30), ("yellow", 10)],
            [("yellow", 1), ("red", -46)],
        ]

    def test_strengths_and_what_to_develop(self) -> None:
        assert [scale.key for scale in BY_HAND.strengths] == ["goal_orientation"]
        assert [scale.key for scale in BY_HAND.development_areas] == ["detail"]

    def test_words(self) -> None:
        told = BY_HAND.recommendation
        assert told is not None
        assert "in good part" in told.en
        assert told.en.endswith("Outside the critical bounds: Detail. Not looked at, because too few items were answered: Stability.")
        assert told.de.endswith("Nicht berücksichtigt, weil zu wenige Fragen beantwortet wurden: Stabilität.")

    def test_other_measures(self) -> None:
        measured = BY_HAND.distances
        assert measured is not None
        assert (measured.scale_count, measured.d_squared) == (3, 18.25)
        assert measured.correlation == pytest.approx(7.5 / math.sqrt(29.166667 * 2), abs=1e-6)
        assert measured.weighted_distance == pytest.approx(math.sqrt(7.5), abs=1e-6)


class TestNothingToMatch:
    @pytest.mark.parametrize("nothing", [match({}, {"detail": 50}), match({"detail": {"ideal": 5}}, {}), match({}, {})])
    def test_there_is_no_score_and_nothing_that_hangs_on_it(self, nothing: Match) -> None:
        assert (nothing.overall, nothing.exact, nothing.colour, nothing.rating, nothing.band) == (None,) * 5
        assert (nothing.recommendation, nothing.distances) == (None, None)
        assert (nothing.scale_count, nothing.scales, nothing.strengths, nothing.development_areas) == (0, [], [], [])


class TestEveryMatch:
    @given(MATCHES)
    def test_has_each_target_either_matched_or_missing(self, made: Match) -> None:
        matched, missing = [part.scale.key for part in made.scales], [scale.key for scale in made.missing]
        assert sorted(matched + missing) == sorted(made.wanted.targets)
        assert all(made.c_tenths[KEYS.index(key)] is None for key in missing)
        assert matched == sorted(matched, key=KEYS.index)

    @given(MATCHES)
    def test_adds_up_exactly(self, made: Match) -> None:
        if made.exact is None:
            return
        parts = [Fraction(part.contribution.numerator, part.contribution.denominator) for part in made.scales]
        exact = Fraction(made.exact.numerator, made.exact.denominator)
        assert sum(parts) == exact
        assert made.overall is not None
        assert Fraction(-1, 2) < made.overall - exact <= Fraction(1, 2)
        assert math.fsum(part.contribution.value for part in made.scales) == pytest.approx(made.exact.value)

    @given(MATCHES)
    def test_has_a_band_around_its_score(self, made: Match) -> None:
        if made.band is None or made.exact is None:
            return
        assert 0 <= made.band.lower <= made.exact.value + 0.005
        assert made.exact.value - 0.005 <= made.band.upper <= 100
        narrower = Match(made.wanted, made.instrument_scales, made.c_tenths, {key: certain(norm) for key, norm in NORMS.items()})
        assert narrower.band is not None
        assert narrower.band.standard_error == 0
        assert narrower.band.lower == narrower.band.upper == round(made.exact.value, 2)

    @given(MATCHES)
    def test_says_by_how_much_values_would_have_to_change(self, made: Match) -> None:
        for part in made.scales:
            zones = curve(part.target).zones
            for change in part.changes:
                possible = [tenths - part.c_tenths for tenths in range(101) if zones[tenths] == change.zone]
                assert change.tenths == min(possible, key=lambda way: (abs(way), -way), default=None)
            assert {change.zone for change in part.changes} == {"green", "yellow", "red"} - {part.zone}

    @given(MATCHES)
    def test_names_the_best_and_the_worst(self, made: Match) -> None:
        by_key = {part.scale.key: part for part in made.scales}
        strong, weak = ([by_key[scale.key] for scale in scales] for scales in (made.strengths, made.development_areas))
        assert all(part.zone == "green" and part.score >= 90 for part in strong)
        assert all(part.zone != "green" for part in weak)
        assert [part.score for part in strong] == sorted((part.score for part in strong), reverse=True)
        assert [part.zone for part in weak] == sorted(part.zone for part in weak)
        left_out = [part for part in made.scales if part.zone != "green" and part not in weak]
        assert len(weak) == 5 or not left_out
        assert len(strong) <= 5


def certain(norm: Any) -> Any:
    """The same norm without an error of measurement."""
    return type(norm)(norm.mean, norm.sd, Fraction(1))


class TestSlope:
    @given(TARGETS, TENTHS)
    def test_is_the_steeper_difference_of_either_side(self, wanted: Target, tenths: int) -> None:
        """Looked at a little beside the value, so that jumps at it are not seen; bounds lie on tenths and their halves."""
        value, little = Fraction(tenths, 10), Fraction(1, 1000)
        sides = [(value + sign * little, value + sign * little * 2) for sign in (1, -1)]
        steep = [abs(wanted.score(near) - wanted.score(far)) / little for near, far in sides if 0 <= near <= 10]
        assert slope(pieces(wanted), tenths) == pytest.approx(float(max(steep)))

    def test_has_no_end_where_bounds_all_but_coincide(self) -> None:
        """What is shorter than C-values can tell is a jump, which the band leaves out."""
        for bound in (1e-320, 1e-200, 0.001):
            found = match({"detail": {"ideal": 0, "ok_max": bound}}, {"detail": 0})
            assert found.band is not None
            assert math.isfinite(found.band.standard_error)


class TestDistances:
    @given(st.lists(st.tuples(TENTHS, TARGETS), min_size=1, max_size=23))
    def test_agree_with_exact_arithmetic(self, pairs: list[tuple[int, Target]]) -> None:
        made = distances.of(pairs)
        deltas = [Fraction(tenths, 10) - wanted.ideal for tenths, wanted in pairs]
        weights = [1 / max(wanted.ok_max - wanted.ok_min, Fraction(1, 10)) for _, wanted in pairs]
        assert made.scale_count == len(pairs)
        assert made.d_squared == float(sum(delta * delta for delta in deltas))
        weighed = sum(weight * delta * delta for weight, delta in zip(weights, deltas, strict=True)) / sum(weights)
        assert made.weighted_distance == pytest.approx(math.sqrt(weighed), abs=1e-6)
        expected = pearson([Fraction(tenths, 10) for tenths, _ in pairs], [wanted.ideal for _, wanted in pairs])
        assert made.correlation == (expected if expected is None else pytest.approx(expected, abs=1e-6))

    @pytest.mark.parametrize("count", [1, 2])
    def test_two_scales_are_too_few_to_correlate(self, count: int) -> None:
        assert distances.of([(number * 10, Target.of({"ideal": number})) for number in range(count)]).correlation is None

    def test_ideals_that_hardly_differ_have_no_correlation_and_no_failure(self) -> None:
        targets = [Target.of({"ideal": ideal}) for ideal in (0, 1e-200, 0)]
        assert distances.of([(tenths, wanted) for tenths, wanted in zip((1, 2, 3), targets, strict=True)]).correlation is None


def pearson(values: list[Fraction], ideals: list[Fraction]) -> float | None:
    """By the book, in fractions until the root."""
    one, other = ([part - sum(side) / Fraction(len(side)) for part in side] for side in (values, ideals))
    spread = sum(part * part for part in one) * sum(part * part for part in other)
    together = sum(left * right for left, right in zip(one, other, strict=True))
    return None if len(values) < 3 or not spread else float(together) / math.sqrt(spread)


class TestWords:
    def test_there_are_some_for_every_colour_in_both_languages(self) -> None:
        texts = [words.recommendation(colour, [], []) for colour in words.RATINGS]
        assert len({text.en for text in texts}) == len({text.de for text in texts}) == 5
        assert all(text.en != text.de and text.en.endswith(".") and text.de.endswith(".") for text in texts)

    @pytest.mark.parametrize(
        ("count", "en", "de"),
        [
            (1, "Goal orientation.", "Zielorientierung."),
            (2, "Goal orientation and Problem solving.", "Zielorientierung und Problemlösung."),
            (3, "Goal orientation, Problem solving and Proactive.", "Zielorientierung, Problemlösung und Proaktiv."),
            (5, "Goal orientation, Problem solving, Proactive and 2 more.", "Zielorientierung, Problemlösung, Proaktiv und 2 weitere."),
        ],
    )
    def test_scales_are_listed_as_people_do(self, count: int, en: str, de: str) -> None:
        told = words.recommendation("red", [scale.name for scale in PROFILE.scales[:count]], [])
        assert told.en.endswith(f": {en}")
        assert told.de.endswith(f": {de}")
