"""Results of the esc Profile API, in full and by the older path."""

from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from rest_compat.body import SAME, Address, Body, Moment, at, link, lower, may_lack
from rest_compat.esc.dialect import NOT_COMPLETED, AnyGender, Tendency
from rest_compat.esc.scores import DescribedDimensions, Dimensions, GravesValues
from rest_compat.problem import NOT_FOUND
from rest_compat.route import Empty, Parameters, Route


class GetResults(Parameters):
    key: str = Field(alias="inviteId", description="The invite's id, such as inv_abc123xyz.")
    descriptions: bool = Field(False, alias="include_descriptions", description="Whether each dimension comes with a description.")


class GetLegacyResults(Parameters):
    key: str = Field(alias="inviteId", description="The invite's id, such as inv_abc123xyz.")
    raw: bool = Field(False, alias="include_raw", description="Whether the answers come along, as `raw`.")


class Assessed(Body):
    name: str = at("name")
    email: str = at("email")
    gender: AnyGender = at("candidate.gender")


def _product_type(invite: Any) -> Any:
    """What the integrator called it, else the instrument (I-ESC-23)."""
    return invite["label"] or invite["instrument"]["key"]


class ResultAssessment(Body):
    completed_at: Moment = at("attempt.result.completedAt")
    product_type: Annotated[str, BeforeValidator(_product_type), SAME]


class WirIchRatio(Body):
    wir_percent: float = at("wirPercent")
    ich_percent: float = at("ichPercent")
    tendency: Tendency = at("tendency")


class NormGroup(Body):
    id: int = at("key")
    name: str = at("name.en")


class Reports(Body):
    standard: Annotated[Address, link("/invites/{key}/report?type=standard"), SAME]
    leadership: Annotated[Address, link("/invites/{key}/report?type=leadership"), SAME]
    sales: Annotated[Address, link("/invites/{key}/report?type=sales"), SAME]


def _answers(answers: Any) -> Any:
    return [{"item": answer["item"]["key"], "value": answer["value"]} for answer in answers]


class RawAnswer(Body):
    item: str = at("item")
    value: int | None = at("value")


class Raw(Body):
    session_id: int = at("key")
    language: Annotated[str, BeforeValidator(lower)] = at("language")
    started_at: Moment = at("startedAt")
    answers: Annotated[list[RawAnswer], BeforeValidator(_answers)] = at("answers")


class FullResults(Body):
    invite_id: str = at("key")
    candidate: Annotated[Assessed, SAME]
    assessment: Annotated[ResultAssessment, SAME]
    dimensions: Dimensions = at("attempt.result.scales")
    graves_values: GravesValues = at("attempt.result.scales")
    wir_ich_ratio: WirIchRatio | None = may_lack("attempt.result.wirIch")
    norm_group: NormGroup = at("attempt.result.normGroup")
    reports: Annotated[Reports, SAME]


class DescribedResults(FullResults):
    dimensions: DescribedDimensions = at("attempt.result.scales")  # type: ignore[assignment]  # the same with descriptions


class LegacyResults(FullResults):
    raw: Raw | None = may_lack("raw")


ABSENT = {"invite": NOT_FOUND, "invite.attempt.result": NOT_COMPLETED}
ROUTES = (
    Route(
        "GET",
        "/invites/{inviteId}/results",
        "GetResults",
        GetResults,
        DescribedResults,
        "Get full results (JSON)",
        "Results",
        absent=ABSENT,
        refusals=(404,),
        operation_id="getResultsJson",
        description="Every dimension with raw percent, C-value and label, the Graves values, the Wir-Ich ratio and the norm group.",
    ),
    Route(
        "GET",
        "/results/{inviteId}",
        "GetLegacyResults",
        GetLegacyResults,
        LegacyResults,
        "Get results (legacy)",
        "Results",
        absent={"invite": NOT_FOUND, "invite.attempt.result": Empty(202)},
        refusals=(404,),
        operation_id="getResults",
        description="The same results by the older path; 202 without a body while the assessment is not completed.",
    ),
)
