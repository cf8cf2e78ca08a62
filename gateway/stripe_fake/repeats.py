"""Idempotency keys as Stripe keeps them: the same call answers the same, for a day."""

import hashlib
from typing import Any

from gateway.stripe_fake.refusals import Refusal
from gateway.stripe_fake.store import Record, Store

DAY = 24 * 3600
LONGEST_KEY = 255


class Repeats:
    """The answers that were given for keys, and the keys that are worked on."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._running: set[str] = set()

    def begin(self, key: str, call: str, body: str, now: int) -> Record | None:
        """Begin a call under a key, or give what it was answered before.

        Raises Refusal when the key serves another call, or one that still runs.
        """
        if len(key) > LONGEST_KEY:
            raise Refusal("Idempotency-Key: at most 255 characters", type="idempotency_error")
        known = self._store.get("idempotency", key)
        if known and known.shown["at"] + DAY <= now:
            self._store.remove(known)
            known = None
        if known:
            return _same(known, key, call, body)
        if key in self._running:
            raise Refusal(
                f"There is currently another in-progress request using this Idempotent Key (that probably means you submitted twice, and "
                f"the other request is still going through): {key}. Please try again later.",
                status=409,
                type="idempotency_error",
                code="idempotency_key_in_use",
            )
        self._running.add(key)
        return None

    def end(self, key: str) -> None:
        """The call is over, whatever became of it."""
        self._running.discard(key)

    def keep(self, key: str, call: str, body: str, now: int, answer: dict[str, Any]) -> None:
        """Keep what a call was answered."""
        self._store.add("idempotency", key, {"call": call, "body": _hash(body), "at": now, **answer})


def _same(known: Record, key: str, call: str, body: str) -> Record:
    if known.shown["call"] != call:
        calls = f"('{known.shown['call']}' vs '{call}')"
        said = f"Keys for idempotent requests can only be used for the same endpoint they were first used for {calls}."
    elif known.shown["body"] != _hash(body):
        said = "Keys for idempotent requests can only be used with the same parameters they were first used with."
    else:
        return known
    raise Refusal(f"{said} Try using a key other than '{key}' if you meant to execute a different request.", type="idempotency_error")


def _hash(body: str) -> str:
    return hashlib.sha256(body.encode()).hexdigest()
