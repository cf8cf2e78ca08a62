"""What is told of groups of results: of each scale, of pairs of scales, of the items behind them; never of fewer than five people."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from domain.instruments.bank import Scale
from domain.kernel.statements import Read
from domain.statistics import relations, samples
from domain.statistics.distribution import CLASSES, TENTHS, Distribution, Drift
from domain.statistics.groups import Answer, Group
from domain.statistics.relations import NONE

DIGITS = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """How the C-values of one scale are spread; all None when too few have a value."""

    graph_type: ClassVar[str] = "ScaleStatistics"
    scale: Scale
    n: int | None = None
    mean: float | None = None
    standard_deviation: float | None = None
    minimum: float | None = None
    lower_quartile: float | None = None
    median: float | None = None
    upper_quartile: float | None = None
    maximum: float | None = None
    histogram: list[int] | None = None
    shares: list[float] | None = None
    drift: Drift | None = None


@dataclass(frozen=True, slots=True)
class Matrix:
    """Correlations of all pairs of scales."""

    graph_type: ClassVar[str] = "CorrelationMatrix"
    scales: tuple[Scale, ...]
    values: list[list[float | None]]
    counts: list[list[int | None]]


@dataclass(frozen=True, slots=True)
class Reliability:
    """How well the items of a scale measure the same, by those who answered all of them."""

    graph_type: ClassVar[str] = "ScaleReliability"
    scale: Scale
    n: int | None
    alpha: float | None
    standard_error: float | None


async def spreads(groups: Sequence[Group]) -> list[list[Spread] | None]:
    """Of each group every scale in its published order; None for a silenced group."""
    return await asyncio.to_thread(lambda: [None if group.suppressed else _spreads(group) for group in groups])


async def matrices(groups: Sequence[Group]) -> list[Matrix | None]:
    """Of each group the correlations of all pairs of scales; None for a silenced group."""
    return await asyncio.to_thread(lambda: [None if group.suppressed else _matrix(group) for group in groups])


async def reliabilities(read: Read, account_id: int, groups: Sequence[Group]) -> list[list[Reliability] | None]:
    """Of each group the reliability of every scale; None for a silenced group. Reads the answers of those it is about, once."""
    answer = next((group.answer for group in groups if not group.suppressed), None)
    if answer is None:
        return [None for _ in groups]
    scored = await samples.answers(read, account_id, answer.sample, answer.sets.places)
    return await asyncio.to_thread(_all_reliabilities, answer, groups, scored)


def _spreads(group: Group) -> list[Spread]:
    import numpy as np  # only when statistics are asked for

    values, told = group.sample.values[group.latest], group.on_scales
    found = []
    for scale in group.sample.instrument.scales:
        column = values[:, scale.position]
        counts = np.bincount(column[column != NONE], minlength=TENTHS).tolist()
        found.append(spread(scale, counts) if told[scale.position] else Spread(scale=scale))
    return found


def spread(scale: Scale, counts: Sequence[int]) -> Spread:
    """Everything about one scale from how often each tenth came, which is of at least five people."""
    distribution = Distribution(counts)
    n = distribution.n
    minimum, lower, median, upper, maximum = map(distribution.quantile, range(5))
    histogram = distribution.histogram
    return Spread(
        scale=scale,
        n=n,
        mean=distribution.mean,
        standard_deviation=distribution.standard_deviation,
        minimum=minimum,
        lower_quartile=lower,
        median=median,
        upper_quartile=upper,
        maximum=maximum,
        histogram=histogram,
        shares=[round(histogram[number] * 100 / n, DIGITS) for number in range(CLASSES)],
        drift=distribution.drift,
    )


def _matrix(group: Group) -> Matrix:
    values, counts = relations.correlations(group.sample.values[group.latest])
    told = group.on_pairs.tolist()
    return Matrix(group.sample.instrument.scales, _only(values, told), _only(counts, told))


def _only(table: Sequence[Sequence[Any]], told: Sequence[Sequence[bool]]) -> list[list[Any]]:
    return [[value if sure else None for value, sure in zip(*row, strict=True)] for row in zip(table, told, strict=True)]


def _all_reliabilities(answer: Answer, groups: Sequence[Group], scored: Any) -> list[list[Reliability] | None]:
    """`scored` are the answers of everybody that the answer is about."""
    scales = [_items(scale, scored) for scale in answer.sample.instrument.scales]
    told = [answer.sets.where((items > 0).all(axis=1)) for items in scales]
    return [
        None if group.suppressed else _reliabilities(group, scales, [sets[group.number] for sets in told], answer.sets.places)
        for group in groups
    ]


def _items(scale: Scale, scored: Any) -> Any:
    return scored[:, [item.position for item in scale.items]]


def _reliabilities(group: Group, scored: Sequence[Any], told: Sequence[bool], places: Any) -> list[Reliability]:
    """The reliability of every scale; the standard error would tell the deviation of C-values, so it is told with that alone."""
    import numpy as np  # only when statistics are asked for

    mine, on_scales = np.searchsorted(places, group.latest), group.on_scales
    return [
        _reliability(scale, items[mine], _deviation(group, scale) if on_scales[scale.position] else None)
        if sure
        else Reliability(scale, None, None, None)
        for scale, items, sure in zip(group.sample.instrument.scales, scored, told, strict=True)
    ]


def _reliability(scale: Scale, items: Any, deviation: float | None) -> Reliability:
    complete = items[(items > 0).all(axis=1)]
    alpha = relations.alpha(complete)
    error = None if alpha is None or deviation is None else relations.standard_error(deviation, alpha)
    return Reliability(scale, len(complete), *(None if value is None else round(value, relations.DIGITS) for value in (alpha, error)))


def _deviation(group: Group, scale: Scale) -> float:
    """The sample standard deviation of a scale's C-values, as it is told of the scale."""
    column = group.sample.values[group.latest, scale.position]
    return float((column[column != NONE].astype(float) / 10).std(ddof=1))
