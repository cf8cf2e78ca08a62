"""/assessment-flows of the assessment flows API: list, create, look up, change."""

from typing import Any

from pydantic import Field, RootModel

from rest_compat.body import Body, at
from rest_compat.flows.values import FlowId, FlowStatus, Number, left_out
from rest_compat.problem import NOT_FOUND
from rest_compat.route import Nothing, Parameters, Route


class StepInput(Parameters):
    """A step as it is sent; names of the graph where the wire has others are aliases."""

    instrument: str = Field(alias="assessmentId", min_length=1, description="What is to be taken, by its id.", examples=["escprofile"])
    passThreshold: float = Field(ge=0, le=100, allow_inf_nan=False, description="The score from which it is passed.", examples=[60])
    assessmentType: str = left_out("What kind it is; left out: as the assessment says.")
    type: str = left_out("The same; assessmentType wins when both are given.")
    name: str = left_out("What the step is called.")
    instructions: str = left_out("What candidates are told before it.")
    passAction: str = left_out("A note on what is done when it is passed.")

    def variables(self) -> dict[str, Any]:
        """A step of the graph: `type` and `assessmentType` are one field (R-FLW-5, I-FLW-3)."""
        given = self.model_dump(exclude_unset=True)
        kinds = [given.pop(name) for name in ("assessmentType", "type") if name in given]
        return {**given, **({"instrumentType": kinds[0]} if kinds else {})}


class GivenFlow(Parameters):
    """What creating and updating have in common."""

    words = {"instrument": "assessmentId", "instrumentType": "assessmentType"}

    def variables(self) -> dict[str, Any]:
        """What was given and nothing else, so that what is left out stays as it is and null takes away (I-FLW-4)."""
        given = self.model_dump(mode="json", exclude_unset=True)
        steps: list[StepInput] | None = getattr(self, "steps")  # noqa: B009  declared by both, with and without a default
        return {**given, **({"steps": [step.variables() for step in steps]} if steps is not None else {})}


class CreateFlow(GivenFlow):
    name: str = Field(alias="flowName", min_length=1, description="Name of the flow.", examples=["Support screen"])
    description: str | None = Field(None, description="What the flow is for.")
    steps: list[StepInput] = Field(
        min_length=1,
        description="The steps in their order; at least one.",
        examples=[[{"assessmentId": "escprofile", "passThreshold": 60}]],
    )


class UpdateFlow(GivenFlow):
    key: FlowId
    name: str = left_out("Name of the flow.", alias="flowName", min_length=1, examples=["Support screen"])
    description: str | None = Field(None, description="What the flow is for; null takes it away.")
    status: FlowStatus = left_out("ACTIVE takes candidates, INACTIVE takes no more, DELETED is found nowhere any more.")
    steps: list[StepInput] = left_out(
        "Every existing step in order, of which passThreshold may differ, and further ones to append.", min_length=1
    )


class OneFlow(Parameters):
    key: FlowId


class FlowStep(Body):
    id: int = at("key")
    order: int = at("position")
    assessmentId: str = at("instrument")
    assessmentType: str = at("instrumentType")
    passThreshold: Number = at("passThreshold")
    name: str | None = at("name")
    instructions: str | None = at("instructions")
    passAction: str | None = at("passAction")


class FlowStepDetail(FlowStep):
    """R-FLW-7."""

    assessmentName: str | None = at("instrumentName.en")
    assessmentDuration: Number | None = at("durationMinutes")


class FlowFacts(Body):
    id: int = at("key")
    companyId: str = at("accountUuid")
    flowName: str = at("name")
    description: str | None = at("description")
    status: FlowStatus = at("status")
    candidateCount: int = at("candidateCount")


class Flow(FlowFacts):
    steps: list[FlowStep] = at("steps")


class FlowDetail(FlowFacts):
    steps: list[FlowStepDetail] = at("steps")


class FlowList(RootModel[list[Flow]]):
    """The list itself is the data of the answer."""


TAG = "Assessment flows"
ROUTES = (
    Route(
        "GET",
        "/assessment-flows",
        "ListFlows",
        Nothing,
        FlowList,
        "List flows",
        TAG,
        operation_id="listFlows",
        description="All flows that are not deleted, newest first, with their steps and how many candidates are on each.",
    ),
    Route(
        "POST",
        "/assessment-flows",
        "CreateFlow",
        CreateFlow,
        Flow,
        "Create flow",
        TAG,
        operation_id="createFlow",
        description="A flow is active as soon as it is created.",
    ),
    Route(
        "GET",
        "/assessment-flows/{id}",
        "GetFlow",
        OneFlow,
        FlowDetail,
        "Get flow details",
        TAG,
        absent={"flow": NOT_FOUND},
        refusals=(404,),
        operation_id="getFlow",
        description="The flow with the name and duration of what is taken at each step.",
    ),
    Route(
        "PATCH",
        "/assessment-flows/{id}",
        "UpdateFlow",
        UpdateFlow,
        Flow,
        "Update flow",
        TAG,
        refusals=(404,),
        needs_body=True,
        operation_id="updateFlow",
        description="What is left out stays as it is. Steps that exist stay in their order; of them only passThreshold changes.",
    ),
)
