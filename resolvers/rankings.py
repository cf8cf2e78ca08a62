"""Rankings: the best candidates for a job profile, the best job profiles for a candidate."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime
from fractions import Fraction
from typing import TYPE_CHECKING, Annotated, Any

import orjson
import strawberry

from domain.candidates import queries as candidates
from domain.instruments import bank
from domain.kernel.paging import Window
from domain.kernel.permissions import Permission
from domain.matching import queries
from domain.matching.explain import Exact
from domain.matching.formula import colour
from domain.matching.ranking import pages
from domain.matching.ranking import queries as ranked
from domain.matching.targets import targets_of
from domain.results import queries as results
from domain.results.scoring import half_up
from resolvers.context import Context
from resolvers.declared import Declared, level_field
from resolvers.enums import MatchColour
from resolvers.exact import ExactNumber
from resolvers.fields import Connection, attribute, computed, edge, graph_type
from resolvers.inputs import defaulted
from resolvers.paging import Pages, filters, page_arguments

if TYPE_CHECKING:
    from resolvers.candidates import Candidate
    from resolvers.job_profiles import JobProfile
    from resolvers.results import Result

EXACT = "The exact mean of the scores of all scales with a target and a value, 0 to 100: what the ranking goes by."


RANKING, BEST_PROFILES = 50, 20
"""What ranking everybody for a job profile costs, and all job profiles for somebody, in objects."""


def _shown(exact: Exact) -> int:
    return half_up(Fraction(exact.numerator, exact.denominator))


def _colour(exact: Exact) -> str:
    return colour(_shown(exact))


@graph_type(requires=Permission.RESULTS_READ, description="A candidate at their place in the ranking of a job profile.")
class RankedResult:
    rank: int = attribute("Their place, 1 for the best; of equal ones the earlier attempt comes first.")
    overall: int = computed(_shown, columns=("exact",), description="How well they fit, 0 to 100, as it is shown.")
    exact: ExactNumber = attribute(EXACT)
    colour: MatchColour = computed(_colour, columns=("exact",), description="The colour of the shown score.")
    result: Annotated["Result", strawberry.lazy("resolvers.results")] = edge(
        results.by_attempt, key="attempt_id", description="The result they are ranked by: their latest."
    )
    candidate: Annotated["Candidate", strawberry.lazy("resolvers.candidates")] = edge(
        candidates.by_keys, key="candidate_key", description="Who it is."
    )


@graph_type(requires=Permission.RESULTS_READ, description="A job profile at its place among those of the account, for one candidate.")
class RankedProfile:
    rank: int = attribute("Its place, 1 for the one that fits best; of equal ones that with the lower key comes first.")
    overall: int = computed(_shown, columns=("exact",), description="How well it fits, 0 to 100, as it is shown.")
    exact: ExactNumber = attribute(EXACT)
    colour: MatchColour = computed(_colour, columns=("exact",), description="The colour of the shown score.")
    job_profile: Annotated["JobProfile", strawberry.lazy("resolvers.job_profiles")] = attribute("Which profile.")
    result: Annotated["Result", strawberry.lazy("resolvers.results")] = edge(
        results.by_attempt, key="attempt_id", description="The result it was compared with: the candidate's latest."
    )


@strawberry.input(description="Who is ranked; every condition given must hold.")
class RankingFilter:
    minimum_score: int | None = defaulted("Those whose overall score, as it is shown, is at least this; 0 to 100.", None)
    no_red_zone: bool = defaulted("Only those with no scale in the red zone.", False)
    team: strawberry.ID | None = defaulted("Those who are in this team, by its number or id; needs `teams:read`.", None)
    completed_from: datetime | None = defaulted("Those whose latest result was completed at this moment or later.", None)
    completed_until: datetime | None = defaulted("Those whose latest result was completed before this moment.", None)


async def _ranking(parents: Sequence[Any], context: Context, *, filter: Any = None, **window: Any) -> list[Pages]:
    among = await _among(context, filters(filter))
    wanted = [targets_of(parent.targets) for parent in parents]
    found = await pages.best_candidates(context.database, context.read, context.account_id, wanted, Window(**window), among)
    return list(map(Pages, found))


async def _among(context: Context, given: Mapping[str, Any]) -> pages.Among:
    team = given.get("team")
    if team is not None:
        context.require(Permission.TEAMS_READ)
    attempts = None if team is None else await ranked.attempts_of_team(context.read, context.account_id, team)
    return pages.Among(
        attempts=attempts,
        completed_from=given.get("completed_from"),
        completed_until=given.get("completed_until"),
        minimum=given.get("minimum_score"),
        no_red_zone=given.get("no_red_zone", False),
    )


ranking: Any = level_field(
    Declared("connection", _ranking, columns=("targets",), weight=RANKING),
    page_arguments(filter=RankingFilter),
    Connection[RankedResult],
    "The account's candidates by how well their latest result fits, the best first. Exact, and with every result until now.",
)
"""`JobProfile.ranking`."""


async def _best_profiles(parents: Sequence[Any], context: Context, **window: Any) -> list[Pages]:
    asked = Window(**window)
    keys = [parent.key for parent in parents]
    latest = await ranked.latest_of_people(context.read, context.account_id, keys)
    profiles = [row for row in await queries.everything(context.read, context.account_id) if row.active]
    found = await asyncio.to_thread(_fitting, [latest.get(key) for key in keys], profiles, asked)
    return list(map(Pages, found))


def _fitting(rows: Sequence[Any], profiles: Sequence[Any], window: Window) -> list[Any]:
    wanted = [(profile, pages.tables(orjson.dumps(profile.targets))) for profile in profiles]
    return [pages.best_profiles(None if row is None else (row.attempt_id, _values(row)), wanted, window) for row in rows]


def _values(row: Any) -> dict[str, int]:
    scales = bank.instrument(row.instrument, row.instrument_version).scales
    return {scale.key: value for scale, value in zip(scales, row.c_tenths, strict=True) if value is not None}


best_profiles: Any = level_field(
    Declared("connection", _best_profiles, columns=("key",), weight=BEST_PROFILES),
    page_arguments(),
    Connection[RankedProfile],
    "The job profiles in use by how well their latest result fits, the best first; empty without a result.",
)
"""`Candidate.bestProfiles`."""
