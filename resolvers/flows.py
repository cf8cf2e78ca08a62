"""Flows: steps with thresholds that candidates pass one after another."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import strawberry

from domain.access.uuids import account_uuid
from domain.flows import commands, queries
from domain.flows.status import FlowStatus
from domain.flows.steps import MOST_STEPS
from domain.kernel.permissions import Permission
from domain.matching import queries as matching
from resolvers import ids
from resolvers.context import Context
from resolvers.enums import ListOrder, graph_enum
from resolvers.fields import (
    Connection,
    Info,
    arg,
    attribute,
    batched,
    computed,
    connection,
    edge,
    graph_type,
    listing,
    mutation,
    query,
    read_by,
)
from resolvers.flow_assignments import FlowAssignment, FlowAssignmentFilter
from resolvers.flow_steps import FlowStep, FlowStepInput, profile_of, steps_of
from resolvers.inputs import defaulted, optional, required
from resolvers.inputs import given as given_in
from resolvers.job_profiles import JobProfile
from resolvers.nodes import Node, findable
from resolvers.scalars import BigInt

READ, WRITE = Permission.FLOWS_READ, Permission.FLOWS_WRITE
WHICH = "The flow's number, or its id."

graph_enum(
    FlowStatus,
    name="FlowStatus",
    description="Whether a flow is in use.",
    values={
        FlowStatus.ACTIVE: "Candidates can be put on it.",
        FlowStatus.INACTIVE: "Nobody can be put on it; those who are on it go on.",
        FlowStatus.DELETED: "It is found no more, and nobody on it is asked for another step.",
    },
)


@graph_type(requires=READ, description="Steps with thresholds that candidates pass one after another.")
class Flow(Node):
    id: strawberry.ID = computed(ids.encoder("Flow"), columns=("flow_id",), description="Opaque id.")
    key: BigInt = computed(int, columns=("flow_id",), description="Its number.")
    name: str = attribute("What it is called.")
    description: str | None = attribute("What it is for, in the account's own words.")
    status: FlowStatus = attribute("Whether it is in use.")
    account_uuid: UUID = computed(
        lambda context: account_uuid(context.account_id), columns=(), context=True, description="The account as a UUID: `Account.uuid`."
    )
    job_profile: JobProfile | None = edge(
        matching.by_keys, key="job_profile_key", description="What results are matched to in steps that name no job profile of their own."
    )
    steps: list[FlowStep] = edge(
        queries.steps_by_flow, key="flow_id", otherwise=(), description=f"Its steps in their order; at most {MOST_STEPS}."
    )
    created_at: datetime = attribute("When it was made.")
    updated_at: datetime = attribute("When it was changed last.")
    assignments: Connection[FlowAssignment] = connection(
        lambda context, keys, window, order, given: queries.assignments_by_flow(
            context.read, context.account_id, keys, window, order=order, given=given
        ),
        of=FlowAssignment,
        key="flow_id",
        order=ListOrder,
        default=ListOrder.NEWEST,
        filter=FlowAssignmentFilter,
        description="Who is on it.",
    )

    @batched("How many candidates were put on it.")
    async def candidate_count(parents: Sequence[Any], context: Context) -> list[int]:
        counts = await queries.candidate_counts(context.read, context.account_id, list(dict.fromkeys(parent.flow_id for parent in parents)))
        return [counts.get(parent.flow_id, 0) for parent in parents]


@strawberry.input(description="Which flows; those that were deleted are never among them.")
class FlowFilter:
    status: list[FlowStatus] | None = defaulted("Those that are so.", None)


@strawberry.input(description="What a new flow is to be.")
class CreateFlowInput:
    name: str = required("What to call it; at most 200 characters.")
    description: str | None = defaulted("What it is for; at most 5,000 characters.", None)
    job_profile: strawberry.ID | None = defaulted(
        "What to match results to in steps that name no job profile. Without any, a step's score is the mean of the 17 operative "
        "C-values times ten.",
        None,
    )
    steps: list[FlowStepInput] = required(f"Its steps in their order, 1 to {MOST_STEPS}.")


@strawberry.input(description="What to change about a flow; what is left out stays, null takes a description or job profile away.")
class UpdateFlowInput:
    key: strawberry.ID = required(WHICH)
    name: str | None = optional("What to call it.")
    description: str | None = optional("What it is for.")
    status: FlowStatus | None = optional("Whether it is in use; `DELETED` cannot be taken back.")
    job_profile: strawberry.ID | None = optional("What to match results to from now on.")
    steps: list[FlowStepInput] | None = optional(
        "All existing steps in their order, of which only the threshold may differ and what is left out stays, then those to append."
    )


def _narrowed(input: Any, *but: str) -> dict[str, Any]:
    """What was given of a flow, ids as keys."""
    given = given_in(input, *but)
    if given.get("steps") is not None:
        given["steps"] = steps_of(given["steps"])
    if "job_profile" in given:
        given["job_profile"] = profile_of(given["job_profile"])
    return given


@strawberry.type
class FlowQuery:
    @query(requires=READ, description="One flow; null when there is no such number, or it was deleted.")
    async def flow(context: Context, *, key: Annotated[strawberry.ID, arg(WHICH)]) -> Flow | None:
        number = ids.number_of("Flow", key)
        return (await queries.by_id(context.read, context.account_id, [number])).get(number)  # type: ignore[return-value]

    flows: Connection[Flow] = listing(
        lambda context, window, order, given: queries.page(context.read, context.account_id, window, order=order, given=given),
        of=Flow,
        requires=READ,
        order=ListOrder,
        default=ListOrder.NEWEST,
        filter=FlowFilter,
        description="The account's flows.",
    )

    @query(
        requires=READ,
        most=commands.MOST_FLOWS,
        description=f"All flows of the account at once, newest first; an account has at most {commands.MOST_FLOWS}.",
    )
    async def all_flows(context: Context) -> list[Flow]:
        return await queries.everything(context.read, context.account_id)  # type: ignore[return-value]


@strawberry.type
class FlowMutation:
    @mutation(requires=WRITE, answers=Flow, then=read_by(queries.by_id), description="Make a flow; it is active at once.")
    async def create_flow(self, info: Info, input: Annotated[CreateFlowInput, arg("What it is to be.")]) -> int:
        return await commands.create(info.context.work, **_narrowed(input))

    @mutation(
        requires=WRITE,
        answers=Flow,
        then=read_by(queries.changed_by_id),
        description="Change a flow. Of existing steps only thresholds change; further ones are appended. One that was deleted is "
        "shown here for the last time.",
    )
    async def update_flow(self, info: Info, input: Annotated[UpdateFlowInput, arg("What to change.")]) -> int:
        return await commands.update(info.context.work, ids.number_of("Flow", input.key), _narrowed(input, "key"))


findable("Flow", READ, queries.by_id, number=True)
