"""What can go wrong with results and norm groups."""

from domain.kernel.errors import DomainError, FieldFault, Kind


class TooFewAttempts(DomainError):
    kind = Kind.WRONG_STATE
    code = "TOO_FEW_ATTEMPTS"

    def __init__(self, *, found: int, needed: int) -> None:
        super().__init__(
            f"An empirical norm group needs {needed} completed attempts with every item answered; there are {found}.",
            details={"required": needed, "available": found},
        )


class TooManyNormGroups(DomainError):
    kind = Kind.WRONG_STATE
    code = "TOO_MANY_NORM_GROUPS"

    def __init__(self, limit: int) -> None:
        super().__init__(f"An account has at most {limit} empirical norm groups; results go on referring to each of them.")


class UnknownNormGroup(DomainError):
    kind = Kind.BAD_INPUT
    code = "UNKNOWN_NORM_GROUP"
    text = "There is no such norm group in this account."

    def __init__(self) -> None:
        super().__init__(fields=[FieldFault(("normGroup",), self.text)])
