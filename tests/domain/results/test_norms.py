"""Norm groups: the designed one, and what an empirical one is computed to."""

import random
import statistics
from fractions import Fraction
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.instruments.bank import Scale
from domain.results import norms
from domain.results.scoring import Norm
from tests.domain.results.scales import ANSWER, COMPLETE, PROFILE

HALF = Fraction(1, 20000) + Fraction(1, 10**9)
"""Numbers are kept with four decimals; numpy counts with floats."""


def by_hand(scale: Scale, people: list[list[int]]) -> Norm:
    """Mean, standard deviation and alpha by their definitions, in exact fractions as far as they go."""
    scored = [[6 - person[item.position] if item.reverse else person[item.position] for item in scale.items] for person in people]
    percents = [(sum(scores) - 5) * 5 for scores in scored]
    total = Fraction(statistics.variance([sum(scores) for scores in scored]))
    items = sum(Fraction(statistics.variance(item)) for item in zip(*scored, strict=True))
    alpha = Fraction(5, 4) * (1 - items / total) if total else Fraction(0)
    sd = Fraction(statistics.stdev(percents))
    return Norm(Fraction(statistics.mean(percents)), max(sd, Fraction(1, 10)), min(max(alpha, Fraction(0)), Fraction(1)))


def crowd(seed: int, count: int) -> list[list[int]]:
    """People who lean one way or another, so that items of a scale hang together."""
    dice = random.Random(seed)
    return [_person(dice, dice.gauss(3.4, 0.8)) for _ in range(count)]


def _person(dice: random.Random, middle: float) -> list[int]:
    return [6 - answer if item.reverse else answer for item in PROFILE.items for answer in [min(max(round(dice.gauss(middle, 0.9)), 1), 5)]]


def assert_same(computed: dict[str, dict[str, str]], people: list[list[int]]) -> None:
    for scale in PROFILE.scales:
        expected, values = by_hand(scale, people), computed[scale.key]
        assert set(values) == {"mean", "sd", "alpha"}
        for name, value in values.items():
            assert abs(Fraction(value) - getattr(expected, name)) <= HALF, (scale.key, name)


class TestDesigned:
    def test_says_that_it_is_designed(self) -> None:
        group = norms.designed()
        assert (group.key, group.version, group.empirical, group.n) == (norms.DESIGNED, 1, False, 0)
        assert "Designed" in group.name.en
        assert "Entworfen" in group.name.de

    def test_has_every_scale_of_its_instrument(self) -> None:
        group = norms.designed()
        assert (group.instrument, group.instrument_version) == (PROFILE.key, PROFILE.version)
        assert list(group.norms) == [scale.key for scale in PROFILE.scales]
        for norm in group.norms.values():
            assert 40 <= norm.mean <= 70
            assert 10 <= norm.sd <= 20
            assert Fraction("0.7") <= norm.alpha <= Fraction("0.85")

    def test_is_made_once(self) -> None:
        """C-values that were worked out are kept with it."""
        assert norms.designed() is norms.designed()


class TestCompute:
    def test_of_two_people_by_hand(self) -> None:
        """All 1 and all 5: with two of five items reversed the scores are 5 + 2·4 = 13 and 17, raw percents 40 and 60."""
        [values] = [norms.compute(PROFILE, [[1] * 115, [5] * 115])["goal_orientation"]]
        assert values["mean"] == "50.0000"
        assert values["sd"] == "14.1421"  # the root of 200
        assert values["alpha"] == "0.0000"  # items vary by 8 each, 40 in all, and their sum by 8: below zero, so zero

    def test_of_people_who_agree_in_all_items_is_reliable(self) -> None:
        people = [[6 - level if item.reverse else level for item in PROFILE.items] for level in (1, 2, 3, 4, 5)]
        for values in norms.compute(PROFILE, people).values():
            assert values == {"mean": "50.0000", "sd": "39.5285", "alpha": "1.0000"}  # raw 0, 25, 50, 75, 100

    def test_of_people_who_are_all_alike_can_still_be_divided_by(self) -> None:
        people = [[6 - 4 if item.reverse else 4 for item in PROFILE.items]] * 200
        for values in norms.compute(PROFILE, people).values():
            assert values == {"mean": "75.0000", "sd": "0.1000", "alpha": "0.0000"}

    @pytest.mark.parametrize("seed", [1, 2])
    def test_of_a_crowd_is_what_the_definitions_give(self, seed: int) -> None:
        people = crowd(seed, 200)
        computed = norms.compute(PROFILE, people)
        assert_same(computed, people)
        assert all(0.5 < float(values["alpha"]) < 0.95 for values in computed.values())

    @given(st.lists(COMPLETE, min_size=2, max_size=6), st.integers(0, 99))
    def test_does_not_depend_on_the_order_of_people(self, people: list[list[int]], seed: int) -> None:
        computed, shuffled = norms.compute(PROFILE, people), norms.compute(PROFILE, random.Random(seed).sample(people, len(people)))
        for scale, values in computed.items():
            assert all(abs(float(value) - float(shuffled[scale][name])) <= 0.00011 for name, value in values.items())

    @given(st.lists(st.lists(ANSWER, min_size=5, max_size=5), min_size=2, max_size=6))
    def test_keeps_its_bounds(self, answers: list[list[int]]) -> None:
        for values in norms.compute(PROFILE, [five * 23 for five in answers]).values():
            assert 0 <= float(values["mean"]) <= 100
            assert 0.1 <= float(values["sd"]) <= 71
            assert 0 <= float(values["alpha"]) <= 1

    def test_changes_no_answer(self) -> None:
        people = crowd(9, 5)
        before = [list(person) for person in people]
        norms.compute(PROFILE, people)
        assert people == before


class TestStored:
    def test_gives_back_what_was_computed_without_loss(self) -> None:
        computed = norms.compute(PROFILE, crowd(1, 10))
        facts: dict[str, Any] = {"key": 1001, "version": 1, "name": "Ours", "empirical": True, "n": 10, "created_at": None}
        row = SimpleNamespace(**facts, instrument=PROFILE.key, instrument_version=PROFILE.version, scales=computed)
        group = norms.stored(row)
        assert (group.name.en, group.name.de) == ("Ours", "Ours")
        assert {
            scale: {name: f"{float(getattr(norm, name)):.4f}" for name in computed[scale]} for scale, norm in group.norms.items()
        } == computed
