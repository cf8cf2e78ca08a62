"""/job-profiles of the esc Profile API: what jobs ask of the dimensions."""

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field
from pydantic_core import PydanticCustomError

from rest_compat.body import SAME, Body, Moment, Text, at, constant, may_lack
from rest_compat.esc.dialect import Told
from rest_compat.problem import NOT_FOUND
from rest_compat.route import Nothing, Parameters, Route

SPELLED = {"okMin": "ok_min", "okMax": "ok_max", "criticalLow": "critical_low", "criticalHigh": "critical_high"}
C_VALUES = {"minimum": 0, "maximum": 10}
"""Said in the document and held by the graph, which says more about what is wrong."""


def _needed(value: float | None) -> float:
    """The contract's schema does not require it, but a dimension means nothing without."""
    if value is None:
        raise PydanticCustomError("missing", "Field required")
    return value


Bound = Annotated[float | None, Field(json_schema_extra=C_VALUES)]


class DimensionTarget(BaseModel):
    """What is asked of one dimension."""

    model_config = ConfigDict(extra="ignore")

    ideal: Annotated[Bound, Field(validate_default=True, description="Ideal C-value; required."), AfterValidator(_needed)] = None
    ok_min: Annotated[Bound, Field(description="Lowest acceptable value; left out: 1.5 below the ideal, not below critical_low.")] = None
    ok_max: Annotated[Bound, Field(description="Highest acceptable value; left out: 1.5 above the ideal, not above critical_high.")] = None
    critical_low: Annotated[Bound, Field(description="Below this it is critical; left out: 3 below the ideal.")] = None
    critical_high: Annotated[Bound, Field(description="Above this it is critical; left out: 3 above the ideal.")] = None


Dimensions = Annotated[
    dict[str, DimensionTarget],
    Field(description="What is asked, by the name of the dimension: C-values with critical_low ≤ ok_min ≤ ideal ≤ ok_max ≤ critical_high."),
]


class Profile(Parameters):
    """What requests with a job profile in their body have in common."""

    words: ClassVar[Mapping[str, str]] = SPELLED
    targets: dict[str, DimensionTarget] | None = None

    def variables(self) -> dict[str, Any]:
        """Dimensions as the graph's list of targets; what was left out stays out."""
        found = self.model_dump(mode="json", exclude_unset=True)
        if self.targets is not None:
            found["targets"] = [{"scale": key, **_target(one)} for key, one in self.targets.items()]
        return found


def _target(one: DimensionTarget) -> dict[str, Any]:
    return {"ideal": one.ideal, **{spelled: value for spelled, name in SPELLED.items() if (value := getattr(one, name)) is not None}}


class CreateJobProfile(Profile):
    name: str = Field(max_length=200, description="Profile name (German).")
    nameEn: str | None = Field(None, alias="name_en", max_length=200, description="Profile name (English).")
    type: str = Field("standard", max_length=100, description="Your own word for what kind it is.")
    description: str | None = Field(None, max_length=5_000, description="What the job is.")
    targets: Dimensions | None = Field(None, alias="dimensions")

    def variables(self) -> dict[str, Any]:
        return {name: value for name, value in super().variables().items() if value is not None}


class UpdateJobProfile(Profile):
    key: str = Field(alias="profileId", description="The profile's id, such as jp_634.")
    name: str | None = Field(None, max_length=200, description="Profile name (German).")
    nameEn: str | None = Field(None, alias="name_en", max_length=200, description="Profile name (English); null takes it away.")
    type: str | None = Field(None, max_length=100, description="What kind it is; null means standard.")
    description: str | None = Field(None, max_length=5_000, description="What the job is; null takes it away.")
    active: bool | None = Field(None, description="Whether it is in use.")
    targets: Dimensions | None = Field(None, alias="dimensions")


class OneJobProfile(Parameters):
    key: str = Field(alias="profileId", description="The profile's id, such as jp_634.")


class Dimension(Body):
    """Bounds that nobody gave are left out, so that what was read can be written back."""

    db_name: str = at("scale.key")
    ideal: float = at("ideal")
    ok_min: float | None = may_lack("okMin")
    ok_max: float | None = may_lack("okMax")
    critical_low: float | None = may_lack("criticalLow")
    critical_high: float | None = may_lack("criticalHigh")


def _by_name(targets: Any) -> Any:
    return {target["scale"]["key"]: target for target in targets}


class JobProfile(Body):
    id: str = at("key")
    name: str = at("name")
    name_en: Text = at("nameEn")
    type: str = at("type")
    description: Text = at("description")
    active: bool = at("active")
    created_at: Moment = at("createdAt")
    dimensions: Annotated[dict[str, Dimension], BeforeValidator(_by_name)] = at("targets")
    dimensions_count: int = at("targetCount")


class JobProfileSummary(Body):
    id: str = at("key")
    name: str = at("name")
    name_en: Text = at("nameEn")
    type: str = at("type")
    dimensions_configured: int = at("targetCount")
    active: bool = at("active")


class JobProfileList(Body):
    profiles: Annotated[list[JobProfileSummary], SAME]
    total: Annotated[int, BeforeValidator(len), SAME]


class DeletedJobProfile(Told):
    message: Annotated[str, constant("Job profile deleted successfully"), SAME]
    id: str = at("key")
    deleted: Annotated[bool, constant(True), SAME]


TAG = "Job Profiles"
ROUTES = (
    Route(
        "GET",
        "/job-profiles",
        "ListJobProfiles",
        Nothing,
        JobProfileList,
        "List job profiles",
        TAG,
        operation_id="listJobProfiles",
        description="All job profiles of the account, newest first.",
    ),
    Route(
        "POST",
        "/job-profiles",
        "CreateJobProfile",
        CreateJobProfile,
        JobProfile,
        "Create job profile",
        TAG,
        status=201,
        operation_id="createJobProfile",
        description="Dimensions are given by their names: the 17 operative ones and the Graves values, "
        "graves2_security through graves7_growth.",
    ),
    Route(
        "GET",
        "/job-profiles/{profileId}",
        "GetJobProfile",
        OneJobProfile,
        JobProfile,
        "Get job profile",
        TAG,
        absent={"jobProfile": NOT_FOUND},
        refusals=(404,),
        operation_id="getJobProfile",
    ),
    Route(
        "PUT",
        "/job-profiles/{profileId}",
        "UpdateJobProfile",
        UpdateJobProfile,
        JobProfile,
        "Update job profile",
        TAG,
        refusals=(404,),
        needs_body=True,
        operation_id="updateJobProfile",
        description="Fields that are left out stay as they are; given dimensions replace all of them.",
    ),
    Route(
        "DELETE",
        "/job-profiles/{profileId}",
        "DeleteJobProfile",
        OneJobProfile,
        DeletedJobProfile,
        "Delete job profile",
        TAG,
        refusals=(404,),
        operation_id="deleteJobProfile",
        description="The profile is marked as deleted: it is found, listed and matched with no more.",
    ),
)
