"""What happens to payments: sessions are opened, paid, refused, settled later, expired, refunded; each tells its events."""

from collections.abc import Callable
from typing import Any, Literal, TypeAlias

from domain.kernel.clock import Clock
from gateway.stripe_fake import objects
from gateway.stripe_fake.readers import WITHOUT_CENTS
from gateway.stripe_fake.refusals import Refusal, declined, missing
from gateway.stripe_fake.store import Record, Store

HOUR = 3600
SHORTEST, LONGEST = HOUR // 2, 24 * HOUR
"""Seconds that a session may be open."""
LEAST, MOST = 50, 99_999_999
"""The smallest and the largest amount that Stripe takes, in cents."""
NAME = "Test Payer"
SUCCEEDS, DECLINED = "4242", "0002"
"""Last digits of the cards, as of Stripe's own test cards."""
Way: TypeAlias = Literal["card", "declined", "later", "later_fails"]
METHOD_OF: dict[Way, str] = {"card": "card", "declined": "card", "later": "sepa_debit", "later_fails": "sepa_debit"}
"""The ways that a payment may go, each by a payment method of Stripe's."""


class Bank:
    """The rules of payments over the store; nothing here waits, so every change is whole."""

    def __init__(self, store: Store, clock: Clock, tell: Callable[[Record], None], *, settles_after: float = 5.0) -> None:
        self.store = store
        self.clock = clock
        self.base = ""
        """The address of this server, for the pages of sessions."""
        self._tell = tell
        self._settles_after = settles_after
        self.request: dict[str, Any] = {"id": None, "idempotency_key": None}
        """The call that is worked on, which its events name."""

    @property
    def now(self) -> int:
        return int(self.clock.now().timestamp())

    def found(self, kind: str, key: str, param: str, status: int = 404) -> Record:
        """A record, as things are now.

        Raises Refusal.
        """
        record = self.store.get(kind, key)
        if record is None:
            raise missing(kind, key, param, status)
        return record

    def open_session(self, asked: dict[str, Any]) -> Record:
        """Open a Checkout Session for parameters that were read.

        Raises Refusal.
        """
        asked["expires_at"] = _expiry(asked, self.now)
        lines = [objects.line_item(line, now=self.now) for line in asked.get("line_items", [])]
        currency = _currency(asked, lines)
        total = sum(line["amount_total"] for line in lines)
        _check_session(asked, total, currency)
        key = objects.new_key("cs_test_a1", 56)
        url, methods = f"{self.base}/pay/{key}", _methods(asked)
        shown = objects.session(key, asked, total=total, currency=currency, now=self.now, methods=methods, url=url)
        descriptions = [line["price_data"]["product_data"].get("description") for line in asked["line_items"]]
        return self.store.add(
            "checkout.session", key, shown, lines=lines, descriptions=descriptions, payment=asked.get("payment_intent_data", {})
        )

    def pay(self, session: Record, way: Way, email: str = "") -> None:
        """Pay an open session in one of the ways that the page offers.

        Raises Refusal for a card that is declined; the session stays open then.
        """
        _must_be_open(session, "paid")
        if METHOD_OF[way] not in session.shown["payment_method_types"]:
            raise Refusal(f"The payment method type {METHOD_OF[way]} is not allowed for this session.")
        email = session.shown["customer_email"] or email
        intent = self._intent(session)
        card = METHOD_OF[way] == "card"
        method = objects.card(DECLINED if way == "declined" else SUCCEEDS, intent.shown["amount"]) if card else objects.debit()
        shown = objects.charge(intent.shown, email=email, name=NAME, method=method, now=self.now)
        charge = self.store.add("charge", shown["id"], shown)
        self._change(intent, latest_charge=charge.key, payment_method=shown["payment_method"])
        if way == "declined":
            self._fail(intent, charge, "card_declined", "Your card was declined.")
            raise declined(charge.key)
        self._change(session, payment_intent=intent.key, customer_details=objects.payer(email, NAME), status="complete", url=None)
        if way == "card":
            self._succeed(intent, charge)
            self._change(session, payment_status="paid")
        else:
            self._change(intent, status="processing")
            session.hidden.update(settles_at=self.now + self._settles_after, succeeds=way == "later")
            self.say("charge.pending", charge)
        self.say("checkout.session.completed", session)

    def settle(self, session: Record, *, succeeds: bool) -> None:
        """End a payment that takes its time.

        Raises Refusal.
        """
        if "settles_at" not in session.hidden:
            raise Refusal("This session does not wait for its payment.")
        del session.hidden["settles_at"]
        intent = self.found("payment_intent", session.shown["payment_intent"], "intent")
        charge = self.found("charge", intent.shown["latest_charge"], "charge")
        if succeeds:
            self._succeed(intent, charge)
            self._change(session, payment_status="paid")
            self.say("checkout.session.async_payment_succeeded", session)
        else:
            self.store.changed(session)
            self._fail(intent, charge, "insufficient_funds", "The customer's account has insufficient funds to cover this payment.")
            self.say("checkout.session.async_payment_failed", session)

    def expire(self, session: Record) -> None:
        """Close an open session.

        Raises Refusal.
        """
        _must_be_open(session, "expired")
        self._change(session, status="expired", url=None)
        self.say("checkout.session.expired", session)

    def refund(self, asked: dict[str, Any]) -> Record:
        """Give back all or a part of a payment.

        Raises Refusal.
        """
        charge = self._to_refund(asked)
        left = charge.shown["amount"] - charge.shown["amount_refunded"]
        amount = asked.get("amount", left)
        if not charge.shown["paid"]:
            raise Refusal(f"Charge {charge.key} is not paid and cannot be refunded.", code="charge_not_refundable")
        if not left:
            raise Refusal(f"Charge {charge.key} has already been refunded.", code="charge_already_refunded")
        if amount > left:
            said = "Refund amount ({}) is greater than unrefunded amount on charge ({})"
            currency = charge.shown["currency"]
            raise Refusal(said.format(_said(amount, currency), _said(left, currency)), param="amount")
        shown = objects.refund(charge.shown, amount, asked, now=self.now)
        refund = self.store.add("refund", shown["id"], shown)
        before = {name: charge.shown[name] for name in ("amount_refunded", "refunded")}
        refunded = before["amount_refunded"] + amount
        self._change(charge, amount_refunded=refunded, refunded=refunded == charge.shown["amount"])
        self.say("refund.created", refund)
        self.say("charge.refunded", charge, before)
        return refund

    def _to_refund(self, asked: dict[str, Any]) -> Record:
        if ("charge" in asked) == ("payment_intent" in asked):
            raise Refusal("One of charge or payment_intent is required, and only one of them.", code="parameter_missing", param="charge")
        if "charge" in asked:
            return self.found("charge", asked["charge"], "charge", 400)
        intent = self.found("payment_intent", asked["payment_intent"], "payment_intent", 400)
        if not intent.shown["latest_charge"]:
            raise Refusal(f"This PaymentIntent ({intent.key}) does not have a successful charge to refund.", param="payment_intent")
        return self.found("charge", intent.shown["latest_charge"], "charge")

    def do_what_is_due(self) -> None:
        """Expire the sessions whose time is over, and end the payments that took theirs."""
        for session in self.store.all("checkout.session"):
            if session.shown["status"] == "open" and session.shown["expires_at"] <= self.now:
                self.expire(session)
            elif session.hidden.get("settles_at", self.now + 1) <= self.now:
                self.settle(session, succeeds=session.hidden["succeeds"])

    def say(self, type: str, about: Record, before: dict[str, Any] | None = None) -> None:
        """Write an event down, and have it delivered."""
        shown = objects.event(type, dict(about.shown), now=self.now, request=dict(self.request), before=before)
        self._tell(self.store.add("event", shown["id"], shown, about=about.key))

    def _intent(self, session: Record) -> Record:
        """The payment of a session, made at the first try to pay."""
        if known := session.hidden.get("intent"):
            return self.found("payment_intent", known, "intent")
        shown = objects.payment_intent(session.shown, session.hidden["payment"], now=self.now)
        intent = self.store.add("payment_intent", shown["id"], shown)
        session.hidden["intent"] = intent.key
        self.store.changed(session)
        self.say("payment_intent.created", intent)
        return intent

    def _succeed(self, intent: Record, charge: Record) -> None:
        outcome = {
            "advice_code": None,
            "network_advice_code": None,
            "network_decline_code": None,
            "network_status": "approved_by_network",
            "reason": None,
            "risk_level": "normal",
            "risk_score": 1,
            "seller_message": "Payment complete.",
            "type": "authorized",
        }
        amount = charge.shown["amount"]
        taken = {"amount_captured": amount, "captured": True, "balance_transaction": objects.new_key("txn_3")}
        self._change(charge, status="succeeded", paid=True, outcome=outcome, **taken)
        self._change(intent, status="succeeded", amount_received=amount)
        self.say("charge.succeeded", charge)
        self.say("payment_intent.succeeded", intent)

    def _fail(self, intent: Record, charge: Record, code: str, message: str) -> None:
        error = {
            "charge": charge.key,
            "code": code,
            "message": message,
            "type": "card_error" if code == "card_declined" else "invalid_request_error",
        }
        self._change(charge, status="failed", failure_code=code, failure_message=message)
        self._change(intent, status="requires_payment_method", payment_method=None, last_payment_error=error)
        self.say("charge.failed", charge)
        self.say("payment_intent.payment_failed", intent)

    def _change(self, record: Record, **values: Any) -> None:
        record.shown.update(values)
        self.store.changed(record)


