"""Candidates of flows: who is on one, and putting somebody on it."""

from typing import Annotated, Any, Self

from pydantic import BeforeValidator, Field, ValidationInfo, model_validator
from pydantic_core import PydanticCustomError

from rest_compat.body import SAME, Body, at, context_of
from rest_compat.flows.flows import TAG
from rest_compat.flows.values import (
    AttemptStatus,
    CandidateStatus,
    Email,
    FlowId,
    GivenReference,
    Milliseconds,
    Number,
    Reference,
    left_out,
)
from rest_compat.problem import NOT_FOUND
from rest_compat.route import Parameters, Route
from rest_compat.values import IN_DIGITS

LARGEST_OFFSET = 1_000_000
"""How far lists reach by number; pages further out are empty."""
Size = Annotated[int, Field(ge=1, le=100), IN_DIGITS]


class ListCandidates(Parameters):
    key: FlowId
    page: Annotated[int, Field(ge=1, description="Which page."), IN_DIGITS] = 1
    pageSize: Size = Field(10, description="How many on a page; wins over perPage when both are given.")
    perPage: Size = Field(10, description="The same as pageSize.")
    text: str | None = Field(None, alias="search", max_length=200, description="Part of the name or the email address.")
    status: CandidateStatus = left_out("Only candidates with this status.")

    @model_validator(mode="after")
    def _one_size(self) -> Self:
        """I-FLW-2."""
        if "pageSize" not in self.model_fields_set:
            self.pageSize = self.perPage
        return self

    def variables(self) -> dict[str, Any]:
        wanted = {"text": self.text, "status": self.status and [self.status]}
        place = {"first": self.pageSize, "offset": min((self.page - 1) * self.pageSize, LARGEST_OFFSET)}
        return {"key": self.key, **place, **{name: value for name, value in wanted.items() if value}}


class AssignCandidate(Parameters):
    flow: FlowId
    email: Email = left_out("The candidate's email address; required unless jobCandidateId is given.", examples=["lena@example.com"])
    givenName: str = left_out("First name, used when inviting by email.", alias="firstName")
    familyName: str = left_out("Last name, used when inviting by email.", alias="lastName")
    jobCandidateReference: GivenReference = left_out(
        "Who it is, by the number or text that another system gave them; decides when given.", alias="jobCandidateId"
    )
    jobReference: GivenReference = left_out("Of the job; given back as it came.", alias="jobId")
    talentReference: GivenReference = left_out("Of the talent; given back as it came.", alias="talentId")

    @model_validator(mode="after")
    def _names_somebody(self) -> Self:
        """R-FLW-11."""
        if not {"email", "jobCandidateReference"} & self.model_fields_set:
            raise PydanticCustomError("nobody", "is required unless jobCandidateId is given", {"field": "email"})
        return self

    def variables(self) -> dict[str, Any]:
        return self.model_dump(exclude_unset=True)


class Submission(Body):
    submissionId: str = at("taking")
    startedAt: Milliseconds | None = at("startedAt")
    submittedAt: Milliseconds | None = at("completedAt")


def _submission(attempt: Any) -> Any:
    """Nothing is submitted, nor begun, before an attempt is started."""
    return attempt if attempt["startedAt"] or attempt["completedAt"] else None


class Attempt(Body):
    stepId: int = at("step.key")
    assessmentId: str = at("step.instrument")
    attempt: int = at("number")
    status: AttemptStatus = at("status")
    score: Number | None = at("score")
    passed: bool | None = at("passed")
    submission: Annotated[Submission | None, BeforeValidator(_submission), SAME]


class Assigned(Body):
    assignmentId: int = at("key")
    flowId: int = at("flow.key")
    email: str = at("email")
    firstName: str | None = at("givenName")
    lastName: str | None = at("familyName")
    jobCandidateId: Reference | None = at("jobCandidateReference")
    jobId: Reference | None = at("jobReference")
    talentId: Reference | None = at("talentReference")
    status: CandidateStatus = at("status")


class FlowCandidate(Assigned):
    currentStep: int | None = at("position")
    assignedAt: Milliseconds = at("assignedAt")
    lastUpdatedOn: Milliseconds = at("updatedAt")
    attempts: list[Attempt] = at("attempts")


class Pagination(Body):
    page: int
    limit: int
    total: int
    totalPages: int


def _place(connection: Any, info: ValidationInfo) -> Any:
    asked, total = context_of(info)["asked"], connection["totalCount"]
    return {"page": asked["page"], "limit": asked["pageSize"], "total": total, "totalPages": -(-total // asked["pageSize"])}


def _rows(connection: Any, info: ValidationInfo) -> Any:
    """The rows of a page; those that lie out of reach are none."""
    asked = context_of(info)["asked"]
    return connection["nodes"] if (asked["page"] - 1) * asked["pageSize"] <= LARGEST_OFFSET else []


class CandidateList(Body):
    candidates: Annotated[list[FlowCandidate], BeforeValidator(_rows), SAME]
    pagination: Annotated[Pagination, BeforeValidator(_place), SAME]


class Invite(Body):
    stepId: int = at("step.key")
    assessmentId: str = at("step.instrument")
    sent: bool = at("isMailed")


class Assignment(Assigned):
    currentStep: int = at("position")
    assignedAt: Milliseconds = at("assignedAt")
    invite: Invite = at("attempts.0")


ROUTES = (
    Route(
        "GET",
        "/assessment-flows/{id}/candidates",
        "ListFlowCandidates",
        ListCandidates,
        CandidateList,
        "List flow candidates",
        TAG,
        absent={"flowAssignments": NOT_FOUND},
        refusals=(404,),
        operation_id="listFlowCandidates",
        description="Who is on the flow, latest assignment first, with their attempts at its steps.",
    ),
    Route(
        "POST",
        "/assessment-flows/{id}/assign",
        "AssignCandidate",
        AssignCandidate,
        Assignment,
        "Assign candidate",
        TAG,
        refusals=(404,),
        needs_body=True,
        operation_id="assignCandidate",
        description="Puts a candidate on the flow and mails the invitation of the first step. Give email, or a jobCandidateId that this "
        "account knows. A candidate is on a flow once.",
    ),
)
