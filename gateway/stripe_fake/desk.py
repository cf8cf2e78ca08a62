"""The desk: every session on one page, with buttons for what can happen to it afterwards."""

from typing import Any

from aiohttp import web

from domain.kernel.language import Language
from gateway.stripe_fake import look
from gateway.stripe_fake.bank import Bank
from gateway.stripe_fake.store import Record

MOST = 50


class Desk:
    """Shows what happened; the actions lie beside it."""

    def __init__(self, bank: Bank) -> None:
        self._bank = bank

    async def answer(self, request: web.Request) -> web.Response:
        self._bank.do_what_is_due()
        await self._bank.store.keep()
        return self.page(request)

    def page(self, request: web.Request, refused: str | None = None) -> web.Response:
        """The page, with why the last action was not done."""
        facts = {
            "t": look.words(Language.EN),
            "language": "en",
            "path": request.path,
            "sessions": [self._row(session) for session in self._bank.store.all("checkout.session")[:MOST]],
            "deliveries": [_delivered(delivery) for delivery in self._bank.store.all("delivery")[:MOST]],
            "refused": refused,
        }
        return look.page("desk.html", facts, status=400 if refused else 200)

    def _row(self, session: Record) -> dict[str, Any]:
        shown = session.shown
        intent = self._bank.store.get("payment_intent", shown["payment_intent"] or "")
        charge = self._bank.store.get("charge", intent.shown["latest_charge"]) if intent else None
        currency = shown["currency"]
        left = charge.shown["amount"] - charge.shown["amount_refunded"] if charge and charge.shown["paid"] else 0
        return {
            "key": session.key,
            "short": f"{session.key[:12]}…{session.key[-6:]}",
            "created": shown["created"],
            "status": _state(session, charge),
            "open": shown["status"] == "open",
            "waits": "settles_at" in session.hidden,
            "about": ", ".join(line["description"] for line in session.hidden["lines"]),
            "email": (shown["customer_details"] or {}).get("email"),
            "reference": shown["client_reference_id"],
            "amount": look.money(shown["amount_total"], currency, Language.EN),
            "left": look.money(left, currency, Language.EN) if left else None,
            "currency": currency.upper(),
            "told": shown["status"] != "open",
        }


def _state(session: Record, charge: Record | None) -> str:
    if session.shown["status"] != "complete":
        return str(session.shown["status"])
    if charge and charge.shown["amount_refunded"]:
        return "refunded" if charge.shown["refunded"] else "partly refunded"
    if session.shown["payment_status"] == "paid":
        return "paid"
    return "payment pending" if "settles_at" in session.hidden else "payment failed"


def _delivered(delivery: Record) -> dict[str, Any]:
    tries = delivery.shown["attempts"]
    last = tries[-1] if tries else None
    return {
        "event": delivery.shown["event"],
        "type": delivery.shown["type"],
        "made": delivery.shown["made"],
        "status": delivery.shown["status"],
        "tries": len(tries),
        "last": (last["status"] or last["said"]) if last else None,
    }
