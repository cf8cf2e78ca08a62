"""What can go wrong with reports."""

from domain.kernel.errors import DomainError, Kind


class TooFewPeople(DomainError):
    kind = Kind.WRONG_STATE
    code = "TOO_FEW_PEOPLE"

    def __init__(self, *, found: int, needed: int) -> None:
        super().__init__(
            f"This report needs at least {needed} people with a result in the team; there are {found}.",
            details={"required": needed, "available": found},
        )
