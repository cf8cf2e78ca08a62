"""The pure rules: thresholds, silence, the four-fifths rule and Fisher's test, against plain Python, scipy and worked examples."""

from collections import Counter
from fractions import Fraction
from itertools import chain, combinations, product
from math import comb

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from domain.flows.analysis.adverse_impact import BANDS, GENDERS, Counted, SelectionGroup, adverse_impact
from domain.flows.analysis.cut_scores import curve
from domain.flows.analysis.fisher import two_sided
from domain.flows.analysis.silence import Place, tellable

SCORES = st.lists(st.one_of(st.integers(0, 100).map(float), st.floats(0, 100)), max_size=30)
PLACES = st.tuples(st.sampled_from([*GENDERS, None]), st.sampled_from([*BANDS, None]))
PEOPLE = st.dictionaries(PLACES, st.integers(0, 9), max_size=14)


def step(**groups: tuple[int, int]) -> Counted:
    """People of known genders and unknown age: how many, and how many selected."""
    return {(gender, None): counts for gender, counts in groups.items()}


def told(**groups: tuple[int, int]) -> dict[str, SelectionGroup]:
    [only] = adverse_impact({}, [(1, step(**groups))]).steps
    return {group.key: group for group in only.by_gender}


class TestCutScores:
    @given(SCORES, st.floats(0, 100))
    def test_count_whoever_has_the_threshold_or_more(self, scores: list[float], current: float) -> None:
        made = curve(1, current, list(Counter(scores).items()))
        if len(scores) < 5:
            assert (made.suppressed, made.people, made.points) == (True, None, None)
            return
        assert made.points is not None
        thresholds = [point.threshold for point in made.points]
        assert thresholds == sorted({*map(float, range(101)), *scores, current})
        for point in made.points:
            assert point.passing == sum(score >= point.threshold for score in scores)
            assert point.share == pytest.approx(point.passing / len(scores), abs=5e-5)
            assert point.is_current == (point.threshold == current)

    @given(SCORES, st.floats(0, 100))
    def test_rounded_down_tell_the_same_at_whole_thresholds(self, scores: list[float], current: float) -> None:
        whole = curve(1, current, list(Counter(scores).items())).points or []
        few = curve(1, current, list(Counter(map(int, scores)).items()), is_complete=False).points or []
        assert few == [point for point in whole if point.threshold == int(point.threshold)]


class TestFisher:
    @given(st.integers(0, 40), st.integers(0, 40), st.integers(0, 40), st.integers(0, 40))
    def test_sums_the_tables_that_are_no_likelier(self, a: int, b: int, c: int, d: int) -> None:
        """Exactly, by fractions; and as scipy does it."""
        n, chosen = a + b + c + d, a + c
        ways = [comb(a + b, x) * comb(c + d, chosen - x) for x in range(max(0, chosen - c - d), min(a + b, chosen) + 1)]
        own = comb(a + b, a) * comb(c + d, c)
        assert two_sided(a, a + b, c, c + d) == float(Fraction(sum(each for each in ways if each <= own), comb(n, chosen)))
        if min(a + b, c + d, chosen, b + d):
            assert two_sided(a, a + b, c, c + d) == pytest.approx(stats.fisher_exact([[a, b], [c, d]]).pvalue, rel=1e-6, abs=1e-12)

    @pytest.mark.parametrize(
        "table", [(24_000, 50_000, 24_500, 50_000), (30, 1_000, 3_300, 99_000), (24_000, 50_000, 26_000, 50_000), (7, 12, 49_000, 90_000)]
    )
    def test_of_great_numbers_is_that_of_scipy(self, table: tuple[int, int, int, int]) -> None:
        a, n, c, m = table
        assert two_sided(*table) == pytest.approx(stats.fisher_exact([[a, n - a], [c, m - c]]).pvalue, rel=1e-6)

    def test_below_every_float_is_nothing(self) -> None:
        assert two_sided(0, 50_000, 50_000, 50_000) == 0.0

    def test_the_tea_was_tasted(self) -> None:
        """Fisher 1935: three of four cups told rightly come to 34 of 70 by chance."""
        assert two_sided(3, 4, 1, 4) == 34 / 70


