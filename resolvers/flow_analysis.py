"""What flows show about selection: funnel, cut-score curve and adverse impact."""

from collections.abc import Sequence
from datetime import datetime
from enum import Enum
from fractions import Fraction
from typing import Annotated, Any

import strawberry

from domain.candidates.commands import OLDEST_BIRTH_YEAR
from domain.flows import queries as flows
from domain.flows.analysis import analyses, pictures
from domain.flows.analysis.adverse_impact import DIGITS
from domain.flows.analysis.periods import Period
from domain.kernel.errors import BadInput
from domain.kernel.language import Language
from domain.kernel.permissions import Permission
from resolvers.context import Context
from resolvers.drawing import PICTURE, drawn
from resolvers.enums import Gender, graph_enum
from resolvers.fields import arg, attribute, batched, computed, edge, graph_type
from resolvers.flow_steps import FlowStep
from resolvers.reports import InLanguage
from resolvers.scalars import BigInt

READ = Permission.STATISTICS_READ
COUNTING = 50
"""What counting everybody on a flow costs, in objects."""
LATEST_YEAR = 2200


class AgeBand(Enum):
    UNDER_25 = "under_25"
    FROM_25_TO_34 = "from_25_to_34"
    FROM_35_TO_44 = "from_35_to_44"
    FROM_45_TO_54 = "from_45_to_54"
    FROM_55 = "from_55"


graph_enum(
    AgeBand,
    name="AgeBand",
    description="How old somebody is: a year less the year of their birth.",
    values={
        AgeBand.UNDER_25: "Under 25.",
        AgeBand.FROM_25_TO_34: "25 to 34.",
        AgeBand.FROM_35_TO_44: "35 to 44.",
        AgeBand.FROM_45_TO_54: "45 to 54.",
        AgeBand.FROM_55: "55 and over.",
    },
)
_BANDS = {band.value: band for band in AgeBand}
_GENDERS = {gender.value: gender for gender in Gender}
_From = Annotated[datetime | None, strawberry.argument(name="from", description="Those assigned at this moment or later.")]
_Until = Annotated[datetime | None, arg("Those assigned before this moment.")]


async def _funnel_pictures(parents: Sequence[Any], context: Context, *, language: InLanguage = Language.EN) -> list[str]:
    return await drawn(parents, lambda one: pictures.funnel(one, language))


async def _curve_pictures(parents: Sequence[Any], context: Context, *, language: InLanguage = Language.EN) -> list[str | None]:
    return await drawn(parents, lambda one: pictures.curve(one, language))


def _decimal(value: Fraction | None) -> float | None:
    return None if value is None else round(float(value), DIGITS)


@graph_type(
    requires=READ,
    description="How many people one step reached, and what became of them: they passed, or failed, or are waiting, or it was over. "
    "Everybody counts once, however often they were asked. Counts are told also where they are small.",
)
class FunnelStep:
    step: FlowStep = edge(flows.steps_by_id, key="step_id", description="Which step.")
    reached: int = attribute("How many people were asked to take it.")
    started: int = attribute("How many of them began, at least.")
    passed: int = attribute("How many passed it, with a score at or over the threshold of that time.")
    failed: int = attribute("How many scored below it.")
    waiting: int = attribute("How many can still take it, or wait for their score.")
    over: int = attribute("How many were asked as often as they were without completing it, and cannot any more.")
    drop_off_rate: float | None = attribute(
        "The share who did not go on: (failed + over) / (reached − waiting), 0 to 1; null while everybody waits."
    )
    median_seconds_to_start: float | None = attribute(
        "The median time from when people were first asked until they began, in seconds; null for fewer than five people."
    )
    median_seconds_to_complete: float | None = attribute(
        "The median time from when people were first asked until they completed it, in seconds; null for fewer than five people."
    )


@graph_type(requires=READ, description="A flow from those who were assigned to those who completed it.")
class Funnel:
    assigned: int = attribute("How many people were assigned.")
    completed: int = attribute("How many passed every step.")
    failed: int = attribute("How many failed at one.")
    on_the_way: int = attribute("How many did neither yet.")
    steps: list[FunnelStep] = attribute("Every step in its position, also those that nobody has reached.")
    picture: str = batched("The funnel as an SVG image without scripts.", weight=PICTURE)(_funnel_pictures)


@graph_type(requires=READ, description="What one threshold would do.")
class CutScore:
    threshold: float = attribute("The threshold, 0 to 100.")
    passing: int = attribute("How many people have this score or more.")
    share: float = attribute("Which share of all with a score that is, 0 to 1.")
    is_current: bool = attribute("Whether it is the threshold that the step has now.")


@graph_type(
    requires=READ,
    description="How many people would pass a step at each threshold, by their scores; of several the best. Nothing is told of fewer than "
    "five people.",
)
class CutScoreCurve:
    step: FlowStep = edge(flows.steps_by_id, key="step_id", description="Which step.")
    people: int | None = attribute("How many people have a score; null for fewer than five.")
    points: list[CutScore] | None = attribute(
        "Ascending thresholds: whole numbers, the current one, and every score that somebody has. Just above it those no longer pass. "
        "Null for fewer than five people."
    )
    is_complete: bool = attribute(
        "Whether every threshold where the number changes is there. With more than 2,000 different scores there are whole numbers only."
    )
    suppressed: bool = attribute("Whether nothing is told because fewer than five people have a score.")
    picture: str | None = batched("The curve as an SVG image without scripts; null when suppressed.", weight=PICTURE)(_curve_pictures)


