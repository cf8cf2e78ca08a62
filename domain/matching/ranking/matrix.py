"""The C-values of an account's people by their latest result, as bytes in columns: 39 bytes a person."""

from collections.abc import Collection
from typing import Any

import numpy as np

SCALES = 23
MISSING = 255
"""Stands for a scale without a value; C-values are 0 to 100 tenths."""
FEW = 8
"""So many attempts are looked for one after another; more of them all at once."""
GROWTH = 8
"""A matrix that is full grows by an eighth."""
LEAST = 1024


class Matrix:
    """One row a person, in no order; `values` has a row for each scale in the published order."""

    def __init__(self, capacity: int = LEAST) -> None:
        capacity = max(LEAST, capacity)
        self.size = 0
        self.missing = [0] * SCALES
        """How many rows lack each scale, so that a column without gaps needs no second look."""
        self._values = np.empty((SCALES, capacity), np.uint8)
        self._attempts = np.empty(capacity, np.int64)
        self._completed = np.empty(capacity, np.int64)

    @property
    def values(self) -> Any:
        """C-values in tenths, by scale and row."""
        return self._values[:, : self.size]

    @property
    def attempts(self) -> Any:
        """The number of the attempt that each row comes from."""
        return self._attempts[: self.size]

    @property
    def completed(self) -> Any:
        """When it was completed, in microseconds since 1970."""
        return self._completed[: self.size]

    @property
    def bytes(self) -> int:
        """The memory it takes."""
        return int(self._values.nbytes + self._attempts.nbytes + self._completed.nbytes)

    def add(self, attempts: Any, completed: Any, c_tenths: Any) -> None:
        """Add rows; `c_tenths` is a list of values a row, None where one is missing."""
        count = len(attempts)
        if not count:
            return
        self._make_room(count)
        rows = slice(self.size, self.size + count)
        columns = as_bytes(c_tenths)
        self._values[:, rows] = columns
        self._attempts[rows] = attempts
        self._completed[rows] = completed
        self.size += count
        self._note_missing(columns, 1)

    def remove(self, rows: Collection[int]) -> None:
        """Take out rows; the last ones take their places."""
        taken = sorted(rows, reverse=True)
        self._note_missing(self._values[:, taken], -1)
        for row in taken:
            self.size -= 1
            self._values[:, row] = self._values[:, self.size]
            self._attempts[row] = self._attempts[self.size]
            self._completed[row] = self._completed[self.size]

    def rows_of(self, attempts: Collection[int]) -> list[int]:
        """The rows of these attempts, where there are any."""
        if len(attempts) <= FEW:
            return [int(row) for attempt in attempts for row in np.flatnonzero(self.attempts == attempt)]
        return [int(row) for row in np.flatnonzero(np.isin(self.attempts, np.fromiter(attempts, np.int64)))]

    def _note_missing(self, columns: Any, by: int) -> None:
        for scale, gaps in enumerate((columns == MISSING).sum(axis=1)):
            self.missing[scale] += by * int(gaps)

    def _make_room(self, count: int) -> None:
        needed, capacity = self.size + count, self._attempts.size
        if needed <= capacity:
            return
        capacity = max(needed, capacity + capacity // GROWTH)
        for name in ("_attempts", "_completed"):  # one after another, so that less is there twice
            fresh = np.empty(capacity, np.int64)
            fresh[: self.size] = getattr(self, name)[: self.size]
            setattr(self, name, fresh)
        values = np.empty((SCALES, capacity), np.uint8)
        values[:, : self.size] = self.values
        self._values = values


def as_bytes(c_tenths: Any) -> Any:
    """Lists of tenths as columns of bytes."""
    rows = np.array(c_tenths, dtype=np.float32).reshape(-1, SCALES)  # None becomes NaN
    rows[np.isnan(rows)] = MISSING
    return rows.T.astype(np.uint8)
