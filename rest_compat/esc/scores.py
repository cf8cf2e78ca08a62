"""How the esc Profile API shows the scales of a result: maps from names, values that are missing left out (R-ESC-71)."""

from collections.abc import Callable
from typing import Annotated, Any

from pydantic import BeforeValidator, WithJsonSchema

from rest_compat.body import Body, at, may_lack
from rest_compat.esc.dialect import Label

BASIC = ("goal_orientation", "problem_solving", "proactive", "reflective", "internal", "external", "global", "detail")
"""The "basic dimension scores" of lists, as raw percents (I-ESC-6)."""
DIMENSIONS = (
    "goal_orientation",
    "problem_solving",
    "proactive",
    "reflective",
    "internal",
    "external",
    "sameness",
    "difference",
    "global",
    "detail",
    "failure_tolerance",
    "stability",
    "procedural",
    "options",
    "practical",
    "people",
    "process",
)
"""All dimensions in their order, for tables (I-ESC-1)."""
GRAVES = ("graves2_security", "graves3_power", "graves4_order", "graves5_success", "graves6_community", "graves7_growth")


class Names(Body):
    en: str = at("en")
    de: str = at("de")


class DimensionScore(Body):
    raw_percent: float = at("rawPercent")
    c_value: float = at("cValue")
    label: Label = at("label")
    name: Names = at("scale.name")


class DescribedScore(DimensionScore):
    description: Names | None = may_lack("scale.description")


class GravesScore(Body):
    raw_percent: float = at("rawPercent")
    c_value: float = at("cValue")
    name: Names = at("scale.name")


def _of_kind(kind: str) -> BeforeValidator:
    def gather(scales: Any) -> Any:
        return {score["scale"]["key"]: score for score in scales if score["scale"]["kind"] == kind and score["cValue"] is not None}

    return BeforeValidator(gather)


def percents(kind: str) -> Callable[[Any], Any]:
    """The scales of one kind as a map of raw percents, those without a value left out."""

    def gather(scales: Any) -> Any:
        return {
            score["scale"]["key"]: score["rawPercent"]
            for score in scales
            if score["scale"]["kind"] == kind and score["rawPercent"] is not None
        }

    return gather


def _basic(scales: Any) -> Any:
    return {
        score["scale"]["key"]: score["rawPercent"]
        for score in scales or ()
        if score["scale"]["key"] in BASIC and score["rawPercent"] is not None
    }


Dimensions = Annotated[dict[str, DimensionScore], _of_kind("OPERATIVE")]
DescribedDimensions = Annotated[dict[str, DescribedScore], _of_kind("OPERATIVE")]
GravesValues = Annotated[dict[str, GravesScore], _of_kind("GRAVES")]
BasicScores = Annotated[dict[str, float], BeforeValidator(_basic)]
NamedBasicScores = Annotated[
    BasicScores,
    WithJsonSchema({"type": "object", "properties": {name: {"type": "number"} for name in BASIC}, "additionalProperties": False}),
]
"""The same where the contract names the eight."""
