"""What can go wrong with candidates."""

from domain.kernel.errors import DomainError, Kind


class Anonymized(DomainError):
    kind = Kind.WRONG_STATE
    code = "ALREADY_ANONYMIZED"
    text = "This candidate has been anonymised; nothing about them can be changed."


class Merged(DomainError):
    kind = Kind.WRONG_STATE
    code = "MERGED"
    text = "This candidate was merged into another one."

    def __init__(self, into: str) -> None:
        super().__init__(f"This candidate was merged into '{into}'. Name that one instead.")


class ReferenceTaken(DomainError):
    kind = Kind.CONFLICT
    code = "REFERENCE_TAKEN"
    text = "This external reference leads to another candidate."


class TooManyReferences(DomainError):
    kind = Kind.WRONG_STATE
    code = "TOO_MANY_REFERENCES"
    text = "A candidate has at most 100 external references."