class TestFourFifths:
    def test_is_exact(self) -> None:
        """64 of 100 against 80 of 100 is four fifths to the last digit; one person fewer is not."""
        passes, fails = told(male=(100, 80), female=(100, 64)), told(male=(100, 80), female=(100, 63))
        assert (passes["female"].ratio, passes["female"].below_four_fifths) == (Fraction(4, 5), False)
        assert fails["female"].below_four_fifths
        assert (passes["male"].is_highest, passes["male"].ratio, passes["male"].p_value) == (True, Fraction(1), None)
        assert passes["female"].p_value == pytest.approx(stats.fisher_exact([[64, 36], [80, 20]]).pvalue)

    def test_compares_with_nobody_when_nobody_was_selected(self) -> None:
        groups = told(male=(10, 0), female=(20, 0))
        assert {group.ratio for group in groups.values()} == {group.below_four_fifths for group in groups.values()} == {None}
        assert (groups["female"].is_highest, groups["male"].p_value) == (True, 1.0), "of equal rates the larger group"

    def test_marks_groups_under_two_percent_and_compares_none_with_them(self) -> None:
        """29 CFR 1607.15A(2)(a); six of 300 are two percent, five are less."""
        small, enough = told(male=(150, 75), female=(145, 70), diverse=(5, 5)), told(male=(150, 75), female=(144, 70), diverse=(6, 6))
        assert (small["diverse"].under_two_percent, small["diverse"].is_highest, small["male"].is_highest) == (True, False, True)
        assert (small["diverse"].ratio, small["diverse"].below_four_fifths) == (Fraction(2), False)
        assert (enough["diverse"].under_two_percent, enough["diverse"].is_highest) == (False, True)
        assert enough["male"].below_four_fifths

    @given(st.dictionaries(PLACES, st.integers(0, 60).flatmap(lambda n: st.tuples(st.just(n), st.integers(0, n))), max_size=12))
    def test_holds_for_any_groups(self, counted: Counted) -> None:
        """Against ratios by plain cross multiplication."""
        [only] = adverse_impact({}, [(1, counted)]).steps
        everybody = sum(people for people, _selected in counted.values())
        for groups in (only.by_gender, only.by_age):
            best = [group for group in groups if group.is_highest]
            assert len(best) <= 1
            for group in groups:
                if group.people is None or group.selected is None:
                    assert (group.rate, group.ratio, group.p_value, group.under_two_percent, group.is_highest) == (None,) * 4 + (False,)
                    continue
                assert group.people >= 5
                assert group.under_two_percent == (group.people * 100 < 2 * everybody)
                if best and best[0].selected:
                    assert best[0].people is not None
                    cross = group.selected * best[0].people, group.people * best[0].selected
                    assert group.below_four_fifths == (5 * cross[0] < 4 * cross[1])
                    assert group.under_two_percent or cross[0] <= cross[1]


