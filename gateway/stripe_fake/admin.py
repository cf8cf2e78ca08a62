"""Behind the scenes: every session with what can be done to it, and for tests the failures that are ordered."""

import asyncio
import contextlib
import json
from collections.abc import Awaitable, Callable
from decimal import Decimal, InvalidOperation
from typing import Any, TypeAlias

from aiohttp import web

from gateway.stripe_fake import objects
from gateway.stripe_fake.api import Api
from gateway.stripe_fake.bank import METHOD_OF, MOST, Bank
from gateway.stripe_fake.desk import Desk
from gateway.stripe_fake.faults import Faults
from gateway.stripe_fake.readers import WITHOUT_CENTS
from gateway.stripe_fake.refusals import Refusal
from gateway.stripe_fake.sending import Sender
from gateway.stripe_fake.store import Record

FORM = "application/x-www-form-urlencoded"
JSON = "application/json"
ORDERS = ("made", "reversed", "shuffled")
MOST_COPIES = 20
Action: TypeAlias = Callable[[dict[str, str], dict[str, Any]], dict[str, Any]]


class Admin:
    """Actions as JSON for programs, and as forms that lead back to the desk."""

    def __init__(self, bank: Bank, sender: Sender, faults: Faults, api: Api) -> None:
        self._bank = bank
        self._sender = sender
        self._faults = faults
        self._api = api
        self._desk = Desk(bank)

    def mount(self, app: web.Application) -> None:
        app.router.add_get("/", _to_desk)
        app.router.add_get("/_fake", _to_desk)
        app.router.add_get("/_fake/", self._desk.answer)
        app.router.add_get("/_fake/deliveries", self._deliveries)
        app.router.add_get("/_fake/idle", self._idle)
        for path, action in {
            "faults": self._order,
            "faults/clear": self._clear,
            "go-on": self._go_on,
            "hold": self._hold,
            "release": self._release,
            "events/{id}/resend": self._resend,
            "sessions/{id}/pay": self._pay,
            "sessions/{id}/settle": self._settle,
            "sessions/{id}/expire": self._expire,
            "sessions/{id}/refund": self._refund,
            "sessions/{id}/resend": self._resend_all,
        }.items():
            app.router.add_post(f"/_fake/{path}", self._handler(action))

    def _handler(self, action: Action) -> Callable[[web.Request], Awaitable[web.Response]]:
        async def handle(request: web.Request) -> web.Response:
            from_form = request.content_type == FORM
            try:
                done = action(dict(request.match_info), await _asked(request))
            except Refusal as refusal:
                if from_form:
                    return self._desk.page(request, refused=refusal.message)
                return _json(refusal.body(objects.new_key("req_", 14)), refusal.status)
            await self._bank.store.keep()
            if from_form:
                raise web.HTTPSeeOther("/_fake/")
            return _json(done)

        return handle

    async def _deliveries(self, _request: web.Request) -> web.Response:
        return _json({"data": [delivery.shown for delivery in self._bank.store.all("delivery")]})

    async def _idle(self, request: web.Request) -> web.Response:
        """Answer when nothing is on its way any more, or at the latest after some seconds."""
        seconds = request.query.get("seconds", "10")
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(min(int(seconds), 60) if seconds.isdecimal() else 10):
                await self._sender.idle.wait()
        return _json({"idle": self._sender.idle.is_set()})

    def _order(self, _path: dict[str, str], asked: dict[str, Any]) -> dict[str, Any]:
        self._faults.order(asked)
        return {"ordered": True}

    def _clear(self, _path: dict[str, str], _asked: dict[str, Any]) -> dict[str, Any]:
        self._faults.forget()
        return {"ordered": False}

    def _go_on(self, _path: dict[str, str], _asked: dict[str, Any]) -> dict[str, Any]:
        self._api.release()
        return {"hanging": False}

    def _hold(self, _path: dict[str, str], _asked: dict[str, Any]) -> dict[str, Any]:
        self._sender.held = True
        return {"held": True}

    def _release(self, _path: dict[str, str], asked: dict[str, Any]) -> dict[str, Any]:
        order, seed = asked.get("order", "made"), asked.get("seed")
        if order not in ORDERS:
            raise Refusal(f"order: one of {', '.join(ORDERS)}", param="order")
        return {"leave": self._sender.release(order, _copies(asked), seed if isinstance(seed, int) else None)}

    def _resend(self, path: dict[str, str], asked: dict[str, Any]) -> dict[str, Any]:
        event = self._bank.found("event", path["id"], "id")
        return {"deliveries": [delivery.key for delivery in self._sender.send(event, _copies(asked))]}

    def _resend_all(self, path: dict[str, str], asked: dict[str, Any]) -> dict[str, Any]:
        """Send the events of a session, its payment, charge and refunds once more."""
        session = self._session(path)
        keys = {session.key, session.hidden.get("intent")}
        for kind in ("charge", "refund"):
            keys |= {one.key for one in self._bank.store.all(kind) if one.shown["payment_intent"] in keys}
        events = [event for event in reversed(self._bank.store.all("event")) if event.hidden["about"] in keys]
        return {"deliveries": [delivery.key for event in events for delivery in self._sender.send(event, _copies(asked))]}

    def _pay(self, path: dict[str, str], asked: dict[str, Any]) -> dict[str, Any]:
        way = asked.get("way", "card")
        if way not in METHOD_OF:
            raise Refusal(f"way: one of {', '.join(METHOD_OF)}", param="way")
        session = self._session(path)
        self._bank.pay(session, way, str(asked.get("email", "payer@example.com")))
        return session.shown

    def _settle(self, path: dict[str, str], asked: dict[str, Any]) -> dict[str, Any]:
        session = self._session(path)
        self._bank.settle(session, succeeds=asked.get("succeeds", True) in (True, "true"))
        return session.shown

    def _expire(self, path: dict[str, str], _asked: dict[str, Any]) -> dict[str, Any]:
        session = self._session(path)
        self._bank.expire(session)
        return session.shown

    def _refund(self, path: dict[str, str], asked: dict[str, Any]) -> dict[str, Any]:
        session = self._session(path)
        if not session.shown["payment_intent"]:
            raise Refusal("This session was not paid.")
        amount = {"amount": _cents(asked, session.shown["currency"])} if asked.get("amount") or asked.get("sum") else {}
        return self._bank.refund({"payment_intent": session.shown["payment_intent"], **amount}).shown

    def _session(self, path: dict[str, str]) -> Record:
        self._bank.do_what_is_due()
        return self._bank.found("checkout.session", path["id"], "session")


