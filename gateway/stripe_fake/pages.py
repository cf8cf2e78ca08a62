"""The page on which people pay, which at Stripe is Checkout."""

import asyncio
import contextlib
from typing import Any

from aiohttp import web

from domain.kernel.language import Language
from gateway.stripe_fake import look, readers
from gateway.stripe_fake.bank import METHOD_OF, Bank, Way
from gateway.stripe_fake.refusals import Refusal
from gateway.stripe_fake.sending import Sender
from gateway.stripe_fake.store import Record

ANSWER_SECONDS = 10
"""Stripe, too, waits so long for the receiver before it leads people back."""
TEMPLATE = "{CHECKOUT_SESSION_ID}"


class Pages:
    """Shows a session and pays it."""

    def __init__(self, bank: Bank, sender: Sender) -> None:
        self._bank = bank
        self._sender = sender

    def mount(self, app: web.Application) -> None:
        app.router.add_get("/pages/static/{name}", look.assets().answer)
        app.router.add_get("/pay/{session}", self._show)
        app.router.add_post("/pay/{session}", self._pay)

    async def _show(self, request: web.Request) -> web.Response:
        self._bank.do_what_is_due()
        await self._bank.store.keep()
        session = self._bank.store.get("checkout.session", request.match_info["session"])
        if session is None or session.shown["status"] != "open":
            return _notice(request, session)
        return _form(request, session, "was_declined" if "declined" in request.query else None)

    async def _pay(self, request: web.Request) -> web.Response:
        """Pay, wait until the shop has heard of it, and lead people back to it; a second click finds it paid."""
        session = self._bank.store.get("checkout.session", request.match_info["session"])
        asked = await request.post()
        way = _way(asked.get("way"))
        if session is None or way is None or session.shown["status"] == "expired":
            return _notice(request, session)
        if session.shown["status"] == "open":
            try:
                email = session.shown["customer_email"] or readers.email(str(asked.get("email", "")), "email")
            except Refusal:
                return _form(request, session, "wrong_email", status=400)
            try:
                await self._take(session, way, email)
            except Refusal:
                await self._bank.store.keep()
                raise web.HTTPSeeOther(f"{request.path}?declined=1&lang={_language(request, session).value}") from None
        raise web.HTTPSeeOther(_back(session))

    async def _take(self, session: Record, way: Way, email: str) -> None:
        heard = self._sender.expect(session.key)
        self._bank.pay(session, way, email)
        await self._bank.store.keep()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(heard.wait(), ANSWER_SECONDS)


def _way(value: Any) -> Way | None:
    return next((way for way in METHOD_OF if way == value), None)


def _back(session: Record) -> str:
    return str(session.shown["success_url"]).replace(TEMPLATE, session.key)


def _language(request: web.Request, session: Record | None) -> Language:
    return look.language_for(request, session.shown["locale"] if session else None)


def _facts(request: web.Request, session: Record | None) -> dict[str, Any]:
    language = _language(request, session)
    return {"t": look.words(language), "language": language.value, "path": request.path}


def _form(request: web.Request, session: Record, wrong: str | None, *, status: int = 200) -> web.Response:
    shown, language = session.shown, _language(request, session)
    lines = [
        {
            "name": line["description"],
            "description": description,
            "quantity": line["quantity"],
            "price": look.money(line["price"]["unit_amount"], line["currency"], language),
            "total": look.money(line["amount_total"], line["currency"], language),
        }
        for line, description in zip(session.hidden["lines"], session.hidden["descriptions"], strict=True)
    ]
    facts = {
        **_facts(request, session),
        "session": shown,
        "lines": lines,
        "amount": look.money(shown["amount_total"], shown["currency"], language),
        "ways": [way for way, method in METHOD_OF.items() if method in shown["payment_method_types"]],
        "cancel": (shown["cancel_url"] or "").replace(TEMPLATE, session.key),
        "wrong": wrong,
    }
    return look.page("pay.html", facts, status=status, leads_to=(shown["success_url"], shown["cancel_url"]))


def _notice(request: web.Request, session: Record | None) -> web.Response:
    """What is shown of a session that cannot be paid, and of none."""
    if session is None:
        return look.page("notice.html", {**_facts(request, None), "section": "not_found", "on": None}, status=404)
    shown = session.shown
    expired = shown["status"] == "expired"
    section = "expired" if expired else "complete" if shown["payment_status"] == "paid" else "unpaid"
    return look.page(
        "notice.html", {**_facts(request, session), "section": section, "on": shown["cancel_url"] if expired else _back(session)}
    )
