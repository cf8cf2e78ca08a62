"""GET /invites/{inviteId}/match of the esc Profile API: how results fit a job profile."""

from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from rest_compat.body import SAME, Body, at, may_lack
from rest_compat.esc.dialect import NOT_COMPLETED, Colour, Zone
from rest_compat.esc.invites import Invited
from rest_compat.esc.scores import Names
from rest_compat.problem import NOT_FOUND, Problem
from rest_compat.route import Parameters, Route

NOTHING_TO_MATCH = Problem("WRONG_STATE", "NOTHING_TO_MATCH", "The profile has no dimensions, or none on which this candidate has a value.")


class MatchWithProfile(Parameters):
    key: str = Field(alias="inviteId", description="The invite's id, such as inv_abc123xyz.")
    profile: str = Field(alias="profile_id", description="The job profile's id, such as jp_634.")
    details: bool = Field(False, alias="include_details", description="Whether each dimension comes with the profile's tolerance ranges.")


class MatchedProfile(Body):
    id: str = at("key")
    name: str = at("name")
    type: str = at("type")


class Rating(Body):
    en: str = at("rating.en")
    de: str = at("rating.de")
    color: Colour = at("colour")


class Tolerance(Body):
    """The bounds that hold, also those that nobody gave."""

    ok_min: float = at("okMin")
    ok_max: float = at("okMax")
    critical_low: float = at("criticalLow")
    critical_high: float = at("criticalHigh")


class MatchDetail(Body):
    dimension: str = at("scale.key")
    label: Names = at("scale.name")
    candidate_value: float = at("cValue")
    profile_ideal: float = at("ideal")
    delta: float = at("delta")
    match_score: int = at("score")
    rating: Annotated[Rating, SAME]
    zone: Zone = at("zone")
    tolerance: Tolerance | None = may_lack("bounds")


def _names(scales: Any) -> Any:
    """In English: the contract has one text for each."""
    return [scale["name"]["en"] for scale in scales]


def _by_name(scales: Any) -> Any:
    return {matched["scale"]["key"]: matched for matched in scales}


class Match(Body):
    invite_id: str = at("key")
    candidate: Annotated[Invited, SAME]
    profile: MatchedProfile = at("attempt.result.match.jobProfile")
    overall_match: float = at("attempt.result.match.overall")
    overall_rating: Rating = at("attempt.result.match")
    dimensions_matched: int = at("attempt.result.match.scaleCount")
    strengths: Annotated[list[str], BeforeValidator(_names)] = at("attempt.result.match.strengths")
    development_areas: Annotated[list[str], BeforeValidator(_names)] = at("attempt.result.match.developmentAreas")
    recommendation: str = at("attempt.result.match.recommendation.en")
    match_details: Annotated[dict[str, MatchDetail], BeforeValidator(_by_name)] = at("attempt.result.match.scales")


ROUTES = (
    Route(
        "GET",
        "/invites/{inviteId}/match",
        "MatchWithProfile",
        MatchWithProfile,
        Match,
        "Match with job profile",
        "Matching",
        absent={
            "invite": NOT_FOUND,
            "invite.attempt.result": NOT_COMPLETED,
            "invite.attempt.result.match": NOT_FOUND,
            "invite.attempt.result.match.overall": NOTHING_TO_MATCH,
        },
        refusals=(404,),
        operation_id="matchWithProfile",
        description="90 to 100 is excellent (green), 70 to 89 good (lightgreen), 60 to 69 acceptable (yellow), 50 to 59 marginal (orange), "
        "less is critical (red). Dimensions without a value are left out.",
    ),
)
