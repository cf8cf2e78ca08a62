"""What holds for scoring whatever is answered."""

import math
import random
from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from hypothesis import assume, given
from hypothesis import strategies as st

from domain.instruments.bank import POINTS, Item, Scale
from domain.results import norms, scoring
from domain.results.scoring import Norm
from tests.domain.results.scales import ANSWER, COMPLETE, NORMS, PROFILE, WITH_GAPS, answered, fractions, mirrored, moved, scale_of

DESIGNED = norms.designed().norms
ITEMS = st.sampled_from(PROFILE.items)
SCALES = st.sampled_from(PROFILE.scales)
RAWS = fractions(0, 100)
PERCENTS = st.lists(st.integers(0, 1600).map(lambda sixteenths: Fraction(sixteenths, 16)), min_size=23, max_size=23)


def by_hand(scale: Scale, answers: list[int | None]) -> Decimal | None:
    """The raw percent in tenths by the formula of the page, without the code's own functions."""
    counted = [(6 - given) if item.reverse else given for item in scale.items if (given := answers[item.position]) is not None]
    if len(counted) < 4:
        return None
    percent = Decimal(sum(counted) - len(counted)) * 100 / (4 * len(counted))
    return percent.quantize(Decimal("0.1"), ROUND_HALF_UP)


def changes(before: Sequence[int | None], after: Sequence[int | None]) -> list[tuple[int, Scale]]:
    """By how much each scale changed."""
    pairs = zip(PROFILE.scales, before, after, strict=True)
    return [(new - old, scale) for scale, old, new in pairs if old is not None and new is not None]


class TestScore:
    @given(WITH_GAPS)
    def test_keeps_its_bounds_and_its_order(self, answers: list[int | None]) -> None:
        """R-ESC-31, R-ESC-32: 0 to 100 and 0 to 10, in tenths."""
        scored = scoring.score(PROFILE, answers, DESIGNED)
        assert len(scored.raw_tenths) == len(scored.c_tenths) == 23
        for percent, c in zip(scored.raw_tenths, scored.c_tenths, strict=True):
            assert (percent is None) == (c is None)
            assert percent is None or 0 <= percent <= 1000
            assert c is None or 0 <= c <= 100

    @given(WITH_GAPS)
    def test_is_what_the_formulas_say(self, answers: list[int | None]) -> None:
        scored = scoring.score(PROFILE, answers, DESIGNED)
        for scale, percent, c in zip(PROFILE.scales, scored.raw_tenths, scored.c_tenths, strict=True):
            expected = by_hand(scale, answers)
            assert (None if percent is None else Decimal(percent) / 10) == expected
            exact = scoring.raw_percent(scale, answers)
            if exact is not None and c is not None:
                norm = DESIGNED[scale.key]
                unrounded = min(max(5 + 2 * (float(exact) - float(norm.mean)) / float(norm.sd), 0), 10)
                assert abs(c / 10 - unrounded) <= 0.05 + 1e-9

    @given(COMPLETE, ITEMS)
    def test_grows_with_an_answer_and_falls_with_a_reversed_one(self, answers: list[int], item: Item) -> None:
        assume(answers[item.position] < POINTS)
        more = list(answers)
        more[item.position] += 1
        scale = next(scale for scale in PROFILE.scales if scale.key == item.scale)
        before, after = (scoring.score(PROFILE, given, DESIGNED) for given in (answers, more))
        way = -1 if item.reverse else 1
        changed = [change for change, *_ in changes(before.raw_tenths, after.raw_tenths)]
        assert changed == [50 * way * (one is scale) for one in PROFILE.scales]
        assert [change * way >= 0 for change, *_ in changes(before.c_tenths, after.c_tenths)] == [True] * 23
        assert [change for change, one in changes(before.c_tenths, after.c_tenths) if one is not scale] == [0] * 22

    @given(WITH_GAPS)
    def test_of_opposite_answers_is_the_mirror_image(self, answers: list[int | None]) -> None:
        for scale in PROFILE.scales:
            percent, opposite = scoring.raw_percent(scale, answers), scoring.raw_percent(scale, mirrored(answers))
            assert (opposite is None) == (percent is None)
            assert percent is None or opposite == 100 - percent

    @given(WITH_GAPS, st.integers(0, 2**32))
    def test_does_not_depend_on_where_answers_stand(self, answers: list[int | None], seed: int) -> None:
        order = random.Random(seed).sample(range(len(answers)), len(answers))
        placed: list[int | None] = [None] * len(answers)
        for old, new in enumerate(order):
            placed[new] = answers[old]
        assert scoring.score(moved(PROFILE, order), placed, DESIGNED) == scoring.score(PROFILE, answers, DESIGNED)

    @given(WITH_GAPS)
    def test_changes_no_answer(self, answers: list[int | None]) -> None:
        """Stored answers are never changed."""
        before = list(answers)
        scoring.score(PROFILE, answers, DESIGNED)
        assert answers == before


