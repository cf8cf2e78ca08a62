"""What can go wrong with a request that has an Idempotency-Key."""

from domain.kernel.errors import BadInput, DomainError, Kind


class KeyNotValid(BadInput):
    code = "IDEMPOTENCY_KEY_NOT_VALID"
    text = "An Idempotency-Key has 1 to 255 visible ASCII characters, and stands in one header."


class Settled(DomainError):
    """The request is not carried out, because of one before it under the same key; told as an error, never as a Problem."""

    kind = Kind.CONFLICT


class KeyReused(Settled):
    code = "IDEMPOTENCY_KEY_REUSED"
    text = "This Idempotency-Key was used for another request within the last 24 hours. Use a new key for a new request."


class StillRunning(Settled):
    code = "IDEMPOTENCY_KEY_IN_USE"
    text = "The first request with this Idempotency-Key has not ended yet. Send the same again in a moment."

    def __init__(self, retry_after: int = 1) -> None:
        super().__init__(retry_after=retry_after)


class AnswerDropped(Settled):
    code = "IDEMPOTENT_ANSWER_DROPPED"
    text = "This request was carried out; its answer is not kept any more, because somebody was erased since. Do not send it again."


class GrantedLess(Settled):
    kind = Kind.FORBIDDEN
    code = "FORBIDDEN"
    text = "This credential may do less than the one that the request was carried out with."


class Replayed(Settled):
    """The answer is known; whoever serves the request gives it again (`Claim.answer`)."""

    code = "IDEMPOTENT_REPLAYED"
    text = "This request was carried out before; its answer is given again."
