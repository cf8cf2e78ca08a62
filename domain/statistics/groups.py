"""Dividing results into groups, and keeping silent about those that are too small."""

import asyncio
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cached_property
from typing import Any, ClassVar

from domain.statistics.errors import TooManyGroups
from domain.statistics.relations import NONE
from domain.statistics.samples import Sample
from domain.statistics.silence import Sets

MOST_GROUPS = 200
ALL = "all"


@dataclass(frozen=True)
class Group:
    """Results that belong together, each person once by their latest."""

    graph_type: ClassVar[str] = "StatisticsGroup"
    sample: Sample
    key: str
    places: Any
    """Where its results stand in the sample, newest first."""
    begins: datetime | None = None
    ends: datetime | None = None
    norm: tuple[int, int] | None = None
    team: int | None = None
    answer: "Answer | None" = None
    number: int = 0
    """Its place in the answer: 0 for the whole."""

    def __hash__(self) -> int:
        return id(self)

    def __eq__(self, other: object) -> bool:
        return self is other

    @cached_property
    def latest(self) -> Any:
        """The places of each person's latest result."""
        import numpy as np  # only when statistics are asked for

        _, first = np.unique(self.sample.people[self.places], return_index=True)
        return self.places[np.sort(first)]

    @property
    def suppressed(self) -> bool:
        return self.answer is not None and not self.answer.sets.told[self.number]

    @property
    def on_scales(self) -> Any:
        """Whether it is told of, by scale."""
        assert self.answer is not None, "only groups of an answer are told of"
        return self.answer.on_scales[self.number]

    @property
    def on_pairs(self) -> Any:
        """Whether it is told of, by pair of scales."""
        assert self.answer is not None, "only groups of an answer are told of"
        return self.answer.on_pairs[self.number]

    @property
    def people(self) -> int | None:
        return None if self.suppressed else len(self.latest)

    @property
    def results(self) -> int | None:
        return None if self.suppressed else len(self.places)


Grouping = Callable[[Sample], list[Group]]


class Answer:
    """A sample as a whole and in groups, and which of them are told of on which scales."""

    def __init__(self, whole: Group, groups: Sequence[Group]) -> None:
        self.sample = whole.sample
        self.whole, *self.groups = (replace(group, answer=self, number=number) for number, group in enumerate((whole, *groups)))
        self.sets = Sets([group.latest for group in (self.whole, *self.groups)])

    @cached_property
    def _values(self) -> Any:
        """Who has a value: a row for each place of the sets, a column a scale."""
        return self.sample.values[self.sets.places] != NONE

    @cached_property
    def on_scales(self) -> Any:
        """By group and scale, whether it is told of."""
        import numpy as np  # only when statistics are asked for

        return np.array([self.sets.where(column) for column in self._values.T]).T

    @cached_property
    def on_pairs(self) -> Any:
        """By group and pair of scales, whether it is told of."""
        import numpy as np  # only when statistics are asked for

        columns = self._values.T
        return np.moveaxis(np.array([[self.sets.where(one & other) for other in columns] for one in columns]), 2, 0)


async def told(sample: Sample, grouping: Grouping | None) -> Answer:
    """A sample as one group, and divided into groups.

    Raises TooManyGroups.
    """
    return await asyncio.to_thread(divided, sample, grouping)


def divided(sample: Sample, grouping: Grouping | None) -> Answer:
    """All results of a sample as one group, and its groups by their keys.

    Raises TooManyGroups.
    """
    import numpy as np  # only when statistics are asked for

    groups = grouping(sample) if grouping else []
    if len(groups) > MOST_GROUPS:
        raise TooManyGroups(found=len(groups), limit=MOST_GROUPS)
    return Answer(Group(sample, ALL, np.arange(len(sample))), groups)


def by_months(count: int) -> Grouping:
    """Group by the time of completion, in UTC: so many months at a time, 1 or 3."""

    def name(period: int) -> str:
        year, part = divmod(period * count, 12)
        return f"{year}-{part + 1:02}" if count == 1 else f"{year}-Q{part // count + 1}"

    def group(sample: Sample) -> list[Group]:
        return [
            Group(sample, name(period), places, begins=_first_of(period * count), ends=_first_of((period + 1) * count))
            for period, places in _places(sample.months // count)
        ]

    return group


def by_version(sample: Sample) -> list[Group]:
    """Group by the version of the instrument."""
    found = [Group(sample, sample.version_names[version], places) for version, places in _places(sample.versions)]
    return sorted(found, key=lambda group: group.key)


def by_norm(sample: Sample) -> list[Group]:
    """Group by the norm group that results were compared with, in its version."""
    found = sorted(((sample.norm_groups[norm], places) for norm, places in _places(sample.norms)), key=lambda each: each[0])
    return [Group(sample, f"{key}@{version}", places, norm=(key, version)) for (key, version), places in found]


def by_team(members: Mapping[int, Collection[str]]) -> Grouping:
    """Group by the teams that people are in: somebody in two teams counts in both, somebody in none in neither."""

    def group(sample: Sample) -> list[Group]:
        import numpy as np  # only when statistics are asked for

        found = []
        for team in sorted(members):
            people = [sample.numbers[key] for key in members[team] if key in sample.numbers]
            if people:
                [places] = np.nonzero(np.isin(sample.people, people))
                found.append(Group(sample, str(team), places, team=team))
        return found

    return group


def by_fit(scores: Mapping[str, Sequence[int]], band: Callable[[int], str]) -> Grouping:
    """Group by how well results fit something: `scores` are those of each scale's C-values from 0 to 10 in tenths.

    The mean of the scales that have a value, rounded half up, is in a band. Results with none of the scales are in no group.
    """

    def group(sample: Sample) -> list[Group]:
        import numpy as np  # only when statistics are asked for

        total, known = np.zeros(len(sample), np.int64), np.zeros(len(sample), np.int64)
        for scale in sample.instrument.scales:
            if scale.key in scores:
                column = sample.values[:, scale.position]
                total += np.where(column == NONE, 0, np.array(scores[scale.key])[column])
                known += column != NONE
        overall = np.where(known, (2 * total + known) // np.maximum(2 * known, 1), -1)
        bands: dict[str, list[Any]] = {}
        for shown, places in _places(overall):
            if shown >= 0:
                bands.setdefault(band(shown), []).append(places)
        return [Group(sample, name, np.sort(np.concatenate(bands[name]))) for name in sorted(bands)]

    return group


def _places(values: Any) -> list[tuple[int, Any]]:
    """Each value of an array, in order, with the places where it stands, ascending."""
    import numpy as np  # only when statistics are asked for

    if not len(values):
        return []
    order = np.argsort(values, kind="stable")
    found, begins = np.unique(values[order], return_index=True)
    return list(zip(found.tolist(), np.split(order, begins[1:]), strict=True))


def _first_of(month: int) -> datetime:
    return datetime(month // 12, month % 12 + 1, 1, tzinfo=UTC)