@graph_type(
    requires=READ,
    description="How one group of people fared. Of a suppressed one nothing is said but that somebody is in it.",
)
class SelectionGroup:
    gender: Gender | None = computed(_GENDERS.get, columns=("key",), description="The gender, in a division by gender.")
    age_band: AgeBand | None = computed(_BANDS.get, columns=("key",), description="The age band, in a division by age.")
    suppressed: bool = attribute(
        "Whether it is kept silent about: it has fewer than five people, or it would tell so few by difference from what else is told."
    )
    people: int | None = attribute("How many were judged.")
    selected: int | None = attribute("How many of them were selected; with `people` the exact rate.")
    rate: float | None = computed(_decimal, columns=("rate",), description="The selection rate, 0 to 1.")
    ratio: float | None = computed(
        _decimal,
        columns=("ratio",),
        description="The rate divided by that of the group with the highest rate; null when that is 0 or there is none.",
    )
    below_four_fifths: bool | None = attribute(
        "Whether that is less than four fifths, compared as exact fractions: 64 of 100 against 80 of 100 is not. "
        "Generally regarded as evidence of adverse impact (29 CFR 1607.4D)."
    )
    p_value: float | None = attribute(
        "Fisher's exact test, two-sided, against the group with the highest rate: how likely so great a difference is by chance."
    )
    is_highest: bool = attribute("Whether it has the highest rate, so that others are compared with it.")
    under_two_percent: bool | None = attribute(
        "Whether it is less than two percent of all who were judged: no determination need be made (29 CFR 1607.15A), "
        "and others are not compared with it."
    )


@graph_type(requires=READ, description="How groups of people fared at one step, or in all.")
class SelectionRates:
    step: FlowStep | None = edge(flows.steps_by_id, key="step_id", description="The step; null for the flow as a whole.")
    people: int | None = attribute(
        "How many were judged: those who passed or failed the step; in all those who completed the flow or failed. "
        "Null for fewer than five."
    )
    selected: int | None = attribute("How many of them passed, or completed the flow.")
    by_gender: list[SelectionGroup] = attribute("The genders that somebody has.")
    by_age: list[SelectionGroup] = attribute("The age bands that somebody is in.")
    unknown_gender: int | None = attribute(
        "Of how many people no gender is known; they are compared with nobody. Null where a gender is suppressed, or `people` is null."
    )
    unknown_age: int | None = attribute(
        "Of how many people no year of birth is known; they are compared with nobody. Null where an age band is suppressed, or "
        "`people` is null."
    )


@graph_type(
    requires=READ,
    description="Selection rates by gender and age, compared by the four-fifths rule and Fisher's exact test. Nothing is told of fewer "
    "than five people, nor by difference of what is told here and in the funnel.",
)
class AdverseImpact:
    total: SelectionRates = attribute("The flow as a whole: who completed it, of those who completed it or failed.")
    steps: list[SelectionRates] = attribute("Every step in its position: who passed, of those who passed or failed.")


async def _funnels(parents: Sequence[Any], context: Context, *, begins: _From = None, until: _Until = None) -> list[Funnel]:
    flows = list(dict.fromkeys(parent.flow_id for parent in parents))
    found = await analyses.funnels(context.read, context.account_id, flows, Period.of(begins, until))
    return [found[parent.flow_id] for parent in parents]  # type: ignore[misc]


async def _curves(
    parents: Sequence[Any],
    context: Context,
    *,
    step: Annotated[BigInt, arg("The step's number.")],
    begins: _From = None,
    until: _Until = None,
) -> list[CutScoreCurve | None]:
    flows = list(dict.fromkeys(parent.flow_id for parent in parents))
    found = await analyses.curves(context.read, context.account_id, flows, step, Period.of(begins, until))
    return [found.get(parent.flow_id) for parent in parents]  # type: ignore[misc]


async def _impacts(
    parents: Sequence[Any],
    context: Context,
    *,
    begins: _From = None,
    until: _Until = None,
    as_of_year: Annotated[int | None, arg("The year in which ages are taken; left out: the one in which each was assigned.")] = None,
) -> list[AdverseImpact]:
    if as_of_year is not None and not OLDEST_BIRTH_YEAR <= as_of_year <= LATEST_YEAR:
        raise BadInput.field("asOfYear", message=f"'asOfYear' must be from {OLDEST_BIRTH_YEAR} to {LATEST_YEAR}.")
    flows = list(dict.fromkeys(parent.flow_id for parent in parents))
    found = await analyses.adverse_impacts(context.read, context.account_id, flows, Period.of(begins, until), as_of_year)
    return [found[parent.flow_id] for parent in parents]  # type: ignore[misc]


FUNNEL = batched("How far people came who were assigned in a period; left out: ever. Needs `statistics:read`.", weight=COUNTING)(_funnels)
CUT_SCORE_CURVE = batched(
    "How many of those assigned in a period would pass a step at each threshold; null when it is no step of this flow.", weight=COUNTING
)(_curves)
ADVERSE_IMPACT = batched("Whether groups of those assigned in a period are selected at different rates.", weight=COUNTING)(_impacts)
