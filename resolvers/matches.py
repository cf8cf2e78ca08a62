"""Matches: how a result fits a job profile, and why."""

from collections.abc import Sequence
from typing import Any

from domain.kernel.permissions import Permission
from domain.matching import explain, queries
from domain.matching.formula import Target
from domain.matching.targets import checked, targets_of
from domain.results import queries as results
from resolvers.context import Context
from resolvers.enums import MatchColour, MatchZone
from resolvers.exact import ExactNumber
from resolvers.fields import attribute, computed, graph_type
from resolvers.instruments import Scale, of_version
from resolvers.job_profiles import Effective, EffectiveTarget, JobProfile, TargetInput, asked_of
from resolvers.texts import LocalizedText

READ = Permission.RESULTS_READ


def _ideal(target: Target) -> float:
    return float(target.ideal)


def _tenths(tenths: int | None) -> float | None:
    return None if tenths is None else tenths / 10


@graph_type(requires=READ, description="What it takes to come into another zone.")
class ZoneChange:
    zone: MatchZone = attribute("Which zone.")
    change: float | None = computed(
        _tenths,
        columns=("tenths",),
        description="The smallest change of the C-value that leads there, in steps of 0.1; upwards where both ways are as far. "
        "Null when no C-value lies in that zone.",
    )


@graph_type(requires=READ, description="How one scale fits its target.")
class MatchedScale:
    scale: Scale = attribute("Which scale.")
    c_value: float = computed(_tenths, columns=("c_tenths",), description="The C-value of the result.")
    ideal: float = computed(_ideal, columns=("target",), description="The ideal of the target.")
    bounds: EffectiveTarget = computed(Effective.of, columns=("target",), kind="unfold", description="The bounds of the target.")
    delta: float = computed(float, columns=("delta",), description="The C-value minus the ideal.")
    score: int = attribute(
        "0 to 100: 100 at the ideal, 70 at the ok bounds, 50 at the critical ones, straight between them, "
        "and down to 0 at the end of the scale; rounded half up."
    )
    rating: LocalizedText = attribute("A word for the score.")
    colour: MatchColour = attribute("The colour of the score, by the same borders as that of the whole.")
    zone: MatchZone = attribute("Where the C-value lies by the bounds.")
    contribution: ExactNumber = attribute(
        "The part of the overall score that comes from this scale; those of all scales add up exactly to `exact` of the match."
    )
    standard_error: float = attribute("The standard error of measurement of the C-value, by the norm group of the result.")
    changes: list[ZoneChange] = attribute("What it would take to come into each of the two other zones.")


@graph_type(requires=READ, description="How certain the overall score is.")
class MatchBand:
    lower: float = attribute("The lower end, not below 0.")
    upper: float = attribute("The upper end, not above 100.")
    standard_error: float = attribute("The standard error of the overall score.")


@graph_type(requires=READ, description="Measures that know nothing of zones, all of the same scales: those with a target and a value.")
class MatchDistances:
    scale_count: int = attribute("How many scales they are of.")
    d_squared: float = attribute("D²: the sum of the squared differences between C-values and ideals; 0 is the best.")
    correlation: float | None = attribute(
        "Pearson's correlation of C-values and ideals over the scales: how alike the shapes are, whatever their height; "
        "-1 to 1. Null under three scales, or where one side does not vary."
    )
    weighted_distance: float = attribute(
        "The root of the weighted mean of the squared differences, in C-values; 0 is the best. "
        "A scale weighs 1 / (okMax − okMin) with the bounds as they are before they are cut to the scale, at most 10: "
        "the less a job profile tolerates, the more it counts."
    )


@graph_type(requires=READ, description="How one result fits one job profile; scales without a value are left out and listed.")
class Match:
    overall: int | None = attribute("The score, 0 to 100: `exact` rounded half up. Null when no scale has both a target and a value.")
    exact: ExactNumber | None = attribute("The exact mean of the scores of the scales; rankings go by it.")
    rating: LocalizedText | None = attribute("A word for the score.")
    colour: MatchColour | None = attribute("The colour of the score.")
    band: MatchBand | None = attribute(
        "Where the score lies with 95 % certainty: `exact` ± 1.96 standard errors, worked out from the standard errors of the "
        "scales and the slope of the curve at each C-value (delta method; the errors of the scales are taken as independent)."
    )
    scale_count: int = attribute("How many scales were matched.")
    scales: list[MatchedScale] = attribute("The scales that were matched, in their published order.")
    missing: list[Scale] = attribute("The scales with a target on which the result has no value.")
    strengths: list[Scale] = attribute("At most five scales in the green zone with a score of 90 or more, the best first.")
    development_areas: list[Scale] = attribute("At most five scales outside the green zone: red ones first, then the lowest scores.")
    recommendation: LocalizedText | None = attribute("What the match suggests, as sentences.")
    distances: MatchDistances | None = attribute("Other measures of how far apart they are.")
    formula_version: int = attribute("The version of the formula; a changed formula is a new version.")
    profile_version: int | None = attribute("The version of the job profile; null for targets that were not saved.")
    job_profile: JobProfile | None = attribute("The job profile; null for targets that were not saved.")


MATCH = 10
"""What working out a match costs, in objects."""


async def with_job_profile(parents: Sequence[Any], context: Context, key: str) -> list[explain.Match | None]:
    """Match each result with a saved job profile; None when there is no such profile."""
    profile = (await queries.by_keys(context.read, context.account_id, [key])).get(key)
    if profile is None:
        return [None] * len(parents)
    return [*await _matched(parents, context, explain.Wanted(targets_of(profile.targets)), profile)]


async def with_targets(parents: Sequence[Any], context: Context, targets: Sequence[TargetInput]) -> list[explain.Match]:
    """Match each result with targets that are saved nowhere.

    Raises BadInput.
    """
    return await _matched(parents, context, explain.Wanted(targets_of(checked(asked_of(targets)))))


async def _matched(parents: Sequence[Any], context: Context, wanted: explain.Wanted, profile: Any = None) -> list[explain.Match]:
    versions = {(result.norm_group, result.norm_version) for result in parents}
    groups = await results.norm_groups_by_version(context.read, context.account_id, versions)
    return [
        explain.Match(
            wanted,
            of_version(result.instrument, result.instrument_version).scales,
            result.c_tenths,
            groups[result.norm_group, result.norm_version].norms,
            job_profile=profile,
            profile_version=profile.version if profile else None,
        )
        for result in parents
    ]
