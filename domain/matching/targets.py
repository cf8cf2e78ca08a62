"""What a job profile asks of scales, as people give it: checked, with faults by the path of the field; kept as given."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import pairwise

from domain.instruments import bank
from domain.kernel.errors import BadInput, FieldFault
from domain.kernel.inputs import spelled
from domain.matching.formula import HIGHEST, LOWEST, Target

ORDERED = ("critical_low", "ok_min", "ideal", "ok_max", "critical_high")
"""The numbers of a target, from the lowest to the highest; only the ideal must be given."""
Given = Mapping[str, float | None]
"""A target as it was given: C-values by the names above."""


def known_scales() -> tuple[str, ...]:
    """The scales that a job profile can have a target on, in their published order."""
    instrument = bank.current(bank.PROFILE)
    assert instrument is not None
    return tuple(scale.key for scale in instrument.scales)


def checked(given: Iterable[tuple[str, Given]]) -> dict[str, dict[str, float]]:
    """Targets by scale in the published order, ready to be stored: names as callers spell them, numbers as they were given.

    Raises BadInput, which names every wrong field: `["targets", "detail", "okMin"]`.
    """
    order, kept, faults = known_scales(), {}, list[FieldFault]()
    for scale, numbers in given:
        if scale not in order:
            faults.append(FieldFault(("targets", scale), f"'{scale[:50]}' is not known. Use a key such as '{order[0]}'."))
        elif scale in kept:
            faults.append(FieldFault(("targets", scale), f"'{scale}' is given more than once."))
        else:
            faults += _faults(scale, numbers)
            kept[scale] = {spelled(name): value + 0.0 for name in ORDERED if (value := numbers.get(name)) is not None}
    if faults:
        raise BadInput(faults[0].message, fields=faults)
    return {scale: kept[scale] for scale in order if scale in kept}


def _faults(scale: str, numbers: Given) -> Iterator[FieldFault]:
    """What is wrong with one target; the order is only looked at when each number is one."""
    wrong = list(_out_of_range(scale, numbers))
    yield from wrong or _out_of_order(scale, numbers)


def _out_of_range(scale: str, numbers: Given) -> Iterator[FieldFault]:
    if numbers.get("ideal") is None:
        yield FieldFault(("targets", scale, "ideal"), f"'ideal' of '{scale}' is required.")
    for name in ORDERED:
        value = numbers.get(name)
        if value is not None and not LOWEST <= value <= HIGHEST:
            yield FieldFault(("targets", scale, spelled(name)), f"'{spelled(name)}' of '{scale}' must be from {LOWEST} to {HIGHEST}.")


def _out_of_order(scale: str, numbers: Given) -> Iterator[FieldFault]:
    present = [(name, value) for name in ORDERED if (value := numbers.get(name)) is not None]
    for (lower, low), (higher, high) in pairwise(present):
        if low > high:
            at = lower if higher == "ideal" else higher  # the ideal is what the others have to fit
            message = f"'{spelled(lower)}' of '{scale}' must not be above '{spelled(higher)}'."
            yield FieldFault(("targets", scale, spelled(at)), message)


def targets_of(stored: Mapping[str, Mapping[str, float]]) -> dict[str, Target]:
    """The targets of a job profile's row by scale in the published order, ready for the formula."""
    return {scale: target_of(stored[scale]) for scale in known_scales() if scale in stored}


def target_of(numbers: Mapping[str, float]) -> Target:
    """One target as it is stored, ready for the formula."""
    return Target.of({name: numbers.get(spelled(name)) for name in ORDERED})
