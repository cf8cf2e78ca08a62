"""The profile questionnaire scored by hand: from the answers to the wire, without a line of the product's own scoring.

Formulas: raw = (sum − min) / (max − min) × 100 of what was answered, if four of five items were; C = 5 + 2 (raw − mean) / SD,
cut to 0–10; class = C to the nearest whole number, halves upwards.
"""

import tomllib
from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

DOMAIN = Path(__file__).parents[3] / "domain"
BANK = tomllib.loads((DOMAIN / "instruments/data/escprofile_1_0.toml").read_text())
NORM = tomllib.loads((DOMAIN / "results/data/norm_designed_1.toml").read_text(), parse_float=Decimal)
DIMENSIONS = [
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
]
GRAVES = ["graves2_security", "graves3_power", "graves4_order", "graves5_success", "graves6_community", "graves7_growth"]
BASIC = ["goal_orientation", "problem_solving", "proactive", "reflective", "internal", "external", "global", "detail"]
LABELS = [
    "Very Low",
    "Very Low",
    "Low",
    "Below Average",
    "Average",
    "Average",
    "Average",
    "Above Average",
    "High",
    "Very High",
    "Very High",
]
"""By class 0 to 10."""


def rounded(value: Decimal, places: str = "0.1") -> Decimal:
    return value.quantize(Decimal(places), ROUND_HALF_UP)


def raw(scale: Mapping[str, Any], answers: Mapping[str, int]) -> Decimal | None:
    """The raw percent of a scale; None when fewer than four of its five items were answered."""
    counted = [6 - answers[item["key"]] if item["reverse"] else answers[item["key"]] for item in scale["items"] if item["key"] in answers]
    if len(counted) < 4:
        return None
    return Decimal(sum(counted) - len(counted)) / Decimal(5 * len(counted) - len(counted)) * 100


def c_value(scale: str, percent: Decimal) -> Decimal:
    norm = NORM["scales"][scale]
    return rounded(min(max(5 + 2 * (percent - norm["mean"]) / norm["sd"], Decimal(0)), Decimal(10)))


def scores(answers: Mapping[str, int], names: list[str], *, described: bool = False) -> dict[str, Any]:
    """Scales as the API answers them, those without a value left out (R-ESC-71)."""
    found: dict[str, Any] = {}
    for scale in BANK["scales"]:
        percent = raw(scale, answers)
        if scale["key"] in names and percent is not None:
            value = c_value(scale["key"], percent)
            label = {"label": LABELS[int(rounded(value, "1"))]} if scale["key"] in DIMENSIONS else {}
            more = {"description": scale["description"]} if described else {}
            found[scale["key"]] = {"raw_percent": float(rounded(percent)), "c_value": float(value), **label, "name": scale["name"], **more}
    return found


def basic(answers: Mapping[str, int]) -> dict[str, float]:
    """The eight basic scores (I-ESC-6)."""
    return {name: score["raw_percent"] for name, score in scores(answers, BASIC).items()}


def wir_ich(answers: Mapping[str, int]) -> dict[str, Any]:
    """The share of the even Graves values in all six; rounded once, after it was judged."""
    values = {scale["key"]: raw(scale, answers) or Decimal(0) for scale in BANK["scales"] if scale["key"] in GRAVES}
    wir, ich = (sum(values[name] for name in GRAVES[first::2]) for first in (0, 1))
    exact = wir / (wir + ich) * 100 if wir + ich else Decimal(50)
    tendency = "Wir" if exact > 55 else "Ich" if exact < 45 else "balanced"
    share = rounded(exact)
    return {"wir_percent": float(share), "ich_percent": float(100 - share), "tendency": tendency}
