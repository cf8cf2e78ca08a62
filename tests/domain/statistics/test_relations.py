"""Correlations and alpha, held against scipy, pandas and plain Python."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from domain.statistics.relations import NONE, alpha, correlations, standard_error

TABLES = st.integers(0, 12).flatmap(
    lambda rows: st.lists(st.lists(st.one_of(st.just(NONE), st.integers(0, 100)), min_size=3, max_size=3), min_size=rows, max_size=rows)
)
ANSWERS = st.lists(st.lists(st.integers(1, 5), min_size=4, max_size=4), min_size=1, max_size=15)


class TestCorrelations:
    @given(TABLES)
    def test_are_those_of_the_rows_that_have_both(self, rows: list[list[int]]) -> None:
        values, counts = correlations(np.array(rows, dtype=np.int16).reshape(-1, 3))
        for one in range(3):
            for other in range(3):
                both = [(row[one], row[other]) for row in rows if NONE not in (row[one], row[other])]
                assert counts[one][other] == len(both)
                first, second = [pair[0] for pair in both], [pair[1] for pair in both]
                if len(both) < 2 or len(set(first)) == 1 or len(set(second)) == 1:
                    assert values[one][other] is None
                else:
                    assert values[one][other] == pytest.approx(stats.pearsonr(first, second).statistic, abs=6e-5)

    def test_are_those_of_pandas(self) -> None:
        dice = np.random.default_rng(3)
        table = np.clip(dice.normal(50, 20, (500, 1)) + dice.normal(0, 15, (500, 5)), 0, 100).astype(np.int16)
        table[dice.random(table.shape) < 0.1] = NONE
        values, counts = correlations(table)
        frame = pd.DataFrame(table).where(table != NONE)
        assert np.array(values, dtype=float) == pytest.approx(frame.corr().to_numpy(), abs=6e-5)
        assert counts[0][0] == frame[0].count()


class TestAlpha:
    @given(ANSWERS)
    def test_is_the_formula_by_hand(self, answers: list[list[int]]) -> None:
        frame = pd.DataFrame(answers)
        found, together = alpha(np.array(answers, dtype=np.int8)), frame.sum(axis=1).var(ddof=1)
        if len(answers) < 2 or together == 0:
            assert found is None
        else:
            assert found == pytest.approx(4 / 3 * (1 - frame.var(ddof=1).sum() / together), abs=6e-5)

    def test_is_the_mean_of_all_split_halves_of_parallel_items(self) -> None:
        """Spearman and Brown: k parallel items with correlation r have alpha = k r / (1 + (k - 1) r)."""
        dice = np.random.default_rng(5)
        true = dice.normal(0, 1, (200_000, 1))
        answers = np.clip(np.round(3 + 0.7 * true + dice.normal(0, 0.7, (200_000, 4))), 1, 5).astype(np.int8)
        r = np.corrcoef(answers.T)[np.triu_indices(4, 1)].mean()
        assert alpha(answers) == pytest.approx(4 * r / (1 + 3 * r), abs=0.002)

    def test_needs_several_items_and_people(self) -> None:
        assert alpha(np.array([[1], [5]], dtype=np.int8)) is None
        assert alpha(np.array([[1, 5]], dtype=np.int8)) is None

    @pytest.mark.parametrize(("reliability", "error"), [(0.7, 1.0954), (0.8, 0.8944), (0.9, 0.6325), (1.0, 0.0), (-0.5, 2.0)])
    def test_gives_the_standard_error(self, reliability: float, error: float) -> None:
        assert standard_error(2.0, reliability) == pytest.approx(error, abs=6e-5)
