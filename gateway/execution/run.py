"""Run an operation: permission first, then the estimate, then the fields, under one deadline."""

import asyncio
import inspect
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Protocol

from graphql import ExecutionResult, GraphQLError, create_source_event_stream
from graphql.execution import get_variable_values
from graphql.execution.values import VariableValues
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext

from gateway.execution import estimate
from gateway.execution.documents import Documents, Prepared
from gateway.execution.errors import all_shown, known
from gateway.execution.explain import Report, touched


class OperationContext(Protocol):
    """What the engine needs of a request's context."""

    request_id: str
    deadline: float


Authorize = Callable[[Any, Prepared], None]
"""Raises when whoever the context speaks for lacks what the operation needs."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of an operation, ready for JSON."""

    data: Any = None
    errors: list[dict[str, Any]] | None = None
    executed: bool = True
    """False when it was refused before any field ran; `data` is then left out of the answer."""
    failure: Any = None
    """The first failure of the domain among the errors, for those who answer with a status."""
    extensions: dict[str, Any] | None = None
    """What is told beside the answer: its cost, its plan."""

    def body(self) -> dict[str, Any]:
        """The response as GraphQL over HTTP wants it."""
        body: dict[str, Any] = {"data": self.data} if self.executed else {}
        if self.extensions:
            body["extensions"] = self.extensions
        return {"errors": self.errors, **body} if self.errors else body


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a caller wants to be told beside the answer."""

    cost: bool = False
    explain: bool = False
    watch: Callable[[Report], Any] = lambda _report: None
    """Called before the run with what gathers it, so that statements can be told to it."""

    @property
    def anything(self) -> bool:
        return self.cost or self.explain

    def report(self) -> Report:
        """What gathers it in one run."""
        report = Report()
        self.watch(report)
        return report


NOTHING_MORE = Wanted()


class Executor:
    """Runs texts against a schema."""

    def __init__(self, documents: Documents, authorize: Authorize) -> None:
        self.documents = documents
        self.schema = documents.schema
        self.authorize = authorize

    def prepare(self, text: str, operation_name: str | None, context: OperationContext) -> Prepared | Answer:
        """Find the operation to run, or say why there is none."""
        document = self.documents.get(text)
        if document.errors:
            return self._refused(document.errors, context)
        try:
            return document.operation(operation_name)
        except GraphQLError as error:
            return self._refused([error], context)

    def admit(self, prepared: Prepared, variables: Mapping[str, Any] | None, context: OperationContext) -> VariableValues | Answer:
        """Coerce the variables, or refuse an operation that its caller may not run, whose variables are wrong, or that costs too much."""
        try:
            self.authorize(context, prepared)
        except Exception as error:
            return self._refused([GraphQLError(str(error), original_error=error)], context)
        definitions = prepared.operation.variable_definitions or ()
        coerced = get_variable_values(
            self.schema, definitions, dict(variables or {}), max_errors=10, hide_suggestions=not self.documents.suggestions
        )
        if isinstance(coerced, list):
            return self._refused(coerced, context)
        try:
            estimate.check(prepared.estimate, coerced.coerced, self.documents.guard.limits.nodes)
        except GraphQLError as error:
            return self._refused([error], context)
        return coerced

    async def run(
        self,
        prepared: Prepared,
        variables: Mapping[str, Any] | None,
        context: OperationContext,
        *,
        root: Any = None,
        wanted: Wanted = NOTHING_MORE,
    ) -> Answer:
        """Run a query or mutation, or the selection of a subscription for one event."""
        coerced = self.admit(prepared, variables, context)
        if isinstance(coerced, Answer):
            return coerced
        report = wanted.report() if wanted.anything else None
        try:
            async with asyncio.timeout(context.deadline):
                result = await self.documents.engine.run(prepared.runnable, coerced, context, root, report)
        except TimeoutError as error:
            return self._failed([GraphQLError("deadline", original_error=error)], context)
        answer = self._failed(result.errors, context, result.data) if result.errors else Answer(result.data)
        return replace(answer, extensions=self._told(prepared, coerced, report, wanted)) if report else answer

    def _told(self, prepared: Prepared, coerced: VariableValues, report: Report, wanted: Wanted) -> dict[str, Any]:
        """What somebody wanted to know beside the answer."""
        told: dict[str, Any] = {}
        if wanted.cost:
            told["cost"] = {"estimated": prepared.estimate(coerced.coerced), "limit": self.documents.guard.limits.nodes}
            if report.root is not None:
                told["cost"]["touched"] = touched(report.root, self.documents.policy.field_kind)
        if wanted.explain:
            told["explain"] = report.explained()
        return told

    async def subscribe(
        self, prepared: Prepared, variables: Mapping[str, Any] | None, context_for: Callable[[], Awaitable[OperationContext]]
    ) -> AsyncGenerator[tuple[Any, Answer], None]:
        """Run a subscription: each event with its answer, each with a context of its own and permission asked anew.

        What `context_for` raises ends the stream.
        """
        context = await context_for()
        if isinstance(refused := self.admit(prepared, variables, context), Answer):
            yield None, refused
            return
        stream = await self._source(prepared, variables, context)
        if isinstance(stream, Answer):
            yield None, stream
            return
        try:
            async for event in stream:
                answer = await self.run(prepared, variables, await context_for(), root=event)
                yield event, answer
                if not answer.executed:
                    return
        finally:
            await stream.aclose()

    async def _source(self, prepared: Prepared, variables: Mapping[str, Any] | None, context: OperationContext) -> Any:
        """The events of a subscription, or the answer that says why there are none."""
        built = StrawberryGraphQLCoreExecutionContext.build(
            self.schema,
            prepared.document,
            context_value=context,
            raw_variable_values=dict(variables or {}),
            operation_name=_name(prepared),
            operation_extensions=None,
        )
        if isinstance(built, list):
            return self._refused(built, context)
        source = create_source_event_stream(built)
        stream: Any = await source if inspect.isawaitable(source) else source
        return self._refused(stream.errors or [], context) if isinstance(stream, ExecutionResult) else stream

    def _refused(self, errors: Any, context: OperationContext) -> Answer:
        return self._answer(errors, context, executed=False)

    def _failed(self, errors: Any, context: OperationContext, data: Any = None) -> Answer:
        return self._answer(errors, context, data)

    def _answer(self, errors: Any, context: OperationContext, data: Any = None, *, executed: bool = True) -> Answer:
        failure = next((found for error in errors if (found := known(error))), None)
        return Answer(data, all_shown(errors, context.request_id), executed, failure)


def _name(prepared: Prepared) -> str | None:
    return prepared.operation.name.value if prepared.operation.name else None
