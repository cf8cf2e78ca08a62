"""What can go wrong with statistics."""

from domain.kernel.errors import DomainError, FieldFault, Kind


class TooManyResults(DomainError):
    kind = Kind.BAD_INPUT
    code = "TOO_MANY_RESULTS"

    def __init__(self, *, found: int, limit: int) -> None:
        message = f"The filter lets {found} results through, at most {limit} are counted at once. Ask for a shorter time."
        super().__init__(message, fields=[FieldFault(("filter",), message)], details={"limit": limit})


class TooManyGroups(DomainError):
    kind = Kind.BAD_INPUT
    code = "TOO_MANY_GROUPS"

    def __init__(self, *, found: int, limit: int) -> None:
        message = f"There would be {found} groups, at most {limit} are told at once. Ask for a shorter time or for larger groups."
        super().__init__(message, fields=[FieldFault(("groupBy",), message)], details={"limit": limit})
