"""What happens to questionnaires, to those who take them and to their keys."""

from domain.access.events import ACCOUNT
from domain.candidates.events import CANDIDATE
from domain.kernel.event_types import Thing, code, codes, happening, number, reference, yes_or_no
from domain.kernel.permissions import NARROWED
from domain.questionnaires.status import Origin

QUESTIONNAIRE = Thing("Questionnaire", uuid="6f9619ff-8b86-4d01-b42d-00cf4fc964ff")
PARTICIPANT = Thing("Participant", uuid="0b0f2f7a-5c39-4be1-9c34-7d1f4e3f8a52")
QUESTIONNAIRE_KEY = Thing("QuestionnaireKey", uuid="c56a4180-65aa-42ec-a945-5fd21dec0538")

QUESTIONNAIRE_CREATED = happening("questionnaire.created", QUESTIONNAIRE, "A questionnaire was made.")
QUESTIONNAIRE_CHANGED = happening(
    "questionnaire.changed",
    QUESTIONNAIRE,
    "Details of a questionnaire were changed.",
    fields=codes("Which of them.", ["name", "description", "duration_minutes", "guide_en", "guide_de", "active"]),
)
PARTICIPANT_ADDED = happening(
    "participant.added",
    PARTICIPANT,
    "Somebody was asked to take a questionnaire.",
    questionnaire=reference("The questionnaire.", QUESTIONNAIRE),
    origin=code("Through which door.", Origin),
    allowed=yes_or_no("Whether none of their phone numbers is blocked."),
)
PARTICIPANT_RETAKES = happening(
    "participant.retakes",
    PARTICIPANT,
    "Somebody was asked to take a questionnaire once more.",
    attempt=number("Which of their attempts it is, from 2.", least=2),
    allowed=yes_or_no("Whether none of their phone numbers is blocked."),
)
PARTICIPANT_OUTCOME_SET = happening("participant.outcome_set", PARTICIPANT, "What became of somebody was told.")
PARTICIPANT_LINKED = happening(
    "participant.linked", PARTICIPANT, "It was told who a participant is.", candidate=reference("Who it is.", CANDIDATE)
)
PARTICIPANT_DELETED = happening(
    "participant.deleted",
    PARTICIPANT,
    "A participant without results was deleted.",
    questionnaire=reference("The questionnaire.", QUESTIONNAIRE),
    origin=code("Through which door they had come.", Origin),
    attempts=number("How many attempts they had."),
)
BLOCKED_NUMBER_ADDED = happening(
    "blocked_number.added",
    ACCOUNT,
    "A phone number is not to be called.",
    participants=number("How many participants are not to be called any more because of it."),
)
BLOCKED_NUMBER_REMOVED = happening(
    "blocked_number.removed",
    ACCOUNT,
    "A phone number may be called again.",
    participants=number("How many participants may be called again because of it."),
)
QUESTIONNAIRE_KEY_CREATED = happening(
    "questionnaire_key.created",
    QUESTIONNAIRE_KEY,
    "An API key was made that works for one questionnaire alone.",
    questionnaire=reference("The questionnaire.", QUESTIONNAIRE),
    permissions=codes("The permissions it has.", sorted(NARROWED)),
)
QUESTIONNAIRE_KEY_DELETED = happening(
    "questionnaire_key.deleted",
    QUESTIONNAIRE_KEY,
    "An API key of a questionnaire was ended at once, for good.",
    questionnaire=reference("The questionnaire.", QUESTIONNAIRE),
)
QUESTIONNAIRE_RESULT_RECORDED = happening(
    "questionnaire_result.recorded",
    PARTICIPANT,
    "An assessor recorded the result of an attempt, or recorded another in its place.",
    questionnaire=reference("The questionnaire.", QUESTIONNAIRE),
    attempt=number("Which of the participant's attempts it is of.", least=1),
    scored=yes_or_no("Whether it has a score."),
    flow=yes_or_no("Whether the questionnaire is a step of a flow that the participant is assigned to."),
)
QUESTIONNAIRE_RESULT_PUBLISHED = happening(
    "questionnaire_result.published",
    PARTICIPANT,
    "A result was published, or published again after a change; the questionnaire's own webhook is told of it.",
    questionnaire=reference("The questionnaire.", QUESTIONNAIRE),
    attempt=number("Which of the participant's attempts it is of.", least=1),
)
