"""What steps a flow may have, and what of them may change: pure rules on what was given."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from domain.flows.errors import StepFixed, UnknownInstrument
from domain.instruments.port import Offered
from domain.kernel import inputs
from domain.kernel.errors import BadInput, FieldFault
from domain.kernel.inputs import spelled

MOST_STEPS = 50
LOWEST, HIGHEST = 0.0, 100.0
_FIXED = ("instrument", "instrument_type", "name", "instructions", "pass_action", "job_profile")


@dataclass(frozen=True, slots=True)
class Step:
    """A step as it is given, or as it is; None is nothing said."""

    instrument: str
    pass_threshold: float
    instrument_type: str | None = None
    name: str | None = None
    instructions: str | None = None
    pass_action: str | None = None
    job_profile: str | None = None


def cleaned(given: Sequence[Step]) -> list[Step]:
    """Steps with their texts and thresholds checked (R-FLW-3, R-FLW-4; any number, I-FLW-9).

    Raises BadInput, by the place of the step: `["steps", "0", "passThreshold"]`.
    """
    if not given:
        raise BadInput.field("steps", message="A flow needs at least one step.")
    if len(given) > MOST_STEPS:
        raise BadInput.field("steps", message=f"A flow has at most {MOST_STEPS} steps.")
    return [_cleaned(str(index), step) for index, step in enumerate(given)]


def _cleaned(index: str, step: Step) -> Step:
    path = ("steps", index)
    if not LOWEST <= step.pass_threshold <= HIGHEST:  # also of what is no number
        raise BadInput.field(*path, "passThreshold", message="'passThreshold' must be a number from 0 to 100.")
    return replace(
        step,
        pass_threshold=step.pass_threshold + 0.0,
        instrument_type=inputs.line(step.instrument_type, *path, "instrumentType"),
        name=inputs.line(step.name, *path, "name"),
        instructions=inputs.paragraph(step.instructions, *path, "instructions"),
        pass_action=inputs.line(step.pass_action, *path, "passAction"),
    )


def held(existing: Sequence[Step], given: Sequence[Step]) -> None:
    """Hold steps to those there are: of these only thresholds change, further ones are appended (R-FLW-6).

    What is left out of an existing step is not changed. Raises StepFixed, which names every step it is about.
    """
    faults = list(_faults(existing, given))
    if faults:
        raise StepFixed(faults)


def _faults(existing: Sequence[Step], given: Sequence[Step]) -> Iterator[FieldFault]:
    for index, old in enumerate(existing):
        if index >= len(given):
            yield FieldFault(("steps", str(index)), f"Step {index + 1} exists and cannot be removed.")
            continue
        for field in _FIXED:
            told = getattr(given[index], field)
            if told is not None and told != getattr(old, field):
                message = f"Step {index + 1} exists, and of it only 'passThreshold' can be changed, not '{spelled(field)}'."
                yield FieldFault(("steps", str(index), spelled(field)), message)


def fitting(steps: Sequence[Step], offered: Mapping[str, Offered], profiles: Collection[str], *, first: int = 0) -> list[Step]:
    """New steps with the type of their instruments where none was given (R-FLW-5); `first` is the place of the first one.

    Raises UnknownInstrument, BadInput.
    """
    places = list(enumerate(steps, first))
    unknown = [
        FieldFault(("steps", str(index), "instrument"), f"Step {index + 1} asks for an instrument that this account does not have.")
        for index, step in places
        if step.instrument not in offered
    ]
    if unknown:
        raise UnknownInstrument(unknown)
    if wrong := [fault for index, step in places for fault in _unmatched(index, step, offered[step.instrument], profiles)]:
        raise BadInput(wrong[0].message, fields=wrong)
    return [replace(step, instrument_type=step.instrument_type or offered[step.instrument].kind) for step in steps]


def _unmatched(index: int, step: Step, instrument: Offered, profiles: Collection[str]) -> Iterator[FieldFault]:
    if step.job_profile is None:
        return
    path = ("steps", str(index), "jobProfile")
    if not instrument.matches_job_profiles:
        yield FieldFault(path, f"The instrument of step {index + 1} is not matched to job profiles.")
    elif step.job_profile not in profiles:
        yield FieldFault(path, "There is no such job profile.")


def as_is(row: Any) -> Step:
    """A stored step as one that could be given."""
    return Step(row.instrument, row.pass_threshold, row.instrument_type, row.name, row.instructions, row.pass_action, row.job_profile_key)
