"""The matrix holds what was put in, whatever came and went; scores and cuts over it are those of one row at a time."""

import random
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.matching.formula import Target, curve
from domain.matching.ranking.matrix import MISSING, SCALES, Matrix
from domain.matching.ranking.scores import Place, Wanted, cut, means, without_red

VALUES = st.lists(st.one_of(st.none(), st.integers(0, 100)), min_size=SCALES, max_size=SCALES)
ROWS = st.dictionaries(st.integers(1, 2**62), VALUES, max_size=12)
TARGETS = st.dictionaries(
    st.integers(0, SCALES - 1), st.integers(0, 20).map(lambda half: Target.of({"ideal": half / 2})), min_size=1, max_size=6
)


def filled(rows: dict[int, Any], capacity: int = 1) -> Matrix:
    matrix = Matrix(capacity)
    matrix.add(list(rows), [attempt % 1000 for attempt in rows], list(rows.values()))
    return matrix


def content(matrix: Matrix) -> dict[int, Any]:
    assert len(set(matrix.attempts.tolist())) == matrix.size
    found = {}
    for row, attempt in enumerate(matrix.attempts.tolist()):
        assert matrix.completed[row] == attempt % 1000
        found[attempt] = [None if value == MISSING else value for value in matrix.values[:, row].tolist()]
    assert matrix.missing == [sum(values[scale] is None for values in found.values()) for scale in range(SCALES)]
    return found


class TestMatrix:
    @given(before=ROWS, gone=st.data(), after=ROWS)
    def test_holds_what_came_and_not_what_went(self, before: dict[int, Any], gone: Any, after: dict[int, Any]) -> None:
        matrix = filled(before)
        assert content(matrix) == before
        away = gone.draw(st.lists(st.sampled_from([*before, 7]), max_size=14)) if before else [7]
        matrix.remove(matrix.rows_of(set(away)))
        left = {attempt: values for attempt, values in before.items() if attempt not in away}
        assert content(matrix) == left
        fresh = {attempt: values for attempt, values in after.items() if attempt not in left}
        matrix.add(list(fresh), [attempt % 1000 for attempt in fresh], list(fresh.values()))
        assert content(matrix) == left | fresh

    def test_grows(self) -> None:
        dice = random.Random(1)
        rows = {attempt: [dice.randint(0, 100) for _ in range(SCALES)] for attempt in range(1, 3_000)}
        matrix = Matrix()
        for attempt, values in rows.items():
            matrix.add([attempt], [attempt % 1000], [values])
        assert content(matrix) == rows

    def test_of_a_million_people_takes_less_than_60_megabytes(self) -> None:
        assert Matrix(1_000_000).bytes == 39_000_000


def scored(targets: dict[int, Target], values: list[Any]) -> Fraction | None:
    scores = [curve(target).scores[values[scale]] for scale, target in targets.items() if values[scale] is not None]
    return Fraction(sum(scores), len(scores)) if scores else None


class TestScores:
    @given(rows=ROWS, targets=TARGETS)
    def test_are_those_of_one_row_at_a_time(self, rows: dict[int, Any], targets: dict[int, Target]) -> None:
        matrix = filled(rows)
        wanted = [Wanted.of(scale, target) for scale, target in targets.items()]
        found = dict(zip(matrix.attempts.tolist(), means(matrix, wanted).tolist(), strict=True))
        exact = {attempt: scored(targets, values) for attempt, values in rows.items()}
        assert found == {
            attempt: -1 if mean is None else float(np.float32(mean.numerator) / np.float32(mean.denominator))
            for attempt, mean in exact.items()
        }
        red = {
            attempt: any(values[scale] is not None and curve(target).zones[values[scale]] == "red" for scale, target in targets.items())
            for attempt, values in rows.items()
        }
        assert dict(zip(matrix.attempts.tolist(), without_red(matrix, wanted).tolist(), strict=True)) == {
            a: not is_red for a, is_red in red.items()
        }

    def test_all_means_there_can_be_are_told_apart(self) -> None:
        """What 32-bit floats are trusted with."""
        exact = sorted({Fraction(total, count) for count in range(1, SCALES + 1) for total in range(100 * count + 1)})
        floats = [float(np.float32(mean.numerator) / np.float32(mean.denominator)) for mean in exact]
        assert floats == sorted(set(floats))
        assert len(floats) == len(exact)

    def test_blocks_meet(self, monkeypatch: pytest.MonkeyPatch) -> None:
        dice = random.Random(2)
        rows = {attempt: [dice.choice((None, 10, 90)) for _ in range(SCALES)] for attempt in range(1, 50)}
        wanted = [Wanted.of(scale, Target.of({"ideal": 9})) for scale in range(4)]
        whole = means(filled(rows), wanted).tolist()
        monkeypatch.setattr("domain.matching.ranking.scores.AT_ONCE", 7)
        assert means(filled(rows), wanted).tolist() == whole


class TestCut:
    @given(
        means_of=st.dictionaries(st.integers(1, 10**12), st.sampled_from([Fraction(200, 3), Fraction(70), Fraction(211, 3)]), max_size=20),
        size=st.integers(1, 8),
        backward=st.booleans(),
        edge=st.one_of(st.none(), st.tuples(st.sampled_from([Fraction(200, 3), Fraction(70), Fraction(0)]), st.integers(1, 10**12))),
        hidden=st.sets(st.integers(0, 19)),
    )
    def test_is_a_slice_of_the_sorted_whole(
        self, means_of: dict[int, Fraction], size: int, backward: bool, edge: Any, hidden: set[int]
    ) -> None:
        matrix = filled({attempt: [50] * SCALES for attempt in means_of})
        values = np.array([np.float32(mean.numerator) / np.float32(mean.denominator) for mean in means_of.values()], np.float32)
        chosen = np.array([index not in hidden for index in range(matrix.size)], bool)
        place = Place(*edge) if edge else None
        found = cut(matrix, values, chosen, size, edge=place, backward=backward)
        whole = sorted((-mean, attempt) for index, (attempt, mean) in enumerate(means_of.items()) if index not in hidden)
        at = (-edge[0], edge[1]) if edge else None
        if backward:
            part = [pair for pair in whole if at is None or pair < at][-size:]
        else:
            part = [pair for pair in whole if at is None or pair > at][:size]
        assert [int(matrix.attempts[row]) for row in found.rows] == [attempt for _mean, attempt in part]
        if part:
            assert found.before == whole.index(part[0])
            assert found.after == len(whole) - whole.index(part[-1]) - 1
