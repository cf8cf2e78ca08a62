"""What can go wrong with teams."""

from domain.kernel.errors import BadInput, DomainError, Kind


class TeamFull(DomainError):
    kind = Kind.WRONG_STATE
    code = "TEAM_FULL"

    def __init__(self, limit: int) -> None:
        super().__init__(f"A team has at most {limit} members; nobody was added.", details={"limit": limit})


class InTooManyTeams(DomainError):
    kind = Kind.WRONG_STATE
    code = "IN_TOO_MANY_TEAMS"

    def __init__(self, limit: int, candidate_key: str) -> None:
        super().__init__(f"{candidate_key} is in {limit} teams already, which is the most; nobody was added.", details={"limit": limit})


class NobodyToAdd(BadInput):
    code = "NOBODY_TO_ADD"
    text = "No valid candidates provided: none of them is known to this account with a completed assessment."


class TooManyMembers(DomainError):
    kind = Kind.BAD_INPUT
    code = "TOO_MANY_MEMBERS"

    def __init__(self, *, found: int, limit: int) -> None:
        message = f"These teams have {found} members, at most {limit} are looked at together. Ask for fewer teams at once."
        super().__init__(message, details={"limit": limit})
