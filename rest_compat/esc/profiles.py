"""/profiles of the esc Profile API: every attempt at the profile questionnaire, whichever door it came through."""

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from rest_compat.body import SAME, Body, Day, Moment, Text, asked, at, link, may_lack
from rest_compat.esc.dialect import AnyGender, AttemptStatus, Gender, Source
from rest_compat.esc.paging import Limit, Offset, Pagination
from rest_compat.esc.scores import BasicScores, Dimensions, GravesValues
from rest_compat.esc.search import birthday, invite_id, is_api
from rest_compat.problem import NOT_FOUND
from rest_compat.route import Parameters, Route
from rest_compat.values import IN_DIGITS

ORDERS = {"newest": "NEWEST", "oldest": "OLDEST", "name": "NAME"}
STATUSES = {"completed": ["COMPLETED"], "all": ["COMPLETED", "IN_PROGRESS"]}


class ListProfiles(Parameters):
    status: Literal["completed", "all"] = Field("completed", description="Only completed ones, or all.")
    orderBy: Literal["newest", "oldest", "name"] = Field("newest", alias="sort", description="In which order.")
    scores: bool = Field(False, alias="include_results", description="Whether basic scores come along.")
    limit: Limit = 50
    offset: Offset = 0

    def variables(self) -> dict[str, Any]:
        return {**super().variables(), "status": STATUSES[self.status], "orderBy": ORDERS[self.orderBy]}


class GetProfile(Parameters):
    key: Annotated[int, IN_DIGITS] = Field(alias="sessionId", description="The session's number.", json_schema_extra={"format": "int64"})

    def variables(self) -> dict[str, Any]:
        return {"key": str(self.key)}


def _is_done(attempt: Any) -> bool:
    return is_api(attempt) and attempt["status"] == "COMPLETED"


class Person(Body):
    first_name: Text = at("givenName")
    last_name: Text = at("familyName")
    name: str = at("name")
    email: Text = at("email")
    gender: Gender | None = may_lack("gender")
    birth_date: Annotated[Day | None, BeforeValidator(birthday)] = at("birthYear")


class ProfileAssessment(Body):
    type: str = at("instrument.key")
    status: AttemptStatus = at("status")
    started_at: Moment = at("startedAt")
    completed_at: Moment | None = at("completedAt")


class ProfileLinks(Body):
    details: Annotated[str, link("/profiles/{key}"), SAME]
    results: Annotated[str | None, link("/invites/{invite[key]}/results", when=_is_done), SAME]
    report: Annotated[str | None, link("/invites/{invite[key]}/report", when=_is_done), SAME]


class ProfileSummary(Body):
    session_id: int = at("key")
    invite_id: Annotated[str | None, BeforeValidator(invite_id), SAME]
    candidate: Person = at("candidate")
    assessment: Annotated[ProfileAssessment, SAME]
    source: Source = at("source")
    results: BasicScores | None = may_lack("result.scales")
    links: Annotated[ProfileLinks, SAME]


class Filters(Body):
    status: Annotated[str, asked("status"), SAME]
    sort: Annotated[str, asked("sort"), SAME]


class ProfileList(Body):
    profiles: list[ProfileSummary] = at("nodes")
    pagination: Annotated[Pagination, SAME]
    filters: Annotated[Filters, SAME]


class DetailedAssessment(ProfileAssessment):
    calculation_type: Annotated[
        str, BeforeValidator(lambda source: f"{source['instrument']['key']}-{source['instrument']['version']}"), SAME
    ]


class ProfileResults(Body):
    dimensions: Dimensions = at("scales")
    graves_values: GravesValues = at("scales")
    norm_group: str | None = at("normGroup.name.en")


class DetailLinks(Body):
    results_json: Annotated[str | None, link("/invites/{invite[key]}/results", when=_is_done), SAME]
    report_pdf: Annotated[str | None, link("/invites/{invite[key]}/report", when=_is_done), SAME]


class Team(Body):
    id: int = at("key")
    title: str = at("title")
    subtitle: Text = at("subtitle")


class DetailedPerson(Person):
    gender: AnyGender = at("gender")  # type: ignore[assignment]  # free text in the details, a closed list in the list


class ProfileDetails(Body):
    session_id: int = at("key")
    invite_id: Annotated[str | None, BeforeValidator(invite_id), SAME]
    candidate: DetailedPerson = at("candidate")
    assessment: Annotated[DetailedAssessment, SAME]
    source: Source = at("source")
    results: ProfileResults | None = may_lack("result")
    teams: list[Team] = at("teams")
    links: Annotated[DetailLinks, SAME]


ROUTES = (
    Route(
        "GET",
        "/profiles",
        "ListProfiles",
        ListProfiles,
        ProfileList,
        "List all profiles",
        "Profiles",
        operation_id="listProfiles",
        description="All assessments, whether they came through the API or the open link; anonymised candidates are left out.",
    ),
    Route(
        "GET",
        "/profiles/{sessionId}",
        "GetProfile",
        GetProfile,
        ProfileDetails,
        "Get profile details",
        "Profiles",
        absent={"attempt": NOT_FOUND, "attempt.candidate.email": NOT_FOUND},  # who is anonymised has no address any more (R-ESC-55)
        refusals=(404,),
        operation_id="getProfile",
    ),
)
