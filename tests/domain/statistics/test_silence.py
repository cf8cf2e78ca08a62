"""Nobody can be told from what an answer tells: neither from a set of people nor by difference."""

from collections.abc import Sequence
from itertools import combinations, pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.statistics.silence import FEWEST, Sets

ATOMS = st.lists(st.tuples(st.integers(0, 5), st.sets(st.integers(0, 4))), max_size=8)
"""How many people are in which of five groups: small numbers of every kind, so that they nest, overlap and leave some in none."""


def few(people: set[int]) -> bool:
    return 0 < len(people) < FEWEST


def told(whole: set[int], groups: Sequence[set[int]]) -> list[bool]:
    found: list[bool] = Sets([np.array(sorted(each), np.int64) for each in (whole, *groups)]).told.tolist()
    return found


def grouped(atoms: list[tuple[int, set[int]]]) -> tuple[set[int], list[set[int]]]:
    whole: set[int] = set()
    groups: list[set[int]] = [set() for _ in range(5)]
    for size, inside in atoms:
        people = set(range(len(whole), len(whole) + size))
        whole |= people
        for number in inside:
            groups[number] |= people
    return whole, groups


def check(whole: set[int], groups: Sequence[set[int]], told: Sequence[bool]) -> None:
    """Hold what is told against every difference there is."""
    shown = [group for group, is_told in zip(groups, told[1:], strict=True) if is_told]
    assert told[0] == (len(whole) >= FEWEST)
    assert not any(len(each) < FEWEST for each in shown)
    for one, other in combinations(shown, 2):
        assert not few(one - other)
        assert not few(other - one)
    if told[0]:
        assert not any(few(whole - each) for each in shown)
        assert not few(whole - set().union(*shown))


class TestSets:
    @pytest.mark.parametrize(
        ("whole", "groups", "expected"),
        [
            (0, [], [False]),
            (4, [range(4)], [False, False]),
            (11, [range(5), range(5, 11)], [True, True, True]),
            (54, [range(4), range(4, 54)], [True, False, False]),
            (74, [range(4), range(4, 54), range(54, 74)], [True, False, True, False]),
            (28, [range(4), range(4, 8), range(8, 28)], [True, False, False, True]),
            (6, [range(5)], [True, False]),
            (50, [range(5), range(6)], [True, False, True]),
            (30, [range(4), range(4), range(4, 30)], [True, False, False, False]),
            (21, [range(20), range(5), range(5, 12)], [True, False, True, True]),
            (30, [range(10), range(5, 15)], [True, True, True]),
            (31, [range(10), range(1, 31)], [True, True, False]),
            (40, [range(10), range(1, 31)], [True, False, True]),
        ],
        ids=[
            "nobody",
            "too few",
            "apart",
            "few and many",
            "few and the next smallest",
            "few and few are enough",
            "all but one",
            "nested with one more",
            "the same few twice",
            "the smallest that leaves somebody out",
            "five apart",
            "all but one again",
            "overlapping but for one",
        ],
    )
    def test_by_hand(self, whole: int, groups: list[range], expected: list[bool]) -> None:
        assert told(set(range(whole)), [set(group) for group in groups]) == expected

    @given(ATOMS)
    def test_tell_nobody_by_difference(self, atoms: list[tuple[int, set[int]]]) -> None:
        whole, groups = grouped(atoms)
        check(whole, groups, told(whole, groups))

    @given(ATOMS, st.sets(st.integers(0, 40)))
    def test_tell_nobody_on_a_scale(self, atoms: list[tuple[int, set[int]]], without: set[int]) -> None:
        """Of those who have a value the same holds; what is silent altogether stays so."""
        whole, groups = grouped(atoms)
        sets = Sets([np.array(sorted(each), np.int64) for each in (whole, *groups)])
        found = sets.where(np.array([place not in without for place in sorted(whole)], bool)).tolist()
        check(whole - without, [group - without for group in groups], found)
        assert not any(now and not before for now, before in zip(found, sets.told.tolist(), strict=True))

    @given(st.lists(st.integers(1, 12), max_size=8))
    def test_are_silent_about_no_more_than_they_must(self, sizes: list[int]) -> None:
        """Of groups that do not overlap: no fewer of the others would do."""
        ends = np.cumsum([0, *sizes]).tolist()
        groups = [set(range(begin, end)) for begin, end in pairwise(ends)]
        found = told(set(range(ends[-1])), groups)[1:]
        small = {number for number, size in enumerate(sizes) if size < FEWEST}
        more = {number for number, is_told in enumerate(found) if not is_told} - small
        for fewer in (set(part) for count in range(len(more)) for part in combinations(sorted(more), count)):
            assert few({place for number in small | fewer for place in groups[number]})

    @given(st.sets(st.integers(0, 11)), st.sets(st.integers(0, 11)))
    def test_tell_no_older_results_by_difference(self, first: set[int], again: set[int]) -> None:
        """Two months: with both of them and the whole, the older results of few people would be told."""
        months = [first, {100 + person for person in again}]
        whole = months[1] | (first - again)
        found = told(whole, months)
        shown = set().union(*(month for month, is_told in zip(months, found[1:], strict=True) if is_told))
        assert not found[0] or not few(whole - shown)
        assert not found[0] or (whole - shown) or not few(shown - whole)