def _methods(asked: dict[str, Any]) -> list[str]:
    """The ways to pay that a session offers: those there are, but for what the caller wants not."""
    excluded = asked.get("excluded_payment_method_types", [])
    allowed, there = asked.get("allowed_payment_method_types"), dict.fromkeys(METHOD_OF.values())
    offered = [one for one in there if (allowed is None or one in allowed) and one not in excluded]
    if not offered:
        raise Refusal("No valid payment method types for this Checkout Session.", param="allowed_payment_method_types")
    return offered


def _expiry(asked: dict[str, Any], now: int) -> int:
    expiry = int(asked.get("expires_at", now + LONGEST))
    if expiry < now + SHORTEST:
        raise Refusal("The `expires_at` timestamp must be at least 30 minutes from Checkout Session creation.", param="expires_at")
    if expiry > now + LONGEST:
        raise Refusal("The `expires_at` timestamp must be less than 24 hours from Checkout Session creation.", param="expires_at")
    return expiry


def _currency(asked: dict[str, Any], lines: list[dict[str, Any]]) -> str:
    currencies = {line["currency"] for line in lines} | ({asked["currency"]} if "currency" in asked else set())
    if len(currencies) > 1:
        raise Refusal(
            "The Checkout Session's currency must be the same across all line items; found " + ", ".join(sorted(currencies)) + ".",
            param="line_items",
        )
    return str(*currencies) if currencies else ""


def _check_session(asked: dict[str, Any], total: int, currency: str) -> None:
    for name in ("line_items", "success_url"):
        if not asked.get(name):
            raise Refusal(f"Missing required param: {name}.", code="parameter_missing", param=name)
    if total < LEAST:
        said = f"The Checkout Session's total amount must convert to at least 50 cents; yours is {_said(total, currency)}."
        raise Refusal(said, code="amount_too_small", param="line_items")
    if total > MOST:
        raise Refusal(f"The total amount must be no more than {_said(MOST, currency)}", code="amount_too_large", param="line_items")


def _must_be_open(session: Record, verb: str) -> None:
    if session.shown["status"] != "open":
        raise Refusal(
            f'Only Checkout Sessions with a status in ["open"] can be {verb}. This Checkout Session has a status of '
            f"`{session.shown['status']}`.",
            param="session",
        )


def _said(amount: int, currency: str) -> str:
    return f"{amount} {currency}" if currency in WITHOUT_CENTS else f"{amount // 100}.{amount % 100:02} {currency}"
