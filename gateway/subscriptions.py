"""Streams of a subscription: numbered events that can be resumed, charged when many come at once; server-sent events (Q-25)."""

import asyncio
from collections.abc import AsyncGenerator, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import orjson
from aiohttp import ClientConnectionResetError, web
from aiohttp_sse import EventSourceResponse
from graphql import GraphQLError, OperationType

from domain.kernel.errors import DomainError, Kind
from gateway.execution.documents import Prepared
from gateway.execution.errors import all_shown, known
from gateway.execution.run import Answer
from gateway.front import Caller, Front, bearer, new_request_id
from gateway.limits import Places, RateLimitExceeded
from resolvers.context import Context

HEARTBEAT_SECONDS = 15
SLOWEST_BUFFER = 64 * 1024
"""Bytes that may wait for a slow reader before its stream is ended."""
STREAMS_PER_CREDENTIAL = 20
EVENTS_A_REQUEST = 100
"""Answering so many events counts as a request, so that a history is not replayed for nothing."""
LOOK_AGAIN_SECONDS = 1.0
"""How often a stream that used up its limit asks whether there is room again."""


class TooManyStreams(DomainError):
    kind = Kind.TOO_MANY
    code = "TOO_MANY_STREAMS"
    text = f"A credential, or an address without one, may have {STREAMS_PER_CREDENTIAL} streams at a time."


class SlowReader(Exception):
    """The client does not read what it asked for."""


class Subscriptions:
    """Opens streams and counts them."""

    def __init__(self, front: Front) -> None:
        self.front = front
        self._places = Places()
        self._tasks: set[asyncio.Task[Any]] = set()
        self._ended = False

    def end(self) -> None:
        """End all streams of this process, each whole; clients resume elsewhere with Last-Event-ID."""
        self._ended = True
        for task in self._tasks:
            task.cancel()

    @contextmanager
    def place(self, caller: Caller) -> Iterator[None]:
        """Take one of a caller's streams.

        Raises TooManyStreams.
        """
        with self._places.one(caller.who, STREAMS_PER_CREDENTIAL, TooManyStreams):
            task = asyncio.current_task()
            assert task is not None
            self._tasks.add(task)
            try:
                yield
            finally:
                self._tasks.discard(task)

    async def answers(
        self, prepared: Prepared, variables: Mapping[str, Any] | None, credential: str | None, caller: Caller, after: int | None = None
    ) -> AsyncGenerator[tuple[Any, Answer], None]:
        """Answer a subscription event by event, and any other operation once."""

        async def context_for() -> Context:
            actor = await self.front.again(credential)
            context = self.front.context(Caller(actor, caller.allowed, caller.address), new_request_id())
            context.resume_after = after
            return context

        if prepared.kind is not OperationType.SUBSCRIPTION:
            with self.front.working(caller):
                answer = await self.front.executor.run(prepared, variables, await context_for())
            yield None, answer
            return
        stream = self.front.executor.subscribe(prepared, variables, context_for)
        answered = 0
        try:
            async for event, answer in stream:
                yield event, answer
                answered += 1
                if not answered % EVENTS_A_REQUEST:
                    await self._charge(caller)
        except Exception as error:
            yield None, refusal(error, new_request_id())
        finally:
            await stream.aclose()

    async def _charge(self, caller: Caller) -> None:
        """Count a request, as soon as there is room for one."""
        while True:
            try:
                await self.front.rates.take(caller.actor, caller.address)
                return
            except RateLimitExceeded:
                await asyncio.sleep(LOOK_AGAIN_SECONDS)

    async def stream(self, request: web.Request, asked: Prepared | Answer, variables: Any, caller: Caller) -> web.StreamResponse:
        """Send by server-sent events: `next` for each answer, `complete` at the end; ids are event numbers."""
        response = EventSourceResponse(
            headers=caller.allowed.headers(), allow_all_methods=True, ping_interval=HEARTBEAT_SECONDS, send_timeout=HEARTBEAT_SECONDS
        )
        with self.place(caller):
            await response.prepare(request)
            async with response:
                answers = (
                    _once(asked) if isinstance(asked, Answer) else self.answers(asked, variables, bearer(request), caller, _seen(request))
                )
                watch = asyncio.create_task(_cancel_when_left(response, asyncio.current_task()))
                try:
                    async for event, answer in answers:
                        sequence = getattr(event, "sequence", None)
                        await response.send(orjson.dumps(answer.body()).decode(), event="next", id=str(sequence) if sequence else None)
                        check_reader(request)
                    await response.send("", event="complete")
                except (ConnectionResetError, ClientConnectionResetError, TimeoutError, SlowReader):
                    pass  # the client left or does not read; it resumes with Last-Event-ID
                except asyncio.CancelledError:
                    task = asyncio.current_task()
                    if not self._ended or task is None:
                        raise
                    task.uncancel()  # the rest of the response is still written
                finally:
                    watch.cancel()
                    await answers.aclose()
        return response


async def _once(answer: Answer) -> AsyncGenerator[tuple[Any, Answer], None]:
    yield None, answer


def _seen(request: web.Request) -> int | None:
    """The number of the last event that a client saw before it lost its stream."""
    seen = request.headers.get("Last-Event-ID", "")
    return int(seen) if seen.isascii() and seen.isdigit() and len(seen) < 19 else None


def refusal(error: Exception, request_id: str) -> Answer:
    """A failure outside of an operation as an answer; what nobody expected is masked."""
    failure = GraphQLError(str(error), original_error=error)
    return Answer(None, all_shown([failure], request_id), executed=False, failure=known(failure))


async def _cancel_when_left(response: EventSourceResponse, task: "asyncio.Task[Any] | None") -> None:
    """End a stream that waits for news when its client is gone: a heartbeat could not be written."""
    await response.wait()
    if task is not None:
        task.cancel()


def check_reader(request: web.Request) -> None:
    """End a stream whose client lets too much wait.

    Raises SlowReader.
    """
    transport = request.transport
    if transport is not None and transport.get_write_buffer_size() > SLOWEST_BUFFER:
        transport.abort()
        raise SlowReader
