"""From answers to raw percents, C-values, classes and the Wir/Ich ratio: pure rules, exact until they are rounded once.

Formulas: ARCHITECTURE section 10. Values are kept as whole tenths, rounded half up.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cache

from domain.instruments.bank import POINTS, SHARE_NEEDED, Instrument, Scale

LABELS = ("Very Low", "Low", "Below Average", "Average", "Above Average", "High", "Very High")
_LABEL_OF_CLASS = (0, 0, 1, 2, 3, 3, 3, 4, 5, 6, 6)
WIR = ("graves2_security", "graves4_order", "graves6_community")
ICH = ("graves3_power", "graves5_success", "graves7_growth")
Answers = Sequence[int | None]


@dataclass(frozen=True, slots=True)
class Norm:
    """Mean and standard deviation of a scale's raw percent in a norm group, and Cronbach's alpha."""

    mean: Fraction
    sd: Fraction
    alpha: Fraction
    known: dict[Fraction, int] = field(default_factory=dict, compare=False, repr=False)
    """C-values in tenths by raw percent, as they were worked out: a scale has a few dozen raw percents."""

    def c_tenths(self, raw: Fraction) -> int:
        """The C-value of a raw percent, in tenths."""
        if raw not in self.known:
            self.known[raw] = half_up(c_value(raw, self) * 10)
        return self.known[raw]


@dataclass(frozen=True, slots=True)
class WirIch:
    """How much of the six Graves values speaks for "we", in percent with one decimal, and which way that leans."""

    wir_tenths: int
    tendency: str


def half_up(value: Fraction) -> int:
    """The nearest whole number, halves upwards."""
    return math.floor(value + Fraction(1, 2))


def item_score(answer: int, *, reverse: bool) -> int:
    """What an answer of 1 to 5 counts: itself, or 6 minus itself for a reverse-keyed item."""
    return POINTS + 1 - answer if reverse else answer


def raw_percent(scale: Scale, answers: Answers) -> Fraction | None:
    """How far a scale's items were agreed with, 0 to 100; missing items are prorated.

    None when fewer than 80 % of the items are answered.
    """
    scores = [item_score(answer, reverse=item.reverse) for item in scale.items if (answer := answers[item.position]) is not None]
    part, whole = SHARE_NEEDED
    if len(scores) * whole < len(scale.items) * part:
        return None
    return _percent(sum(scores), len(scores))


@cache
def _percent(total: int, count: int) -> Fraction:
    return Fraction((total - count) * 100, count * (POINTS - 1))


def c_value(raw: Fraction, norm: Norm) -> Fraction:
    """Guilford's C-scale: 5 + 2z, cut to 0 to 10."""
    return min(max(5 + 2 * (raw - norm.mean) / norm.sd, Fraction(0)), Fraction(10))


def tenths(value: Fraction | None) -> int | None:
    """A value with one decimal, as whole tenths."""
    return None if value is None else half_up(value * 10)


@dataclass(frozen=True, slots=True)
class Scored:
    """What answers come to: all scales in their published order, in tenths, null where too little was answered."""

    raw_tenths: list[int | None]
    c_tenths: list[int | None]
    wir_ich: WirIch | None


def score(instrument: Instrument, answers: Answers, norms: dict[str, Norm]) -> Scored:
    """Score the answers to an instrument against the norms of each scale."""
    raws = [raw_percent(scale, answers) for scale in instrument.scales]
    values = [None if raw is None else norms[scale.key].c_tenths(raw) for scale, raw in zip(instrument.scales, raws, strict=True)]
    return Scored([tenths(raw) for raw in raws], values, wir_ich(instrument, raws))


def class_of(c_tenths: int) -> int:
    """The class 0 to 10 of a C-value: rounded half up."""
    return (c_tenths + 5) // 10


def label_of(c_tenths: int) -> str:
    """One of seven words for a C-value, by its class."""
    return LABELS[_LABEL_OF_CLASS[class_of(c_tenths)]]


def percentile(c_tenths: int) -> float:
    """The percent of a normal population below a C-value, with two decimals: 30.85 for C 4."""
    return round(50 * math.erfc(-(c_tenths / 10 - 5) / 2 / math.sqrt(2)), 2)


def t_value(c_tenths: int) -> float:
    """The T-value of a C-value: T = 25 + 5C."""
    return 25 + c_tenths / 2


def sem(norm: Norm) -> float:
    """The standard error of measurement on the C-scale: 2 times the root of 1 - alpha, with three decimals."""
    return round(2 * math.sqrt(1 - norm.alpha), 3)


def wir_ich(instrument: Instrument, raws: Sequence[Fraction | None]) -> WirIch | None:
    """The share of the even Graves levels ("we") in the sum of all six; 50 when all are zero, None when one is missing.

    `raws` are the raw percents of all scales in their published order.
    """
    by_key = {scale.key: raws[scale.position] for scale in instrument.scales}
    values = [by_key[key] for key in (*WIR, *ICH)]
    known = [value for value in values if value is not None]
    if len(known) < len(values):
        return None
    total = sum(known)
    wir = sum(known[: len(WIR)]) / Fraction(total) * 100 if total else Fraction(50)
    return WirIch(half_up(wir * 10), tendency_of(wir))


def tendency_of(wir: Fraction) -> str:
    """Which way a share of "we" leans, in percent."""
    return "Wir" if wir > 55 else "Ich" if wir < 45 else "balanced"
