"""GET /search of the esc Profile API."""

from typing import Annotated, Any, Self

from pydantic import BeforeValidator, Field, model_validator

from rest_compat.body import SAME, Body, Day, Moment, Text, asked, at, link, may_lack
from rest_compat.esc.dialect import SearchGender
from rest_compat.esc.paging import Limit, Offset, Pagination
from rest_compat.esc.scores import NamedBasicScores
from rest_compat.route import Parameters, Route
from rest_compat.values import CalendarDay


class Search(Parameters):
    text: str | None = Field(None, alias="q", max_length=200, examples=["lena"], description="Part of the name or the email address.")
    name: str | None = Field(None, max_length=200, description="Part of the name.")
    email: str | None = Field(None, max_length=200, description="Part of the email address.")
    completedFrom: CalendarDay | None = Field(None, alias="date_from", description="Completed on this day (UTC) or later.")
    completedTo: CalendarDay | None = Field(None, alias="date_to", description="Completed on this day (UTC) or earlier.")
    limit: Limit = 20
    offset: Offset = 0
    scores: bool = Field(False, alias="include_results", description="Whether basic scores come along.")

    @model_validator(mode="after")
    def _asks_for_something(self) -> Self:
        """Search for something (R-ESC-42)."""
        texts = [text.strip() for text in (self.text, self.name, self.email) if text]
        if not any(texts) and self.completedFrom is None and self.completedTo is None:
            raise ValueError("Give at least one of q, name, email, date_from, date_to.")
        return self


def birthday(year: Any) -> Any:
    """The contract wants a date, of which only the year is known."""
    return f"{year:04}-01-01" if isinstance(year, int) else year


def is_api(attempt: Any) -> bool:
    """Only invites that were sent through an API have an address on the wire."""
    return bool(attempt["source"] == "API")


def invite_id(attempt: Any) -> Any:
    return attempt["invite"]["key"] if is_api(attempt) else None


class FoundLinks(Body):
    results: Annotated[str | None, link("/invites/{invite[key]}/results", when=is_api), SAME] = may_lack()
    report: Annotated[str | None, link("/invites/{invite[key]}/report", when=is_api), SAME] = may_lack()


class SearchCandidate(Body):
    session_id: int = at("key")
    invite_id: Annotated[str | None, BeforeValidator(invite_id), SAME]
    name: str = at("candidate.name")
    first_name: Text = at("candidate.givenName")
    last_name: Text = at("candidate.familyName")
    email: Text = at("candidate.email")
    gender: SearchGender | None = may_lack("candidate.gender")
    birth_date: Annotated[Day | None, BeforeValidator(birthday)] = may_lack("candidate.birthYear")
    started_at: Moment = at("startedAt")
    completed_at: Moment = at("completedAt")
    scores: NamedBasicScores | None = may_lack("result.scales")
    links: Annotated[FoundLinks, SAME]


class Query(Body):
    q: Annotated[str | None, asked("q"), SAME] = may_lack()
    name: Annotated[str | None, asked("name"), SAME] = may_lack()
    email: Annotated[str | None, asked("email"), SAME] = may_lack()
    date_from: Annotated[Day | None, asked("date_from"), SAME] = may_lack()
    date_to: Annotated[Day | None, asked("date_to"), SAME] = may_lack()


class SearchResult(Body):
    query: Annotated[Query, SAME]
    candidates: list[SearchCandidate] = at("nodes")
    pagination: Annotated[Pagination, SAME]


ROUTES = (
    Route(
        "GET",
        "/search",
        "Search",
        Search,
        SearchResult,
        "Search assessments",
        "Search",
        operation_id="searchAssessments",
        description="Completed assessments by parts of name or email address and by date; at least one condition is needed.",
    ),
)
