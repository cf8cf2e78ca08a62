"""Running operations: permission first, then the estimate, then the fields; errors as they may be shown."""

import asyncio
import logging
import sqlite3
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from graphql import GraphQLError, GraphQLSchema, build_schema
from sqlalchemy.exc import OperationalError

from domain.kernel.errors import BadInput, Forbidden, NotFound, Unauthenticated, Unavailable
from gateway.execution.documents import Documents, Policy
from gateway.execution.errors import MASKED
from gateway.execution.guard import Limits
from gateway.execution.run import Answer, Executor

SDL = """
type Query { well: String  fails: String  must: Sure!  waits: String  many(first: Int, last: Int): Page! }
type Sure { fails: String! }
type Page { nodes: [Sure!]! }
type Mutation { first: String  second: String }
type Subscription { news: Int }
"""
CANARY = "anna@example.com"


@dataclass
class Request:
    """What the engine is told of a request."""

    request_id: str = "req-1"
    deadline: float = 10.0
    ran: list[str] = field(default_factory=list)


def graph() -> GraphQLSchema:
    schema = build_schema(SDL)
    fields = {name: field for kind in schema.type_map.values() for name, field in getattr(kind, "fields", {}).items()}
    for name in ("well", "first", "second"):
        fields[name].resolve = _note(name)
    schema.type_map["Query"].fields["must"].resolve = lambda *_: {}
    return schema


def _note(name: str) -> Callable[..., str]:
    def resolve(_root: Any, info: Any, **_: Any) -> str:
        info.context.ran.append(name)
        return name

    return resolve


class Engine:
    """An executor on the little graph, whose fields can be told what to do."""

    def __init__(self) -> None:
        self.schema = graph()
        policy = Policy(field_guard=lambda _: None, type_requirement=lambda _: None, field_kind=lambda _: "edge")
        self.refusal: Exception | None = None
        self.executor = Executor(Documents(self.schema, policy, Limits()), self._authorize)

    def _authorize(self, *_: Any) -> None:
        if self.refusal:
            raise self.refusal

    def plant(self, name: str, error: BaseException, kind: str = "Query") -> None:
        async def resolve(*_: Any, **__: Any) -> Any:
            await asyncio.sleep(0)
            raise error

        self.schema.type_map[kind].fields[name].resolve = resolve  # type: ignore[attr-defined]

    async def run(self, text: str, request: Request | None = None, **variables: Any) -> Answer:
        request = request or Request()
        prepared = self.executor.prepare(text, None, request)
        return prepared if isinstance(prepared, Answer) else await self.executor.run(prepared, variables, request)


@pytest.fixture
def engine() -> Engine:
    return Engine()


class TestBeforeAnythingRuns:
    @pytest.mark.parametrize("refusal", [Unauthenticated(), Forbidden("This credential lacks the permission 'x'.")])
    async def test_permission_is_asked(self, engine: Engine, refusal: Any) -> None:
        engine.refusal, request = refusal, Request()
        answer = await engine.run("{ well }", request)
        assert request.ran == []
        assert "data" not in answer.body()
        assert answer.errors == [
            {"message": refusal.message, "extensions": {"kind": refusal.kind, "code": refusal.code, "requestId": "req-1"}}
        ]
        assert answer.failure is refusal

    async def test_the_estimate_is_made(self, engine: Engine) -> None:
        """Q-13."""
        request = Request()
        answer = await engine.run("{ well many(first: 10000) { nodes { fails } } }", request)
        assert request.ran == []
        assert not answer.executed
        assert answer.errors
        assert "about 10001 objects" in answer.errors[0]["message"]

    @pytest.mark.parametrize(
        ("text", "code"),
        [
            ("{ well", "GRAPHQL_PARSE_FAILED"),
            ("{ well(x: 1) }", "GRAPHQL_VALIDATION_FAILED"),
            ("{ nothing }", "GRAPHQL_VALIDATION_FAILED"),
            ("query A { well } query B { well }", "GRAPHQL_VALIDATION_FAILED"),
            ("query($x: Int!) { well many(first: $x) { nodes { fails } } }", "GRAPHQL_VALIDATION_FAILED"),
        ],
    )
    async def test_what_is_wrong_with_the_text_is_told(self, engine: Engine, text: str, code: str) -> None:
        request = Request()
        answer = await engine.run(text, request)
        assert request.ran == []
        assert not answer.executed
        assert answer.errors
        assert [error["extensions"] for error in answer.errors] == [{"kind": "BAD_INPUT", "code": code, "requestId": "req-1"}]


