"""Scoring and ordering a whole matrix: the same exact means as one match at a time, by look-up tables.

Means are quotients of whole numbers of at most 2,300 and 23. Two that differ do so by 0.0018 at least, and a division is
rounded correctly, so 32-bit floats order them exactly and equal means are equal floats.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

from domain.matching.formula import RED, TENTHS, Target, curve
from domain.matching.ranking.matrix import MISSING, Matrix

AT_ONCE = 65_536
"""Rows worked on at a time: as many as stay in the processor's cache."""
NOBODY = np.float32(-1)
"""The mean of a row that has none of the wanted scales, which no score can be."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A target on one scale as tables over all bytes: the shown score, and 1 where it lies in the red zone."""

    scale: int
    scores: bytes
    red: bytes

    @classmethod
    def of(cls, scale: int, target: Target) -> "Wanted":
        known = curve(target)
        rest = bytes(256 - TENTHS)
        return cls(scale, bytes(known.scores) + rest, bytes(zone == RED for zone in known.zones) + rest)

    def exact(self, value: int) -> int:
        """The score of a C-value in tenths."""
        return self.scores[value]


PRESENT = bytes(value != MISSING for value in range(256))


def means(matrix: Matrix, wanted: Iterable[Wanted]) -> Any:
    """The mean shown score of each row over the wanted scales it has; NOBODY where it has none of them."""
    asked = tuple(wanted)
    result = np.empty(matrix.size, np.float32)
    for first in range(0, matrix.size, AT_ONCE):
        values = matrix.values[:, first : first + AT_ONCE]
        rows = values.shape[1]
        sums, counts = np.zeros(rows, np.uint16), np.zeros(rows, np.uint8)
        for target in asked:
            column = values[target.scale].tobytes()
            sums += _looked_up(column, target.scores)
            counts += _looked_up(column, PRESENT) if matrix.missing[target.scale] else np.uint8(1)
        block = result[first : first + rows]
        np.divide(sums, counts, out=block, where=counts > 0, dtype=np.float32)
        block[counts == 0] = NOBODY
    return result


def without_red(matrix: Matrix, wanted: Iterable[Wanted]) -> Any:
    """Which rows have no wanted scale in the red zone."""
    red = np.zeros(matrix.size, np.uint8)
    for target in wanted:
        red |= _looked_up(matrix.values[target.scale].tobytes(), target.red)
    return red == 0


def _looked_up(column: bytes, table: bytes) -> Any:
    """Bytes through a table: thrice as fast as indexing, which would widen each of them first."""
    return np.frombuffer(column.translate(table), np.uint8)


@dataclass(frozen=True, slots=True)
class Place:
    """A place in the order: by mean, the highest first, then by the number of the attempt."""

    mean: Fraction
    attempt: int


@dataclass(frozen=True, slots=True)
class Slice:
    """Rows of a matrix in their order, and how many come before and after them."""

    rows: list[int]
    before: int
    after: int


def cut(matrix: Matrix, scored: Any, chosen: Any, size: int, *, edge: Place | None = None, backward: bool = False) -> Slice:
    """The first rows after a place, or with `backward` the last ones before it, of those that are chosen."""
    among = np.flatnonzero(chosen)
    total = among.size
    values, attempts = scored[among], matrix.attempts[among]
    if edge is not None:
        mean = np.float32(edge.mean.numerator) / np.float32(edge.mean.denominator)
        ahead = (values > mean) | ((values == mean) & (attempts < edge.attempt))
        at = (values == mean) & (attempts == edge.attempt)
        among = among[ahead if backward else ~(ahead | at)]
        values, attempts = scored[among], matrix.attempts[among]
    order = _foremost(values if not backward else -values, attempts if not backward else -attempts, size)
    found = [int(row) for row in among[order]]
    if backward:
        found.reverse()
        before = among.size - len(found)
        return Slice(found, before, total - before - len(found))
    skipped = total - among.size
    return Slice(found, skipped, total - skipped - len(found))


def _foremost(values: Any, ties: Any, count: int) -> Any:
    """Which are the first of an order: the highest values, of equal ones the lowest ties."""
    if values.size > count:
        least = np.partition(values, values.size - count)[values.size - count]
        above, level = np.flatnonzero(values > least), np.flatnonzero(values == least)
        lacking = count - above.size
        if level.size > lacking:
            level = level[np.argpartition(ties[level], lacking - 1)[:lacking]]
        kept = np.concatenate((above, level))
    else:
        kept = np.arange(values.size)
    return kept[np.lexsort((ties[kept], -values[kept]))]
