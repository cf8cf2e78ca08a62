"""How C-values are spread: held against pandas, scipy and the formulas as they stand in books."""

import math
from collections import Counter

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.weightstats import DescrStatsW

from domain.results.scoring import class_of
from domain.statistics.distribution import CHI_SQUARE, EXPECTED, TENTHS, Distribution, drift

VALUES = st.lists(st.integers(0, 100), min_size=1, max_size=60)


def of(values: list[int]) -> Distribution:
    counted = Counter(values)
    return Distribution([counted[tenths] for tenths in range(TENTHS)])


class TestDistribution:
    @given(VALUES)
    def test_is_what_pandas_makes_of_the_values(self, values: list[int]) -> None:
        found, expected = of(values), pd.Series(values, dtype=float) / 10
        assert found.n == len(values)
        assert found.mean == pytest.approx(expected.mean(), abs=6e-5)
        quantiles = [found.quantile(quarters) for quarters in range(5)]
        assert quantiles == pytest.approx(list(expected.quantile([0, 0.25, 0.5, 0.75, 1])), abs=6e-5)
        if len(values) > 1:
            assert found.standard_deviation == pytest.approx(expected.std(), abs=6e-5)
        else:
            assert found.standard_deviation is None

    @given(VALUES)
    def test_is_what_statsmodels_makes_of_how_often_each_came(self, values: list[int]) -> None:
        found = of(values)
        expected = DescrStatsW(np.arange(TENTHS) / 10, weights=np.array(found.counts), ddof=1)
        assert found.mean == pytest.approx(expected.mean, abs=6e-5)
        if len(values) > 1:
            assert found.standard_deviation == pytest.approx(expected.std, abs=6e-5)

    @given(VALUES)
    def test_has_a_class_for_every_value(self, values: list[int]) -> None:
        counted = Counter(map(class_of, values))
        assert of(values).histogram == [counted[number] for number in range(11)]


class TestDrift:
    @given(st.lists(st.integers(0, 300), min_size=11, max_size=11).filter(any))
    def test_is_the_formula_as_it_stands_in_books(self, histogram: list[int]) -> None:
        n = sum(histogram)
        expected = 0.0
        for count, percent in zip(histogram, EXPECTED, strict=True):
            found, promised = (count or 0.5) / n, percent / 100
            expected += (found - promised) * math.log(found / promised)
        assert drift(histogram).index == pytest.approx(expected, abs=6e-5)

    def test_expects_a_normal_population(self) -> None:
        """A class is one C-value wide and half a standard deviation."""
        bounds = [-math.inf, *(number + 0.5 for number in range(10)), math.inf]
        shares = np.diff(stats.norm.cdf(bounds, loc=5, scale=2)) * 100
        assert list(EXPECTED) == pytest.approx(list(shares), abs=0.005)
        assert sum(EXPECTED) == pytest.approx(100)

    def test_knows_what_chance_does(self) -> None:
        assert stats.chi2.ppf(0.95, df=10) == pytest.approx(CHI_SQUARE, abs=5e-4)

    @pytest.mark.parametrize("n", [200, 1000])
    def test_by_chance_is_exceeded_by_one_sample_of_twenty(self, n: int) -> None:
        dice = np.random.default_rng(1)
        samples = dice.multinomial(n, np.array(EXPECTED) / 100, size=2000)
        beyond = np.mean([drift(sample.tolist()).index > drift(sample.tolist()).by_chance for sample in samples])
        assert 0.02 < beyond < 0.09

    @pytest.mark.parametrize(
        ("histogram", "verdict"),
        [
            ([122, 278, 656, 1210, 1747, 1974, 1747, 1210, 656, 278, 122], "stable"),
            ([60, 180, 480, 1000, 1500, 1900, 1900, 1400, 900, 480, 200], "stable"),
            ([40, 100, 350, 800, 1300, 1900, 1950, 1600, 1050, 600, 310], "moderate"),
            ([0, 0, 100, 300, 700, 1400, 2000, 2000, 1700, 1100, 700], "shifted"),
            ([0, 0, 0, 1, 2, 3, 2, 1, 1, 0, 0], "uncertain"),
            ([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 10], "shifted"),
        ],
    )
    def test_is_judged_by_the_customary_bounds(self, histogram: list[int], verdict: str) -> None:
        assert drift(histogram).verdict == verdict, drift(histogram)
