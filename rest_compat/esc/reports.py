"""Reports of the esc Profile API, as PDF files."""

from typing import Annotated, Any, Literal

from pydantic import Field

from rest_compat.esc.dialect import NOT_COMPLETED
from rest_compat.problem import NOT_FOUND
from rest_compat.route import FileAnswer, Parameters, Route


class GetReport(Parameters):
    key: str = Field(alias="inviteId", description="The invite's id, such as inv_abc123xyz.")
    focus: Annotated[Literal["standard", "leadership", "sales"], Field(alias="type", description="From which side it is written.")] = (
        "standard"
    )
    language: Annotated[Literal["en", "de"], Field(alias="lang", description="In which language it is written.")] = "en"

    def variables(self) -> dict[str, Any]:
        return {**super().variables(), "focus": self.focus.upper(), "language": self.language.upper()}


ROUTES = (
    Route(
        "GET",
        "/invites/{inviteId}/report",
        "GetReport",
        GetReport,
        FileAnswer("attempt.result.report.download.url", ("application/pdf",)),
        "Download PDF report",
        "Execution",
        absent={"invite": NOT_FOUND, "invite.attempt.result": NOT_COMPLETED},
        refusals=(404,),
        operation_id="getReport",
        description="The report of a completed assessment. Its `ETag` changes with it; `If-None-Match` is answered by 304.",
    ),
)
