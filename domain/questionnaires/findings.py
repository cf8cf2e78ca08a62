"""What an assessor may say of an attempt: each value checked for its form and kept as it was given, none made from another (I-QST-5)."""

import math
import re
from collections.abc import Mapping, Sequence
from typing import Any

from domain.kernel import inputs
from domain.kernel.errors import BadInput

LONGEST_CODE = 100
LONGEST_TEXT = 2_000
LONGEST_NOTES = 5_000
MOST_RATINGS = 500
SEEN_STATUSES = ("Result Published", "Attempted - Incomplete", "Attempted - Partial", "under_review")
"""Those that integrators know; the list is open."""
FLAGS = ("admission", "counter_measure", "not_complete")
FIELDS = ("status", "evaluation", "ratings", *FLAGS, "summary", "summary_color", "clear", "notes", "score")
_LONGEST = {"status": LONGEST_CODE, "evaluation": LONGEST_CODE, "summary": LONGEST_CODE, "notes": LONGEST_NOTES}
_COLOR = re.compile("#[0-9A-Fa-f]{6}")


def checked(given: Mapping[str, Any]) -> dict[str, Any]:
    """The columns of a result from what was said; what is left out is unsaid.

    Raises BadInput for the first value that is wrong.
    """
    told = {name: checked_field(name, given.get(name)) for name in FIELDS}
    ratings = told.pop("ratings")
    notes = [rating.pop("note") for rating in ratings]
    return {**told, "ratings": ratings, "rating_notes": notes if any(note is not None for note in notes) else None}


def checked_field(name: str, value: Any) -> Any:
    """One value as it is stored; `ratings` still with their notes.

    Raises BadInput.
    """
    if name == "ratings":
        return _ratings(value or ())
    if name in FLAGS:
        return bool(value)
    if name == "status" and not (value or "").strip():
        raise BadInput.field("status", message="'status' must not be empty.")
    if name in _LONGEST:
        return inputs.as_given(value, inputs.spelled(name), longest=_LONGEST[name])
    if name == "summary_color":
        return inputs.given(value, _COLOR.fullmatch, "summaryColor", message="'summaryColor' must be a colour such as #28a745.")
    if name == "score":
        return inputs.given(value, _is_score, "score", message="'score' must be from 0 to 100.")
    return value


def _is_score(value: float) -> bool:
    return math.isfinite(value) and 0 <= value <= 100


def _ratings(given: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    if len(given) > MOST_RATINGS:
        raise BadInput.field("ratings", message=f"There may be at most {MOST_RATINGS} ratings.")
    return [_rating(str(number), rating) for number, rating in enumerate(given)]


def _rating(number: str, given: Mapping[str, Any]) -> dict[str, Any]:
    """A rating as it is stored, still with its note."""

    def text(name: str, longest: int) -> Any:
        return inputs.as_given(given.get(name), "ratings", number, inputs.spelled(name), longest=longest)

    if not (given.get("sequence") or "").strip():
        raise BadInput.field("ratings", number, "sequence", message="'sequence' must not be empty.")
    return {
        "sequence": text("sequence", LONGEST_CODE),
        "risk_level": text("risk_level", LONGEST_CODE) or "",
        "text": text("text", LONGEST_TEXT),
        "note": text("note", LONGEST_TEXT),
    }
