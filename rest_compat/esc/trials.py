"""POST /request-trial."""

from typing import Annotated

from pydantic import Field

from rest_compat.body import SAME, Body, at, constant
from rest_compat.route import Parameters, Route
from rest_compat.values import WebPage

NEXT_STEPS = [
    "Somebody looks at your request.",
    "You receive an email with a link that shows your API key, once.",
    "Meanwhile, read the documentation: GET /docs.",
]


class RequestTrial(Parameters):
    company: str = Field(description="The company.")
    email: str = Field(
        description="An address at the company; none of providers that give addresses to anybody.", json_schema_extra={"format": "email"}
    )
    contactName: str | None = Field(None, alias="contact_name", description="Contact person.")
    useCase: str = Field(alias="use_case", description="What it is to be used for, in at most 2,000 characters.")
    website: WebPage | None = Field(None, description="The company's website.")


class TrialRequested(Body):
    message: Annotated[str, constant("Trial request received. You will receive an email with your credentials within 24 hours."), SAME]
    reference: str = at("reference")
    next_steps: Annotated[list[str], constant(NEXT_STEPS), SAME]


ROUTES = (
    Route(
        "POST",
        "/request-trial",
        "RequestTrial",
        RequestTrial,
        TrialRequested,
        "Request trial access",
        "Registration",
        operation_id="requestTrial",
        description="For a trial with 3 credits. Somebody looks at every request; the answer comes by email within 24 hours.",
    ),
)
