"""Instruments and answers to score by hand, and strategies that make them."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from fractions import Fraction

from hypothesis import strategies as st

from domain.instruments import bank
from domain.instruments.bank import Instrument, Item, Scale
from domain.kernel.language import Text
from domain.results.scoring import Norm

PROFILE = bank.instrument("escprofile", "1.0")
ITEMS = len(PROFILE.items)
ANSWER = st.integers(1, bank.POINTS)
COMPLETE = st.binary(min_size=ITEMS, max_size=ITEMS).map(lambda drawn: [byte % 5 + 1 for byte in drawn])
WITH_GAPS = st.binary(min_size=ITEMS, max_size=ITEMS).map(lambda drawn: [byte % 6 or None for byte in drawn])
"""Answers to every item, and with one of six missing; bytes are what hypothesis draws fastest."""


def fractions(lowest: int, highest: int) -> st.SearchStrategy[Fraction]:
    """Numbers with three decimals, exactly."""
    return st.integers(lowest * 1000, highest * 1000).map(lambda thousandths: Fraction(thousandths, 1000))


NORMS = st.builds(Norm, fractions(0, 100), fractions(0, 40).map(lambda sd: max(sd, Fraction(1, 10))), fractions(0, 1))


def scale_of(*reverse: bool, key: str = "made_up", position: int = 0) -> Scale:
    """A scale with an item for each direction, whose answers stand in that order."""
    nothing = Text("", "")
    items = tuple(Item(f"{key}_{number}", number, key, direction, nothing) for number, direction in enumerate(reverse))
    return Scale(key, position, "operative", "", nothing, nothing, nothing, items)


def answered(scores: Mapping[str, Sequence[int | None]], *, otherwise: int | None = 3) -> list[int | None]:
    """Answers to the profile questionnaire: those of some scales by item, `otherwise` elsewhere."""
    answers: list[int | None] = [otherwise] * len(PROFILE.items)
    for scale in PROFILE.scales:
        for item, answer in zip(scale.items, scores.get(scale.key, ()), strict=False):
            answers[item.position] = answer
    return answers


def mirrored(answers: Sequence[int | None]) -> list[int | None]:
    """The opposite of each answer."""
    return [None if answer is None else bank.POINTS + 1 - answer for answer in answers]


def moved(instrument: Instrument, order: Sequence[int]) -> Instrument:
    """The same instrument with the answers to its items in other places."""
    scales = tuple(
        replace(scale, items=tuple(replace(item, position=order[item.position]) for item in scale.items)) for scale in instrument.scales
    )
    return replace(instrument, scales=scales)
