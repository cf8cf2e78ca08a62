"""Saved matches: which candidates were assigned to which job profiles."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

from domain.candidates import queries as candidates
from domain.kernel.permissions import Permission
from domain.matching import commands, formula, queries
from domain.matching.explain import Exact
from domain.results import queries as results
from resolvers import ids
from resolvers.context import Context
from resolvers.enums import ListOrder, MatchColour
from resolvers.exact import ExactNumber
from resolvers.fields import Connection, Info, arg, attribute, computed, edge, graph_type, listing, mutation, read_by, unfold
from resolvers.inputs import required
from resolvers.nodes import Node, findable

if TYPE_CHECKING:
    from resolvers.candidates import Candidate
    from resolvers.job_profiles import JobProfile
    from resolvers.results import Result

READ = Permission.RESULTS_READ
WRITE = Permission.JOB_PROFILES_WRITE


@graph_type(
    requires=READ, description="A match that was saved: the candidate is assigned to the job profile, with the score of that moment."
)
class SavedMatch(Node):
    id: strawberry.ID = computed(ids.encoder("SavedMatch"), columns=("key",), description="Opaque id.")
    key: str = attribute("Its key: that of the job profile and the number of the attempt, `jp_…-…`.")
    candidate: Annotated["Candidate", strawberry.lazy("resolvers.candidates")] = edge(
        candidates.by_keys, key="candidate_key", description="Who is assigned."
    )
    job_profile: Annotated["JobProfile", strawberry.lazy("resolvers.job_profiles")] = edge(
        queries.by_keys, key="job_profile_key", description="To what, as it is now."
    )
    result: Annotated["Result", strawberry.lazy("resolvers.results")] = edge(
        results.by_attempt, key="attempt_id", description="The result that was matched."
    )
    overall: int = attribute("The score when it was saved, 0 to 100.")
    colour: MatchColour = computed(formula.colour, columns=("overall",), description="The colour of that score.")
    exact: ExactNumber = unfold(
        Exact, columns=("numerator", "denominator"), description="The exact mean of which the score is the rounded form."
    )
    formula_version: int = attribute("The version of the formula it was made by.")
    profile_version: int = attribute("The version of the job profile it was made with; compare it with that of `jobProfile`.")
    saved_at: datetime = attribute("When it was saved last.")
    saved_by: str = attribute("Who saved it: `key:` and the key of a credential, or `system`.")


@graph_type(requires=READ, description="A match that is not saved any more.")
class ForgottenMatch:
    key: str = attribute("The key it had.")


@strawberry.input(description="Which match to save.")
class SaveMatchInput:
    result: strawberry.ID = required("The number of the attempt, or the id of the result.")
    job_profile: strawberry.ID = required("The key of the job profile (`jp_…`) or its id.")


@strawberry.input(description="Which saved match to take away.")
class ForgetMatchInput:
    result: strawberry.ID = required("The number of the attempt, or the id of the result.")
    job_profile: strawberry.ID = required("The key of the job profile (`jp_…`) or its id.")


def _of(input: SaveMatchInput | ForgetMatchInput) -> tuple[int, str]:
    return ids.number_of("Result", input.result), ids.key_of("JobProfile", input.job_profile)


async def _forgotten(_context: Context, key: str) -> ForgottenMatch:
    return ForgottenMatch(key=key)


@strawberry.type
class SavedMatchQuery:
    saved_matches: Connection[SavedMatch] = listing(
        lambda context, window, order, _given: queries.saved(context.read, context.account_id, window, order=order),
        of=SavedMatch,
        requires=READ,
        order=ListOrder,
        default=ListOrder.NEWEST,
        description="All matches that were saved in the account.",
    )


@strawberry.type
class SavedMatchMutation:
    @mutation(
        requires=WRITE,
        answers=SavedMatch,
        then=read_by(queries.saved_by_keys),
        description="Assign a candidate to a job profile with the match of this moment; saving it again renews score and versions. "
        "It goes when the candidate is erased or the job profile is deleted.",
    )
    async def save_match(self, info: Info, input: Annotated[SaveMatchInput, arg("Which one.")]) -> str:
        attempt_id, job_profile = _of(input)
        return await commands.save_match(info.context.work, attempt_id=attempt_id, job_profile=job_profile)

    @mutation(requires=WRITE, answers=ForgottenMatch, then=_forgotten, description="Take a saved match away.")
    async def forget_match(self, info: Info, input: Annotated[ForgetMatchInput, arg("Which one.")]) -> str:
        attempt_id, job_profile = _of(input)
        return await commands.forget_match(info.context.work, attempt_id=attempt_id, job_profile=job_profile)


findable("SavedMatch", READ, queries.saved_by_keys)
