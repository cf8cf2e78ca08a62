"""Statistics: what many results say together, by groups, never about fewer than five people."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

import strawberry

from domain.instruments import bank
from domain.invites.errors import UnknownInstrument
from domain.kernel.errors import BadInput
from domain.kernel.language import Language
from domain.kernel.permissions import Permission
from domain.matching import queries as job_profiles
from domain.matching.formula import colour, curve
from domain.matching.targets import targets_of
from domain.results import queries as results
from domain.statistics import groups, pictures, samples, silence, tables
from domain.teams import queries as teams
from resolvers import ids
from resolvers.context import Context
from resolvers.declared import frozen
from resolvers.drawing import PICTURE, drawn
from resolvers.enums import graph_enum
from resolvers.fields import arg, attribute, batched, edge, graph_type, query
from resolvers.inputs import defaulted
from resolvers.instruments import Instrument, Scale
from resolvers.paging import filters
from resolvers.results import NormGroup

if TYPE_CHECKING:
    from resolvers.teams import Team

READ = Permission.STATISTICS_READ
GATHERING = 500
"""What reading all results of a filter costs, in objects."""


class StatisticsGrouping(Enum):
    MONTH = "month"
    QUARTER = "quarter"
    INSTRUMENT_VERSION = "instrument_version"
    NORM_GROUP = "norm_group"
    TEAM = "team"
    MATCH = "match"


class DriftVerdict(Enum):
    STABLE = "stable"
    UNCERTAIN = "uncertain"
    MODERATE = "moderate"
    SHIFTED = "shifted"


graph_enum(
    StatisticsGrouping,
    name="StatisticsGrouping",
    description="Into which groups results are divided.",
    values={
        StatisticsGrouping.MONTH: "By the month of completion in UTC; keys such as `2026-03`.",
        StatisticsGrouping.QUARTER: "By the quarter of completion in UTC; keys such as `2026-Q1`.",
        StatisticsGrouping.INSTRUMENT_VERSION: "By the version of the instrument; keys such as `1.0`.",
        StatisticsGrouping.NORM_GROUP: "By the norm group that results were compared with, in its version; keys such as `1@1`.",
        StatisticsGrouping.TEAM: "By the team that people are in: somebody in two counts in both. "
        "Keys are the teams' numbers. Needs `teams:read`.",
        StatisticsGrouping.MATCH: "By the colour of the match to a job profile, which `jobProfile` names; keys such as `lightgreen`.",
    },
)
graph_enum(
    DriftVerdict,
    name="DriftVerdict",
    description="What a population stability index says.",
    values={
        DriftVerdict.STABLE: "Below 0.1: these people are spread like the norm group.",
        DriftVerdict.UNCERTAIN: "0.1 or more, but so few people come to that by chance (`byChance`).",
        DriftVerdict.MODERATE: "From 0.1 to 0.25: have a look.",
        DriftVerdict.SHIFTED: "Above 0.25: these people are not like the norm group, or the norm group is out of date.",
    },
)
_GROUPINGS: dict[StatisticsGrouping, groups.Grouping] = {
    StatisticsGrouping.MONTH: groups.by_months(1),
    StatisticsGrouping.QUARTER: groups.by_months(3),
    StatisticsGrouping.INSTRUMENT_VERSION: groups.by_version,
    StatisticsGrouping.NORM_GROUP: groups.by_norm,
}


@graph_type(
    requires=READ, description="How far the classes of some people are from those of a normal population, which the norm group promises."
)
class NormDrift:
    index: float = attribute(
        "The population stability index: the sum over the classes of (a − e) × ln(a / e), with the share `a` that was found and "
        "the expected share `e` (1.22, 2.78, 6.56, 12.10, 17.47, 19.74, 17.47, … percent). An empty class counts as half a person."
    )
    by_chance: float = attribute(
        "What the index exceeds in one of twenty samples of this size when nothing has changed: the 95th percentile of chi-square "
        "with 10 degrees of freedom, divided by n."
    )
    verdict: DriftVerdict = attribute("What that says.")


_WORDS = Annotated[Language, arg("In which language its words are.")]


async def _histograms(parents: Sequence[Any], context: Context, *, language: _WORDS = Language.EN) -> list[str | None]:
    return await drawn(parents, lambda one: pictures.histogram(one.scale, one.n, one.histogram, language))


async def _heat_maps(parents: Sequence[Any], context: Context, *, language: _WORDS = Language.EN) -> list[str]:
    return await drawn(parents, lambda one: pictures.heat_map(one.scales, one.values, language))


@graph_type(
    requires=READ,
    description="How the C-values of one scale are spread. All values are null when fewer than five people have one, or would be told by "
    "difference.",
)
class ScaleStatistics:
    scale: Scale = attribute("Which scale.")
    n: int | None = attribute("How many people have a value.")
    mean: float | None = attribute("Mean of the C-values; 5 in the norm group.")
    standard_deviation: float | None = attribute("Sample standard deviation (n − 1) of the C-values; 2 in the norm group.")
    minimum: float | None = attribute("The lowest C-value.")
    lower_quartile: float | None = attribute("A quarter lies below; between two values by a straight line (type 7, as R and numpy do it).")
    median: float | None = attribute("Half lies below.")
    upper_quartile: float | None = attribute("Three quarters lie below.")
    maximum: float | None = attribute("The highest C-value.")
    histogram: list[int] | None = attribute("How many people are in each class from 0 to 10; the class is the C-value rounded half up.")
    shares: list[float] | None = attribute("The same in percent of n.")
    drift: NormDrift | None = attribute("How far the classes are from those of the norm group.")
    picture: str | None = batched("The histogram as an SVG image without scripts; the line is what the norm group promises.", weight=1)(
        _histograms
    )


@graph_type(
    requires=READ,
    description="Pearson's correlations of all pairs of scales over the people who have both values; null for fewer than five people, also "
    "by difference.",
)
class CorrelationMatrix:
    scales: list[Scale] = attribute("The scales of rows and columns, in their order.")
    values: list[list[float | None]] = attribute("A row a scale, −1 to 1; null, too, where a scale does not vary.")
    counts: list[list[int | None]] = attribute("Over how many people.")
    picture: str = batched("The matrix as an SVG image without scripts: blue for −1, red for 1.", weight=PICTURE)(_heat_maps)


@graph_type(
    requires=READ,
    description="How well the items of a scale measure the same, by the answers of those who answered all of them. Null below five people, "
    "also by difference.",
)
class ScaleReliability:
    scale: Scale = attribute("Which scale.")
    n: int | None = attribute("How many people answered every item of it.")
    alpha: float | None = attribute(
        "Cronbach's alpha: k / (k − 1) × (1 − sum of the items' variances / variance of their sum), with k items, sample variances, "
        "and reverse-keyed items turned round. Null, too, when nothing varies."
    )
    standard_error: float | None = attribute(
        "Standard error of measurement on the C-scale: SD × √(1 − alpha), with the standard deviation of this group's C-values; "
        "an alpha below 0 counts as 0."
    )


@graph_type(
    requires=READ,
    description="Results that belong together. Everybody counts once, by their latest result in the group.",
)
class StatisticsGroup:
    key: str = attribute("What the group is told from others by; `all` for the whole.")
    begins: datetime | None = attribute("When the month or quarter begins; null for other groups.")
    ends: datetime | None = attribute("When it is over.")
    norm_group: NormGroup | None = edge(
        results.norm_groups_by_version, key="norm", description="The norm group, in a division by norm groups; null otherwise."
    )
    team: Annotated["Team", strawberry.lazy("resolvers.teams")] | None = edge(
        teams.by_id, key="team", description="The team, in a division by teams; null otherwise."
    )
    suppressed: bool = attribute(
        "Whether nothing is said about this group: it has fewer than five people, or it would tell a group that has by difference."
    )
    people: int | None = attribute("How many people it has; null when suppressed.")
    results: int | None = attribute("How many results they have, retakes included; null when suppressed.")

    @batched("Every scale in its published order; null when suppressed.")
    async def scales(parents: Sequence[Any], context: Context) -> list[list[ScaleStatistics] | None]:
        return await tables.spreads(parents)  # type: ignore[return-value]

    @batched("How the scales go together; null when suppressed.")
    async def correlations(parents: Sequence[Any], context: Context) -> list[CorrelationMatrix | None]:
        return await tables.matrices(parents)  # type: ignore[return-value]

    @batched("How reliable each scale is, in its published order; null when suppressed. Reads the answers, so it takes longer.")
    async def reliability(parents: Sequence[Any], context: Context) -> list[list[ScaleReliability] | None]:
        return await tables.reliabilities(context.read, context.account_id, parents)  # type: ignore[return-value]


@dataclass(frozen=True, slots=True)
class Told:
    """Statistics as they were asked for."""

    graph_type: ClassVar[str] = "Statistics"
    instrument: bank.Instrument
    total: groups.Group
    groups: list[groups.Group]
    fewest_people: int


@graph_type(
    requires=READ,
    description="What results say together. Scores of anonymised people count, too: nothing here says whose they are.",
)
class Statistics:
    instrument: Instrument = attribute("The instrument, in the version whose scales are told; those of other versions count by their keys.")
    total: StatisticsGroup = attribute("All results of the filter as one group.")
    groups: list[StatisticsGroup] = attribute(
        "The groups by their keys, at most 200; empty without `groupBy`. Groups are suppressed, too, from the smallest on, where the "
        "difference of two of them, or all that are in none of them, would be fewer than five people. The same holds for each scale."
    )
    fewest_people: int = attribute("About fewer people than this nothing is said.")


@strawberry.input(description="Which results statistics are about.")
class StatisticsFilter:
    instrument: strawberry.ID = defaulted(
        "Those of this instrument, in any version or, as `key@version`, in one.", strawberry.ID(bank.PROFILE)
    )
    norm_group: strawberry.ID | None = defaulted("Those compared with this norm group.", None)
    team: strawberry.ID | None = defaulted("Those of people who are in this team, by its number or id; needs `teams:read`.", None)
    completed_from: datetime | None = defaulted("Completed at this moment or later.", None)
    completed_until: datetime | None = defaulted("Completed before this moment.", None)


@strawberry.type
class StatisticsQuery:
    @query(
        requires=READ,
        weight=GATHERING,
        description="Counts, means, spreads, correlations, reliability and norm drift of results, at most 200,000 at once.",
    )
    async def statistics(
        context: Context,
        *,
        filter: Annotated[StatisticsFilter | None, arg("Which results; left out: all of the profile questionnaire.")] = None,
        group_by: Annotated[StatisticsGrouping | None, arg("Into which groups to divide them, besides the whole.")] = None,
        job_profile: Annotated[strawberry.ID | None, arg("For `MATCH`: the job profile's key or id; needs `job_profiles:read`.")] = None,
    ) -> Statistics:
        given = filters(filter or StatisticsFilter())
        if "team" in given:
            context.require(Permission.TEAMS_READ)
        instrument = _instrument(given["instrument"])
        gather = partial(samples.gather, context.read, context.account_id, instrument, given)
        sample = await context.once((samples.gather, frozen(given)), gather)
        answer = await groups.told(sample, await _grouping(context, group_by, job_profile))
        return Told(instrument, answer.whole, answer.groups, silence.FEWEST)  # type: ignore[return-value]


async def _grouping(context: Context, wanted: StatisticsGrouping | None, job_profile: str | None) -> groups.Grouping | None:
    """How to divide results.

    Raises BadInput when a job profile is missing, Forbidden for whoever may not read it.
    """
    if wanted is StatisticsGrouping.TEAM:
        context.require(Permission.TEAMS_READ)
        return groups.by_team(await samples.members(context.read, context.account_id))
    if wanted is StatisticsGrouping.MATCH:
        context.require(Permission.JOB_PROFILES_READ)
        key = ids.key_of("JobProfile", job_profile or "")
        row = (await job_profiles.by_keys(context.read, context.account_id, [key])).get(key)
        if row is None:
            raise BadInput.field("jobProfile", message="Name a job profile of this account to divide by how well results match it.")
        scores = {scale: curve(target).scores for scale, target in targets_of(row.targets).items()}
        return groups.by_fit(scores, colour)
    return _GROUPINGS[wanted] if wanted else None


def _instrument(wanted: str) -> bank.Instrument:
    """The version that was asked for, or the current one.

    Raises UnknownInstrument.
    """
    key, at, version = wanted.partition("@")
    found = bank.find(key, version) if at else bank.current(key)
    if found is None:
        raise UnknownInstrument
    return found
