"""Stripe's errors: what a call is refused with, in Stripe's own words where they are known."""

from typing import Any


class Refusal(Exception):
    """A call that is not done."""

    def __init__(
        self, message: str, *, status: int = 400, type: str = "invalid_request_error", code: str | None = None, param: str | None = None
    ) -> None:
        super().__init__(message)
        self.message = message
        self.status = status
        self.type = type
        self.code = code
        self.param = param
        self.more: dict[str, Any] = {}

    def body(self, request_id: str) -> dict[str, Any]:
        """The error as Stripe writes it: what does not apply is left out."""
        told = {"code": self.code, "message": self.message, "param": self.param, "type": self.type, **self.more}
        if self.code:
            told["doc_url"] = f"https://stripe.com/docs/error-codes/{self.code.replace('_', '-')}"
        told["request_log_url"] = f"https://dashboard.stripe.com/test/logs/{request_id}"
        return {"error": {name: value for name, value in sorted(told.items()) if value is not None}}


def missing(kind: str, key: str, param: str, status: int = 404) -> Refusal:
    """There is no such object; 404 for one in the path, 400 for one in a parameter."""
    return Refusal(f"No such {kind}: '{key}'", status=status, code="resource_missing", param=param)


def declined(charge: str, reason: str = "generic_decline") -> Refusal:
    """A bank refused the card."""
    refusal = Refusal("Your card was declined.", status=402, type="card_error", code="card_declined")
    refusal.more = {"decline_code": reason, "charge": charge}
    return refusal
