"""What can go wrong with exports."""

from domain.kernel.errors import DomainError, Kind


class TooManyExports(DomainError):
    kind = Kind.TOO_MANY
    code = "TOO_MANY_EXPORTS"

    def __init__(self, limit: int) -> None:
        super().__init__(
            f"{limit} exports of this account are still being made. Try again when one is ready.", retry_after=60, details={"limit": limit}
        )