async def _to_desk(_request: web.Request) -> web.Response:
    raise web.HTTPFound("/_fake/")


async def _asked(request: web.Request) -> dict[str, Any]:
    """What a form or a JSON object asks for; a page of another site could send neither unseen.

    Raises Refusal.
    """
    if request.content_type == FORM:
        return {name: str(value) for name, value in (await request.post()).items()}
    try:
        asked = json.loads(await request.text() or "{}") if request.content_type == JSON or not request.can_read_body else None
    except ValueError:
        asked = None
    if not isinstance(asked, dict):
        raise Refusal("A JSON object is expected, as application/json.")
    return asked


def _cents(asked: dict[str, Any], currency: str) -> int:
    """What a program gives in cents, or a person as a sum such as 12.50."""
    said, cents = str(asked.get("amount", "")), 1
    if "sum" in asked:
        said, cents = str(asked["sum"]).strip().replace(",", "."), 1 if currency in WITHOUT_CENTS else 100
    try:
        found = Decimal(said) * cents
        whole = int(found) if found.is_finite() and found == int(found) else 0
    except InvalidOperation:
        whole = 0
    if not 0 < whole <= MOST:
        raise Refusal("The amount is none: give 12.50, or leave it empty for all that is left.", param="amount")
    return whole


def _copies(asked: dict[str, Any]) -> int:
    copies = asked.get("copies", 1)
    if not str(copies).isdecimal() or not 1 <= int(copies) <= MOST_COPIES:
        raise Refusal(f"copies: from 1 to {MOST_COPIES}", param="copies")
    return int(copies)


def _json(body: Any, status: int = 200) -> web.Response:
    return web.json_response(body, status=status)
