"""Failures on demand: what the next calls, and the next deliveries of events, shall suffer."""

from dataclasses import dataclass
from typing import Any

from gateway.stripe_fake.refusals import Refusal

CALLS = ("400", "401", "402", "403", "404", "409", "429", "500", "502", "503", "hang", "reset", "lost", "garbage")
"""Statuses, and worse: no answer until released; a connection cut before anything is done; one cut after; an answer that is no JSON."""
SENDINGS = ("drop", "wrong_signature", "stale")
"""A delivery that never arrives, one signed with another secret, one signed ten minutes ago."""


@dataclass(slots=True)
class CallFault:
    """What happens to calls whose path begins so, as many as are left."""

    answer: str
    path: str = "/v1/"
    method: str = ""
    left: int = 1


@dataclass(slots=True)
class SendFault:
    """What happens to first tries of deliveries of some type of event, as many as are left."""

    how: str
    type: str = ""
    left: int = 1


class Faults:
    """The failures that were ordered and have not all happened yet, oldest first."""

    def __init__(self) -> None:
        self.calls: list[CallFault] = []
        self.sendings: list[SendFault] = []

    def order(self, asked: dict[str, Any]) -> None:
        """Order a failure of calls ({answer, path, method, next}) or of deliveries ({event, how, next}).

        Raises Refusal.
        """
        left = asked.get("next", 1)
        if not isinstance(left, int) or isinstance(left, bool) or not 0 < left <= 1000:
            raise Refusal("next: how many, from 1 to 1000", param="next")
        if "how" in asked:
            how = _one_of(asked, "how", SENDINGS)
            self.sendings.append(SendFault(how, str(asked.get("event", "")), left))
        else:
            answer = _one_of(asked, "answer", CALLS)
            self.calls.append(CallFault(answer, str(asked.get("path", "/v1/")), str(asked.get("method", "")).upper(), left))

    def of_call(self, method: str, path: str) -> str | None:
        """What this call suffers, if anything."""
        for fault in self.calls:
            if path.startswith(fault.path) and fault.method in ("", method):
                fault.left -= 1
                if not fault.left:
                    self.calls.remove(fault)
                return fault.answer
        return None

    def of_sending(self, type: str) -> str | None:
        for fault in self.sendings:
            if fault.type in ("", type):
                fault.left -= 1
                if not fault.left:
                    self.sendings.remove(fault)
                return fault.how
        return None

    def forget(self) -> None:
        self.calls.clear()
        self.sendings.clear()


def _one_of(asked: dict[str, Any], name: str, choices: tuple[str, ...]) -> str:
    if (value := str(asked.get(name))) not in choices:
        raise Refusal(f"{name}: one of {', '.join(choices)}", param=name)
    return value


_TOLD = {
    400: ("invalid_request_error", None, "This is a failure that was ordered."),
    401: ("invalid_request_error", None, "Invalid API Key provided: sk_test_****"),
    402: ("card_error", "card_declined", "Your card was declined."),
    403: ("invalid_request_error", None, "The provided key does not have access to this account."),
    404: ("invalid_request_error", "resource_missing", "No such object."),
    409: ("invalid_request_error", "lock_timeout", "This object cannot be accessed right now because another request is accessing it."),
    429: ("invalid_request_error", "rate_limit", "Request rate limit exceeded."),
}


def refusal(status: int) -> Refusal:
    """An answer of some status in Stripe's words."""
    type, code, message = _TOLD.get(status, ("api_error", None, "An unknown error occurred."))
    return Refusal(message, status=status, type=type, code=code)
