"""Whether groups of people are selected at different rates: the four-fifths rule and Fisher's exact test; pure rules.

The Uniform Guidelines on Employee Selection Procedures (29 CFR 1607.4D): a selection rate which is less than four-fifths
of the rate for the group with the highest rate is generally regarded as evidence of adverse impact; differences may be too
small in numbers to be significant. Determinations need not be made for groups of less than two percent of the applicants
(1607.15A(2)(a), for the labor force; Questions and Answers 1979, number 16).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import ClassVar

from domain.flows.analysis.fisher import two_sided
from domain.flows.analysis.silence import WAYS, Place, tellable
from domain.statistics.silence import FEWEST

FOUR_FIFTHS = Fraction(4, 5)
TWO_PERCENT = Fraction(2, 100)
GENDERS = ("female", "male", "diverse")
BANDS = {"under_25": 25, "from_25_to_34": 35, "from_35_to_44": 45, "from_45_to_54": 55, "from_55": None}
"""Age bands, each with the age from which the next begins."""
DIVISIONS = (GENDERS, tuple(BANDS))
DIGITS = 4
Counted = Mapping[Place, tuple[int, int]]
"""By gender and age band how many people there are, and how many of them were selected."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SelectionGroup:
    """How a group fared; of a suppressed one nothing is said but that somebody is in it."""

    graph_type: ClassVar[str] = "SelectionGroup"
    key: str
    people: int | None = None
    selected: int | None = None
    rate: Fraction | None = None
    ratio: Fraction | None = None
    """To the rate of the group with the highest; None when it is not compared."""
    p_value: float | None = None
    is_highest: bool = False
    under_two_percent: bool | None = None

    @property
    def suppressed(self) -> bool:
        return self.people is None

    @property
    def below_four_fifths(self) -> bool | None:
        return None if self.ratio is None else self.ratio < FOUR_FIFTHS


@dataclass(frozen=True, slots=True)
class SelectionRates:
    """How the groups of both divisions fared at one step, or in all."""

    graph_type: ClassVar[str] = "SelectionRates"
    step_id: int | None
    people: int | None
    selected: int | None
    by_gender: list[SelectionGroup]
    by_age: list[SelectionGroup]
    unknown_gender: int | None
    """None where a group is suppressed: what is left of all would be the people in it."""
    unknown_age: int | None


@dataclass(frozen=True, slots=True)
class AdverseImpact:
    """The rates at every step, and in all."""

    graph_type: ClassVar[str] = "AdverseImpact"
    total: SelectionRates
    steps: list[SelectionRates]


def adverse_impact(total: Counted, steps: Iterable[tuple[int, Counted]]) -> AdverseImpact:
    """The rates of one flow.

    Who failed in all failed at some step, so a group about which one step is silent could be told by difference from the
    others: it is not told of in all, either.
    """
    silent: tuple[set[str], set[str]] = (set(), set())
    made = []
    for step_id, counted in steps:
        told = _told(counted)
        made.append(_rates(step_id, counted, told))
        for way in WAYS:
            silent[way].update(_summed(counted, way).keys() - told[way])
    return AdverseImpact(_rates(None, total, _told(total, silent)), made)


def _told(counted: Counted, silent: Sequence[set[str]] = (set(), set())) -> tuple[set[str], set[str]]:
    return tellable({place: people for place, (people, _selected) in counted.items()}, silent)


def _rates(step_id: int | None, counted: Counted, told: Sequence[set[str]]) -> SelectionRates:
    people, selected = (sum(each[index] for each in counted.values()) for index in (0, 1))
    by_gender, by_age = (_compared(_summed(counted, way), DIVISIONS[way], told[way], people) for way in WAYS)
    enough = people >= FEWEST
    unknown = [_unknown(counted, way) if enough and _summed(counted, way).keys() <= told[way] else None for way in WAYS]
    return SelectionRates(step_id, people if enough else None, selected if enough else None, by_gender, by_age, *unknown)


def _unknown(counted: Counted, way: int) -> int:
    return sum(people for place, (people, _selected) in counted.items() if place[way] is None)


def _summed(counted: Counted, way: int) -> dict[str, tuple[int, int]]:
    found: dict[str, tuple[int, int]] = {}
    for place, (people, selected) in counted.items():
        group = place[way]
        if group is not None and people:
            before = found.get(group, (0, 0))
            found[group] = before[0] + people, before[1] + selected
    return found


def _compared(groups: Mapping[str, tuple[int, int]], order: Sequence[str], told: set[str], everybody: int) -> list[SelectionGroup]:
    """The groups that somebody is in, each compared with the one that has the highest rate.

    That is one that is told of and not under two percent; of several the largest, then the first.
    """
    there = [group for group in order if group in groups]
    small = {group for group in there if groups[group][0] < TWO_PERCENT * everybody}
    standing = [group for group in there if group in told and group not in small]
    highest = max(standing, key=lambda group: (Fraction(groups[group][1], groups[group][0]), groups[group][0]), default=None)
    return [
        _compare(group, groups[group], None if highest is None else groups[highest], group == highest, group in small)
        if group in told
        else SelectionGroup(key=group)
        for group in there
    ]


def _compare(key: str, own: tuple[int, int], best: tuple[int, int] | None, is_highest: bool, is_small: bool) -> SelectionGroup:
    people, selected = own
    rate = Fraction(selected, people)
    known = best is not None and best[1] > 0
    return SelectionGroup(
        key=key,
        people=people,
        selected=selected,
        rate=rate,
        ratio=rate / Fraction(best[1], best[0]) if best is not None and known else None,
        p_value=two_sided(selected, people, best[1], best[0]) if best is not None and not is_highest else None,
        is_highest=is_highest,
        under_two_percent=is_small,
    )
