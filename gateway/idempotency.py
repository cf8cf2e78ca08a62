"""The header Idempotency-Key: a POST is carried out once, and answered again for a day (Q-10)."""

import hashlib
import logging
from collections.abc import Iterator
from contextlib import contextmanager

from aiohttp import web

from domain.idempotency.claims import Claim, Kept
from domain.idempotency.errors import KeyNotValid, StillRunning
from domain.idempotency.sealing import Sealer, check
from domain.kernel.actor import Actor
from domain.kernel.database import Database
from domain.kernel.errors import BadInput, DomainError
from gateway.bodies import BODY_HASH, IDEMPOTENCY_KEY

log = logging.getLogger("centil.idempotency")
REPLAYED = "Idempotent-Replayed"
KEPT_HEADERS = ("Content-Type", "Content-Disposition", "Location")
"""What belongs to an answer; the rest is about the request at hand."""


class SeveralFields(BadInput):
    code = "IDEMPOTENCY_ONE_FIELD"
    text = "With an Idempotency-Key a mutation has exactly one field: send the others in requests of their own."


class Idempotency:
    """What a server remembers of requests with the header; the rest is in the database, for all servers."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._running: set[str] = set()

    def claim(self, request: web.Request, actor: Actor) -> Claim | None:
        """The wish of a request whose body was read; None without the header.

        Raises KeyNotValid.
        """
        if IDEMPOTENCY_KEY not in request.headers:
            return None
        given = request.headers.getall(IDEMPOTENCY_KEY)
        if len(given) > 1:
            raise KeyNotValid
        key = check(given[0], public=actor.account is None)
        sealer = Sealer(self._database.environment.signer, actor.account, request.method, request.path, key)
        body = request.get(BODY_HASH, b"") + hashlib.sha256(request.query_string.encode()).digest()
        return Claim(actor, sealer, sealer.fingerprint(body))

    @contextmanager
    def running(self, claim: Claim) -> Iterator[None]:
        """Let nobody else carry it out in this process meanwhile.

        Raises StillRunning.
        """
        if claim.name in self._running:
            raise StillRunning
        self._running.add(claim.name)
        try:
            yield
        finally:
            self._running.discard(claim.name)

    async def settled(self, claim: Claim, response: web.Response, *, whole: bool) -> web.Response:
        """The answer to a claimed request: that of before, or this one, which is stored if something was done and it is `whole`."""
        kept = claim.answer
        if kept is None and whole and claim.recorded_at is not None:
            kept = await self._stored(claim, response)
        if kept is not None:
            about_now = {name: value for name, value in response.headers.items() if name.startswith("RateLimit-")}
            response = web.Response(body=kept.body, status=kept.status, headers={**about_now, **kept.headers})
        response.headers.update(claim_headers(claim))
        return response

    async def _stored(self, claim: Claim, response: web.Response) -> Kept | None:
        """Store an answer; when that fails, it is written anew for the next who asks."""
        body = response.body
        assert isinstance(body, bytes)
        headers = {name: response.headers[name] for name in KEPT_HEADERS if name in response.headers}
        try:
            return await claim.store(self._database, Kept(response.status, headers, body))
        except DomainError as error:
            log.warning("answer not stored", extra={"code": error.code})
            return None


def claim_headers(claim: Claim) -> dict[str, str]:
    """What tells a caller that nothing was done this time."""
    return {REPLAYED: "true"} if claim.again else {}
