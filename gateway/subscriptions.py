"""Streams of a subscription: graphql-transport-ws over WebSocket, and server-sent events; both can be resumed (Q-25)."""

import asyncio
import json
from collections import Counter
from collections.abc import AsyncGenerator, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import orjson
from aiohttp import ClientConnectionResetError, WSCloseCode, web
from aiohttp_sse import EventSourceResponse
from graphql import GraphQLError, OperationType
from strawberry.aiohttp.views import AiohttpWebSocketAdapter
from strawberry.exceptions import ConnectionRejectionError
from strawberry.http.exceptions import WebSocketDisconnected
from strawberry.subscriptions import GRAPHQL_TRANSPORT_WS_PROTOCOL
from strawberry.subscriptions.protocols.graphql_transport_ws.handlers import BaseGraphQLTransportWSHandler
from strawberry.types.execution import ExecutionResult, PreExecutionError
from strawberry.types.unset import UNSET

from domain.kernel.errors import DomainError, Kind
from gateway import strict_json
from gateway.execution.documents import Prepared
from gateway.execution.errors import all_shown, known
from gateway.execution.run import Answer
from gateway.front import Caller, Front, bearer, new_request_id
from resolvers.context import Context

HEARTBEAT_SECONDS = 15
SLOWEST_BUFFER = 64 * 1024
"""Bytes that may wait for a slow reader before its stream is ended."""
STREAMS_PER_CREDENTIAL = 20
LONGEST_MESSAGE = 64 * 1024


class TooManyStreams(DomainError):
    kind = Kind.TOO_MANY
    code = "TOO_MANY_STREAMS"
    text = f"A credential may have {STREAMS_PER_CREDENTIAL} streams at a time."


class SlowReader(Exception):
    """The client does not read what it asked for."""


class Subscriptions:
    """Opens streams and counts them."""

    def __init__(self, front: Front) -> None:
        self.front = front
        self._open: Counter[str] = Counter()
        self._tasks: set[asyncio.Task[Any]] = set()
        self._sockets: dict[web.WebSocketResponse, asyncio.Task[bool] | None] = {}

    def end(self) -> None:
        """End all streams of this process, and tell sockets that it goes away."""
        for task in self._tasks:
            task.cancel()
        for socket in self._sockets:
            self._sockets[socket] = asyncio.create_task(socket.close(code=WSCloseCode.GOING_AWAY))

    @contextmanager
    def place(self, who: str) -> Iterator[None]:
        """Take one of a credential's streams.

        Raises TooManyStreams.
        """
        if self._open[who] >= STREAMS_PER_CREDENTIAL:
            raise TooManyStreams
        self._open[who] += 1
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        try:
            yield
        finally:
            self._tasks.discard(task)
            self._open[who] -= 1
            if not self._open[who]:
                del self._open[who]

    async def answers(
        self, prepared: Prepared, variables: Mapping[str, Any] | None, credential: str | None, caller: Caller, after: int | None = None
    ) -> AsyncGenerator[tuple[Any, Answer], None]:
        """Answer a subscription event by event, and any other operation once."""

        async def context_for() -> Context:
            actor = await self.front.again(credential)
            context = self.front.context(Caller(actor, caller.allowed), new_request_id())
            context.resume_after = after
            return context

        if prepared.kind is not OperationType.SUBSCRIPTION:
            yield None, await self.front.executor.run(prepared, variables, await context_for())
            return
        stream = self.front.executor.subscribe(prepared, variables, context_for)
        try:
            async for event, answer in stream:
                yield event, answer
        except Exception as error:
            yield None, refusal(error, new_request_id())
        finally:
            await stream.aclose()

    async def stream(self, request: web.Request, prepared: Prepared, variables: Any, caller: Caller) -> web.StreamResponse:
        """Answer by server-sent events: `next` for each answer, `complete` at the end; ids are event numbers."""
        response = EventSourceResponse(
            headers=caller.allowed.headers(), allow_all_methods=True, ping_interval=HEARTBEAT_SECONDS, send_timeout=HEARTBEAT_SECONDS
        )
        seen = request.headers.get("Last-Event-ID", "")
        after = int(seen) if seen.isascii() and seen.isdigit() and len(seen) < 19 else None
        with self.place(caller.actor.name):
            await response.prepare(request)
            async with response:
                answers = self.answers(prepared, variables, bearer(request), caller, after)
                watch = asyncio.create_task(_cancel_when_left(response, asyncio.current_task()))
                try:
                    async for event, answer in answers:
                        sequence = getattr(event, "sequence", None)
                        await response.send(orjson.dumps(answer.body()).decode(), event="next", id=str(sequence) if sequence else None)
                        _check_reader(request)
                    await response.send("", event="complete")
                except (ConnectionResetError, ClientConnectionResetError, TimeoutError, SlowReader):
                    pass  # the client left or does not read; it resumes with Last-Event-ID
                finally:
                    watch.cancel()
                    await answers.aclose()
        return response

    async def websocket(self, request: web.Request) -> web.StreamResponse:
        """Speak graphql-transport-ws; the credential comes in `connection_init` or in the header of the upgrade."""
        if not self._may_open(request):
            return web.Response(status=403, text="This origin may not open a WebSocket: see CENTIL_CORS_ORIGINS.")
        socket = web.WebSocketResponse(protocols=[GRAPHQL_TRANSPORT_WS_PROTOCOL], heartbeat=HEARTBEAT_SECONDS, max_msg_size=LONGEST_MESSAGE)
        await socket.prepare(request)
        if socket.ws_protocol != GRAPHQL_TRANSPORT_WS_PROTOCOL:
            await socket.close(code=4406, message=b"Subprotocol not acceptable")
            return socket
        speaker = _Speaker(self, self.front.address(request))
        handler: BaseGraphQLTransportWSHandler[_Speaker, None] = BaseGraphQLTransportWSHandler(
            view=speaker,  # type: ignore[arg-type]
            websocket=_Socket(speaker, request, socket),  # type: ignore[arg-type]
            context=speaker,
            root_value=None,
            schema=speaker,  # type: ignore[arg-type]
            connection_init_wait_timeout=timedelta(seconds=10),
            max_subscriptions_per_connection=STREAMS_PER_CREDENTIAL,
        )
        speaker.credential = bearer(request)
        self._sockets[socket] = None
        try:
            await handler.handle()
        finally:
            del self._sockets[socket]
        return socket

    def _may_open(self, request: web.Request) -> bool:
        """Whether a page of this origin may connect: our own, or one that is allowed; other clients name none."""
        origin = request.headers.get("Origin")
        return origin is None or origin == f"{request.scheme}://{request.host}" or origin in self.front.settings.cors_origins


