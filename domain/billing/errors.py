"""What can go wrong with credits."""

from domain.kernel.errors import DomainError, Kind


class InsufficientCredits(DomainError):
    kind = Kind.PAYMENT_REQUIRED
    code = "INSUFFICIENT_CREDITS"
    text = "There are not enough credits. Buy a package to go on."

    def __init__(self, *, required: int, available: int) -> None:
        super().__init__(details={"required": required, "available": available})


class AlreadyBooked(DomainError):
    kind = Kind.CONFLICT
    code = "ALREADY_BOOKED"
    text = "There is a movement of credits with this reference already."
