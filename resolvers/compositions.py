"""What teams are made up of, and how well they cover a job profile."""

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import strawberry

from domain.candidates import queries as candidates
from domain.kernel.errors import BadInput
from domain.kernel.permissions import Permission
from domain.matching import coverage_queries, formula
from domain.teams import composition, queries
from resolvers import ids
from resolvers.context import Context
from resolvers.fields import arg, attribute, batched, computed, edge, graph_type
from resolvers.instruments import Scale
from resolvers.results import WirIch

if TYPE_CHECKING:
    from resolvers.candidates import Candidate

READ = Permission.RESULTS_READ


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


@graph_type(
    requires=READ,
    description="What a team is made up of. C-values are taken as they are, also when people were compared with different norm groups.",
)
class TeamComposition:
    people: int = attribute("How many people; who is in the team by several attempts counts once.")
    scales: list[ScaleComposition] = attribute("Every scale in the published order.")
    graves: GravesBalance | None = attribute("The balance of Graves values; null when nobody has all six.")


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
    job_profile_key: str = computed(lambda wanted: wanted.key, columns=("wanted",), description="The key of the job profile: `jp_…`.")
    job_profile_version: int = computed(lambda wanted: wanted.version, columns=("wanted",), description="The version of its targets.")
    formula_version: int = computed(lambda _wanted: formula.VERSION, columns=("wanted",), description="The version of the formula.")
    people: int = computed(len, columns=("people",), description="How many people; who is in the team by several attempts counts once.")
    score: int = attribute("The coverage as a whole number, 0 to 100, halves rounded up.")
    exact: float = computed(float, columns=("exact",), description="The coverage before it is rounded.")
    scales: list[ScaleCoverage] = attribute("Every configured scale in the published order.")
    leaving: CoverageChange | None = attribute("Whose leaving would cost most; null when nobody's would cost anything.")

    @batched(
        "Who would close most of the gap by joining; null when nobody would. People are judged by their latest result; "
        "those of the team and anonymised ones are left out. Of several the one whose key comes first."
    )
    async def joining(
        parents: Sequence[Any],
        context: Context,
        *,
        among: Annotated[
            list[strawberry.ID] | None,
            arg("Only these candidates, at most 1,000. Left out: those with the 20,000 newest results of the account."),
        ] = None,
    ) -> list[CoverageChange | None]:
        if among is not None and len(among) > coverage_queries.MOST_NAMED:
            raise BadInput.field("among", message=f"At most {coverage_queries.MOST_NAMED} candidates at a time.")
        named = None if among is None else [ids.key_of("Candidate", key) for key in among]
        return await coverage_queries.joining(context.read, context.account_id, parents, named)  # type: ignore[return-value]


async def compositions(context: Context, teams: Collection[int]) -> dict[int, composition.Composition]:
    """The composition of each team."""
    people = await queries.people(context.read, context.account_id, teams)
    return {team: composition.of(people.get(team, [])) for team in teams}
