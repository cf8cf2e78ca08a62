"""What is told of groups of results: of each scale, of pairs of scales, of the items behind them; never of fewer than five people."""

import asyncio
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from domain.instruments.bank import Scale
from domain.kernel.statements import Read
from domain.statistics import relations, samples
from domain.statistics.distribution import CLASSES, TENTHS, Distribution, Drift
from domain.statistics.groups import FEWEST, Group
from domain.statistics.relations import NONE
from domain.statistics.samples import Sample

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
    told = [group for group in groups if not group.suppressed]
    if not told:
        return [None for _ in groups]
    sample = told[0].sample
    chosen = _union(told)
    scored = await samples.answers(read, account_id, sample, chosen)
    return await asyncio.to_thread(lambda: [None if group.suppressed else _reliabilities(group, chosen, scored) for group in groups])


def _spreads(group: Group) -> list[Spread]:
    import numpy as np  # only when statistics are asked for

    values = group.sample.values[group.latest]
    found = []
    for scale in group.sample.instrument.scales:
        column = values[:, scale.position]
        found.append(spread(scale, np.bincount(column[column != NONE], minlength=TENTHS).tolist()))
    return found


def spread(scale: Scale, counts: Sequence[int]) -> Spread:
    """Everything about one scale from how often each tenth came."""
    distribution = Distribution(counts)
    n = distribution.n
    if n < FEWEST:
        return Spread(scale=scale)
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
    enough = [[count >= FEWEST for count in row] for row in counts]
    return Matrix(
        group.sample.instrument.scales,
        [[value if sure else None for value, sure in zip(*row, strict=True)] for row in zip(values, enough, strict=True)],
        [[count if sure else None for count, sure in zip(*row, strict=True)] for row in zip(counts, enough, strict=True)],
    )


def _reliabilities(group: Group, chosen: Any, scored: Any) -> list[Reliability]:
    import numpy as np  # only when statistics are asked for

    mine = scored[np.searchsorted(chosen, group.latest)]
    return [_reliability(scale, mine, _deviation(group.sample, group.latest, scale)) for scale in group.sample.instrument.scales]


def _reliability(scale: Scale, scored: Any, deviation: float | None) -> Reliability:
    items = scored[:, [item.position for item in scale.items]]
    complete = items[(items > 0).all(axis=1)]
    if len(complete) < FEWEST:
        return Reliability(scale, None, None, None)
    alpha = relations.alpha(complete)
    error = None if alpha is None or deviation is None else relations.standard_error(deviation, alpha)
    return Reliability(scale, len(complete), *(None if value is None else round(value, relations.DIGITS) for value in (alpha, error)))


def _deviation(sample: Sample, places: Any, scale: Scale) -> float | None:
    """The sample standard deviation of a scale's C-values, as it is told of the scale."""
    column = sample.values[places, scale.position]
    known = column[column != NONE].astype(float) / 10
    deviation = known.std(ddof=1) if len(known) >= FEWEST else math.nan
    return None if math.isnan(deviation) else float(deviation)


def _union(groups: Sequence[Group]) -> Any:
    """The places of all people's latest results, ascending, each once."""
    import numpy as np  # only when statistics are asked for

    return np.unique(np.concatenate([group.latest for group in groups]))
