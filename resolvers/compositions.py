"""What teams are made up of, and how well they cover a job profile."""

import asyncio
from collections.abc import Collection, Sequence
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any

import strawberry

from domain.candidates import queries as candidates
from domain.kernel.errors import BadInput
from domain.kernel.language import Language
from domain.kernel.permissions import Permission
from domain.matching import coverage_queries, formula, gaps
from domain.matching import queries as profiles
from domain.reports import charts, team
from domain.teams import composition
from domain.teams.people import measured
from resolvers import ids
from resolvers.context import Context
from resolvers.drawing import PICTURE, drawn
from resolvers.fields import arg, attribute, batched, computed, edge, graph_type
from resolvers.instruments import Scale
from resolvers.reports import OPERATIVE, InLanguage, Width, checked
from resolvers.results import WirIch

if TYPE_CHECKING:
    from resolvers.candidates import Candidate
    from resolvers.job_profiles import JobProfile

READ = Permission.RESULTS_READ
COVERAGE = JOINING = 50
"""What reading a whole team, and everybody who could join it, costs in objects."""


@graph_type(requires=READ, description="How one scale came out in a team, on the C-scale (0 to 10).")
class ScaleComposition:
    scale: Scale = attribute("Which scale.")
    n: int = attribute("How many people have a value.")
    mean: float | None = attribute("The mean, with two decimals; null when nobody has a value.")
    spread: float | None = attribute("The sample standard deviation, with two decimals; null for fewer than two.")
    lowest: float | None = attribute("The lowest value.")
    highest: float | None = attribute("The highest value.")
    classes: list[int] = attribute("How many people lie in each class from 0 to 10: eleven numbers.")


@graph_type(requires=READ, description="One Graves value of a team among the six.")
class GravesShare:
    scale: Scale = attribute("Which value.")
    mean: float = attribute("The mean of the raw percents, with two decimals.")
    share_percent: float = attribute("Its share in all six, 0 to 100.")


@graph_type(requires=READ, description="The balance of Graves values, over the people who have all six.")
class GravesBalance:
    n: int = attribute("How many people that are.")
    values: list[GravesShare] = attribute("The six values, G2 to G7.")
    wir_ich: WirIch = attribute("The share of G2, G4 and G6 (Wir) against G3, G5 and G7 (Ich), of all these people together.")


async def _charts(parents: Sequence[Any], context: Context, *, language: InLanguage = Language.EN, width: Width = None) -> list[str]:
    return await drawn(parents, partial(_chart, language=language, width=checked(width)))


def _chart(made_up: Any, *, language: Language, width: int | None) -> str:
    operative = [one for one in made_up.scales if one.scale.kind == OPERATIVE]
    return charts.team_chart(team.spreads(operative, language, headed=True), language, width)


@graph_type(
    requires=READ,
    description="What a team is made up of. C-values are taken as they are, also when people were compared with different norm groups.",
)
class TeamComposition:
    people: int = attribute("How many people; who is in the team by several attempts counts once.")
    scales: list[ScaleComposition] = attribute("Every scale in the published order.")
    graves: GravesBalance | None = attribute("The balance of Graves values; null when nobody has all six.")
    chart: str = batched(
        "The 17 operative scales as an SVG picture: mean, spread and range of each, nothing from elsewhere.", weight=PICTURE
    )(_charts)


@graph_type(requires=READ, description="Somebody who would join or leave, and what the coverage would be then.")
class CoverageChange:
    candidate: Annotated["Candidate", strawberry.lazy("resolvers.candidates")] = edge(
        candidates.by_keys, key="candidate_key", description="Who that is."
    )
    coverage: float = computed(float, columns=("coverage",), description="The coverage with them, or without them, 0 to 100.")
    change: float = computed(float, columns=("change",), description="How much that is more, below zero when less.")


@graph_type(requires=READ, description="How the people of a team fit one scale of a job profile.")
class ScaleCoverage:
    scale: Scale = attribute("Which scale.")
    green: int = attribute("How many lie in the green zone, inside the ok bounds.")
    yellow: int = attribute("How many lie between the ok and the critical bounds.")
    red: int = attribute("How many lie beyond the critical bounds.")
    missing: int = attribute("How many have no value.")
    best_score: int = computed(int, columns=("best",), description="The best score, 0 to 100; 0 when nobody has a value.")
    best: Annotated["Candidate", strawberry.lazy("resolvers.candidates")] | None = edge(
        candidates.by_keys, key="candidate_key", description="Who has it; of several the one whose key comes first."
    )


@graph_type(
    requires=READ,
    description="How well a team covers a job profile: on each configured scale the best score among its people, and the mean of those.",
)
class TeamCoverage:
    job_profile: Annotated["JobProfile", strawberry.lazy("resolvers.job_profiles")] | None = edge(
        profiles.by_keys, key="job_profile_key", description="The job profile, as it is now."
    )
    job_profile_version: int = computed(lambda wanted: wanted.version, columns=("wanted",), description="The version of its targets.")
    formula_version: int = computed(lambda _wanted: formula.VERSION, columns=("wanted",), description="The version of the formula.")
    people: int = computed(len, columns=("people",), description="How many people; who is in the team by several attempts counts once.")
    score: int = attribute("The coverage as a whole number, 0 to 100, halves rounded up.")
    exact: float = computed(float, columns=("exact",), description="The coverage before it is rounded.")
    scales: list[ScaleCoverage] = attribute("Every configured scale in the published order.")
    leaving: CoverageChange | None = attribute("Whose leaving would cost most; null when nobody's would cost anything.")

    @batched(
        "Who would close most of the gap by joining; null when nobody would. People are judged by their latest result; "
        "those of the team and anonymised ones are left out. Of several the one whose key comes first.",
        weight=JOINING,
    )
    async def joining(
        parents: Sequence[Any],
        context: Context,
        *,
        among: Annotated[
            list[strawberry.ID] | None,
            arg("Only these candidates, at most 1,000. Left out: everybody."),
        ] = None,
    ) -> list[CoverageChange | None]:
        if among is not None and len(among) > coverage_queries.MOST_NAMED:
            raise BadInput.field("among", message=f"At most {coverage_queries.MOST_NAMED} candidates at a time.")
        named = None if among is None else [ids.key_of("Candidate", key) for key in among]
        if named is None:
            return await gaps.joining(context.database, context.account_id, parents)  # type: ignore[return-value]
        return await coverage_queries.joining(context.read, context.account_id, parents, named)  # type: ignore[return-value]


async def compositions(context: Context, teams: Collection[int]) -> dict[int, composition.Composition]:
    """The composition of each team.

    Raises TooManyMembers.
    """
    inside = await measured(context.read, context.account_id, teams, raw=True)
    return await asyncio.to_thread(lambda: {team: composition.of(inside.get(team, [])) for team in teams})
