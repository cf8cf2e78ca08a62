"""What can go wrong with merging."""

from domain.kernel.errors import DomainError, Kind


class SamePerson(DomainError):
    kind = Kind.BAD_INPUT
    code = "SAME_CANDIDATE"
    text = "'keep' and 'absorb' are the same candidate."


class ProtectedApart(DomainError):
    kind = Kind.WRONG_STATE
    code = "PROTECTED"
    text = "One of the candidates alone is protected from being erased. Protect both or neither first."


class AlreadyUndone(DomainError):
    kind = Kind.WRONG_STATE
    code = "ALREADY_UNMERGED"
    text = "This merge was undone already."


class MergedFurther(DomainError):
    kind = Kind.WRONG_STATE
    code = "MERGED_FURTHER"
    text = "The candidate that stayed was merged into another one since. Undo that merge first."
