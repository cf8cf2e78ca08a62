"""GraphQL over HTTP at /graphql: POST and GET, media types and statuses as the specification of the transport says (Q-14)."""

from functools import lru_cache
from typing import Any

import orjson
from aiohttp import web
from graphql import OperationType

from domain.idempotency.claims import Claim
from domain.idempotency.errors import Settled
from domain.kernel.errors import DomainError, Kind
from gateway.asked import Asked, read
from gateway.bodies import BodyRefused
from gateway.execution.documents import Prepared
from gateway.execution.run import Answer
from gateway.front import REQUEST_ID, Caller, Front, bearer
from gateway.idempotency import SeveralFields
from gateway.limits import RateLimitExceeded
from gateway.persisted import DocumentNotFound, DocumentNotTrusted
from gateway.sockets import Sockets
from gateway.subscriptions import Subscriptions, refusal
from gateway.watched import wanted

RESPONSE = "application/graphql-response+json"
PLAIN = "application/json"
STREAM = "text/event-stream"
STATUSES = {
    Kind.UNAUTHENTICATED: 401,
    Kind.FORBIDDEN: 403,
    Kind.TOO_MANY: 429,
    Kind.UNAVAILABLE: 503,
}
"""Statuses of failures that say something about the request as a whole; others are told in the body."""

REFUSED = {**STATUSES, Kind.CONFLICT: 409}
"""The same for requests that are refused as a whole, such as one whose Idempotency-Key is in use."""


class GraphQLEndpoint:
    """Answers /graphql."""

    def __init__(self, front: Front) -> None:
        self.front = front
        self.subscriptions = Subscriptions(front)
        self.sockets = Sockets(front, self.subscriptions)

    def end_streams(self) -> None:
        """End the streams and sockets that are open."""
        self.subscriptions.end()
        self.sockets.end()

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Answer a request: an operation, or the beginning of a stream."""
        media = accepted(request)
        try:
            if request.headers.get("Upgrade", "").lower() == "websocket":
                return await self.sockets.open(request)
            caller = await self.front.caller(bearer(request), self.front.address(request))
            with self.front.working(caller):
                asked = await read(request)
                answered = await self._answer(request, asked, caller, media)
            if isinstance(answered, web.StreamResponse):
                return answered
            # a stream takes no place among the requests in flight: it has a cap of its own
            return await self.subscriptions.stream(request, answered, asked.variables, caller)
        except DomainError as error:
            return self._failure(request, error, media)

    async def _answer(self, request: web.Request, asked: Asked, caller: Caller, media: str) -> web.StreamResponse | Prepared | Answer:
        context = self.front.context(caller, request[REQUEST_ID])
        executor = self.front.executor
        try:
            text = self.front.persisted.text_of(asked.query, asked.document_id, asked.sha256)
        except (DocumentNotFound, DocumentNotTrusted) as error:
            return respond(refusal(error, request[REQUEST_ID]), media, caller)
        prepared = executor.prepare(text, asked.operation_name, context)
        if isinstance(prepared, Answer):
            return respond(prepared, media, caller)
        self.front.persisted.register(text, asked.sha256)
        self._check_method(request, prepared, media)
        if prepared.kind is OperationType.SUBSCRIPTION:
            refused = executor.admit(prepared, asked.variables, context)
            return respond(refused, media, caller) if isinstance(refused, Answer) else prepared
        more = wanted(request, asked.extensions or {}, context)
        claim = self._claim(request, prepared, caller)
        if claim is None:
            answer = await executor.run(prepared, asked.variables, context, wanted=more)
            return answer if media == STREAM and answer.executed else respond(answer, media, caller)
        context.claim = claim
        with self.front.idempotency.running(claim):
            answer = await executor.run(prepared, asked.variables, context, wanted=more)
            if isinstance(answer.failure, Settled) and claim.answer is None:
                raise answer.failure
            response = respond(answer, PLAIN if media == STREAM else media, caller)
            return await self.front.idempotency.settled(claim, response, whole=not answer.errors)

    def _claim(self, request: web.Request, prepared: Prepared, caller: Caller) -> Claim | None:
        """The wish to have a mutation carried out once; a query changes nothing, so it is answered anew.

        Raises KeyNotValid, SeveralFields.
        """
        if prepared.kind is not OperationType.MUTATION:
            return None
        claim = self.front.idempotency.claim(request, caller.actor)
        if claim is not None and prepared.root_fields > 1:
            raise SeveralFields
        return claim

    def _check_method(self, request: web.Request, prepared: Prepared, media: str) -> None:
        if prepared.kind is OperationType.SUBSCRIPTION and media != STREAM:
            raise BodyRefused("A subscription needs a stream: WebSocket, or Accept: text/event-stream.")
        if prepared.kind is OperationType.MUTATION and request.method == "GET":
            raise BodyRefused("A mutation needs POST.", 405)

    def _failure(self, request: web.Request, error: DomainError, media: str) -> web.Response:
        status = error.status if isinstance(error, BodyRefused) else REFUSED.get(error.kind, 400)
        extensions: dict[str, Any] = {"kind": error.kind.value, "code": error.code, "requestId": request[REQUEST_ID]}
        headers = {"Allow": "POST"} if status == 405 else {}
        if error.retry_after is not None:
            extensions["retryAfter"] = error.retry_after
            headers["Retry-After"] = str(error.retry_after)
        if isinstance(error, RateLimitExceeded):
            headers |= error.allowance.headers()
        if status == 401:
            headers["WWW-Authenticate"] = 'Bearer realm="centil"'
        body = orjson.dumps({"errors": [{"message": error.message, "extensions": extensions}]})
        return _written(body, status, headers, media)


def respond(answer: Answer, media: str, caller: Caller) -> web.Response:
    """Write an answer in a media type, with the status that it asks for."""
    headers = caller.allowed.headers()
    status = 200
    failure = answer.failure
    if failure is not None and (not answer.executed or answer.data is None):
        status = STATUSES.get(failure.kind, 200)
        if failure.retry_after is not None:
            headers["Retry-After"] = str(failure.retry_after)
    if status == 200 and not answer.executed and media == RESPONSE:
        status = 400
    if status == 401:
        headers["WWW-Authenticate"] = 'Bearer realm="centil"'
    body = orjson.dumps(answer.body())
    return _written(body, status, headers, media)


def _written(body: bytes, status: int, headers: dict[str, str], media: str) -> web.Response:
    headers["Content-Type"] = _CONTENT_TYPES[media]
    return web.Response(body=body, status=status, headers=headers)


_CONTENT_TYPES = {media: f"{PLAIN if media == STREAM else media}; charset=utf-8" for media in (RESPONSE, PLAIN, STREAM)}


def accepted(request: web.Request) -> str:
    """The media type to answer in: the one of ours that the client likes best."""
    return _liked_best(request.headers.get("Accept", PLAIN))


@lru_cache(256)
def _liked_best(accept: str) -> str:
    liked: list[tuple[float, str]] = []
    for part in accept.split(","):
        name, *parameters = (piece.strip().lower() for piece in part.split(";"))
        weight = next((_weight(parameter) for parameter in parameters if parameter.startswith("q=")), 1.0)
        if name in (RESPONSE, PLAIN, STREAM):
            liked.append((weight, name))
        elif name in ("*/*", "application/*"):
            liked.append((weight, PLAIN))
    return max(liked, key=lambda one: one[0])[1] if liked else PLAIN


def _weight(parameter: str) -> float:
    try:
        return float(parameter[2:])
    except ValueError:
        return 0.0
