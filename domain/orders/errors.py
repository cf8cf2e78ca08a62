"""What can go wrong with orders."""

from domain.kernel.errors import DomainError, Kind, Unavailable


class PaymentsNotSetUp(DomainError):
    kind = Kind.UNAVAILABLE
    code = "PAYMENTS_NOT_SET_UP"
    text = "This installation takes no payments yet. Its operator can set up Stripe, or grant credits."


class PaymentsUnavailable(DomainError):
    kind = Kind.UNAVAILABLE
    code = "PAYMENTS_UNAVAILABLE"
    text = "The payment provider does not answer. The order is kept: order the same again within the hour to go on with it."

    def __init__(self) -> None:
        super().__init__(retry_after=Unavailable().retry_after)


class AlreadySettled(DomainError):
    kind = Kind.WRONG_STATE
    code = "ORDER_SETTLED"
    text = "This order has been paid or canceled already."
