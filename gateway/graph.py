"""The graph in this process: the schema, what it asks of callers, and the executor that runs operations on it."""

from typing import Any

from domain.kernel.actor import authorize, authorize_type
from gateway.execution.documents import Documents, Policy, Prepared
from gateway.execution.fields import Ways
from gateway.execution.guard import Limits
from gateway.execution.run import Executor
from resolvers import schema as graph
from resolvers.context import Context
from resolvers.scalars import QUICK


def authorize_operation(context: Context, prepared: Prepared) -> None:
    """Refuse an operation before it runs if anything it selects needs more than the actor has.

    Raises Unauthenticated or Forbidden.
    """
    for guard in prepared.guards:
        authorize(context.actor, guard.requirement, admits_candidates=guard.admits_candidates, admits_narrowed=guard.admits_narrowed)
    for requirement in prepared.types:
        authorize_type(context.actor, requirement)


def executor(schema: Any, *, limits: Limits | None = None, introspection: bool = True, suggestions: bool = True) -> Executor:
    """Make an executor for a schema built by `resolvers.schema.build`."""
    ways = Ways(schema._schema, graph.declared, schema.config, schema.schema_converter.scalar_registry, QUICK)
    policy = Policy(graph.field_guard, graph.type_requirement, graph.field_kind, ways, graph.tag_of, graph.list_bound, graph.field_weight)
    documents = Documents(schema._schema, policy, limits or Limits(), introspection=introspection, suggestions=suggestions)
    return Executor(documents, authorize_operation)
