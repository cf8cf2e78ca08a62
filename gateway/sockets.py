"""Operations over WebSocket: graphql-transport-ws by Strawberry's handler, with our keys, limits and ends (Q-16, Q-25)."""

import asyncio
import json
from collections.abc import AsyncGenerator, Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any

import orjson
from aiohttp import WSCloseCode, web
from strawberry.aiohttp.views import AiohttpWebSocketAdapter
from strawberry.exceptions import ConnectionRejectionError
from strawberry.http.exceptions import WebSocketDisconnected
from strawberry.subscriptions import GRAPHQL_TRANSPORT_WS_PROTOCOL
from strawberry.subscriptions.protocols.graphql_transport_ws.handlers import BaseGraphQLTransportWSHandler
from strawberry.types.execution import ExecutionResult, PreExecutionError
from strawberry.types.unset import UNSET
from yarl import URL

from domain.kernel.errors import DomainError, Kind
from gateway import strict_json, subscriptions
from gateway.asked import DOCUMENT_IDS, checked
from gateway.execution.run import Answer
from gateway.front import Caller, Front, bearer, new_request_id
from gateway.limits import Places
from gateway.subscriptions import SlowReader, Subscriptions, refusal

SOCKETS_PER_CREDENTIAL = 20
IDLE_SECONDS = 30.0
"""A socket that runs nothing for so long is closed; clients open one anew when they need it, as graphql-ws does by itself."""
LONGEST_MESSAGE = 64 * 1024


class TooManySockets(DomainError):
    kind = Kind.TOO_MANY
    code = "TOO_MANY_SOCKETS"
    text = f"A credential, or an address without one, may have {SOCKETS_PER_CREDENTIAL} sockets at a time."


class Sockets:
    """Opens sockets, counts them, and ends them."""

    def __init__(self, front: Front, streams: Subscriptions) -> None:
        self.front = front
        self.streams = streams
        self._places = Places()
        self._open: dict[web.WebSocketResponse, asyncio.Task[bool] | None] = {}
        own = str(URL(front.settings.address).origin())
        self._origins = frozenset((own, *front.settings.cors_origins))

    def end(self) -> None:
        """Tell all clients that this process goes away."""
        for socket in self._open:
            self._close(socket, WSCloseCode.GOING_AWAY)

    def _close(self, socket: web.WebSocketResponse, code: int, message: bytes = b"") -> None:
        self._open[socket] = asyncio.create_task(socket.close(code=code, message=message))

    def place(self, caller: Caller) -> Any:
        """Take one of a caller's sockets, as a context manager.

        Raises TooManySockets.
        """
        return self._places.one(caller.who, SOCKETS_PER_CREDENTIAL, TooManySockets)

    def may_open(self, request: web.Request) -> bool:
        """Whether a page of this origin may connect: our own, or one that is allowed; other clients name none."""
        origin = request.headers.get("Origin")
        return origin is None or origin == f"{request.scheme}://{request.host}" or origin in self._origins

    async def open(self, request: web.Request) -> web.StreamResponse:
        """Speak graphql-transport-ws; the credential comes in `connection_init` or in the header of the upgrade.

        Raises Unauthenticated, RateLimitExceeded and TooManySockets before the connection is one.
        """
        if not self.may_open(request):
            return web.Response(status=403, text="This origin may not open a WebSocket: see CENTIL_CORS_ORIGINS and CENTIL_BASE_URL.")
        credential = bearer(request)
        caller = await self.front.caller(credential, self.front.address(request))
        with ExitStack() as held:
            held.enter_context(self.place(caller))
            return await self._speak(request, _Speaker(self, held, credential, caller.address))

    async def _speak(self, request: web.Request, speaker: "_Speaker") -> web.StreamResponse:
        socket = web.WebSocketResponse(
            protocols=[GRAPHQL_TRANSPORT_WS_PROTOCOL], heartbeat=subscriptions.HEARTBEAT_SECONDS, max_msg_size=LONGEST_MESSAGE
        )
        await socket.prepare(request)
        if socket.ws_protocol != GRAPHQL_TRANSPORT_WS_PROTOCOL:
            await socket.close(code=4406, message=b"Subprotocol not acceptable")
            return socket
        handler: BaseGraphQLTransportWSHandler[_Speaker, None] = BaseGraphQLTransportWSHandler(
            view=speaker,  # type: ignore[arg-type]
            websocket=_Socket(speaker, request, socket),  # type: ignore[arg-type]
            context=speaker,
            root_value=None,
            schema=speaker,  # type: ignore[arg-type]
            connection_init_wait_timeout=timedelta(seconds=10),
            max_subscriptions_per_connection=subscriptions.STREAMS_PER_CREDENTIAL,
        )
        self._open[socket] = None
        speaker.idle = _Idle(partial(self._close, socket, WSCloseCode.OK, b"Nothing ran for a while"))
        try:
            await handler.handle()
        finally:
            speaker.idle.end()
            if closing := self._open.pop(socket):
                await closing
        return socket