class TestSilence:
    def test_of_a_small_group_makes_another_silent(self) -> None:
        """All less the men would tell the women."""
        assert {group.suppressed for group in told(male=(20, 5), female=(4, 1)).values()} == {True}
        assert {key for key, group in told(male=(20, 5), female=(6, 1), diverse=(2, 1)).items() if not group.suppressed} == {"male"}

    def test_of_few_whose_gender_is_unknown(self) -> None:
        """They, too, would be told by difference."""
        counted: Counted = {("male", None): (20, 5), ("female", None): (8, 2), (None, None): (2, 1)}
        [only] = adverse_impact({}, [(1, counted)]).steps
        assert [(group.key, group.suppressed) for group in only.by_gender] == [("female", True), ("male", False)]
        assert (only.unknown_gender, only.unknown_age, only.people) == (None, 30, 30)

    def test_of_a_small_group_beside_some_whose_gender_is_unknown(self) -> None:
        """All less the men, the women and those of unknown gender would tell how many there are."""
        counted: Counted = {("male", None): (10, 5), ("female", None): (10, 2), ("diverse", None): (2, 1), (None, None): (3, 1)}
        [only] = adverse_impact({}, [(1, counted)]).steps
        assert [group.key for group in only.by_gender if group.suppressed] == ["diverse"]
        assert (only.people, only.unknown_gender) == (25, None)

    def test_of_nobody_keeps_how_many_are_unknown(self) -> None:
        counted: Counted = {("male", None): (10, 5), ("female", None): (10, 2), (None, None): (7, 1)}
        [only] = adverse_impact({}, [(1, counted)]).steps
        assert (only.unknown_gender, only.unknown_age) == (7, 27)

    def test_of_both_divisions_together(self) -> None:
        """Eight women and eight men; the older ones are the men but for one woman: men and older ones differ by her."""
        counted: dict[Place, int] = {("female", "under_25"): 7, ("female", "from_55"): 1, ("male", "from_55"): 8}
        by_gender, by_age = tellable(counted)
        assert (by_gender, by_age) in [(set(), {"under_25", "from_55"}), ({"female", "male"}, set())]

    def test_of_a_step_is_kept_in_all(self) -> None:
        """Two women failed the first step and four came to the second: all who failed would tell of the second."""
        first, second = step(male=(20, 15), female=(6, 4)), step(male=(15, 10), female=(4, 3))
        total = step(male=(20, 10), female=(6, 3))
        told = adverse_impact(total, [(1, first), (2, second)])
        assert [group.suppressed for group in told.steps[0].by_gender] == [False, False]
        assert [group.suppressed for group in told.steps[1].by_gender] == [True, True]
        assert [group.suppressed for group in told.total.by_gender] == [True, True]

    def test_of_fewer_than_five_is_whole(self) -> None:
        [only] = adverse_impact({}, [(1, step(male=(4, 2)))]).steps
        assert (only.people, only.selected, [group.suppressed for group in only.by_gender]) == (None, None, [True])
        assert (only.unknown_gender, only.unknown_age) == (None, None)

    @given(PEOPLE)
    def test_leaves_no_sum_that_tells_a_few(self, people: dict[Place, int]) -> None:
        """Every choice of what is told, added in one division and taken off in the other, by brute force."""
        by_gender, by_age = tellable(people)
        whole = sum(people.values())
        assert whole >= 5 or not (by_gender or by_age)
        if whole < 5:
            return
        for chosen, taken in product(_subsets(sorted(by_gender)), _subsets(sorted(by_age))):
            for everybody in (0, 1, -1):
                apart = sum(n for place, n in people.items() if (place[0] in chosen) - (place[1] in taken) + everybody)
                assert not 0 < apart < 5, (chosen, taken, everybody)

    @given(PEOPLE, st.sets(st.sampled_from(GENDERS)), st.sets(st.sampled_from(list(BANDS))))
    def test_keeps_what_must_be_silent(self, people: dict[Place, int], first: set[str], second: set[str]) -> None:
        by_gender, by_age = tellable(people, (first, second))
        assert not by_gender & first
        assert not by_age & second

    def test_does_not_keep_more_than_it_must(self) -> None:
        """Large groups that overlap in small numbers tell nobody."""
        people: dict[Place, int] = {("female", "under_25"): 30, ("female", "from_55"): 5, ("male", "from_55"): 3, ("male", "under_25"): 20}
        assert tellable(people) == ({"female", "male"}, {"under_25", "from_55"})


def _subsets(items: list[str]) -> list[tuple[str, ...]]:
    return list(chain.from_iterable(combinations(items, size) for size in range(len(items) + 1)))
