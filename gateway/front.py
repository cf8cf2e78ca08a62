"""What every surface asks first: who calls, from where, whether they still may, and whether there is room."""

import ipaddress
import secrets
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import lru_cache

from aiohttp import web

from domain.kernel.actor import Actor
from domain.kernel.database import Database
from domain.kernel.errors import Unauthenticated
from domain.kernel.ports import Payments
from gateway.authentication import Authenticator
from gateway.execution.run import Executor
from gateway.idempotency import Idempotency
from gateway.limits import UNCOUNTED, Allowed, InFlight, RateLimits
from gateway.manifests import manifest
from gateway.persisted import Persisted
from gateway.settings import Settings
from resolvers.context import Allowance, Api, Context

REQUEST_ID = web.RequestKey("request_id", str)
BEARER = "bearer "
CANDIDATES_AT_AN_ADDRESS = 20
"""How many candidates may fill in the questionnaire at once from one office."""


class UnknownCredential(Unauthenticated):
    """A credential that stands for nobody, or not any more; some APIs tell it from none at all (R-QST-3)."""


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls, what is left of their limit, and from where."""

    actor: Actor
    allowed: Allowed
    address: str

    @property
    def who(self) -> str:
        """The credential, or the address of those who have none."""
        return self.actor.name if self.actor.credential else self.address


class Front:
    """The desk at which every request checks in."""

    def __init__(self, settings: Settings, database: Database, executor: Executor, apis: Sequence[Api], payments: Payments) -> None:
        self.settings = settings
        self.payments = payments
        self.database = database
        self.executor = executor
        self.apis = apis
        self.authenticator = Authenticator(database)
        self.rates = RateLimits(settings.rate_limit_url, settings.public_rate_limit)
        self.in_flight = InFlight(settings.requests_in_flight, settings.requests_in_flight_per_account)
        self.idempotency = Idempotency(database)
        trusted = manifest(settings.trusted_documents) if settings.trusted_documents else None
        self.persisted = Persisted(trusted, only_trusted=settings.only_trusted_documents)
        self._proxies = tuple(ipaddress.ip_network(proxy) for proxy in settings.trusted_proxies)

    async def caller(self, credential: str | None, address: str, *, counted: bool = True) -> Caller:
        """Find who calls and count the request, unless told not to; without a credential it is anybody from that address.

        Raises UnknownCredential, AccountInactive, RateLimitExceeded.
        """
        if not counted:
            return Caller(await self.again(credential), UNCOUNTED, address)
        if not credential:
            actor = Actor.anonymous()
            return Caller(actor, await self.rates.take(actor, address), address)
        try:
            found = await self._known(credential)
        except Unauthenticated:
            await self.rates.take(Actor.anonymous(), address)  # guessing is limited like any public request
            raise
        return Caller(found, await self.rates.take(found, address), address)

    async def again(self, credential: str | None) -> Actor:
        """Ask anew who a credential of an open stream stands for; such a question is not counted.

        Raises UnknownCredential when it is not valid any more.
        """
        return await self._known(credential) if credential else Actor.anonymous()

    async def _known(self, credential: str) -> Actor:
        """Who a credential stands for.

        Raises UnknownCredential when for nobody, AccountInactive.
        """
        found = await self.authenticator.actor_of(credential)
        if found is None:
            raise UnknownCredential
        return found

    async def candidate(self, actor: Actor, address: str) -> Caller:
        """Count a request by a candidate's link, for the link and for the address.

        Raises RateLimitExceeded.
        """
        await self.rates.take_for("pages", address, self.settings.public_rate_limit * CANDIDATES_AT_AN_ADDRESS)
        return Caller(actor, await self.rates.take(actor, address), address)

    def context(self, caller: Caller, request_id: str) -> Context:
        """The context of one request."""
        allowance = Allowance(caller.allowed.limit, caller.allowed.left)
        return Context(caller.actor, self.database, request_id=request_id, apis=self.apis, allowance=allowance, payments=self.payments)

    def working(self, caller: Caller) -> AbstractContextManager[None]:
        """Take a place among the requests in flight.

        Raises Unavailable when there is none.
        """
        return self.in_flight.one(caller.actor.account)

    def address(self, request: web.Request) -> str:
        """Where a request comes from: the peer, or what trusted proxies say of it; IPv6 by its /64."""
        if not self._proxies:
            return _shown(request.remote or "")
        told = ",".join(request.headers.getall("X-Forwarded-For", ()))  # proxies add to the line, or a line
        found = None
        for hop in (request.remote or "", *(reversed(told.split(",")) if told else ())):
            found = _parsed(hop)
            if found is None or not any(found in network for network in self._proxies):
                break
        return _named(found)


@lru_cache(4096)
def _parsed(address: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        parsed = ipaddress.ip_address(address.strip())
    except ValueError:
        return None
    return getattr(parsed, "ipv4_mapped", None) or parsed


@lru_cache(4096)
def _shown(address: str) -> str:
    return _named(_parsed(address))


def _named(address: ipaddress.IPv4Address | ipaddress.IPv6Address | None) -> str:
    if address is None:
        return "unknown"
    return str(ipaddress.ip_network((address, 64), strict=False)) if address.version == 6 else str(address)


def bearer(request: web.Request) -> str | None:
    """The credential of the Authorization header; a scheme other than Bearer is no credential that we know."""
    header = request.headers.get("Authorization", "").strip()
    if not header:
        return None
    return header[len(BEARER) :].strip() if header.lower().startswith(BEARER) else header


def new_request_id() -> str:
    return secrets.token_hex(8)