@dataclass(frozen=True, slots=True)
class _Shown:
    """An error that is formatted already, as Strawberry's handler wants errors."""

    formatted: Any
    original_error: None = None


class _Socket(AiohttpWebSocketAdapter):
    """The socket, which ends when its client does not read."""

    async def send_json(self, message: Mapping[str, object]) -> None:
        await super().send_json(message)
        try:
            subscriptions.check_reader(self.request)
        except SlowReader as error:
            raise WebSocketDisconnected from error


class _Idle:
    """Calls a function when nothing has run for a while."""

    def __init__(self, then: Callable[[], None]) -> None:
        self._then = then
        self._running = 0
        self._timer = self._rest()

    def _rest(self) -> asyncio.TimerHandle:
        return asyncio.get_running_loop().call_later(IDLE_SECONDS, self._then)

    @contextmanager
    def running(self) -> Iterator[None]:
        self._running += 1
        self._timer.cancel()
        try:
            yield
        finally:
            self._running -= 1
            if not self._running:
                self._timer = self._rest()

    def end(self) -> None:
        self._timer.cancel()


class _Speaker:
    """What Strawberry's protocol handler asks of a view, a schema and a context, for one connection."""

    idle: _Idle

    def __init__(self, sockets: Sockets, held: ExitStack, credential: str | None, address: str) -> None:
        self.sockets = sockets
        self.front = sockets.front
        self.held = held
        """The connection's place among those of its credential or address."""
        self.credential = credential
        self.address = address
        self.connection_params: dict[str, Any] = {}

    async def on_ws_connect(self, _context: Any) -> Any:
        """Take the credential of the payload, and refuse the connection when it is not valid or has too many."""
        given = self.connection_params.get("Authorization") or self.connection_params.get("authorization")
        if isinstance(given, str) and given.strip():
            self.credential = given.strip().removeprefix("Bearer ").strip()
            try:
                caller = await self.front.caller(self.credential, self.address)
                self.held.close()
                self.held.enter_context(self.sockets.place(caller))
            except DomainError as error:
                raise ConnectionRejectionError from error
        return UNSET

    def decode_json(self, data: str) -> Any:
        """A message of the protocol, as far as its handler takes its shape for granted."""
        try:
            message = strict_json.loads(data.encode())
        except (strict_json.BadJson, UnicodeEncodeError) as error:
            raise json.JSONDecodeError(str(error), "", 0) from error
        if not _is_message(message):
            raise json.JSONDecodeError("This is no message of graphql-transport-ws.", "", 0)
        if message["type"] == "subscribe":
            message["payload"] = {"query": message["payload"]}  # the handler hands on no more than `query`
        return message

    def encode_json(self, data: object) -> str:
        return orjson.dumps(data).decode()

    async def stream(self, query: Any, **_: Any) -> Any:
        """Run one operation of the connection; each counts as a request. `query` is the whole payload."""
        return self._results(query)

    async def _results(self, payload: dict[str, Any]) -> AsyncGenerator[Any, None]:
        with self.idle.running():
            try:
                caller = await self.front.caller(self.credential, self.address)
                with self.sockets.streams.place(caller):
                    async for result in self._run(caller, payload):
                        yield result
            except DomainError as error:
                yield _result(refusal(error, new_request_id()))

    async def _run(self, caller: Caller, payload: dict[str, Any]) -> AsyncGenerator[Any, None]:
        context = self.front.context(caller, new_request_id())
        asked = checked(payload)
        text = self.front.persisted.text_of(asked.query, asked.document_id, asked.sha256)
        prepared = self.front.executor.prepare(text, asked.operation_name, context)
        if isinstance(prepared, Answer):
            yield _result(prepared)
            return
        self.front.persisted.register(text, asked.sha256)
        answers = self.sockets.streams.answers(prepared, asked.variables, self.credential, caller)
        try:
            async for _event, answer in answers:
                yield _result(answer)
        finally:
            await answers.aclose()


_ASKING = ("query", "extensions", *DOCUMENT_IDS)
"""What a payload asks for an operation by, at least one of them."""


def _is_message(message: Any) -> bool:
    if not isinstance(message, dict) or not isinstance(message.get("type"), str) or not isinstance(message.get("id", ""), str):
        return False
    payload = message.get("payload")
    return message["type"] != "subscribe" or (isinstance(payload, dict) and not payload.keys().isdisjoint(_ASKING))


def _result(answer: Answer) -> ExecutionResult | PreExecutionError:
    errors: Any = [_Shown(error) for error in answer.errors] if answer.errors else None
    return ExecutionResult(data=answer.data, errors=errors) if answer.executed else PreExecutionError(data=None, errors=errors)
