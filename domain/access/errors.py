"""What can go wrong with accounts and keys."""

from collections.abc import Sequence

from domain.kernel.errors import DomainError, Forbidden, Kind, Unauthenticated


class EmailTaken(DomainError):
    kind = Kind.CONFLICT
    code = "EMAIL_ALREADY_REGISTERED"
    text = "This email address is already registered."


class AccountInactive(Unauthenticated):
    """A credential that would stand for somebody, were its account not closed."""

    code = "ACCOUNT_INACTIVE"
    text = "The account of this credential is closed."


class GrantsMoreThanItHas(Forbidden):
    code = "GRANTS_MORE_THAN_IT_HAS"

    def __init__(self, lacking: Sequence[str]) -> None:
        super().__init__(f"A credential cannot give a permission that it lacks itself: {', '.join(lacking)}.")


class TokenMakesNoCredential(Forbidden):
    code = "TOKEN_MAKES_NO_CREDENTIAL"
    text = "An access token cannot make keys or tokens; use an API key."
