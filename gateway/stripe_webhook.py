"""POST /webhooks/stripe: what Stripe tells about payments, verified, and taken in before it is acknowledged (Q-22)."""

import asyncio
import hmac
import logging
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from aiohttp import web

from domain.kernel.actor import Actor
from domain.kernel.database import DEADLINE
from domain.kernel.errors import DomainError, Unavailable
from domain.orders import payments
from domain.orders.payments import Notice, NoticeKind, Taken
from gateway import bodies
from gateway.front import REQUEST_ID, Front
from gateway.middleware import plain

log = logging.getLogger("centil.stripe")
TOLERANCE = 300
"""Seconds that a signature is good for, before and after the time it names."""
_ORDER = re.compile(r"ord_[0-9a-z]{1,40}")
_ACCOUNT = re.compile(r"[0-9]{1,18}")
_SESSIONS = {
    "checkout.session.completed": None,
    "checkout.session.async_payment_succeeded": NoticeKind.PAID,
    "checkout.session.async_payment_failed": NoticeKind.FAILED,
    "checkout.session.expired": NoticeKind.EXPIRED,
}
"""What the messages about checkouts mean; a completed one may be paid or still on its way."""


class NotFromStripe(Exception):
    """A request that Stripe did not sign, or signed too long ago."""


class StripeWebhook:
    """Takes in messages of Stripe, each in one transaction; 2xx means that it is committed."""

    def __init__(self, front: Front) -> None:
        self.front = front

    def mount(self, app: web.Application) -> None:
        app.router.add_post("/webhooks/stripe", self.handle)

    async def handle(self, request: web.Request) -> web.Response:
        """Answer Stripe: 2xx when there is nothing left to do, 4xx for others than Stripe, 5xx to be told again."""
        secret = self.front.settings.stripe_webhook_secret
        if not secret:
            log.error("Stripe calls, but CENTIL_STRIPE_WEBHOOK_SECRET is not set", extra={"code": "NO_WEBHOOK_SECRET"})
            return plain(request, 503, "This installation knows no webhook of Stripe.")
        try:
            body = await bodies.read(request)
            verify(body, request.headers.get("Stripe-Signature", ""), secret, self.front.database.clock.now())
            with self.front.in_flight.one(None):
                await self._take_in(bodies.json(body), request)
        except bodies.BodyRefused as refused:
            return plain(request, refused.status, refused.message)
        except NotFromStripe as refused:
            return await self._stranger(request, str(refused))
        except (Unavailable, TimeoutError):
            return plain(request, 503, "The service is busy. Tell it again in a moment.")
        return web.json_response({"received": True})

    async def _stranger(self, request: web.Request, message: str) -> web.Response:
        """Refuse whoever is not Stripe, and count it like any public request."""
        try:
            await self.front.caller(None, self.front.address(request))
        except DomainError as error:
            return plain(request, 429, error.message)
        return plain(request, 400, message)

    async def _take_in(self, event: Any, request: web.Request) -> None:
        notice = notice_of(event)
        if notice is None:
            return
        actor = Actor.system(notice.account_id)
        async with asyncio.timeout(DEADLINE), self.front.database.work(actor, request_id=request[REQUEST_ID]) as uow:
            taken = await payments.take_in(uow, notice)
        if taken is Taken.UNKNOWN_ORDER:
            log.warning("Stripe tells of an order that is not ours", extra={"code": "UNKNOWN_ORDER", "kind": notice.kind.value})


def verify(body: bytes, header: str, secret: str, now: datetime) -> None:
    """Make sure that Stripe signed just these bytes a short while ago; while secrets change it signs with both.

    Raises NotFromStripe.
    """
    parts = [part.partition("=")[::2] for part in header.split(",")]
    times = [value for name, value in parts if name.strip() == "t" and value.isascii() and value.isdigit() and len(value) < 15]
    if len(times) != 1:
        raise NotFromStripe("The header Stripe-Signature is missing or cannot be read.")
    expected = hmac.digest(secret.encode(), times[0].encode() + b"." + body, "sha256").hex()
    given = [value for name, value in parts if name.strip() == "v1"]
    if not any([hmac.compare_digest(expected.encode(), value.strip().encode()) for value in given]):  # noqa: C419  looks at each
        raise NotFromStripe("The signature does not fit the body.")
    if abs(int(times[0]) - now.timestamp()) > TOLERANCE:
        raise NotFromStripe("The signature is too old, or the clocks differ.")


def notice_of(event: Any) -> Notice | None:
    """What a message says about an order of ours; None for all else that Stripe may tell."""
    try:
        about, kind = event["data"]["object"], str(event["type"])
        if kind in _SESSIONS:
            return _of_session(event, about, _SESSIONS[kind] or _completed(about))
        return _of_charge(event, about) if kind == "charge.refunded" else None
    except (AttributeError, KeyError, TypeError, ValueError, OverflowError):
        log.warning("a message of Stripe that cannot be read", extra={"code": "UNREADABLE"})
        return None


def _completed(session: Mapping[str, Any]) -> NoticeKind:
    return NoticeKind.PROCESSING if session["payment_status"] == "unpaid" else NoticeKind.PAID


def _of_session(event: Mapping[str, Any], session: Mapping[str, Any], kind: NoticeKind) -> Notice | None:
    cents = int(session["amount_total"] or 0)
    return _notice(event, session, kind, cents, cents, session=str(session["id"]), payment=_id(session.get("payment_intent")))


def _of_charge(event: Mapping[str, Any], charge: Mapping[str, Any]) -> Notice | None:
    refunded, charged = int(charge["amount_refunded"]), int(charge["amount"])
    return _notice(event, charge, NoticeKind.REFUNDED, refunded, charged, payment=_id(charge.get("payment_intent")))


def _notice(
    event: Mapping[str, Any],
    about: Mapping[str, Any],
    kind: NoticeKind,
    cents: int,
    charged: int,
    *,
    session: str | None = None,
    payment: str | None = None,
) -> Notice | None:
    """A message about an order of ours, by what we gave along when its checkout was opened."""
    given = about.get("metadata") or {}
    order, account = str(given.get("order", "")), str(given.get("account", ""))
    if not _ORDER.fullmatch(order) or not _ACCOUNT.fullmatch(account):
        return None
    return Notice(
        key=str(event["id"]),
        kind=kind,
        account_id=int(account),
        order=order,
        cents=cents,
        charged=charged,
        currency=str(about["currency"]).upper(),
        told_at=datetime.fromtimestamp(int(event["created"]), UTC),
        session=session,
        payment=payment,
    )


def _id(reference: Any) -> str | None:
    """The id of something that is given as itself or by its id."""
    return str(reference["id"]) if isinstance(reference, Mapping) else reference
