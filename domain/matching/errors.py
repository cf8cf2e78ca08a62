"""What can go wrong with job profiles and matches."""

from domain.kernel.errors import DomainError, Kind


class TooManyJobProfiles(DomainError):
    kind = Kind.WRONG_STATE
    code = "TOO_MANY_JOB_PROFILES"

    def __init__(self, limit: int) -> None:
        super().__init__(f"An account has at most {limit} job profiles. Delete one that is no longer used.", details={"limit": limit})


class NothingToMatch(DomainError):
    kind = Kind.WRONG_STATE
    code = "NOTHING_TO_MATCH"
    text = "The job profile has no scale on which this result has a value."
