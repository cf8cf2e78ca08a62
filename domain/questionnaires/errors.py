"""What can go wrong with questionnaires, their participants and keys."""

from domain.kernel.errors import BadInput, DomainError, Forbidden, Kind, NotFound


class QuestionnaireNotFound(NotFound):
    code = "QUESTIONNAIRE_NOT_FOUND"
    text = "There is no such questionnaire."


class ParticipantNotFound(NotFound):
    code = "PARTICIPANT_NOT_FOUND"
    text = "There is no such participant of this questionnaire."


class KeyOrAccountNotFound(NotFound):
    code = "KEY_OR_ACCOUNT_NOT_FOUND"
    text = "There is no such key of this questionnaire, or it belongs to another account."


class NotAssociated(Forbidden):
    code = "NOT_ASSOCIATED"
    text = "This key works for another questionnaire."


class DuplicateInterviewReference(BadInput):
    code = "DUPLICATE_INTERVIEW_REFERENCE"

    def __init__(self, reference: str) -> None:
        super().__init__(f"{reference} is the interview reference of another participant of this questionnaire already.")


class InterviewReferenceChanged(BadInput):
    code = "INTERVIEW_REFERENCE_CHANGED"
    text = "A retake keeps the interview reference that the participant has."


class QuestionnaireInactive(DomainError):
    kind = Kind.WRONG_STATE
    code = "QUESTIONNAIRE_INACTIVE"
    text = "This questionnaire was put aside; nobody is asked to take it."


class LinkedAlready(DomainError):
    kind = Kind.WRONG_STATE
    code = "LINKED_ALREADY"
    text = "This participant is another candidate already; merge the two candidates instead."


class HasResults(DomainError):
    kind = Kind.WRONG_STATE
    code = "PARTICIPANT_HAS_RESULTS"
    text = "There are results of this participant; erase the candidate instead."


class TooManyAttempts(DomainError):
    kind = Kind.WRONG_STATE
    code = "TOO_MANY_ATTEMPTS"

    def __init__(self, limit: int) -> None:
        super().__init__(f"A participant has at most {limit} attempts.", details={"limit": limit})


class TooManyKeys(DomainError):
    kind = Kind.WRONG_STATE
    code = "TOO_MANY_KEYS"

    def __init__(self, limit: int) -> None:
        super().__init__(f"A questionnaire has at most {limit} keys; delete one that is not used any more.", details={"limit": limit})


class AttemptNotFound(NotFound):
    code = "ATTEMPT_NOT_FOUND"
    text = "There is no such attempt at a questionnaire."


class NoResult(NotFound):
    code = "NO_QUESTIONNAIRE_RESULT"
    text = "No result of this attempt was recorded yet."
