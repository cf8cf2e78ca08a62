"""What can go wrong with webhooks."""

from domain.kernel.errors import DomainError, Kind


class TooManyWebhooks(DomainError):
    kind = Kind.TOO_MANY
    code = "TOO_MANY_WEBHOOKS"

    def __init__(self, limit: int) -> None:
        super().__init__(f"An account has at most {limit} webhooks; delete one first.", details={"limit": limit})


class WebhookDisabled(DomainError):
    kind = Kind.WRONG_STATE
    code = "WEBHOOK_DISABLED"
    text = "This webhook is switched off. Switch it on first."


class WebhookOfQuestionnaire(DomainError):
    kind = Kind.WRONG_STATE
    code = "WEBHOOK_OF_QUESTIONNAIRE"
    text = "This webhook is told the results of a questionnaire and nothing else. Change it with setResultWebhook."


class StillPending(DomainError):
    kind = Kind.WRONG_STATE
    code = "STILL_PENDING"
    text = "This delivery is not done with yet; it is tried again by itself."


class BodyErased(DomainError):
    kind = Kind.WRONG_STATE
    code = "BODY_ERASED"
    text = "This delivery was about somebody who was erased, and its body with them."


class NothingTold(DomainError):
    kind = Kind.WRONG_STATE
    code = "NOTHING_TOLD"
    text = "There was nothing to tell of this event."