def refusal(error: Exception, request_id: str) -> Answer:
    """A failure outside of an operation as an answer; what nobody expected is masked."""
    failure = GraphQLError(str(error), original_error=error)
    return Answer(None, all_shown([failure], request_id), executed=False, failure=known(failure))


async def _cancel_when_left(response: EventSourceResponse, task: "asyncio.Task[Any] | None") -> None:
    """End a stream that waits for news when its client is gone: a heartbeat could not be written."""
    await response.wait()
    if task is not None:
        task.cancel()


def _check_reader(request: web.Request) -> None:
    """End a stream whose client lets too much wait.

    Raises SlowReader.
    """
    transport = request.transport
    if transport is not None and transport.get_write_buffer_size() > SLOWEST_BUFFER:
        transport.abort()
        raise SlowReader


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
            _check_reader(self.request)
        except SlowReader as error:
            raise WebSocketDisconnected from error


class _Speaker:
    """What Strawberry's protocol handler asks of a view, a schema and a context, for one connection."""

    def __init__(self, subscriptions: Subscriptions, address: str) -> None:
        self.subscriptions = subscriptions
        self.address = address
        self.credential: str | None = None
        self.connection_params: dict[str, Any] = {}

    async def on_ws_connect(self, _context: Any) -> Any:
        """Take the credential of the payload, and refuse the connection when it is not valid."""
        given = self.connection_params.get("Authorization") or self.connection_params.get("authorization")
        if isinstance(given, str) and given.strip():
            self.credential = given.strip().removeprefix("Bearer ").strip()
        try:
            await self.subscriptions.front.again(self.credential)
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
        return message

    def encode_json(self, data: object) -> str:
        return orjson.dumps(data).decode()

    async def stream(self, query: str, variable_values: Any = None, operation_name: str | None = None, **_: Any) -> Any:
        """Run one operation of the connection; each counts as a request."""
        return self._results(query, variable_values, operation_name)

    async def _results(self, query: Any, variables: Any, operation_name: Any) -> AsyncGenerator[Any, None]:
        front = self.subscriptions.front
        try:
            caller = await front.caller(self.credential, self.address)
            with self.subscriptions.place(caller.actor.name):
                context = front.context(caller, new_request_id())
                text = query if isinstance(query, str) else ""
                name = operation_name if isinstance(operation_name, str) else None
                prepared = front.executor.prepare(text, name, context)
                if isinstance(prepared, Answer):
                    yield _result(prepared)
                    return
                answers = self.subscriptions.answers(prepared, variables if isinstance(variables, dict) else None, self.credential, caller)
                try:
                    async for _event, answer in answers:
                        yield _result(answer)
                finally:
                    await answers.aclose()
        except DomainError as error:
            yield _result(refusal(error, new_request_id()))


def _is_message(message: Any) -> bool:
    if not isinstance(message, dict) or not isinstance(message.get("type"), str) or not isinstance(message.get("id", ""), str):
        return False
    return message["type"] != "subscribe" or isinstance(message.get("payload"), dict)


def _result(answer: Answer) -> ExecutionResult | PreExecutionError:
    errors: Any = [_Shown(error) for error in answer.errors] if answer.errors else None
    return ExecutionResult(data=answer.data, errors=errors) if answer.executed else PreExecutionError(data=None, errors=errors)