class TestErrors:
    async def test_of_the_domain_are_shown(self, engine: Engine) -> None:
        engine.plant("fails", BadInput.field("a", "b", message="'b' is wrong."))
        answer = await engine.run("{ well other: fails }")
        assert answer.body() == {
            "data": {"well": "well", "other": None},
            "errors": [
                {
                    "message": "'b' is wrong.",
                    "locations": [{"line": 1, "column": 8}],
                    "path": ["other"],
                    "extensions": {
                        "kind": "BAD_INPUT",
                        "code": "BAD_REQUEST",
                        "fields": [{"path": ["a", "b"], "message": "'b' is wrong."}],
                        "requestId": "req-1",
                    },
                }
            ],
        }

    async def test_tell_when_to_try_again(self, engine: Engine) -> None:
        engine.plant("fails", Unavailable(retry_after=7))
        answer = await engine.run("{ fails }")
        assert answer.errors
        assert answer.errors[0]["extensions"]["retryAfter"] == 7

    async def test_that_nobody_expected_are_masked(self, engine: Engine, caplog: pytest.LogCaptureFixture) -> None:
        """Q-14, Q-23."""
        engine.plant("fails", RuntimeError(f"duplicate key ({CANARY})"))
        answer = await engine.run("{ fails }")
        assert answer.errors
        assert answer.errors[0]["message"] == MASKED
        assert answer.errors[0]["extensions"] == {"kind": "INTERNAL", "code": "INTERNAL", "requestId": "req-1"}
        assert CANARY not in str(answer)
        [record] = [record for record in caplog.records if record.levelno >= logging.ERROR]
        assert record.exc_info is not None
        assert CANARY not in record.getMessage()

    @pytest.mark.parametrize("error", [KeyError(CANARY), ValueError(CANARY), AssertionError(CANARY), RecursionError(CANARY)])
    async def test_of_any_kind_are_masked(self, engine: Engine, error: Exception) -> None:
        engine.plant("fails", error)
        assert CANARY not in str(await engine.run("{ fails }"))

    async def test_of_a_busy_database_say_try_again(self, engine: Engine) -> None:
        """Q-6."""
        engine.plant("fails", OperationalError("update x", {}, sqlite3.OperationalError("database is locked")))
        answer = await engine.run("{ fails }")
        assert answer.errors
        assert answer.errors[0]["extensions"] | {"requestId": ""} == {
            "kind": "UNAVAILABLE", "code": "UNAVAILABLE", "retryAfter": 1, "requestId": "",
        }  # fmt: skip

    async def test_of_a_field_that_must_be_there_reach_its_parent(self, engine: Engine) -> None:
        engine.plant("fails", NotFound(), "Sure")
        answer = await engine.run("{ well must { fails } }")
        assert answer.executed
        assert answer.data is None
        assert answer.body()["data"] is None
        assert answer.failure is not None

    async def test_a_graphql_error_of_a_field_is_told_as_it_is(self, engine: Engine) -> None:
        engine.plant("fails", GraphQLError("that is no id"))
        answer = await engine.run("{ fails }")
        assert answer.errors
        assert answer.errors[0]["message"] == "that is no id"
        assert answer.errors[0]["extensions"]["kind"] == "BAD_INPUT"


class TestMutations:
    async def test_fields_run_in_order_and_one_that_fails_does_not_stop_the_next(self, engine: Engine) -> None:
        engine.plant("first", RuntimeError("no"), "Mutation")
        request = Request()
        answer = await engine.run("mutation { a: second first b: second }", request)
        assert answer.data == {"a": "second", "first": None, "b": "second"}
        assert request.ran == ["second", "second"]


class TestDeadline:
    async def test_ends_what_runs_too_long(self, engine: Engine) -> None:
        """Q-15."""
        ended = asyncio.Event()

        async def waits(*_: Any) -> None:
            try:
                await asyncio.Event().wait()
            finally:
                ended.set()

        engine.schema.type_map["Query"].fields["waits"].resolve = waits  # type: ignore[attr-defined]
        answer = await engine.run("{ well waits }", Request(deadline=0.05))
        assert ended.is_set()
        assert answer.data is None
        assert answer.errors
        assert answer.errors[0]["extensions"]["code"] == "DEADLINE_EXCEEDED"


class TestSubscriptions:
    def listen(self, engine: Engine, text: str, contexts: Callable[[], Any]) -> AsyncIterator[tuple[Any, Answer]]:
        prepared = engine.executor.prepare(text, None, Request())
        assert not isinstance(prepared, Answer)

        async def context_for() -> Any:
            return contexts()

        return engine.executor.subscribe(prepared, None, context_for)

    def count_to(self, engine: Engine, last: int) -> None:
        async def news(*_: Any) -> Any:
            for number in range(1, last + 1):
                yield {"news": number}

        engine.schema.type_map["Subscription"].fields["news"].subscribe = news  # type: ignore[attr-defined]

    async def test_each_event_is_answered_with_a_context_of_its_own(self, engine: Engine) -> None:
        self.count_to(engine, 3)
        made: list[Request] = []

        def context() -> Request:
            made.append(Request(f"req-{len(made)}"))
            return made[-1]

        answers = [(event, answer.data) async for event, answer in self.listen(engine, "subscription { news }", context)]
        assert answers == [({"news": number}, {"news": number}) for number in (1, 2, 3)]
        assert [one.request_id for one in made] == ["req-0", "req-1", "req-2", "req-3"]

    async def test_ends_when_the_caller_is_not_known_any_more(self, engine: Engine) -> None:
        self.count_to(engine, 3)
        contexts = iter([Request(), Request(), Unauthenticated()])

        def context() -> Request:
            found = next(contexts)
            if isinstance(found, Exception):
                raise found
            return found

        stream = self.listen(engine, "subscription { news }", context)
        assert (await anext(stream))[0] == {"news": 1}
        with pytest.raises(Unauthenticated):
            await anext(stream)

    async def test_ends_when_a_permission_is_gone(self, engine: Engine) -> None:
        self.count_to(engine, 3)
        stream = self.listen(engine, "subscription { news }", Request)
        _, answer = await anext(stream)
        engine.refusal = Forbidden()
        _, refused = await anext(stream)
        assert (answer.data, refused.executed, refused.failure) == ({"news": 1}, False, engine.refusal)
        with pytest.raises(StopAsyncIteration):
            await anext(stream)

    async def test_is_refused_before_its_source_is_opened(self, engine: Engine) -> None:
        engine.plant("news", AssertionError("opened"), "Subscription")
        engine.refusal = Forbidden()
        [(event, answer)] = [one async for one in self.listen(engine, "subscription { news }", Request)]
        assert event is None
        assert answer.failure is engine.refusal
