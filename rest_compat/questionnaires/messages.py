"""What the questionnaire API tells of results: values as the assessor gave them, none made from another (I-QST-5)."""

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import Field, ValidationInfo, WithJsonSchema, model_validator

from rest_compat.body import Body, context_of, may_lack
from rest_compat.message import Message

UNDER_REVIEW, INCOMPLETE = "under_review", "Attempted - Incomplete"
"""Statuses of which less is told: the first of the result nothing at all, the second no summary."""
PRECISE = frozenset({"G", "R"})
"""Evaluations that are told with their moment: in the contract's examples it goes with these and no others."""
Moment = Annotated[str, WithJsonSchema({"type": "string", "format": "date-time"})]


class RiskRating(Body):
    sequence: str
    risk_level: str
    text: str | None
    note: str | None = may_lack()


class ResultUpdate(Body):
    project_uuid: str
    callback_type: str
    access_code: str
    interview_ref_num: str
    status: str
    questions_risk_rating: list[RiskRating] | None = may_lack()
    overall_evaluation: str | None = may_lack()
    is_admission: bool | None = may_lack()
    is_counter_measure: bool | None = may_lack()
    is_not_complete: bool | None = may_lack()
    participant_language: str | None = may_lack()
    summary: str | None = may_lack()
    summary_bgcolor: Annotated[str | None, Field(description="Colour of the summary.", examples=["#28a745"])] = may_lack()
    clear: bool | None = may_lack()
    timestamp: Moment | None = may_lack()

    @model_validator(mode="before")
    @classmethod
    def of_participant(cls, participant: Any, info: ValidationInfo) -> Any:
        """Read the result of a participant that was published."""
        attempt = published(participant, context_of(info)["facts"])
        assert attempt is not None, "told only when there is one"
        result = attempt["result"]
        status = result["status"]
        return {
            "project_uuid": participant["questionnaire"]["key"],
            "callback_type": "Result Update",
            "access_code": attempt["accessCode"],
            "interview_ref_num": participant["interviewReference"],
            "status": status,
            **(_findings(result, participant["language"] or "") if status != UNDER_REVIEW else {}),
            **(_summary(result) if status not in (UNDER_REVIEW, INCOMPLETE) else {}),
        }


def published(participant: Mapping[str, Any], facts: Mapping[str, Any]) -> Any:
    """The attempt that the event is about, of a participant who can still be named; None when there is none with a published result."""
    if participant["interviewReference"] is None:
        return None
    for attempt in participant["attempts"]:
        if attempt["number"] == facts["attempt"] and (attempt["result"] or {}).get("publishedAt"):
            return attempt
    return None


def _findings(result: Mapping[str, Any], language: str) -> dict[str, Any]:
    return {
        "questions_risk_rating": [
            {"sequence": one["sequence"], "risk_level": one["riskLevel"], "text": one["text"], "note": one["note"]}
            for one in result["ratings"]
        ],
        "overall_evaluation": result["evaluation"],
        "is_admission": result["admission"],
        "is_counter_measure": result["counterMeasure"],
        "is_not_complete": result["notComplete"],
        "participant_language": language,
    }


def _summary(result: Mapping[str, Any]) -> dict[str, Any]:
    precise = result["evaluation"] in PRECISE
    return {
        "summary": result["summary"],
        "summary_bgcolor": result["summaryColor"],
        "clear": result["clear"],
        "timestamp": f"{result['publishedAt'][:19]}Z" if precise else None,
    }


MESSAGES = (
    Message(
        "questionnaire_result.published",
        "result_update",
        "TellResult",
        ResultUpdate,
        when=lambda participant, facts: published(participant, facts) is not None,
        summary="Result Update Webhook",
        description="Sent to the address of the questionnaire when a result is published or updated; answer 200. It may come twice. "
        "Values are as they were recorded: none follows from another.",
    ),
)
