"""What can go wrong with candidates."""

from domain.kernel.errors import DomainError, Kind


class Anonymized(DomainError):
    kind = Kind.WRONG_STATE
    code = "ALREADY_ANONYMIZED"
    text = "This candidate has been anonymised; nothing about them can be changed."
