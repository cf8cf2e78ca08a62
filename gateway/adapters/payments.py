"""Payments go to Stripe, or nowhere where no key is set."""

import asyncio
import logging
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from aiohttp import ClientError, ClientTimeout

from domain.kernel.ports import Checkout, CheckoutRefused, CheckoutUnanswered, NoPayments, OpenedCheckout
from gateway.paying import PaymentSettings

if TYPE_CHECKING:
    import stripe

log = logging.getLogger("centil.payments")
PATIENCE = 7.0
"""Seconds a checkout may take in all, so that there is time left in a request for what comes after it."""
TRY = ClientTimeout(total=3.2, connect=2.0)
"""How long one try may take; a second one fits in."""
COME_AGAIN = (HTTPStatus.CONFLICT, HTTPStatus.TOO_MANY_REQUESTS)
"""Somebody is asking the very same right now, or too much was asked."""


class Stripe:
    """Opens checkouts at Stripe; its library is imported when it is first needed, for that takes half a second."""

    ready = True

    def __init__(self, settings: PaymentSettings) -> None:
        self._key = settings.stripe_key
        self._url = settings.stripe_url
        self._client: stripe.StripeClient | None = None
        self._http: Any = None
        self._opening = asyncio.Lock()

    async def open(self, checkout: Checkout) -> OpenedCheckout:
        """Open a checkout, or give again the one that was opened for the same.

        Raises CheckoutUnanswered, CheckoutRefused.
        """
        try:
            async with asyncio.timeout(PATIENCE):
                client = await self._opened()
                session = await client.v1.checkout.sessions.create_async(parameters(checkout), {"idempotency_key": checkout.once})
        except Exception as error:
            raise _failure(error, checkout) from error
        if not session.url:
            raise CheckoutRefused
        return OpenedCheckout(session.id, session.url)

    async def close(self) -> None:
        """Close the connections to Stripe."""
        if self._http is not None:
            await self._http.close_async()
            self._http = self._client = None

    async def _opened(self) -> "stripe.StripeClient":
        async with self._opening:
            if self._client is None:
                self._client = await asyncio.to_thread(self._import)
            return self._client

    def _import(self) -> "stripe.StripeClient":
        import stripe

        stripe.enable_telemetry = False
        self._http = stripe.AIOHTTPClient(timeout=TRY)
        return stripe.StripeClient(self._key, http_client=self._http, base_addresses={"api": self._url}, max_network_retries=1)


def parameters(checkout: Checkout) -> Any:
    """What Stripe is asked for: one line, at the price with tax; the order's key comes back with everything that is told of it."""
    about = {"order": checkout.order, "account": str(checkout.account_id)}
    price = {"currency": checkout.currency.lower(), "unit_amount": checkout.cents, "product_data": {"name": checkout.name}}
    return {
        "mode": "payment",
        "line_items": [{"price_data": price, "quantity": 1}],
        "adaptive_pricing": {"enabled": False},
        "client_reference_id": checkout.order,
        "customer_email": checkout.email,
        "locale": checkout.language,
        "success_url": checkout.paid_url,
        "cancel_url": checkout.canceled_url,
        "expires_at": int(checkout.expires_at.timestamp()),
        "metadata": about,
        "payment_intent_data": {"metadata": about},
    }


def _failure(error: Exception, checkout: Checkout) -> Exception:
    """Whether Stripe said no, or nobody knows; anything that is not Stripe's doing is given back as it is.

    A failure inside Stripe counts as a no: Stripe gives the same answer to the same key from then on, and a checkout that was
    opened nevertheless is one that nobody has the address of.
    """
    import stripe

    told = {"code": getattr(error, "code", None) or type(error).__name__, "account": checkout.account_id}
    status = getattr(error, "http_status", None)
    if isinstance(error, (stripe.APIConnectionError, ClientError, TimeoutError)) or status in COME_AGAIN:
        log.warning("Stripe does not answer", extra=told)
        return CheckoutUnanswered()
    if isinstance(error, stripe.StripeError):
        log.error("Stripe opens no checkout", extra={**told, "status": status})
        return CheckoutRefused()
    return error


def payments(settings: PaymentSettings) -> "Stripe | NoPayments":
    """What takes money in this installation."""
    return Stripe(settings) if settings.stripe_key else NoPayments()
