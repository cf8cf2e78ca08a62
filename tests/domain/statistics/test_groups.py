"""Nobody can be told from a group or from what is left of a whole."""

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.statistics.groups import FEWEST, silenced

SIZES = st.dictionaries(st.text("abcdef", min_size=1, max_size=2), st.integers(1, 12), max_size=8)


class TestSilenced:
    @pytest.mark.parametrize(
        ("sizes", "silent"),
        [
            ({}, set()),
            ({"a": 5, "b": 6}, set()),
            ({"a": 4}, {"a"}),
            ({"a": 4, "b": 50}, {"a", "b"}),
            ({"a": 4, "b": 50, "c": 20}, {"a", "c"}),
            ({"a": 4, "b": 4, "c": 20}, {"a", "b"}),
            ({"a": 2, "b": 2, "c": 20, "d": 20}, {"a", "b", "c"}),
        ],
    )
    def test_by_hand(self, sizes: dict[str, int], silent: set[str]) -> None:
        assert silenced(sizes) == silent

    @given(SIZES)
    def test_leaves_no_remainder_of_fewer_than_five(self, sizes: dict[str, int]) -> None:
        silent = silenced(sizes)
        assert {key for key, size in sizes.items() if size < FEWEST} <= silent
        hidden = sum(sizes[key] for key in silent)
        assert not silent or hidden >= FEWEST or silent == set(sizes)

    @given(SIZES)
    def test_is_silent_about_no_more_than_it_must(self, sizes: dict[str, int]) -> None:
        small = {key for key, size in sizes.items() if size < FEWEST}
        more = silenced(sizes) - small
        for fewer in (set(part) for count in range(len(more)) for part in combinations(sorted(more), count)):
            assert sum(sizes[key] for key in small | fewer) < FEWEST
