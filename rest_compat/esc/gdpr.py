"""/gdpr of the esc Profile API: a row for each attempt at the profile questionnaire; erasing one erases the person (R-ESC-68)."""

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from rest_compat.body import SAME, Body, Day, Moment, Text, asked, at, constant, may_lack
from rest_compat.esc.dialect import AnyGender
from rest_compat.esc.paging import Limit, Offset, Pagination
from rest_compat.esc.search import birthday, invite_id
from rest_compat.problem import NOT_FOUND
from rest_compat.route import Parameters, Route
from rest_compat.values import IN_DIGITS

ANONYMIZED = {"active": False, "deleted": True, "all": None}
SessionId = Annotated[int, IN_DIGITS]


class ListCandidates(Parameters):
    status: Literal["active", "deleted", "all"] = Field(
        "active", description="Those with personal data, those that were anonymised, or all."
    )
    limit: Limit = 50
    offset: Offset = 0

    def variables(self) -> dict[str, Any]:
        return {"limit": self.limit, "offset": self.offset, "anonymized": ANONYMIZED[self.status]}


class OneSession(Parameters):
    key: SessionId = Field(alias="sessionId", description="The session's number.", json_schema_extra={"format": "int64"})

    def variables(self) -> dict[str, Any]:
        return {"key": str(self.key)}


class EraseSession(Parameters):
    attempt: SessionId = Field(
        alias="sessionId", description="The number of any session of the person.", json_schema_extra={"format": "int64"}
    )

    def variables(self) -> dict[str, Any]:
        return {"attempt": str(self.attempt)}


class ListDeletions(Parameters):
    limit: Limit = 50
    offset: Offset = 0


def _status(attempt: Any) -> str:
    return "active" if attempt["candidate"]["erasure"] is None else "anonymized"


def _who(attempt: Any) -> Any:
    """The person of an attempt, until they are anonymised (R-ESC-53)."""
    return attempt["candidate"] if _status(attempt) == "active" else None


Status = Annotated[Literal["active", "anonymized"], BeforeValidator(_status), SAME]


class PersonalData(Body):
    first_name: Text = at("givenName")
    last_name: Text = at("familyName")
    email: Text = at("email")
    birth_date: Annotated[Day | None, BeforeValidator(birthday)] = may_lack("birthYear")
    gender: AnyGender = at("gender")


class GdprAssessment(Body):
    type: str = at("instrument.key")
    started_at: Moment = at("startedAt")
    completed_at: Moment | None = may_lack("completedAt")


class GdprCandidate(Body):
    session_id: int = at("key")
    invite_id: Annotated[str | None, BeforeValidator(invite_id), SAME]
    status: Status
    protected: bool = at("candidate.protected")
    personal_data: Annotated[PersonalData | None, BeforeValidator(_who), SAME]
    assessment: Annotated[GdprAssessment, SAME]


class GdprCandidates(Body):
    candidates: list[GdprCandidate] = at("nodes")
    pagination: Annotated[Pagination, SAME]


class GdprStatus(GdprCandidate):
    can_delete: bool = at("candidate.canErase")


class Original(Body):
    original_name: str = at("originalName")
    original_email: str = at("originalEmail")


class GdprDeleted(Body):
    status: Annotated[Literal["success", "partial"], constant("success"), SAME]
    message: Annotated[str, constant("Candidate data anonymized successfully"), SAME]
    session_id: Annotated[int, asked("sessionId"), SAME]
    anonymized: Annotated[Original, SAME]
    deleted_at: Moment = at("erasure.erasedAt")
    affected_tables: list[str] = at("erasure.tables")


class Deletion(Body):
    session_id: int = at("key")
    invite_id: Annotated[str | None, BeforeValidator(invite_id), SAME]
    assessment_type: str = at("instrument.key")
    original_date: Annotated[str, BeforeValidator(lambda attempt: attempt["completedAt"] or attempt["startedAt"]), SAME]
    status: Status


class Deletions(Body):
    deletions: list[Deletion] = at("nodes")
    pagination: Annotated[Pagination, SAME]


ROUTES = (
    Route(
        "GET",
        "/gdpr/candidates",
        "ListGdprCandidates",
        ListCandidates,
        GdprCandidates,
        "List candidates for deletion",
        "GDPR",
        operation_id="listGdprCandidates",
        description="One row for each session. Protected candidates are listed, too, but cannot be deleted.",
    ),
    Route(
        "GET",
        "/gdpr/candidates/{sessionId}",
        "GetGdprCandidate",
        OneSession,
        GdprStatus,
        "Get candidate deletion status",
        "GDPR",
        absent={"attempt": NOT_FOUND},
        refusals=(404,),
        operation_id="getGdprCandidateStatus",
    ),
    Route(
        "DELETE",
        "/gdpr/candidates/{sessionId}",
        "EraseCandidate",
        EraseSession,
        GdprDeleted,
        "Delete candidate data (GDPR)",
        "GDPR",
        refusals=(404,),
        operation_id="deleteGdprCandidate",
        description="Anonymises the person of the session and all of their sessions, for good. Scores stay. The answer names them one "
        "last time. Files and the traces in the database's own files follow within seconds.",
    ),
    Route(
        "GET",
        "/gdpr/deletions",
        "ListGdprDeletions",
        ListDeletions,
        Deletions,
        "List completed deletions",
        "GDPR",
        operation_id="listGdprDeletions",
        description="One row for each session of people who were deleted.",
    ),
)