class TestScale:
    @given(st.lists(ANSWER | st.none(), min_size=5, max_size=5), st.permutations(range(5)))
    def test_does_not_care_which_item_of_one_direction_got_which_answer(self, answers: list[int | None], order: list[int]) -> None:
        scale = scale_of(*[False] * 5)
        assert scoring.raw_percent(scale, [answers[place] for place in order]) == scoring.raw_percent(scale, answers)

    @given(st.lists(st.tuples(st.none() | ANSWER, st.booleans()), min_size=1, max_size=12))
    def test_counts_a_reversed_item_like_a_straight_one_that_was_mirrored(self, items: list[tuple[int | None, bool]]) -> None:
        answers, reverse = [answer for answer, _ in items], [reverse for _, reverse in items]
        straight = [mirrored([answer])[0] if turned else answer for answer, turned in items]
        assert scoring.raw_percent(scale_of(*reverse), answers) == scoring.raw_percent(scale_of(*[False] * len(items)), straight)

    @given(SCALES, st.lists(ANSWER, min_size=5, max_size=5), st.integers(0, 4))
    def test_prorates_one_missing_item_and_knows_nothing_with_two(self, scale: Scale, given_: list[int], missing: int) -> None:
        """R-ESC-71: a gap counts as the average of the others."""
        one = answered({scale.key: [None if place == missing else answer for place, answer in enumerate(given_)]})
        scores = [6 - answer if item.reverse else answer for item, answer in zip(scale.items, given_, strict=True)]
        others = [score for place, score in enumerate(scores) if place != missing]
        assert scoring.raw_percent(scale, one) == (Fraction(sum(others), 4) - 1) * 25
        two = answered({scale.key: [None if place in (missing, (missing + 1) % 5) else answer for place, answer in enumerate(given_)]})
        assert scoring.raw_percent(scale, two) is None


class TestNorm:
    @given(NORMS, RAWS, RAWS)
    def test_keeps_the_order_of_raw_percents(self, norm: Norm, one: Fraction, other: Fraction) -> None:
        low, high = sorted([one, other])
        assert 0 <= norm.c_tenths(low) <= norm.c_tenths(high) <= 100

    @given(NORMS, st.integers(-25, 25))
    def test_puts_the_mean_at_5_and_a_standard_deviation_2_apart(self, norm: Norm, tenths: int) -> None:
        assert norm.c_tenths(norm.mean + norm.sd * Fraction(tenths, 10)) == 50 + 2 * tenths

    @given(fractions(0, 1), fractions(0, 1))
    def test_measures_better_with_a_higher_alpha(self, one: Fraction, other: Fraction) -> None:
        low, high = sorted([one, other])
        errors = [scoring.sem(Norm(Fraction(50), Fraction(15), alpha)) for alpha in (high, low)]
        assert 0 <= errors[0] <= errors[1] <= 2


class TestValues:
    @given(st.integers(0, 100), st.integers(0, 100))
    def test_of_one_c_value_agree_with_each_other(self, one: int, other: int) -> None:
        low, high = sorted([one, other])
        assert scoring.class_of(low) <= scoring.class_of(high)
        assert scoring.LABELS.index(scoring.label_of(low)) <= scoring.LABELS.index(scoring.label_of(high))
        assert 0 < scoring.percentile(low) <= scoring.percentile(high) < 100
        assert scoring.percentile(low) + scoring.percentile(100 - low) == 100
        assert scoring.t_value(low) == 25 + 5 * (low / 10)

    @given(st.decimals(0, 1000, places=4))
    def test_are_rounded_like_decimals(self, value: Decimal) -> None:
        assert scoring.half_up(Fraction(value)) == int(value.quantize(Decimal(1), ROUND_HALF_UP))


class TestWirIch:
    @given(PERCENTS)
    def test_is_a_share_of_100_and_says_which_way_it_leans(self, raw: list[Fraction]) -> None:
        """R-ESC-33."""
        found = scoring.wir_ich(PROFILE, raw)
        assert found is not None
        assert 0 <= found.wir_tenths <= 1000
        own = {scale.key[:7]: value for scale, value in zip(PROFILE.scales, raw, strict=True) if scale.kind == "graves"}
        wir, ich = (sum(own[f"graves{level}"] for level in levels) for levels in ((2, 4, 6), (3, 5, 7)))
        share = 100 * wir / (wir + ich) if wir + ich else 50
        assert math.isclose(found.wir_tenths / 10, share, abs_tol=0.05 + 1e-9)
        leans = "Wir" if wir * 100 > 55 * (wir + ich) else "Ich" if wir * 100 < 45 * (wir + ich) else "balanced"
        assert found.tendency == leans

    @given(PERCENTS)
    def test_is_turned_round_with_the_levels_so_that_both_sum_to_100(self, raw: list[Fraction]) -> None:
        swapped = raw[:17] + [raw[place] for place in (18, 17, 20, 19, 22, 21)]
        one, other = scoring.wir_ich(PROFILE, raw), scoring.wir_ich(PROFILE, swapped)
        assert one is not None
        assert other is not None
        assert one.wir_tenths + other.wir_tenths in (1000, 1001)  # both are rounded half up
        assert {one.tendency, other.tendency} in ({"Wir", "Ich"}, {"balanced"})

    @given(WITH_GAPS)
    def test_of_an_attempt_is_missing_exactly_when_a_graves_value_is(self, answers: list[int | None]) -> None:
        """R-ESC-71."""
        scored = scoring.score(PROFILE, answers, DESIGNED)
        assert (scored.wir_ich is None) == (None in scored.raw_tenths[17:])
