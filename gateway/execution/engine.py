"""Run operations breadth-first: planned once, resolved level by level, completed as columns."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from graphql import (
    ExecutionResult,
    FragmentDefinitionNode,
    OperationDefinitionNode,
    OperationType,
    default_field_resolver,
    default_type_resolver,
)
from graphql.execution.collect_fields import FragmentDetails
from graphql.execution.values import VariableValues

from gateway.execution.complete import completed
from gateway.execution.conditions import NotCovered
from gateway.execution.explain import Report
from gateway.execution.fields import Ways
from gateway.execution.levels import Level
from gateway.execution.plan import Plan, Plans
from gateway.execution.replay import Reference, Replay
from gateway.execution.resolve import Run, TagOf
from gateway.execution.writers import OutOfTheOrdinary


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation of a valid document, with what is remembered of it between runs."""

    definition: OperationDefinitionNode
    fragments: Mapping[str, FragmentDefinitionNode]
    plans: Plans | None
    not_covered: str = ""
    """Why there are no plans."""

    def plan(self, variables: VariableValues) -> Plan:
        """The plan for these variables.

        Raises NotCovered, a new one each time: a kept one would hold on to the runs that it went through.
        """
        if self.plans is None:
            raise NotCovered(self.not_covered)
        return self.plans.plan(variables)


@dataclass(slots=True)
class Engine:
    """Runs operations of a schema; what it does not cover is run by the reference executor, whole."""

    ways: Ways
    tag_of: TagOf = lambda _kind: None
    hide_suggestions: bool = False
    fell_back: Counter[str] = field(default_factory=Counter)
    """How many operations the reference executor ran, by reason."""

    def operation(self, definition: OperationDefinitionNode, fragments: Mapping[str, FragmentDefinitionNode]) -> Operation:
        """Make an operation ready to be run many times."""
        try:
            if definition.operation is OperationType.SUBSCRIPTION:
                raise NotCovered("subscription")
            plans = Plans(self.ways, definition, _details(fragments), hide_suggestions=self.hide_suggestions)
        except NotCovered as uncovered:
            return Operation(definition, fragments, None, uncovered.reason)
        return Operation(definition, fragments, plans)

    async def run(
        self, operation: Operation, variables: VariableValues, context: Any, root: Any = None, report: Report | None = None
    ) -> ExecutionResult:
        """Answer a query or mutation, or the selection of a subscription for one event; tell a report how."""
        try:
            plan = operation.plan(variables)
        except NotCovered as uncovered:
            self.fell_back[uncovered.reason] += 1
            if report:
                report.fell_back = uncovered.reason
            result = self._reference(Reference, operation, variables, context, root).execute_operation()
            answer: ExecutionResult = result if isinstance(result, ExecutionResult) else await result
            return answer
        run = Run(plan, variables, context, self.tag_of, partial(self._reference, Replay, operation, variables, context, root), report)
        if operation.definition.operation is OperationType.MUTATION:
            level = await _one_by_one(run, root)
        else:
            level = await run.level(plan.root, [root])
        if report:
            report.root = level
        try:
            return ExecutionResult(completed(level)[0])
        except OutOfTheOrdinary:
            located: ExecutionResult = run.reference.over(level)  # type: ignore[attr-defined]
            return located
        finally:
            if report is None:
                level.let_go()

    def _reference(self, kind: type[Any], operation: Operation, variables: VariableValues, context: Any, root: Any) -> Any:
        return kind(
            self.ways.schema,
            operation.fragments,
            _details(operation.fragments),
            root,
            context,
            operation.definition,
            variables,
            default_field_resolver,
            default_type_resolver,
            default_field_resolver,
            enable_early_execution=False,
            hide_suggestions=self.hide_suggestions,
        )


async def _one_by_one(run: Run, root: Any) -> Level:
    """Resolve the root fields of a mutation in their order; one that nulls the whole answer is the last."""
    fields = run.plan.root.fields
    level = Level.of(run.plan.root, [root])
    for number, planned in enumerate(fields):
        await run.field(level, number)
        if planned is not fields[-1] and planned.shape.required and run.reference.nulls(level, planned.name):  # type: ignore[attr-defined]
            break
    return level


def _details(fragments: Mapping[str, FragmentDefinitionNode]) -> dict[str, FragmentDetails]:
    return {name: FragmentDetails(definition) for name, definition in fragments.items()}
