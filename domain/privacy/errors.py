"""What can go wrong with erasing."""

from domain.kernel.errors import DomainError, Kind


class Protected(DomainError):
    kind = Kind.WRONG_STATE
    code = "PROTECTED"
    text = "This candidate is protected from being erased. Take the protection away first."
