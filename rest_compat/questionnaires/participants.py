"""/participant of the questionnaire API: enter somebody, have them take it again, tell what became of them."""

from typing import Annotated

from pydantic import Field

from rest_compat.body import Body, Text, at
from rest_compat.questionnaires.dialect import PARTICIPANTS
from rest_compat.questionnaires.formats import Email, Given, Needed, Rfc3339, Uuid
from rest_compat.route import Parameters, Route


class Entry(Parameters):
    """Fields stand in the order in which they are checked: what is refused first is what the contract refuses first."""

    questionnaire: Annotated[Uuid, Needed] = Field(
        alias="project_uuid", description="UUID of the project/questionnaire.", examples=["fd9690b0-9050-4acd-ad74-7f906c07fe93"]
    )
    interviewReference: Annotated[str, Needed] = Field(
        alias="interview_ref_num",
        description="Interview reference number (IRN): your own, of which each belongs to one participant of the questionnaire.",
        examples=["7858934895810"],
    )


class Details(Parameters):
    email: Email | None = Field(None, description="Email address (optional).", examples=["participant@gmail.com"])
    phoneNumber1: str | None = Field(
        None, alias="phone_number1", description="Primary phone number (optional).", examples=["+916263877039"]
    )
    phoneNumber2: str | None = Field(None, alias="phone_number2", description="Secondary phone number (optional).", examples=[""])
    externalReference: str | None = Field(
        None, alias="external_ref_id", description="External reference ID (optional).", examples=["12345-46b5-464d-a8e4-afecc"]
    )
    language: str | None = Field(None, description="Language name (optional).", examples=["English"])


class CreateParticipant(Details, Entry):
    pass


class OfParticipant(Entry):
    participant: Uuid = Field(
        alias="participant_uuid",
        description="UUID of the existing participant.",
        examples=["01977df0-57c1-7dcf-8916-df741aa66691"],
    )


class RetakeQuestionnaire(Details, OfParticipant):
    pass


class SetOutcome(Parameters):
    participant: Uuid = Field(alias="participant_id", description="UUID of the participant whose outcome tracking should be updated.")
    outcome: Annotated[str, Needed] = Field(description="Outcome code to set for the participant.", examples=["$10,Reviewed and Mitigated"])
    outcomeAt: Rfc3339 | None = Field(
        None,
        alias="outcome_ts",
        description="Outcome timestamp in RFC3339 format. If omitted, the current UTC time is used.",
        examples=["2025-12-12T06:06:29Z"],
    )


class Participant(Body):
    project_uuid: str = at("questionnaireKey")
    phone_number1: Text = at("phoneNumber1")
    phone_number2: Text = at("phoneNumber2")
    interview_ref_num: Text = at("interviewReference")
    external_ref_id: Text = at("externalReference")
    participant_uuid: str = at("key")
    email: Text = at("email")
    language: Text = at("language")
    particpant_guide_link: str = at("guideUrl")
    """Misspelled by the contract (I-QST-8)."""
    is_participant_allowed: bool = at("isAllowed")
    outcome: str | None = at("outcome")
    outcome_ts: Given | None = at("outcomeAt")


RETAKE = Route(
    "POST",
    "/participant",
    "RetakeQuestionnaire",
    RetakeQuestionnaire,
    Participant,
    "Retake Questionnaire",
    PARTICIPANTS,
    refusals=(404, 500),
    needs_body=True,
)
ROUTES = (
    Route(
        "POST",
        "/participant",
        "AddParticipant",
        CreateParticipant,
        Participant,
        "Create Participant or Retake Questionnaire",
        PARTICIPANTS,
        refusals=(404, 500),
        needs_body=True,
        instead={"participant_uuid": RETAKE},
        operation_id="enterParticipant",
        description="Without `participant_uuid` a new participant is created; with it that participant takes the questionnaire again: "
        "`interview_ref_num` must be the one they have, the other fields replace those before.",
    ),
    Route(
        "PUT",
        "/participant/{participant_id}",
        "SetOutcome",
        SetOutcome,
        Participant,
        "Update participant outcome tracking",
        PARTICIPANTS,
        refusals=(404, 500),
        needs_body=True,
        operation_id="updateOutcome",
        description="Stores what became of a participant, under a code of your own.",
    ),
)
