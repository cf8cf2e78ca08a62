"""What can go wrong with trials."""

from domain.kernel.errors import BadInput, DomainError, Kind


class ConsumerAddress(BadInput):
    code = "CONSUMER_EMAIL"


class TooManyTrialRequests(DomainError):
    kind = Kind.TOO_MANY
    code = "TOO_MANY_TRIAL_REQUESTS"
    text = "Too many trials were requested today. Try again tomorrow."


class AlreadyDecided(DomainError):
    kind = Kind.WRONG_STATE
    code = "TRIAL_ALREADY_DECIDED"
    text = "This trial request was decided already."


class TrialLinkNotValid(DomainError):
    kind = Kind.NOT_FOUND
    code = "TRIAL_LINK_NOT_VALID"
    text = "This link was used already, or is not valid any more."
