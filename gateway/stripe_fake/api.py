"""The API over HTTP: keys, forms, errors, idempotency, and failures on demand."""

import asyncio
import json
import logging
from typing import Any

from aiohttp import web

from gateway.stripe_fake import faults, objects
from gateway.stripe_fake.bank import Bank
from gateway.stripe_fake.calls import PATHS, Call
from gateway.stripe_fake.faults import Faults
from gateway.stripe_fake.forms import tree
from gateway.stripe_fake.refusals import Refusal
from gateway.stripe_fake.repeats import Repeats

log = logging.getLogger("centil.stripe_fake")
KEY_PREFIX = "sk_test_"


class Api:
    """Answers calls of stripe's libraries."""

    def __init__(self, bank: Bank, ordered: Faults) -> None:
        self._bank = bank
        self._faults = ordered
        self._repeats = Repeats(bank.store)
        self._released = asyncio.Event()
        self.hangs = asyncio.Event()
        """Set when a call waits to be released."""

    def mount(self, app: web.Application) -> None:
        for path in PATHS:
            app.router.add_route(path.method, path.path, self._handler(path.call))
        app.router.add_route("*", "/v1/{rest:.*}", self._handler(_unknown))

    def release(self) -> None:
        """Let calls go on that hang."""
        self.hangs.clear()
        self._released.set()
        self._released = asyncio.Event()

    def _handler(self, call: Call) -> Any:
        async def handle(request: web.Request) -> web.StreamResponse:
            request_id = objects.new_key("req_", 14)
            try:
                return await self._answer(request, call, request_id)
            except Refusal as refusal:
                return _answered(request, refusal.status, refusal.body(request_id), request_id)
            except Exception:
                log.exception("a call of the test payments failed")
                return _answered(request, 500, faults.refusal(500).body(request_id), request_id)

        return handle

    async def _answer(self, request: web.Request, call: Call, request_id: str) -> web.StreamResponse:
        _check_key(request)
        fault = self._faults.of_call(request.method, request.path)
        if fault == "reset":
            return _cut(request)
        if fault and fault.isdecimal():
            return await self._fail(request, int(fault), request_id)
        if fault == "garbage":
            return web.Response(text="<html><body>502 Bad Gateway</body></html>", status=502, content_type="text/html")
        form = await request.text() if request.method == "POST" else request.query_string
        answer = await self._once(request, call, form, request_id, hangs=fault == "hang")
        return _cut(request) if fault == "lost" else answer

    async def _fail(self, request: web.Request, status: int, request_id: str) -> web.Response:
        """Answer an ordered failure, as one that began nothing: a repeat with the same key is tried anew."""
        await request.read()
        return _answered(request, status, faults.refusal(status).body(request_id), request_id)

    async def _once(self, request: web.Request, call: Call, form: str, request_id: str, *, hangs: bool) -> web.Response:
        """Do what a call asks for, or answer as before when its key was used for it already."""
        key = request.headers.get("Idempotency-Key", "") if request.method == "POST" else ""
        if key and (known := self._repeats.begin(key, request.path, form, self._bank.now)):
            return _answered(
                request,
                known.shown["status"],
                known.shown["answer"],
                request_id,
                Idempotent_Replayed="true",
                Original_Request=known.shown["request"],
            )
        try:
            if hangs:
                self.hangs.set()
                await self._released.wait()
            status, answer = self._perform(request, call, form, key, request_id)
            await self._bank.store.keep()
            return _answered(request, status, answer, request_id)
        finally:
            self._repeats.end(key)

    def _perform(self, request: web.Request, call: Call, form: str, key: str, request_id: str) -> tuple[int, dict[str, Any]]:
        """Do it without waiting, and note the answer for a repeat.

        Raises Refusal for parameters that are wrong, which leaves the key free, as with Stripe.
        """
        self._bank.do_what_is_due()
        self._bank.request = {"id": request_id, "idempotency_key": key or None}
        try:
            status, answer = 200, call(self._bank, dict(request.match_info), tree(form))
        finally:
            self._bank.request = {"id": None, "idempotency_key": None}
        if key:
            kept = {"status": status, "answer": answer, "request": request_id}
            self._repeats.keep(key, request.path, form, self._bank.now, kept)
        return status, answer


def _unknown(_bank: Bank, path: dict[str, str], _form: Any) -> dict[str, Any]:
    raise Refusal(f"Unrecognized request URL (/v1/{path['rest']}), or this test server does not know it.", status=404)


def _check_key(request: web.Request) -> None:
    scheme, _, key = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not key.strip():
        raise Refusal(
            "You did not provide an API key. You need to provide your API key in the Authorization header, using Bearer auth "
            "(e.g. 'Authorization: Bearer YOUR_SECRET_KEY').",
            status=401,
        )
    if not key.strip().startswith(KEY_PREFIX) or len(key.strip()) == len(KEY_PREFIX):
        raise Refusal(f"Invalid API Key provided: {key.strip()[:8]}****; test payments take any key that begins with sk_test_.", status=401)


def _answered(request: web.Request, status: int, answer: dict[str, Any], request_id: str, **more: str) -> web.Response:
    headers = {"Request-Id": request_id, "Stripe-Version": objects.API_VERSION, "Cache-Control": "no-cache, no-store"}
    headers |= {name.replace("_", "-"): value for name, value in more.items()}
    if request.method == "POST" and (key := request.headers.get("Idempotency-Key")):
        headers |= {"Idempotency-Key": key, "Original-Request": more.get("Original_Request", request_id)}
    return web.Response(text=json.dumps(answer, indent=2), status=status, content_type="application/json", headers=headers)


def _cut(request: web.Request) -> web.Response:
    """End the connection without an answer."""
    if request.transport is not None:
        request.transport.abort()
    return web.Response(status=500)
